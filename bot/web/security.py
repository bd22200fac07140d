"""What every answer and every request of the console has to satisfy (reliability: section 6)."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, abort, g, request
from werkzeug.wrappers import Response

from bot.web.current import console

# A submission with all its pictures; the body is refused before it is read (ASVS 5.2.1).
LARGEST_FORM = 45 * 1024 * 1024
# A form of the console brings one picture, and little beside it.
LARGEST_PICTURE = 20_000_000
_BESIDE = 64 * 1024
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def nonce() -> str:
    """The answer's own, made when it is first asked for, so that error pages have one as well."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    made: str = g.nonce
    return made


def protect(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM
    app.config["MAX_FORM_MEMORY_SIZE"] = 2 * 1024 * 1024
    app.config["MAX_FORM_PARTS"] = 500
    app.jinja_env.globals["csp_nonce"] = nonce
    app.before_request(_known_host)
    app.before_request(_small_enough)
    app.before_request(_own_origin)
    app.after_request(_headers)


def _known_host() -> None:
    """A foreign host name in the request could turn up in links of mails and pages."""
    if request.host != urlsplit(console().public_url).netloc:
        abort(400)


def _small_enough() -> None:
    if (request.content_length or 0) > LARGEST_FORM:
        abort(413)


def limit_forms(app: Flask) -> None:
    """Refuse what is larger than any form of ours, before anything of it is read, to the person it came from."""

    @app.before_request
    def small() -> None:
        if (request.content_length or 0) > LARGEST_PICTURE + _BESIDE and not request.path.startswith("/api/"):
            abort(413)


def _own_origin() -> None:
    """A state change comes from a page of our own, and says so; the API has no cookies and asks for a token instead."""
    if request.method in _SAFE or request.path.startswith("/api/"):
        return
    said = request.headers.get("Origin") or request.headers.get("Referer") or ""
    own, other = urlsplit(console().public_url), urlsplit(said)
    if (own.scheme, own.netloc) != (other.scheme, other.netloc):
        abort(403)


def _headers(response: Response) -> Response:
    framed = "'self'" if g.get("framed") else "'none'"
    policy = (
        f"default-src 'none'; style-src 'self'; script-src 'self' 'nonce-{nonce()}'; img-src 'self' data:; "
        f"connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {framed}"
    )
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if console().public_url.startswith("https"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
