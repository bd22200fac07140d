"""Events of a case, in the policy's words."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.events import EVENT_OF_REASON, RULES, blocking, retracting, rule_for
from policies.terms import CLAUSE, Event, EventType, Kind, Reason

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
CONVICTIONS = {Kind.CASE_OUTCOME, Kind.CBO, Kind.POST_CONVICTION_IMAGE}
NOTICES = {Kind.SUCCESSFUL_APPEAL_NOTICE, Kind.CORRECTION_NOTICE}


def event(what, *, subject=None, day=0, case="case1"):
    at = NOON + timedelta(days=day)
    return Event(what=what, case_key=case, subject=subject, happened_at=at, recorded_at=at, officer="p1")


def blocked(*events, subjects=("S1",)):
    return {kind for kind in Kind if blocking(events, kind=kind, case_key="case1", subjects=subjects)}


def test_every_event_type_has_a_rule_and_each_reason_its_clause():
    assert set(RULES) == set(EventType)
    assert [what for what, rule in RULES.items() if rule.reason and CLAUSE[rule.reason] != rule.clause] == []


@pytest.mark.parametrize(
    ("what", "left"),
    [
        (EventType.ELIMINATED, {Kind.CORRECTION_NOTICE}),
        (EventType.IDENTIFIED, set(Kind) - {Kind.IMAGE_APPEAL}),
        (EventType.APPEAL_LODGED, set()),
        (EventType.APPEAL_SUCCEEDED, {Kind.SUCCESSFUL_APPEAL_NOTICE}),
        (EventType.SENTENCE_CHANGED, NOTICES),
        (EventType.INACCURATE, NOTICES),
        (EventType.RESTRICTION_IMPOSED, set()),
        (EventType.ORDER_ENDED, set(Kind) - {Kind.CBO, Kind.INJUNCTION}),
        (EventType.COMPENSATION_PAID, set(Kind) - CONVICTIONS - {Kind.INJUNCTION}),
        (EventType.CONVICTION_SPENT, set(Kind) - CONVICTIONS - {Kind.INJUNCTION}),
        (EventType.PROCEEDINGS_ACTIVE, set()),
        (EventType.APPEAL_DISMISSED, set(Kind)),
        (EventType.PROCEEDINGS_OVER, set(Kind)),
        ("something nobody foresaw", set()),
    ],
)
def test_6_4_5_6_5_7_4_an_event_leaves_only_these_kinds(what, left):
    assert set(Kind) - blocked(event(what)) == left


@pytest.mark.parametrize(
    ("opened", "closed"),
    [
        (EventType.ELIMINATED, EventType.RECORDED_IN_ERROR),
        (EventType.APPEAL_LODGED, EventType.APPEAL_DISMISSED),
        (EventType.ORDER_ENDED, EventType.FACTS_RECORDED),
        (EventType.SENTENCE_CHANGED, EventType.FACTS_RECORDED),
        (EventType.INACCURATE, EventType.FACTS_RECORDED),
        (EventType.RESTRICTION_IMPOSED, EventType.RESTRICTION_LIFTED),
        (EventType.COMPENSATION_PAID, EventType.FACTS_RECORDED),
        (EventType.CONVICTION_SPENT, EventType.FACTS_RECORDED),
        (EventType.PROCEEDINGS_ACTIVE, EventType.PROCEEDINGS_OVER),
    ],
)
def test_an_event_is_closed_by_its_own_end_recorded_later_and_by_nothing_else(opened, closed):
    assert blocked(event(opened), event(closed, day=1)) == set()
    assert blocked(event(opened), event(closed, day=-1)) == blocked(event(opened))
    others = set(EventType) - {closed, EventType.APPEAL_SUCCEEDED, EventType.APPEAL_DECIDED}
    assert all(blocked(event(opened), event(other, day=1)) >= blocked(event(opened)) for other in others)


def test_5_7_4_f_a_decided_appeal_no_longer_counts_as_lodged_but_blocks_the_old_notice_for_good():
    decided = (event(EventType.APPEAL_LODGED), event(EventType.APPEAL_SUCCEEDED, day=1))
    assert set(Kind) - blocked(*decided) == {Kind.SUCCESSFUL_APPEAL_NOTICE}


def test_5_6_an_appeal_decided_against_the_sentence_alone_leaves_only_the_change_of_sentence():
    lodged, decided = event(EventType.APPEAL_LODGED), event(EventType.APPEAL_DECIDED, day=1)
    assert blocked(lodged, decided) == set()
    assert set(Kind) - blocked(lodged, decided, event(EventType.SENTENCE_CHANGED, day=1)) == NOTICES


def test_an_end_recorded_at_the_same_instant_does_not_close():
    assert blocked(event(EventType.APPEAL_LODGED), event(EventType.APPEAL_DISMISSED)) == set(Kind)


def test_r40_an_event_about_one_person_covers_a_notice_that_names_two():
    eliminated = event(EventType.ELIMINATED, subject="S2")
    assert blocked(eliminated, subjects=("S1", "S2"))
    assert not blocked(eliminated, subjects=("S1",))


def test_an_end_for_one_person_leaves_the_whole_case_and_the_other_person_blocked():
    end = event(EventType.APPEAL_DISMISSED, subject="S1", day=1)
    assert blocked(event(EventType.APPEAL_LODGED), end)
    assert blocked(event(EventType.APPEAL_LODGED, subject="S2"), end, subjects=("S2",))
    assert not blocked(event(EventType.APPEAL_LODGED, subject="S1"), end)


@pytest.mark.parametrize("what", [*EventType, "something nobody foresaw"])
def test_what_an_event_blocks_it_also_takes_down(what):
    taken_down = {kind for kind in Kind if retracting([event(what)], kind, "case1", {"S1"})}
    assert taken_down == blocked(event(what))


def test_an_event_that_was_closed_takes_nothing_down_any_more():
    dismissed = [event(EventType.APPEAL_LODGED), event(EventType.APPEAL_DISMISSED, day=1)]
    assert retracting(dismissed, Kind.CBO, "case1", {"S1"}) == ()


def test_r41_identified_and_5_7_4_f_quashed_are_for_good_whatever_is_recorded_later():
    for what in (EventType.IDENTIFIED, EventType.APPEAL_SUCCEEDED):
        later = [event(end, day=1) for end in EventType]
        assert rule_for(what).for_good
        assert event(what) in blocking([event(what), *later], Kind.IMAGE_APPEAL, "case1", {"S1"})


def test_r51_r55_old_text_and_pictures_are_barred_after_a_change_of_the_facts():
    assert {what for what, rule in RULES.items() if rule.bars_material} == {
        EventType.APPEAL_SUCCEEDED,
        EventType.SENTENCE_CHANGED,
        EventType.INACCURATE,
    }


def test_r51_only_a_quashed_conviction_has_what_is_long_gone_proven_again():
    assert {what for what, rule in RULES.items() if rule.proves_again} == {EventType.APPEAL_SUCCEEDED}


def test_a_retraction_records_the_event_that_would_have_caused_it():
    assert all(RULES[what].reason is reason for reason, what in EVENT_OF_REASON.items())
    clock_or_choice = {Reason.RETENTION_ENDED, Reason.SPENT, Reason.ORDER_ENDED}
    clock_or_choice |= {Reason.REMOVAL_REQUESTED, Reason.REQUEST_UPHELD, Reason.APPROVAL_WITHDRAWN, Reason.NOT_WANTED}
    assert set(CLAUSE) - set(EVENT_OF_REASON) == clock_or_choice


def test_another_case_is_not_concerned():
    assert not blocked(event(EventType.APPEAL_LODGED, case="case2"))
