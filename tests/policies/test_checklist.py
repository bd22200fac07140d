"""Annex A as data: every row, whom it concerns, what an answer does, and what cures it."""

import re
from dataclasses import replace

import pytest

from policies.answers import Advice, Answer, Checklist
from policies.checklist import ROWS, of_kind, row, unanswered
from policies.effects import Effect
from policies.publishing import Stage, objections
from policies.questions import Asks, Due, wrong_value
from policies.terms import Kind
from tests.policies.faults import APPROVAL, dossier
from tests.policies.samples import NOW, answered, notice

LETTERS = {
    "C": Kind.CASE_OUTCOME,
    "B": Kind.CBO,
    "I": Kind.INJUNCTION,
    "A": Kind.IMAGE_APPEAL,
    "P": Kind.POST_CONVICTION_IMAGE,
    "S": Kind.SUCCESSFUL_APPEAL_NOTICE,
}
# Requirements part B, rows that do not apply to every kind.
LIMITED = {3: "CBPI", 4: "CBP", 11: "CBIPS", 14: "CBP", 21: "CBIP", 25: "AP", 26: "A", 27: "AP", 28: "P", 32: "CBP"}
# Rows about the person's data or deed, which a correction never holds.
NOT_OF_A_CORRECTION = {2, 7, 12, 18, 23, 24}


def test_annex_a_has_34_rows_in_order_each_with_question_clause_and_requirement():
    assert [each.number for each in ROWS] == list(range(1, 35))
    assert all(each.question.endswith("?") and each.title and each.rules for each in ROWS)
    assert [each.number for each in ROWS if not re.fullmatch(r"\d+(\.\d+)*(\([a-g]\))?", each.clause)] == []


@pytest.mark.parametrize("each", ROWS, ids=lambda each: str(each.number))
def test_each_row_applies_to_the_kinds_of_annex_a(each):
    expected = {LETTERS[letter] for letter in LIMITED.get(each.number, "".join(LETTERS))}
    if each.number not in LIMITED and each.number not in NOT_OF_A_CORRECTION:
        expected.add(Kind.CORRECTION_NOTICE)
    assert each.kinds == expected


@pytest.mark.parametrize("each", ROWS, ids=lambda each: str(each.number))
def test_each_row_refers_only_to_what_it_asks(each):
    names = [question.name for question in each.questions]
    assert len(set(names)) == len(names)
    for question in each.questions:
        codes = [option.code for option in question.options]
        assert len(set(codes)) == len(codes)
        assert bool(codes) == (question.asks in {Asks.CHOICE, Asks.CHOICES})
        if question.only_if is not None:
            other = each.asked(question.only_if[0])
            assert other is not None
            assert question.only_if[1] <= {option.code for option in other.options}
    for consequence in each.consequences:
        asked = each.asked(consequence.question)
        assert asked is not None
        assert consequence.answers <= {option.code for option in asked.options}
        assert all(cure.filled is None or each.asked(cure.filled) for cure in consequence.cures)
    assert bool(each.questions) == (each.due is Due.AT_SUBMISSION)


@pytest.mark.parametrize("kind", list(Kind))
def test_r1_every_row_of_the_kind_is_missed_but_those_that_come_later(kind):
    assert {each.number for each, _ in unanswered(kind, Checklist())} == {each.number for each in of_kind(kind)}
    assert {each.number for each in ROWS if each.due is not Due.AT_SUBMISSION} == {33, 34}
    assert list(unanswered(kind, answered(kind))) == []


@pytest.mark.parametrize("blank", ["", " \n", "n/a", "N/A.", "none", "-", "TBC"])
def test_r9_a_blank_answer_and_one_that_says_nothing_are_no_answer(blank):
    told = [
        (each.number, question.name) for each, question in unanswered(Kind.CBO, answered(Kind.CBO, r6_necessity=blank))
    ]
    assert told == [(6, "necessity")]


def test_a_question_that_hangs_on_another_is_asked_only_then():
    some = answered(Kind.CASE_OUTCOME, r11_restrictions="some")
    assert unanswered_names(Kind.CASE_OUTCOME, some) == []
    without = replace(
        some, answers=some.answers | {"11": Answer(values=dict(some.answers["11"].values) | {"restriction_list": ()})}
    )
    assert unanswered_names(Kind.CASE_OUTCOME, without) == [(11, "restriction_list")]


def unanswered_names(kind, checklist):
    return [(each.number, question.name) for each, question in unanswered(kind, checklist)]


CONSEQUENCES = [
    (each, consequence, answer, kind)
    for each in ROWS
    for consequence in each.consequences
    for answer in sorted(consequence.answers)
    for kind in sorted(each.kinds & consequence.kinds & each.asked(consequence.question).kinds)[:1]
]


