"""What happens to a case after publication: which kinds each event takes down, which it blocks, and until when."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from policies.terms import Event, EventType, Kind, Reason

ALL_KINDS = frozenset(Kind)
_NONE: frozenset[Kind] = frozenset()
# An injunction is no conviction, and may mention one (R31).
_MAY_TELL_A_CONVICTION = frozenset({Kind.CASE_OUTCOME, Kind.CBO, Kind.POST_CONVICTION_IMAGE, Kind.INJUNCTION})
_BUT_APPEAL_AND_CORRECTION = ALL_KINDS - {Kind.SUCCESSFUL_APPEAL_NOTICE, Kind.CORRECTION_NOTICE}


@dataclass(frozen=True, kw_only=True)
class EventRule:
    """What one type of event does. `blocks` covers submission, approval, posting and editing."""

    retracts: frozenset[Kind] = _NONE
    blocks: frozenset[Kind] = _NONE
    closed_by: frozenset[EventType] = frozenset()
    for_good: bool = False
    bars_material: bool = False
    """The text and pictures that were up may never be used again, even once the event is closed."""
    proves_again: bool = False
    """What has long been down is looked at once more, even after its date (R51)."""
    reason: Reason | None = None
    clause: str


RULES: dict[EventType, EventRule] = {
    EventType.ELIMINATED: EventRule(
        retracts=ALL_KINDS - {Kind.CORRECTION_NOTICE},
        blocks=ALL_KINDS - {Kind.CORRECTION_NOTICE},
        closed_by=frozenset({EventType.RECORDED_IN_ERROR}),
        reason=Reason.ELIMINATED,
        clause="6.4",
    ),
    EventType.IDENTIFIED: EventRule(
        retracts=frozenset({Kind.IMAGE_APPEAL}),
        blocks=frozenset({Kind.IMAGE_APPEAL}),
        for_good=True,
        reason=Reason.IDENTIFIED,
        clause="6.4",
    ),
    EventType.APPEAL_LODGED: EventRule(
        retracts=ALL_KINDS,
        blocks=ALL_KINDS,
        closed_by=frozenset({EventType.APPEAL_DISMISSED, EventType.APPEAL_DECIDED, EventType.APPEAL_SUCCEEDED}),
        reason=Reason.APPEAL_LODGED,
        clause="5.6",
    ),
    EventType.APPEAL_SUCCEEDED: EventRule(
        retracts=ALL_KINDS - {Kind.SUCCESSFUL_APPEAL_NOTICE},
        blocks=ALL_KINDS - {Kind.SUCCESSFUL_APPEAL_NOTICE},
        for_good=True,
        bars_material=True,
        proves_again=True,
        reason=Reason.APPEAL_SUCCEEDED,
        clause="5.7.4(f)",
    ),
    EventType.SENTENCE_CHANGED: EventRule(
        retracts=_BUT_APPEAL_AND_CORRECTION,
        blocks=_BUT_APPEAL_AND_CORRECTION,
        closed_by=frozenset({EventType.FACTS_RECORDED}),
        bars_material=True,
        reason=Reason.SENTENCE_CHANGED,
        clause="5.7.4(f)",
    ),
    EventType.INACCURATE: EventRule(
        retracts=_BUT_APPEAL_AND_CORRECTION,
        blocks=_BUT_APPEAL_AND_CORRECTION,
        closed_by=frozenset({EventType.FACTS_RECORDED}),
        bars_material=True,
        reason=Reason.INACCURATE,
        clause="5.7.4(g)",
    ),
    EventType.RESTRICTION_IMPOSED: EventRule(
        retracts=ALL_KINDS,
        blocks=ALL_KINDS,
        closed_by=frozenset({EventType.RESTRICTION_LIFTED}),
        reason=Reason.RESTRICTION_IMPOSED,
        clause="5.3",
    ),
    # R48: a notice that states a live order is wrong once the order is discharged or varied.
    EventType.ORDER_ENDED: EventRule(
        retracts=frozenset({Kind.CBO, Kind.INJUNCTION}),
        blocks=frozenset({Kind.CBO, Kind.INJUNCTION}),
        closed_by=frozenset({EventType.FACTS_RECORDED}),
        reason=Reason.ORDER_ENDED,
        clause="5.7.4(c)",
    ),
    # R31, R47: what kept the conviction from being spent is over. A notice without it needs its facts recorded anew.
    EventType.COMPENSATION_PAID: EventRule(
        retracts=_MAY_TELL_A_CONVICTION,
        blocks=_MAY_TELL_A_CONVICTION,
        closed_by=frozenset({EventType.FACTS_RECORDED}),
        reason=Reason.SPENT,
        clause="5.7.4(a)",
    ),
    EventType.CONVICTION_SPENT: EventRule(
        retracts=_MAY_TELL_A_CONVICTION,
        blocks=_MAY_TELL_A_CONVICTION,
        closed_by=frozenset({EventType.FACTS_RECORDED}),
        reason=Reason.SPENT,
        clause="5.7.4(a)",
    ),
    # R30: a retrial makes proceedings active at once (Contempt of Court Act 1981 Sch 1 para 16).
    EventType.PROCEEDINGS_ACTIVE: EventRule(
        retracts=ALL_KINDS,
        blocks=ALL_KINDS,
        closed_by=frozenset({EventType.PROCEEDINGS_OVER}),
        reason=Reason.PROCEEDINGS_ACTIVE,
        clause="5.6",
    ),
    # These only close others.
    EventType.RECORDED_IN_ERROR: EventRule(clause="6.4"),
    EventType.APPEAL_DISMISSED: EventRule(clause="5.6"),
    EventType.APPEAL_DECIDED: EventRule(clause="5.6"),
    EventType.FACTS_RECORDED: EventRule(clause="5.7.4(g)"),
    EventType.RESTRICTION_LIFTED: EventRule(clause="5.3"),
    EventType.PROCEEDINGS_OVER: EventRule(clause="5.6"),
}

# A type this version does not know takes down and blocks everything: unknown is never "no".
UNKNOWN = EventRule(retracts=ALL_KINDS, blocks=ALL_KINDS, for_good=True, clause="5.6")

# A retraction for one of these reasons records the event in the same transaction (design.md section 4).
EVENT_OF_REASON: dict[Reason, EventType] = {
    Reason.APPEAL_LODGED: EventType.APPEAL_LODGED,
    Reason.APPEAL_SUCCEEDED: EventType.APPEAL_SUCCEEDED,
    Reason.SENTENCE_CHANGED: EventType.SENTENCE_CHANGED,
    Reason.ELIMINATED: EventType.ELIMINATED,
    Reason.IDENTIFIED: EventType.IDENTIFIED,
    Reason.RESTRICTION_IMPOSED: EventType.RESTRICTION_IMPOSED,
    Reason.INACCURATE: EventType.INACCURATE,
    Reason.PROCEEDINGS_ACTIVE: EventType.PROCEEDINGS_ACTIVE,
}


def rule_for(what: str) -> EventRule:
    """The rule of an event type as stored; one that is not known blocks and takes down everything."""
    try:
        return RULES[EventType(what)]
    except ValueError:
        return UNKNOWN


def covers(event: Event, case_key: str, subjects: Collection[str]) -> bool:
    """Whether the event concerns a notice of this case that names these subjects' numbers."""
    return event.case_key == case_key and (event.subject is None or event.subject in subjects)


def is_open(event: Event, events: Iterable[Event]) -> bool:
    """Whether nothing recorded later, and of at least the same scope, has closed the event."""
    rule = rule_for(event.what)
    return rule.for_good or not any(
        closing.what in rule.closed_by
        and closing.case_key == event.case_key
        and closing.recorded_at > event.recorded_at
        and closing.subject in {None, event.subject}
        for closing in events
    )


def blocking(events: Collection[Event], kind: Kind, case_key: str, subjects: Collection[str]) -> tuple[Event, ...]:
    """The open events that forbid to submit, approve, post or edit a notice of this kind naming any of these."""
    return tuple(
        event
        for event in events
        if kind in rule_for(event.what).blocks and covers(event, case_key, subjects) and is_open(event, events)
    )


def retracting(events: Collection[Event], kind: Kind, case_key: str, subjects: Collection[str]) -> tuple[Event, ...]:
    """The open events that take down a notice of this kind naming any of these, whole."""
    return tuple(
        event
        for event in events
        if kind in rule_for(event.what).retracts and covers(event, case_key, subjects) and is_open(event, events)
    )
