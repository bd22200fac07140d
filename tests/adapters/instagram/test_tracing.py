"""Tracing a post whose answer was lost, and what other items of the account show."""

from datetime import timedelta

import pytest

from adapters.base import Absent, ArtefactKind, CalledOff, Found, InDoubt, Unsure
from adapters.instagram_media import addresses
from adapters.standin.core import Fault
from tests.adapters.contract import JPEG
from tests.adapters.instagram.wiring import of, tried, up


def test_a_published_container_that_the_listing_does_not_show_is_unsure_not_absent(platform):
    platform.standin.switches.add("listing-lags")
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = tried(platform, InDoubt)
    assert isinstance(platform.adapter.trace(platform.rendered(pictures=1), attempt), Unsure)
    platform.clock.advance(timedelta(minutes=2))
    assert isinstance(platform.adapter.trace(platform.rendered(pictures=1), attempt), Found)


def test_the_newest_item_is_not_ours_unless_it_carries_our_marker(platform):
    attempt = tried(platform, CalledOff, call_off={"go": 2})
    platform.standin.plant("Summer fair", kind="media")
    assert isinstance(platform.adapter.trace(platform.rendered(pictures=1), attempt), Absent)


def test_a_picture_hosted_when_the_power_went_comes_down_with_the_first_look(platform, host):
    attempt = tried(platform, CalledOff, call_off={"intend": 2})
    (hosted,) = of(attempt, ArtefactKind.FILE)
    host.put(hosted.platform_id, JPEG)
    platform.revoke()
    assert isinstance(platform.adapter.trace(platform.rendered(pictures=1), attempt), Unsure)
    assert host.files == {}


def test_a_trace_without_a_working_token_is_unsure(platform):
    attempt = up(platform)
    platform.revoke()
    assert isinstance(platform.adapter.trace(platform.rendered(pictures=1), attempt), Unsure)


@pytest.mark.parametrize("count", [1, 3])
def test_the_listing_leads_to_the_pictures_of_each_item(platform, count):
    pictures = tuple(JPEG + bytes([number]) for number in range(count))
    platform.standin.plant("By hand", kind="media", pictures=pictures)
    (seen,) = platform.adapter.recent(platform.clock() - timedelta(minutes=2))
    assert {fetch() for fetch in seen.pictures} == {*pictures}


def test_a_film_is_not_fetched():
    still = {"media_type": "IMAGE", "media_url": "https://cdn.example/still.jpg"}
    film = {"media_type": "VIDEO", "media_url": "https://cdn.example/film.mp4"}
    assert addresses(film) == ()
    assert addresses({"media_type": "CAROUSEL_ALBUM", "children": {"data": [film, still, "?"]}}) == (
        still["media_url"],
    )
