"""The public site's server: only the folder, only by reading, 410 for what was withdrawn."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from bot.site import public_site, serving_site

PAGE = "n/0123456789abcdef012345"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    for name, content in {
        "index.html": b"<p>index</p>",
        "feed.atom": b"<feed/>",
        "site.css": b"p{}",
        "notes.txt": b"not a kind we publish",
        f"{PAGE}/index.html": b"<p>notice</p>",
        f"{PAGE}/0123.jpg": b"jpeg",
        f"{PAGE}/.tmp-01": b"unfinished",
        ".state/feed.json": b"{}",
        ".gone/page.html": b"gone",
        ".gone/n/withdrawn/index.html": b"",
        ".gone/n/withdrawn/1.jpg": b"",
        f".gone/{PAGE}/0123.jpg": b"",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "secret.html").write_text("secret")
    (root / "n" / "linked").symlink_to(tmp_path)
    (root / "link.html").symlink_to(tmp_path / "secret.html")
    return root


@pytest.fixture
def base(root: Path) -> Iterator[str]:
    with serving_site(root, hosts=frozenset({"Notices.example.org"})) as base:
        yield base


def raw(base: str, request: str) -> bytes:
    """Send exactly these bytes: requests would tidy a hostile path up."""
    parts = urlsplit(base)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as wire:
        wire.sendall(request.encode("latin-1"))
        answer = b""
        while more := wire.recv(65536):
            answer += more
    return answer


def ask(method: str, url: str, **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, url, headers=named, timeout=5, allow_redirects=False)


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("", b"<p>index</p>", "text/html; charset=utf-8"),
        ("index.html", b"<p>index</p>", "text/html; charset=utf-8"),
        ("feed.atom", b"<feed/>", "application/atom+xml; charset=utf-8"),
        ("site.css", b"p{}", "text/css; charset=utf-8"),
        (f"{PAGE}/", b"<p>notice</p>", "text/html; charset=utf-8"),
        (f"{PAGE}/index.html", b"<p>notice</p>", "text/html; charset=utf-8"),
        (f"{PAGE}/0123.jpg", b"jpeg", "image/jpeg"),
    ],
)
def test_what_stands_in_the_folder_is_served_fresh_and_kept_from_search_engines(
    base: str, path: str, body: bytes, kind: str
):
    answer = ask("GET", f"{base}/{path}")
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, body, kind)
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["X-Robots-Tag"] == "noindex, noarchive, noimageindex, nosnippet"


@pytest.mark.parametrize("path", ["n/withdrawn/", "n/withdrawn", "n/withdrawn/index.html", "n/withdrawn/1.jpg"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_r58_what_was_withdrawn_is_410_with_a_neutral_page_nobody_keeps(base: str, path: str, method: str):
    answer = ask(method, f"{base}/{path}")
    assert answer.status_code == 410
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    assert (b"no longer published" in answer.content) is (method == "GET")


def test_what_stands_there_is_shown_as_it_is_even_with_an_old_marker(base: str):
    assert ask("GET", f"{base}/{PAGE}/0123.jpg").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "n",
        "n/",
        PAGE,
        "notes.txt",
        "nothing.html",
        ".state/feed.json",
        ".gone/page.html",
        ".gone/n/withdrawn/index.html",
        f"{PAGE}/.tmp-01",
        "link.html",
        "n/linked/secret.html",
        "n//x.html",
        "%2e%2e/secret.html",
        "..%2fsecret.html",
        "n/%2e%2e/%2e%2e/secret.html",
        "..%5csecret.html",
        "index.html%00.jpg",
        "index.html/",
        "caf%C3%A9.html",
        "a" * 4000 + ".html",
    ],
)
def test_nothing_else_is_found(base: str, path: str):
    answer = ask("GET", f"{base}/{path}")
    assert answer.status_code == 404
    assert b"secret" not in answer.content
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/../secret.html", "/n/../../secret.html", "//etc/passwd", "/./index.html", "/.."])
def test_a_path_that_climbs_is_refused_on_the_wire(base: str, path: str):
    answer = raw(base, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert answer.split(b" ", 2)[1] in (b"404", b"400")
    assert b"secret" not in answer.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("path", ["", f"{PAGE}/", "nothing.html", "n/withdrawn/"])
def test_every_answer_carries_the_safe_headers_and_no_cookie(base: str, path: str):
    for method in ("GET", "HEAD", "POST"):
        answer = ask(method, f"{base}/{path}")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"].startswith("noindex")
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'")
        assert "unsafe" not in policy
        assert not {"Set-Cookie", "Server", "Location", "Last-Modified"} & set(answer.headers)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_it_can_only_be_read(base: str, method: str):
    answer = ask(method, f"{base}/index.html")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "host", ["notices.example.org", "NOTICES.example.org:443", "127.0.0.1:1", "localhost", "[::1]:80"]
)
def test_it_answers_under_its_own_names(base: str, host: str):
    assert ask("GET", f"{base}/", Host=host).status_code == 200


@pytest.mark.parametrize("host", ["console.example.org", "evil.example", "127.0.0.1.evil.example", ""])
def test_it_answers_under_no_other_name(base: str, host: str):
    answer = ask("GET", f"{base}/", Host=host)
    assert answer.status_code == 421
    assert b"<p>index" not in answer.content


def test_an_etag_saves_the_body_until_the_bytes_change_whatever_the_clock_says(root: Path, base: str):
    etag = ask("GET", f"{base}/feed.atom").headers["ETag"]
    for known in (etag, f"W/{etag}", f'"x", {etag}'):
        same = ask("GET", f"{base}/feed.atom", If_None_Match=known)
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", etag)
    (root / "feed.atom").write_bytes(b"<feed>tombstone</feed>")
    answer = ask("GET", f"{base}/feed.atom", If_None_Match=etag, If_Modified_Since="Wed, 01 Jan 2098 00:00:00 GMT")
    assert (answer.status_code, answer.content) == (200, b"<feed>tombstone</feed>")


def test_a_reader_who_knows_a_withdrawn_page_is_not_told_that_it_is_unchanged(root: Path, base: str):
    etag = ask("GET", f"{base}/{PAGE}/").headers["ETag"]
    (root / PAGE / "index.html").unlink()
    (root / ".gone" / PAGE / "index.html").touch()
    assert ask("GET", f"{base}/{PAGE}/", If_None_Match=etag).status_code == 410
    assert ask("GET", f"{base}/{PAGE}/", If_None_Match="*").status_code == 410


def test_a_disk_that_cannot_be_read_is_neither_there_nor_gone(root: Path):
    # Longer than any file name may be: the disk itself refuses.
    said: list[str] = []
    site = public_site(root)
    (root / "feed.atom").unlink()
    (root / "feed.atom").symlink_to(root / "feed.atom")
    for path in ("/feed.atom", f"/{'n/' * 3000}x.html"):
        environ = {"REQUEST_METHOD": "GET", "HTTP_HOST": "localhost", "PATH_INFO": path}
        b"".join(site(environ, lambda status, _headers, _info=None: said.append(status)))
    assert said == ["404 Not Found", "503 Service Unavailable"]


def test_the_server_ends_with_its_block(root: Path):
    with serving_site(root) as base:
        assert ask("GET", f"{base}/").status_code == 200
    with pytest.raises(requests.ConnectionError):
        ask("GET", f"{base}/")


def test_two_sites_stand_side_by_side(root: Path, tmp_path: Path):
    with serving_site(root) as one, serving_site(tmp_path) as other:
        assert ask("GET", f"{one}/").status_code == 200
        assert ask("GET", f"{other}/").status_code == 404
