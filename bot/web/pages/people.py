"""People: who may act, as what and until when. The one part of the console that shows everybody's names."""

from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from bot import accounts
from bot.intake_people import add_person, disable_person, grant_role, revoke_role
from bot.signing_in import TWICE
from bot.submission_checks import InputRefused
from bot.web import moments
from bot.web.current import console, me, now, the_bot
from bot.web.errors import Errors
from bot.web.kept import typed
from bot.web.naming import ROLES, roles_held
from bot.web.pages.account import known_as
from policies.terms import Person, Role
from store import people

pages = Blueprint("people", __name__)


def _services() -> list[str]:
    return [each.name for each in the_bot().settings.council.services]


@pages.get("/people")
def home() -> str:
    with the_bot().ledger.read() as tx:
        found = [(each, people.roles_of(tx, each.id, now())) for each in people.everyone(tx, now())]
    return render_template("people.html", found=found, roles=ROLES)


@pages.get("/people/add")
def add_form() -> str:
    return _add_form({"role": "officer"} | typed().to_dict(), Errors())


def _add_form(given: dict[str, str], errors: Errors) -> str:
    return render_template("person_add.html", given=given, errors=errors, roles=ROLES, services=_services())


@pages.post("/people/add")
def add() -> Response | tuple[str, int]:
    given, errors = request.form.to_dict(), Errors()
    name = given.get("name", "").strip()[:200]
    if not name:
        errors.add("name", "Give the person’s name")
    role = _role(request.form, errors)
    until, ends = _until(request.form, errors, now())
    if errors or role is None:
        return _add_form(given, errors), 400
    # The token is for the command line, which gives it out; here one signs in by an invitation.
    made, _ = add_person(the_bot(), me(), name, [role], ends=ends, until=until)
    flash(f"{made.id} may act now. Send an invitation, so that they can sign in.")
    return redirect(url_for("people.page", person_id=made.id), code=303)


def _role(form: MultiDict[str, str], errors: Errors) -> tuple[Role, str | None] | None:
    role, service = form.get("role", ""), form.get("service", "")
    if role not in set(ROLES):
        errors.add("role", "Choose a role")
        return None
    if role != Role.DIRECTOR:
        return Role(role), None
    if service not in _services():
        errors.add("service", "Choose the service that the Director directs")
        return None
    return Role.DIRECTOR, service


def _until(form: MultiDict[str, str], errors: Errors, begins: datetime) -> tuple[str | None, datetime | None]:
    on = moments.day(form, "until", errors)
    ends = moments.ends(on)
    if ends is not None and ends <= begins:
        errors.add("until", "It is over before it begins. Give a later day")
    return (on.isoformat() if on else None), ends


def _found(person_id: str) -> Person:
    with the_bot().ledger.read() as tx:
        found = people.get(tx, person_id, now())
    if found is None:
        abort(404)
    return found


@pages.get("/people/<person_id>")
def page(person_id: str) -> str:
    return _page(_found(person_id), Errors())


def _page(who: Person, errors: Errors, *, link: str = "") -> str:
    with the_bot().ledger.read() as tx:
        held = people.roles_of(tx, who.id, now())
    signed_in = [] if who.system else accounts.sessions(the_bot(), me(), who.id)
    return render_template(
        "person.html",
        who=who,
        held=held,
        sessions=[(known_as(each.device), each) for each in signed_in],
        errors=errors,
        given=typed(),
        roles=ROLES,
        services=_services(),
        link=link,
    )


@pages.post("/people/<person_id>")
def act(person_id: str) -> Response | str | tuple[str, int]:
    who, errors, done = _found(person_id), Errors(), ""
    try:
        match request.form.get("act", ""):
            case "grant":
                done = _grant(who, errors)
            case "revoke":
                done = _revoke(who, errors)
            case "disable":
                ended = disable_person(the_bot(), me(), who.id)
                flash(f"{', '.join(ended)} may not act any more.")
                return redirect(url_for("people.home"), code=303)
            case "invite":
                # Only in this answer: it is kept nowhere, and asking again makes another.
                secret = accounts.invite(the_bot(), me(), who.id)
                link = f"{console().public_url}{url_for('signin.invitation', invitation=secret)}"
                return _page(who, errors, link=link)
            case "end-sessions":
                count = accounts.end_sessions(the_bot(), me(), who.id)
                done = f"Signed out of {count} browser{'' if count == 1 else 's'}."
            case _:
                abort(400)
    except InputRefused as no:
        errors.refused("act", no)
    if errors:
        return _page(who, errors), 400
    flash(done)
    return redirect(url_for("people.page", person_id=who.id), code=303)


def _grant(who: Person, errors: Errors) -> str:
    role = _role(request.form, errors)
    since = moments.day(request.form, "since", errors)
    begins = max(moments.begins(since) or now(), now())
    until, ends = _until(request.form, errors, begins)
    if errors or role is None:
        return ""
    first = since.isoformat() if since else None
    grant_role(the_bot(), me(), who.id, role, begins=begins, ends=ends, since=first, until=until)
    anew = " They sign in anew, with a second factor: send an invitation where they have none."
    return f"Given: {roles_held([role])}.{anew if role[0] in TWICE else ''}"


def _revoke(who: Person, errors: Errors) -> str:
    role = _role(request.form, errors)
    if role is None:
        return ""
    revoke_role(the_bot(), me(), who.id, role)
    return f"Ended: {roles_held([role])}."
