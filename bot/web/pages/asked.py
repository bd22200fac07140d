"""What the public asks: removal, re-use, complaints. A grave allegation takes the notice down before it is decided."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.intake_people import in_order
from bot.intake_refusals import NotAllowedHere, find
from bot.intake_requests import acknowledge_request, decide_request, log_request
from bot.submission_checks import InputRefused
from bot.web import moments
from bot.web.beside import take_down_beside
from bot.web.current import me, now, the_bot
from bot.web.errors import Errors
from bot.web.kept import typed
from bot.web.naming import ALLEGATIONS, REQUEST_KINDS, roles_held
from policies.requests import GRAVE, Allegation, Decision, RequestKind
from policies.terms import Role, case_key
from store import desk, people, publications, requests
from store.ledger import Tx, read_note

pages = Blueprint("requests", __name__)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A request with what was done about it. `note` None: there was none, or it was erased."""

    asked: requests.Request
    ref: str | None
    acts: tuple[tuple[requests.RequestAct, str | None], ...]
    note: str | None
    due: datetime | None
    overdue: bool

    @property
    def decision(self) -> Decision | None:
        return next((act.decision for act, _ in self.acts if act.decision), None)

    @property
    def acknowledged(self) -> bool:
        return any(act.what == requests.ACKNOWLEDGED for act, _ in self.acts)


def _shown(tx: Tx, asked: requests.Request, due: dict[str, datetime]) -> Shown:
    by = due.get(f"decide_request:{asked.id}") or due.get(f"decide_reuse:{asked.id}")
    return Shown(
        asked=asked,
        ref=publications.by_id(tx, asked.publication_id).ref if asked.publication_id is not None else None,
        acts=tuple((act, read_note(tx, act.note) if act.note else None) for act in requests.acts_of(tx, asked.id)),
        note=read_note(tx, asked.note) if asked.note else None,
        due=by,
        overdue=by is not None and by <= now(),
    )


def _due(tx: Tx) -> dict[str, datetime]:
    return {task.what: task.due_at for task in desk.open_tasks(tx)}


@pages.get("/requests")
def home() -> str:
    with the_bot().ledger.read() as tx:
        due = _due(tx)
        found = [_shown(tx, each, due) for each in reversed(requests.everything(tx))]
    waiting = sorted((each for each in found if each.due), key=lambda each: each.due or now())
    return render_template(
        "requests.html", waiting=waiting, others=[each for each in found if not each.due], kinds=REQUEST_KINDS,
        allegations=ALLEGATIONS,
    )  # fmt: skip


@pages.get("/requests/new")
def form() -> str:
    given = {"kind": "removal", "about": request.args.get("ref", "")} | moments.typed("received", now())
    given |= typed().to_dict()
    return _form(given, Errors())


def _form(given: dict[str, str], errors: Errors) -> str:
    return render_template(
        "request_new.html", given=given, errors=errors, kinds=REQUEST_KINDS, allegations=ALLEGATIONS, grave=GRAVE
    )


@pages.post("/requests/new")
def log() -> Response | tuple[str, int]:
    given, errors = request.form.to_dict(), Errors()
    kind, allegation, about = given.get("kind", ""), given.get("allegation", ""), given.get("about", "").strip()
    if kind not in set(RequestKind):
        errors.add("kind", "Choose what is asked")
    ref, case = _about(about)
    if about and ref is None and case is None:
        errors.add("about", "No notice and no case has this reference. Check it, or copy it from the notice")
    elif not about and kind != RequestKind.COMPLAINT:
        errors.add("about", "Give the notice’s reference, or its case")
    if kind == RequestKind.REMOVAL and allegation not in set(Allegation):
        errors.add("allegation", "Choose why it should come down, or “Something else”")
    received = moments.moment(given, "received", errors)
    if received is not None and received > now():
        errors.add("received", "It has not come yet. Give the time at which it came")
    errors.too_long("note", given.get("note", ""))
    if errors or received is None:
        return _form(given, errors), 400
    try:
        logged = log_request(
            the_bot(),
            me(),
            RequestKind(kind),
            ref=ref,
            case=case,
            allegation=Allegation(allegation) if kind == RequestKind.REMOVAL else Allegation.OTHER,
            received_at=received,
            note=given.get("note", ""),
        )
    except InputRefused as no:
        errors.refused("received", no)
        return _form(given, errors), 400
    if logged.down:
        take_down_beside(the_bot(), logged.down)
        return _to_progress(logged.id)
    flash(f"Request {logged.id} is logged.")
    return redirect(url_for("requests.page", number=logged.id), code=303)


def _about(said: str) -> tuple[str | None, str | None]:
    """The notice or the case that a person means; neither where there is none."""
    with the_bot().ledger.read() as tx:
        try:
            return (find(the_bot(), tx, said).ref, None) if said else (None, None)
        except InputRefused:
            return None, said if publications.of_case(tx, case_key(said)) else None


def _to_progress(number: int) -> Response:
    """Where one sees it come down: the notice's, or that of the whole case."""
    shown, _ = _found(str(number))
    if shown.ref is not None:
        return redirect(url_for("retract.progress", ref=shown.ref), code=303)
    return redirect(url_for("retract.case_progress", key=shown.asked.case_key), code=303)


def _found(number: str) -> tuple[Shown, list[tuple[str, str]]]:
    """The request, and who may decide a removal with me: number and roles."""
    with the_bot().ledger.read() as tx:
        asked = next((each for each in requests.everything(tx) if str(each.id) == number), None)
        if asked is None:
            abort(404)
        others = [each for each in people.everyone(tx, now()) if each.id != me().id and each.roles and not each.system]
        if not me().holds(Role.DPO):
            others = [each for each in others if each.holds(Role.DPO)]
        return _shown(tx, asked, _due(tx)), [(each.id, roles_held(in_order(each))) for each in others]


@pages.get("/requests/<number>")
def page(number: str) -> str:
    return _page(number, Errors())


def _page(number: str, errors: Errors) -> str:
    shown, others = _found(number)
    return render_template(
        "request.html", shown=shown, others=others, errors=errors, given=typed(), kinds=REQUEST_KINDS,
        allegations=ALLEGATIONS,
    )  # fmt: skip


@pages.post("/requests/<number>")
def act(number: str) -> Response | tuple[str, int]:
    shown, others = _found(number)
    errors, note = Errors(), request.form.get("note", "")
    if request.form.get("act") == "acknowledge":
        if not shown.acknowledged:
            acknowledge_request(the_bot(), me(), shown.asked.id, note=note)
        flash("Acknowledged.")
        return redirect(url_for("requests.page", number=number), code=303)
    decision, other = request.form.get("decision", ""), request.form.get("with_person", "") or None
    if decision not in set(Decision):
        errors.add("decision", "Choose whether it is granted")
    if shown.asked.kind is RequestKind.REMOVAL and other not in {each for each, _ in others}:
        errors.add("with_person", "Choose whom you decided it with: one of you is the Data Protection Officer (5.5)")
    if not note.strip():
        errors.add("note", "Give the reasons: every decision has them (6.8)")
    errors.too_long("note", note)
    if errors:
        return _page(number, errors), 400
    try:
        down = decide_request(the_bot(), me(), shown.asked.id, Decision(decision), with_person=other, note=note)
    except NotAllowedHere as no:
        errors.add("decision", no.remedy)
        return _page(number, errors), 403
    except InputRefused as no:
        errors.refused("decision", no)
        return _page(number, errors), 400
    if down:
        take_down_beside(the_bot(), down)
        return _to_progress(shown.asked.id)
    flash("Decided.")
    return redirect(url_for("requests.page", number=number), code=303)
