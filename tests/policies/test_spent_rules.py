"""Spent convictions and contradicting facts as objections, and what they make of the down date."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.settings_safe import shipped_law
from policies.effects import Effect
from policies.publishing import Stage, objections
from policies.retention import RetentionPlan, wanted
from policies.sentences import Component, Conviction, Order, Stated, Term
from policies.spent_rules import settled
from policies.terms import Category, Kind, Reason
from tests.policies.faults import dossier
from tests.policies.samples import NOW, PERSON, notice

LAW = shipped_law()
TODAY = date(2026, 11, 30)
CONVICTED = Conviction(offence="Fly-tipping", convicted_on=date(2026, 11, 16), sentence=(Component(type="fine"),))


def person(*convictions: Conviction, **changes: object):
    return replace(PERSON, convictions=convictions, **changes)


def told(subject, stage=Stage.SUBMIT, **changes):
    found = objections(dossier(of=notice(subjects=(subject,), **changes), stage=stage), NOW)
    return [(each.clause, each.path, each.effect, each.lesser) for each in found]


def of(*parts: Component, on: date = CONVICTED.convicted_on, **changes: object) -> Conviction:
    return replace(CONVICTED, convicted_on=on, sentence=parts, **changes)


SPENT = [("5.7.4(a)", "subjects.0.convictions", Effect.REFUSE, True)]


def test_r31_a_conviction_that_is_not_spent_meets_no_objection():
    assert told(person(CONVICTED)) == []


@pytest.mark.parametrize(
    "conviction",
    [
        of(Component(type="absolute_discharge")),
        of(Component(type="fine"), on=date(2025, 11, 30)),
        of(Component(type="conditional_discharge", ends=date(2026, 11, 29)), on=date(2026, 5, 30)),
        of(Component(type="compensation", paid=Stated.YES, paid_on=date(2026, 11, 20))),
    ],
    ids=["absolute discharge", "fine a year ago", "discharge that ended", "compensation paid"],
)
def test_r31_a_spent_conviction_is_refused_and_the_lesser_form_offered(conviction):
    assert told(person(conviction)) == SPENT
    assert told(person(conviction), stage=Stage.CLAIM) == SPENT


def test_r31_a_company_has_no_spent_convictions():
    company = replace(
        person(of(Component(type="fine"), on=date(2024, 11, 16))), category=Category.COMPANY, date_of_birth=None
    )
    assert SPENT[0] not in told(company)


def test_r31_each_conviction_that_is_mentioned_is_judged():
    earlier = of(Component(type="fine"), on=date(2024, 1, 8), mentioned_only=True)
    found = told(person(CONVICTED, earlier), checklist=notice().checklist)
    assert SPENT[0] in found


@pytest.mark.parametrize(
    ("part", "place"),
    [
        (Component(type="other"), "convictions.0.sentence.0.type"),
        (Component(type="community_order"), "convictions.0.sentence.0.ends"),
        (Component(type="suspended_sentence"), "convictions.0.sentence.0.term"),
    ],
    ids=["Legal decides", "no end given", "no term given"],
)
def test_r31_what_the_table_cannot_say_counts_as_spent_until_a_person_answers(part, place):
    found = told(person(of(part)))
    assert [(clause, effect, lesser) for clause, _, effect, lesser in found] == [("5.7.4(a)", Effect.REFUSE, True)]
    assert found[0][1].startswith("subjects.0.convictions.0")
    assert found[0][1].rpartition(".")[0] in f"subjects.0.{place}"


def test_5_7_4_g_facts_that_cannot_be_so_are_refused_each_with_its_place():
    wrong = person(replace(CONVICTED, offence_on=date(2026, 12, 1), sentenced_on=date(2026, 11, 2)))
    paths = {path for _, path, _, _ in told(wrong)}
    assert {"subjects.0.convictions.0.offence_on", "subjects.0.convictions.0.sentenced_on"} <= paths
    born = replace(PERSON, category=Category.COMPANY, convictions=(CONVICTED,))
    assert ("5.7.4(g)", "subjects.0.date_of_birth", Effect.REFUSE, False) in told(born)


def test_5_7_4_g_an_unknown_type_of_sentence_is_refused_and_the_nearest_one_named():
    found = objections(dossier(of=notice(subjects=(person(of(Component(type="fines"))),)), stage=Stage.SUBMIT), NOW)
    unknown = next(each for each in found if each.path == "subjects.0.convictions.0.sentence.0.type")
    assert "fine" in unknown.remedy


@pytest.mark.parametrize(
    ("subject", "spent_from", "order_ends"),
    [
        (person(of(Component(type="fine"), on=date(2025, 12, 15))), date(2026, 12, 15), None),
        (
            person(of(Component(type="fine"), on=date(2025, 12, 15)), spent_from=date(2026, 12, 8)),
            date(2026, 12, 8),
            None,
        ),
        (person(of(Component(type="life_imprisonment"))), None, None),
        (person(of(Component(type="other"))), None, None),
        (
            person(order=Order(type="asb_injunction", made_on=date(2026, 11, 16), ends=date(2026, 12, 5))),
            None,
            date(2026, 12, 5),
        ),
    ],
    ids=["fine", "submitted earlier", "never", "asked", "order"],
)
def test_r47_r48_the_earlier_ends_are_worked_out_once_and_kept(subject, spent_from, order_ends):
    made = settled(subject, LAW, TODAY)
    assert (made.spent_from, made.order_ends) == (spent_from, order_ends)


def test_r47_a_fine_of_15_december_2025_comes_down_before_15_december_2026():
    subject = settled(person(of(Component(type="fine"), on=date(2025, 12, 15))), LAW, TODAY)
    up = datetime(2026, 11, 30, 10, tzinfo=UTC)
    said = wanted(notice(subjects=(subject,)), first_up_at=up, events=(), retraction=None, now=up, plan=RetentionPlan())
    assert said.by == datetime(2026, 12, 15, tzinfo=UTC)
    assert said.removal_starts == datetime(2026, 12, 14, 14, tzinfo=UTC)


OPEN = of(Component(type="restraining_order", until_further_order=True, checked_on=TODAY), Component(type="fine"))
UNPAID = of(Component(type="compensation", paid=Stated.NO, checked_on=TODAY))
ENDLESS = Order(type="asb_injunction", made_on=date(2026, 11, 16), until_further_order=True, in_force=Stated.YES)


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        (person(OPEN), Reason.SPENT),
        (person(UNPAID), Reason.SPENT),
        (replace(PERSON, order=ENDLESS), Reason.ORDER_ENDED),
    ],
    ids=["order until further order", "compensation", "injunction"],
)
def test_part_d_what_nobody_has_checked_for_a_week_counts_as_over(subject, reason):
    """R31, R48: re-asked weekly; the down date itself is not moved by it."""
    of_it = notice(subjects=(subject,))
    facts = {"first_up_at": NOW, "events": (), "retraction": None, "plan": RetentionPlan(), "checked_at": NOW}
    # Checked on 30 November: it counts until midnight of 7 December in London, and comes down two hours before.
    last = datetime(2026, 12, 6, 22, tzinfo=UTC)
    before = wanted(of_it, now=last - timedelta(seconds=1), **facts)
    assert before.up
    assert before.by == datetime(2026, 12, 28, 10, tzinfo=UTC)
    after = wanted(of_it, now=last, **facts)
    assert (after.up, after.reason, after.by) == (False, reason, before.by)
    again = wanted(of_it, now=last, **(facts | {"checked_at": last - timedelta(days=2)}))
    assert again.up


def test_part_d_what_has_an_end_of_its_own_needs_no_checks():
    said = wanted(
        notice(subjects=(person(CONVICTED),)), first_up_at=NOW, events=(), retraction=None, now=NOW + timedelta(days=20),
        plan=RetentionPlan(), checked_at=NOW,
    )  # fmt: skip
    assert said.up


def test_r30_r31_a_term_is_compared_by_the_calendar():
    suspended = of(Component(type="suspended_sentence", term=Term(weeks=12), starts=date(2026, 11, 16)))
    assert settled(person(suspended), LAW, TODAY).spent_from == date(2028, 2, 7)
    assert told(person(suspended)) == []


def test_r4_an_injunction_has_no_conviction_to_be_spent():
    order = Order(type="asb_injunction", made_on=date(2026, 11, 16), ends=date(2027, 11, 15), final=Stated.YES)
    made = settled(replace(PERSON, category=Category.RESPONDENT, convictions=(), order=order), LAW, TODAY)
    assert made.spent_from is None
    assert [path for _, path, _, _ in told(made, kind=Kind.INJUNCTION) if "convictions" in path] == []
