"""EdgeSession: one call ends by its deadline, stays where it was sent, reads no more than it may, and keeps secrets."""

import gzip
import socket
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
import requests

from adapters.base import InDoubt, Rejected, Unreachable
from adapters.http import (
    MAX_BODY,
    BodyTooLarge,
    DeadlineExceeded,
    EdgeSession,
    PlatformTime,
    _is_outside,
    as_outcome,
    picture_at,
)

SECRET = "tok-3f9a71"
SHORT = timedelta(seconds=0.4)
PATIENCE = 10.0

Speaker = Callable[[socket.socket, threading.Event], None]


@contextmanager
def speaking(*speakers: Speaker) -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads one request per connection, then says exactly what the next speaker says."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []
    stopping = threading.Event()

    def serve() -> None:
        for speaker in speakers:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer:
                heard.append(peer.recv(65536))
                try:
                    speaker(peer, stopping)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
    finally:
        stopping.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def saying(text: bytes) -> Speaker:
    return lambda peer, _: peer.sendall(text)


def dripping(first: bytes, drop: bytes) -> Speaker:
    def speak(peer: socket.socket, stopping: threading.Event) -> None:
        peer.sendall(first)
        while not stopping.wait(0.05):
            peer.sendall(drop)

    return speak


def silent(_peer: socket.socket, stopping: threading.Event) -> None:
    stopping.wait(30)


@pytest.fixture
def session() -> EdgeSession:
    return EdgeSession(deadline=timedelta(seconds=10))


@pytest.fixture
def brief() -> EdgeSession:
    return EdgeSession(deadline=SHORT)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["DELETE", "POST", "GET"])
def test_a_redirect_is_not_followed(session, method, status):
    moved = f"HTTP/1.1 {status} Moved\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n".encode()
    found = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
    with speaking(saying(moved), saying(found)) as (base, heard):
        answer = session.request(method, base + "/post", allow_redirects=True)
    assert answer.status_code == status
    assert [each.split()[0].decode() for each in heard] == [method]


