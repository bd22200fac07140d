"""Nodes and listings: when something is there, when it is missing, and which times and markers are believed."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import requests

from adapters.base import Artefact, ArtefactKind, InDoubt, Presence
from adapters.graph import carries, checked, gone_if, id_in, instant
from tests.adapters.graph.client import BASE, TOKEN, answers, client


def test_a_node_is_not_missing_after_one_answer(wire):
    answers(wire, {"error": {"code": 100, "error_subcode": 33}}, status=400)
    answers(wire, {"id": "1"})
    assert client().look("1", "id") == {"id": "1"}
    assert len(wire.calls) == 2


def test_a_node_is_missing_after_two_answers(wire):
    answers(wire, {"error": {"code": 100, "error_subcode": 33}}, status=400)
    assert client().look("1", "id") is None
    assert len(wire.calls) == 2


def test_another_node_than_the_one_asked_for_is_no_answer(wire):
    answers(wire, {"id": "2"})
    with pytest.raises(InDoubt):
        client().look("1", "id")


@pytest.mark.parametrize("key", ["", "../me", "1?x=2", "1/feed", "a" * 81])
def test_an_id_that_would_change_the_path_is_refused(key):
    with pytest.raises(InDoubt):
        checked(key)


@pytest.mark.parametrize("answered", [{}, {"id": None}, {"id": True}, {"id": ["1"]}, {"id": ""}])
def test_an_answer_without_an_id_is_in_doubt(answered):
    with pytest.raises(InDoubt):
        id_in(answered)


def test_a_number_is_taken_as_the_id_it_is():
    assert id_in({"id": 17}) == "17"


@pytest.mark.parametrize("body", [{}, {"data": {}}, {"data": [1]}, {"data": [{"message": "no id"}]}])
def test_a_listing_that_cannot_be_read_raises_rather_than_omits(wire, body):
    answers(wire, body, path="/v26.0/1/media")
    with pytest.raises(InDoubt):
        list(client().listing("1", "media", "id", "timestamp", None))


def test_a_listing_that_never_ends_raises(wire):
    again = f"{BASE}/v26.0/1/media?access_token={TOKEN}&after=x"
    answers(wire, {"data": [{"id": "1"}], "paging": {"next": again}}, path="/v26.0/1/media")
    with pytest.raises(InDoubt) as raised:
        list(client().listing("1", "media", "id", "timestamp", None))
    assert raised.value.code == "graph-listing-endless"
    assert all(TOKEN not in call.request.url for call in wire.calls)


def test_a_listing_that_always_names_another_page_is_not_followed_for_ever(wire):
    numbers = iter(range(1_000_000))

    def page(_request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        number = next(numbers)
        body = {"data": [{"id": str(number)}], "paging": {"next": f"{BASE}/v26.0/1/media?after={number}"}}
        return 200, {}, json.dumps(body)

    wire.add_callback("GET", f"{BASE}/v26.0/1/media", callback=page)
    with pytest.raises(InDoubt) as raised:
        list(client().listing("1", "media", "id", "timestamp", None))
    assert raised.value.code == "graph-listing-endless"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-02T12:00:00+0000", datetime(2026, 3, 2, 12, tzinfo=UTC)),
        ("2026-07-02T13:00:00+0100", datetime(2026, 7, 2, 12, tzinfo=UTC)),
        ("2026-03-02T12:00:00", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_times_are_aware_utc_or_none(written, read):
    assert instant(written) == read


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("Ref DBC-7K3Q9M-2.", True),
        ("(DBC-7K3Q9M-2)", True),
        ("DBC-7K3Q9M-2", True),
        ("DBC-7K3Q9M-21", False),
        ("ADBC-7K3Q9M-2", False),
        ("X-DBC-7K3Q9M-2", False),
        ("DBC-7K3Q9M-2-1", False),
        ("DBC-7K3Q9MX2", False),
    ],
)
def test_a_marker_is_matched_as_a_whole_word(text, there):
    assert carries(text, "DBC-7K3Q9M-2") is there


def test_absence_is_believed_when_acknowledged_or_settled():
    now, settle = datetime(2026, 3, 2, 12, tzinfo=UTC), timedelta(minutes=15)

    def seen(**changes) -> Presence:
        return gone_if(Artefact(id=1, kind=ArtefactKind.POST, platform_id="1", **changes), settle, now)

    assert seen() is Presence.UNSURE
    assert seen(created_at=now - timedelta(minutes=14)) is Presence.UNSURE
    assert seen(created_at=now - settle) is Presence.GONE
    assert seen(acknowledged=True, created_at=now) is Presence.GONE
