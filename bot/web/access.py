"""Who may open what: every route with its roles, written down. A route that is not in the table is closed to all.

What a person may do with one notice or case is decided again where it is done (`policies.authority`).
"""

from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.signing_in import is_strong, resume
from bot.web.current import console, now, signed_in, the_bot
from policies.terms import Role

COOKIE = "dd_session"
PEOPLE = frozenset(Role) - {Role.SYSTEM}
OFFICERS = PEOPLE - {Role.AUDITOR}
WRITERS = frozenset({Role.COMMS, Role.OFFICER})
DIRECTORS = frozenset({Role.DIRECTOR})
CONSULTEES = frozenset({Role.DPO, Role.LEGAL, Role.OFFICER})
RECORD = frozenset({Role.DPO, Role.LEGAL, Role.AUDITOR, Role.ADMIN, Role.DIRECTOR})
ADMINS = frozenset({Role.ADMIN})


@dataclass(frozen=True, kw_only=True)
class Access:
    """`public`: before anybody has signed in. `strong`: only after a fresh proof of identity."""

    roles: frozenset[Role] = field(default_factory=frozenset)
    public: bool = False
    strong: bool = False


PUBLIC = Access(public=True)

TABLE: dict[str, Access] = {
    "static": PUBLIC,
    "signin.form": PUBLIC,
    "signin.enter": PUBLIC,
    "signin.invitation": PUBLIC,
    "signin.accept": PUBLIC,
    "signin.leave": Access(roles=PEOPLE),
    "signin.again": Access(roles=PEOPLE),
    "signin.proved": Access(roles=PEOPLE),
    "entra.begin": PUBLIC,
    "entra.back": PUBLIC,
    "account.home": Access(roles=PEOPLE),
    "account.end": Access(roles=PEOPLE),
    "account.end_others": Access(roles=PEOPLE),
    "account.password_form": Access(roles=PEOPLE, strong=True),
    "account.password": Access(roles=PEOPLE, strong=True),
    "account.factor_form": Access(roles=PEOPLE, strong=True),
    "account.factor": Access(roles=PEOPLE, strong=True),
    "about.accessibility": PUBLIC,
    "live.home": Access(roles=PEOPLE),
    "live.search": Access(roles=PEOPLE),
    "live.listed": Access(roles=PEOPLE),
    "notice.page": Access(roles=PEOPLE),
    "retract.form": Access(roles=OFFICERS),
    "retract.act": Access(roles=OFFICERS),
    "retract.progress": Access(roles=PEOPLE),
    "retract.part": Access(roles=PEOPLE),
    "retract.case_progress": Access(roles=PEOPLE),
    "retract.case_part": Access(roles=PEOPLE),
    "retract.sheet": Access(roles=PEOPLE),
    # The API asks for a token and its scope itself (`bot.web.api_asking`).
    "api_document.document": PUBLIC,
    "api.submit": PUBLIC,
    "api.overview": PUBLIC,
    "api.status": PUBLIC,
    "api.preview": PUBLIC,
    "api.approve": PUBLIC,
    "api.confirm": PUBLIC,
    "api_urgent.retract": PUBLIC,
    "api_urgent.retract_case": PUBLIC,
    "api_urgent.event": PUBLIC,
    "api_urgent.retraction": PUBLIC,
    "api_urgent.case_retraction": PUBLIC,
    "api_record.tasks": PUBLIC,
    "api_record.answer": PUBLIC,
    "api_record.export": PUBLIC,
    "api_record.verify": PUBLIC,
}


def allowed(endpoint: str, roles: frozenset[Role]) -> bool:
    """Whether somebody with these roles may open the route; nobody may open one that is not in the table."""
    access = TABLE.get(endpoint)
    return access is not None and (access.public or bool(access.roles & roles))


def guard(app: Flask) -> None:
    """Ask before every request; the answer to a request that has no route stays 404."""

    @app.before_request
    def check() -> AnyResponse | None:
        g.signed_in = resume(the_bot(), request.cookies.get(COOKIE, ""), console(), now())
        if request.endpoint is None:
            return None
        access = TABLE.get(request.endpoint)
        if access is None:
            abort(403)
        if access.public:
            return None
        found = signed_in()
        if found is None:
            return _to_sign_in()
        if not access.roles & {role for role, _ in found.person.roles}:
            abort(403)
        if access.strong and not is_strong(found, console(), now()):
            return redirect(url_for("signin.again", next=_here()))
        return None


def onward(given: str | None) -> str:
    """Where to go on: a page of our own, never another site (ASVS 15.3.2)."""
    path = given or "/"
    parts = urlsplit(path)
    good = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if good and path.isprintable() and _is_page(parts.path) else "/"


def _is_page(path: str) -> bool:
    """Whether the path can be looked at; some only take what a form on another page sends."""
    return current_app.url_map.bind("").test(path, method="GET")


def _here() -> str:
    """Where to go on afterwards: this page, or for a form that was sent the page it stands on."""
    return request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else onward(request.path)


def _to_sign_in() -> AnyResponse:
    if request.method in {"GET", "HEAD"} or request.endpoint is None:
        return redirect(url_for("signin.form", next=_here()))
    # The page it was typed on comes back after signing in; a retraction with its choices, which name nobody.
    kept = {name: request.form[name] for name in ("reason", "scope") if name in request.form}
    page = f"{_here()}?{urlencode(kept)}" if kept else _here()
    return redirect(url_for("signin.form", next=page, late="1"), code=303)


def remember(response: Response | AnyResponse, secret: str) -> None:
    """Give the browser its session. Lax, so that a link in a mail finds its reader signed in."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(console().session_for.total_seconds()),
        httponly=True,
        secure=console().public_url.startswith("https"),
        samesite="Lax",
        path="/",
    )


def forget(response: Response | AnyResponse) -> None:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax")
