"""What comes back for a removal, and for the look after it: when X has proven a post gone."""

from datetime import timedelta

import pytest

from adapters.base import ArtefactKind, InDoubt, Presence, Throttled, Unauthorised, Unsure
from adapters.standin.core import Fault
from adapters.x import XAdapter
from tests.adapters.x.wiring import BASE, BODIES, post, settings, up

MISSING = ["", "delete-missing-titled", "delete-missing-true", "delete-missing-false", "delete-missing-errors"]


@pytest.mark.parametrize("switch", MISSING)
@pytest.mark.parametrize("host", ["", "problem-host-twitter"])
def test_removing_what_is_gone_is_success_however_x_says_it(platform, switch, host):
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    platform.standin.switches |= {switch, host}
    platform.adapter.remove(attempt.made)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.GONE}


@pytest.mark.parametrize("switch", ["delete-missing-bare", "problem-about-blank"])
def test_a_404_that_names_no_missing_post_is_in_doubt(platform, switch):
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    platform.standin.switches.add(switch)
    with pytest.raises(InDoubt):
        platform.adapter.remove(attempt.made)


def test_a_404_that_names_another_post_is_in_doubt(bare, wire):
    problem = {"type": "https://api.x.com/2/problems/resource-not-found", "resource_id": "21", "resource_type": "tweet"}
    wire.add("DELETE", BASE + "/2/tweets/20", status=404, json={"errors": [problem]})
    wire.add("GET", BASE + "/2/tweets", status=200, json={"errors": [problem]})
    with pytest.raises(InDoubt):
        bare.remove((post("20"),))
    assert bare.presence((post("20"),)) == {1: Presence.UNSURE}


def test_a_missing_picture_or_user_is_not_a_missing_post(bare, wire):
    problem = {"type": "https://api.x.com/2/problems/resource-not-found", "resource_id": "20", "resource_type": "media"}
    wire.add("GET", BASE + "/2/tweets", status=200, json={"errors": [problem]})
    assert bare.presence((post("20"),)) == {1: Presence.UNSURE}


@pytest.mark.parametrize("kind", ["tweet", "post", None])
@pytest.mark.parametrize("host", ["https://api.x.com/2", "https://api.twitter.com/2"])
@pytest.mark.parametrize(
    ("key", "status"), [("resource_id", 200), ("resource_id", 404), ("value", 200), ("value", 404)]
)
def test_gone_is_believed_for_the_very_post_named_not_found(bare, wire, *, kind, host, key, status):
    problem = {"type": f"{host}/problems/resource-not-found", key: "20"} | ({"resource_type": kind} if kind else {})
    wire.add("GET", BASE + "/2/tweets", status=status, json={"errors": [problem]})
    assert bare.presence((post("20"), post("21", id=2))) == {1: Presence.GONE, 2: Presence.UNSURE}


@pytest.mark.parametrize("switch", ["get-missing-html", "not-authorized", "problem-about-blank"])
def test_a_look_that_proves_nothing_is_unsure(platform, switch):
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    platform.standin.switches.add(switch)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.UNSURE}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("status", [200, 302, 401, 402, 403, 404, 429, 503])
def test_no_answer_without_a_problem_for_the_post_says_gone(bare, wire, status, body):
    wire.add("GET", BASE + "/2/tweets", status=status, body=body)
    assert bare.presence((post("20"),)) == {1: Presence.UNSURE}


def test_a_post_both_shown_and_named_missing_is_visible(bare, wire):
    problem = {"type": "https://api.x.com/2/problems/resource-not-found", "resource_id": "20"}
    wire.add("GET", BASE + "/2/tweets", status=200, json={"data": [{"id": "20", "text": "x"}], "errors": [problem]})
    assert bare.presence((post("20"),)) == {1: Presence.VISIBLE}


def test_absence_seen_by_another_account_is_unsure(platform):
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    stranger = XAdapter(settings(platform.standin, account_id="42"), clock=platform.clock)
    assert stranger.presence(attempt.acknowledged()) == {1: Presence.UNSURE}
    assert stranger.trace(platform.rendered(), attempt) == Unsure("wrong-account")
    with pytest.raises(Unauthorised):
        stranger.publish(platform.rendered(), platform.attempt())
    assert platform.copies() == []


def test_a_delete_that_lags_is_visible_then_gone(platform):
    platform.standin.switches.add("delete-lags")
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.VISIBLE}
    platform.clock.advance(platform.standin.lag)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.GONE}


def test_a_post_that_comes_back_is_seen(platform):
    platform.standin.switches.add("delete-returns")
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.GONE}
    platform.clock.advance(platform.standin.lag)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.VISIBLE}


def test_absence_of_what_was_never_read_back_is_unsure_until_settled(platform):
    platform.fail("publish", Fault.LIE)
    attempt = up(platform)
    assert platform.copies() == []
    assert platform.adapter.presence(attempt.made) == {1: Presence.UNSURE}
    platform.clock.advance(platform.adapter.settings.settle)
    assert platform.adapter.presence(attempt.made) == {1: Presence.GONE}


def test_uploads_can_be_neither_removed_nor_proven_gone(platform):
    attempt = up(platform, pictures=1)
    media = tuple(each for each in attempt.made if each.kind is ArtefactKind.MEDIA)
    before = len(platform.standin.calls)
    platform.adapter.remove(media)
    assert set(platform.adapter.presence(media).values()) == {Presence.UNSURE}
    assert len(platform.standin.calls) == before


def test_150_removed_posts_are_proven_gone_in_two_looks(platform):
    posts = [platform.standin.plant(f"notice {number}") for number in range(150)]
    for each in posts[1:]:
        each.deleted_at = platform.clock()
    rows = tuple(post(each.id, id=number) for number, each in enumerate(posts))
    seen = platform.adapter.presence(rows)
    assert seen[0] is Presence.VISIBLE
    assert {seen[number] for number in range(1, 150)} == {Presence.GONE}
    assert [path for _, _, path in platform.standin.calls].count("/2/tweets") == 2


def test_a_window_of_50_removals_is_used_up_by_the_51st(platform):
    posts = [platform.standin.plant(f"notice {number}") for number in range(51)]
    with pytest.raises(Throttled) as raised:
        platform.adapter.remove(tuple(post(each.id, id=number) for number, each in enumerate(posts)))
    assert raised.value.until == platform.clock() + timedelta(minutes=15)
    assert len(platform.copies()) == 1
    assert platform.adapter.capabilities.removals_per_window == (50, timedelta(minutes=15))
