"""28 days and the earlier ends: every vector of the policy's requirements, part C."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.retention import LONDON, RetentionPlan, down_by, is_working_day, legal_end, removal_starts
from policies.terms import Category, Reason, Subject

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
        ("2026-12-16T20:00Z", "2026-12-16T14:00Z"),
        ("2026-12-16T03:00Z", "2026-12-15T14:00Z"),
        ("2026-12-28T10:00Z", "2026-12-24T14:00Z"),
        ("2026-07-04T23:00Z", "2026-07-03T13:00Z"),
    ],
    ids=["in hours", "evening", "night", "Christmas", "summer weekend"],
)
def test_r60_removal_is_planned_into_working_hours(end, start):
    assert removal_starts(at(end), RetentionPlan(holidays=HOLIDAYS)) == at(start)


@given(INSTANTS)
def test_r43_removal_never_starts_later_than_the_lead_before_the_end(end):
    plan = RetentionPlan(holidays=HOLIDAYS)
    start = removal_starts(end, plan)
    assert start <= end - plan.lead
    assert is_working_day(start.astimezone(LONDON).date(), plan)


@pytest.mark.parametrize("wrong", [{"retention": timedelta(days=29)}, {"lead": timedelta(hours=-1)}])
def test_5_7_4_d_a_plan_beyond_the_policy_is_refused(wrong):
    with pytest.raises(ValueError, match=r"5\.7\.4\(d\)|R43"):
        RetentionPlan(**wrong)
