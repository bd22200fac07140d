"""28 days and the earlier ends: every vector of the policy's requirements, part C."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.retention import (
    LONDON,
    RetentionPlan,
    closed_day_warning,
    down_by,
    legal_end,
    london_midnight,
    removal_starts,
    spread,
    wanted,
)
from policies.terms import Category, EventType, Reason, Retraction, Subject
from tests.policies.samples import event, notice

HOLIDAYS = frozenset({date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)})
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("first_up", "end"),
    [
        ("2026-11-30T10:00Z", "2026-12-28T10:00Z"),
        ("2026-10-01T08:00Z", "2026-10-29T08:00Z"),
        ("2027-03-09T09:00Z", "2027-04-06T08:00Z"),
        ("2026-09-27T00:30Z", "2026-10-25T00:30Z"),
        ("2027-02-28T01:30Z", "2027-03-28T01:30Z"),
    ],
    ids=["bank holiday", "clocks back", "clocks forward", "fold", "gap"],
)
def test_5_7_4_d_r43_the_earlier_of_672_hours_and_28_london_days(first_up, end):
    assert legal_end(at(first_up)) == at(end)


@given(INSTANTS)
def test_5_7_4_d_never_more_than_672_hours_nor_less_by_over_an_hour(first_up):
    shown = legal_end(first_up) - first_up
    assert timedelta(hours=671) <= shown <= timedelta(hours=672)


def skipped_by_the_clocks(first_up: datetime) -> bool:
    """Whether the same wall-clock time 28 days later falls into the hour that spring takes away."""
    due = first_up.astimezone(LONDON).replace(fold=0) + timedelta(days=28)
    return due.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != due.replace(tzinfo=None)


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_r45_an_earlier_first_sight_never_gives_a_later_end_but_in_the_hour_that_spring_skips(first_up, later_by):
    gain = legal_end(first_up) - legal_end(first_up + later_by)
    assert gain <= (timedelta(hours=1) if skipped_by_the_clocks(first_up) else timedelta(0))


@given(INSTANTS, st.integers(1, 27))
def test_a_shorter_retention_setting_shortens_the_end(first_up, days):
    shorter = legal_end(first_up, timedelta(days=days))
    assert shorter < legal_end(first_up)
    assert shorter <= first_up + timedelta(days=days)


def test_a_rehearsal_at_seconds_counts_seconds_even_while_the_clocks_go_back():
    second_pass = at("2026-10-25T01:30Z")
    assert legal_end(second_pass, timedelta(seconds=40)) == second_pass + timedelta(seconds=40)


@given(st.dates(date(2026, 1, 1), date(2040, 1, 1)))
def test_london_midnight_is_the_first_instant_of_the_day(day):
    first = london_midnight(day)
    assert first.astimezone(LONDON).date() == day
    assert (first - timedelta(microseconds=1)).astimezone(LONDON).date() == day - timedelta(days=1)


def person(**known: date) -> Subject:
    return Subject(number="S1", category=Category.CONVICTED, **known)


@pytest.mark.parametrize(
    ("first_up", "subject", "end", "reason"),
    [
        ("2026-11-30T10:00Z", person(), "2026-12-28T10:00Z", Reason.RETENTION_ENDED),
        ("2026-11-30T10:00Z", person(spent_from=date(2026, 12, 15)), "2026-12-15T00:00Z", Reason.SPENT),
        ("2026-06-10T10:00Z", person(spent_from=date(2026, 7, 5)), "2026-07-04T23:00Z", Reason.SPENT),
        ("2026-11-30T10:00Z", person(order_ends=date(2026, 12, 9)), "2026-12-10T00:00Z", Reason.ORDER_ENDED),
        ("2026-11-30T10:00Z", person(spent_from=date(2030, 1, 1)), "2026-12-28T10:00Z", Reason.RETENTION_ENDED),
    ],
)
def test_5_7_4_a_r47_and_5_7_4_c_r48_an_earlier_end_counts(first_up, subject, end, reason):
    assert down_by(at(first_up), [subject]) == (at(end), reason)


@pytest.mark.parametrize(
    ("end", "start"),
    [
        ("2026-12-16T12:00Z", "2026-12-16T10:00Z"),
        ("2026-12-16T19:00Z", "2026-12-16T17:00Z"),
        ("2026-12-16T19:01Z", "2026-12-16T14:00Z"),
        ("2026-12-16T20:00Z", "2026-12-16T14:00Z"),
        ("2026-12-16T03:00Z", "2026-12-15T14:00Z"),
        ("2026-12-28T10:00Z", "2026-12-24T14:00Z"),
        ("2026-07-04T23:00Z", "2026-07-03T13:00Z"),
    ],
    ids=["in hours", "just in hours", "just after hours", "evening", "night", "Christmas", "summer weekend"],
)
def test_r60_removal_is_planned_into_working_hours(end, start):
    assert removal_starts(at(end), RetentionPlan(holidays=HOLIDAYS)) == at(start)


@given(INSTANTS)
def test_r43_removal_never_starts_later_than_the_lead_before_the_end(end):
    plan = RetentionPlan(holidays=HOLIDAYS)
    start = removal_starts(end, plan)
    assert start <= end - plan.lead
    assert plan.is_working_day(start.astimezone(LONDON).date())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"retention": timedelta(days=28, microseconds=1)}, "28 days"),
        ({"retention": timedelta(0)}, "longer than nothing"),
        ({"lead": timedelta(hours=-1)}, "lead"),
        ({"lead": timedelta(days=28)}, "lead"),
        ({"minimum_display": timedelta(seconds=-1)}, "minimum_display"),
        ({"last_start": time(18)}, "last_start"),
        ({"working_weekdays": frozenset()}, "working_weekdays"),
        ({"working_weekdays": frozenset({7})}, "working_weekdays"),
    ],
)
def test_5_7_4_d_a_plan_beyond_the_policy_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        RetentionPlan(**wrong)


def test_every_mistake_in_a_plan_is_told_at_once():
    with pytest.raises(ValueError, match=r"28 days.*;.*lead.*;.*minimum_display"):
        RetentionPlan(retention=timedelta(days=30), lead=timedelta(days=-1), minimum_display=timedelta(days=-1))


def test_a_rehearsal_round_the_clock_starts_removal_exactly_the_lead_before_the_end():
    plan = RetentionPlan(
        retention=timedelta(seconds=60),
        lead=timedelta(seconds=5),
        working_weekdays=frozenset(range(7)),
        working_day_start=time.min,
        working_day_end=time.max,
        minimum_display=timedelta(seconds=1),
    )
    sunday_night = at("2026-11-29T23:59:58Z")
    assert removal_starts(sunday_night, plan) == sunday_night - timedelta(seconds=5)


def test_r60_an_end_on_a_closed_day_or_out_of_hours_is_said():
    plan = RetentionPlan(holidays=HOLIDAYS)
    assert closed_day_warning(at("2026-12-16T12:00Z"), plan) is None
    christmas = closed_day_warning(at("2026-12-25T10:00Z"), plan)
    assert christmas == (
        "It must be down by Friday 25 December 2026 10:00, on a day when the council is closed: "
        "removal starts Thursday 24 December 2026 14:00."
    )
    assert "out of hours" in str(closed_day_warning(at("2026-12-16T20:00Z"), plan))


FIRST_UP = at("2026-11-30T10:00Z")
PLAN = RetentionPlan(holidays=HOLIDAYS)


def is_wanted(publication=None, *, first_up_at=FIRST_UP, events=(), retraction=None, now=FIRST_UP):
    return wanted(
        publication or notice(), first_up_at=first_up_at, events=events, retraction=retraction, now=now, plan=PLAN
    )


def test_a_notice_is_wanted_until_its_removal_starts():
    shown = is_wanted()
    assert (shown.up, shown.reason, shown.by) == (True, None, at("2026-12-28T10:00Z"))
    assert shown.removal_starts == at("2026-12-24T14:00Z")
    assert is_wanted(now=shown.removal_starts - timedelta(microseconds=1)).up
    due = is_wanted(now=shown.removal_starts)
    assert (due.up, due.reason) == (False, Reason.RETENTION_ENDED)


def test_before_it_was_ever_up_a_notice_is_wanted_and_has_no_date():
    assert is_wanted(first_up_at=None) == is_wanted(first_up_at=None, now=FIRST_UP + timedelta(days=100))
    assert is_wanted(first_up_at=None).up
    assert is_wanted(first_up_at=None).by is None


def test_5_7_4_a_a_conviction_spent_while_the_notice_waits_is_never_put_up():
    spent = notice(subjects=(person(spent_from=date(2026, 12, 15)),))
    assert is_wanted(spent, first_up_at=None).up
    late = is_wanted(spent, first_up_at=None, now=at("2026-12-14T14:00Z"))
    assert (late.up, late.reason) == (False, Reason.SPENT)


def test_r47_r48_before_it_was_ever_up_the_earliest_of_its_own_ends_is_its_date():
    both = notice(subjects=(person(spent_from=date(2026, 12, 15), order_ends=date(2026, 12, 20)),))
    assert is_wanted(both, first_up_at=None).by == at("2026-12-15T00:00Z")


def test_a_retraction_wins_at_once_over_everything_and_leaves_the_date():
    retraction = Retraction(reason=Reason.REQUEST_UPHELD, officer="officer-1", given_at=FIRST_UP)
    lodged = event(EventType.APPEAL_LODGED)
    shown = is_wanted(events=[lodged], retraction=retraction)
    assert (shown.up, shown.reason) == (False, Reason.REQUEST_UPHELD)
    assert shown.by == at("2026-12-28T10:00Z")
    assert shown.removal_starts == FIRST_UP
    assert not is_wanted(first_up_at=None, retraction=retraction).up


def test_5_6_an_appeal_takes_a_notice_down_from_the_moment_it_is_recorded():
    recorded = FIRST_UP + timedelta(days=3)
    shown = is_wanted(events=[event(EventType.APPEAL_LODGED, at=recorded)], now=recorded)
    assert (shown.up, shown.reason, shown.removal_starts) == (False, Reason.APPEAL_LODGED, recorded)


def test_r40_an_event_about_somebody_else_leaves_the_notice_up():
    assert is_wanted(events=[event(EventType.ELIMINATED, subject="S2")]).up
    assert is_wanted(events=[event(EventType.ELIMINATED, case="another")]).up


def test_an_event_nobody_foresaw_takes_the_notice_down():
    assert not is_wanted(events=[event("something nobody foresaw")]).up


def test_fault_14_removals_due_together_begin_early_enough_for_the_quota():
    end = datetime(2026, 12, 16, 12, tzinfo=UTC)
    window = timedelta(minutes=15)
    planned = spread([end] * 500, 40, window)
    assert max(planned) == end
    assert min(planned) == end - 12 * window
    assert all(sum(start <= each < start + window for each in planned) <= 40 for start in set(planned))


@given(st.lists(st.integers(0, 100), max_size=60), st.integers(1, 5))
def test_fault_14_a_removal_only_ever_moves_earlier_and_no_window_overflows(minutes, most):
    end = datetime(2026, 12, 16, 12, tzinfo=UTC)
    window = timedelta(minutes=15)
    starts = [end + timedelta(minutes=each) for each in minutes]
    planned = spread(starts, most, window)
    assert all(new <= old for new, old in zip(planned, starts, strict=True))
    assert all(sum(start <= each < start + window for each in planned) <= most for start in planned)
