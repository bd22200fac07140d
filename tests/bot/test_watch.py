import io
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
import requests
import responses
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from adapters.http import EdgeSession
from bot import watch
from policies.terms import Channel

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WELL = watch.Snapshot(
    last_sweep_age=timedelta(seconds=3),
    last_sweep_at=NOW - timedelta(seconds=3),
    overdue=0,
    oldest_overdue=None,
    unverified_removals=1,
    in_doubt=1,
    head_seq=412,
    journal_ok=True,
    clock_skew=timedelta(seconds=-2),
    alerts_open=2,
    posts={(Channel.X, "live"): 3, (Channel.WEBSITE, "live"): 4, (Channel.X, "removing"): 1, (Channel.X, "queued"): 5},
)
PING = "https://ping.example/canary-ping"


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, []),
        ({"last_sweep_age": timedelta(seconds=60)}, []),
        ({"last_sweep_age": timedelta(seconds=61)}, ["loop-late"]),
        ({"last_sweep_age": None, "last_sweep_at": None}, ["no-sweep-yet"]),
        ({"overdue": 1, "oldest_overdue": NOW - timedelta(hours=1)}, ["overdue"]),
        ({"journal_ok": False}, ["journal-broken"]),
        ({"clock_skew": timedelta(seconds=60)}, []),
        ({"clock_skew": timedelta(seconds=61)}, ["clock-wrong"]),
        ({"clock_skew": timedelta(seconds=-61)}, ["clock-wrong"]),
        ({"clock_skew": None}, []),
        ({"unverified_removals": 9, "in_doubt": 9, "alerts_open": 9, "alerts_unsent": 9, "paused": True}, []),
        # A wall clock that jumped makes the last sweep look old or young; only the monotonic age counts.
        ({"last_sweep_at": NOW - timedelta(days=2)}, []),
        ({"last_sweep_at": NOW + timedelta(days=2), "last_sweep_age": timedelta(hours=1)}, ["loop-late"]),
        ({"last_sweep_age": timedelta(hours=1), "overdue": 2, "journal_ok": False}, ["loop-late", "overdue", "journal-broken"]),
    ],
)  # fmt: skip
def test_health_fails_when_the_loop_is_late_or_the_promise_is_broken(change, wrong):
    ok, figures = watch.health(replace(WELL, **change), NOW)
    assert ok is (not wrong)
    assert figures["ok"] is ok
    assert figures["problems"] == wrong


def test_how_late_is_late_is_a_setting():
    snapshot = replace(WELL, last_sweep_age=timedelta(seconds=4))
    assert watch.health(snapshot, NOW, late_after=timedelta(seconds=4))[0]
    assert not watch.health(snapshot, NOW, late_after=timedelta(seconds=3))[0]


def test_health_gives_the_figures_behind_its_answer():
    snapshot = replace(WELL, overdue=2, oldest_overdue=NOW - timedelta(minutes=5))
    _, figures = watch.health(snapshot, NOW)
    assert json.loads(json.dumps(figures)) == {
        "ok": False,
        "problems": ["overdue"],
        "now": "2026-11-24T09:00:00+00:00",
        "last_sweep_seconds_ago": 3.0,
        "overdue": 2,
        "oldest_overdue_seconds": 300.0,
        "unverified_removals": 1,
        "in_doubt": 1,
        "journal_head": 412,
        "journal_ok": True,
        "clock_skew_seconds": -2.0,
        "alerts_open": 2,
        "alerts_unsent": 0,
        "paused": False,
    }


def samples(snapshot):
    families = text_string_to_metric_families(watch.metrics_text(snapshot).decode())
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def test_metrics_hold_the_same_figures():
    found = samples(WELL)
    for name, value in {
        "live": 7,
        "queued": 5,
        "posting": 0,
        "removing": 1,
        "overdue": 0,
        "unverified_removals": 1,
        "in_doubt": 1,
        "alerts_open": 2,
        "alerts_unsent": 0,
        "journal_head": 412,
        "journal_ok": 1,
        "paused": 0,
        "clock_skew_seconds": -2,
        "last_sweep_age_seconds": 3,
        "last_sweep_timestamp_seconds": NOW.timestamp() - 3,
    }.items():
        assert found[f"downdate_{name}", ()] == value, name
    assert found["downdate_posts", (("channel", "x"), ("state", "live"))] == 3
    assert found["downdate_posts", (("channel", "website"), ("state", "live"))] == 4


def test_an_unknown_figure_is_left_out_rather_than_zero():
    found = samples(replace(WELL, last_sweep_at=None, last_sweep_age=None, clock_skew=None))
    names = {name for name, _ in found}
    assert not names & {
        "downdate_last_sweep_timestamp_seconds",
        "downdate_last_sweep_age_seconds",
        "downdate_clock_skew_seconds",
    }
    assert "downdate_overdue" in names


