import re
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot import settings as bot_settings
from bot.settings import SettingsRefused, load
from bot.settings_layers import FILES, credentials, dotted, known, variable
from bot.settings_model import INFORMATIVE, Settings
from bot.settings_safe import AT_LEAST, AT_MOST, is_public
from bot.settings_values import duration, spoken
from policies.terms import Channel

SECRETS = {
    "x_consumer_key": "canary-consumer-key",
    "x_consumer_secret": "canary-consumer-secret",
    "x_access_token": "canary-access-token",
    "x_access_token_secret": "canary-access-token-secret",
    "facebook_access_token": "canary-page-token",
    "facebook_app_secret": "canary-app-secret",
    "instagram_access_token": "canary-user-token",
    "instagram_app_secret": "canary-instagram-secret",
    "alerts_urls": "mailtos://u:canary-mail@mail.example\njson://127.0.0.1/canary-hook\n",
    "alerts_ping_url": "https://ping.example/canary-ping",
}
LIVE = {
    "DOWNDATE__CHANNELS__X__ENABLED": "true",
    "DOWNDATE__CHANNELS__X__USER_ID": "42",
    "DOWNDATE__CHANNELS__FACEBOOK__ENABLED": "yes",
    "DOWNDATE__CHANNELS__FACEBOOK__PAGE_ID": "43",
    "DOWNDATE__CHANNELS__FACEBOOK__APP_ID": "44",
    "DOWNDATE__CHANNELS__INSTAGRAM__ENABLED": "1",
    "DOWNDATE__CHANNELS__INSTAGRAM__USER_ID": "45",
    "DOWNDATE__CHANNELS__INSTAGRAM__APP_ID": "44",
    "DOWNDATE__SITE__PUBLIC_URL": "https://notices.council.gov.uk/",
}


@pytest.fixture
def vault(tmp_path):
    target = tmp_path / "credentials"
    target.mkdir()
    for name, secret in SECRETS.items():
        (target / name).write_text(secret)
        (target / name).chmod(0o600)
    return target


def rehearsed(tmp_path, **changes):
    return bot_settings.rehearsal_defaults(
        tmp_path,
        x_url="http://127.0.0.1:7001",
        graph_url="http://localhost:7002",
        site_port=7003,
        serve_port=7004,
        **changes,
    )


def refused(*, environ=None, rehearsal=False, config_dir=None, overrides=None):
    with pytest.raises(SettingsRefused) as caught:
        load(config_dir, rehearsal=rehearsal, environ=environ or {}, overrides=overrides)
    return caught.value.problems


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_shipped_files_work_as_they_are():
    settings = load(rehearsal=False, environ={})
    assert settings.council.name == "Dartford Borough Council"
    assert settings.retention.period == timedelta(days=28)
    assert settings.channels.enabled == (Channel.WEBSITE,)
    assert not settings.rehearsal


def test_the_shipped_values_are_the_models_own_safe_defaults():
    settings = load(rehearsal=False, environ={})
    for name in ("serve", "retention", "record", "loop", "channels", "alerts"):
        assert getattr(settings, name) == type(getattr(settings, name))(), name


@pytest.mark.parametrize("key", sorted(known(), key=dotted), ids=dotted)
def test_every_setting_is_explained_in_its_file(key):
    name = next(name for name, sections in FILES.items() if key[0] in sections)
    text = (bot_settings.shipped_folder() / name).read_text()
    if key in credentials().values() and key[-1] not in {"proxy", "key_file"}:
        named = next(credential for credential, other in credentials().items() if other == key)
        assert re.search(rf"\b{named}\b", text)
    elif key[-1] == "proxy":
        assert "# proxy = " in text
    elif key in {("council", "services"), ("law", "bands")}:
        assert f"[[{dotted(key)}]]" in text
    elif key[0] == "law" and key[1] in {"sentences", "orders", "no_outcome"}:
        assert f"[{dotted(key)}" in text
    else:
        inside = text[text.index(f"[{'.'.join(key[:-1])}]") :].split("\n[", 1)[0]
        assert re.search(rf"^(# )?{key[-1]} = ", inside, re.MULTILINE)


def test_5_7_4_e_the_shipped_informative_is_the_policys_own_words():
    words = load(rehearsal=False, environ={}).council.informative
    assert len(words.text) == 462
    assert words.verbatim.endswith("agreement of Dartford Borough Council [contact comms@dartford.gov.uk]")
    assert words.text == INFORMATIVE.format(council="Dartford Borough Council")


