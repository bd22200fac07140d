"""Convictions, sentences and orders as a court made them, and the law's table of what each kind of them means.

The table is data (`config/law.toml`): a new kind of order needs no code (requirements: part D and ambiguity 15).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

STRICT = {"extra": "forbid"}


class Stated(StrEnum):
    """An answer to a question of fact. "Unknown" is an answer, never taken for "no"."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Counts(StrEnum):
    """How a kind of sentence counts towards the day on which a conviction is spent (1974 Act)."""

    CUSTODY = "custody"
    """By its term: the bands of `Law.bands`, from the day the whole sentence, licence included, is completed."""
    FROM_CONVICTION = "from_conviction"
    """So many months that begin with the day of conviction: fines, endorsements."""
    UNTIL_END = "until_end"
    """The day after its original last day; silent about it: so many months from conviction; else while it lives."""
    WHEN_PAID = "when_paid"
    """The day on which it is paid in full: compensation."""
    BARRED_UNTIL_PAID = "barred_until_paid"
    """Adds nothing once paid, and until then the conviction cannot be spent: confiscation."""
    AT_ONCE = "at_once"
    NEVER = "never"
    IGNORED = "ignored"
    """No sentence in the Act's sense: surcharge, costs."""
    LEGAL_DECIDES = "legal_decides"


@dataclass(frozen=True, kw_only=True)
class SentenceType:
    """One kind of sentence in the law's table. `adult` and `youth` are whole months, where the kind needs them."""

    title: str
    counts: Counts
    adult: int | None = None
    youth: int | None = None
    treatment: bool = False
    """A treatment, rehabilitation or mental health disposal, which the text never mentions (5.7.2, 5.7.3)."""
    minor: bool = False
    """Hints that online publicity may not be appropriate (5.7.4(b)); it decides nothing."""
    source: str


@dataclass(frozen=True, kw_only=True)
class OrderType:
    """One kind of order. `civil`: no conviction stands behind it (1.6)."""

    title: str
    civil: bool
    longest_for_youth: int | None = None
    """Months, for somebody under 18 (ASBCPA 2014 s1(6))."""
    source: str


@dataclass(frozen=True, kw_only=True)
class Band:
    """A term of custody of up to `up_to` months, None for any longer; spent so many months after its completion."""

    up_to: int | None
    adult: int
    youth: int


@dataclass(frozen=True, kw_only=True)
class Law:
    """The tables in force: sentences, orders and disposals that are no court outcome by code; bands of custody."""

    sentences: Mapping[str, SentenceType] = field(default_factory=dict)
    orders: Mapping[str, OrderType] = field(default_factory=dict)
    no_outcome: Mapping[str, str] = field(default_factory=dict)
    """Disposals that may not be published with a name, by code, with their title (R3): cautions, fixed penalties."""
    bands: tuple[Band, ...] = ()
    """Shortest first; the last has no upper end."""
    never_above: int = 48
    """Months above which custody for a Schedule 18 offence is never spent."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """How long a sentence was passed for, as the court said it."""

    __pydantic_config__ = STRICT

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0


@dataclass(frozen=True, kw_only=True)
class Component:
    """One part of a sentence. `type` is a code of the law's table."""

    __pydantic_config__ = STRICT

    type: str
    term: Term | None = None
    starts: date | None = None
    completed: date | None = None
    """Custody: the day on which the whole sentence, licence included, is completed; None: start and term decide."""
    ends: date | None = None
    """An order's original last day; later variation does not count (s5(7)(d))."""
    until_further_order: bool = False
    paid: Stated | None = None
    paid_on: date | None = None
    schedule_18: Stated | None = None
    """Whether the offence is one of Schedule 18 of the Sentencing Code; Legal says."""
    checked_on: date | None = None
    """When it was last checked that an open-ended order is in force, or that a sum is not paid in full."""


@dataclass(frozen=True, kw_only=True)
class Conviction:
    """One conviction of one individual, the one the notice is about or an earlier one that it mentions (R31)."""

    __pydantic_config__ = STRICT

    offence: str
    offence_on: date | None = None
    convicted_on: date
    sentenced_on: date | None = None
    sentence: tuple[Component, ...] = ()
    mentioned_only: bool = False
    """An earlier conviction that the text mentions."""
    legal_spent_from: date | None = None
    """What Legal decided where the table asks a person; it can only make the end earlier elsewhere."""
    legal_decided_by: str = ""
    breach_or_appeal: Stated = Stated.NO
    """Whether breach, revocation or an appeal has touched the sentence since."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A CBO, an injunction or another order the notice states as being in force (R4, R48)."""

    __pydantic_config__ = STRICT

    type: str
    made_on: date
    ends: date | None = None
    until_further_order: bool = False
    final: Stated = Stated.UNKNOWN
    """Made at a final hearing, on notice; an interim or undetermined one is refused (R4)."""
    in_force: Stated = Stated.UNKNOWN
    checked_on: date | None = None
