"""How a token is inspected, and what the inspection says of it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.base import InDoubt, Throttled, Unauthorised
from adapters.graph import inspected
from tests.adapters.graph.client import HTML, SECRET, TOKEN, answers, client

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def report(wire, **known):
    answers(wire, {"data": {"is_valid": True, "scopes": ["a", "b"]} | known}, method="POST", path="/v26.0/debug_token")
    return inspected(client(app_id="1001"), TOKEN, "2001", NOW)


def test_a_token_is_inspected_as_the_app_and_in_no_url(wire):
    report(wire)
    sent = wire.calls[0].request
    assert sent.headers["Authorization"] == f"Bearer 1001|{SECRET}"
    assert parse_qs(sent.body)["input_token"] == [TOKEN]
    assert parse_qs(sent.body)["method"] == ["GET"]
    assert urlsplit(sent.url).query == ""


def test_a_scope_granted_for_other_targets_only_is_none(wire):
    granular = [{"scope": "a", "target_ids": ["9"]}, {"scope": "b", "target_ids": ["2001", "9"]}, {"scope": "c"}]
    assert report(wire, granular_scopes=granular, scopes=["a", "b", "c"]).scopes == {"b", "c"}


@pytest.mark.parametrize(("ends", "left"), [((0, 0), None), ((0, 60), 60), ((60, 0), 60), ((60, 30), 30)])
def test_the_earlier_end_above_zero_counts(wire, ends, left):
    at = [int(NOW.timestamp()) + each if each else 0 for each in ends]
    expires = report(wire, expires_at=at[0], data_access_expires_at=at[1]).expires_at
    assert expires == (NOW + timedelta(seconds=left) if left else None)


@pytest.mark.parametrize("known", [{"is_valid": False}, {"is_valid": None}, {"expires_at": int(NOW.timestamp())}])
def test_a_dead_token_is_unauthorised(wire, known):
    with pytest.raises(Unauthorised):
        report(wire, **known)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"error": {"code": 190}}, 400, Unauthorised),
        ({"error": {"code": 4}}, 400, Throttled),
        ({"error": {"code": 2}}, 500, InDoubt),
        (HTML, 502, InDoubt),
    ],
)
def test_a_failed_inspection_is_not_sent_with_the_token_in_the_url(wire, body, status, kind):
    answers(wire, body, status=status, method="POST", path="/v26.0/debug_token")
    with pytest.raises(kind):
        inspected(client(), TOKEN, "2001", NOW)
    assert len(wire.calls) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"error": {"code": 100}}, 400),
        ({"error": {"code": 100, "error_subcode": 33}}, 400),
        ({"error": {"code": 3}}, 400),
        (HTML, 404),
        (HTML, 405),
    ],
)
def test_the_documented_inspection_is_sent_where_the_other_is_not_understood(wire, body, status):
    answers(wire, body, status=status, method="POST", path="/v26.0/debug_token")
    answers(wire, {"data": {"is_valid": True, "scopes": ["a"]}}, path="/v26.0/debug_token")
    assert inspected(client(), TOKEN, "2001", NOW).scopes == {"a"}
