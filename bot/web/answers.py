"""Answers of the decision checklist in the words in which they were asked."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.answers import Checklist
from policies.checklist import ROWS
from policies.questions import Question, Row
from policies.terms import Kind


@dataclass(frozen=True, kw_only=True)
class Said:
    question: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AnsweredRow:
    """One row of Annex A with what was answered."""

    number: int
    title: str
    clause: str
    said: tuple[Said, ...]


def answered(kind: Kind, checklist: Checklist) -> tuple[AnsweredRow, ...]:
    """Every row that was answered, in order."""
    rows = (_row(row, kind, checklist) for row in ROWS)
    return tuple(row for row in rows if row is not None)


def _row(row: Row, kind: Kind, checklist: Checklist) -> AnsweredRow | None:
    if kind not in row.kinds or str(row.number) not in checklist.answers:
        return None
    said = tuple(_said(row, checklist))
    return AnsweredRow(number=row.number, title=row.title, clause=row.clause, said=said) if said else None


def _said(row: Row, checklist: Checklist) -> Iterator[Said]:
    for question in row.questions:
        lines = words_of(question, checklist.lines(row.number, question.name))
        if lines:
            yield Said(question=question.label, lines=lines)


def words_of(question: Question, lines: tuple[str, ...]) -> tuple[str, ...]:
    labels = {option.code: option.label for option in question.options}
    return tuple(labels.get(line, line) for line in lines)


def row_of(path: str) -> int | None:
    """The row of Annex A that an objection is about; None for one about something else."""
    head, _, rest = path.partition("checklist.answers.")
    number = rest.partition(".")[0]
    return int(number) if not head and number.isdecimal() else None
