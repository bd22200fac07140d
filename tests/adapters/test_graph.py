"""The Graph client at the edge: what leaves, what comes back, and what each answer means (platforms: meta, 5, 7, 8)."""

import hashlib
import hmac
import json
import subprocess
import sys
import threading
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from adapters.base import (
    Artefact,
    ArtefactKind,
    Found,
    InDoubt,
    Presence,
    Rejected,
    Rendered,
    RenderedPicture,
    Sighting,
    Throttled,
    Unauthorised,
    Unreachable,
)
from adapters.graph import (
    GraphCallError,
    GraphClient,
    GraphOfThread,
    GraphSettings,
    carries,
    checked,
    gone_if,
    id_in,
    inspected,
    instant,
    ours,
)
from adapters.graph_errors import Failure, Phase, outcome
from adapters.standin.core import Answer, Request, Standin
from adapters.standin.server import serving

BASE = "https://graph.example"
TOKEN = "a-token-nobody-may-see"
SECRET = "a-secret-nobody-may-see"
HTML = b"<html>Bad gateway</html>"


@pytest.fixture
def wire():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def client(**changes) -> GraphClient:
    return GraphClient(GraphSettings(**({"token": TOKEN, "app_secret": SECRET, "base_url": BASE} | changes)))


def refused(code, subcode=None, status=400, **more) -> Failure:
    return Failure(phase=Phase.REFUSED, http_status=status, code=code, subcode=subcode, **more)


def answers(wire, body, *, status=200, method="GET", path="/v26.0/1", **headers) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    wire.add(method, f"{BASE}{path}", body=content, status=status, headers=headers, content_type="application/json")


# --- what leaves


@pytest.mark.parametrize(
    "send",
    [
        lambda graph: graph.get_object("1", fields="id"),
        lambda graph: graph.put_object("1", "feed", message="Words"),
        lambda graph: graph.delete_object("1"),
        lambda graph: graph.get_connections("1", "media", limit=5),
        lambda graph: graph.change("1", message="Words"),
    ],
)
def test_the_token_is_in_the_header_and_its_proof_beside_it(wire, send):
    for method in ("GET", "POST", "DELETE"):
        wire.add(method, f"{BASE}/v26.0/1", json={"id": "1"})
        wire.add(method, f"{BASE}/v26.0/1/feed", json={"id": "1"})
        wire.add(method, f"{BASE}/v26.0/1/media", json={"data": []})
    send(client())
    sent = wire.calls[0].request
    proof = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
    given = parse_qs(urlsplit(sent.url).query) | parse_qs(str(sent.body or ""))
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
    assert given["appsecret_proof"] == [proof]
    assert "access_token" not in given
    assert TOKEN not in sent.url


def test_nested_values_and_booleans_are_json_and_nothing_is_sent_for_none(wire):
    answers(wire, {"id": "1"}, method="POST", path="/v26.0/1/feed")
    client(app_secret=None).put_object(
        "1", "feed", attached_media=[{"media_fbid": "5"}], published=False, link=None, message="£ – é"
    )
    assert parse_qs(wire.calls[0].request.body) == {
        "attached_media": ['[{"media_fbid": "5"}]'],
        "published": ["false"],
        "message": ["£ – é"],
    }


def test_lists_in_a_query_stay_lists(wire):
    answers(wire, {"id": "1"})
    client(app_secret=None).get_object("1", fields=["id"], deep=True)
    assert parse_qs(urlsplit(wire.calls[0].request.url).query) == {"fields": ["id"], "deep": ["true"]}


def test_a_post_without_arguments_is_still_a_post(wire):
    answers(wire, {"success": True}, method="POST")
    client().change("1")
    assert wire.calls[0].request.method == "POST"


def test_nothing_secret_stands_in_the_settings_repr():
    shown = repr(GraphSettings(token=TOKEN, app_secret=SECRET, delete_token=TOKEN + "2", proxies={"https": "u:p@h"}))
    assert TOKEN not in shown
    assert SECRET not in shown
    assert "u:p" not in shown


def test_nothing_the_public_reads_stands_in_a_repr():
    picture = RenderedPicture(sha256="0" * 64, alt_text="Alex Example", media_type="image/jpeg", data=b"x")
    notice = Rendered(marker="DBC-7K3Q9M-1", text="Alex Example", page_id="p", pictures=(picture,))
    seen = Sighting(kind=ArtefactKind.POST, platform_id="1", url=None, created_at=None, text="Alex Example")
    assert "Alex" not in repr((notice, Found(sightings=(seen,))))


def test_the_sdk_is_imported_without_a_warning_even_where_warnings_are_errors():
    done = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", "import adapters.graph"],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={"PYTHONPATH": ".", "PYTHONPYCACHEPREFIX": "nowhere"},
    )
    assert done.returncode == 0, done.stderr.decode()


def test_each_thread_has_a_client_of_its_own():
    shared = GraphOfThread(GraphSettings(token=TOKEN))
    seen = [shared.client]
    thread = threading.Thread(target=lambda: seen.append(shared.client))
    thread.start()
    thread.join()
    assert shared.client is seen[0]
    assert seen[0] is not seen[1]
    assert seen[0].session is not seen[1].session


# --- what comes back


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


# --- reads


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


# --- tokens

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
