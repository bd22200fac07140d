"""Signing in with Microsoft Entra ID, and proving there again who one is."""

from dataclasses import asdict

import structlog
from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from bot import accounts, entra
from bot.accounts import UnknownIdentity
from bot.entra import Asked, EntraFailed
from bot.signing_in import SignInRefused
from bot.web.access import onward, remember
from bot.web.current import console, now, signed_in, the_bot

pages = Blueprint("entra", __name__)
log = structlog.get_logger()
_KEPT = "entra"


def _back() -> str:
    return f"{console().public_url}{url_for('entra.back')}"


@pages.get("/entra")
def begin() -> Response | tuple[str, int]:
    if console().entra_metadata_url is None:
        abort(404)
    again = "again" in request.args and signed_in() is not None
    try:
        address, asked = entra.begin(console(), back=_back(), again=again, now=now())
    except EntraFailed as failed:
        return _sorry(failed.kind)
    session[_KEPT] = asdict(asked) | {"onward": onward(request.args.get("next")), "again": again}
    return redirect(address)


@pages.get("/entra/back")
def back() -> Response | tuple[str, int]:
    """Where Entra sends the browser. It acts only for the browser that was sent there from here, once."""
    kept = session.pop(_KEPT, None)
    if console().entra_metadata_url is None or kept is None:
        return _sorry("not-asked")
    then, again = kept.pop("onward"), kept.pop("again")
    found = signed_in()
    try:
        proved = entra.come_back(console(), Asked(**kept), request.args, back=_back(), now=now())
        if again and found is not None:
            secret = accounts.prove_by_entra(the_bot(), found, proved, now())
        else:
            device = request.user_agent.string[:200]
            secret = accounts.enter(the_bot(), proved, device=device, now=now(), instead_of=found)
    except EntraFailed as failed:
        return _sorry(failed.kind)
    except UnknownIdentity as unknown:
        log.warning("entra_refused", kind="unknown-identity")
        return render_template("entra_unknown.html", tenant=unknown.tenant, subject=unknown.subject), 403
    except SignInRefused:
        return _sorry("not-strong" if again else "no-role")
    session.clear()
    response = redirect(then, code=303)
    remember(response, secret)
    return response


def _sorry(kind: str) -> tuple[str, int]:
    """The same words whatever went wrong; the log has its kind."""
    log.warning("entra_refused", kind=kind)
    title, do = "We could not sign you in", "Try again. If it stays, sign in with a name and password, or tell IT."
    return render_template("error.html", title=title, do=do), 403
