"""EdgeSession: what `requests` alone would do to us (reliability: hazards 7 and 8), and that nothing leaks."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import requests

from adapters.base import InDoubt, Unreachable
from adapters.http import MAX_BODY, BodyTooLarge, DeadlineExceeded, EdgeSession, as_outcome

SHORT = timedelta(milliseconds=400)


@contextmanager
def raw_server(*pieces: bytes, drip: float = 0.0) -> Iterator[str]:
    """Answer every connection with the pieces, `drip` seconds apart; counts are in `.seen` of the thread."""
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                for piece in pieces:
                    try:
                        connection.sendall(piece)
                    except OSError:
                        break
                    if stop.wait(drip):
                        break

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def test_a_redirected_delete_is_not_followed():
    answer = b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    with raw_server(answer) as base:
        response = EdgeSession(deadline=timedelta(seconds=5)).delete(f"{base}/posts/1")
    assert response.status_code == 302
    assert response.history == []


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n", *[b"x"] * 99],
        [b"HTTP/1.1 200 OK\r\nx-slow: ", *[b"x"] * 99],
    ],
    ids=["body", "header"],
)
def test_a_dripping_answer_is_cut_at_the_deadline_and_leaves_doubt(pieces):
    with raw_server(*pieces, drip=0.1) as base, pytest.raises(DeadlineExceeded) as cut:
        EdgeSession(deadline=SHORT).get(f"{base}/slow")
    assert isinstance(as_outcome(cut.value), InDoubt)


def test_an_endless_body_is_refused():
    head = f"HTTP/1.1 200 OK\r\ncontent-length: {MAX_BODY + 65536}\r\n\r\n".encode()
    with raw_server(head, b"x" * (MAX_BODY + 65536)) as base, pytest.raises(BodyTooLarge) as refused:
        EdgeSession(deadline=timedelta(seconds=5)).get(f"{base}/big")
    assert isinstance(as_outcome(refused.value), InDoubt)


def test_an_answer_cut_short_leaves_doubt():
    with (
        raw_server(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf") as base,
        pytest.raises(requests.ConnectionError) as cut,
    ):
        EdgeSession(deadline=timedelta(seconds=5)).post(f"{base}/posts", json={})
    assert isinstance(as_outcome(cut.value), InDoubt)


def test_a_refused_connection_means_that_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(requests.ConnectionError) as refused:
        EdgeSession(deadline=SHORT).get(f"http://127.0.0.1:{port}/?access_token=CANARY")
    outcome = as_outcome(refused.value)
    assert isinstance(outcome, Unreachable)
    assert "CANARY" not in f"{outcome!r} {outcome} {outcome.remedy}"


def test_a_connection_is_used_again_after_a_whole_answer():
    with raw_server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok") as base:
        session = EdgeSession(deadline=timedelta(seconds=5))
        assert [session.get(f"{base}/{n}").text for n in range(3)] == ["ok"] * 3