@pytest.mark.parametrize("changed_to", ["public interests", "Public interest", "public interest!"])
def test_5_7_4_e_one_changed_word_of_the_informative_is_refused(folder, changed_to):
    changed(folder / "policy.toml", "public interest", changed_to)
    problems = refused(config_dir=folder)
    assert len(problems) == 1
    assert problems[0].startswith("policy.toml: council.informative.text: differs from policy 5.7.4(e)")


@pytest.mark.parametrize(("old", "new"), [("Council’s", "Council's"), ("interest. It", "interest.  It")])
def test_5_7_4_e_quote_style_and_white_space_of_the_informative_may_differ(folder, old, new):
    changed(folder / "policy.toml", old, new)
    load(folder, rehearsal=False, environ={})


def test_5_7_4_e_another_contact_needs_its_approval():
    other = {"DOWNDATE__COUNCIL__INFORMATIVE__CONTACT": "press@council.example"}
    (problem,) = refused(environ=other)
    assert "council.informative.contact" in problem
    assert "contact_approved_by" in problem
    approved = other | {
        "DOWNDATE__COUNCIL__INFORMATIVE__CONTACT_APPROVED_BY": "Director of Housing",
        "DOWNDATE__COUNCIL__INFORMATIVE__CONTACT_APPROVED_AT": "2026-11-24",
    }
    words = load(rehearsal=False, environ=approved).council.informative
    assert words.contact_approved_at == date(2026, 11, 24)
    assert words.verbatim.endswith("[contact press@council.example]")


def test_5_7_4_d_retention_over_28_days_is_refused_in_a_rehearsal_too(tmp_path):
    for rehearsal in (False, True):
        overrides = rehearsed(tmp_path) if rehearsal else {}
        for value in ("29d", "28d1ms", "673h"):
            (problem,) = refused(
                environ={"DOWNDATE__RETENTION__PERIOD": value}, rehearsal=rehearsal, overrides=overrides
            )
            assert problem == (
                f"DOWNDATE__RETENTION__PERIOD: retention.period = {value}: "
                "longer than the 28 days of policy 5.7.4(d); set 28d or less"
            )


def test_5_7_4_d_a_shorter_retention_is_allowed():
    assert load(rehearsal=False, environ={"DOWNDATE__RETENTION__PERIOD": "14d"}).retention.period.days == 14


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("0s", timedelta()),
        ("500ms", timedelta(milliseconds=500)),
        ("1.5h", timedelta(minutes=90)),
        ("1h30m", timedelta(minutes=90)),
        ("15m", timedelta(minutes=15)),
        ("28d", timedelta(days=28)),
        ("2w", timedelta(days=14)),
        (" 5s ", timedelta(seconds=5)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text, span):
    assert duration(text) == span
    assert duration(spoken(span)) == span


@pytest.mark.parametrize(
    "text", ["", "5", "s", "-5s", "5 s", "5s,", "5x", "1e3s", "PT5S", "9999999s", 5, 5.0, None, True, []]
)
def test_what_is_not_a_duration_is_refused(text):
    with pytest.raises(ValueError, match="not a duration"):
        duration(text)


def test_a_negative_duration_from_code_is_refused():
    with pytest.raises(ValueError, match="cannot be negative"):
        duration(timedelta(seconds=-1))


@pytest.mark.parametrize("key", ["LOOP__POLL", "LOOP__LEASE", "LOOP__PUBLISH_DEADLINE", "CHANNELS__X__DEADLINE"])
def test_a_duration_that_must_pass_cannot_be_nothing(key):
    assert any("longer than nothing" in problem for problem in refused(environ={f"DOWNDATE__{key}": "0s"}))


def test_each_place_goes_before_the_one_beneath_it(folder, vault):
    changed(folder / "bot.toml", 'poll = "5s"', 'poll = "4s"')
    assert load(folder, rehearsal=False, environ={}).loop.poll == timedelta(seconds=4)
    over = {"loop": {"poll": "3s"}}
    assert load(folder, rehearsal=False, environ={}, overrides=over).loop.poll == timedelta(seconds=3)
    environ = {"DOWNDATE__LOOP__POLL": "2s", "DOWNDATE__CHANNELS__X__ACCESS_TOKEN": "from-environment"}
    settings = load(folder, rehearsal=False, environ=environ, overrides=over)
    assert settings.loop.poll == timedelta(seconds=2)
    assert settings.channels.x.access_token.get_secret_value() == "from-environment"
    settings = load(folder, rehearsal=False, environ=environ | {"CREDENTIALS_DIRECTORY": str(vault)})
    assert settings.channels.x.access_token.get_secret_value() == "canary-access-token"


