"""Tracing a post whose answer was lost, and what other items of the Page show."""

from datetime import timedelta

import pytest

from adapters.base import Absent, ArtefactKind, Found, InDoubt, Unsure
from adapters.standin.core import Fault
from tests.adapters.contract import JPEG
from tests.adapters.facebook.wiring import of, up


def test_a_lost_post_is_found_by_its_photo_even_where_the_listing_lags(platform):
    platform.standin.switches.add("listing-lags")
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = platform.attempt()
    with pytest.raises(InDoubt):
        platform.adapter.publish(platform.rendered(pictures=1), attempt)
    trace = platform.adapter.trace(platform.rendered(pictures=1), attempt)
    assert isinstance(trace, Found)
    assert [each.platform_id for each in trace.sightings] == platform.copies()
    assert trace.sightings[0].parts == ((ArtefactKind.PHOTO, of(attempt, ArtefactKind.PHOTO)[0].platform_id, None),)


def test_every_page_of_the_listing_is_read_and_an_empty_page_is_not_its_end(platform):
    platform.standin.switches.add("empty-pages")
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = platform.attempt()
    with pytest.raises(InDoubt):
        platform.adapter.publish(platform.rendered(), attempt)
    for number in range(150):
        platform.standin.plant(f"Bin day {number}")
    trace = platform.adapter.trace(platform.rendered(), attempt)
    assert isinstance(trace, Found)
    assert [each.platform_id for each in trace.sightings] == [platform.copies()[0]]


def test_two_copies_are_both_found(platform):
    attempt = up(platform)
    extra = platform.standin.plant(platform.rendered().text)
    trace = platform.adapter.trace(platform.rendered(), attempt)
    assert isinstance(trace, Found)
    assert {each.platform_id for each in trace.sightings} == {attempt.made[0].platform_id, extra.id}


def test_a_post_from_before_the_attempt_is_not_this_attempts(platform):
    platform.standin.plant(platform.rendered().text, created_at=platform.clock() - timedelta(hours=1))
    assert isinstance(platform.adapter.trace(platform.rendered(), platform.attempt()), Absent)


def test_a_listing_that_fails_makes_the_trace_unsure_not_absent(platform):
    platform.fail("read", Fault.FAIL_BEFORE, times=0)
    assert isinstance(platform.adapter.trace(platform.rendered(), platform.attempt()), Unsure)


def test_photos_of_an_album_are_named_as_parts_of_a_stray(platform):
    attempt = up(platform, pictures=3)
    (seen,) = platform.adapter.recent(platform.clock() - timedelta(minutes=2))
    assert [each[1] for each in seen.parts] == [each.platform_id for each in of(attempt, ArtefactKind.PHOTO)]


def test_a_long_past_is_not_read_to_its_end(platform):
    for number in range(600):
        platform.standin.plant(f"Bin day {number}", created_at=platform.clock() - timedelta(days=30))
    up(platform)
    platform.standin.calls.clear()
    assert len(list(platform.adapter.recent(platform.clock() - timedelta(minutes=2)))) == 1
    assert len(platform.standin.calls) == 3


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_listing_leads_to_the_pictures_of_each_item_once(platform, count):
    pictures = tuple(JPEG + bytes([number]) for number in range(count))
    platform.standin.plant("By hand", pictures=pictures)
    (seen,) = platform.adapter.recent(platform.clock() - timedelta(minutes=2))
    assert [fetch() for fetch in seen.pictures] == [*pictures]
    assert len(seen.parts) == count
