"""Approving: one page with exactly what goes up and all that bears on it. Void when anything changed meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot import intake
from bot.cli_explain import ENDS
from bot.cli_output import day_and_time
from bot.intake_refusals import NotFound, Refused
from bot.signing_in import is_strong
from bot.submission_checks import InputRefused
from bot.web.changes import Change, changes
from bot.web.current import console, me, now, signed_in, the_bot
from bot.web.deciding import for_approval
from bot.web.errors import Errors
from bot.web.kept import came_back, typed
from bot.web.naming import event_name
from bot.web.whole import Whole, whole
from policies.authority import Act, may
from policies.volatile import volatile_facts
from store import publications

pages = Blueprint("approve", __name__)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the form says."""

    ticks: tuple[str, ...] = ()
    note: str = ""
    why: str = ""
    digest: str = ""
    seen: str = ""

    @property
    def counts(self) -> tuple[int, int, int] | None:
        """Revision, pieces of advice and events that were read; None where the form did not say."""
        parts = self.seen.split(".")
        good = len(parts) == 3 and all(each.isascii() and each.isdecimal() and len(each) < 6 for each in parts)
        return (int(parts[0]), int(parts[1]), int(parts[2])) if good else None


def _given() -> Given:
    said = typed()
    ticks = said.getlist("tick") if said or request.method == "POST" else request.args.getlist("tick")
    return Given(
        ticks=tuple(dict.fromkeys(ticks)),
        note=said.get("note", ""),
        why=said.get("why", ""),
        digest=said.get("digest", ""),
        seen=said.get("seen", ""),
    )


@pages.get("/approve")
def waiting() -> str:
    bot = the_bot()
    with bot.ledger.read() as tx:
        found = for_approval(bot, tx, me(), now())
    return render_template("waiting.html", found=found)


def _whole(ref: str) -> Whole:
    """The notice, for a Director of its service alone."""
    bot = the_bot()
    try:
        with bot.ledger.read() as tx:
            made = whole(bot, tx, ref, me(), now())
    except NotFound:
        abort(404)
    if not may(me(), Act.APPROVE, made.known.service):
        abort(403)
    return made


@pages.get("/notices/<ref>/approve")
def form(ref: str) -> str | tuple[str, int]:
    made, given, errors = _whole(ref), _given(), Errors()
    # On the way to a proof of identity it may have changed as well: what was read counts, not what came since.
    meanwhile = tuple(_meanwhile(made, given)) if came_back() else ()
    return _void(made, given, errors, meanwhile) if meanwhile else _form(made, given, errors)


def _form(made: Whole, given: Given, errors: Errors, *, meanwhile: tuple[Change, ...] = ()) -> str:
    found = signed_in()
    return render_template(
        "approve.html",
        w=made,
        given=given,
        errors=errors,
        meanwhile=meanwhile,
        ends=ENDS,
        stated=volatile_facts(made.publication),
        proven=found is not None and is_strong(found, console(), now()),
        again=came_back() and not meanwhile,
        came_back=came_back(),
    )


@pages.post("/notices/<ref>/approve")
def act(ref: str) -> Response | tuple[str, int]:
    made, given, errors = _whole(ref), _given(), Errors()
    meanwhile = tuple(_meanwhile(made, given))
    if meanwhile:
        return _void(made, given, errors, meanwhile)
    for each in made.ticks:
        if each.must and each.tick.value not in given.ticks:
            errors.add("tick", f"Tick “{each.words}”, or send it back")
    errors.too_long("note", given.note)
    if errors:
        return _form(made, given, errors), 400
    offered = {each.tick.value for each in made.ticks}
    ticks = [each for each in given.ticks if each in offered]
    try:
        done = intake.approve(the_bot(), me(), made.known.ref, given.digest, ticks, note=given.note)
    except Refused as refused:
        for objection in refused.objections:
            errors.add("decide", f"{objection.what} {objection.remedy} ({objection.clause})")
        return _form(_whole(ref), given, errors), 409
    except InputRefused as refused:
        for problem in refused.problems:
            errors.add("decide", f"{problem.what} {problem.remedy}")
        return _form(_whole(ref), given, errors), 409
    when = made.publication.window.opens
    then = "in a moment" if when <= now() else f"from {day_and_time(when)}"
    flash(f"Approved: revision {done.revision} of {done.ref}. It goes up {then}.")
    return redirect(url_for("notice.page", ref=done.ref), code=303)


def _void(made: Whole, given: Given, errors: Errors, meanwhile: tuple[Change, ...]) -> tuple[str, int]:
    """Nothing was approved; the ticks belonged to something else, the note is kept."""
    errors.add("meanwhile", "Nothing was approved: it changed while you read it")
    kept = Given(note=given.note, why=given.why)
    return _form(made, kept, errors, meanwhile=meanwhile), 409


def _meanwhile(made: Whole, given: Given) -> Iterator[Change]:
    """What is different from what the form was drawn with; nothing where it is all the same."""
    counts = given.counts
    if counts is None or counts[0] < 1 or counts[0] > made.revision:
        yield Change(where="The form was not complete", added=("Read the page below, then decide.",))
        return
    revision, advice, events = counts
    if revision != made.revision:
        yield Change(
            where="A new revision came in",
            removed=(f"Revision {revision}, which you read",),
            added=(f"Revision {made.revision}, shown below",),
        )
        with the_bot().ledger.read() as tx:
            known = publications.by_id(tx, made.known.id)
            yield from changes(tx, known, revision, made.revision)
    elif given.digest != made.digest:
        what = "The council's words in every notice, or the rules, are another version now."
        yield Change(where="What would go up", added=(what,))
    if revision == made.revision and advice != len(made.advice):
        came = made.advice[advice:]
        said = tuple(f"{each.role} {'cleared it' if each.cleared else 'advised against it'}" for each in came)
        yield Change(where="Advice", added=said or ("It is not what you read.",))
    if events != len(made.events):
        happened = tuple(event_name(each.what) for each in made.events[events:])
        yield Change(where="Events of the case", added=happened or ("They are not what you read.",))


@pages.post("/notices/<ref>/send-back")
def send_back(ref: str) -> Response | tuple[str, int]:
    made, given, errors = _whole(ref), _given(), Errors()
    meanwhile = tuple(_meanwhile(made, given))
    if meanwhile:
        return _void(made, given, errors, meanwhile)
    if not given.why.strip():
        errors.add("why", "Write what has to change, for its author")
    errors.too_long("why", given.why)
    if errors:
        return _form(made, given, errors), 400
    try:
        intake.send_back(the_bot(), me(), made.known.ref, given.why, read=made.revision)
    except InputRefused as refused:
        for problem in refused.problems:
            errors.add("why", f"{problem.what} {problem.remedy}")
        return _form(_whole(ref), given, errors), 409
    flash(f"Sent back: {made.known.ref}. Its author is told.")
    return redirect(url_for("notice.page", ref=made.known.ref), code=303)
