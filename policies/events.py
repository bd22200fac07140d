"""What happens to a case after publication: which notices it takes down, which it blocks, and what ends that.

Requirements part C as data. A type the table does not know blocks and takes down everything: unknown is never "no".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from policies.terms import Event, EventType, Kind, Reason

ALL = frozenset(Kind)
NOTHING: frozenset[Kind] = frozenset()
NOTICES = frozenset({Kind.SUCCESSFUL_APPEAL_NOTICE, Kind.CORRECTION_NOTICE})


@dataclass(frozen=True, kw_only=True)
class EventRule:
    """`kinds` come down and stay blocked until an event of `closed_by` is recorded; an empty set closes never."""

    kinds: frozenset[Kind]
    closed_by: frozenset[EventType]
    reason: Reason | None
    clause: str


def _closing(clause: str) -> EventRule:
    return EventRule(kinds=NOTHING, closed_by=frozenset(), reason=None, clause=clause)


RULES: dict[EventType, EventRule] = {
    EventType.ELIMINATED: EventRule(
        kinds=ALL - {Kind.CORRECTION_NOTICE},
        closed_by=frozenset({EventType.RECORDED_IN_ERROR}),
        reason=Reason.ELIMINATED,
        clause="6.4",
    ),
    EventType.IDENTIFIED: EventRule(
        kinds=frozenset({Kind.IMAGE_APPEAL}), closed_by=frozenset(), reason=Reason.IDENTIFIED, clause="6.4"
    ),
    EventType.APPEAL_LODGED: EventRule(
        kinds=ALL,
        closed_by=frozenset({EventType.APPEAL_DISMISSED, EventType.APPEAL_SUCCEEDED}),
        reason=Reason.APPEAL_LODGED,
        clause="5.6",
    ),
    EventType.APPEAL_SUCCEEDED: EventRule(
        kinds=ALL - {Kind.SUCCESSFUL_APPEAL_NOTICE},
        closed_by=frozenset(),
        reason=Reason.APPEAL_SUCCEEDED,
        clause="5.7.4(f)",
    ),
    EventType.SENTENCE_CHANGED: EventRule(
        kinds=ALL - NOTICES,
        closed_by=frozenset({EventType.FACTS_RECORDED}),
        reason=Reason.SENTENCE_CHANGED,
        clause="5.7.4(f)",
    ),
    EventType.INACCURATE: EventRule(
        kinds=ALL - NOTICES,
        closed_by=frozenset({EventType.FACTS_RECORDED}),
        reason=Reason.INACCURATE,
        clause="5.7.4(g)",
    ),
    EventType.RESTRICTION_IMPOSED: EventRule(
        kinds=ALL,
        closed_by=frozenset({EventType.RESTRICTION_LIFTED}),
        reason=Reason.RESTRICTION_IMPOSED,
        clause="5.3",
    ),
    EventType.ORDER_ENDED: EventRule(
        kinds=frozenset({Kind.CBO, Kind.INJUNCTION}),
        closed_by=frozenset(),
        reason=Reason.ORDER_ENDED,
        clause="5.7.4(c)",
    ),
    EventType.RECORDED_IN_ERROR: _closing("6.4"),
    EventType.APPEAL_DISMISSED: _closing("5.6"),
    EventType.FACTS_RECORDED: _closing("5.7.4(g)"),
    EventType.RESTRICTION_LIFTED: _closing("5.3"),
}

UNKNOWN = EventRule(kinds=ALL, closed_by=frozenset(), reason=None, clause="5.6")


def rule_for(what: str) -> EventRule:
    """The rule of an event type; of one the table does not know, the rule that blocks everything."""
    try:
        return RULES[EventType(what)]
    except ValueError:
        return UNKNOWN


def _covers(event: Event, case_key: str, subjects: frozenset[str]) -> bool:
    return event.case_key == case_key and (event.subject is None or event.subject in subjects)


def _closes(later: Event, event: Event) -> bool:
    return (
        later.what in rule_for(event.what).closed_by
        and later.case_key == event.case_key
        and later.recorded_at > event.recorded_at
        and later.subject in (None, event.subject)
    )


def blocking(events: Iterable[Event], *, kind: Kind, case_key: str, subjects: Iterable[str]) -> tuple[Event, ...]:
    """The open events that forbid this kind of notice for any of these subjects, in the order given.

    An event about one subject covers a notice that names them; it is closed only by an event about the
    same subject or the whole case, and one about the whole case only by one about the whole case.
    """
    known = tuple(events)
    named = frozenset(subjects)
    return tuple(
        event
        for event in known
        if kind in rule_for(event.what).kinds
        and _covers(event, case_key, named)
        and not any(_closes(later, event) for later in known)
    )
