"""When a conviction is spent: every vector of the policy's requirements, part D."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from policies.rehabilitation import RECHECK, Outcome, Question, conviction_spent, spent
from policies.sentences import Component, Counts, OrderType, SentenceType, Stated, Term
from policies.spans import add_months, after, age_on, exceeds, possible
from tests.policies.convictions import LAW, conviction, day, part

ADULT = date(1984, 2, 3)
TODAY = date(2026, 11, 30)


def verdict(convicted_on: str, *sentence: Component, born: date | None = ADULT, **facts: object):
    return conviction_spent(conviction(convicted_on, *sentence, **facts), born=born, law=LAW)


def asked(found) -> set[tuple[str, Question]]:
    return {(each.path, each.question) for each in found.questions}


def custody(code: str, **term: int) -> Component:
    return part(code, term=term, starts="2026-11-16", schedule_18=Stated.NO)


VECTORS = [
    ("adult fine", "2025-12-15", ADULT, [part("fine")], "2026-12-15T00:00Z"),
    ("fine, aged 17", "2026-04-20", day("2009-01-01"), [part("fine")], "2026-10-19T23:00Z"),
    ("6-month conditional discharge, last day given", "2026-01-05", ADULT, [part("conditional_discharge", ends="2026-07-04")], "2026-07-04T23:00Z"),
    ("6-month conditional discharge, term given", "2026-01-05", ADULT, [part("conditional_discharge", term={"months": 6})], "2026-07-04T23:00Z"),
    ("12 weeks suspended 18 months", "2026-11-16", ADULT, [custody("suspended_sentence", weeks=12)], "2028-02-07T00:00Z"),
    ("6 months custody", "2026-11-16", ADULT, [custody("imprisonment", months=6)], "2028-05-14T23:00Z"),
    ("18 months custody", "2026-11-16", ADULT, [custody("imprisonment", months=18)], "2032-05-14T23:00Z"),
    ("5 years, not Schedule 18", "2026-11-16", ADULT, [custody("imprisonment", years=5)], "2038-11-15T00:00Z"),
    ("DTO of 8 months at 16", "2026-11-16", day("2010-06-01"), [custody("detention_and_training", months=8)], "2028-01-15T00:00Z"),
    ("12-month community order and fine", "2026-11-16", ADULT, [part("community_order", ends="2027-11-15"), part("fine")], "2027-11-16T00:00Z"),
    ("exactly one year is not over one year", "2026-11-16", ADULT, [custody("imprisonment", months=12)], "2028-11-15T00:00Z"),
    ("one year and a day", "2026-11-16", ADULT, [custody("imprisonment", years=1, days=1)], "2031-11-16T00:00Z"),
    ("exactly four years, also for Schedule 18", "2026-11-16", ADULT, [replace(custody("imprisonment", years=4), schedule_18=Stated.YES)], "2034-11-15T00:00Z"),
    ("18 months at 17", "2026-11-16", day("2009-01-01"), [custody("youth_detention", months=18)], "2030-05-14T23:00Z"),
    ("5 years at 17", "2026-11-16", day("2009-01-01"), [custody("youth_detention", years=5)], "2035-05-14T23:00Z"),
    ("endorsement", "2026-11-16", ADULT, [part("endorsement")], "2031-11-16T00:00Z"),
    ("endorsement at 17", "2026-11-16", day("2009-01-01"), [part("endorsement")], "2029-05-15T23:00Z"),
    ("order silent about its end", "2026-11-16", ADULT, [part("restraining_order", no_end_stated=True)], "2028-11-16T00:00Z"),
    ("compensation paid", "2026-11-16", ADULT, [part("compensation", paid=Stated.YES, paid_on="2027-01-20")], "2027-01-20T00:00Z"),
    ("fine, confiscation paid", "2026-11-16", ADULT, [part("fine"), part("confiscation", paid=Stated.YES)], "2027-11-16T00:00Z"),
    ("fine, surcharge, costs", "2026-11-16", ADULT, [part("fine"), part("surcharge"), part("costs")], "2027-11-16T00:00Z"),
    ("29 February", "2028-02-29", ADULT, [part("fine")], "2029-02-28T00:00Z"),
    ("turns 18 on the day of conviction", "2026-11-16", day("2008-11-16"), [part("fine")], "2027-11-16T00:00Z"),
    ("turns 18 on the day after", "2026-11-16", day("2008-11-17"), [part("fine")], "2027-05-15T23:00Z"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("convicted", "born", "sentence", "instant"), [row[1:] for row in VECTORS], ids=[row[0] for row in VECTORS]
)
def test_r31_r47_part_d_spent_from(convicted, born, sentence, instant):
    found = verdict(convicted, *sentence, born=born)
    assert found.outcome is Outcome.FROM_DAY
    assert found.instant == datetime.fromisoformat(instant)
    assert found.day_at(TODAY) == found.day
    assert not found.questions


@pytest.mark.parametrize("code", sorted(code for code, kind in LAW.sentences.items() if kind.counts is Counts.NEVER))
def test_r31_never_for_life_public_protection_and_extended_sentences(code):
    found = verdict("2026-11-16", part("fine"), part(code))
    assert found.outcome is Outcome.NEVER
    assert found.day is found.instant is found.day_at(TODAY) is None
    assert not found.spent_at(date.max)


def test_r31_never_for_more_than_four_years_for_a_schedule_18_offence():
    five = replace(custody("imprisonment", years=5), schedule_18=Stated.YES)
    assert verdict("2026-11-16", five, part("fine")).outcome is Outcome.NEVER


@pytest.mark.parametrize("code", ["absolute_discharge", "reparation_order", "surcharge", "costs"])
def test_r31_e3_at_once(code):
    found = verdict("2026-11-20", part(code))
    assert found.outcome is Outcome.AT_ONCE
    assert found.instant == datetime(2026, 11, 20, tzinfo=UTC)
    assert found.spent_at(day("2026-11-20"))


@pytest.mark.parametrize(
    "code", sorted(code for code, kind in LAW.sentences.items() if kind.counts is Counts.LEGAL_DECIDES)
)
def test_r31_legal_is_asked_about_what_the_table_leaves_open(code):
    found = verdict("2026-11-16", part("fine"), part(code))
    assert found.outcome is Outcome.ASK
    assert asked(found) == {("sentence.1.type", Question.LEGAL_DECIDES)}
    assert found.spent_at(TODAY)
    decided = verdict(
        "2026-11-16", part("fine"), part(code), legal_spent_from=day("2027-03-01"), legal_decided_by="Legal"
    )
    assert (decided.outcome, decided.day) == (Outcome.FROM_DAY, day("2027-03-01"))


@pytest.mark.parametrize(
    ("sentence", "facts", "expected"),
    [
        ([part("hanging")], {}, ("sentence.0.type", Question.UNKNOWN_TYPE)),
        ([], {}, ("sentence", Question.NO_SENTENCE)),
        ([part("imprisonment")], {}, ("sentence.0.term", Question.NO_TERM)),
        ([part("imprisonment", term={"months": 0})], {}, ("sentence.0.term", Question.NO_TERM)),
        ([part("imprisonment", term={"years": 1, "days": -1})], {}, ("sentence.0.term", Question.NO_TERM)),
        ([part("community_order")], {}, ("sentence.0.ends", Question.NO_END)),
        ([part("fine")], {"breach_or_appeal": Stated.YES}, ("legal_spent_from", Question.TOUCHED_SINCE)),
        ([part("fine")], {"breach_or_appeal": Stated.UNKNOWN}, ("legal_spent_from", Question.TOUCHED_SINCE)),
        ([part("hospital_order", until_further_order=True)], {}, ("sentence.0.ends", Question.LEGAL_DECIDES)),
        ([part("hospital_order", no_end_stated=True)], {}, ("sentence.0.ends", Question.LEGAL_DECIDES)),
    ],
)
def test_r31_a_person_is_asked_and_until_then_it_counts_as_spent(sentence, facts, expected):
    found = verdict("2026-11-16", *sentence, **facts)
    assert found.outcome is Outcome.ASK
    assert asked(found) == {expected}
    assert found.instant is None
    assert found.spent_at(TODAY)


def test_r31_a_conviction_older_than_the_law_is_legals_to_decide():
    assert asked(verdict("2023-10-27", part("fine"))) == {("legal_spent_from", Question.BEFORE_THE_LAW)}
    assert verdict("2023-10-28", part("fine")).outcome is Outcome.FROM_DAY
    decided = verdict("2023-10-27", part("fine"), legal_spent_from=day("2027-01-01"), legal_decided_by="Legal")
    assert decided.day == day("2027-01-01")


def test_legal_cannot_decide_what_is_a_matter_of_fact():
    found = verdict(
        "2026-11-16", part("hanging"), part("other"), legal_spent_from=day("2029-01-01"), legal_decided_by="Legal"
    )
    assert asked(found) == {("sentence.0.type", Question.UNKNOWN_TYPE)}


def test_a_decision_nobody_stands_for_does_not_count():
    found = verdict("2026-11-16", part("other"), legal_spent_from=day("2029-01-01"), legal_decided_by=" ")
    assert found.outcome is Outcome.ASK


@pytest.mark.parametrize(
    ("sentence", "decided", "day_then"),
    [
        (part("fine"), "2027-01-01", "2027-01-01"),
        (part("fine"), "2028-01-01", "2027-11-16"),
        (part("life_imprisonment"), "2050-01-01", "2050-01-01"),
        (part("cbo", until_further_order=True, checked_on="2026-11-30"), "2027-05-01", "2027-05-01"),
    ],
)
def test_where_the_table_knows_legal_can_only_make_the_end_earlier(sentence, decided, day_then):
    found = verdict("2026-11-16", sentence, legal_spent_from=day(decided), legal_decided_by="Legal")
    assert found.day_at(TODAY) == day(day_then)


LIVING = [
    part("cbo", until_further_order=True, checked_on="2026-11-27"),
    part("compensation", paid=Stated.NO, checked_on="2026-11-27"),
    part("confiscation", paid=Stated.NO, checked_on="2026-11-27"),
]


@pytest.mark.parametrize("component", LIVING, ids=lambda each: each.type)
def test_r31_not_spent_while_it_lives_as_long_as_that_is_checked_each_week(component):
    found = verdict("2025-11-16", part("fine"), component)
    assert found.outcome is Outcome.WHILE_IT_LIVES
    assert found.checked_on == day("2026-11-27")
    assert found.next_check == day("2026-12-04")
    assert found.instant is None
    assert found.day_at(day("2026-12-03")) is None
    assert found.day_at(day("2026-12-04")) == day("2026-11-16")
    assert found.day_at(day("2026-11-26")) == day("2026-11-16")  # a check in the future is none
    assert timedelta(days=7) == RECHECK


@pytest.mark.parametrize(
    ("component", "question"),
    [
        (part("cbo", until_further_order=True), ("sentence.1.checked_on", Question.IN_FORCE)),
        (part("compensation", paid=Stated.NO), ("sentence.1.paid", Question.NOT_PAID)),
        (part("compensation", paid=Stated.UNKNOWN, checked_on="2026-11-27"), ("sentence.1.paid", Question.NOT_PAID)),
        (part("compensation", checked_on="2026-11-27"), ("sentence.1.paid", Question.NOT_PAID)),
        (part("compensation", paid=Stated.YES), ("sentence.1.paid_on", Question.NOT_PAID)),
        (part("confiscation"), ("sentence.1.paid", Question.NOT_PAID)),
    ],
)
def test_r31_unknown_counts_as_whatever_makes_the_day_earlier(component, question):
    found = verdict("2026-11-16", part("fine"), component)
    assert (found.outcome, found.day) == (Outcome.FROM_DAY, day("2027-11-16"))
    assert asked(found) == {question}
    assert conviction_spent(conviction("2026-11-16", component), born=ADULT, law=LAW).outcome is Outcome.AT_ONCE


def test_r31_without_a_date_of_birth_the_shorter_periods_count():
    found = verdict("2026-11-16", part("fine"), born=None)
    assert found.day == day("2027-05-16")
    assert asked(found) == {("date_of_birth", Question.AGE)}
    assert not verdict("2026-11-16", part("community_order", ends="2027-11-15"), born=None).questions


def test_r31_an_unanswered_schedule_18_counts_as_no():
    for answer in (None, Stated.UNKNOWN):
        found = verdict("2026-11-16", replace(custody("imprisonment", years=5), schedule_18=answer))
        assert found.day == day("2038-11-15")
        assert asked(found) == {("sentence.0.schedule_18", Question.SCHEDULE_18)}


def test_r31_consecutive_terms_are_one_term_for_the_band():
    first = part("imprisonment", term={"months": 8}, starts="2026-11-16", schedule_18=Stated.NO)
    second = replace(first, starts=day("2027-07-16"))
    assert verdict("2026-11-16", first).day == day("2028-07-15")
    assert verdict("2026-11-16", first, second).day == day("2032-03-15")


def test_r31_concurrent_terms_and_those_nobody_places_are_no_longer_than_the_longest():
    eight = part("imprisonment", term={"months": 8})
    assert verdict("2026-11-16", eight, eight).day == verdict("2026-11-16", eight).day == day("2028-07-15")


def test_r31_consecutive_terms_do_not_add_up_for_never():
    three = part("imprisonment", term={"years": 3}, starts="2026-11-16", schedule_18=Stated.YES)
    found = verdict("2026-11-16", three, replace(three, starts=day("2029-11-16")))
    assert (found.outcome, found.day) == (Outcome.FROM_DAY, day("2039-11-15"))


def test_r31_the_day_of_completion_goes_before_start_and_term():
    stated = part("imprisonment", term={"months": 6}, completed="2027-04-30")
    assert verdict("2026-11-16", stated).day == day("2028-04-30")
    too_late = replace(stated, starts=day("2026-11-16"), completed=day("2027-12-31"))
    assert verdict("2026-11-16", too_late).day == day("2028-05-15")


def test_r31_a_term_begins_when_the_sentence_was_passed_unless_stated():
    six = part("imprisonment", term={"months": 6})
    assert verdict("2026-11-16", six, sentenced_on=day("2026-12-16")).day == day("2028-06-15")


def test_r31_a_fine_counts_from_the_conviction_not_from_the_sentence():
    assert verdict("2026-11-16", part("fine"), sentenced_on=day("2026-12-16")).day == day("2027-11-16")


def test_r31_of_a_last_day_and_a_term_the_earlier_counts():
    order = part("community_order", ends="2028-01-01", term={"months": 12})
    assert verdict("2026-11-16", order).day == day("2027-11-16")


def test_r31_companies_and_people_without_a_conviction_have_no_spent_day():
    fined = conviction("2026-11-16", part("fine"))
    for found in (
        spent((fined,), born=None, company=True, law=LAW),
        spent((), born=ADULT, company=False, law=LAW),
    ):
        assert found.outcome is Outcome.NOT_APPLICABLE
        assert found.day_at(TODAY) is found.instant is found.next_check is None


def test_r31_each_conviction_mentioned_must_be_unspent():
    now = conviction("2026-11-16", part("imprisonment", term={"months": 6}))
    earlier = conviction("2025-12-15", part("fine"), mentioned_only=True)
    life = conviction("2024-12-15", part("life_imprisonment"))
    found = spent((now, earlier, life), born=ADULT, company=False, law=LAW)
    assert (found.outcome, found.day) == (Outcome.FROM_DAY, day("2026-12-15"))
    assert [each.outcome for each in found.each] == [Outcome.FROM_DAY, Outcome.FROM_DAY, Outcome.NEVER]
    assert found.day_at(TODAY) == day("2026-12-15")


def test_r31_a_later_conviction_does_not_drag_an_earlier_one_along():
    earlier, later = conviction("2025-12-15", part("fine")), conviction("2026-11-16", custody("imprisonment", years=3))
    assert spent((earlier, later), born=ADULT, company=False, law=LAW).each[0].day == day("2026-12-15")


def test_r31_of_several_convictions_every_question_is_kept_with_its_place():
    fined, other = conviction("2026-11-16", part("fine")), conviction("2026-11-16", part("other"))
    found = spent((fined, other), born=None, company=False, law=LAW)
    assert found.outcome is Outcome.ASK
    assert asked(found) == {
        ("date_of_birth", Question.AGE),
        ("convictions.1.sentence.0.type", Question.LEGAL_DECIDES),
    }
    discharged = conviction("2026-11-16", part("absolute_discharge"))
    assert spent((fined, other, discharged), born=ADULT, company=False, law=LAW).outcome is Outcome.AT_ONCE


def test_r31_an_outdated_check_of_one_conviction_ends_the_display_of_all():
    fined, living = conviction("2026-11-16", part("fine")), conviction("2026-11-16", LIVING[0])
    found = spent((fined, living), born=ADULT, company=False, law=LAW)
    assert (found.outcome, found.next_check) == (Outcome.FROM_DAY, day("2026-12-04"))
    assert found.day_at(day("2026-12-03")) == day("2027-11-16")
    assert found.day_at(day("2026-12-04")) == day("2026-11-16")


def test_the_calendar_clips_to_the_end_of_a_month_and_of_all_days():
    assert add_months(day("2028-02-29"), 12) == day("2029-02-28")
    assert add_months(day("2026-08-31"), 6) == day("2027-02-28")
    assert add_months(day("2026-12-01"), 1) == day("2027-01-01")
    assert add_months(day("2026-12-01"), 12 * 9000) == after(day("2026-12-01"), Term(days=10**10)) == date.max
    assert add_months(day("0001-01-01"), -1) == date.min
    assert after(day("2026-11-16"), Term(years=1, months=1, weeks=1, days=1)) == day("2027-12-24")
    assert exceeds(day("2026-11-16"), Term(weeks=53), 12)
    assert not exceeds(day("2026-11-16"), Term(weeks=52), 12)
    assert [possible(term) for term in (Term(), Term(days=1), Term(years=1, days=-1))] == [False, True, False]
    assert (age_on(day("2008-02-29"), day("2026-02-28")), age_on(day("2008-02-29"), day("2026-03-01"))) == (17, 18)


@pytest.mark.parametrize(
    ("counts", "adult", "youth"),
    [
        (Counts.FROM_CONVICTION, 12, None),
        (Counts.FROM_CONVICTION, None, None),
        (Counts.UNTIL_END, 12, None),
        (Counts.NEVER, 12, 6),
        (Counts.FROM_CONVICTION, 6, 12),
    ],
)
def test_r31_a_kind_of_sentence_that_could_not_be_computed_is_no_entry_of_the_law(counts, adult, youth):
    with pytest.raises(ValueError, match=r"adult|youth|young|under"):
        SentenceType(title="Fine", counts=counts, adult=adult, youth=youth, source="an Act")


@pytest.mark.parametrize("months", [0, 1])
def test_r28_the_longest_order_for_the_young_is_a_month_at_least(months):
    def made():
        return OrderType(title="Injunction", civil=True, longest_for_youth=months, source="an Act")

    if months:
        assert made().longest_for_youth == months
    else:
        with pytest.raises(ValueError, match="longest_for_youth"):
            made()