SLOW = {
    "silence": silent,
    "a dripping body": dripping(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", b"x"),
    "a dripping chunked body": dripping(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "a dripping body without length": dripping(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", b"x"),
    "a dripping status line": dripping(b"HTTP/1.1 2", b"0"),
    "dripping headers": dripping(b"HTTP/1.1 200 OK\r\n", b"x-more: 1\r\n"),
}


@pytest.mark.parametrize("speaker", SLOW.values(), ids=SLOW.keys())
def test_a_call_ends_at_its_deadline_in_doubt(brief, speaker):
    with speaking(speaker) as (base, _):
        began = monotonic()
        with pytest.raises(DeadlineExceeded) as raised:
            brief.request("DELETE", base + "/post")
        took = monotonic() - began
    assert took < SHORT.total_seconds() + PATIENCE
    outcome = as_outcome(raised.value)
    assert isinstance(outcome, InDoubt)
    assert outcome.code == "timeout"


def test_a_timeout_given_by_an_sdk_does_not_lengthen_the_deadline(brief):
    with speaking(silent) as (base, _):
        began = monotonic()
        with pytest.raises(requests.Timeout):
            brief.request("GET", base + "/post", timeout=60)
        assert monotonic() - began < SHORT.total_seconds() + PATIENCE


def test_a_session_works_again_after_a_deadline(brief):
    with speaking(silent) as (base, _), pytest.raises(DeadlineExceeded):
        brief.request("GET", base + "/post")
    brief.deadline = timedelta(seconds=10)
    with speaking(saying(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")) as (base, _):
        assert brief.request("GET", base + "/post").text == "ok"


@pytest.mark.parametrize("head", [b"connection: close", f"content-length: {MAX_BODY + 1}".encode()])
def test_a_body_over_5_mb_is_cut_off_in_doubt(head):
    session = EdgeSession(deadline=timedelta(seconds=10))
    huge = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + b"x" * (MAX_BODY + 1)
    with speaking(saying(huge)) as (base, _), pytest.raises(BodyTooLarge) as raised:
        session.request("GET", base + "/post")
    assert isinstance(as_outcome(raised.value), InDoubt)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_small_answer_that_unpacks_to_gigabytes_is_cut_off_in_doubt(layers):
    squeezed = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"".join(squeezed.compress(bytes(1 << 24)) for _ in range(8)) + squeezed.flush()
    for _ in range(layers - 1):
        body = gzip.compress(body)
    packed = ", ".join(["gzip"] * layers)
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: {packed}\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    session = EdgeSession(deadline=timedelta(seconds=10))
    tracemalloc.start()
    try:
        with speaking(saying(head + body)) as (base, _), pytest.raises(BodyTooLarge):
            session.request("GET", base + "/post")
        assert tracemalloc.get_traced_memory()[1] < 8 * MAX_BODY
    finally:
        tracemalloc.stop()


def test_nothing_is_sent_once_the_deadline_has_passed_while_the_address_was_looked_up(monkeypatch):
    looked_up = socket.getaddrinfo

    def slowly(*args, **kwargs):
        threading.Event().wait(2 * SHORT.total_seconds())
        return looked_up(*args, **kwargs)

    with speaking(dripping(b"HTTP/1.1 200 OK\r\n", b"x-more: 1\r\n")) as (base, heard):
        monkeypatch.setattr(socket, "getaddrinfo", slowly)
        began = monotonic()
        with pytest.raises(DeadlineExceeded):
            EdgeSession(deadline=SHORT).request("DELETE", base + "/post")
        assert monotonic() - began < SHORT.total_seconds() + PATIENCE
    assert b"".join(heard) == b""


def test_a_body_of_5_mb_is_read_whole():
    session = EdgeSession(deadline=timedelta(seconds=10))
    body = f"HTTP/1.1 200 OK\r\ncontent-length: {MAX_BODY}\r\n\r\n".encode() + b"x" * MAX_BODY
    with speaking(saying(body)) as (base, _):
        assert len(session.request("GET", base + "/post").content) == MAX_BODY


def test_a_refused_connection_is_unreachable(session):
    with speaking() as (base, _):
        pass
    with pytest.raises(requests.ConnectionError) as raised:
        session.request("POST", base + "/post", json={})
    assert isinstance(as_outcome(raised.value), Unreachable)


LOST = {
    "closed without a word": b"",
    "closed in the status line": b"HTTP/1.1 2",
    "closed in the body": b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nxx",
    "not HTTP": b"hello\r\n\r\n",
    "a bad chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    "gzip that is none": b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nxx",
}


@pytest.mark.parametrize("text", LOST.values(), ids=LOST.keys())
def test_a_lost_or_broken_answer_is_in_doubt_and_is_not_asked_for_again(session, text):
    with speaking(saying(text), saying(text)) as (base, heard):
        with pytest.raises(requests.RequestException) as raised:
            session.request("POST", base + "/post", json={})
        assert isinstance(as_outcome(raised.value), InDoubt)
        assert len(heard) == 1


def test_an_answer_cut_in_its_headers_has_no_body_to_believe(session):
    with speaking(saying(b"HTTP/1.1 200 OK\r\nx-a: 1")) as (base, _):
        assert session.request("DELETE", base + "/post").content == b""


@pytest.mark.parametrize("speaker", [silent, saying(b""), saying(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nxx")])
def test_no_secret_stands_in_the_text_of_an_error(brief, speaker):
    with speaking(speaker) as (base, _), pytest.raises(requests.RequestException) as raised:
        brief.request("POST", f"{base}/post?access_token={SECRET}", headers={"authorization": SECRET})
    outcome = as_outcome(raised.value)
    assert SECRET not in str(outcome) + repr(outcome) + outcome.remedy
    assert SECRET not in str(raised.value) + repr(raised.value)


def test_no_secret_stands_in_our_error_for_a_refused_connection(session):
    with speaking() as (base, _):
        pass
    with pytest.raises(requests.ConnectionError) as raised:
        session.request("GET", f"{base}/post?access_token={SECRET}")
    outcome = as_outcome(raised.value)
    assert SECRET not in str(outcome) + repr(outcome) + outcome.remedy


def test_the_environment_and_netrc_play_no_part(session, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with speaking(saying(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")) as (base, heard):
        assert session.request("GET", base + "/post").text == "ok"
    assert b"Downdate" in heard[0]


def test_a_configured_proxy_is_used_and_cut_at_the_deadline_too():
    with speaking(dripping(b"HTTP/1.1 200 OK\r\n", b"x-more: 1\r\n")) as (proxy, heard):
        session = EdgeSession(deadline=timedelta(seconds=2), proxies={"http": proxy})
        with pytest.raises(DeadlineExceeded):
            session.request("GET", "http://platform.example/post")
        assert heard[0].startswith(b"GET http://platform.example/post")


def test_a_session_outlives_connections_that_the_platform_closes():
    closed = threading.Semaphore(0)

    def speak(peer: socket.socket, _: threading.Event) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        peer.shutdown(socket.SHUT_RDWR)
        closed.release()

    with speaking(speak, speak, speak) as (base, heard):
        session = EdgeSession(deadline=timedelta(seconds=5))
        for number in range(3):
            assert session.request("GET", f"{base}/{number}").text == "ok"
            assert closed.acquire(timeout=PATIENCE)
    assert len(heard) == 3


def test_a_platforms_date_header_tells_its_time(session):
    dated = b"HTTP/1.1 200 OK\r\ndate: Mon, 02 Mar 2026 12:00:00 GMT\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    undated = b"HTTP/1.1 200 OK\r\ndate: yesterday\r\ncontent-length: 0\r\n\r\n"
    session.platform_time = PlatformTime()
    with speaking(saying(dated), saying(undated)) as (base, _):
        session.get(base)
        session.get(base)
    told = session.platform_time.now()
    assert timedelta(0) <= told - datetime(2026, 3, 2, 12, 0, tzinfo=UTC) < timedelta(seconds=30)


def test_platforms_that_have_not_answered_tell_no_time():
    assert PlatformTime().now() is None


def picture(address: str) -> bytes:
    return picture_at(address, like="http://127.0.0.1", deadline=SHORT, proxies={})


def test_a_picture_is_fetched_without_credentials():
    with speaking(saying(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")) as (base, heard):
        assert picture(f"{base}/a.jpg") == b"ok"
    assert b"authorization" not in heard[0].lower()


@pytest.mark.parametrize("status", [301, 403, 404, 410])
def test_a_picture_that_is_not_there_is_refused_for_good(status):
    answer = f"HTTP/1.1 {status} Said\r\nlocation: /b.jpg\r\ncontent-length: 0\r\n\r\n".encode()
    with speaking(saying(answer)) as (base, heard), pytest.raises(Rejected, match="picture-not-there"):
        picture(f"{base}/a.jpg")
    assert len(heard) == 1


def test_a_picture_larger_than_any_we_expect_is_refused_for_good():
    answer = f"HTTP/1.1 200 OK\r\ncontent-length: {MAX_BODY + 1}\r\n\r\n".encode() + bytes(MAX_BODY + 1)
    with speaking(saying(answer)) as (base, _), pytest.raises(Rejected, match="picture-too-large"):
        picture_at(f"{base}/a.jpg", like=base, deadline=timedelta(seconds=5), proxies={})


@pytest.mark.parametrize("said", [b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", b"HTTP/1.1 429 Slow\r\n\r\n", b""])
def test_a_picture_that_may_be_had_later_is_in_doubt(said):
    with speaking(saying(said)) as (base, _), pytest.raises(InDoubt):
        picture(f"{base}/a.jpg")


@pytest.mark.parametrize("address", ["file:///etc/hostname", "https://cdn.example/a.jpg", "a.jpg", ""])
def test_a_picture_is_fetched_only_the_way_the_platform_is_reached(address):
    with pytest.raises(Rejected, match="picture-address"):
        picture(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_picture_on_a_machine_of_our_own_network_is_asked_for_by_nobody(host):
    """A platform's answer could else have the bot ask what only the council's own machines may (ASVS 1.3.6)."""
    with speaking(saying(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")) as (base, heard):
        inside = base.replace("127.0.0.1", host)
        with pytest.raises(Rejected, match="picture-address"):
            picture_at(f"{inside}/a.jpg", like="http://platform.example", deadline=SHORT, proxies={})
    assert b"".join(heard) == b""


def test_what_is_outside_is_what_the_whole_internet_can_reach():
    own = (
        "10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 ::1 fd00::1 fe80::1%eth0 ::ffff:100.64.0.1"
    )
    for address in own.split():
        assert not _is_outside(address), address
    for address in ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"):
        assert _is_outside(address), address
