"""The decision checklist: the 34 rows of Annex A, and which of their questions a notice has left unanswered."""

from collections.abc import Iterator

from policies.annex_a_case import CASE_ROWS
from policies.annex_a_court import COURT_ROWS
from policies.annex_a_images import IMAGE_ROWS
from policies.annex_a_people import PEOPLE_ROWS
from policies.answers import Checklist
from policies.questions import Due, Question, Row
from policies.terms import Kind

ROWS: tuple[Row, ...] = tuple(
    sorted((*CASE_ROWS, *COURT_ROWS, *IMAGE_ROWS, *PEOPLE_ROWS), key=lambda each: each.number)
)


def row(number: int) -> Row:
    return next(each for each in ROWS if each.number == number)


def of_kind(kind: Kind) -> tuple[Row, ...]:
    """The rows that a notice of this kind answers when it is submitted."""
    return tuple(each for each in ROWS if kind in each.kinds and each.due is Due.AT_SUBMISSION)


def unanswered(kind: Kind, checklist: Checklist) -> Iterator[tuple[Row, Question]]:
    """Every question that must be answered and is not. White space and "n/a" are no answer (R9)."""
    for each in of_kind(kind):
        answer = checklist.answers.get(str(each.number))
        for question in each.questions:
            if not question.needed or not question.applies(kind, answer):
                continue
            given = answer.lines(question.name) if answer else ()
            if not any(question.options or _says_something(line) for line in given):
                yield each, question


_NOTHING = frozenset({"", "n/a", "na", "none", "nil", "-", "tbc", "tbd", "."})


def _says_something(line: str) -> bool:
    return line.casefold().strip(" .") not in _NOTHING
