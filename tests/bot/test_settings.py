"""The settings that are shipped, the values a setting may have, and what is shown of them."""

import re
from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from bot import settings as bot_settings
from bot.settings import load
from bot.settings_layers import FILES, credentials, dotted, known
from bot.settings_model import INFORMATIVE, Settings
from bot.settings_values import duration, spoken
from policies.terms import Channel
from tests.bot.settings_samples import LIVE, SECRETS, changed, refused, rehearsed


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


def test_what_weakens_the_promise_is_said_though_not_refused(vault):
    said = bot_settings.cautions(load(rehearsal=False, environ={}))
    assert [text.split(":")[0] for text in said] == [
        "alerts.urls", "alerts.second_urls", "alerts.ping_url", "alerts.link_base", "console.help_line",
        "site.public_url",
    ]  # fmt: skip
    environ = LIVE | {
        "CREDENTIALS_DIRECTORY": str(vault),
        "DOWNDATE__ALERTS__SECOND_URLS": "json://127.0.0.1/b",
        "DOWNDATE__ALERTS__LINK_BASE": "https://downdate.council.gov.uk",
        "DOWNDATE__CONSOLE__HELP_LINE": "01632 960001",
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