@pytest.mark.parametrize("name", ["DOWNDATE__CONFIG_DIR", "CONFIGURATION_DIRECTORY"])
def test_the_configuration_folder_is_named_by_the_environment(folder, name):
    changed(folder / "bot.toml", 'poll = "5s"', 'poll = "4s"')
    assert load(rehearsal=False, environ={name: str(folder)}).loop.poll == timedelta(seconds=4)


def test_the_folder_of_the_argument_goes_before_that_of_the_environment(folder, tmp_path):
    load(folder, rehearsal=False, environ={"DOWNDATE__CONFIG_DIR": str(tmp_path / "nowhere")})


def test_a_missing_file_is_named_and_so_is_what_it_should_have_held(tmp_path):
    problems = refused(config_dir=tmp_path)
    assert [p for p in problems if "not found" in p] == [
        "bot.toml: not found in the configuration folder; copy the shipped one there",
        "policy.toml: not found in the configuration folder; copy the shipped one there",
        "law.toml: not found in the configuration folder; copy the shipped one there",
    ]
    assert "policy.toml: council: is missing" in problems


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"poll = = 3", "bot.toml: is not valid TOML: Invalid value (at line 1, column 8)"),
        (b"\xff\xfe", "bot.toml: is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_understood_is_named(folder, content, words):
    (folder / "bot.toml").write_bytes(content)
    assert refused(config_dir=folder) == [words]


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("bot.toml", 'poll = "5s"', 'pol = "5s"', "bot.toml: loop.pol: no setting has this name; did you mean loop.poll?"),
        ("bot.toml", "[serve]", "[server]", "bot.toml: server: no setting has this name; did you mean serve.port?"),
        ("bot.toml", "workers = 5", "workers = 0", "bot.toml: loop.workers = 0: input should be greater than or equal to 1"),
        ("bot.toml", "workers = 5", 'workers = "many"', "bot.toml: loop.workers = many: input should be a valid integer"),
        ("bot.toml", 'poll = "5s"', "poll = 5", "bot.toml: loop.poll = 5: not a duration"),
        ("bot.toml", "port = 8481", "port = 70000", "bot.toml: serve.port = 70000: input should be less than or equal to 65535"),
        ("bot.toml", "port = 8481", "port = 8480", "bot.toml: serve.port = 8480: is the site's port as well"),
        ("bot.toml", '"v26.0"', '"26"', "bot.toml: channels.facebook.version = 26: string should match"),
        ("bot.toml", "[channels.x]", "[channels.twitter]\nenabled = false\n[channels.x]", "bot.toml: channels.twitter: no setting"),
        ("bot.toml", '# page_id = "..."', 'page_id = "the page"', "bot.toml: channels.facebook.page_id = the page: string should match"),
        ("bot.toml", "[ledger]", '[ledger]\nfolder = "state"', "bot.toml: ledger.folder = state: must be an absolute path"),
        ("bot.toml", "[ledger]", '[ledger]\nurl = "postgresql://db/x"', "bot.toml: ledger.url = postgresql://db/x: string should match"),
        ("bot.toml", "[loop]", '[retention]\nlead = "3h"\n[loop]', "bot.toml: retention.lead: belongs into policy.toml"),
        ("policy.toml", 'ref_prefix = "DBC"', 'ref_prefix = "dbc"', "policy.toml: council.ref_prefix = dbc: string should match"),
        ("policy.toml", 'ref_prefix = "DBC"', "", "policy.toml: council.ref_prefix: is missing"),
        ("policy.toml", 'name = "housing"', 'name = "fraud"', "policy.toml: council: services: two have the same name"),
        ("policy.toml", 'name = "housing"', 'name = "Housing!"', "policy.toml: council.services[2].name = Housing!: string should match"),
        ("policy.toml", 'title = "Housing"', 'tilte = "Housing"', "policy.toml: council.services[2].title: is missing"),
        ("policy.toml", 'contacts = ["comms@dartford.gov.uk"]', 'contacts = ["call us"]', "policy.toml: council.contacts[0] = call us: string should match"),
        ("policy.toml", '"fri"]', '"someday"]', "policy.toml: retention.working_days[4] = someday: input should be 'mon'"),
        ("policy.toml", 'last_start = "14:00"', 'last_start = "08:00"', "policy.toml: retention.last_start = 08:00: must lie between"),
        ("policy.toml", 'privacy_notice_url = "https', 'privacy_notice_url = "ftp', "policy.toml: council.privacy_notice_url = ftp"),
        ("policy.toml", 'minimum_display = "1d"', 'minimum_display = "28d"', "policy.toml: retention.lead = 2h: with minimum_display"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_file_and_key(folder, file, old, new, problem):
    changed(folder / file, old, new)
    problems = refused(config_dir=folder)
    assert any(found.startswith(problem) for found in problems), problems


def test_a_scalar_where_a_section_belongs_is_a_mistake_of_that_section(folder):
    (folder / "bot.toml").write_text('loop = "fast"\n')
    (problem,) = refused(config_dir=folder, environ={"DOWNDATE__LOOP__WORKERS": "3"})
    assert "loop" in problem


def test_all_mistakes_of_all_places_are_told_together(folder, vault):
    changed(folder / "bot.toml", "workers = 5", "workers = 0")
    changed(folder / "bot.toml", 'publish_deadline = "120s"', 'publish_deadline = "200s"')
    changed(folder / "policy.toml", 'ref_prefix = "DBC"', 'ref_prefix = "d"')
    (vault / "x_acces_token").write_text("s")
    environ = {
        "CREDENTIALS_DIRECTORY": str(vault),
        "DOWNDATE__LOOP__POLL": "9s",
        "DOWNDATE__LOPP__POLL": "1s",
        "DOWNDATE__CHANNELS__X__ENABLED": "true",
    }
    problems = "\n".join(refused(config_dir=folder, environ=environ))
    for words in (
        "bot.toml: loop.workers = 0",
        "bot.toml: loop.publish_deadline = 3m20s: at most 120s",
        "bot.toml: loop.lease = 5m: must be longer than twice publish_deadline, 3m20s",
        "policy.toml: council.ref_prefix = d",
        "DOWNDATE__LOOP__POLL: loop.poll = 9s: at most 5s",
        "DOWNDATE__LOPP__POLL: no setting has this name; did you mean DOWNDATE__LOOP__POLL?",
        "credentials file x_acces_token: no secret has this name; did you mean x_access_token?",
        "channels.x.user_id: needed while the channel is enabled",
    ):
        assert words in problems, words


@pytest.mark.parametrize("name", ["DOWNDATE__REHEARSAL", "DOWNDATE__LOOP", "DOWNDATE__", "DOWNDATE__loop__poll"])
def test_a_variable_that_names_no_setting_is_refused(name):
    (problem,) = refused(environ={name: "true"})
    assert problem.startswith(f"{name}: no setting has this name")


def test_a_file_cannot_declare_itself_a_rehearsal(folder):
    (folder / "bot.toml").write_text("rehearsal = true\n" + (folder / "bot.toml").read_text())
    for rehearsal in (False, True):
        (problem,) = refused(config_dir=folder, rehearsal=rehearsal, overrides={"channels": {}})
        assert problem == "bot.toml: rehearsal: not a setting; init --rehearsal marks a ledger for good"


def test_foreign_variables_are_left_alone():
    environ = {"DOWNDATE_TOKEN": "t", "PATH": "/bin", "XDOWNDATE__LOOP__POLL": "9s"}
    assert load(rehearsal=False, environ=environ).loop.poll == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("text", "delays"), [("1s,2s", (1, 2)), ("1s 2s", (1, 2)), ('["1s", "2s"]', (1, 2)), ("3s", (3,))]
)
def test_a_list_in_a_variable_is_json_or_parted_by_commas_or_blanks(text, delays):
    loop = load(rehearsal=False, environ={"DOWNDATE__LOOP__TRACE_DELAYS": text}).loop
    assert loop.trace_delays == tuple(timedelta(seconds=n) for n in delays)


def test_a_broken_json_list_is_told():
    (problem,) = refused(environ={"DOWNDATE__LOOP__TRACE_DELAYS": '["1s"'})
    assert problem == "DOWNDATE__LOOP__TRACE_DELAYS: starts like a JSON list and is none"


def test_credentials_are_read_from_systemds_folder(vault):
    (vault / "ledger_key").write_bytes(b"\x00\xff raw")
    (vault / "ledger_key").chmod(0o600)
    (vault / "x_proxy").write_text("http://u:canary-proxy@proxy.example:3128\n")
    (vault / "x_proxy").chmod(0o600)
    settings = load(rehearsal=False, environ=LIVE | {"CREDENTIALS_DIRECTORY": str(vault)})
    assert settings.channels.enabled == tuple(Channel)
    assert settings.ledger.key_file == vault / "ledger_key"
    assert settings.channels.facebook.access_token.get_secret_value() == "canary-page-token"
    assert [url.get_secret_value() for url in settings.alerts.urls] == SECRETS["alerts_urls"].split()
    assert settings.channels.x.proxies["https"] == "http://u:canary-proxy@proxy.example:3128"
    assert settings.channels.instagram.proxies == {}
    assert settings.site.public_url == "https://notices.council.gov.uk"


def test_credentials_are_found_under_the_names_systemd_gives_a_whole_folders_files(vault):
    for path in list(vault.iterdir()):
        path.rename(path.with_name(f"downdate_{path.name}"))
    settings = load(rehearsal=False, environ=LIVE | {"CREDENTIALS_DIRECTORY": str(vault)})
    assert settings.channels.x.access_token.get_secret_value() == "canary-access-token"
    (vault / "downdate_x_token").write_text("s")
    problems = refused(environ=LIVE | {"CREDENTIALS_DIRECTORY": str(vault)})
    assert problems[0].startswith("credentials file downdate_x_token: no secret has this name")


def test_a_secret_is_printed_nowhere(vault):
    settings = load(rehearsal=False, environ=LIVE | {"CREDENTIALS_DIRECTORY": str(vault)})
    printed = f"{settings!r} {settings} {bot_settings.shown(settings)} {bot_settings.cautions(settings)}"
    assert "canary" not in printed
    assert "access_token='***'" in printed


def test_no_secret_stands_in_a_refusal(vault):
    (vault / "x_access_token").write_text(" \n")
    environ = LIVE | {
        "CREDENTIALS_DIRECTORY": str(vault),
        "DOWNDATE__ALERTS__SECOND_URLS": '["canary://a", null]',
        "DOWNDATE__ALERTS__LINK_BASE": "https://u:canary@host.example",
        "DOWNDATE__SITE__PUBLIC_URL": "https://host.example/?canary=1",
        "DOWNDATE__CHANNELS__X__CANARY": "canary",
    }
    with pytest.raises(SettingsRefused) as caught:
        load(rehearsal=False, environ=environ)
    problems = caught.value.problems
    assert not [problem for problem in problems if "canary" in problem]
    assert "credentials file x_access_token: channels.x.access_token: is empty" in problems
    assert any(problem.startswith("DOWNDATE__ALERTS__SECOND_URLS: alerts.second_urls[1]:") for problem in problems)
    assert any("must not hold a user name or password" in problem for problem in problems)
    assert any("no query and no fragment" in problem for problem in problems)
    assert caught.value.__cause__ is None
    assert "canary" not in repr(caught.value)


def test_a_secret_in_a_file_of_settings_is_refused_and_told_where_to_go(folder):
    changed(folder / "bot.toml", "[channels.x]", '[channels.x]\naccess_token = "canary"')
    (problem,) = refused(config_dir=folder)
    assert problem == (
        "bot.toml: channels.x.access_token: a secret does not belong into a file of settings; put it into the "
        "credentials file x_access_token or into DOWNDATE__CHANNELS__X__ACCESS_TOKEN"
    )


@pytest.mark.parametrize(
    ("proxy", "accepted"), [("http://proxy.example:3128", True), ("http://u:p@proxy.example", False)]
)
def test_a_proxy_may_stand_in_the_file_unless_it_holds_a_password(folder, proxy, accepted):
    changed(folder / "bot.toml", "[channels.x]", f'[channels.x]\nproxy = "{proxy}"')
    if accepted:
        assert load(folder, rehearsal=False, environ={}).channels.x.proxies == {"http": proxy, "https": proxy}
    else:
        assert "u:p" not in refused(config_dir=folder)[0]


@pytest.mark.parametrize("mode", [0o404, 0o644, 0o666])
def test_a_credential_everyone_may_read_is_refused(vault, mode):
    (vault / "x_access_token").chmod(mode)
    (problem,) = refused(environ=LIVE | {"CREDENTIALS_DIRECTORY": str(vault)})
    assert problem == "credentials file x_access_token: every user of this machine may read it; chmod 600 it"


@pytest.mark.parametrize(
    ("content", "words"), [(b"\xff\xfe", "is not UTF-8"), (b"a" * 70_000, "is larger than any secret")]
)
def test_a_credential_that_cannot_be_one_is_refused(vault, content, words):
    (vault / "x_access_token").chmod(0o600)
    (vault / "x_access_token").write_bytes(content)
    problems = refused(environ=LIVE | {"CREDENTIALS_DIRECTORY": str(vault)})
    assert f"credentials file x_access_token: {words}" in problems


def test_a_credentials_folder_that_is_not_there_is_told(tmp_path):
    (problem,) = refused(environ={"CREDENTIALS_DIRECTORY": str(tmp_path / "nowhere")})
    assert problem == "credentials folder: cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("channel", "missing"),
    [
        ("X", ["user_id", "consumer_key", "consumer_secret", "access_token", "access_token_secret"]),
        ("FACEBOOK", ["page_id", "app_id", "app_secret", "access_token"]),
        ("INSTAGRAM", ["user_id", "app_id", "app_secret", "access_token"]),
    ],
)
def test_an_enabled_channel_needs_its_account_and_every_secret(channel, missing):
    environ = {f"DOWNDATE__CHANNELS__{channel}__ENABLED": "true", "DOWNDATE__SITE__PUBLIC_URL": "https://a.gov.uk"}
    problems = refused(environ=environ)
    assert len(problems) == len(missing)
    for name, problem in zip(missing, problems, strict=True):
        assert f"channels.{channel.lower()}.{name}: needed while the channel is enabled" in problem
        assert f"DOWNDATE__CHANNELS__{channel}__{name.upper()}" in problem


