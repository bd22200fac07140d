"""Who may open what: every route with its roles, written down. A route that is not in the table is closed to all.

What a person may do with one notice or case is decided again where it is done (`policies.authority`).
"""

from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.signing_in import is_strong, resume
from bot.web.api_problems import is_api
from bot.web.current import console, cookie, now, signed_in, the_bot, under_https
from bot.web.forms import page_path, page_query, place
from bot.web.kept import belongs_to, keep, whose
from policies.authority import MAY, Act
from policies.terms import Role
from store import signins

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
    "entra.code_form": PUBLIC,
    "entra.code": PUBLIC,
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
    "notice.copies": Access(roles=PEOPLE),
    "retract.form": Access(roles=OFFICERS),
    "retract.act": Access(roles=OFFICERS),
    "retract.progress": Access(roles=PEOPLE),
    "retract.part": Access(roles=PEOPLE),
    "retract.case_progress": Access(roles=PEOPLE),
    "retract.case_part": Access(roles=PEOPLE),
    "retract.sheet": Access(roles=PEOPLE),
    "approve.waiting": Access(roles=DIRECTORS),
    "approve.form": Access(roles=DIRECTORS),
    "approve.act": Access(roles=DIRECTORS, strong=True),
    "approve.send_back": Access(roles=DIRECTORS),
    "advice.wanted": Access(roles=CONSULTEES | WRITERS),
    "advice.form": Access(roles=CONSULTEES | WRITERS),
    "advice.act": Access(roles=CONSULTEES | WRITERS),
    "notice.picture": Access(roles=PEOPLE),
    "acts.confirm_form": Access(roles=WRITERS | {Role.DIRECTOR, Role.LEGAL}),
    "acts.confirm": Access(roles=WRITERS | {Role.DIRECTOR, Role.LEGAL}),
    "acts.requeue": Access(roles=WRITERS | {Role.DIRECTOR, Role.ADMIN}),
    "acts.evidence": Access(roles=OFFICERS),
    "acts.attest": Access(roles=OFFICERS),
    "case.page": Access(roles=PEOPLE),
    "case.event_form": Access(roles=OFFICERS),
    "case.event": Access(roles=OFFICERS),
    "drafts.home": Access(roles=WRITERS),
    "drafts.begin": Access(roles=WRITERS),
    "drafts.tasks": Access(roles=WRITERS),
    "drafts.edit": Access(roles=WRITERS),
    "drafts.write": Access(roles=WRITERS),
    "drafts.remove": Access(roles=WRITERS),
    "drafts.upload_form": Access(roles=WRITERS),
    "drafts.upload": Access(roles=WRITERS),
    "drafts.picture": Access(roles=WRITERS),
    "drafts.preview": Access(roles=WRITERS),
    "drafts.framed": Access(roles=WRITERS),
    "drafts.stylesheet": PUBLIC,
    "drafts.check": Access(roles=WRITERS),
    "drafts.submit": Access(roles=WRITERS),
    "drafts.discard": Access(roles=WRITERS),
    "drafts.copy": Access(roles=WRITERS),
    "drafts.amend": Access(roles=WRITERS),
    "drafts.lesser": Access(roles=WRITERS),
    "drafts.correct": Access(roles=WRITERS),
    "tasks.home": Access(roles=PEOPLE),
    "tasks.page": Access(roles=PEOPLE),
    "tasks.act": Access(roles=OFFICERS),
    "tasks.alarms_raised": Access(roles=PEOPLE),
    "tasks.acknowledge": Access(roles=OFFICERS),
    "requests.home": Access(roles=PEOPLE),
    "requests.form": Access(roles=OFFICERS),
    "requests.log": Access(roles=OFFICERS),
    "requests.page": Access(roles=PEOPLE),
    "requests.act": Access(roles=OFFICERS),
    "channels.home": Access(roles=PEOPLE),
    "channels.act": Access(roles=OFFICERS),
    "channels.canary_form": Access(roles=MAY[Act.CANARY], strong=True),
    "channels.fly": Access(roles=MAY[Act.CANARY], strong=True),
    "record.home": Access(roles=PEOPLE),
    "record.filtered": Access(roles=PEOPLE),
    "record.verify": Access(roles=PEOPLE),
    "record.export_form": Access(roles=RECORD, strong=True),
    "record.export": Access(roles=RECORD, strong=True),
    "record.hold_form": Access(roles=MAY[Act.HOLD]),
    "record.hold": Access(roles=MAY[Act.HOLD]),
    "record.schedule": Access(roles=PEOPLE),
    "record.report": Access(roles=PEOPLE),
    "people.home": Access(roles=ADMINS),
    "people.add_form": Access(roles=ADMINS, strong=True),
    "people.add": Access(roles=ADMINS, strong=True),
    "people.page": Access(roles=ADMINS, strong=True),
    "people.act": Access(roles=ADMINS, strong=True),
    "calendar.home": Access(roles=PEOPLE),
    "calendar.act": Access(roles=PEOPLE),
    # A calendar does not sign in: the secret in its address opens it.
    "calendar.feed": PUBLIC,
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
        # The API knows people by their tokens alone, so a cookie is not even looked up there.
        secret = "" if is_api(request.path) else request.cookies.get(cookie(COOKIE), "")
        g.signed_in = resume(the_bot(), secret, console(), now())
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
            return redirect(url_for("signin.again", next=back_to_form(found.person.id)))
        return None

    app.after_request(belongs_to)


def onward(given: str | None) -> str:
    """Where to go on: a page of our own, never another site (ASVS 15.3.2)."""
    path = given or "/"
    parts = urlsplit(path)
    good = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if good and path.isprintable() and _is_page(parts.path) else "/"


def _is_page(path: str) -> bool:
    """Whether the path can be looked at; some only take what a form on another page sends."""
    return current_app.url_map.bind("").test(path, method="GET")


def _to_sign_in() -> AnyResponse:
    if request.method in {"GET", "HEAD"} or request.endpoint is None:
        return redirect(url_for("signin.form", next=_here()))
    # The page it was typed on comes back after signing in.
    with the_bot().ledger.read() as tx:
        ended = signins.session_of(tx, request.cookies.get(cookie(COOKIE), ""))
    # Whoever signs out in another window leaves no session to ask.
    of = ended.person_id if ended else whose()
    return redirect(url_for("signin.form", next=back_to_form(of), late="1"), code=303)


def _here() -> str:
    return request.full_path.rstrip("?")


def back_to_form(person_id: str | None) -> str:
    """The page that a form was sent from, with what was chosen on it.

    What was typed may name somebody: it is kept here for whoever the session is or was of, and not put into an address.
    """
    if request.method in {"GET", "HEAD"}:
        return _here()
    page, chosen = onward(page_path()), page_query()
    if person_id is not None and keep(person_id, page):
        chosen["kept"] = ["1"]
    return f"{page}?{urlencode(chosen, doseq=True)}{place()}" if chosen else f"{page}{place()}"


def remember(response: Response | AnyResponse, secret: str) -> None:
    """Give the browser its session. Lax, so that a link in a mail finds its reader signed in."""
    response.set_cookie(
        cookie(COOKIE),
        secret,
        max_age=int(console().session_for.total_seconds()),
        httponly=True,
        secure=under_https(),
        samesite="Lax",
        path="/",
    )


def forget(response: Response | AnyResponse) -> None:
    response.delete_cookie(cookie(COOKIE), path="/", httponly=True, secure=under_https(), samesite="Lax")
