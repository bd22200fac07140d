"""The check of the account, its rights and its tokens."""

from dataclasses import replace

import pytest

from adapters.base import Unauthorised
from adapters.instagram import InstagramAdapter
from adapters.standin.core import mount as put_on_wire
from adapters.standin.graph import GraphStandin
from adapters.standin.graph_state import INSTAGRAM_SCOPES, PAGE_SCOPES, GraphAccount, GraphToken
from tests.adapters.fake import Clock
from tests.adapters.instagram.wiring import BASE, TOKEN, settings, up


def with_tokens(wire, host, *, delete_token: str | None = None, **scopes: frozenset[str]) -> InstagramAdapter:
    tokens = {name.replace("_", "-"): GraphToken(kind="user", scopes=given) for name, given in scopes.items()}
    clock = Clock()
    put_on_wire(GraphStandin(clock=clock, account=GraphAccount(tokens=tokens)), wire, BASE)
    return InstagramAdapter(settings(token="posting", delete_token=delete_token), host, clock=clock)


def test_check_names_the_account_and_both_rights(platform):
    health = platform.adapter.check()
    assert (health.account, health.can_post, health.can_remove) == ("@samplecouncil", True, True)


def test_without_manage_contents_it_may_post_but_never_remove(wire, host):
    health = with_tokens(wire, host, posting=INSTAGRAM_SCOPES - {"instagram_manage_contents"}).check()
    assert (health.can_post, health.can_remove) == (True, False)


def test_the_right_to_remove_is_the_deleting_tokens(wire, host):
    adapter = with_tokens(
        wire, host, delete_token="deleting", posting=INSTAGRAM_SCOPES, deleting=PAGE_SCOPES | {"instagram_basic"}
    )
    assert adapter.check().can_remove is False


def test_a_token_that_does_not_reach_the_account_is_unauthorised(platform, host):
    other = InstagramAdapter(replace(settings(), user_id="3002"), host, clock=platform.clock)
    with pytest.raises(Unauthorised) as raised:
        other.check()
    assert raised.value.code == "account-not-reached"


def test_a_version_that_is_served_instead_is_noticed(platform):
    platform.standin.switches.add("pinned-version-expired")
    with pytest.raises(Unauthorised):
        platform.adapter.check()


def test_no_token_stands_in_any_url(platform, wire):
    attempt = up(platform)
    platform.adapter.check()
    platform.adapter.remove(attempt.made)
    platform.adapter.presence(attempt.acknowledged())
    assert len(wire.calls) > 10
    assert all(TOKEN not in str(call.request.url) for call in wire.calls)
