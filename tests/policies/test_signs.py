"""Who has to sign, in which order, what is confirmed, and what is only a warning."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from policies.answers import Advice, Consultation
from policies.cautions import cautions, days_since_sentence
from policies.effects import Effect, Tick
from policies.publishing import KnownClock, Stage, clearances_missing, objections, ticks_needed
from policies.sentences import Component, Conviction, Order, Stated
from policies.terms import Category, CourtEvent, Kind, Window
from policies.volatile import volatile_facts
from tests.policies.faults import APPROVAL, OWN_CLOCK, dossier
from tests.policies.samples import NOW, PERSON, answered, notice

DAY = timedelta(days=1)
BEFORE = APPROVAL.given_at - timedelta(hours=1)


def advice(role, *, cleared=True, at=BEFORE) -> Advice:
    return Advice(role=role, person="p9", at=at, cleared=cleared)


def told(known, now=NOW):
    return [(each.clause, each.path, each.effect) for each in objections(known, now)]


def ticked(known, *ticks):
    return replace(known, approval=replace(APPROVAL, ticks=frozenset(ticks)))


THIRD_PARTY = notice(checklist=answered(Kind.CASE_OUTCOME, r17_third_party="yes", r17_who=("A neighbour",)))
MINOR = notice(
    checklist=answered(Kind.CASE_OUTCOME, r22_minor="yes", r12_under_18="yes", r12_lifting_order="Order 7 of 2026")
)


def test_row_33_a_consultee_who_was_triggered_holds_it_until_cleared():
    assert told(dossier(of=THIRD_PARTY)) == [("5.5", "checklist.answers.17.third_party", Effect.HOLD)]
    assert told(dossier(of=THIRD_PARTY, advice=(advice("dpo"),))) == []
    assert told(dossier(of=THIRD_PARTY, advice=(advice("legal"),))) != []
    assert clearances_missing(dossier(of=THIRD_PARTY), NOW) == ("dpo",)
    assert clearances_missing(dossier(of=THIRD_PARTY, advice=(advice("dpo"),)), NOW) == ()


def test_r14_advice_against_holds_even_where_nobody_had_to_be_asked_and_the_newest_counts():
    against = advice("legal", cleared=False)
    assert told(dossier(advice=(against,))) == [("R14", "advice.legal", Effect.HOLD)]
    assert clearances_missing(dossier(advice=(against,)), NOW) == ("legal",)
    assert told(dossier(advice=(against, advice("legal")))) == []
    assert told(dossier(advice=(advice("legal"), against))) != []
    assert told(dossier(advice=(against, advice("dpo")))) != []


@pytest.mark.parametrize("why", ["", "  "])
def test_r14_advice_that_is_not_followed_needs_a_reason(why):
    consulted = Consultation(who="DPO", at=BEFORE, advice="Leave the street out", followed=False, why_not=why)
    known = notice(checklist=replace(notice().checklist, consultations=(consulted,)))
    assert told(dossier(of=known)) == [("R14", "checklist.consultations.0.why_not", Effect.REFUSE)]
    reasoned = replace(consulted, why_not="The street is the offence's place")
    known = notice(checklist=replace(notice().checklist, consultations=(reasoned,)))
    assert told(dossier(of=known)) == []


def test_r21_advice_after_the_approval_holds_until_it_is_approved_again():
    late = advice("dpo", at=APPROVAL.given_at + timedelta(seconds=1))
    assert told(dossier(advice=(late,))) == [("R21", "advice.dpo", Effect.HOLD)]
    assert told(dossier(advice=(late,), approval=replace(APPROVAL, given_at=late.at))) == []
    assert told(dossier(advice=(late,), stage=Stage.SUBMIT, approval=None, approver=None)) == []


def test_r13_r26_the_ticks_an_approval_needs_are_told_whatever_is_ticked_already():
    known = dossier(of=MINOR, stage=Stage.SUBMIT, approval=None, approver=None)
    assert ticks_needed(known, NOW) == (Tick.ONLINE_PUBLICITY, Tick.UNDER_18)
    assert ticks_needed(ticked(dossier(of=MINOR), "under_18"), NOW) == (Tick.ONLINE_PUBLICITY, Tick.UNDER_18)
    assert ticks_needed(dossier(), NOW) == ()


def test_r26_somebody_under_18_takes_order_legal_dpo_and_director_together():
    known = ticked(dossier(of=MINOR), Tick.ONLINE_PUBLICITY, Tick.UNDER_18)
    assert clearances_missing(known, NOW) == ("dpo", "legal")
    assert told(replace(known, advice=(advice("dpo"),))) != []
    assert told(replace(known, advice=(advice("dpo"), advice("legal")))) == []
    whole = replace(known, advice=(advice("dpo"), advice("legal")))
    assert told(replace(whole, approval=replace(APPROVAL, ticks=frozenset({Tick.ONLINE_PUBLICITY})))) != []


def test_r45_a_tick_for_another_court_event_is_among_those_needed():
    clock = KnownClock(event="outcome/2026-10-05", subject="S1", first_up_at=NOW - 27 * DAY)
    assert ticks_needed(dossier(clocks=(clock,)), NOW) == (Tick.NEW_COURT_EVENT,)


def warned(known, now=NOW):
    return [(each.clause, each.path) for each in cautions(known, now)]


def test_r12_an_assessment_past_its_review_is_a_warning_and_no_objection():
    due = answered(Kind.CASE_OUTCOME, r10_dpia_review="2026-11-29")
    # Up on Tuesday at ten, so down on a Tuesday in working hours.
    now = datetime(2026, 11, 17, 10, tzinfo=UTC)
    assert ("4.2", "checklist.answers.10.dpia_review") in warned(dossier(of=notice(checklist=due)))
    assert told(dossier(of=notice(checklist=due))) == []
    today = answered(Kind.CASE_OUTCOME, r10_dpia_review="2026-11-17")
    assert warned(dossier(of=notice(checklist=today, window=Window(opens=now))), now) == []


@pytest.mark.parametrize(("days", "expected"), [(28, []), (29, [("5.7.4(a)", "court_event.on")])])
def test_r23_days_since_the_sentence_are_told_and_more_than_28_are_a_warning(days, expected):
    now = datetime(2026, 11, 17, 10, tzinfo=UTC)
    court = CourtEvent(on=date(2026, 11, 17) - days * DAY, document="M 1")
    fresh = answered(Kind.CASE_OUTCOME, r10_dpia_review="2027-01-01")
    known = dossier(of=notice(court_event=court, checklist=fresh, window=Window(opens=now)))
    assert days_since_sentence(known.publication, now) == days
    assert warned(known, now) == expected
    assert days_since_sentence(notice(kind=Kind.IMAGE_APPEAL), now) is None


def test_r23_days_are_londons_days():
    # Half past midnight in London's summer is still the day before in UTC.
    known = notice(court_event=CourtEvent(on=date(2026, 7, 1), document="M 1"))
    assert days_since_sentence(known, datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == 1


def test_r60_an_end_on_a_closed_day_is_a_warning_that_names_both_times():
    # 28 days after Friday 27 November 2026 is Christmas Day.
    start = datetime(2026, 11, 27, 10, tzinfo=UTC)
    plan = replace(dossier().plan, holidays=frozenset({date(2026, 12, 25)}))
    known = dossier(of=notice(window=Window(opens=start)), plan=plan)
    (what,) = [each.what for each in cautions(known, start) if each.path == "window.opens"]
    assert "Friday 25 December 2026 10:00" in what
    assert "Thursday 24 December 2026 14:00" in what


@pytest.mark.parametrize(
    ("ends", "clause"),
    [({"spent_from": date(2026, 12, 9)}, "5.7.4(a)"), ({"order_ends": date(2026, 12, 9)}, "5.7.4(c)")],
)
def test_r47_r48_an_end_before_the_28_days_is_a_warning_with_its_clause(ends, clause):
    known = dossier(of=notice(subjects=(replace(PERSON, **ends),)))
    assert (clause, "subjects") in warned(known)
    assert (clause, "subjects") not in warned(dossier())


def test_r46_a_channel_that_joins_late_is_warned_of():
    known = dossier(clocks=(KnownClock(event=OWN_CLOCK, subject="S1", first_up_at=NOW - 20 * DAY),))
    (late,) = [each for each in cautions(known, NOW) if each.path == "channels"]
    assert " 7 days at most" in late.what


def test_no_warning_speaks_of_the_person():
    spent = notice(subjects=(replace(PERSON, spent_from=date(2026, 12, 9)),))
    assert not [each for each in cautions(dossier(of=spent), NOW) if "Alex" in each.what or "1984" in each.what]


def stated(publication):
    return [each.name for each in volatile_facts(publication)]


@pytest.mark.parametrize("kind", [Kind.CBO, Kind.INJUNCTION])
def test_r48_a_notice_of_an_order_states_that_it_is_in_force_even_where_no_order_was_entered(kind):
    assert "order_in_force" in stated(notice(kind=kind, subjects=(PERSON,)))


def test_r23_each_kind_states_its_own_volatile_facts():
    assert stated(notice()) == ["appeal", "restriction", "age", "spent"]
    assert stated(notice(kind=Kind.CBO)) == ["appeal", "restriction", "age", "spent", "order_in_force"]
    assert stated(notice(kind=Kind.INJUNCTION)) == ["appeal", "restriction", "age", "order_in_force"]
    assert stated(notice(kind=Kind.IMAGE_APPEAL)) == ["appeal", "restriction", "age", "enquiries"]
    assert stated(notice(kind=Kind.CORRECTION_NOTICE)) == ["appeal", "restriction"]
    company = replace(PERSON, category=Category.COMPANY)
    assert stated(notice(subjects=(company,))) == ["appeal", "restriction", "age"]


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (Component(type="restraining_order", until_further_order=True), "sentence_in_force"),
        (Component(type="compensation", paid=Stated.NO), "unpaid"),
        (Component(type="compensation", paid=Stated.UNKNOWN), "unpaid"),
        (Component(type="compensation", paid=Stated.YES), None),
        (Component(type="fine"), None),
    ],
)
def test_r23_open_ended_orders_and_unpaid_sums_are_confirmed_within_the_day(part, name):
    conviction = Conviction(offence="Fly-tipping", convicted_on=date(2026, 11, 16), sentence=(part,))
    found = stated(notice(subjects=(replace(PERSON, convictions=(conviction,)),)))
    assert found == ["appeal", "restriction", "age", "spent", *([name] if name else [])]


def test_r48_an_open_ended_order_is_stated_as_asked_about_today():
    order = Order(type="cbo", made_on=date(2026, 11, 16), until_further_order=True, in_force=Stated.YES)
    (fact,) = [
        each
        for each in volatile_facts(notice(kind=Kind.CBO, subjects=(replace(PERSON, order=order),)))
        if each.name == "order_in_force"
    ]
    assert "asked today" in fact.what
    assert "Alex" not in fact.what
