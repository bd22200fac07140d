"""Signing in and out, setting up from an invitation, and proving again who one is."""

import pyotp
import segno
from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from bot import signing_in
from bot.hashing import TooBusyError
from bot.signing_in import PasswordUnfit, SignInRefused, TooManyTries
from bot.web.access import forget, onward, remember
from bot.web.current import SAMPLES, console, cookie, me, now, signed_in, the_bot, under_https
from bot.web.errors import Errors
from policies.terms import Person
from store import people, signins

pages = Blueprint("signin", __name__)
_DEVICE = "dd_device"
_YEAR = 365 * 86_400


@pages.get("/sign-in")
def form() -> Response:
    # Where sample people are offered, one person plays all of them and comes back here to be another.
    if signed_in() is not None and not current_app.extensions[SAMPLES]():
        return redirect(onward(request.args.get("next")))
    return make_response(_page(Errors()))


def _page(errors: Errors, *, name: str = "", slowed: bool = False) -> str:
    return render_template(
        "sign_in.html",
        errors=errors,
        name=name,
        onward=onward(request.values.get("next")),
        late="late" in request.args,
        entra=console().entra_metadata_url is not None,
        slowed=slowed,
        help_line=console().help_line,
    )


@pages.post("/sign-in")
def enter() -> Response | tuple[str, int]:
    name, errors = request.form.get("name", ""), Errors()
    try:
        person, strong = signing_in.sign_in(
            the_bot(),
            name,
            request.form.get("password", ""),
            request.form.get("code", ""),
            device=signing_in.device_of(the_bot(), name, request.cookies.get(cookie(_DEVICE), "")),
            now=now(),
        )
    except TooManyTries as soon:
        errors.add("password", f"Wait {int(soon.wait.total_seconds()) + 1} seconds, then try again")
        return _page(errors, name=name, slowed=True), 429
    except TooBusyError:
        errors.add("password", "Many are signing in at this moment. Wait a few seconds, then try again")
        return _page(errors, name=name, slowed=True), 503
    except SignInRefused:
        again = " A sample’s code counts once, and for a minute" if the_bot().ledger.rehearsal else ""
        errors.add("password", f"Name, password or code is not right. Check all three and try again.{again}")
        return _page(errors, name=name), 403
    device = request.user_agent.string[:200]
    secret = signing_in.begin(
        the_bot(), person, device=device, strong=strong, twice=strong, now=now(), instead_of=signed_in()
    )
    session.clear()
    response = redirect(onward(request.form.get("next")), code=303)
    remember(response, secret)
    _mark(response, name)
    return response


def _mark(response: Response, name: str) -> None:
    response.set_cookie(
        cookie(_DEVICE),
        signing_in.marks_with(the_bot(), name, request.cookies.get(cookie(_DEVICE), "")),
        max_age=_YEAR,
        httponly=True,
        secure=under_https(),
        samesite="Strict",
    )


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
    secret = secret if signing_in.is_secret(secret) else pyotp.random_base32()
    if not name.strip():
        errors.add("name", "Choose a sign-in name")
    if not given.get("password"):
        errors.add("password", "Choose a password")
    if errors:
        return _set_up_page(invitation, errors, secret=secret, name=name, status=400)
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
    response = redirect(url_for("signin.form"), code=303)
    # A new link is the way in for whoever is kept waiting by somebody who guesses at their name.
    _mark(response, name)
    return response


@pages.get("/prove")
def again() -> str:
    return render_template("prove.html", errors=Errors(), onward=onward(request.args.get("next")), **_ways(me()))


def _ways(person: Person) -> dict[str, bool]:
    """How the person can prove it: with the password kept here, with Microsoft, or both."""
    with the_bot().ledger.read() as tx:
        return {
            "own": signins.password_of(tx, person.id) is not None,
            # Without a context to ask for, Microsoft never shows that it was proved twice.
            "entra": console().entra_strong_context is not None and bool(signins.identities_of(tx, person.id)),
        }


def expired() -> tuple[str, int]:
    """The form was too old: it is shown anew, and costs one more try."""
    errors, found = Errors(), signed_in()
    errors.add("password", "The page was open for a long time, and nothing was sent. Type it once more")
    if request.endpoint == "signin.enter" or found is None:
        return _page(errors, name=request.form.get("name", "")), 400
    then = onward(request.form.get("next"))
    return render_template("prove.html", errors=errors, onward=then, **_ways(found.person)), 400


@pages.post("/prove")
def proved() -> Response | tuple[str, int]:
    found, errors = signed_in(), Errors()
    assert found is not None  # the table lets only signed-in people come here
    then = onward(request.form.get("next"))
    try:
        secret = signing_in.prove_again(
            the_bot(), found, request.form.get("password", ""), request.form.get("code", ""), now()
        )
    except TooManyTries as soon:
        errors.add("password", f"Wait {int(soon.wait.total_seconds()) + 1} seconds, then try again")
        return render_template("prove.html", errors=errors, onward=then, **_ways(found.person)), 429
    if not secret:
        errors.add("password", "Password or code is not right. A code works once: wait for the next one")
        return render_template("prove.html", errors=errors, onward=then, **_ways(found.person)), 403
    response = redirect(then, code=303)
    remember(response, secret)
    return response
