"""Annex A as data."""

import re

import pytest

from policies.checklist import ROWS, Adverse, Due, missing
from policies.terms import Answer, Kind

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
HOLDING = {17, 20, 27, 33}


def test_annex_a_has_34_rows_in_order_each_with_question_and_clause():
    assert [row.number for row in ROWS] == list(range(1, 35))
    assert all(row.question.endswith("?") for row in ROWS)
    assert [row.number for row in ROWS if not re.fullmatch(r"\d+(\.\d+)*(\([a-g]\))?", row.clause)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_each_row_applies_to_the_kinds_of_annex_a(row):
    expected = {LETTERS[letter] for letter in LIMITED[row.number]} if row.number in LIMITED else set(Kind)
    assert row.kinds == expected


def test_an_adverse_answer_holds_or_needs_a_sign_off_only_where_annex_a_says_so():
    assert {row.number for row in ROWS if row.adverse is Adverse.HOLD} == HOLDING
    assert {row.number for row in ROWS if row.adverse is Adverse.SIGN_OFF} == {12, 18, 19}


@pytest.mark.parametrize("kind", list(Kind))
def test_r1_every_row_of_the_kind_is_missed_but_those_that_come_later(kind):
    later = {row.number for row in ROWS if row.due is not Due.AT_SUBMISSION}
    assert later == {33, 34}
    assert {row.number for row in missing(kind, {})} == {row.number for row in ROWS if kind in row.kinds} - later


def test_r9_a_blank_answer_is_no_answer():
    answers = {str(row.number): Answer(answer="yes") for row in ROWS} | {"6": Answer(answer=" \n")}
    assert [row.number for row in missing(Kind.CASE_OUTCOME, answers)] == [6]
