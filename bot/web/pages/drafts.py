"""A new notice, page by page: saved as it goes, told what stands in its way, never overwritten by an older page."""

import json
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from bot import drafting, rehearsal_people
from bot.draft_trial import Way, in_the_way
from bot.intake_refusals import NotAllowedHere
from bot.web import journey
from bot.web.current import me, now, the_bot
from bot.web.errors import Errors, too_late
from bot.web.kept import came_back, typed
from bot.web.placing import kept, removed, taken, wrong
from bot.web.questions import field, missing, read, tell
from bot.web.sections import Place, place
from policies.answers import Value
from policies.questions import Question
from policies.terms import Kind
from store import drafts
from store.drafts import Draft

pages = Blueprint("drafts", __name__)
# How often a save is tried again where another page of the same draft came between.
_TRIES = 5


def own(draft_id: str) -> Draft:
    """The draft, for whoever began it alone; for everybody else there is none."""
    with the_bot().ledger.read() as tx:
        found = drafts.load(tx, draft_id)
    if found is None or found.person_id != me().id:
        abort(404)
    return found


def unsent(draft_id: str) -> Draft:
    """One's own draft that can still be written in; what was submitted is looked at as a notice."""
    found = own(draft_id)
    if found.submitted_as is not None:
        abort(redirect(url_for("notice.page", ref=found.submitted_as), code=303))
    return found


@pages.get("/new")
def home() -> str:
    return _home(Errors())


def _home(errors: Errors) -> str:
    with the_bot().ledger.read() as tx:
        mine = drafts.mine(tx, me().id)
    return render_template("drafts.html", drafts=mine, kinds=journey.KINDS, kind_of=journey.kind_of, errors=errors)


@pages.post("/new")
def begin() -> Response | tuple[str, int]:
    given = request.form.get("kind", "")
    sample = given == "sample" and the_bot().ledger.rehearsal
    if not sample and given not in {kind.value for kind in journey.KINDS}:
        errors = Errors()
        errors.add("kind", "Choose what kind of notice it is")
        return _home(errors), 400
    try:
        body = rehearsal_people.sample(now()) if sample else drafting.empty(Kind(given))
        draft_id = drafting.begin(the_bot(), me(), body)
    except NotAllowedHere:
        abort(403)
    follows = "drafts.check" if sample else "drafts.tasks"
    return redirect(url_for(follows, draft_id=draft_id), code=303)


@pages.get("/drafts/<draft_id>")
def tasks(draft_id: str) -> str:
    draft = unsent(draft_id)
    way = in_the_way(the_bot(), me(), draft, draft.body)
    listed = journey.steps(the_bot(), draft.body, way)
    open_still = {each.place.name for each in listed if each.status in journey.UNWRITTEN}
    told = [
        {"objection": each, "name": name, "title": next((s.title for s in listed if s.place.name == name), "")}
        for each in way.objections
        if (name := journey.located(each.path)[0]) not in open_still
    ]
    done = sum(each.status == "Completed" for each in listed)
    return render_template(
        "draft_tasks.html",
        draft=draft,
        kind=journey.KINDS[journey.kind_of(draft.body)],
        groups=[(group, list(each)) for group, each in groupby(listed, key=lambda step: step.group)],
        parts=len(listed),
        told=told,
        done=done,
        more=_more(draft.body),
        left=len(open_still),
        cannot_yet=journey.CANNOT_YET,
    )


