"""How far a setting may go: the safe limits, a rehearsal's own, and the addresses that may be used."""

from datetime import time, timedelta

import pytest

from bot import settings as bot_settings
from bot.settings import load
from bot.settings_layers import variable
from bot.settings_safe import AT_LEAST, AT_MOST, is_public
from bot.settings_values import duration, spoken
from policies.terms import Channel
from tests.bot.settings_samples import LIVE, refused, rehearsed


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
