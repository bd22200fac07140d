"""The vocabulary of the council's policy: every other package speaks in these types.

All instants are aware UTC. Dates are calendar dates in Europe/London. Nothing here does I/O.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from policies.answers import Checklist
from policies.pictures import Picture
from policies.sentences import STRICT, Conviction, Order


class Channel(StrEnum):
    """Where a publication may appear (policy 6.6)."""

    WEBSITE = "website"
    FACEBOOK = "facebook"
    X = "x"
    INSTAGRAM = "instagram"


class Kind(StrEnum):
    """The closed list of publications (R1; policy 1.5, 1.6, 5, 6, 7)."""

    CASE_OUTCOME = "case_outcome"
    CBO = "cbo"
    INJUNCTION = "injunction"
    IMAGE_APPEAL = "image_appeal"
    POST_CONVICTION_IMAGE = "post_conviction_image"
    SUCCESSFUL_APPEAL_NOTICE = "successful_appeal_notice"
    CORRECTION_NOTICE = "correction_notice"


# These rest on one verdict or sentence and share one clock (R45).
OUTCOME_KINDS = frozenset({Kind.CASE_OUTCOME, Kind.CBO, Kind.INJUNCTION, Kind.POST_CONVICTION_IMAGE})


class Category(StrEnum):
    """What a person is in the case; kept clearly apart (R2; policy 2.2)."""

    SUSPECT = "suspect"
    CONVICTED = "convicted"
    RESPONDENT = "respondent"
    COMPANY = "company"
    VICTIM = "victim"
    WITNESS = "witness"
    THIRD_PARTY = "third_party"


class Reason(StrEnum):
    """Why something comes down. Those with a clause retract a publication; the rest concern one post."""

    RETENTION_ENDED = "retention_ended"
    SPENT = "spent"
    ORDER_ENDED = "order_ended"
    APPEAL_LODGED = "appeal_lodged"
    APPEAL_SUCCEEDED = "appeal_succeeded"
    SENTENCE_CHANGED = "sentence_changed"
    ELIMINATED = "eliminated"
    IDENTIFIED = "identified"
    RESTRICTION_IMPOSED = "restriction_imposed"
    INACCURATE = "inaccurate"
    PROCEEDINGS_ACTIVE = "proceedings_active"
    REMOVAL_REQUESTED = "removal_requested"
    """Taken down first because of what a removal request alleges; whether it is so is decided after (R54)."""
    REQUEST_UPHELD = "request_upheld"
    APPROVAL_WITHDRAWN = "approval_withdrawn"
    NOT_WANTED = "not_wanted"
    """Cancelled by those who asked for it, before anything of it was up."""
    SUPERSEDED = "superseded"
    EXTRA_COPY = "extra_copy"
    REMOVED_OUTSIDE = "removed_outside"
    REFUSED_PART_WAY = "refused_part_way"
    CALLED_OFF = "called_off"


# Each reason an officer or the clock can give, with the clause it rests on.
CLAUSE: dict[Reason, str] = {
    Reason.RETENTION_ENDED: "5.7.4(d)",
    Reason.SPENT: "5.7.4(a)",
    Reason.ORDER_ENDED: "5.7.4(c)",
    Reason.APPEAL_LODGED: "5.6",
    Reason.APPEAL_SUCCEEDED: "5.7.4(f)",
    Reason.SENTENCE_CHANGED: "5.7.4(f)",
    Reason.ELIMINATED: "6.4",
    Reason.IDENTIFIED: "6.4",
    Reason.RESTRICTION_IMPOSED: "5.3",
    Reason.INACCURATE: "5.7.4(g)",
    Reason.PROCEEDINGS_ACTIVE: "5.6",
    Reason.REMOVAL_REQUESTED: "5.5",
    Reason.REQUEST_UPHELD: "5.5",
    Reason.APPROVAL_WITHDRAWN: "12.1",
    Reason.NOT_WANTED: "12.1",
}

# What an officer may give as the reason of a retraction.
RETRACTION_REASONS = tuple(CLAUSE)


class EventType(StrEnum):
    """What can happen to a case or a person in it after publication (requirements part C)."""

    ELIMINATED = "eliminated"
    RECORDED_IN_ERROR = "recorded_in_error"
    IDENTIFIED = "identified"
    """Identified, arrested, summonsed or charged: the appeal for information has served its purpose (R41)."""
    APPEAL_LODGED = "appeal_lodged"
    APPEAL_DISMISSED = "appeal_dismissed"
    APPEAL_DECIDED = "appeal_decided"
    """Decided in any other way: abandoned, or allowed against sentence only (record SENTENCE_CHANGED as well)."""
    APPEAL_SUCCEEDED = "appeal_succeeded"
    SENTENCE_CHANGED = "sentence_changed"
    FACTS_RECORDED = "facts_recorded"
    RESTRICTION_IMPOSED = "restriction_imposed"
    RESTRICTION_LIFTED = "restriction_lifted"
    INACCURATE = "inaccurate"
    ORDER_ENDED = "order_ended"
    """Ended early, discharged or varied (R48)."""
    COMPENSATION_PAID = "compensation_paid"
    """Paid in full: a conviction that rests on it alone is spent now."""
    CONVICTION_SPENT = "conviction_spent"
    """An open-ended order of the sentence has ended, or the conviction was found to be spent in any other way."""
    PROCEEDINGS_ACTIVE = "proceedings_active"
    """A retrial was ordered, or a further hearing fixed (R30)."""
    PROCEEDINGS_OVER = "proceedings_over"


class Role(StrEnum):
    """What a person may do is decided by role, and for Directors also by service (policy 12.1)."""

    COMMS = "comms"
    DIRECTOR = "director"
    OFFICER = "officer"
    DPO = "dpo"
    LEGAL = "legal"
    AUDITOR = "auditor"
    ADMIN = "admin"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One person or company of a case. `number` is chosen from the case's list, never derived from a name."""

    __pydantic_config__ = STRICT

    number: str
    category: Category
    name: str | None = None
    date_of_birth: date | None = None
    """Never published; ages are worked out from it (R6, R26)."""
    convictions: tuple[Conviction, ...] = ()
    """The conviction the notice is about, and each earlier one that it mentions (R31)."""
    order: Order | None = None
    spent_from: date | None = None
    """First day on which a conviction is spent, from 00:00 Europe/London (R47); the earlier of what is worked out from
    the convictions and what was submitted; None where there is none."""
    order_ends: date | None = None
    """Last day of the order (R48), likewise; None where the notice states no order."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The basic details of policy 5.2 for one subject, structured so that the free text can be checked against them."""

    __pydantic_config__ = STRICT

    subject: str
    name: str | None = None
    age: int | None = None
    offence: str | None = None
    summary_address: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a notice says before it is laid out for a channel."""

    __pydantic_config__ = STRICT

    headline: str
    body: str
    facts: tuple[Facts, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CourtEvent:
    """The verdict, sentence or order a notice rests on; its date and kind of notice name the clock (R45)."""

    __pydantic_config__ = STRICT

    on: date
    document: str


@dataclass(frozen=True, kw_only=True)
class Window:
    """When posting may begin and, optionally, after which moment it is stale."""

    __pydantic_config__ = STRICT

    opens: datetime
    closes: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Publication:
    """One revision of a notice, as submitted. `authors` wrote any revision of it or of one it follows."""

    ref: str
    revision: int
    case_ref: str
    service: str
    kind: Kind
    court_event: CourtEvent
    subjects: tuple[Subject, ...]
    content: Content
    channels: tuple[Channel, ...]
    window: Window
    page_id: str
    checklist: Checklist
    follows: str | None
    authors: frozenset[str]
    copied_from: str | None = None
    """The publication whose words it began with: its authors are authors of this one too."""


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A Director's approval of exactly one digest (R21, R22; policy 12.1)."""

    director: str
    given_at: datetime
    digest: str
    ticks: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a case, or to one subject of it (`subject` None: the whole case)."""

    what: str
    case_key: str
    subject: str | None
    happened_at: datetime
    recorded_at: datetime
    officer: str


@dataclass(frozen=True, kw_only=True)
class Retraction:
    """Immutable and final for its publication; a return is a new publication that follows it."""

    reason: Reason
    officer: str
    given_at: datetime


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone who may act. `roles` holds (role, service or None), already limited to those in force."""

    id: str
    name: str
    roles: frozenset[tuple[Role, str | None]]
    system: bool = False

    def holds(self, *roles: Role) -> bool:
        return any(role in roles for role, _ in self.roles)

    def directs(self, service: str) -> bool:
        return (Role.DIRECTOR, service) in self.roles


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Whether a publication should be up now; if not, why; and the instant by which it must be verified gone."""

    up: bool
    reason: Reason | None = None
    by: datetime | None = None
    removal_starts: datetime | None = None


RETENTION = timedelta(days=28)


def case_key(case_ref: str) -> str:
    """A case reference as it is compared: case-folded, without spaces and punctuation (design.md section 4)."""
    return re.sub(r"[\W_]+", "", case_ref.casefold())


def clock_event(kind: Kind, court_event: CourtEvent) -> str:
    """The court-event part of a clock's key: outcome kinds of one date share it, every other kind has its own (R45)."""
    family = "outcome" if kind in OUTCOME_KINDS else kind.value
    return f"{family}/{court_event.on.isoformat()}"
