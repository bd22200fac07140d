"""Tracing a post, and the timeline as it is read for that and for strays."""

import json
import re
from datetime import timedelta

import pytest

from adapters.base import Absent, Found, InDoubt, Unsure
from adapters.standin.core import Fault, Rule
from adapters.x_posts import carries
from tests.adapters.contract import JPEG
from tests.adapters.fake import FakeAttempt
from tests.adapters.x.wiring import BASE, rendered, up


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("Notice DBC-7K3Q9M-2 https://t.co/1", True),
        ("(DBC-7K3Q9M-2)", True),
        ("DBC-7K3Q9M-21", False),
        ("DBC-7K3Q9M-2-1", False),
        ("ADBC-7K3Q9M-2", False),
        ("dbc-7k3q9m-2", False),
        ("https://t.co/abc", False),
    ],
)
def test_the_marker_is_matched_as_a_whole_word(text, there):
    assert carries(text, "DBC-7K3Q9M-2") is there


def test_tracing_reads_every_page_and_finds_every_copy_oldest_first(platform):
    platform.standin.switches.add("duplicate-off")
    first = up(platform)
    second = up(platform)
    for number in range(210):
        platform.standin.plant(f"bins are collected on day {number}")
    trace = platform.adapter.trace(platform.rendered(), platform.attempt())
    assert isinstance(trace, Found)
    assert [e.platform_id for e in trace.sightings] == [first.made[0].platform_id, second.made[0].platform_id]


def test_the_copy_whose_id_is_known_comes_first(platform):
    platform.standin.switches.add("duplicate-off")
    up(platform)
    second = up(platform)
    trace = platform.adapter.trace(platform.rendered(), second)
    assert isinstance(trace, Found)
    assert trace.sightings[0].platform_id == second.made[0].platform_id


def test_a_known_post_that_the_timeline_does_not_show_yet_is_found_by_its_id(platform):
    platform.standin.switches.add("timeline-lags")
    attempt = up(platform)
    assert platform.adapter.trace(platform.rendered(), platform.attempt()) == Absent()
    trace = platform.adapter.trace(platform.rendered(), attempt)
    assert isinstance(trace, Found)


def test_a_post_older_than_the_attempt_is_not_its_own(platform):
    up(platform)
    platform.clock.advance(timedelta(minutes=10))
    assert platform.adapter.trace(platform.rendered(), platform.attempt()) == Absent()


def test_a_retweet_is_not_a_copy(platform):
    platform.standin.plant("RT @samplecouncil: A court outcome. DBC-7K3Q9M-1")
    assert platform.adapter.trace(platform.rendered(), platform.attempt()) == Absent()


@pytest.mark.parametrize(
    "switches",
    [
        {"text-raw-links"},
        {"text-unescaped"},
        {"text-no-media-link"},
        {"post-naming"},
        {"upload-2166"},
        {"no-access-level"},
    ],
)
def test_a_post_is_traced_however_x_returns_its_text(platform, switches):
    platform.standin.switches |= switches
    attempt = up(platform, pictures=1)
    trace = platform.adapter.trace(platform.rendered(), attempt)
    assert isinstance(trace, Found)
    assert "Fines < £50 & costs." in trace.sightings[0].text


def test_a_failing_second_page_raises_and_traces_unsure(platform):
    for number in range(150):
        platform.standin.plant(f"bins are collected on day {number}")
    since = platform.clock() - timedelta(minutes=2)
    timeline = f"/2/users/{platform.standin.account.id}/tweets"
    platform.standin.rules.append(Rule(fault=Fault.FAIL_BEFORE, method="GET", path=timeline, nth=2, times=0))
    with pytest.raises(InDoubt):
        list(platform.adapter.recent(since))
    platform.standin.rules.clear()
    platform.standin.rules.append(Rule(fault=Fault.FAIL_BEFORE, method="GET", path=timeline, nth=2, times=0))
    assert platform.adapter.trace(platform.rendered(), platform.attempt()) == Unsure("http-503")


TIMELINES = {
    "partial": {"data": [{"id": "20", "text": "x"}], "errors": [{"title": "x"}], "meta": {"result_count": 1}},
    "no meta": {"data": []},
    "count without posts": {"meta": {"result_count": 3}},
    "post without id": {"data": [{"text": "x"}], "meta": {"result_count": 1}},
    "endless": {"data": [{"id": "20", "text": "x"}], "meta": {"result_count": 1, "next_token": "same"}},
    "empty but more": {"meta": {"result_count": 0, "next_token": "more"}},
    "errors only": {"errors": [{"type": "https://api.x.com/2/problems/not-authorized-for-resource"}]},
}


@pytest.mark.parametrize("body", TIMELINES.values(), ids=TIMELINES.keys())
def test_a_timeline_that_may_be_incomplete_raises(bare, wire, body):
    wire.add("GET", f"{BASE}/2/users/1700000000000000001/tweets", json=body)
    with pytest.raises(InDoubt):
        list(bare.recent(bare.clock()))


def test_a_timeline_longer_than_x_shows_raises(bare, wire):
    pages = iter(range(100))

    def page(_request):
        number = next(pages)
        items = [{"id": str(10**15 + number * 100 + each), "text": "x"} for each in range(100)]
        return 200, {}, json.dumps({"data": items, "meta": {"result_count": 100, "next_token": str(number)}})

    wire.add_callback("GET", f"{BASE}/2/users/1700000000000000001/tweets", callback=page)
    with pytest.raises(InDoubt):
        list(bare.recent(bare.clock()))
    assert len(wire.calls) == 32


def test_an_empty_timeline_is_a_complete_look(bare, wire):
    wire.add("GET", f"{BASE}/2/users/1700000000000000001/tweets", json={"meta": {"result_count": 0}})
    assert list(bare.recent(bare.clock())) == []
    assert bare.trace(rendered(), FakeAttempt(bare.clock())) == Absent()


def test_the_account_is_asked_for_once_in_five_minutes(platform):
    for _ in range(3):
        platform.adapter.trace(platform.rendered(), platform.attempt())
    platform.clock.advance(timedelta(minutes=5))
    platform.adapter.trace(platform.rendered(), platform.attempt())
    platform.clock.advance(timedelta(minutes=-3))
    platform.adapter.trace(platform.rendered(), platform.attempt())
    assert [path for _, _, path in platform.standin.calls].count("/2/users/me") == 3


def test_the_timeline_leads_to_the_pictures_of_each_item_without_credentials(platform):
    since = platform.clock() - timedelta(minutes=2)
    platform.standin.plant("Without")
    platform.standin.plant("With two", pictures=(JPEG, JPEG + b"2"))
    with_two, without = platform.adapter.recent(since)
    assert without.pictures == ()
    assert [fetch() for fetch in with_two.pictures] == [JPEG, JPEG + b"2"]


def test_an_error_about_a_picture_beside_a_post_leaves_the_timeline_whole(bare, wire):
    body = {
        "data": [{"id": "1700000000000000009", "text": "A fair", "attachments": {"media_keys": ["3_1", "7_2", "3_3"]}}],
        "includes": {"media": [{"media_key": "7_2", "type": "video", "preview_image_url": f"{BASE}/still.jpg"}, 5]},
        "errors": [{"resource_type": "media", "resource_id": "3_1", "title": "Not Found Error"}],
        "meta": {"result_count": 1},
    }
    wire.get(re.compile(f"{BASE}/2/users/.*"), json=body)
    wire.get(f"{BASE}/still.jpg", body=JPEG)
    (seen,) = bare.recent(bare.clock())
    assert [fetch() for fetch in seen.pictures] == [JPEG]
