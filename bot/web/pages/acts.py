"""What a person does about one notice from its page: confirm facts, queue again, record evidence, attest."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot import intake
from bot.intake_evidence import record_evidence
from bot.intake_refusals import NotFound, Refused, find
from bot.submission_checks import InputRefused
from bot.web.current import me, the_bot
from bot.web.errors import Errors
from bot.web.kept import typed
from bot.web.notices import NAMES, subjects_of
from bot.web.pages.notice import draw
from policies.terms import Channel
from policies.volatile import VolatileFact
from store.publications import Known

pages = Blueprint("acts", __name__)


def _known(ref: str) -> Known:
    bot = the_bot()
    try:
        with bot.ledger.read() as tx:
            return find(bot, tx, ref)
    except NotFound:
        abort(404)


@pages.get("/notices/<ref>/confirm")
def confirm_form(ref: str) -> str:
    said = typed()
    return _confirming(_known(ref), Errors(), tuple(said.getlist("fact")), said.get("note", ""))


def _confirming(known: Known, errors: Errors, given: tuple[str, ...], note: str) -> str:
    facts = intake.to_confirm(the_bot(), me(), known.ref)
    with the_bot().ledger.read() as tx:
        subjects = subjects_of(tx, [known])
    return render_template(
        "confirm.html", known=known, facts=facts, subjects=subjects, errors=errors, given=given, note=note, key=_key
    )


def _key(number: int, fact: VolatileFact) -> str:
    """What a form calls one statement: a fact that is stated otherwise by now was not ticked."""
    return f"{number}-{fact.name}"


@pages.post("/notices/<ref>/confirm")
def confirm(ref: str) -> Response | tuple[str, int]:
    known, errors = _known(ref), Errors()
    said = typed()
    given, note = tuple(said.getlist("fact")), said.get("note", "")
    facts = intake.to_confirm(the_bot(), me(), known.ref)
    left = sum(_key(number, fact) not in given for number, fact in enumerate(facts))
    if left:
        errors.add("fact", f"Check and tick every fact: {left} of {len(facts)} {'is' if left == 1 else 'are'} left")
    errors.too_long("note", note)
    if errors:
        return _confirming(known, errors, given, note), 400
    try:
        intake.confirm(the_bot(), me(), known.ref, note=note)
    except InputRefused as no:
        for problem in no.problems:
            errors.add("fact", f"{problem.what} {problem.remedy}")
        return _confirming(known, errors, given, note), 409
    flash(f"Confirmed in your name: {known.ref}.")
    return redirect(url_for("notice.page", ref=known.ref, all=1), code=303)


def _channel(errors: Errors, form: str) -> Channel | None:
    said = request.form.get("channel", "")
    if said in set(Channel):
        return Channel(said)
    errors.add(form, "Choose a channel")
    return None


def _again(known: Known, errors: Errors, given: dict[str, str], code: int) -> tuple[str, int]:
    return draw(known.ref, errors, given), code


@pages.post("/notices/<ref>/requeue")
def requeue(ref: str) -> Response | tuple[str, int]:
    known, errors = _known(ref), Errors()
    channel = _channel(errors, "requeue")
    if channel is None:
        return _again(known, errors, {}, 400)
    try:
        intake.requeue(the_bot(), me(), known.ref, channel)
    except Refused as refused:
        for objection in refused.objections:
            errors.add("requeue", f"{objection.what} {objection.remedy} ({objection.clause})")
    except InputRefused as no:
        for problem in no.problems:
            errors.add("requeue", f"{problem.what} {problem.remedy}")
    if errors:
        return _again(known, errors, {}, 409)
    flash(f"Queued for {NAMES[channel]} again: {known.ref}.")
    return redirect(url_for("notice.page", ref=known.ref, all=1), code=303)


@pages.post("/notices/<ref>/evidence")
def evidence(ref: str) -> Response | tuple[str, int]:
    known, errors = _known(ref), Errors()
    note = typed().get("note", "")
    channel = _channel(errors, "evidence")
    field = f"evidence-{channel}" if channel else "evidence"
    if not note.strip():
        errors.add(field, "Write what you did and what you saw, and when")
    errors.too_long(field, note)
    if channel is None or errors:
        return _again(known, errors, {field: note}, 400)
    try:
        record_evidence(the_bot(), me(), known.ref, channel, note)
    except InputRefused as no:
        for problem in no.problems:
            errors.add(field, f"{problem.what} {problem.remedy}")
        return _again(known, errors, {field: note}, 409)
    flash("On record. It is looked at now; it counts as gone once that is seen.")
    return redirect(url_for("retract.progress", ref=known.ref), code=303)


@pages.post("/notices/<ref>/attest")
def attest(ref: str) -> Response | tuple[str, int]:
    known, errors = _known(ref), Errors()
    note = typed().get("note", "")
    channel = _channel(errors, "attest")
    field = f"attest-{channel}" if channel else "attest"
    if not note.strip():
        errors.add(field, "Write what you saw, where and when")
    errors.too_long(field, note)
    if channel is None or errors:
        return _again(known, errors, {field: note}, 400)
    try:
        done = intake.attest(the_bot(), me(), known.ref, channel, note)
    except InputRefused as no:
        for problem in no.problems:
            errors.add(field, f"{problem.what} {problem.remedy}")
        return _again(known, errors, {field: note}, 409)
    words = "by two persons: it counts as removed, not as proven" if done.closed else "by you; a second person does too"
    flash(f"{NAMES[channel]}: attested {words}. It is looked at again.")
    return redirect(url_for("notice.page", ref=known.ref, all=1), code=303)
