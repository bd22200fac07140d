"""What comes back from Graph, and what each answer means (platforms: meta, 5, 7, 8)."""

import json
import traceback
from datetime import timedelta

import pytest
import requests

from adapters.base import InDoubt, Rejected, Throttled, Unauthorised, Unreachable
from adapters.graph import GraphCallError, ours
from adapters.graph_errors import Failure, Phase, outcome
from adapters.standin.core import Answer, Request, Standin
from adapters.standin.server import serving
from tests.adapters.graph.client import BASE, HTML, TOKEN, answers, client


def refused(code, subcode=None, status=400, **more) -> Failure:
    return Failure(phase=Phase.REFUSED, http_status=status, code=code, subcode=subcode, **more)


def failing(wire, send=lambda graph: graph.get_object("1")) -> GraphCallError:
    with pytest.raises(GraphCallError) as raised:
        send(client())
    return raised.value


def test_an_error_is_typed_and_holds_nothing_the_platform_wrote(wire):
    error = {
        "message": "Error about A. Person at 1 Road",
        "type": "OAuthException",
        "code": 4,
        "error_subcode": 2207051,
        "is_transient": True,
        "fbtrace_id": "AbC-12_x",
    }
    answers(wire, {"error": error}, status=403)
    raised = failing(wire)
    assert (raised.http_status, raised.code, raised.subcode) == (403, 4, 2207051)
    assert (raised.is_transient, raised.fbtrace_id, raised.phase) == (True, "AbC-12_x", Phase.REFUSED)
    assert str(raised) == "graph-4-2207051"
    assert "Person" not in repr(raised.result)


@pytest.mark.parametrize("trace", ["a b\nc", "x" * 65, {"deep": 1}, None])
def test_a_trace_id_that_is_none_is_not_passed_on(wire, trace):
    answers(wire, {"error": {"code": 1, "fbtrace_id": trace}}, status=500)
    assert failing(wire).fbtrace_id in (None, "None")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (False, 200),
        ({"success": False}, 200),
        (HTML, 200),
        (HTML, 502),
        (b"", 200),
        (b"", 500),
        (b'{"id": "12', 200),
        (b"null", 200),
        (b"true", 200),
        (b"[]", 200),
        ({"error": "odd"}, 200),
        ({"error": {"message": "no code"}}, 400),
        ({"error": {"code": True}}, 400),
        ({"anything": 1}, 302),
        ({"anything": 1}, 403),
        ({"message": "gone away"}, 404),
        ({"error": "unavailable"}, 408),
        ({"anything": 1}, 503),
        (b"[" * 100_000, 200),
    ],
)
def test_whatever_is_no_plain_answer_is_unknown_never_success(wire, body, status):
    answers(wire, body, status=status)
    raised = failing(wire)
    assert raised.phase is Phase.UNKNOWN
    assert isinstance(outcome(raised.failure), InDoubt)


def test_a_redirect_is_not_followed(wire):
    wire.add("DELETE", f"{BASE}/v26.0/1", status=302, headers={"Location": f"{BASE}/elsewhere"})
    wire.add("GET", f"{BASE}/elsewhere", json={"success": True})
    assert failing(wire, lambda graph: graph.delete("1")).phase is Phase.UNKNOWN
    assert len(wire.calls) == 1


@pytest.mark.parametrize("body", [{"id": "1"}, {}, {"success": "true"}])
def test_a_deletion_without_a_plain_success_is_unknown(wire, body):
    answers(wire, body, method="DELETE")
    assert failing(wire, lambda graph: graph.delete("1")).phase is Phase.UNKNOWN


@pytest.mark.parametrize(
    ("error", "phase"),
    [
        (requests.ConnectTimeout(f"{BASE}?access_token={TOKEN}"), Phase.NOT_SENT),
        (requests.ReadTimeout(f"{BASE}?access_token={TOKEN}"), Phase.UNKNOWN),
        (requests.ConnectionError(f"{BASE}?access_token={TOKEN}"), Phase.UNKNOWN),
    ],
)
def test_a_network_failure_says_how_far_the_request_came_and_never_its_address(wire, error, phase):
    wire.add("GET", f"{BASE}/v26.0/1", body=error)
    raised = failing(wire)
    assert raised.phase is phase
    assert TOKEN not in "".join(traceback.format_exception(raised))
    assert isinstance(outcome(raised.failure), Unreachable if phase is Phase.NOT_SENT else InDoubt)


class Dripping(Standin):
    """Announces more than it sends."""

    def answer(self, request: Request) -> Answer:
        return Answer(body=b'{"id"', headers={"content-type": "application/json"}, wait=timedelta(seconds=5))


