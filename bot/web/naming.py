"""One name for each thing on every page: kinds, services, roles, events, reasons, and what a copy waits for."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, g

from bot.cli_output import day_and_time
from bot.cli_status import held_words
from bot.standing import PostStanding
from bot.web.current import me, the_bot
from bot.web.journey import KINDS
from policies.answers import CONSULTEES
from policies.clauses import clause_behind
from policies.lifecycle import CLOSED, State
from policies.requests import Allegation, Decision, RequestKind
from policies.terms import EventType, Reason, Role
from store import record

ROLES: dict[Role, str] = {
    Role.COMMS: "Communications",
    Role.OFFICER: "Officer",
    Role.DIRECTOR: "Director of a service",
    Role.DPO: "Data Protection Officer",
    Role.LEGAL: "Legal",
    Role.AUDITOR: "Auditor",
    Role.ADMIN: "Administrator",
}
# In the policy's words; those that take down stand first.
EVENTS: dict[EventType, str] = {
    EventType.ELIMINATED: "Eliminated from enquiries",
    EventType.INACCURATE: "Something published is wrong",
    EventType.IDENTIFIED: "Identified, arrested, summonsed or charged",
    EventType.APPEAL_LODGED: "An appeal was lodged",
    EventType.APPEAL_SUCCEEDED: "An appeal succeeded",
    EventType.SENTENCE_CHANGED: "The sentence was changed",
    EventType.RESTRICTION_IMPOSED: "A court restricted reporting",
    EventType.PROCEEDINGS_ACTIVE: "A retrial or a further hearing was ordered",
    EventType.ORDER_ENDED: "The order ended early, was discharged or varied",
    EventType.COMPENSATION_PAID: "Compensation was paid in full",
    EventType.CONVICTION_SPENT: "The conviction is spent",
    EventType.APPEAL_DISMISSED: "The appeal was dismissed",
    EventType.APPEAL_DECIDED: "The appeal was decided in another way",
    EventType.FACTS_RECORDED: "The facts were recorded anew",
    EventType.RESTRICTION_LIFTED: "The restriction was lifted",
    EventType.PROCEEDINGS_OVER: "The proceedings are over",
    EventType.RECORDED_IN_ERROR: "Recorded in error: nobody was eliminated",
}
# Each goes on after "because".
REASONS: dict[Reason, str] = {
    Reason.RETENTION_ENDED: "its time was over",
    Reason.SPENT: "the conviction is spent",
    Reason.ORDER_ENDED: "the order has ended",
    Reason.APPEAL_LODGED: "an appeal was lodged",
    Reason.APPEAL_SUCCEEDED: "an appeal succeeded",
    Reason.SENTENCE_CHANGED: "the sentence was changed",
    Reason.ELIMINATED: "somebody was eliminated from enquiries",
    Reason.IDENTIFIED: "somebody was identified, arrested or charged",
    Reason.RESTRICTION_IMPOSED: "a court restricted reporting",
    Reason.INACCURATE: "something in it is wrong",
    Reason.PROCEEDINGS_ACTIVE: "a retrial or a further hearing was ordered",
    Reason.REMOVAL_REQUESTED: "its removal was asked for",
    Reason.REQUEST_UPHELD: "a removal request was granted",
    Reason.APPROVAL_WITHDRAWN: "the Director withdrew approval",
    Reason.NOT_WANTED: "it was not wanted any more",
    Reason.SUPERSEDED: "a newer version replaced it",
    Reason.EXTRA_COPY: "it was one copy too many",
    Reason.REMOVED_OUTSIDE: "somebody took it down by hand",
    Reason.REFUSED_PART_WAY: "the platform refused it part way",
    Reason.CALLED_OFF: "it was called off before it went up",
}
REQUEST_KINDS: dict[RequestKind, str] = {
    RequestKind.REMOVAL: "To take a notice down",
    RequestKind.REUSE: "To use the material again",
    RequestKind.COMPLAINT: "A complaint",
}
ALLEGATIONS: dict[Allegation, str] = {
    Allegation.MISTAKEN_IDENTITY: "It shows the wrong person",
    Allegation.UNDER_18: "Somebody in it is under 18",
    Allegation.SPENT: "The conviction is spent",
    Allegation.APPEAL: "There is an appeal",
    Allegation.RESTRICTION: "A court restricts reporting",
    Allegation.SAFETY: "Somebody’s safety is at risk",
    Allegation.OTHER: "Something else",
}
DECISIONS: dict[Decision, str] = {Decision.UPHELD: "Granted", Decision.REJECTED: "Not granted"}
_WAITS = {
    "R23": "waits until its facts are confirmed",
    "R57": "held back: the channel is not in order, or something there is not proven gone",
}
_IN_BETWEEN = {State.POSTING: "nobody knows yet whether it is up", State.REMOVING: "not proven gone yet"}


def teach(app: Flask) -> None:
    """Give the templates these names as filters."""
    app.jinja_env.filters["kind_name"] = kind_name
    app.jinja_env.filters["service_name"] = service_name
    app.jinja_env.filters["because"] = because
    app.jinja_env.filters["event_name"] = event_name
    app.jinja_env.filters["consultee_name"] = consultee_name
    app.jinja_env.filters["owner_name"] = owner_name
    app.jinja_env.filters["person_name"] = person_name
    app.jinja_env.filters["subject_name"] = subject_name
    app.jinja_env.filters["with_names"] = with_names
    app.jinja_env.filters["clause"] = clause_behind
    app.jinja_env.filters["waiting_for"] = waiting_for
    app.jinja_env.filters["roles_held"] = roles_held
    app.jinja_env.filters["copy_words"] = copy_words


def kind_name(kind: Any) -> str:
    return next((words for known, words in KINDS.items() if known == kind), str(kind))


def service_name(name: str) -> str:
    """Its title in the settings."""
    return next((each.title for each in the_bot().settings.council.services if each.name == name), name)


def because(reason: Any) -> str:
    """Why something came down, to go on after "because"."""
    return next((words for known, words in REASONS.items() if known == reason), str(reason).replace("_", " "))


def event_name(what: Any) -> str:
    return next((words for known, words in EVENTS.items() if known == what), str(what).replace("_", " "))


def consultee_name(who: str) -> str:
    return CONSULTEES.get(who, who)


def owner_name(owner: str) -> str:
    """Whose task it is: "you", a role, or a person's name."""
    role, _, service = owner.partition(":")
    if role in set(ROLES):
        return roles_held([(Role(role), service or None)])
    return "you" if owner == me().id else person_name(owner)