def _weaker(key: str, limit: str, step: int) -> str:
    return spoken(duration(limit) + step * timedelta(milliseconds=1))


LIMITS = [(key, limit, -1) for key, limit in AT_LEAST.items()] + [(key, limit, 1) for key, limit in AT_MOST.items()]


@pytest.mark.parametrize(("key", "limit", "step"), LIMITS, ids=[f"{key}-{step}" for key, _, step in LIMITS])
def test_a_value_weaker_than_the_safe_one_is_refused_with_the_limit_and_the_remedy(key, limit, step):
    weak = _weaker(key, limit, step)
    name = variable(tuple(key.split(".")))
    # The lease may not be shorter than twice the deadline; keep that rule out of this one's way.
    problems = refused(environ={"DOWNDATE__LOOP__PUBLISH_DEADLINE": "100s", name: weak})
    side = "at least" if step < 0 else "at most"
    assert f"{name}: {key} = {weak}: {side} {limit}; only a ledger made by init --rehearsal may go beyond" in problems


@pytest.mark.parametrize(("key", "limit", "step"), LIMITS, ids=[f"{key}-{step}" for key, _, step in LIMITS])
def test_a_value_at_the_limit_or_stricter_is_accepted(key, limit, step):
    name = variable(tuple(key.split(".")))
    load(rehearsal=False, environ={name: limit})
    if key != "retention.lead":
        load(rehearsal=False, environ={"DOWNDATE__LOOP__PUBLISH_DEADLINE": "100s", name: _weaker(key, limit, -step)})


