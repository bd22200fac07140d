"""What people have to do, in the policy's words: whose it is and how soon."""

from datetime import UTC, date, datetime, timedelta

import pytest

from policies.duties import (
    APPEAL_CHECKED,
    APPEAL_CHECKS,
    DUTIES,
    OF_EVENT,
    OPEN_ENDED,
    STILL_SO,
    appeal_check,
    duty_of,
    last_appeal_check,
    one_working_day_after,
)
from policies.requests import GRAVE, Allegation
from policies.retention import RetentionPlan
from policies.terms import EventType, Kind, Role

DAY = timedelta(days=1)
PLAN = RetentionPlan(holidays=frozenset({date(2026, 12, 25), date(2026, 12, 28)}))
BEYOND_REACH = ("offline_material", Role.COMMS, DAY)
RESULT = ("result_in_later_publicity", Role.COMMS, 7 * DAY)
NOTICE = ("successful_appeal_notice_offered", Role.COMMS, 7 * DAY)
INCIDENT = ("incident", Role.DPO, timedelta(hours=72))
CORRECTION = ("correction_offered", Role.COMMS, DAY)


@pytest.mark.parametrize(
    ("what", "left"),
    [
        (EventType.ELIMINATED, {BEYOND_REACH, CORRECTION}),
        (EventType.IDENTIFIED, {BEYOND_REACH}),
        (EventType.APPEAL_LODGED, {BEYOND_REACH}),
        (EventType.APPEAL_SUCCEEDED, {BEYOND_REACH, RESULT, NOTICE}),
        (EventType.SENTENCE_CHANGED, {BEYOND_REACH, RESULT, NOTICE}),
        (EventType.INACCURATE, {BEYOND_REACH, INCIDENT, CORRECTION}),
        (EventType.RESTRICTION_IMPOSED, {BEYOND_REACH, INCIDENT}),
        (EventType.PROCEEDINGS_ACTIVE, {BEYOND_REACH}),
        (EventType.COMPENSATION_PAID, {BEYOND_REACH}),
        (EventType.CONVICTION_SPENT, {BEYOND_REACH}),
        (EventType.ORDER_ENDED, set()),
        (EventType.APPEAL_DISMISSED, set()),
    ],
)
def test_r51_r55_6_4_what_an_event_leaves_for_people_to_do(what, left):
    assert {(each.name, each.owner, each.within) for each in OF_EVENT.get(what, ())} == left


def test_r50_no_appeal_is_confirmed_at_publishing_and_on_days_7_14_and_22():
    assert [each // DAY for each in APPEAL_CHECKS] == [0, 7, 14, 22]
    assert [last_appeal_check(appeal_check(each)) for each in APPEAL_CHECKS] == [False, False, False, True]


def test_r50_an_appeal_is_asked_after_for_every_notice_of_a_conviction_and_no_other():
    assert {Kind.CASE_OUTCOME, Kind.CBO, Kind.POST_CONVICTION_IMAGE} == APPEAL_CHECKED


def test_a_task_is_known_by_the_beginning_of_its_what_and_others_have_no_duty():
    assert all(duty_of(f"{name}:detail") is duty for name, duty in DUTIES.items())
    assert duty_of("by_hand:x:timeout") is None


def test_each_answer_that_changes_nothing_stands_beside_one_that_is_an_event():
    asked = [each for each in DUTIES.values() if each.answers]
    assert {each.name for each in asked} == {"appeal_check", "order_check", "payment_check"}
    assert all(sorted(map(bool, each.answers.values())) == [False, True] for each in asked)


def test_r31_r48_what_has_no_end_of_its_own_is_asked_after_and_one_answer_says_that_it_still_holds():
    asked = {name: duty for name, duty in DUTIES.items() if duty.answers and name != "appeal_check"}
    assert set(asked) == OPEN_ENDED
    nothing_changed = {code for duty in asked.values() for code, leads_to in duty.answers.items() if not leads_to}
    assert nothing_changed == STILL_SO


def test_r54_every_allegation_but_other_is_grave():
    assert {each.value for each in GRAVE} == {
        "mistaken_identity", "under_18", "spent", "appeal", "restriction", "safety",
    }  # fmt: skip
    assert Allegation.OTHER not in GRAVE


@pytest.mark.parametrize(
    ("came", "decided_by"),
    [
        ("2026-11-24T10:30", "2026-11-25T10:30"),  # Tuesday, at work
        ("2026-11-27T10:30", "2026-11-30T10:30"),  # Friday
        ("2026-11-28T02:14", "2026-12-01T09:00"),  # Saturday: counts from Monday's opening
        ("2026-11-24T20:00", "2026-11-26T09:00"),  # in the evening: counts from the next opening
        ("2026-11-24T17:00", "2026-11-25T17:00"),  # at the very end of the day
        ("2026-11-24T17:01", "2026-11-26T09:00"),
        ("2026-11-24T06:00", "2026-11-25T09:00"),  # before the office opens
        ("2026-12-24T15:00", "2026-12-29T15:00"),  # Christmas Day, a weekend and its substitute holiday
    ],
)
def test_r54_an_ordinary_request_is_decided_within_one_working_day(came, decided_by):
    def instant(text):
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert one_working_day_after(instant(came), PLAN) == instant(decided_by)


def test_r54_the_working_day_is_londons():
    assert one_working_day_after(datetime(2026, 10, 23, 8, tzinfo=UTC), PLAN) == datetime(2026, 10, 26, 9, tzinfo=UTC)