def person_name(who: str) -> str:
    """The name of somebody of ours, also of one who may no longer act; else what was given."""
    if "names" not in g:
        g.names = {}
    known: dict[str, str] = g.names
    if who not in known:
        with the_bot().ledger.read() as tx:
            known[who] = record.names(tx, {who}).get(who, who)
    return known[who]


def subject_name(number: str, names: Mapping[str, str]) -> str:
    """Whom a notice is about: the name where it is known, with the number within the case."""
    return f"{names[number]} ({number})" if names.get(number) else number


def with_names(text: str, names: Mapping[str, str]) -> str:
    """A sentence of the rules, which know people by their numbers within the case, with the names beside them."""
    return re.sub(r"\bS\d+\b", lambda found: subject_name(found[0], names), text)


def roles_held(held: Iterable[tuple[Role, str | None]]) -> str:
    """What a person may act as, each Director's service with it."""
    return ", ".join(f"Director of {service_name(of)}" if of else ROLES.get(role, "A system") for role, of in held)


def waiting_for(code: str) -> str:
    """What a copy that has not gone up waits for."""
    return _WAITS.get(code, held_words(code))


def copy_words(post: PostStanding) -> str:
    """What there is to know of a copy beside its tag; "" where the tag says it all."""
    if post.state is State.QUEUED:
        return waiting_for(post.held_for) if post.held_for else ""
    if post.state in CLOSED:
        why = f"because {because(post.reason)}" if post.reason else ""
        return ", ".join(part for part in (day_and_time(post.closed_at) if post.closed_at else "", why) if part)
    return _IN_BETWEEN.get(post.state, "")
