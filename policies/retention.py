"""How long a notice may be up: the 28 days, the earlier ends, when removal starts, and whether it is wanted now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from policies.events import retracting, rule_for
from policies.sentences import RECHECK, Stated
from policies.terms import RETENTION, Event, Publication, Reason, Retraction, Subject, Wanted, case_key

LONDON = ZoneInfo("Europe/London")
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class RetentionPlan:
    """The council's settings about time. Raises ValueError for a plan that could keep a notice up too long.

    A rehearsal at seconds works round the clock: all seven weekdays, from `time.min` to `time.max`.
    """

    retention: timedelta = RETENTION
    lead: timedelta = timedelta(hours=2)
    working_day_start: time = time(9)
    working_day_end: time = time(17)
    last_start: time = time(14)
    """On the last working day before an end out of hours, removal starts at this time in London."""
    working_weekdays: frozenset[int] = frozenset(range(5))
    """Monday is 0."""
    holidays: frozenset[date] = frozenset()
    minimum_display: timedelta = timedelta(hours=24)

    def __post_init__(self) -> None:
        problems = [
            message
            for wrong, message in (
                (self.retention > RETENTION, "retention may not exceed 28 days (5.7.4(d))"),
                (self.retention <= timedelta(), "retention must be longer than nothing"),
                (self.lead < timedelta(), "lead may not be negative"),
                (self.lead >= self.retention, "lead must be shorter than retention"),
                (self.minimum_display < timedelta(), "minimum_display may not be negative"),
                (
                    not self.working_day_start <= self.last_start <= self.working_day_end,
                    "last_start must lie within the working day",
                ),
                (not self.working_weekdays, "working_weekdays may not be empty"),
                (not self.working_weekdays <= frozenset(range(7)), "working_weekdays counts from 0, Monday, to 6"),
            )
            if wrong
        ]
        if problems:
            raise ValueError("; ".join(problems))

    def is_working_day(self, day: date) -> bool:
        return day.weekday() in self.working_weekdays and day not in self.holidays

    def in_working_hours(self, instant: datetime) -> bool:
        local = instant.astimezone(LONDON)
        return self.is_working_day(local.date()) and self.working_day_start <= local.time() <= self.working_day_end


def london_midnight(day: date) -> datetime:
    """The instant at which this day begins in London, in UTC."""
    return datetime.combine(day, time.min, LONDON).astimezone(UTC)


def legal_end(first_up_at: datetime, retention: timedelta = RETENTION) -> datetime:
    """The earlier of so many hours later and the same London wall-clock time so many calendar days later (R43)."""
    by_hours = first_up_at.astimezone(UTC) + retention
    if retention % _DAY:
        return by_hours
    # An hour that the clocks repeat counts at its first pass; one they skip is read by the clock before the change.
    by_calendar = (first_up_at.astimezone(LONDON).replace(fold=0) + retention).astimezone(UTC)
    return min(by_hours, by_calendar)


def _fixed_ends(subjects: Collection[Subject]) -> list[tuple[datetime, Reason]]:
    """The ends that do not depend on when the notice went up."""
    spent = [(london_midnight(s.spent_from), Reason.SPENT) for s in subjects if s.spent_from]
    # The order is still in force on its last day: it is over when the next day begins.
    over = [(london_midnight(s.order_ends + _DAY), Reason.ORDER_ENDED) for s in subjects if s.order_ends]
    return spent + over


def down_by(
    first_up_at: datetime, subjects: Collection[Subject], retention: timedelta = RETENTION
) -> tuple[datetime, Reason]:
    """The instant by which it must be proven gone, and what sets it: 28 days, a spent day, or an order's end."""
    legal = (legal_end(first_up_at, retention), Reason.RETENTION_ENDED)
    return min([legal, *_fixed_ends(subjects)], key=lambda end: end[0])


def removal_starts(end: datetime, plan: RetentionPlan) -> datetime:
    """When to begin taking down so that people are at work if it fails (R43, R60); never after `end` less the lead."""
    latest = end.astimezone(UTC) - plan.lead
    if plan.in_working_hours(latest):
        return latest
    day = latest.astimezone(LONDON).date()
    while True:
        start = datetime.combine(day, plan.last_start, LONDON).astimezone(UTC)
        if plan.is_working_day(day) and start <= latest:
            return start
        day -= _DAY


def spread(starts: Sequence[datetime], most: int, window: timedelta) -> list[datetime]:
    """The same removals, in the same order, begun early enough that no window holds more than `most` of them.

    Each instant only moves earlier; X allows 50 deletions in 15 minutes, so 500 due together begin hours before.
    """
    order = sorted(range(len(starts)), key=lambda index: starts[index], reverse=True)
    planned = list(starts)
    for place, index in enumerate(order):
        if place >= most:
            planned[index] = min(planned[index], planned[order[place - most]] - window)
    return planned


def closed_day_warning(end: datetime, plan: RetentionPlan) -> str | None:
    """A sentence for the officer when the end falls on a closed day or out of hours (R60), else None."""
    if plan.in_working_hours(end):
        return None
    local = end.astimezone(LONDON)
    when = "out of hours" if plan.is_working_day(local.date()) else "on a day when the council is closed"
    start = removal_starts(end, plan).astimezone(LONDON)
    return f"It must be down by {local:%A %-d %B %Y %H:%M}, {when}: removal starts {start:%A %-d %B %Y %H:%M}."


def rests_on_checks(subject: Subject) -> Reason | None:
    """Why the notice would have to end if nobody had looked lately: an order without an end, or a sum not paid."""
    sentence = [part for conviction in subject.convictions for part in conviction.sentence]
    if any(part.until_further_order or part.paid in {Stated.NO, Stated.UNKNOWN} for part in sentence):
        return Reason.SPENT
    return Reason.ORDER_ENDED if subject.order is not None and subject.order.until_further_order else None


def wanted(
    publication: Publication,
    *,
    first_up_at: datetime | None,
    events: Collection[Event],
    retraction: Retraction | None,
    now: datetime,
    plan: RetentionPlan,
    checked_at: datetime | None = None,
) -> Wanted:
    """Whether it should be up now. `first_up_at` is the earliest over its clocks, None while none has started.

    A retraction or an event counts at once; `by` stays the down date, which neither can move. `checked_at`: when
    somebody last said that what has no end of its own still holds; after a week without that it counts as over.
    """
    if first_up_at is not None:
        ends = [down_by(first_up_at, publication.subjects, plan.retention)]
    else:
        ends = _fixed_ends(publication.subjects)
    by, why = min(ends, key=lambda end: end[0], default=(None, None))
    if retraction is not None:
        return Wanted(up=False, reason=retraction.reason, by=by, removal_starts=retraction.given_at)
    numbers = {subject.number for subject in publication.subjects}
    against = retracting(events, publication.kind, case_key(publication.case_ref), numbers)
    if against:
        first = min(against, key=lambda event: event.recorded_at)
        return Wanted(up=False, reason=rule_for(first.what).reason, by=by, removal_starts=first.recorded_at)
    planned = [(removal_starts(by, plan), why)] if by is not None else []
    unchecked = next((reason for each in publication.subjects if (reason := rests_on_checks(each))), None)
    if unchecked is not None and checked_at is not None:
        counts_until = london_midnight(checked_at.astimezone(LONDON).date() + RECHECK)
        planned.append((counts_until - plan.lead, unchecked))
    if not planned:
        return Wanted(up=True)
    starts, reason = min(planned, key=lambda each: each[0])
    up = now < starts
    return Wanted(up=up, reason=None if up else reason, by=by, removal_starts=starts)
