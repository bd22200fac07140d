"""The console as a Flask application: `console_app(bot)` is served by `downdate serve` on a port of its own."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, g, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.exceptions import HTTPException

from bot.context import Bot
from bot.hashing import TooBusyError
from bot.intake_tasks import owners
from bot.standing import overdue
from bot.web import access, api, api_problems, naming, security, words
from bot.web.current import KEY, SAMPLES, now, signed_in, the_bot
from bot.web.deciding import for_approval
from bot.web.kept import readable, without_secrets
from bot.web.pages import BLUEPRINTS, UNLIMITED, drafts_showing, signin
from bot.web.pages.retract import expired
from store import desk

log = structlog.get_logger()

# What went wrong, and what to do, for people; other codes get the words of 500.
_SAID: dict[int, tuple[str, str]] = {
    400: ("The page could not be understood", "Go back, reload the page and try again."),
    403: ("You cannot open this page", "Your roles do not allow it. An administrator gives roles."),
    404: ("Page not found", "Check the address, or begin at Live now."),
    405: ("That cannot be done here", "Begin at Live now."),
    413: ("That is too large", "Send less text at once, and pictures one at a time, of at most 20 MB each."),
    429: ("Too many requests", "Wait a minute, then try again. Live now and retracting always work."),
    500: ("Something went wrong", "Nothing was lost that was shown as done. Try again; if it stays, tell IT."),
    503: ("Many are signing in at this moment", "Wait a few seconds, go back, and send it again."),
}


# In the order of the menu; each is shown to those who may open it.
NAVIGATION = (
    ("live.home", "Live now"),
    ("approve.waiting", "Waiting for you"),
    ("advice.wanted", "Advice wanted"),
    ("drafts.home", "New notice"),
    ("tasks.home", "Tasks"),
    ("calendar.home", "Coming up and coming down"),
    ("requests.home", "Requests"),
    ("channels.home", "Channels"),
    ("record.home", "Record"),
    ("people.home", "People"),
)


class _Console(Flask):
    def log_exception(self, exc_info: Any) -> None:
        """Names the route alone: an address may hold an invitation or what somebody typed."""
        log.error("console_broken", route=request.endpoint, method=request.method, exc_info=exc_info)


def assets_missing() -> bool:
    """Whether the stylesheet has not been built; the wheel holds it, a checkout makes it at set-up."""
    return not (Path(__file__).parent / "static" / "console.css").exists()


def console_app(
    bot: Bot,
    *,
    loop_age: Callable[[], timedelta | None] = lambda: None,
    samples: Callable[[], list[dict[str, str]]] = list,
) -> Flask:
    """The whole console. `loop_age`: since the last whole sweep; `samples`: sign-ins to show, in a rehearsal only."""
    app = _Console("bot.web", static_folder=str(Path(__file__).parent / "static"))
    app.extensions[KEY] = bot
    app.extensions[SAMPLES] = samples
    _configure(app, bot)
    security.protect(app)
    # Who it is comes first, so that a form that was open too long is answered to the person it belongs to.
    access.guard(app)
    security.limit_forms(app)
    csrf = CSRFProtect(app)
    words.teach(app)
    naming.teach(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    api.join(app, csrf, [each for each in BLUEPRINTS if each not in UNLIMITED])
    app.after_request(_log_refusals)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(500, _broken)
    app.register_error_handler(TooBusyError, _too_busy)

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        found = signed_in()
        age = None if "uncounted" in g else loop_age()
        late = bot.settings.loop.late_after
        return {
            "council": bot.settings.council.name,
            "person": found.person if found else None,
            "may_open": _may_open,
            "navigation": NAVIGATION,
            "noted_at": _noted_at,
            "loop_late": age is not None and age > late,
            "now": now(),
            "plays": bot.ledger.rehearsal and bool(samples()),
            "samples": _offered(samples) if bot.ledger.rehearsal else [],
            "rehearsal": bot.ledger.rehearsal,
        }

    return app


def _offered(samples: Callable[[], list[dict[str, str]]]) -> list[dict[str, str]]:
    """All sample people where one signs in; the one who is signed in where a proof is asked for."""
    found = signed_in()
    if found is None or request.endpoint in {"signin.form", "signin.enter"}:
        return samples()
    if request.endpoint not in {"signin.again", "signin.proved"}:
        return []
    return [each for each in samples() if each["who"].startswith(f"{found.person.name} (")]


def _configure(app: Flask, bot: Bot) -> None:
    https = bot.settings.console.public_url.startswith("https")
    app.config.update(
        SECRET_KEY=bot.ledger.cipher.derived("console forms"),
        SESSION_COOKIE_NAME="__Host-dd_form" if https else "dd_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_SAMESITE="Lax",
        # A form stays good for as long as the browser's session: nobody loses a retraction to a clock.
        WTF_CSRF_TIME_LIMIT=None,
        # `bot.web.security` has asked for the origin before, and takes it from either header.
        WTF_CSRF_SSL_STRICT=False,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.jinja_options = {
        "autoescape": True,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "finalize": words.visible,
    }
    app.jinja_loader = ChoiceLoader(
        [PackageLoader("bot.web"), PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})]
    )


def _noted_at(endpoint: str) -> str:
    """What waits behind an entry of the menu: how much is overdue, or is for this Director to decide."""
    found = signed_in()
    if found is None or "uncounted" in g or endpoint not in {"live.home", "tasks.home", "approve.waiting"}:
        return ""
    with the_bot().ledger.read() as tx:
        if endpoint == "approve.waiting":
            if "to_decide" not in g:
                g.to_decide = sum(1 for each in for_approval(the_bot(), tx, found.person, now()) if not each.own)
            return str(g.to_decide) if g.to_decide else ""
        if endpoint == "live.home":
            count = len(overdue(the_bot(), tx, now()))
        else:
            mine = owners(found.person)
            count = sum(1 for task in desk.open_tasks(tx) if task.due_at <= now() and task.owner in mine)
    return f"{count} overdue" if count else ""


def _may_open(endpoint: str) -> bool:
    found = signed_in()
    roles = frozenset(role for role, _ in found.person.roles) if found else frozenset()
    return access.allowed(endpoint, roles)


def _refused(status: int) -> None:
    """Who tried what (ASVS 16.3.2); an address may hold what somebody typed, so only the route is named."""
    found = signed_in()
    log.warning("console_refused", status=status, route=request.endpoint, person=found and found.person.id)


def _log_refusals(response: Response) -> Response:
    """An act that a page refuses in its own words is one that was tried, as one that the table refuses is."""
    if response.status_code in {403, 409} and not api_problems.is_api(request.path):
        _refused(response.status_code)
    return response


def _http_error(error: HTTPException) -> tuple[str, int] | Response:
    if api_problems.is_api(request.path):
        return api_problems.of_http(error)
    code = error.code or 500
    if code in {400, 413, 429}:
        _refused(code)
    if code == 413 and request.endpoint == "drafts.upload" and signed_in() is not None:
        return drafts_showing.too_large(**(request.view_args or {}))
    return _told(code)


def _told(code: int) -> tuple[str, int]:
    """The page that says what went wrong, with what was typed by somebody signed in, to be copied."""
    title, do = _SAID.get(code, _SAID[500])
    # What is too large or cannot be understood was not read; an error of ours may come from what was sent.
    seen = request.method == "POST" and signed_in() is not None and code not in {400, 413, 500}
    return render_template("error.html", title=title, do=do, lost=readable(request.form) if seen else []), code


def _form_expired(_: CSRFError) -> tuple[str, int]:
    """Nothing that was filled in is lost: it takes one more tap. A password is typed again."""
    if request.endpoint in {"signin.enter", "signin.proved"}:
        return signin.expired()
    found = signed_in()
    if found is None:
        title, do = "The form was open for too long", "Go back, reload the page, and send it again."
        return render_template("error.html", title=title, do=do), 400
    own: dict[str, Callable[..., tuple[str, int]]] = {"retract.act": expired, "drafts.upload": drafts_showing.not_sent}
    if request.endpoint in own:
        # What it was about may be gone by now.
        with suppress(HTTPException):
            return own[request.endpoint](**(request.view_args or {}))
    fields = list(without_secrets(request.form).items(multi=True))
    page = access.back_to_form(found.person.id)
    return render_template("again.html", fields=fields, filled=readable(request.form), page=page), 400


def _too_busy(_: TooBusyError) -> tuple[str, int]:
    return _told(503)


def _broken(error: Exception) -> tuple[str, int] | Response:
    if api_problems.is_api(request.path):
        return api_problems.broken(error)
    # Perhaps the ledger cannot be read: the page that says so does not ask it again.
    g.uncounted = True
    return _told(500)
