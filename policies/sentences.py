"""Convictions, sentences and orders as a court made them, and the law's table of what each kind of them means.

The table is data (`config/law.toml`): a new kind of order needs no code (requirements: part D and ambiguity 15).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

STRICT = {"extra": "forbid"}


RECHECK = timedelta(days=7)
"""How long "still in force" and "not paid in full" may be relied on: asked anew each week of the display (part D)."""


class Stated(StrEnum):
    """An answer to a question of fact. "Unknown" is an answer, never taken for "no"."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def _fit(adult: int | None, youth: int | None) -> None:
    if adult is None or youth is None:
        return
    if youth < 1:
        raise ValueError("adult and youth count months, from 1")
    if youth > adult:
        raise ValueError("youth is longer than adult")


def _said(*texts: str) -> None:
    if not all(text.strip() for text in texts):
        raise ValueError("title and source may not be blank")


class Counts(StrEnum):
    """How a kind of sentence counts towards the day on which a conviction is spent (1974 Act)."""

    CUSTODY = "custody"
    """By its term: the bands of `Law.bands`, from the day the whole sentence, licence included, is completed."""
    FROM_CONVICTION = "from_conviction"
    """So many months that begin with the day of conviction: fines, endorsements."""
    UNTIL_END = "until_end"
    """The day after its original last day; silent about its end: so many months from conviction; without an end, never
    while it lives. A kind without months is Legal's to decide where it has no last day."""
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
    """One kind of sentence in the law's table. `adult` and `youth` are whole months, where the kind needs them.

    Raises ValueError for a kind that could not be computed, or that would treat the young more harshly.
    """

    __pydantic_config__ = STRICT

    title: str
    counts: Counts
    adult: int | None = None
    youth: int | None = None
    treatment: bool = False
    """A treatment, rehabilitation or mental health disposal, which the text never mentions (5.7.2, 5.7.3)."""
    minor: bool = False
    """Hints that online publicity may not be appropriate (5.7.4(b)); it decides nothing."""
    under_18_only: bool = False
    """Passed only on somebody who is under 18 when convicted."""
    source: str

    def __post_init__(self) -> None:
        given = {self.adult is not None, self.youth is not None}
        if self.counts is Counts.FROM_CONVICTION and given != {True}:
            raise ValueError("from_conviction needs adult and youth, in months")
        if self.counts is Counts.UNTIL_END and len(given) > 1:
            raise ValueError("until_end needs both adult and youth, or neither")
        if self.counts not in {Counts.FROM_CONVICTION, Counts.UNTIL_END} and given != {False}:
            raise ValueError(f"{self.counts} takes no adult and no youth")
        _fit(self.adult, self.youth)
        _said(self.title, self.source)


@dataclass(frozen=True, kw_only=True)
class OrderType:
    """One kind of order. `civil`: no conviction stands behind it (1.6)."""

    __pydantic_config__ = STRICT

    title: str
    civil: bool
    longest_for_youth: int | None = None
    """Months, for somebody under 18 (ASBCPA 2014 s1(6))."""
    source: str

    def __post_init__(self) -> None:
        if self.longest_for_youth is not None and self.longest_for_youth < 1:
            raise ValueError("longest_for_youth counts months, from 1")
        _said(self.title, self.source)


@dataclass(frozen=True, kw_only=True)
class Band:
    """A term of custody of up to `up_to` months, None for any longer; spent so many months after its completion."""

    __pydantic_config__ = STRICT

    up_to: int | None = None
    adult: int
    youth: int
    source: str

    def __post_init__(self) -> None:
        if self.up_to is not None and self.up_to < 1:
            raise ValueError("up_to counts months, from 1")
        _fit(self.adult, self.youth)
        _said(self.source)


@dataclass(frozen=True, kw_only=True)
class Law:
    """The tables in force: sentences, orders and disposals that are no court outcome by code; bands of custody.

    Raises ValueError for bands with a gap, or that would spend a longer term sooner than a shorter one.
    """

    in_force: date = date(2023, 10, 28)
    """Convictions before this day are Legal's to decide."""
    sentences: Mapping[str, SentenceType] = field(default_factory=dict)
    orders: Mapping[str, OrderType] = field(default_factory=dict)
    no_outcome: Mapping[str, str] = field(default_factory=dict)
    """Disposals that may not be published with a name, by code, with their title (R3): cautions, fixed penalties."""
    bands: tuple[Band, ...] = ()
    """Shortest first; the last has no upper end."""
    never_above: int = 48
    """Months above which custody for a Schedule 18 offence is never spent."""

    def __post_init__(self) -> None:
        ends = [band.up_to for band in self.bands]
        bounded = [end for end in ends if end is not None]
        if self.bands and (ends[-1] is not None or len(bounded) != len(ends) - 1):
            raise ValueError("bands: the last, and only the last, goes without up_to")
        if sorted(set(bounded)) != bounded:
            raise ValueError("bands: the shortest comes first, and no two are the same")
        for column in ([band.adult for band in self.bands], [band.youth for band in self.bands]):
            if sorted(column) != column:
                raise ValueError("bands: a longer term is never spent sooner than a shorter one")
        if self.never_above < 1:
            raise ValueError("never_above counts months, from 1")


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
    """One part of a sentence. `type` is a code of the law's table.

    An order has one of `ends`, `term`, `until_further_order` and `no_end_stated`.
    """

    __pydantic_config__ = STRICT

    type: str
    term: Term | None = None
    starts: date | None = None
    completed: date | None = None
    """Custody: the day on which the whole sentence, licence included, is completed; None: start and term decide."""
    ends: date | None = None
    """An order's original last day; later variation does not count (s5(7)(d))."""
    until_further_order: bool = False
    no_end_stated: bool = False
    """The order says nothing about its end; a last day nobody has looked up is unknown instead."""
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