def test_a_call_ends_at_its_deadline():
    with serving(Dripping()) as base_url, pytest.raises(GraphCallError) as raised:
        client(base_url=base_url, deadline=timedelta(milliseconds=200)).get_object("1")
    assert raised.value.phase is Phase.UNKNOWN
    assert str(raised.value) == "timeout"


def test_a_token_that_cannot_be_a_header_is_not_shown(wire):
    with pytest.raises(GraphCallError) as raised:
        client(token=TOKEN + "\n").get_object("1")
    assert TOKEN not in "".join(traceback.format_exception(raised.value))


def test_the_served_version_is_remembered(wire):
    answers(wire, {"id": "1"}, **{"facebook-api-version": "v27.0"})
    graph = client()
    graph.get_object("1")
    assert graph.served == "v27.0"


# --- what it means


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (refused(1), InDoubt),
        (refused(2, status=500, is_transient=True), InDoubt),
        (refused(4), Throttled),
        (refused(4, 2207051), InDoubt),
        (refused(17), Throttled),
        (refused(32), Throttled),
        (refused(613), Throttled),
        (refused(80001), Throttled),
        (refused(80002), Throttled),
        (refused(80014), Throttled),
        (refused(9, 2207042), Throttled),
        (refused(10, status=500), Unauthorised),
        (refused(200, status=403), Unauthorised),
        (refused(299), Unauthorised),
        (refused(102), Unauthorised),
        *((refused(190, subcode), Unauthorised) for subcode in (458, 459, 460, 463, 464, 467, 492)),
        (refused(100, about_proof=True), Unauthorised),
        (refused(341), Unauthorised),
        (refused(368, 1390008), Unauthorised),
        (refused(25, 2207050), Unauthorised),
        (refused(100), Rejected),
        (refused(100, 33), InDoubt),
        (refused(506), InDoubt),
        (refused(100, 1366051), InDoubt),
        (refused(324, 2069019), Rejected),
        (refused(324, 1366046), Rejected),
        (refused(1609005), Rejected),
        (refused(-1, 2207085), InDoubt),
        (refused(-1, 2207001), Throttled),
        (refused(-1, 2207032), Throttled),
        (refused(-2, 2207003), Throttled),
        (refused(-2, 2207020), Throttled),
        (refused(24, 2207006), Throttled),
        (refused(24, 2207008), Throttled),
        (refused(9004, 2207052), Throttled),
        (refused(9007, 2207027), Throttled),
        (refused(36000, 2207004), Rejected),
        (refused(36001, 2207005), Rejected),
        (refused(36003, 2207009), Rejected),
        (refused(36004, 2207010), Rejected),
        (refused(99999), Rejected),
        (refused(99999, is_transient=True), InDoubt),
        (refused(99999, status=500), InDoubt),
        (refused(None, status=429), Throttled),
        (refused(None, status=404), Rejected),
    ],
    ids=lambda value: value.name if isinstance(value, Failure) else value.__name__,
)
def test_every_code_says_whether_it_could_have_happened(failure, kind):
    assert type(outcome(failure)) is kind


@pytest.mark.parametrize("pair", [(-1, 2207001), (-1, 2207032), (-2, 2207020), (24, 2207006), (9004, 2207052)])
def test_an_instagram_failure_while_publishing_may_be_a_live_post(pair):
    assert isinstance(outcome(refused(*pair), publishing=True), InDoubt)


def test_a_limit_lasts_as_long_as_the_headers_say(wire):
    usage = {"2001": [{"estimated_time_to_regain_access": 7}, {"estimated_time_to_regain_access": 12}], "x": "odd"}
    answers(wire, {"error": {"code": 80001}}, status=400, **{"X-Business-Use-Case-Usage": json.dumps(usage)})
    told = outcome(failing(wire).failure)
    assert isinstance(told, Throttled)
    assert told.after == timedelta(minutes=12)


@pytest.mark.parametrize(
    "usage", ["", "not json", "[]", '{"1":[{"estimated_time_to_regain_access":"soon"}]}', "[" * 9999]
)
def test_a_malformed_limit_header_is_no_time(wire, usage):
    answers(wire, {"error": {"code": 4}}, status=400, **{"X-Business-Use-Case-Usage": usage})
    told = outcome(failing(wire).failure)
    assert isinstance(told, Throttled)
    assert told.after is None


def test_our_error_hides_the_call_it_came_from():
    with pytest.raises(Unauthorised) as raised, ours():
        raise GraphCallError(refused(190, 463))
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
    assert raised.value.code == "graph-190-463"
