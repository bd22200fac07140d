"""Signing in and out, setting up from an invitation, and proving again who one is."""

import secrets
from urllib.parse import urlsplit

import pyotp
import segno
from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from bot import signing_in
from bot.signing_in import PasswordUnfit, SignInRefused, TooManyTries
from bot.web.access import forget, remember
from bot.web.current import console, me, now, signed_in, the_bot
from bot.web.errors import Errors
from store import people, signins

pages = Blueprint("signin", __name__)
_DEVICE = "dd_device"
_YEAR = 365 * 86_400


def _onward(given: str | None) -> str:
    """Where to go on: a path of our own, never another site (ASVS 15.3.2)."""
    path = given or "/"
    parts = urlsplit(path)
    good = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if good and path.isprintable() else "/"


@pages.get("/sign-in")
def form() -> Response:
    if signed_in() is not None:
        return redirect(_onward(request.args.get("next")))
    return make_response(_page(Errors()))


def _page(errors: Errors, *, name: str = "") -> str:
    onward = _onward(request.values.get("next"))
    return render_template(
        "sign_in.html", errors=errors, name=name, onward=onward, late="late" in request.args, entra=_entra()
    )


def _entra() -> bool:
    return console().entra_metadata_url is not None


@pages.post("/sign-in")
def enter() -> Response | tuple[str, int]:
    name, errors = request.form.get("name", ""), Errors()
    mark = request.cookies.get(_DEVICE, "")
    device = signins.hashed(mark) if mark else "unknown"
    try:
        person, strong = signing_in.sign_in(
            the_bot(),
            name,
            request.form.get("password", ""),
            request.form.get("code", ""),
            device=_marked_for(name, device),
            now=now(),
        )
    except TooManyTries as soon:
        errors.add("password", f"Wait {int(soon.wait.total_seconds()) + 1} seconds, then try again")
        return _page(errors, name=name), 429
    except SignInRefused:
        errors.add("password", "Name, password or code is not right. Check all three and try again")
        return _page(errors, name=name), 403
    return _signed_in(person.id, name, strong=strong)


def _marked_for(name: str, device: str) -> str:
    """A browser's mark counts only for the name that signed in with it."""
    return device if device == "unknown" else signins.hashed(f"{device}:{name.strip().casefold()}")


def _signed_in(person_id: str, name: str, *, strong: bool) -> Response:
    with the_bot().ledger.read() as tx:
        person = people.get(tx, person_id, now())
    assert person is not None  # it has just signed in
    device = request.user_agent.string[:120]
    secret = signing_in.begin(the_bot(), person, device=device, strong=strong, now=now())
    session.clear()
    response = redirect(_onward(request.form.get("next")), code=303)
    remember(response, secret)
    if name and _DEVICE not in request.cookies:
        response.set_cookie(
            _DEVICE,
            secrets.token_urlsafe(32),
            max_age=_YEAR,
            httponly=True,
            secure=console().public_url.startswith("https"),
            samesite="Strict",
        )
    return response


@pages.post("/sign-out")
def leave() -> Response:
    found = signed_in()
    if found is not None:
        signing_in.end(the_bot(), found, now())
    session.clear()
    response = redirect(url_for("signin.form"), code=303)
    forget(response)
    return response


@pages.get("/set-up/<invitation>")
def invitation(invitation: str) -> Response | tuple[str, int]:
    return _set_up_page(invitation, Errors(), secret=pyotp.random_base32())


def _set_up_page(invitation: str, errors: Errors, *, secret: str, name: str = "", status: int = 200) -> tuple[str, int]:
    with the_bot().ledger.read() as tx:
        person_id = signins.invited(tx, invitation, now())
        person = people.get(tx, person_id, now()) if person_id else None
    if person is None:
        title, do = "This link is used up", "It works once, for three days. An administrator makes a new one."
        return render_template("error.html", title=title, do=do), 404
    address = pyotp.TOTP(secret).provisioning_uri(name=name or person.id, issuer_name="Downdate")
    code = Markup(segno.make(address).svg_inline(scale=4, title="Code for the authenticator app"))  # noqa: S704
    needs = signing_in.needs_second_factor(person)
    page = render_template(
        "set_up.html", errors=errors, invitation=invitation, secret=secret, qr=code, needs=needs, name=name
    )
    return page, status


@pages.post("/set-up/<invitation>")
def accept(invitation: str) -> Response | tuple[str, int]:
    given, errors = request.form, Errors()
    name, secret, code = given.get("name", ""), given.get("secret", ""), given.get("code", "")
    try:
        signing_in.set_up(
            the_bot(),
            invitation,
            name=name,
            password=given.get("password", ""),
            secret=secret if code.strip() else "",
            code=code,
            now=now(),
        )
    except PasswordUnfit as unfit:
        errors.add("password", str(unfit))
        return _set_up_page(invitation, errors, secret=secret, name=name, status=400)
    except SignInRefused:
        errors.add("code", "Name or code cannot be used. Take another name, or enter the code that the app shows now")
        return _set_up_page(invitation, errors, secret=secret, name=name, status=400)
    flash("You are set up. Sign in now.")
    return redirect(url_for("signin.form"), code=303)


@pages.get("/prove")
def again() -> str:
    return render_template("prove.html", errors=Errors(), onward=_onward(request.args.get("next")))


@pages.post("/prove")
def proved() -> Response | tuple[str, int]:
    found, errors = signed_in(), Errors()
    assert found is not None  # the table lets only signed-in people come here
    onward = _onward(request.form.get("next"))
    try:
        right = signing_in.prove_again(
            the_bot(), found, request.form.get("password", ""), request.form.get("code", ""), now()
        )
    except TooManyTries as soon:
        errors.add("password", f"Wait {int(soon.wait.total_seconds()) + 1} seconds, then try again")
        return render_template("prove.html", errors=errors, onward=onward), 429
    if not right:
        errors.add("password", "Password or code is not right. A code works once: wait for the next one")
        return render_template("prove.html", errors=errors, onward=onward), 403
    _ = me()
    return redirect(onward, code=303)
