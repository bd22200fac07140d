"""The public site's own server: the folder's files, 410 for what was withdrawn, nothing else.

For demonstrations and small sites; config/deploy/nginx.conf does the same with nginx. It never redirects, never sets
a cookie, and never answers 200 for something that was taken down (platforms: website, sections 3 and 8).
"""

import hashlib
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.files import Folder, PathRefused, withdrawn
from adapters.noticeboard import GONE_PAGE, neutral_page
from adapters.site_reader import is_loopback

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "jpg": "image/jpeg",
}
# A CDN may keep nothing beyond a minute: no `immutable`, no `stale-*`.
# Kept copies are asked about before each showing: whoever saw a notice once does not see it after it came down.
FRESH = "public, no-cache"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ALWAYS = (
    ("X-Robots-Tag", "noindex, noarchive, noimageindex, nosnippet"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", POLICY),
)
NOT_FOUND = neutral_page("Page not found", "<p>There is no page at this address.</p>\n")
MISDIRECTED = neutral_page("Page not found", "<p>This site does not answer under that name.</p>\n")
NOT_ALLOWED = neutral_page("Not allowed", "<p>This site can only be read.</p>\n")


def _hostname(host_header: str) -> str:
    host = host_header.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _relative(path_info: str) -> str:
    """The file a path means; the empty text for one that can mean none."""
    path = path_info.removeprefix("/")
    return f"{path}index.html" if not path or path.endswith("/") else path


def _same(if_none_match: str, etag: str) -> bool:
    tags = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return etag in tags or "*" in tags


def _served(folder: Folder, path_info: str) -> tuple[HTTPStatus, bytes, str]:
    """What a path gets: status, body, media type."""
    relative = _relative(path_info)
    kind = TYPES.get(relative.rpartition(".")[2])
    missing = (HTTPStatus.NOT_FOUND, NOT_FOUND, TYPES["html"])
    # Our own folders begin with a dot; what does is nobody else's to read.
    if relative.startswith("."):
        return missing
    try:
        content = folder.read(relative) if kind else None
        if content is not None and kind is not None:
            return HTTPStatus.OK, content, kind
        gone = folder.exists(withdrawn(relative)) and not folder.exists(relative)
    except PathRefused:
        return missing
    return (HTTPStatus.GONE, GONE_PAGE, TYPES["html"]) if gone else missing


def public_site(root: Path, *, hosts: frozenset[str] = frozenset()) -> "WSGIApplication":
    """The site as a WSGI application. It answers under the names in `hosts`, and as this machine's loopback."""
    folder = Folder(root=root)
    names = frozenset(each.lower() for each in hosts)

    def answer(environ: "WSGIEnvironment") -> tuple[HTTPStatus, bytes, list[tuple[str, str]]]:
        host = _hostname(str(environ.get("HTTP_HOST", "")))
        method = environ["REQUEST_METHOD"]
        allow: list[tuple[str, str]] = []
        if host not in names and not is_loopback(host):
            status, body, kind = HTTPStatus.MISDIRECTED_REQUEST, MISDIRECTED, TYPES["html"]
        elif method not in ("GET", "HEAD"):
            status, body, kind = HTTPStatus.METHOD_NOT_ALLOWED, NOT_ALLOWED, TYPES["html"]
            allow = [("Allow", "GET, HEAD")]
        else:
            status, body, kind = _served(folder, str(environ.get("PATH_INFO", "")))
        if status is not HTTPStatus.OK:
            return status, body, [("Content-Type", kind), ("Cache-Control", "no-store"), *allow]
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        validity = [("Cache-Control", FRESH), ("ETag", etag)]
        if _same(str(environ.get("HTTP_IF_NONE_MATCH", "")), etag):
            return HTTPStatus.NOT_MODIFIED, b"", validity
        return status, body, [("Content-Type", kind), *validity]

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            status, body, headers = answer(environ)
        except OSError:
            # An unreadable disk is neither "there" nor "gone".
            status, body, headers = HTTPStatus.SERVICE_UNAVAILABLE, b"", [("Cache-Control", "no-store")]
        if status is not HTTPStatus.NOT_MODIFIED:
            headers.append(("Content-Length", str(len(body))))
        start_response(f"{status.value} {status.phrase}", [*headers, *ALWAYS])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return application


@contextmanager
def serving_site(
    root: Path, host: str = "127.0.0.1", port: int = 0, *, hosts: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Serve the site until the block ends; yields its base URL. Port 0 takes any free one."""
    from waitress import create_server, wasyncore

    sockets: dict[int, Any] = {}
    server = create_server(
        public_site(root, hosts=hosts),
        map=sockets,
        host=host,
        port=port,
        threads=4,
        ident=None,
        max_request_body_size=4096,
        max_request_header_size=16384,
        channel_timeout=30,
    )
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            wasyncore.loop(timeout=0.05, map=sockets, count=1)
        server.task_dispatcher.shutdown(timeout=2)
        wasyncore.close_all(sockets)

    thread = threading.Thread(target=run, name="site", daemon=True)
    thread.start()
    where = getattr(server, "effective_listen", None) or [(server.effective_host, server.effective_port)]
    try:
        yield f"http://{f'[{host}]' if ':' in host else host}:{where[0][1]}"
    finally:
        stopping.set()
        thread.join(5)
