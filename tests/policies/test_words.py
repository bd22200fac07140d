"""What a notice says and shows: each fault alone is refused at its place, and its cure is accepted."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from policies.answers import Advice
from policies.effects import Effect, Tick
from policies.publishing import Stage, objections
from policies.sentences import Stated
from policies.terms import Category, Channel, Facts, Kind
from tests.golden.samples import sample
from tests.policies.faults import APPROVAL, dossier, layouts
from tests.policies.samples import COMPANY, CONVICTION, NOW, PERSON, UNNAMED, notice
from tests.policies.words_faults import REFUSED
from tests.policies.words_samples import (
    CLEARED,
    EARLIER,
    FACTS,
    ORDER_ONLY,
    YOUNG,
    YOUTH_CBO,
    fact,
    of,
    sentenced,
    shown,
)

CLEARED_BY_DPO = (Advice(role="dpo", person="p9", at=NOW - timedelta(hours=2), cleared=True),)


def told(publication, *, ticks=(), **known):
    known = dossier(of=publication, approval=replace(APPROVAL, ticks=frozenset(ticks)), **known)
    return [(each.clause, each.path, each.effect) for each in objections(known, NOW)]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("stage", list(Stage))
def test_a_notice_of_each_kind_in_order_meets_no_objection(kind, stage):
    assert told(replace(sample(kind), channels=notice().channels), stage=stage) == []


@pytest.mark.parametrize("fault", REFUSED)
def test_each_fault_of_words_is_refused_with_its_clause_and_place(fault):
    publication, (clause, path), _ = REFUSED[fault]
    assert (clause, path, Effect.REFUSE) in told(publication)


@pytest.mark.parametrize("fault", [name for name, (_, _, cured) in REFUSED.items() if cured is not None])
def test_each_fault_of_words_once_cured_is_accepted(fault):
    _, _, cured = REFUSED[fault]
    assert told(cured) == []


def test_no_objection_quotes_what_it_found():
    said = [each for publication, _, _ in REFUSED.values() for each in objections(dossier(of=publication), NOW)]
    told_words = " ".join(f"{each.what} {each.remedy}" for each in said)
    assert not [word for word in ("Acacia", "Other", "Alex", "1984", "Sample Officer") if word in told_words]
    assert all(each.remedy for each in said)


FULL = "Alex Example of 14 Acacia Road, DA1 1AA"


def listed(*which, why="Another person of that name lives in the road"):
    return {"r24_extra": "yes", "r24_which": which, "r24_why": why}


def test_r6_the_full_address_is_refused_and_a_reason_with_the_directors_tick_unlocks_it():
    assert told(of(words={"body": FULL})) == [("R6", "content.body", Effect.REFUSE)] * 2
    unlocked = of(words={"body": FULL}, answers=listed("14 Acacia Road", "DA1 1AA"))
    assert told(unlocked) == [("5.2", "checklist.answers.24.extra", Effect.SIGN_OFF)]
    assert told(unlocked, ticks={Tick.EXTRA_DETAILS}) == []


def test_r6_what_is_listed_unlocks_exactly_that_detail():
    other = of(words={"body": FULL}, answers=listed("4 Acacia Road", "DA1 1AA"))
    assert told(other, ticks={Tick.EXTRA_DETAILS}) == [("R6", "content.body", Effect.REFUSE)]
    assert ("R6", "content.body", Effect.REFUSE) in told(
        of(words={"body": FULL}, answers=listed("14 Acacia Road", "DA1 1AA", why=" ")), ticks={Tick.EXTRA_DETAILS}
    )


def test_r6_no_reason_unlocks_a_date_of_birth():
    spoken = of(words={"body": "Born on 3 February 1984"}, answers=listed("Born on 3 February 1984"))
    assert ("R6", "content.body", Effect.REFUSE) in told(spoken, ticks={Tick.EXTRA_DETAILS})


def test_r14_a_third_party_waits_for_the_data_protection_officer():
    subjects = (PERSON, replace(UNNAMED, number="S2", category=Category.THIRD_PARTY))
    asked = of(subjects=subjects, answers={"r17_third_party": "yes"})
    assert told(asked) == [("5.5", "checklist.answers.17.third_party", Effect.HOLD)]
    assert told(asked, advice=CLEARED_BY_DPO) == []


def test_r17_a_treatment_disposal_is_unsaid_and_signed_by_two():
    publication = of(person=sentenced("fine", "drug_rehabilitation"))
    wanted = [("5.7.2", "checklist.answers.18.vulnerable", Effect.SIGN_OFF)]
    assert told(publication) == wanted
    assert told(publication, ticks={Tick.VULNERABILITY}) == wanted
    assert told(publication, advice=CLEARED_BY_DPO) == wanted
    assert told(publication, advice=CLEARED_BY_DPO, ticks={Tick.VULNERABILITY}) == []


def test_r20_whoever_wrote_it_does_not_check_it():
    publication = of(answers={"r1_second_checker": "Casey Comms"})
    assert told(publication) == []
    known = told(publication, author_names=frozenset({"casey comms"}))
    assert known == [("5.7.4(g)", "checklist.answers.1.second_checker", Effect.REFUSE)]


@pytest.mark.parametrize("under", ["no", "yes"])
def test_r26_the_date_of_birth_decides_whatever_row_12_says(under):
    seventeen = of(person={"date_of_birth": YOUNG}, words=fact(age=17), answers={"r12_under_18": under})
    said = objections(dossier(of=seventeen), NOW)
    assert [(each.clause, each.lesser) for each in said] == [("5.3", True)]


def test_r26_a_lifting_order_and_three_signatures_let_a_young_person_be_named():
    answers = {"r12_under_18": "yes", "r12_lifting_order": "Order 7"}
    named = of(person={"date_of_birth": YOUNG}, words=fact(age=17), answers=answers)
    assert told(named, ticks={Tick.UNDER_18}, advice=CLEARED) == []
    assert told(named, ticks={Tick.UNDER_18}) == [("5.3", "checklist.answers.12.under_18", Effect.SIGN_OFF)]


@pytest.mark.parametrize(
    ("born", "refused"),
    [(date(2008, 5, 4), True), (date(2008, 5, 3), False)],
    ids=["the day before 18 at the offence", "18 at the offence"],
)
def test_r26_the_age_at_the_offence_counts_to_the_day(born, refused):
    assert bool(told(of(person={"date_of_birth": born}, words=fact(age=18)))) is refused


def test_r27_a_youth_cbo_names_the_offence_and_is_refused():
    words = {"headline": "Order made", "body": "He was found with waste.", "facts": (FACTS,)}
    assert ("7.5", "content.facts.0.offence", Effect.REFUSE) in told(of(Kind.CBO, words=words, **YOUTH_CBO))
    told_of = {"headline": "Order after Fly-Tipping", "body": ORDER_ONLY.body, "facts": ORDER_ONLY.facts}
    assert ("7.5", "content.headline", Effect.REFUSE) in told(of(Kind.CBO, words=told_of, **YOUTH_CBO))


def test_r27_a_youth_cbo_with_the_order_only_and_s39_checked_needs_the_signatures():
    order_only = of(Kind.CBO, content=ORDER_ONLY, **YOUTH_CBO)
    assert told(order_only) == [("5.3", "checklist.answers.12.under_18", Effect.SIGN_OFF)]
    assert told(order_only, advice=CLEARED, ticks={Tick.UNDER_18}) == []


def test_r28_a_direction_that_forbids_to_identify_a_young_respondent_refuses():
    order = replace(of(Kind.INJUNCTION).subjects[0].order, ends=date(2027, 5, 15))
    person = {"date_of_birth": date(2011, 1, 2), "order": order}
    publication = of(
        Kind.INJUNCTION, person=person, words={"facts": ()}, answers={"r12_under_18": "yes", "r12_s39": "yes"}
    )
    known = told(publication, advice=CLEARED, ticks={Tick.UNDER_18})
    assert known == [("5.3", "checklist.answers.12.s39", Effect.REFUSE)]


@pytest.mark.parametrize("ends", [date(2027, 11, 15), date(2027, 11, 16)])
def test_r28_an_injunction_of_twelve_months_is_the_longest_for_a_young_respondent(ends):
    order = replace(of(Kind.INJUNCTION).subjects[0].order, ends=ends)
    person = {"date_of_birth": date(2011, 1, 2), "order": order}
    publication = of(Kind.INJUNCTION, person=person, words={"facts": ()}, answers={"r12_under_18": "yes"})
    known = told(publication, advice=CLEARED, ticks={Tick.UNDER_18})
    assert bool(known) is (ends == date(2027, 11, 16))


def test_r62_a_protected_word_or_an_address_on_x_is_refused():
    protected = of(answers={"r16_protected": ("Sam Other",)})
    for text in ("Court outcome: Sam Other", "Court outcome: 14 Acacia Road", "Call 07700 900123"):
        assert ("R62", "channels.x", Effect.REFUSE) in told(protected, layouts=layouts(Channel.X, text=text))


def test_r31_a_company_is_no_child_and_has_no_age():
    both = of(subjects=(PERSON, COMPANY), words={"facts": (FACTS, Facts(subject="S2", name=COMPANY.name, age=7))})
    assert told(both) == [("5.7.4(g)", "content.facts.1.age", Effect.REFUSE)]


def test_r31_an_injunction_mentions_no_spent_conviction_either():
    earlier = replace(CONVICTION, offence_on=None, mentioned_only=True)
    spent = replace(earlier, convicted_on=date(2025, 1, 6), sentenced_on=date(2025, 1, 6))
    assert told(of(Kind.INJUNCTION, person={"convictions": (earlier,)})) == []
    found = told(of(Kind.INJUNCTION, person={"convictions": (spent,)}))
    assert ("5.7.4(a)", "subjects.0.convictions", Effect.REFUSE) in found


PHOTOGRAPH = of(Kind.POST_CONVICTION_IMAGE, person={"name": None}, words=fact(name=None))
SPENT = replace(CONVICTION, convicted_on=date(2025, 1, 6), sentenced_on=date(2025, 1, 6), offence_on=None)
# Where it bars, and whether an anonymised outcome may do instead (R19).
ABOUT_IDENTITY = {
    "5.3 under 18": (of(person={"date_of_birth": YOUNG}, words=fact(age=17)), "subjects.0.date_of_birth", True),
    "5.3 restricted": (of(answers={"r11_unidentified": ("S1",)}), "content.facts.0", True),
    "5.7.2 row 16 yes": (of(answers={"r16_identifiable": "yes"}), "checklist.answers.16.identifiable", True),
    "5.7.2 row 16 unknown": (of(answers={"r16_identifiable": "unknown"}), "checklist.answers.16.identifiable", True),
    "R31 spent": (of(person={"convictions": (SPENT,)}), "subjects.0.convictions", True),
    "R31 shown but not named": (
        replace(PHOTOGRAPH, subjects=(replace(PHOTOGRAPH.subjects[0], convictions=(SPENT,)),)),
        "subjects.0.convictions",
        True,
    ),
    "R46 spent too soon": (of(person={"spent_from": (NOW + timedelta(days=1)).date()}), "window.opens", True),
    "R46 the order over too soon": (of(person={"order_ends": NOW.date()}), "window.opens", False),
    "5.6 an appeal": (of(answers={"r13_appeal": "yes"}), "checklist.answers.13.appeal", False),
    "6.3 an appeal without its picture": (of(Kind.IMAGE_APPEAL, words={"pictures": ()}), "content.pictures", False),
    "5.1 a fixed penalty": (of(words=fact(outcome="Fixed penalty notice paid")), "content.facts.0.outcome", True),
    "5.1 a caution": (of(words=fact(outcome="He was cautioned")), "content.facts.0.outcome", True),
    "7.5 the offence as row 3 tells it": (
        of(
            Kind.CBO,
            content=replace(ORDER_ONLY, body="It follows the burning of tyres."),
            person={"date_of_birth": YOUNG},
            answers={"r12_under_18": "yes", "r3_offence": "burning of tyres"},
        ),
        "content.body",
        False,
    ),
    "7.5 under 18 by row 12 alone": (
        of(Kind.CBO, words={"facts": (FACTS,)}, person={"date_of_birth": None}, answers={"r12_under_18": "yes"}),
        "content.facts.0.offence",
        False,
    ),
    "5.7.4(a) row 14 mentions what is not listed": (
        of(answers={"r14_earlier": "yes"}),
        "checklist.answers.14.earlier",
        False,
    ),
    "5.7.4(g) an impossible age": (
        of(person={"date_of_birth": None}, words=fact(age=-1)),
        "content.facts.0.age",
        False,
    ),
    "6.3 fewer than nobody visible": (shown(visible=-1, needed=-1), "content.pictures.0.facts.needed", False),
    "6.2 one person whom it does not need": (
        shown(visible=1, needed=0, good_enough=Stated.UNKNOWN, others_obscured=Stated.YES),
        "content.pictures.0.facts.good_enough",
        False,
    ),
    "R6 a number before the street": (
        of(words=fact(summary_address="7 Elms, Dartford")),
        "content.facts.0.summary_address",
        False,
    ),
}


@pytest.mark.parametrize("case", ABOUT_IDENTITY)
def test_r19_the_lesser_form_is_offered_where_the_bar_is_about_identity_alone(case):
    publication, path, lesser = ABOUT_IDENTITY[case]
    found = [each for each in objections(dossier(of=publication), NOW) if each.path == path]
    assert {(each.effect, each.lesser) for each in found} == {(Effect.REFUSE, lesser)}


def test_r11_nobody_else_need_be_affected():
    assert told(of(answers={"r8_others": ()})) == []


def test_the_faults_of_words_together_are_told_at_once():
    spoilt = of(
        words={
            "headline": "A repeat offender of 14 Acacia Road",
            "body": "Sam Other saw the alcohol treatment.",
            "pictures": REFUSED["R35 covert"][0].content.pictures,
        },
        person={"date_of_birth": YOUNG, "category": Category.SUSPECT, "convictions": ()},
        answers={
            "r1_officer": "Sample",
            "r1_second_checker": "Sample",
            "r11_anonymity": "yes",
            "r11_unidentified": ("S1",),
            "r11_protected_words": ("Sam Other",),
        },
    )
    assert {(clause, path) for clause, path, _ in told(spoilt)} >= {
        ("2.2", "subjects.0.category"),
        ("2.2", "content.headline"),
        ("5.7.4(g)", "checklist.answers.1.second_checker"),
        ("5.1", "subjects.0.convictions"),
        ("5.7.4(a)", "content.headline"),
        ("5.7.2", "content.body"),
        ("R6", "content.headline"),
        ("5.4", "content.body"),
        ("5.3", "content.facts.0"),
        ("6.3", "content.pictures.0"),
        ("6.6", "content.pictures.0.facts.source"),
        ("5.3", "subjects.0.date_of_birth"),
        ("5.7.4(g)", "content.facts.0.age"),
    }


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_r10_an_earlier_conviction_that_is_listed_is_not_denied_in_row_14(answer):
    listed = of(person={"convictions": (CONVICTION, EARLIER)}, answers={"r14_earlier": answer})
    denied = ("5.7.4(a)", "checklist.answers.14.earlier", Effect.REFUSE)
    assert (denied in told(listed)) is (answer == "no")
