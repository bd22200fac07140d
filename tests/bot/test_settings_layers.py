"""Where settings and secrets come from, which place goes before which, and how each mistake is told with its place."""

from datetime import timedelta

import pytest

from bot import settings as bot_settings
from bot.settings import SettingsRefused, load
from policies.terms import Channel
from tests.bot.settings_samples import LIVE, SECRETS, changed, refused


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