@pytest.mark.parametrize("key", sorted(AT_LEAST.keys() | AT_MOST.keys()))
def test_every_limit_is_met_by_the_shipped_files(key):
    settings = load(rehearsal=False, environ={})
    value = settings
    for part in key.split("."):
        value = getattr(value, part)
    longest = max(value) if isinstance(value, tuple) else value
    assert duration(AT_LEAST.get(key, "0s")) <= longest <= duration(AT_MOST.get(key, "999d"))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("WORKING_FROM", "07:59", "retention.working_from = 07:59: not before 08:00"),
        ("WORKING_UNTIL", "18:01", "retention.working_until = 18:01: not after 18:00"),
        ("LAST_START", "14:01", "retention.last_start = 14:01: not after 14:00"),
        ("WORKING_DAYS", "mon,sat", "retention.working_days = mon sat: Monday to Friday only"),
        ("BANK_HOLIDAYS", "false", "retention.bank_holidays = False: must be true"),
    ],
)
def test_working_hours_wider_than_the_safe_ones_are_refused(name, value, words):
    (problem,) = refused(environ={f"DOWNDATE__RETENTION__{name}": value})
    assert problem.startswith(f"DOWNDATE__RETENTION__{name}: {words}")


def test_the_working_days_count_as_dates_count_them():
    assert load(rehearsal=False, environ={}).retention.weekdays == {0, 1, 2, 3, 4}


