"""The record: the journal, its proof, a case's export, legal hold, what is erased when, and the year's figures."""

from dataclasses import fields
from datetime import timedelta
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from bot import erasure
from bot.annual import Annual, Requests, figures
from bot.cli_case import WHY
from bot.disclosure_files import MANIFEST, files_of, zipped
from bot.intake_refusals import NotAllowedHere, NotFound, find
from bot.settings_values import in_words
from bot.submission_checks import InputRefused
from bot.web import story
from bot.web.current import me, now, the_bot
from bot.web.errors import Errors
from bot.web.figures import FIGURES, figure_of
from bot.web.kept import typed
from policies.retention import LONDON
from policies.storage import Part
from policies.terms import case_key
from store import journal, publications, record
from store.ledger import Tx

pages = Blueprint("record", __name__)
PAGE = 100
_OLDEST = 2000


@pages.get("/record")
def home() -> Response | str:
    said = typed()
    return _browse(said.get("about") or request.args.get("ref", ""), Errors(), checkpoint=said.get("checkpoint", ""))


@pages.post("/record")
def filtered() -> Response | str:
    """A case reference travels in the body, never in an address; it changes nothing."""
    return _browse(request.form.get("about", "").strip()[:100], Errors())


def _browse(about: str, errors: Errors, *, checkpoint: str = "") -> str:
    before = request.values.get("before", "")
    bound = int(before) if before.isascii() and before.isdecimal() and len(before) < 12 else None
    with the_bot().ledger.read() as tx:
        found = _about(tx, about, bound) if about else journal.newest(tx, before=bound, most=PAGE + 1)
        last, digest = journal.head(tx)
    if about and not found and bound is None:
        errors.add("about", "Nothing in the journal is about this. Check the reference, or the case")
    return render_template(
        "record.html",
        entries=found[:PAGE],
        told=story,
        older=found[PAGE - 1].seq if len(found) > PAGE else None,
        about=about,
        checkpoint=checkpoint,
        errors=errors,
        head=last,
        digest=digest,
        year=now().astimezone(LONDON).year,
    )


def _about(tx: Tx, about: str, before: int | None) -> list[journal.Entry]:
    """The entries about one notice, one case or one subject of the journal itself, newest first."""
    try:
        found = list(journal.entries(tx, subject=find(the_bot(), tx, about).ref))
    except NotFound:
        key = case_key(about)
        known = bool(key) and bool(publications.of_case(tx, key))
        found = record.entries(tx, key) if known else list(journal.entries(tx, subject=about))
    return [each for each in reversed(found) if before is None or each.seq < before][: PAGE + 1]


@pages.post("/record/verify")
def verify() -> str | tuple[str, int]:
    """Read the whole chain; with a number and hash kept elsewhere, also whether those still hold."""
    said, errors = request.form.get("checkpoint", "").strip(), Errors()
    number, _, digest = said.partition(":")
    kept = (int(number), digest.lower()) if number.isascii() and number.isdecimal() and len(number) < 12 else None
    if said and (kept is None or kept[0] < 1 or len(digest) != 64):
        errors.add("checkpoint", "It is no checkpoint. Give number, colon and hash, as Verify shows them")
        return render_template("verified.html", errors=errors, said=said, verdict=None), 400
    with the_bot().ledger.read() as tx:
        verdict = journal.verify((each.as_json() for each in journal.entries(tx)), checkpoint=kept)
    return render_template("verified.html", errors=errors, said=said, verdict=verdict)


@pages.get("/record/export")
def export_form() -> str:
    return render_template("export.html", errors=Errors(), case=typed().get("case", ""), manifest=MANIFEST)


@pages.post("/record/export")
def export() -> Response | tuple[str, int]:
    """Everything about a case as one archive; it is put on record who took it."""
    case, errors = request.form.get("case", "").strip()[:100], Errors()
    try:
        files = files_of(the_bot(), me(), case)
    except NotFound:
        errors.add("case", "No notice has this case reference. Check it and try again")
        return render_template("export.html", errors=errors, case=case, manifest=MANIFEST), 400
    except NotAllowedHere:
        abort(403)
    return send_file(
        BytesIO(zipped(files)), mimetype="application/zip", as_attachment=True, download_name="case-record.zip"
    )


@pages.get("/record/hold")
def hold_form() -> str:
    return _hold(typed().to_dict(), Errors())


def _hold(given: dict[str, str], errors: Errors) -> str:
    return render_template("hold.html", given=given, errors=errors)


@pages.post("/record/hold")
def hold() -> Response | tuple[str, int]:
    given, errors = request.form.to_dict(), Errors()
    case, note, what = given.get("case", "").strip()[:100], given.get("note", ""), given.get("act", "")
    if not case:
        errors.add("case", "Give the case reference")
    if what not in {"hold", "release"}:
        errors.add("act", "Choose whether the case is put on hold or released")
    if what == "hold" and not note.strip():
        errors.add("note", "Say why it is kept")
    errors.too_long("note", note)
    if errors:
        return _hold(given, errors), 400
    try:
        (erasure.hold if what == "hold" else erasure.release)(the_bot(), me(), case, note)
    except NotFound:
        errors.add("case", "No notice has this case reference. Check it and try again")
        return _hold(given, errors), 400
    except NotAllowedHere:
        abort(403)
    except InputRefused as no:
        errors.add("act", no.problems[0].what)
        return _hold(given, errors), 409
    flash("On legal hold: nothing of the case is erased until it is released." if what == "hold" else "Released.")
    return redirect(url_for("record.schedule"), code=303)


@pages.get("/record/schedule")
def schedule() -> str:
    """What is erased when, and what stays and why."""
    bot = the_bot()
    plan = erasure.plan_of_record(bot)
    with bot.ledger.read() as tx:
        found = erasure.survey(bot, tx, now())
    return render_template("schedule.html", found=found, why=WHY, after={part: plan.after(part) for part in Part})


@pages.get("/record/report/<year>")
def report(year: str) -> str:
    this = now().astimezone(LONDON).year
    if not (year.isascii() and year.isdecimal() and _OLDEST <= int(year[:5]) <= this and len(year) == 4):
        abort(404)
    bot = the_bot()
    with bot.ledger.read() as tx:
        counted = figures(bot, tx, int(year))
    single, several = _lines(counted)
    asked, asked_several = _lines(counted.requests)
    return render_template(
        "report.html", counted=counted, this=this, single=[*single, *asked], several=several | asked_several
    )


def _lines(counted: Annual | Requests) -> tuple[list[tuple[str, str]], dict[str, dict[str, int]]]:
    """The figures that stand alone, and those that are told by kind."""
    single: list[tuple[str, str]] = []
    several: dict[str, dict[str, int]] = {}
    for each in fields(counted):
        value: Any = getattr(counted, each.name)
        if each.name in {"year", "council"} or isinstance(value, Requests):
            continue
        if isinstance(value, dict):
            several[FIGURES[each.name]] = {figure_of(each.name, code): number for code, number in value.items()}
        else:
            single.append((FIGURES[each.name], str(value) if isinstance(value, int) else _span(value)))
    return single, several


def _span(value: timedelta) -> str:
    return in_words(value) if value else "None"
