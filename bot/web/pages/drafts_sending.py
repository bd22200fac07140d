"""Check your answers, submit, throw away; and drafts that begin with a notice there is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot import drafting
from bot.context import Bot
from bot.draft_trial import Way, in_the_way
from bot.explaining import Verdict, explain
from bot.intake_foresee import Foreseen
from bot.intake_refusals import NotAllowedHere, NotFound
from bot.settings_values import in_words
from bot.submission_checks import InputRefused, Problem
from bot.web import journey
from bot.web.current import me, now, the_bot
from bot.web.errors import Errors
from bot.web.naming import consultee_name
from bot.web.pages.drafts import pages, unsent
from bot.web.placing import taken
from bot.web.remedies import here
from bot.web.ticks import TICKS
from policies.effects import Effect
from policies.retention import down_by, removal_starts
from policies.terms import Person, Publication
from store.drafts import Draft


@pages.get("/drafts/<draft_id>/check")
def check(draft_id: str) -> str:
    return _check_page(unsent(draft_id), Errors())


def _check_page(draft: Draft, errors: Errors) -> str:
    bot = the_bot()
    made: Foreseen | None = None
    problems: tuple[Problem, ...] = ()
    try:
        made = drafting.foreseen(bot, me(), draft)
    except InputRefused as refused:
        problems = refused.problems
    objections = made.preview.objections if made else in_the_way(bot, me(), draft, draft.body).objections
    steps = journey.steps(bot, draft.body, Way(problems=problems, objections=objections))
    # What is not written yet is told as such, not as an objection to each answer that is missing.
    unwritten = {each.place.name for each in steps if each.status in journey.UNWRITTEN}
    if problems:
        objections = tuple(each for each in objections if journey.located(each.path)[0] not in unwritten)

    def told(path: str) -> tuple[str, str]:
        return journey.concerned(bot, draft.body, path)

    return render_template(
        "draft_check.html",
        draft=draft,
        kind=journey.KINDS[journey.kind_of(draft.body)],
        version=draft.version,
        cannot_yet=journey.CANNOT_YET,
        steps=[(each, _answers(draft, each)) for each in steps],
        problems=[(each, *told(each.path)) for each in problems],
        objections=[(each, *told(each.path)) for each in objections],
        made=made,
        ticks=TICKS,
        late=_late(bot, made.publication, draft.body) if made else None,
        refused=any(each.effect is Effect.REFUSE for each in objections),
        errors=errors,
    )


def _answers(draft: Draft, step: journey.Step) -> list[dict[str, Any]]:
    values = taken(draft.body, step.place)
    return [
        {"key": {"text": each.label}, "value": {"text": journey.label(step.place, each.name, values[each.name])}}
        for each in step.place.questions
        if each.name in values
    ]


def _late(bot: Bot, publication: Publication, body: dict[str, Any]) -> dict[str, Any]:
    """What happens if it is approved late: from when, until when, and which moment is the last that still helps."""
    window, plan, chosen = publication.window, bot.plan, bot.settings.retention
    up_from = max(now(), window.opens)
    end, why = down_by(up_from, publication.subjects, plan.retention)
    far = up_from + timedelta(days=36500)
    fixed, _ = down_by(far, publication.subjects, plan.retention)
    last: datetime | None = removal_starts(fixed, plan) - plan.minimum_display if fixed < far else None
    return {
        "opens": window.opens if (body.get("window") or {}).get("opens") and window.opens > now() else None,
        "closes": window.closes,
        "end": end,
        "why": why,
        "last": last,
        "least": in_words(plan.minimum_display),
        "lapses": in_words(chosen.approval_lapses),
        "confirmed": in_words(chosen.confirmation_valid),
        "shown": in_words(plan.retention),
    }


@pages.post("/drafts/<draft_id>/submit")
def submit(draft_id: str) -> Response | tuple[str, int]:
    draft, errors = unsent(draft_id), Errors()
    if request.form.get("version", "") != str(draft.version):
        errors.add("submit", "The draft was saved on another page meanwhile. Check your answers once more.")
        return _check_page(draft, errors), 409
    try:
        made = drafting.submit(the_bot(), me(), draft)
    except NotAllowedHere:
        abort(403)
    except InputRefused as refused:
        for problem in refused.problems:
            errors.add("submit", f"{problem.what} {problem.remedy}")
        return _check_page(draft, errors), 400
    if made.refused:
        flash(
            f"Kept as {made.ref}. It cannot be approved as it stands: amend it where the policy refuses it.",
            "important",
        )
    else:
        flash(f"Submitted as {made.ref}. {_whose_turn(made.ref)}")
    return redirect(url_for("notice.page", ref=made.ref), code=303)


def _whose_turn(ref: str) -> str:
    """Who acts next on what was just handed in."""
    with the_bot().ledger.read() as tx:
        found = explain(the_bot(), tx, ref, now())
    if found.missing.clearances:
        voices = " and ".join(consultee_name(each) for each in found.missing.clearances)
        return f"It waits for the clearance of {voices}; then a Director of the service decides."
    if found.verdict is Verdict.HELD:
        return "It waits: what is missing stands below. Then a Director of the service decides."
    return "A Director of the service decides now."


@pages.post("/drafts/<draft_id>/discard")
def discard(draft_id: str) -> Response:
    drafting.throw_away(the_bot(), unsent(draft_id))
    flash("The draft is thrown away, with its pictures.")
    return redirect(url_for("drafts.home"), code=303)


def _begun(ref: str, begin: Callable[[Bot, Person, str], str]) -> Response | tuple[str, int]:
    try:
        draft_id = begin(the_bot(), me(), ref)
    except NotAllowedHere:
        abort(403)
    except NotFound:
        abort(404)
    except InputRefused as refused:
        first = refused.problems[0]
        return render_template("error.html", title=first.what, do=here(first.remedy)), 409
    return redirect(url_for("drafts.tasks", draft_id=draft_id), code=303)


@pages.post("/notices/<ref>/copy")
def copy(ref: str) -> Response | tuple[str, int]:
    return _begun(ref, drafting.copied)


@pages.post("/notices/<ref>/amend")
def amend(ref: str) -> Response | tuple[str, int]:
    return _begun(ref, drafting.amended)


@pages.post("/notices/<ref>/lesser")
def lesser(ref: str) -> Response | tuple[str, int]:
    return _begun(ref, drafting.lesser)


@pages.post("/notices/<ref>/correct")
def correct(ref: str) -> Response | tuple[str, int]:
    return _begun(ref, drafting.corrected)