def test_a_call_may_not_outlast_its_publish_even_in_a_rehearsal(tmp_path):
    problems = refused(
        rehearsal=True, overrides=rehearsed(tmp_path), environ={"DOWNDATE__CHANNELS__X__DEADLINE": "10s"}
    )
    assert len(problems) == 1
    assert "DOWNDATE__CHANNELS__X__DEADLINE: channels.x.deadline = 10s: one call may not take longer" in problems[0]


def test_the_lease_outlasts_two_publishes_even_in_a_rehearsal(tmp_path):
    problems = refused(rehearsal=True, overrides=rehearsed(tmp_path), environ={"DOWNDATE__LOOP__LEASE": "18s"})
    assert problems == ["DOWNDATE__LOOP__LEASE: loop.lease = 18s: must be longer than twice publish_deadline, 9s"]


def test_the_call_deadline_is_every_channels_unless_it_has_its_own():
    environ = {"DOWNDATE__LOOP__CALL_DEADLINE": "20s", "DOWNDATE__CHANNELS__X__DEADLINE": "10s"}
    channels = load(rehearsal=False, environ=environ).channels
    assert channels.facebook.deadline == timedelta(seconds=20)
    assert channels.x.deadline == timedelta(seconds=10)


def test_a_rehearsal_runs_at_seconds_with_all_channels(tmp_path):
    settings = load(rehearsal=True, environ={}, overrides=rehearsed(tmp_path))
    assert settings.rehearsal
    assert settings.channels.enabled == tuple(Channel)
    assert settings.retention.period == timedelta(minutes=2)
    assert settings.retention.weekdays == set(range(7))
    assert settings.retention.last_start == time(23, 59, 59)
    assert settings.ledger.folder == tmp_path
    assert settings.ledger.url == f"sqlite:///{tmp_path}/ledger.sqlite"
    assert settings.ledger.key_file == tmp_path / "ledger.key"
    assert settings.site.root == tmp_path / "site"


