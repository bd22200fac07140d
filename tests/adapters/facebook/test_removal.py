"""Removal and its proof: the post, its photos, and when absence is believed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.base import Artefact, ArtefactKind, ByHand, InDoubt, Presence
from adapters.facebook import FacebookAdapter
from adapters.standin.core import mount as put_on_wire
from adapters.standin.graph import GraphStandin
from adapters.standin.graph_state import PAGE_SCOPES, GraphAccount, GraphToken
from tests.adapters.facebook.wiring import BASE, TOKEN, of, platform_at, settings, up
from tests.adapters.fake import Clock


def test_the_post_goes_first_and_then_every_photo(platform):
    attempt = up(platform, pictures=2)
    platform.standin.calls.clear()
    platform.adapter.remove(attempt.made)
    deleted = [path.rsplit("/", 1)[1] for _, method, path in platform.standin.calls if method == "DELETE"]
    posts, photos = of(attempt, ArtefactKind.POST), of(attempt, ArtefactKind.PHOTO)
    assert deleted == [each.platform_id for each in (*posts, *photos)]
    assert platform.standin.visible() == []


def test_a_photo_that_outlives_its_post_is_still_seen(platform):
    attempt = up(platform, pictures=1)
    platform.adapter.remove(tuple(of(attempt, ArtefactKind.POST)))
    seen = platform.adapter.presence(attempt.acknowledged())
    assert seen == {
        of(attempt, ArtefactKind.PHOTO)[0].id: Presence.VISIBLE,
        of(attempt, ArtefactKind.POST)[0].id: Presence.GONE,
    }


@pytest.mark.parametrize(
    "switch",
    ["photo-goes-with-post", "redelete-says-false", "redelete-false", "redelete-success", "status-403", "status-500"],
)
def test_every_way_of_saying_already_gone_is_success(platform, switch):
    platform.standin.switches.add(switch)
    attempt = up(platform, pictures=1)
    platform.adapter.remove(attempt.made)
    platform.adapter.remove(attempt.made)
    assert set(platform.adapter.presence(attempt.acknowledged()).values()) == {Presence.GONE}
    assert platform.standin.visible() == []


def test_a_photo_that_facebook_says_false_to_is_in_doubt_and_its_post_goes(platform):
    platform.standin.switches.add("photo-delete-false")
    attempt = up(platform, pictures=1)
    with pytest.raises(InDoubt):
        platform.adapter.remove(attempt.made)
    assert platform.copies() == []
    assert platform.adapter.presence(attempt.acknowledged())[1] is Presence.VISIBLE


def test_another_apps_post_that_cannot_be_deleted_is_for_a_person_with_its_link(platform):
    platform.standin.switches.add("foreign-delete-refused")
    stray = platform.standin.plant(platform.rendered().text)
    row = Artefact(id=1, kind=ArtefactKind.POST, platform_id=stray.id, url="https://www.facebook.com/stray")
    with pytest.raises(ByHand) as raised:
        platform.adapter.remove((row,))
    assert raised.value.link == "https://www.facebook.com/stray"
    assert platform.adapter.presence((row,)) == {1: Presence.VISIBLE}


def test_a_refusal_that_passes_is_asked_again(platform):
    platform.standin.switches.add("spurious-33")
    attempt = up(platform, pictures=1)
    assert set(platform.adapter.presence(attempt.made).values()) == {Presence.VISIBLE}


def test_absence_is_not_believed_before_it_has_settled(platform):
    platform.standin.switches.add("redelete-success")
    row = Artefact(id=1, kind=ArtefactKind.POST, platform_id="2001_77", created_at=platform.clock())
    assert platform.adapter.presence((row,)) == {1: Presence.UNSURE}
    platform.clock.advance(timedelta(minutes=15))
    assert platform.adapter.presence((row,)) == {1: Presence.GONE}


def test_a_post_unreadable_by_id_but_listed_is_visible(platform):
    platform.standin.switches.add("listing-lags")
    attempt = up(platform)
    platform.clock.advance(timedelta(minutes=2))
    platform.adapter.remove(attempt.made)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.VISIBLE}
    platform.clock.advance(timedelta(minutes=2))
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.GONE}


def test_a_post_that_returns_from_the_trash_is_seen_again(platform):
    platform.standin.switches.add("deleted-returns")
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.GONE}
    platform.clock.advance(timedelta(minutes=2))
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.VISIBLE}


def test_a_working_token_of_another_page_proves_nothing_gone(platform):
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    other = replace(settings(), page_id="2002")
    assert FacebookAdapter(other, clock=platform.clock).presence(attempt.acknowledged()) == {1: Presence.UNSURE}


def test_a_photo_is_not_believed_gone_with_the_token_of_another_page(platform):
    attempt = up(platform, pictures=1)
    platform.adapter.remove(attempt.made)
    (photo,) = (each for each in attempt.acknowledged() if each.kind is ArtefactKind.PHOTO)
    other = FacebookAdapter(replace(settings(), page_id="2002"), clock=platform.clock)
    assert other.presence((photo,)) == {photo.id: Presence.UNSURE}
    assert platform.adapter.presence((photo,)) == {photo.id: Presence.GONE}


def test_a_photo_is_not_believed_gone_without_the_right_to_read_it(wire):
    blind = GraphAccount(tokens={TOKEN: GraphToken(kind="page", scopes=PAGE_SCOPES - {"pages_read_engagement"})})
    clock = Clock()
    put_on_wire(GraphStandin(clock=clock, account=blind), wire, BASE)
    photo = Artefact(
        id=1, kind=ArtefactKind.PHOTO, platform_id="17", created_at=clock() - timedelta(days=1), acknowledged=True
    )
    assert platform_at(BASE, GraphStandin(), clock).adapter.presence((photo,)) == {1: Presence.UNSURE}


def test_a_refused_delete_of_what_is_still_there_is_asked_once_more(wire):
    missing = {"error": {"code": 100, "error_subcode": 33}}
    wire.add("DELETE", f"{BASE}/v26.0/2001_7", json=missing, status=400)
    wire.add("DELETE", f"{BASE}/v26.0/2001_7", json={"success": True})
    wire.add("GET", f"{BASE}/v26.0/2001_7", json={"id": "2001_7"})
    row = Artefact(id=1, kind=ArtefactKind.POST, platform_id="2001_7")
    FacebookAdapter(settings(), clock=Clock()).remove((row,))
    assert [call.request.method for call in wire.calls] == ["DELETE", "GET", "DELETE"]


def test_an_artefact_without_an_id_stays_unsure_and_is_not_asked_for(platform):
    row = Artefact(id=4, kind=ArtefactKind.PHOTO, platform_id=None)
    platform.adapter.remove((row,))
    assert platform.adapter.presence((row,)) == {4: Presence.UNSURE}
    assert platform.standin.calls == []