def test_metrics_can_be_asked_again_and_again():
    assert watch.metrics_text(WELL) == watch.metrics_text(WELL)
    assert b"python_info" not in watch.metrics_text(WELL)


def ask(path, snapshot=WELL, method="GET", **options):
    app = validator(watch.watch_app(lambda: snapshot, lambda: NOW, **options))
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "wsgi.input": io.BytesIO(),
    }
    setup_testing_defaults(environ)
    told = {}

    def start_response(status, headers, exc_info=None):
        told.update(status=int(status[:3]), headers=dict(headers))
        return lambda _: None

    answer = app(environ, start_response)
    body = b"".join(answer)
    answer.close()
    return told["status"], told["headers"], body


@pytest.mark.parametrize(
    ("path", "snapshot", "status"),
    [
        ("/healthz", WELL, 200),
        ("/healthz", replace(WELL, overdue=1), 503),
        ("/healthz", replace(WELL, last_sweep_age=None), 503),
        ("/readyz", WELL, 200),
        ("/readyz", replace(WELL, overdue=1), 200),
        ("/readyz", replace(WELL, last_sweep_age=None), 503),
        ("/metrics", WELL, 200),
        ("/metrics", replace(WELL, overdue=1), 200),
        ("/", WELL, 404),
        ("/healthz/", WELL, 404),
    ],
)
def test_each_address_answers_for_itself(path, snapshot, status):
    answered, headers, body = ask(path, snapshot)
    assert answered == status
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Length"] == str(len(body))


def test_health_is_json_and_metrics_are_prometheus_text():
    _, headers, body = ask("/healthz")
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body)["ok"] is True
    _, headers, body = ask("/metrics")
    assert headers["Content-Type"].startswith("text/plain")
    assert b"downdate_live 7.0" in body


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_watching_only_reads(method):
    assert ask("/healthz", method=method)[0] == 405


def test_a_head_request_has_no_body():
    status, headers, body = ask("/healthz", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 0


def test_the_apps_patience_is_a_setting():
    assert ask("/healthz", late_after=timedelta(seconds=1))[0] == 503


@pytest.fixture
def session():
    with EdgeSession(deadline=timedelta(seconds=2)) as made:
        yield made


@pytest.mark.parametrize(("failing", "address"), [(False, PING), (True, PING + "/fail")])
@responses.activate
def test_the_ping_reaches_the_watcher(session, failing, address):
    responses.get(address, status=200)
    assert watch.ping(SecretStr(PING), session, failing=failing) is True
    assert [call.request.url for call in responses.calls] == [address]


@pytest.mark.parametrize("status", [301, 400, 404, 429, 500])
@responses.activate
def test_a_ping_that_is_not_taken_was_not_heard(session, status):
    responses.get(PING, status=status, headers={"Location": "https://elsewhere.example"})
    assert watch.ping(SecretStr(PING), session) is False


@pytest.mark.parametrize(
    "error", [requests.ConnectionError("canary"), requests.ReadTimeout("canary"), OSError("canary")]
)
@responses.activate
def test_a_ping_never_raises_and_never_tells_its_address(session, error, caplog):
    responses.get(PING, body=error)
    assert watch.ping(SecretStr(PING), session) is False
    assert "canary" not in caplog.text


@pytest.mark.parametrize(
    "url", ["not an address", "https://", "https://[::1", "ftp://ping.example", "http://" + "a" * 70]
)
def test_an_address_that_cannot_be_pinged_is_not_heard(session, url):
    assert watch.ping(SecretStr(url), session) is False


def test_a_dead_watcher_is_not_heard(session):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert watch.ping(SecretStr(f"http://127.0.0.1:{taken.getsockname()[1]}/x"), session) is False


def test_no_watcher_is_not_heard(session):
    assert watch.ping(None, session) is False


@pytest.mark.enable_socket  # a socket of this machine's file system
@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_hears_that_we_are_ready(tmp_path, abstract):
    address = f"@downdate-test-{tmp_path.name}" if abstract else str(tmp_path / "n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind("\0" + address[1:] if abstract else address)
        heard.settimeout(2)
        assert watch.tell_systemd(address, "READY=1") is True
        assert heard.recv(64) == b"READY=1"


@pytest.mark.enable_socket
def test_without_systemd_nobody_is_told(tmp_path):
    assert watch.tell_systemd(None, "READY=1") is False
    assert watch.tell_systemd(str(tmp_path / "nobody"), "READY=1") is False