def test_a_rehearsals_settings_are_refused_for_real(tmp_path):
    problems = refused(overrides=rehearsed(tmp_path))
    for key in ("loop.second_look", "retention.lead", "channels.x.settle", "retention.bank_holidays"):
        assert any(f"override: {key} = " in problem for problem in problems), key


def test_a_rehearsal_can_be_told_by_environment_alone(tmp_path):
    overrides = rehearsed(tmp_path, period=timedelta(seconds=30))
    environ = bot_settings.as_environment(overrides)
    assert all(isinstance(value, str) for value in environ.values())
    assert load(rehearsal=True, environ=environ) == load(rehearsal=True, environ={}, overrides=overrides)


OUTSIDE = ["https://api.x.com", "https://127.0.0.1.example.com", "https://10.0.0.1", "https://localhost.example"]


@pytest.mark.parametrize("url", OUTSIDE)
@pytest.mark.parametrize(
    "name",
    [
        "CHANNELS__X__BASE_URL",
        "CHANNELS__FACEBOOK__BASE_URL",
        "CHANNELS__INSTAGRAM__BASE_URL",
        "SITE__PUBLIC_URL",
        "CHANNELS__WEBSITE__PROXY",
    ],
)
def test_a_rehearsal_refuses_any_address_that_is_not_loopback(tmp_path, name, url):
    problems = refused(rehearsal=True, overrides=rehearsed(tmp_path), environ={f"DOWNDATE__{name}": url})
    assert any(
        problem.startswith(f"DOWNDATE__{name}: {name.lower().replace('__', '.')}")
        and "loopback addresses only" in problem
        for problem in problems
    )


@pytest.mark.parametrize("name", ["SITE__HOST", "SERVE__HOST"])
def test_a_rehearsal_listens_on_loopback_only(tmp_path, name):
    (problem,) = refused(rehearsal=True, overrides=rehearsed(tmp_path), environ={f"DOWNDATE__{name}": "0.0.0.0"})
    assert "loopback addresses only" in problem


@pytest.mark.parametrize("url", ["http://localhost:1", "http://127.9.9.9:1", "http://[::1]:1", "http://LOCALHOST:1"])
def test_loopback_has_several_spellings(tmp_path, url):
    load(rehearsal=True, overrides=rehearsed(tmp_path), environ={"DOWNDATE__CHANNELS__X__BASE_URL": url})


def test_a_rehearsal_does_not_mind_the_live_address_of_a_channel_that_is_off(tmp_path):
    overrides = rehearsed(tmp_path)
    del overrides["channels"]["x"]
    assert Channel.X not in load(rehearsal=True, environ={}, overrides=overrides).channels.enabled


@pytest.mark.parametrize(
    "url",
    [
        "http://api.x.com",
        "ftp://127.0.0.1",
        "api.x.com",
        "https://",
        "https://a b",
        "https://u:p@a.example",
        "http://[::1",
        "https://a:99999",
    ],
)
def test_an_address_must_be_https_or_loopback_and_whole(url):
    (problem,) = refused(environ={"DOWNDATE__CHANNELS__X__BASE_URL": url})
    assert problem.startswith("DOWNDATE__CHANNELS__X__BASE_URL: channels.x.base_url")
    assert "u:p" not in problem


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("notices.council.gov.uk", True),
        ("8.8.8.8", True),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("169.254.1.1", False),
        ("127.0.0.1", False),
        ("::1", False),
        ("intranet", False),
        ("notices.local", False),
        ("notices.internal.", False),
    ],
)
def test_a_public_host_is_one_a_platform_could_reach(host, public):
    assert is_public(host) is public


