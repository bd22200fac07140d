"""The check of the account and its token, and that no secret shows anywhere."""

import pytest

from adapters.base import AdapterError, Unauthorised, Unreachable
from adapters.standin.server import serving
from adapters.standin.x import XStandin
from adapters.x import XAdapter
from tests.adapters.fake import Clock
from tests.adapters.x.wiring import post, settings


def test_a_writing_token_can_remove(platform):
    health = platform.adapter.check()
    assert (health.account, health.can_post, health.can_remove, health.needs_canary) == (
        "@samplecouncil",
        True,
        True,
        False,
    )


def test_without_the_access_header_only_a_canary_can_tell(platform):
    platform.standin.switches.add("no-access-level")
    health = platform.adapter.check()
    assert (health.can_post, health.can_remove, health.needs_canary) == (True, False, True)


def test_a_read_only_token_is_seen_before_it_is_needed(platform):
    platform.standin.switches.add("read-only")
    health = platform.adapter.check()
    assert (health.can_post, health.can_remove, health.needs_canary) == (False, False, False)
    with pytest.raises(Unauthorised) as raised:
        platform.adapter.remove((post("20"),))
    assert raised.value.code == "read-only"


def test_the_wrong_account_is_refused(platform):
    with pytest.raises(Unauthorised) as raised:
        XAdapter(settings(platform.standin, account_id="42"), clock=platform.clock).check()
    assert raised.value.code == "wrong-account"


def test_a_forged_secret_is_refused_by_the_signature(platform):
    forged = XAdapter(settings(platform.standin, access_token_secret="guessed"), clock=platform.clock)
    with pytest.raises(Unauthorised):
        forged.check()


def test_an_unreachable_platform_is_said_so():
    standin = XStandin()
    with serving(standin) as base_url:
        pass
    adapter = XAdapter(settings(standin, base_url), clock=Clock())
    with pytest.raises(Unreachable):
        adapter.check()
    with pytest.raises(Unreachable):
        adapter.remove((post("20"),))


def test_no_secret_shows_in_settings_errors_or_logs(platform, caplog):
    caplog.set_level("DEBUG")
    shown = repr(platform.adapter.settings)
    platform.revoke()
    for call in (platform.adapter.check, lambda: platform.adapter.remove((post("20"),))):
        with pytest.raises(AdapterError) as raised:
            call()
        shown += repr(raised.value) + repr(raised.value.__cause__) + raised.value.remedy
    account = platform.standin.account
    everything = shown + caplog.text
    for secret in (account.consumer_key, account.consumer_secret, account.access_token, account.access_token_secret):
        assert secret not in everything
