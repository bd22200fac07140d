"""Publication: what Instagram is known or feared to answer, and what is noted of a post (platforms: meta, sections 4, 10)."""

import pytest

from adapters.base import ArtefactKind, CalledOff, Found, InDoubt
from adapters.instagram import InstagramAdapter
from adapters.standin.core import Fault, Rule
from tests.adapters.instagram.wiring import BASE, containers, of, settings, tried, up


def test_a_published_container_stops_a_second_publication(platform):
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = tried(platform, InDoubt)
    again = tried(platform, InDoubt, made=attempt.made)
    assert len(platform.copies()) == len(containers(platform)) == 1
    assert again.order == []


@pytest.mark.parametrize("switch", ["publish-blocked-but-live", "publish-unknown-but-live"])
def test_an_error_for_a_post_that_went_live_is_in_doubt_and_found(platform, switch):
    platform.standin.switches.add(switch)
    attempt = tried(platform, InDoubt)
    trace = platform.adapter.trace(platform.rendered(pictures=1), attempt)
    assert isinstance(trace, Found)
    assert [each.platform_id for each in trace.sightings] == platform.copies()


def test_a_refusal_of_a_container_that_is_published_is_in_doubt(platform):
    """The answer to the first request is lost on the way and its effect lands before the second one."""
    attempt = platform.attempt()
    standin = platform.standin

    def publish_first(call: str) -> None:
        if call == "go" and containers(platform):
            standin._publish(standin.objects[containers(platform)[0]])

    attempt._watch = publish_first
    with pytest.raises(InDoubt) as raised:
        platform.adapter.publish(platform.rendered(pictures=1), attempt)
    assert raised.value.code == "published-though-refused"
    assert len(platform.copies()) == 1


def test_a_refusal_of_a_container_that_nobody_can_read_any_more_is_in_doubt(platform):
    attempt = platform.attempt()
    standin = platform.standin

    def consume(call: str) -> None:
        if call == "go" and containers(platform):
            standin._publish(standin.objects[containers(platform)[0]])
            standin.objects.pop(containers(platform)[0])
            standin.rules.append(Rule(fault=Fault.FAIL_BEFORE, method="POST", path="/media_publish", status=400))

    attempt._watch = consume
    with pytest.raises(InDoubt) as raised:
        platform.adapter.publish(platform.rendered(pictures=1), attempt)
    assert raised.value.code == "published-though-refused"
    assert isinstance(platform.adapter.trace(platform.rendered(pictures=1), attempt), Found)


def test_a_container_nobody_can_read_is_not_replaced_while_it_may_be_live(platform):
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = tried(platform, InDoubt)
    hidden = platform.standin.objects.pop(containers(platform)[0])
    tried(platform, InDoubt, made=attempt.made)
    assert containers(platform) == []
    assert hidden.fields["media"] in platform.copies()


def test_an_unreadable_container_that_was_never_asked_for_is_replaced(platform):
    attempt = tried(platform, CalledOff, call_off={"intend": 3})
    platform.standin.objects.clear()
    again = platform.attempt(made=tuple(each for each in attempt.made if each.platform_id))
    platform.adapter.publish(platform.rendered(pictures=1), again)
    assert len(platform.copies()) == 1


def test_comments_are_closed_after_the_id_was_noted(platform):
    up(platform)
    assert platform.standin.objects[platform.copies()[0]].fields["comments"] is False


def test_comments_are_closed_on_a_post_that_is_found_after_its_answer_was_lost(platform):
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = tried(platform, InDoubt)
    (post,) = platform.copies()
    assert platform.standin.objects[post].fields["comments"] is True
    assert isinstance(platform.adapter.trace(platform.rendered(pictures=1), attempt), Found)
    assert platform.standin.objects[post].fields["comments"] is False


def test_comments_that_stay_open_on_a_post_that_was_found_are_told(platform, host):
    told: list[tuple[str, str]] = []
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = tried(platform, InDoubt)
    platform.standin.switches.add("comments-stay-open")
    adapter = InstagramAdapter(settings(), host, clock=platform.clock, on_comments_open=lambda *each: told.append(each))
    assert isinstance(adapter.trace(platform.rendered(pictures=1), attempt), Found)
    assert told == [(platform.copies()[0], "graph-100")]


def test_comments_that_stay_open_do_not_fail_the_publication_but_are_told(platform, host):
    told: list[tuple[str, str]] = []
    platform.standin.switches.add("comments-stay-open")
    adapter = InstagramAdapter(settings(), host, clock=platform.clock, on_comments_open=lambda *each: told.append(each))
    attempt = platform.attempt()
    adapter.publish(platform.rendered(pictures=1), attempt)
    assert told == [(platform.copies()[0], "graph-100")]
    assert of(attempt, ArtefactKind.POST)[0].platform_id == platform.copies()[0]


def test_comments_that_stay_open_are_logged_where_nobody_asked_to_be_told(platform, caplog):
    platform.standin.switches.add("comments-stay-open")
    up(platform)
    assert "comments could not be closed: graph-100" in caplog.text


def test_a_permalink_that_cannot_be_read_does_not_lose_the_id(platform):
    # The fourth read of the publication: quota, container, and then the new media.
    platform.standin.rules.append(Rule(fault=Fault.LOSE_BEFORE, method="GET", path="/v26.0/", nth=3, times=2))
    attempt = up(platform)
    (post,) = of(attempt, ArtefactKind.POST)
    assert (post.platform_id, post.url) == (platform.copies()[0], None)


def test_the_permalink_and_instagrams_own_time_are_noted(platform):
    (post,) = of(up(platform), ArtefactKind.POST)
    assert post.url == f"{BASE}/public/instagram/{post.platform_id}"
    assert post.created_at == platform.clock()
