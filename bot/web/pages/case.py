"""A case: all its notices, what happened in it, whether it is kept from erasure; and the form to record an event."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from bot import intake
from bot.cli_output import day_and_time
from bot.cli_status import STANDING_WORDS, detail
from bot.submission_checks import InputRefused
from bot.web.beside import take_down_beside
from bot.web.current import me, now, the_bot
from bot.web.errors import Errors
from bot.web.kept import typed
from bot.web.naming import EVENTS
from bot.web.notices import shown, subjects_of
from policies.events import RULES
from policies.retention import LONDON
from policies.terms import EventType
from store import erasure, publications, record
from store.ledger import Tx
from store.publications import Known

pages = Blueprint("case", __name__)


def _of_case(tx: Tx, key: str) -> list[Known]:
    found = publications.of_case(tx, key)
    if not found:
        abort(404)
    return found


@pages.get("/cases/<key>")
def page(key: str) -> str:
    bot = the_bot()
    with bot.ledger.read() as tx:
        found = _of_case(tx, key)
        notices = [shown(tx, detail(bot, tx, known.ref, now()).line) for known in found]
        subjects = subjects_of(tx, found)
        rows = record.of_case(tx, key)
        ids = {each["officer"] for each in rows["events"]} | {each["person"] for each in rows["holds"]}
        who = record.names(tx, ids)
        held = erasure.held(tx, key)
    return render_template(
        "case.html",
        key=key,
        notices=notices,
        events=rows["events"],
        holds=rows["holds"],
        held=held,
        subjects=subjects,
        who=who,
        words=STANDING_WORDS,
    )


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the form says so far."""

    what: str = ""
    subject: str = ""
    day: str = ""
    month: str = ""
    year: str = ""
    time: str = ""
    source: str = ""
    note: str = ""


def _given() -> Given:
    said = typed()
    short = {name: said.get(name, "").strip()[:40] for name in ("what", "subject", "day", "month", "year", "time")}
    return Given(**short, source=said.get("source", ""), note=said.get("note", ""))


@pages.get("/cases/<key>/event")
def event_form(key: str) -> str:
    return _form(key, _given(), Errors())


def _form(key: str, given: Given, errors: Errors) -> str:
    bot = the_bot()
    with bot.ledger.read() as tx:
        found = _of_case(tx, key)
        subjects = subjects_of(tx, found)
        case_ref = publications.load(tx, found[0].id, publications.latest_revision(tx, found[0].id)).case_ref
    items: list[dict[str, Any]] = [
        {
            "value": each.value,
            "text": f"{words} ({RULES[each].clause})",
            "checked": given.what == each.value,
        }
        for each, words in EVENTS.items()
    ]
    first_harmless = next(n for n, (each, _) in enumerate(EVENTS.items()) if not RULES[each].retracts)
    items.insert(first_harmless, {"divider": "These take nothing down"})
    return render_template(
        "event.html", key=key, case_ref=case_ref, subjects=subjects, items=items, given=given, errors=errors
    )


@pages.post("/cases/<key>/event")
def event(key: str) -> Response | tuple[str, int]:
    bot, given, errors = the_bot(), _given(), Errors(anchors={"at": "at-day"})
    with bot.ledger.read() as tx:
        numbers = set(subjects_of(tx, _of_case(tx, key)))
    if given.what not in {each.value for each in EVENTS}:
        errors.add("what", "Choose what happened")
    if given.subject and given.subject not in numbers:
        errors.add("subject", "Choose whom it is about")
    moment = _moment(given, errors)
    errors.too_long("source", given.source)
    errors.too_long("note", given.note)
    if errors:
        return _form(key, given, errors), 400
    try:
        down = intake.record_event(
            bot,
            me(),
            key,
            given.what,
            subject=given.subject or None,
            happened_at=moment,
            source=given.source,
            note=given.note,
        )
    except InputRefused as no:
        for problem in no.problems:
            errors.add("at" if problem.path == "--at" else "what", f"{problem.what} {problem.remedy}")
        return _form(key, given, errors), 400
    words = EVENTS[EventType(given.what)]
    if not down:
        flash(f"On record: {words}. It takes down nothing that is up.")
        return redirect(url_for("case.page", key=key), code=303)
    take_down_beside(the_bot(), down)
    return redirect(url_for("retract.case_progress", key=key), code=303)


def _moment(given: Given, errors: Errors) -> datetime:
    """When it happened by London's clock; now where nothing was written."""
    parts = (given.day, given.month, given.year)
    if not any((*parts, given.time)):
        return now()
    try:
        hour, _, minute = (given.time or "00:00").partition(":")
        day, month, year = (int(each) for each in parts)
        local = datetime(year, month, day, int(hour), int(minute or 0), tzinfo=LONDON)
    except ValueError:
        errors.add("at", "Write a date that exists, such as 27 3 2026, and a time such as 14:30, or leave it all out")
        return now()
    moment = local.astimezone(UTC)
    if moment > now():
        errors.add("at", f"It lies in the future: now it is {day_and_time(now())}")
    return moment
