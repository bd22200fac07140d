"""Signing in with Microsoft Entra ID, and proving there again who one is."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import structlog
from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from bot import accounts, entra
from bot.accounts import SecondFactorMissing, UnknownIdentity
from bot.entra import Asked, EntraFailed, Proved
from bot.signing_in import SignInRefused, TooManyTries
from bot.web.access import onward, remember
from bot.web.current import console, now, signed_in, the_bot
from bot.web.errors import Errors
from policies.terms import Role

pages = Blueprint("entra", __name__)
log = structlog.get_logger()
_KEPT, _WAITING = "entra", "entra_code"
# How long the page that asks for a code stays good.
_FOR_A_CODE = timedelta(minutes=5)


def _back() -> str:
    return f"{console().public_url}{url_for('entra.back')}"


@pages.get("/entra")
def begin() -> Response | tuple[str, int]:
    if console().entra_metadata_url is None:
        abort(404)
    again = "again" in request.args and signed_in() is not None
    return _go(onward(request.args.get("next")), again=again)


def _go(then: str, *, again: bool = False, twice: bool = False) -> Response | tuple[str, int]:
    """Send the browser to Entra; `twice`: for a second factor as well."""
    try:
        address, asked = entra.begin(console(), back=_back(), again=again, twice=twice, now=now())
    except EntraFailed as failed:
        return _sorry(failed.kind)
    session[_KEPT] = asdict(asked) | {"onward": then, "again": again, "twice": twice}
    return redirect(address)


@pages.get("/entra/back")
def back() -> Response | tuple[str, int]:
    """Where Entra sends the browser. It acts only for the browser that was sent there from here, once."""
    kept = session.pop(_KEPT, None)
    if console().entra_metadata_url is None or kept is None:
        return _sorry("not-asked")
    then, again, twice = kept.pop("onward"), kept.pop("again"), kept.pop("twice")
    try:
        proved = entra.come_back(console(), Asked(**kept), request.args, back=_back(), now=now())
    except EntraFailed as failed:
        return _sorry(failed.kind)
    try:
        return _again(proved, then) if again else _in(proved, then, twice=twice)
    except SignInRefused:
        return _sorry("no-role")


def _again(proved: Proved, then: str) -> Response | tuple[str, int]:
    found = signed_in()
    if found is None:
        return _sorry("not-asked")
    try:
        return _entered(accounts.prove_by_entra(the_bot(), found, proved, now()), then)
    except SignInRefused:
        title = "Microsoft did not show a fresh second factor"
        do = "Go back and confirm with your password and code, or ask IT: the README says what Microsoft must be told."
        return _sorry("not-strong", title=title, do=do)


def _in(proved: Proved, then: str, *, twice: bool = False, code: str = "") -> Response | tuple[str, int]:
    device = request.user_agent.string[:200]
    try:
        secret = accounts.enter(the_bot(), proved, device=device, now=now(), instead_of=signed_in(), code=code)
    except UnknownIdentity as unknown:
        log.warning("entra_refused", kind="unknown-identity")
        return render_template("entra_unknown.html", tenant=unknown.tenant, subject=unknown.subject), 403
    except SecondFactorMissing as missing:
        return _twice(proved, then, missing, asked=twice)
    return _entered(secret, then)


def _twice(proved: Proved, then: str, missing: SecondFactorMissing, *, asked: bool) -> Response | tuple[str, int]:
    """A Director or administrator whom Entra has proved by one factor: asked for the other, there or here."""
    if console().entra_strong_context is not None and not asked:
        return _go(then, twice=True)
    if not missing.own:
        title = "A second factor is missing"
        do = (
            "Directors and administrators sign in with two, and Microsoft has shown one. An administrator hands you a "
            "link to set up a code here (downdate person invite), or IT sets console.entra_strong_context."
        )
        return _sorry("one-factor", title=title, do=do)
    only = None if proved.only is None else [role.value for role in proved.only]
    kept = {"tenant": proved.tenant, "subject": proved.subject, "only": only, "at": int(now().timestamp())}
    session[_WAITING] = kept | {"onward": then}
    return redirect(url_for("entra.code_form"))


def _waiting() -> dict[str, Any] | None:
    kept: dict[str, Any] | None = session.get(_WAITING)
    if kept is None or not 0 <= now().timestamp() - kept["at"] <= _FOR_A_CODE.total_seconds():
        return None
    return kept


@pages.get("/entra/code")
def code_form() -> tuple[str, int]:
    return _sorry("not-asked") if _waiting() is None else (_code_page(Errors()), 200)


def _code_page(errors: Errors) -> str:
    return render_template("entra_code.html", errors=errors)


@pages.post("/entra/code")
def code() -> Response | tuple[str, int]:
    kept, errors = _waiting(), Errors()
    if kept is None:
        return _sorry("not-asked")
    only = None if kept["only"] is None else frozenset(Role(each) for each in kept["only"])
    proved = Proved(tenant=kept["tenant"], subject=kept["subject"], only=only, twice=False, strong_at=None)
    try:
        return _in(proved, kept["onward"], twice=True, code=request.form.get("code", "") or "-")
    except TooManyTries as soon:
        errors.add("code", f"Wait {int(soon.wait.total_seconds()) + 1} seconds, then try again")
        return _code_page(errors), 429
    except SignInRefused:
        errors.add("code", "The code is not right, or was used before. Wait for the next one")
        return _code_page(errors), 403


def _entered(secret: str, then: str) -> Response:
    session.clear()
    response = redirect(then, code=303)
    remember(response, secret)
    return response


def _sorry(
    kind: str,
    *,
    title: str = "We could not sign you in",
    do: str = "Try again. If it stays, sign in with a name and password, or tell IT.",
) -> tuple[str, int]:
    """The same words whatever went wrong at Entra; the log has its kind."""
    log.warning("entra_refused", kind=kind)
    return render_template("error.html", title=title, do=do), 403
