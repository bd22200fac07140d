"""Removal and its proof: what goes, what a person has to take down, and when absence is believed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.base import Artefact, ArtefactKind, ByHand, InDoubt, Presence, Unauthorised
from adapters.instagram import InstagramAdapter
from tests.adapters.contract import JPEG
from tests.adapters.fake import Clock
from tests.adapters.instagram.wiring import BASE, of, settings, up


@pytest.mark.parametrize(
    "switch", ["ig-delete-unsupported", "ig-delete-unsupported-33", "ig-delete-type", "ig-delete-restricted"]
)
def test_a_post_instagram_will_not_delete_is_for_a_person_with_its_permalink(platform, switch):
    attempt = up(platform)
    platform.standin.switches.add(switch)
    with pytest.raises(ByHand) as raised:
        platform.adapter.remove(attempt.made)
    assert raised.value.link == of(attempt, ArtefactKind.POST)[0].url
    assert "Recently Deleted" in raised.value.steps
    assert platform.adapter.presence(tuple(of(attempt, ArtefactKind.POST))) == {3: Presence.VISIBLE}


def test_a_permalink_never_noted_is_asked_for_when_a_person_needs_it(platform):
    attempt = up(platform)
    platform.standin.switches.add("ig-delete-type")
    (post,) = of(attempt, ArtefactKind.POST)
    with pytest.raises(ByHand) as raised:
        platform.adapter.remove((replace(post, url=None),))
    assert raised.value.link == post.url


@pytest.mark.parametrize(("switch", "error"), [("ig-delete-fatal", InDoubt), ("ig-delete-scope", Unauthorised)])
def test_a_deletion_that_may_work_later_is_no_matter_for_a_person_yet(platform, switch, error):
    attempt = up(platform)
    platform.standin.switches.add(switch)
    with pytest.raises(error):
        platform.adapter.remove(attempt.made)
    platform.standin.switches.clear()
    platform.adapter.remove(attempt.made)
    assert platform.copies() == []


@pytest.mark.parametrize("switch", ["redelete-says-false", "redelete-false", "redelete-success", "status-500"])
def test_every_way_of_saying_already_gone_is_success(platform, switch):
    platform.standin.switches.add(switch)
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    platform.adapter.remove(attempt.made)
    assert platform.adapter.presence(tuple(attempt.acknowledged()))[3] is Presence.GONE


def test_a_refused_delete_of_what_is_still_there_is_asked_once_more(wire, host):
    missing = {"error": {"code": 100, "error_subcode": 33}}
    wire.add("DELETE", f"{BASE}/v26.0/17", json=missing, status=400)
    wire.add("DELETE", f"{BASE}/v26.0/17", json={"success": True})
    wire.add("GET", f"{BASE}/v26.0/17", json={"id": "17"})
    row = Artefact(id=1, kind=ArtefactKind.POST, platform_id="17")
    InstagramAdapter(settings(), host, clock=Clock()).remove((row,))
    assert [call.request.method for call in wire.calls] == ["DELETE", "GET", "DELETE"]


def test_the_token_for_deleting_may_be_another_one(platform, host):
    attempt = up(platform)
    platform.standin.switches.add("ig-delete-page-token-only")
    with pytest.raises(ByHand):
        platform.adapter.remove(attempt.made)
    other = InstagramAdapter(settings(delete_token="rehearsal-page-token"), host, clock=platform.clock)
    other.remove(attempt.made)
    assert platform.copies() == []


def test_a_hosted_picture_left_by_a_crash_is_taken_down_and_seen_gone(platform, host):
    host.put("h/left.jpg", JPEG)
    left = Artefact(id=9, kind=ArtefactKind.FILE, platform_id="h/left.jpg")
    assert platform.adapter.presence((left,)) == {9: Presence.VISIBLE}
    platform.adapter.remove((left,))
    assert platform.adapter.presence((left,)) == {9: Presence.GONE}


def test_a_hosted_picture_is_taken_down_even_where_the_token_is_dead(platform, host):
    attempt = up(platform)
    host.put(of(attempt, ArtefactKind.FILE)[0].platform_id, JPEG)
    platform.revoke()
    with pytest.raises(Unauthorised):
        platform.adapter.remove(attempt.made)
    assert host.files == {}


def test_containers_are_neither_deleted_nor_asked_for(platform):
    attempt = up(platform)
    (container,) = of(attempt, ArtefactKind.CONTAINER)
    platform.standin.calls.clear()
    platform.adapter.remove((container,))
    assert platform.adapter.presence((container,)) == {container.id: Presence.UNSURE}
    assert platform.standin.calls == []


def test_absence_is_not_believed_before_it_has_settled(platform):
    row = Artefact(id=1, kind=ArtefactKind.POST, platform_id="179", created_at=platform.clock())
    assert platform.adapter.presence((row,)) == {1: Presence.UNSURE}
    platform.clock.advance(timedelta(minutes=15))
    assert platform.adapter.presence((row,)) == {1: Presence.GONE}


def test_a_post_that_returns_is_seen_again_and_a_passing_refusal_is_not_believed(platform):
    platform.standin.switches.update({"deleted-returns", "spurious-33"})
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    posts = tuple(each for each in attempt.acknowledged() if each.kind is ArtefactKind.POST)
    assert platform.adapter.presence(posts) == {3: Presence.GONE}
    platform.clock.advance(timedelta(minutes=2))
    assert platform.adapter.presence(posts) == {3: Presence.VISIBLE}
