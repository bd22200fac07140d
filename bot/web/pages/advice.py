"""Advice wanted: what the Data Protection Officer, Legal or a partner is asked, and what they say of one revision."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from bot import intake
from bot.cli_explain import ENDS
from bot.intake_refusals import NotAllowedHere, NotFound
from bot.submission_checks import InputRefused
from bot.web.answers import row_of
from bot.web.current import me, now, the_bot
from bot.web.deciding import for_advice, voices
from bot.web.errors import Errors
from bot.web.kept import typed
from bot.web.whole import Whole, whole
from policies.answers import CONSULTEES, Consultee

pages = Blueprint("advice", __name__)
_SAYS = {"clear": True, "against": False}


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the form says."""

    role: str = ""
    says: str = ""
    note: str = ""
    revision: str = ""


def _given() -> Given:
    said = typed()
    return Given(
        role=said.get("role", ""),
        says=said.get("says", ""),
        note=said.get("note", ""),
        revision=said.get("revision", ""),
    )


@pages.get("/advice")
def wanted() -> str:
    bot = the_bot()
    with bot.ledger.read() as tx:
        found = for_advice(bot, tx, me(), now())
    return render_template("advice_wanted.html", found=found, consultees=CONSULTEES)


def _whole(ref: str) -> Whole:
    bot = the_bot()
    try:
        with bot.ledger.read() as tx:
            return whole(bot, tx, ref, me(), now())
    except NotFound:
        abort(404)


@pages.get("/notices/<ref>/advice")
def form(ref: str) -> str:
    return _form(_whole(ref), _given(), Errors())


def _form(made: Whole, given: Given, errors: Errors) -> str:
    mine = voices(me())
    asked = [each for each in mine if each in made.wanted_of]
    rows = {row_of(each.path) for found in made.wanted_of.values() for each in found} - {None}
    return render_template(
        "advice.html",
        w=made,
        given=given,
        errors=errors,
        voices=mine,
        first=asked[0] if asked else mine[0],
        consultees=CONSULTEES,
        ends=ENDS,
        calling=[row for row in made.answers if row.number in rows],
    )


@pages.post("/notices/<ref>/advice")
def act(ref: str) -> Response | tuple[str, int]:
    made, given, errors = _whole(ref), _given(), Errors()
    if given.revision != str(made.revision):
        errors.add("revision", "Nothing was recorded: a newer revision came in, which is shown below")
        return _form(made, given, errors), 409
    if given.role not in voices(me()):
        errors.add("role", "Choose whose advice it is")
    if given.says not in _SAYS:
        errors.add("says", "Choose whether it may go up as it stands")
    if not given.note.strip():
        errors.add("note", "Write what is advised; for a partner, with the reference")
    errors.too_long("note", given.note)
    if errors:
        return _form(made, given, errors), 400
    role = Consultee(given.role)
    try:
        intake.advise(
            the_bot(),
            me(),
            made.known.ref,
            role=role,
            cleared=_SAYS[given.says],
            note=given.note,
            revision=made.revision,
        )
    except NotAllowedHere as no:
        errors.add("role", no.remedy)
        return _form(made, given, errors), 403
    except InputRefused as no:
        for problem in no.problems:
            errors.add("note", f"{problem.what} {problem.remedy}")
        return _form(_whole(ref), given, errors), 409
    word = "cleared" if _SAYS[given.says] else "advised against"
    flash(f"Recorded: {made.known.ref}, revision {made.revision}, {word} by {CONSULTEES[role]}.")
    return redirect(url_for("advice.wanted"), code=303)
