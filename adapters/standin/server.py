"""A real socket in front of a stand-in, on loopback only, with faults a socket can show: drops, drips and hangs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from adapters.standin.core import Request, Standin

LOOPBACK = "127.0.0.1"


def _handler(standin: Standin, stopping: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body are two writes: the second must not wait for the first's acknowledgement.
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            request = Request(
                method=self.command,
                url=f"http://{self.headers.get('host', LOOPBACK)}{self.path}",
                headers={k.lower(): v for k, v in self.headers.items()},
                body=self.rfile.read(length),
            )
            answer = standin.handle(request)
            if answer.wait:
                stopping.wait(answer.wait.total_seconds())
            if answer.drop:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            """The Date header is the platform's own time."""
            return super().date_time_string(standin.clock().timestamp() if timestamp is None else timestamp)

        do_GET = do_POST = do_DELETE = do_PUT = _serve  # noqa: N815  # the names http.server calls

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Silent: request lines of a platform do not belong into our logs."""

    return Front


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what the tests do on purpose."""


@contextmanager
def serving(standin: Standin, *, port: int = 0) -> Iterator[str]:
    """Serve on loopback until the block ends; yields the base URL."""
    stopping = threading.Event()
    server = _Server((LOOPBACK, port), _handler(standin, stopping))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_address[1]}"
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
