import json
import logging
import re
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import structlog
from pydantic import SecretStr

from bot.alert_kinds import ADVICE, AlertKind
from bot.alerts import Alert, Route, Sender, compose, safe_code, safe_ref
from bot.settings import shipped_folder
from policies.terms import Channel

AT = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
CONSOLE = "https://downdate.council.example"
RUNBOOKS = shipped_folder() / "runbooks"


def alarm(kind=AlertKind.REMOVAL_UNVERIFIED, ref="DBC-7K3Q9M", channel=Channel.X, code="x-timeout"):
    return Alert(key=f"{kind}/{ref}", kind=kind, ref=ref, channel=channel, raised_at=AT, text_code=code)


@contextmanager
def inbox(status=200):
    """A web hook on loopback; yields its port and what arrived."""
    arrived = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            arrived.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], arrived
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture
def dead_port():
    """A port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def to(port, path="canary-path"):
    return SecretStr(f"json://user:canary-password@127.0.0.1:{port}/{path}")


def sender(first=(), second=(), link_base=CONSOLE):
    return Sender(tuple(first), tuple(second), link_base=link_base)


def test_every_kind_has_advice_and_nothing_else_has():
    assert set(ADVICE) == set(AlertKind)


@pytest.mark.parametrize("kind", AlertKind)
def test_an_alarm_says_what_what_to_do_and_where(kind):
    title, body = compose(alarm(kind), CONSOLE)
    assert title
    assert "{" not in title + body
    # People know the product by its name.
    assert "the bot" not in f"{title} {body}".lower()
    assert body.startswith(ADVICE[kind].do)
    assert f"Look: {CONSOLE}/notices/DBC-7K3Q9M" in body
    assert "Raised: 2026-11-24 09:05 UTC" in body
    assert "Reason: x-timeout" in body
    if "{what}" in ADVICE[kind].title:
        assert "DBC-7K3Q9M on x" in title


@pytest.mark.parametrize("kind", AlertKind)
def test_the_runbook_an_alarm_names_exists(kind):
    runbook = ADVICE[kind].runbook
    if runbook is None:
        assert "Runbook" not in compose(alarm(kind), CONSOLE)[1]
    else:
        assert f"Runbook: {runbook}" in compose(alarm(kind), CONSOLE)[1]
        assert (RUNBOOKS / f"{runbook}.md").is_file()


def test_every_runbook_is_named_by_an_alarm():
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == {advice.runbook for advice in ADVICE.values()} - {None}


@pytest.mark.parametrize("page", sorted(RUNBOOKS.glob("*.md")), ids=lambda page: page.stem)
def test_a_runbook_is_one_page_and_uses_commands_that_exist(page):
    text = page.read_text()
    assert text.startswith("# ")
    assert len(text.splitlines()) <= 60
    commands = set(re.findall(r"downdate ([a-z]+)", text))
    assert commands <= {
        "init", "person", "submit", "preview", "approve", "confirm", "retract", "event", "amend", "requeue", "pause",
        "resume", "status", "sweep", "audit", "serve", "ledger", "journal", "doctor", "check", "backup", "config", "attest",
        "tasks", "request", "requests", "alerts", "stray",
    }  # fmt: skip
    assert commands


@pytest.mark.parametrize(
    "ref", ["John Smith", "DBC-7K3Q9M and John", "dbc-7k3q9m", "DBC-", "DBC-7K3Q9M\nJohn", "DBC-7K3Q9M\n", ""]
)
def test_what_is_not_a_reference_is_left_out(ref):
    title, body = compose(alarm(ref=ref), CONSOLE)
    assert safe_ref(ref) is None
    assert "John" not in title + body
    assert title.startswith("x: not proven gone")
    assert f"Look: {CONSOLE}/" in body


@pytest.mark.parametrize(("ref", "channel", "what"), [
    ("DBC-7K3Q9M-2", Channel.WEBSITE, "DBC-7K3Q9M-2 on website: "),
    ("DBC-7K3Q9M", None, "DBC-7K3Q9M: "),
    (None, Channel.FACEBOOK, "facebook: "),
    (None, None, "A notice: "),
])  # fmt: skip
def test_the_title_names_the_reference_and_the_channel_as_far_as_known(ref, channel, what):
    assert compose(alarm(ref=ref, channel=channel), CONSOLE)[0].startswith(what)


@pytest.mark.parametrize("code", ["John Smith", "Timeout", "a" * 65, "x timeout", "x\n", "", "https://a/?t=1"])
def test_what_is_not_a_code_is_left_out(code):
    assert safe_code(code) == ""
    assert "Reason" not in compose(alarm(code=code), CONSOLE)[1]


def test_without_a_console_the_command_is_named():
    assert "Look: downdate status DBC-7K3Q9M" in compose(alarm(), None)[1]
    assert compose(alarm(AlertKind.JOURNAL_BROKEN, ref=None, channel=None), None)[1].splitlines()[-2].endswith("status")


def test_the_first_route_is_enough():
    with inbox() as (port, arrived), inbox() as (other, arrived_second):
        assert sender([to(port)], [to(other)]).send(alarm()) is Route.FIRST
    assert len(arrived) == 1
    assert arrived[0]["title"] == "DBC-7K3Q9M on x: not proven gone, 15 minutes after its removal began"
    assert f"{CONSOLE}/notices/DBC-7K3Q9M" in arrived[0]["message"]
    assert arrived_second == []


def test_the_second_route_is_taken_when_the_first_is_dead(dead_port):
    with inbox() as (port, arrived):
        assert sender([to(dead_port)], [to(port)]).send(alarm()) is Route.SECOND
    assert len(arrived) == 1


@pytest.mark.parametrize("status", [302, 401, 404, 500])
def test_the_second_route_is_taken_when_the_first_answers_with_a_failure(status):
    with inbox(status) as (port, refused), inbox() as (other, arrived):
        assert sender([to(port)], [to(other)]).send(alarm()) is Route.SECOND
    assert refused
    assert len(arrived) == 1


def test_one_dead_address_fails_its_route_and_the_others_still_get_it(dead_port):
    with inbox() as (port, arrived), inbox() as (other, arrived_second):
        assert sender([to(dead_port), to(port)], [to(other)]).send(alarm()) is Route.SECOND
    assert len(arrived) == 1
    assert len(arrived_second) == 1


@pytest.mark.parametrize("second", [False, True])
def test_nobody_told_is_said_and_never_raised(dead_port, second):
    assert sender([to(dead_port)], [to(dead_port)] if second else []).send(alarm()) is Route.NONE


def test_no_route_at_all_is_nobody_told():
    assert sender().send(alarm()) is Route.NONE


@pytest.mark.parametrize("kind", [kind for kind in AlertKind if ADVICE[kind].second])
def test_what_a_second_person_must_hear_goes_both_ways(kind):
    with inbox() as (port, arrived), inbox() as (other, arrived_second):
        assert sender([to(port)], [to(other)]).send(alarm(kind)) is Route.BOTH
    assert len(arrived) == len(arrived_second) == 1


def test_a_second_person_who_cannot_be_reached_leaves_the_first_route():
    with inbox() as (port, _):
        assert sender([to(port)]).send(alarm(AlertKind.URGENT_SECOND_PERSON)) is Route.FIRST


def test_the_urgent_and_the_unlawful_reach_a_second_person():
    assert ADVICE[AlertKind.URGENT_SECOND_PERSON].second
    assert ADVICE[AlertKind.OVERDUE].second
    assert not ADVICE[AlertKind.URGENT_UNVERIFIED].second


@pytest.mark.parametrize("url", ["nonsense://canary", "canary", "json://", "mailto://canary"])
def test_an_address_nobody_understands_is_named_by_its_setting_and_fails_its_route(url):
    with inbox() as (port, _):
        sending = sender([to(port), SecretStr(url)], [SecretStr("log://"), SecretStr(url)])
        assert sending.unusable == ("alerts.urls[1]", "alerts.second_urls[1]")
        assert sending.send(alarm()) is Route.NONE


def test_the_log_is_a_route_for_a_rehearsal():
    with structlog.testing.capture_logs() as logged:
        assert sender([SecretStr("log://")]).send(alarm(ref="John Smith")) is Route.FIRST
    alert = next(line for line in logged if line["event"] == "alert")
    assert alert["kind"] == "removal_unverified"
    assert alert["channel"] == "x"
    assert alert["ref"] is None
    assert "John" not in str(logged)


def test_whether_it_was_sent_is_logged(dead_port):
    with structlog.testing.capture_logs() as logged:
        sender([to(dead_port)]).send(alarm())
    assert logged[-1] == {
        "event": "alert-not-sent", "kind": "removal_unverified", "route": "none", "log_level": "error"
    }  # fmt: skip


def test_an_address_is_neither_logged_nor_printed(dead_port, caplog, capfd):
    caplog.set_level(logging.WARNING)
    caplog.set_level(logging.DEBUG, logger="apprise")
    with structlog.testing.capture_logs() as logged, inbox(500) as (port, _):
        urls = [to(dead_port), to(port), SecretStr("canary://canary")]
        sending = sender(urls, [to(dead_port)])
        sending.send(alarm())
    out = capfd.readouterr()
    seen = f"{caplog.text} {logged} {sending!r} {vars(sending)} {out.out} {out.err}"
    seen += " ".join(str(record.__dict__) for record in caplog.records if record.name == "apprise")
    assert "canary" not in seen
    assert "an alert route reported a problem" in caplog.text