def objected(kind, checklist, *, advice=(), ticks=(), stage=Stage.APPROVE):
    """What the rules say of the checklist, whatever else they say of so bare a notice."""
    approval = replace(APPROVAL, ticks=frozenset(ticks))
    known = dossier(of=notice(kind=kind, checklist=checklist), stage=stage, approval=approval, advice=advice)
    return [each for each in objections(known, NOW) if each.path.startswith("checklist.answers.")]


@pytest.mark.parametrize(
    ("each", "consequence", "answer", "kind"),
    CONSEQUENCES,
    ids=lambda part: str(getattr(part, "number", getattr(part, "question", part))),
)
def test_every_adverse_answer_has_its_effect_until_every_cure_is_there(each, consequence, answer, kind):
    given = adverse(each, consequence, answer, kind, filled=False)
    path = f"checklist.answers.{each.number}.{consequence.question}"
    told = [found for found in objected(kind, given) if found.path == path]
    assert [(found.effect, found.clause) for found in told] == [(consequence.effect, consequence.clause or each.clause)]
    assert told[0].remedy
    advice = tuple(
        Advice(role=cure.cleared, person="p9", at=NOW, cleared=True) for cure in consequence.cures if cure.cleared
    )
    ticks = [cure.ticked for cure in consequence.cures if cure.ticked]
    cured = objected(kind, adverse(each, consequence, answer, kind, filled=True), advice=advice, ticks=ticks)
    assert bool([found for found in cured if found.path == path]) == (not consequence.cures)
    for left_out in (*advice, *ticks):
        rest = objected(
            kind,
            adverse(each, consequence, answer, kind, filled=True),
            advice=tuple(found for found in advice if found is not left_out),
            ticks=[tick for tick in ticks if tick is not left_out],
        )
        assert [found.effect for found in rest if found.path == path] == [consequence.effect]


def adverse(each, consequence, answer, kind, *, filled):
    """The checklist with this one answer, and whatever brings its question up."""
    changes = {f"r{each.number}_{consequence.question}": answer}
    asked = each.asked(consequence.question)
    while asked.only_if is not None:
        changes[f"r{each.number}_{asked.only_if[0]}"] = max(asked.only_if[1])
        asked = each.asked(asked.only_if[0])
    if each.asked(consequence.question).asks is Asks.CHOICES:
        changes[f"r{each.number}_{consequence.question}"] = (answer,)
    if filled:
        for cure in consequence.cures:
            if cure.filled:
                date = each.asked(cure.filled).asks is Asks.DATE
                changes[f"r{each.number}_{cure.filled}"] = "2026-11-20" if date else "Reference 7"
    return answered(kind, **changes)


def test_advice_against_it_cures_nothing_and_the_newest_counts():
    checklist = answered(Kind.CASE_OUTCOME, r17_third_party="yes")
    against = Advice(role="dpo", person="p9", at=NOW, cleared=False)
    cleared = replace(against, cleared=True)
    assert [each.effect for each in objected(Kind.CASE_OUTCOME, checklist, advice=(against,))] == [Effect.HOLD]
    assert objected(Kind.CASE_OUTCOME, checklist, advice=(against, cleared)) == []
    assert [each.effect for each in objected(Kind.CASE_OUTCOME, checklist, advice=(cleared, against))] == [Effect.HOLD]


def test_r19_a_bar_that_is_about_identity_offers_the_lesser_form():
    told = objected(Kind.CASE_OUTCOME, answered(Kind.CASE_OUTCOME, r12_under_18="unknown"))
    assert [(each.effect, each.lesser) for each in told] == [(Effect.REFUSE, True)]


@pytest.mark.parametrize(
    ("number", "name", "value"),
    [
        (13, "appeal", "perhaps"),
        (5, "purposes", "reassure"),
        (5, "purposes", ("shame",)),
        (10, "dpia_review", "2027-02-30"),
        (10, "dpia_review", "20270228"),
        (15, "count", "2"),
        (15, "count", -1),
        (26, "steps", ("Asked the neighbours",)),
        (26, "steps", ("2026-11-03",)),
        (6, "necessity", 7),
        (6, "necessity", ("a", "b")),
    ],
)
def test_a_value_that_is_no_answer_to_its_question_is_said_with_its_remedy(number, name, value):
    said = wrong_value(row(number).asked(name), value)
    assert said is not None
    assert all(said)


@pytest.mark.parametrize(
    ("number", "name", "value"),
    [
        (13, "appeal", "unknown"),
        (5, "purposes", ("reassure", "other")),
        (10, "dpia_review", "2028-02-29"),
        (8, "others", ("The family", "A namesake")),
        (15, "count", 0),
    ],
)
def test_a_value_that_answers_its_question_is_taken(number, name, value):
    assert wrong_value(row(number).asked(name), value) is None
