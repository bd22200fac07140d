"""Your devices: where one is signed in, and replacing password and authenticator."""

import pyotp
import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from bot import accounts, signing_in
from bot.signing_in import PasswordUnfit, SignedIn
from bot.web.access import forget
from bot.web.current import now, signed_in, the_bot
from bot.web.errors import Errors
from store import signins

pages = Blueprint("account", __name__)


# The first that occurs: browsers name one another, the newest last.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "a Mac"),
    ("CrOS", "a Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


def known_as(device: str) -> str:
    """What its owner calls a browser, from what it calls itself."""
    browser = next((word for part, word in _BROWSERS if part in device), None)
    system = next((word for part, word in _SYSTEMS if part in device), None)
    if browser and system:
        return f"{browser} on {system}"
    return device or "A browser that does not say what it is"


def _mine() -> SignedIn:
    found = signed_in()
    assert found is not None  # the table lets only signed-in people come here
    return found


def _has_password() -> bool:
    with the_bot().ledger.read() as tx:
        return signins.password_of(tx, _mine().person.id) is not None


@pages.get("/account")
def home() -> str:
    mine = _mine()
    devices = [
        {
            "mark": each.hash[: accounts.MARK],
            "name": known_as(each.device),
            "made_at": each.made_at,
            "seen_at": each.seen_at,
            "this": each.hash == mine.session.hash,
        }
        for each in accounts.own_sessions(the_bot(), mine, now())
    ]
    return render_template("account.html", devices=devices, own=_has_password())


@pages.post("/account/end")
def end() -> Response:
    mine, mark = _mine(), request.form.get("device", "")
    here = mark == mine.session.hash[: accounts.MARK]
    if accounts.end_own(the_bot(), mine, mark, now()):
        flash("You are signed out." if here else "Signed out there.")
    if here:
        gone = redirect(url_for("signin.form"), code=303)
        forget(gone)
        return gone
    return redirect(url_for("account.home"), code=303)


@pages.post("/account/end-others")
def end_others() -> Response:
    accounts.end_others(the_bot(), _mine(), now())
    flash("Signed out everywhere else.")
    return redirect(url_for("account.home"), code=303)


@pages.get("/account/password")
def password_form() -> Response | str:
    if not _has_password():
        return redirect(url_for("account.home"))
    return render_template("password.html", errors=Errors())


@pages.post("/account/password")
def password() -> Response | tuple[str, int]:
    if not _has_password():
        return redirect(url_for("account.home"), code=303)
    try:
        accounts.change_password(the_bot(), _mine(), request.form.get("password", ""), now())
    except PasswordUnfit as unfit:
        errors = Errors()
        errors.add("password", str(unfit))
        return render_template("password.html", errors=errors), 400
    flash("Your password is changed. You are signed out everywhere else.")
    return redirect(url_for("account.home"), code=303)


@pages.get("/account/authenticator")
def factor_form() -> Response | str:
    if not _has_password():
        return redirect(url_for("account.home"))
    return _factor_page(pyotp.random_base32(), Errors())


def _factor_page(secret: str, errors: Errors) -> str:
    address = pyotp.TOTP(secret).provisioning_uri(name=_mine().person.id, issuer_name="Downdate")
    code = Markup(segno.make(address).svg_inline(scale=4, title="Code for the authenticator app"))  # noqa: S704
    return render_template("authenticator.html", errors=errors, secret=secret, qr=code)


@pages.post("/account/authenticator")
def factor() -> Response | tuple[str, int]:
    if not _has_password():
        return redirect(url_for("account.home"), code=303)
    # Only a key that this page could have made (160 bits in base 32); anything else is answered with a new one.
    secret = request.form.get("secret", "")
    secret = secret if signing_in.is_secret(secret) else pyotp.random_base32()
    if not accounts.replace_factor(the_bot(), _mine(), secret, request.form.get("code", ""), now()):
        errors = Errors()
        errors.add("code", "Enter the code that the new app shows now")
        return _factor_page(secret, errors), 400
    flash("Codes come from the new authenticator now. You are signed out everywhere else.")
    return redirect(url_for("account.home"), code=303)
