"""What people have to do, by due time, and the alarms that are raised."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from adapters.base import AdapterError
from bot import alarms, intake
from bot.intake_refusals import NotAllowedHere, NotFound
from bot.intake_tasks import answer_task, owners
from bot.submission_checks import InputRefused
from bot.web.beside import take_down_beside
from bot.web.current import me, now, the_bot
from bot.web.errors import Errors, too_late
from bot.web.kept import typed
from bot.web.work import Shown, raised, shown
from store import desk

pages = Blueprint("tasks", __name__)


@pages.get("/tasks")
def home() -> str:
    everybodys, mine = "all" in request.args, owners(me())
    with the_bot().ledger.read() as tx:
        found = [shown(tx, each, now()) for each in desk.open_tasks(tx)]
    wanted = [each for each in found if everybodys or each.task.owner in mine]
    return render_template(
        "tasks.html",
        overdue=[each for each in wanted if each.overdue],
        others=[each for each in wanted if not each.overdue],
        everybodys=everybodys,
        total=len(found),
        mine=mine,
    )


def _found(number: str) -> Shown:
    """The open task; one that somebody else has done meanwhile is told so, on the list of what is left."""
    with the_bot().ledger.read() as tx:
        task = next((each for each in desk.open_tasks(tx) if str(each.id) == number), None)
        if task is None and not (number.isascii() and number.isdecimal()):
            abort(404)
        if task is None and request.method == "POST":
            title = "That task is not open any more"
            abort(
                too_late(title, "Somebody has done it meanwhile, or it ended by itself. Nothing of this was recorded.")
            )
        if task is None:
            flash("That task is not open any more: it is done, or there is none of that number.", "important")
            abort(redirect(url_for("tasks.home"), code=303))
        return shown(tx, task, now())


@pages.get("/tasks/<number>")
def page(number: str) -> str:
    return _page(_found(number), Errors())


def _page(job: Shown, errors: Errors) -> str:
    return render_template("task.html", job=job, errors=errors, given=typed())


@pages.post("/tasks/<number>")
def act(number: str) -> Response | tuple[str, int]:
    job, errors = _found(number), Errors()
    note = request.form.get("note", "")
    answer = request.form.get("answer", "")
    if job.stray is not None and answer not in {"take-down", "leave"}:
        errors.add("answer", "Choose whether it comes down or stays")
    elif job.stray is not None and answer == "leave" and not note.strip():
        errors.add("note", "Say why the item may stay")
    elif job.answers and answer not in {code for code, _, _ in job.answers}:
        errors.add("answer", "Choose an answer")
    errors.too_long("note", note)
    about = request.form.get("subject", "") or None
    if about is not None and about not in job.numbers:
        errors.add("subject", "Choose whom it is about, or everybody")
    if errors:
        return _page(job, errors), 400
    try:
        down = _stray(job, answer, note) if job.stray else _answered(job, answer, about, note)
    except NotAllowedHere as no:
        errors.add("answer", no.remedy)
        return _page(job, errors), 403
    except InputRefused as no:
        errors.refused("answer", no)
        return _page(job, errors), 400
    except AdapterError:
        errors.add("answer", "The channel did not answer, so nothing was done. Try again, or take it down by hand")
        return _page(job, errors), 503
    if down:
        take_down_beside(the_bot(), down)
        return redirect(url_for("retract.case_progress", key=job.case_key), code=303)
    flash("On record.")
    return redirect(url_for("tasks.home"), code=303)


def _answered(job: Shown, answer: str, about: str | None, note: str) -> list[int]:
    chosen = answer if job.answers else None
    done = answer_task(the_bot(), me(), job.task.id, answer=chosen, subject=about, note=note)
    return list(done.down)


def _stray(job: Shown, answer: str, note: str) -> list[int]:
    assert job.stray is not None  # the caller has looked
    channel, item = job.stray
    if answer == "take-down":
        return intake.take_down_stray(the_bot(), me(), channel, item, note)
    intake.leave_stray(the_bot(), me(), channel, item, note)
    return []


@pages.get("/alarms")
def alarms_raised() -> str:
    with the_bot().ledger.read() as tx:
        return render_template("alarms.html", raised=raised(desk.open_alerts(tx)))


@pages.post("/alarms")
def acknowledge() -> Response:
    try:
        alarms.acknowledge(the_bot(), me(), request.form.get("key", ""))
    except NotFound:
        flash("That alarm is over.", "important")
    except NotAllowedHere:
        abort(403)
    else:
        flash("Acknowledged. It stays here while its reason lasts, and is not sent again.")
    return redirect(url_for("tasks.alarms_raised"), code=303)
