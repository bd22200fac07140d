"""The check of the Page and its token, and how Graph's limits are told."""

from datetime import timedelta

import pytest

from adapters.base import Throttled, Unauthorised, Unreachable
from adapters.facebook import FacebookAdapter
from adapters.standin.core import Fault
from adapters.standin.core import mount as put_on_wire
from adapters.standin.graph import GraphStandin
from adapters.standin.graph_state import PAGE_SCOPES, GraphAccount, GraphToken
from adapters.standin.server import serving
from tests.adapters.facebook.wiring import BASE, TOKEN, settings
from tests.adapters.fake import Clock


def with_token(wire, clock, **token) -> FacebookAdapter:
    account = GraphAccount(tokens={TOKEN: GraphToken(kind="page", **token)})
    put_on_wire(GraphStandin(clock=clock, account=account), wire, BASE)
    return FacebookAdapter(settings(), clock=clock)


def test_check_names_the_page_and_both_rights(platform):
    health = platform.adapter.check()
    assert (health.account, health.can_post, health.can_remove) == ("Sample Council", True, True)
    assert health.expires_at is None


@pytest.mark.parametrize("missing", ["pages_manage_posts", "pages_read_engagement"])
def test_without_a_scope_it_may_neither_post_nor_remove(wire, missing):
    health = with_token(wire, Clock(), scopes=PAGE_SCOPES - {missing}).check()
    assert (health.can_post, health.can_remove) == (False, False)


def test_the_earlier_of_the_two_ends_counts(wire):
    clock = Clock()
    soon, later = (int((clock() + timedelta(days=days)).timestamp()) for days in (3, 60))
    health = with_token(wire, clock, expires_at=later, data_access_expires_at=soon).check()
    assert health.expires_at == clock() + timedelta(days=3)


def test_ended_access_to_data_is_a_dead_token(wire):
    clock = Clock()
    past = int((clock() - timedelta(days=1)).timestamp())
    with pytest.raises(Unauthorised) as raised:
        with_token(wire, clock, data_access_expires_at=past).check()
    assert raised.value.code == "token-expired"


def test_a_version_that_is_served_instead_is_noticed(platform):
    platform.standin.switches.add("pinned-version-expired")
    with pytest.raises(Unauthorised) as raised:
        platform.adapter.check()
    assert raised.value.code == "version-not-served"


def test_a_wrong_app_secret_is_said_to_be_a_matter_of_credentials(platform):
    adapter = FacebookAdapter(settings(app_secret="wrong"), clock=platform.clock)
    with pytest.raises(Unauthorised):
        adapter.check()


def test_where_graph_takes_no_post_for_it_the_token_is_inspected_as_documented(platform):
    platform.standin.switches.add("debug-token-get-only")
    assert platform.adapter.check().can_remove


def test_an_unreachable_graph_is_unreachable():
    with serving(GraphStandin()) as base_url:
        pass
    with pytest.raises(Unreachable):
        FacebookAdapter(settings(base_url), clock=Clock()).check()


def test_a_limit_is_told_with_its_time(platform):
    platform.fail("publish", Fault.THROTTLE, delay=timedelta(minutes=30))
    with pytest.raises(Throttled) as raised:
        platform.adapter.publish(platform.rendered(), platform.attempt())
    assert raised.value.after == timedelta(minutes=30)
