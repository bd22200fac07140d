"""When a publication must be down: 28 days by two clocks, the earlier counts (R43; policy 5.7.4(d)); see the README."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from policies.terms import RETENTION, Reason, Subject

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, kw_only=True)
class RetentionPlan:
    """The council's settings within the policy. Times are Europe/London wall-clock times."""

    retention: timedelta = RETENTION
    lead: timedelta = timedelta(hours=2)
    day_starts: time = time(9)
    day_ends: time = time(17)
    last_start: time = time(14)
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not timedelta(0) < self.retention <= RETENTION:
            raise ValueError("retention must be more than 0 and at most 28 days (policy 5.7.4(d))")
        if self.lead < timedelta(0):
            raise ValueError("lead must not be negative: removal may not start after the down date (R43)")


def london_midnight(day: date) -> datetime:
    """00:00 Europe/London of that day, as aware UTC."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def legal_end(first_up_at: datetime, retention: timedelta = RETENTION) -> datetime:
    """The earlier of first_up_at + 672 h and the same London wall-clock time 28 days later, as aware UTC.

    An ambiguous wall-clock time counts as its first occurrence; one that does not exist counts as if
    summer time had not begun, which is never earlier than the 672 h (R43, requirements part C).
    """
    local = first_up_at.astimezone(LONDON)
    same_wall_clock = (local.replace(tzinfo=None) + retention).replace(tzinfo=LONDON, fold=0)
    return min(first_up_at.astimezone(UTC) + retention, same_wall_clock.astimezone(UTC))


def down_by(
    first_up_at: datetime, subjects: Iterable[Subject], retention: timedelta = RETENTION
) -> tuple[datetime, Reason]:
    """The instant by which it must be verified gone, and why: retention, first spent day (R47) or order's end (R48)."""
    ends = [(legal_end(first_up_at, retention), Reason.RETENTION_ENDED)]
    for subject in subjects:
        if subject.spent_from is not None:
            ends.append((london_midnight(subject.spent_from), Reason.SPENT))
        if subject.order_ends is not None:
            # 5.7.4(c): out of date once the order is over, which is when its last day ends.
            ends.append((london_midnight(subject.order_ends + timedelta(days=1)), Reason.ORDER_ENDED))
    return min(ends, key=lambda end: end[0])


def is_working_day(day: date, plan: RetentionPlan) -> bool:
    return day.weekday() < 5 and day not in plan.holidays


def removal_starts(end: datetime, plan: RetentionPlan) -> datetime:
    """When the planned removal begins: `end` less the lead, moved back to the last 14:00 London of a working day
    when that is outside working hours (R60). Never later than `end` less the lead.
    """
    latest = end - plan.lead
    local = latest.astimezone(LONDON)
    if is_working_day(local.date(), plan) and plan.day_starts <= local.time() <= plan.day_ends:
        return latest
    day = local.date()
    while True:
        start = datetime.combine(day, plan.last_start, LONDON).astimezone(UTC)
        if is_working_day(day, plan) and start <= latest:
            return start
        day -= timedelta(days=1)