def _more(body: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What can be added to the lists, with its group."""
    content = body.get("content", {})
    found: list[tuple[str, str, str]] = []
    if body.get("subjects"):
        found.append(("People and companies", f"subjects/{len(body['subjects'])}", "Add a person or company"))
    if content.get("facts"):
        found.append(("What the notice says", f"facts/{len(content['facts'])}", "Add basic details of another one"))
    found.append(("What the notice says", f"pictures/{len(content.get('pictures') or [])}", "Add a picture"))
    return found


def _place(draft: Draft, name: str) -> Place:
    found = place(the_bot(), name)
    if found is None or not journey.reachable(draft.body, found):
        abort(404)
    return found


@pages.get("/drafts/<draft_id>/<path:name>")
def edit(draft_id: str, name: str) -> Response | str:
    draft = unsent(draft_id)
    at = _place(draft, name)
    if at.name.startswith("pictures/") and not _picture(draft, at):
        return redirect(url_for("drafts.upload_form", draft_id=draft.id, number=at.name.split("/")[1]))
    if came_back():
        return _answered_before(draft, at)
    values = taken(draft.body, at) or journey.suggested(draft.body, at)
    return _page(draft, at, values, Errors(), saved="saved" in request.args)


def _answered_before(draft: Draft, at: Place) -> str:
    """With what was typed before its writer had to sign in again; nothing of it is saved yet."""
    values, errors = read(_asked(draft, at), typed())
    stale = typed().get("version", "") != journey.fingerprint(draft.body, at)
    return _page(draft, at, values, errors, newer=_newer(draft, at) if stale else None)


def _newer(draft: Draft, at: Place) -> list[tuple[str, str]]:
    """What is saved there now."""
    return [(each.label, journey.label(at, each.name, said)) for each, said in _said(draft, at, _asked(draft, at))]


def _picture(draft: Draft, at: Place) -> str:
    """The SHA-256 of the picture that the page is about."""
    listed, number = draft.body.get("content", {}).get("pictures") or [], int(at.name.split("/")[1])
    return str(listed[number].get("file", "")).removesuffix(".png") if number < len(listed) else ""


def _asked(draft: Draft, at: Place) -> list[Question]:
    kind = journey.kind_of(draft.body)
    return [each for each in at.questions if kind in each.kinds]


def _page(
    draft: Draft,
    at: Place,
    values: dict[str, Value],
    errors: Errors,
    *,
    saved: bool = False,
    newer: list[tuple[str, str]] | None = None,
) -> str:
    asked = _asked(draft, at)
    way = in_the_way(the_bot(), me(), draft, draft.body) if journey.there(draft.body, at) else Way()
    labels = {each.name: each.label for each in asked}
    only = {
        each.name: (labels[each.only_if[0]], [journey.label(at, each.only_if[0], code) for code in each.only_if[1]])
        for each in asked
        if each.only_if is not None and each.only_if[0] in labels
    }
    return render_template(
        "draft_edit.html",
        draft=draft,
        at=at,
        asks=_heading(at),
        fields=[field(each, values) for each in asked],
        only=only,
        errors=errors,
        saved=saved,
        newer=newer,
        said=journey.said_of(way, at.name),
        version=journey.fingerprint(draft.body, at),
        following=journey.after(draft.body, at.name),
        adds=_adds(draft, at),
        can_go=journey.there(draft.body, at) and (at.name.split("/")[0] in {"subjects", "facts", "pictures"}),
        picture=_picture(draft, at) if at.name.startswith("pictures/") else "",
    )


def _heading(at: Place) -> tuple[str, str]:
    """The row's own question, and its clause."""
    from policies.checklist import row

    return (row(at.row).question, row(at.row).clause) if at.row is not None else ("", "")


def _adds(draft: Draft, at: Place) -> list[tuple[str, str]]:
    """What one more entry can be added to from here."""
    if not journey.there(draft.body, at):
        return []
    here: Any = draft.body
    for key in at.keys:
        here = here[key]
    found = []
    if at.adds:
        words = {"convictions": "Add a conviction", "sentence": "Add a part of the sentence"}[at.adds]
        found.append((f"{at.name}/{at.adds}/{len(here.get(at.adds) or [])}", words))
    if at.adds == "convictions" and not here.get("order"):
        found.append((f"{at.name}/order", "Add an order"))
    return found


@pages.post("/drafts/<draft_id>/<path:name>")
def write(draft_id: str, name: str) -> Response | tuple[str, int]:
    for _ in range(_TRIES):
        draft = own(draft_id)
        if draft.submitted_as is not None:
            title = f"The draft was submitted meanwhile, as {draft.submitted_as}"
            return too_late(title, "Nothing of this was saved. To change the notice, open it and amend it.")
        answer = _written(draft, _place(draft, name), request.form)
        if answer is not None:
            break
    else:
        abort(409)
    return answer


def _written(draft: Draft, at: Place, form: MultiDict[str, str]) -> Response | tuple[str, int] | None:
    """None where the draft was saved between being read and being written."""
    asked = _asked(draft, at)
    values, errors = read(asked, form)
    if form.get("version", "") != journey.fingerprint(draft.body, at):
        return _page(draft, at, values, errors, newer=_newer(draft, at)), 409
    by_name = {each.name: each for each in asked}
    for wrong_name, text in wrong(at, values):
        tell(errors, by_name[wrong_name], text)
    body = json.loads(json.dumps(draft.body))
    way = Way()
    if not errors:
        kept(body, at, values)
        way = in_the_way(the_bot(), me(), draft, body)
        for problem in way.problems:
            where, what = journey.located(problem.path)
            if where == at.name and what in values:
                tell(errors, by_name[what], f"{problem.what} {problem.remedy}")
    later = "later" in form
    if not later:
        missing(asked, values, journey.kind_of(draft.body), errors)
    if errors:
        return _page(draft, at, values, errors), 400
    if not drafting.save(the_bot(), draft, body):
        return None
    return redirect(_onward(draft, body, at, way, later=later), code=303)


def _said(draft: Draft, at: Place, asked: list[Question]) -> list[tuple[Question, Value]]:
    values = taken(draft.body, at)
    return [(each, values[each.name]) for each in asked if each.name in values]


def _onward(draft: Draft, body: dict[str, Any], at: Place, way: Way, *, later: bool) -> str:
    """The next page; this one again where what was just said stands in the way."""
    if later:
        return url_for("drafts.tasks", draft_id=draft.id)
    if journey.said_of(way, at.name):
        return url_for("drafts.edit", draft_id=draft.id, name=at.name, saved=1)
    following = journey.after(body, at.name)
    if following is None:
        return url_for("drafts.tasks", draft_id=draft.id)
    return url_for("drafts.edit", draft_id=draft.id, name=following)


@pages.post("/drafts/<draft_id>/remove")
def remove(draft_id: str) -> Response | tuple[str, int]:
    """Take an entry out; not where it has changed since the page was drawn."""
    draft = unsent(draft_id)
    at = _place(draft, request.form.get("name", ""))
    if at.name.split("/")[0] not in {"subjects", "facts", "pictures"} or not journey.there(draft.body, at):
        abort(404)
    body = json.loads(json.dumps(draft.body))
    removed(body, at)
    stale = request.form.get("version", "") != journey.fingerprint(draft.body, at)
    if stale or not drafting.save(the_bot(), draft, body):
        draft = unsent(draft_id)
        at = _place(draft, at.name)
        return _page(draft, at, taken(draft.body, at), Errors(), newer=_newer(draft, at)), 409
    flash(f"{at.title} removed.")
    return redirect(url_for("drafts.tasks", draft_id=draft.id), code=303)
