"""What one process works with: the ledger, the channels, the settings and a clock, put together once."""

import socket
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from os import getpid
from threading import Semaphore

from govuk_bank_holidays.bank_holidays import BankHolidays

from adapters.base import Adapter
from bot.render import SiteWords
from bot.settings_model import Settings
from bot.watch import SKEW_ALLOWED
from policies.retention import RetentionPlan
from policies.sentences import Law
from policies.terms import Channel
from store.ledger import Ledger
from store.media import MediaStore

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, kw_only=True)
class Glances:
    """What this process alone remembers of what is not ours, and writes nowhere (design: section 2)."""

    items: dict[Channel, set[str]] = field(default_factory=dict)
    """Ids of listed items whose pictures were looked at."""
    hashes: dict[str, int] = field(default_factory=dict)
    """What approved pictures look like, by their SHA-256."""


@dataclass(frozen=True, kw_only=True)
class Bot:
    """Everything an act or a step needs. `adapters` holds the enabled channels only; `clock` gives aware UTC."""

    ledger: Ledger
    adapters: Mapping[Channel, Adapter]
    settings: Settings
    media: MediaStore
    words: SiteWords
    plan: RetentionPlan
    clock: Callable[[], datetime]
    slots: Mapping[Channel, Semaphore] = field(default_factory=dict)
    """How many calls each channel may have in flight; a channel without an entry is not bounded here."""

    glances: Glances = field(default_factory=Glances)
    platform_time: Callable[[], datetime | None] = lambda: None
    """What time it is by the platforms' own word; None while none has told it."""

    @property
    def clock_skew(self) -> timedelta | None:
        """The platforms' clocks minus ours."""
        theirs = self.platform_time()
        return None if theirs is None else theirs - self.now

    @property
    def clock_wrong(self) -> bool:
        """Nothing goes up while down dates would be computed from a clock that is wrong (reliability: fault 21)."""
        skew = self.clock_skew
        return skew is not None and abs(skew) > SKEW_ALLOWED

    def slot(self, channel: Channel, *, urgent: bool) -> AbstractContextManager[object]:
        """Held for as long as a platform call takes, never for the ledger's work; what is urgent waits for no slot."""
        return nullcontext() if urgent or channel not in self.slots else self.slots[channel]

    @property
    def now(self) -> datetime:
        return self.clock()


def plan_of(settings: Settings) -> RetentionPlan:
    """The council's retention settings as the policy rules take them, with the bank holidays of England and Wales."""
    chosen = settings.retention
    holidays: frozenset[date] = frozenset()
    if chosen.bank_holidays:
        # Shipped data, so that no step waits for the network.
        known = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
        holidays = frozenset(each["date"] for each in known)
    return RetentionPlan(
        retention=chosen.period,
        lead=chosen.lead,
        working_day_start=chosen.working_from,
        working_day_end=chosen.working_until,
        last_start=chosen.last_start,
        working_weekdays=frozenset(_WEEKDAYS.index(day) for day in chosen.working_days),
        holidays=holidays,
        minimum_display=chosen.minimum_display,
    )


def law_of(settings: Settings) -> Law:
    """The law's tables as the policy rules take them."""
    return settings.law.law()


def words_of(settings: Settings) -> SiteWords:
    """The council's words that every layout carries."""
    council = settings.council
    return SiteWords(
        council=council.name,
        informative=council.informative.verbatim,
        how_to_apply=council.how_to_apply,
        privacy_notice_url=council.privacy_notice_url,
        complaints_url=council.complaints_url,
        public_url=settings.site.public_url,
    )


def owner_name(role: str) -> str:
    """Who holds a lease: `daemon…` leases are ended by the next daemon, others run out."""
    return f"{role}@{socket.gethostname()}:{getpid()}"