@pytest.mark.parametrize("site", ["https://10.0.0.1", "https://intranet", "http://127.0.0.1:8480", "https://a.test"])
def test_instagram_is_refused_when_it_could_not_fetch_the_picture(vault, site):
    environ = LIVE | {"CREDENTIALS_DIRECTORY": str(vault), "DOWNDATE__SITE__PUBLIC_URL": site}
    (problem,) = refused(environ=environ)
    assert f"DOWNDATE__SITE__PUBLIC_URL: site.public_url = {site}: Instagram fetches pictures from it" in problem
    load(rehearsal=False, environ=environ | {"DOWNDATE__CHANNELS__INSTAGRAM__ENABLED": "false"})
    load(rehearsal=False, environ=environ | {"DOWNDATE__CHANNELS__INSTAGRAM__BASE_URL": "http://127.0.0.1:9"})


def test_what_weakens_the_promise_is_said_though_not_refused(vault):
    said = bot_settings.cautions(load(rehearsal=False, environ={}))
    assert [text.split(":")[0] for text in said] == [
        "alerts.urls", "alerts.second_urls", "alerts.ping_url", "alerts.link_base", "site.public_url",
    ]  # fmt: skip
    environ = LIVE | {
        "CREDENTIALS_DIRECTORY": str(vault),
        "DOWNDATE__ALERTS__SECOND_URLS": "json://127.0.0.1/b",
        "DOWNDATE__ALERTS__LINK_BASE": "https://downdate.council.gov.uk",
    }
    assert bot_settings.cautions(load(rehearsal=False, environ=environ)) == ()


@pytest.mark.parametrize("context", ["", "c1"])
def test_entra_without_a_way_to_show_a_second_factor_is_said(context):
    tenant = "11111111-2222-3333-4444-555555555555"
    given = {
        "METADATA_URL": f"https://login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration",
        "CLIENT_ID": "x",
        "CLIENT_SECRET": "y",
    } | ({"STRONG_CONTEXT": context} if context else {})
    environ = {f"DOWNDATE__CONSOLE__ENTRA_{name}": value for name, value in given.items()}
    said = bot_settings.cautions(load(rehearsal=False, environ=environ))
    assert any(each.startswith("console.entra_strong_context") for each in said) is (not context)


def test_what_is_shown_is_plain_and_whole():
    settings = load(rehearsal=False, environ={})
    tree = bot_settings.shown(settings)
    assert set(tree) == set(Settings.model_fields)
    assert tree["loop"]["poll"] == "5s"
    assert tree["loop"]["trace_delays"] == ["2s", "5s", "10s", "30s", "1m"]
    assert tree["retention"]["last_start"] == "14:00:00"
    assert tree["channels"]["x"]["access_token"] is None
    assert tree["alerts"]["urls"] == ["***"]
    assert tree["ledger"]["folder"] == str(settings.ledger.folder)
    assert tree["council"]["services"][0] == {"name": "environment", "title": "Environmental enforcement"}


def test_settings_cannot_be_changed_afterwards():
    settings = load(rehearsal=False, environ={})
    for section, name in ((settings, "loop"), (settings.loop, "poll"), (settings.channels.x, "enabled")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(section, name, None)


@pytest.mark.parametrize(
    ("environ", "folder"),
    [({"STATE_DIRECTORY": "/var/lib/downdate"}, "/var/lib/downdate"), ({"STATE_DIRECTORY": "/a:/b"}, "/a")],
)
def test_the_ledger_lies_in_systemds_state_folder(environ, folder):
    ledger = load(rehearsal=False, environ=environ).ledger
    assert str(ledger.folder) == folder
    assert ledger.url == f"sqlite:///{folder}/ledger.sqlite"


def test_without_systemd_the_ledger_lies_in_the_users_state_folder():
    folder = load(rehearsal=False, environ={}).ledger.folder
    assert folder.is_absolute()
    assert folder.name == "downdate"


def test_who_acts_is_told_by_the_token_and_never_printed():
    token = bot_settings.acting_token({"DOWNDATE_TOKEN": " canary \n"})
    assert token.get_secret_value() == "canary"
    assert "canary" not in repr(token)
    assert bot_settings.acting_token({"DOWNDATE_TOKEN": " "}) is None


def test_systemds_socket_is_told_when_there_is_one():
    assert bot_settings.notify_socket({"NOTIFY_SOCKET": "/run/n"}) == "/run/n"
    assert bot_settings.notify_socket({}) is None


def test_the_names_of_credentials_are_short_and_never_meet():
    assert set(SECRETS) <= set(credentials())
    secrets = [key for key in known() if key in credentials().values()]
    assert len(secrets) == len(credentials())
