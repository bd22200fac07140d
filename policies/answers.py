"""Answers to the decision checklist, and the advice they call for."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from policies.sentences import STRICT

Value = str | int | tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answered row of the decision checklist (Annex A): a value for each of its questions, who answered and when.

    The questions, and what each value may be, are in `policies.checklist`. Dates are written such as 2026-11-30.
    """

    __pydantic_config__ = STRICT

    values: dict[str, Value]
    answered_by: str = ""
    answered_at: datetime | None = None

    def text(self, question: str) -> str:
        """A single answer as text, "" where there is none."""
        value = self.values.get(question, "")
        return "" if isinstance(value, tuple) else str(value).strip()

    def lines(self, question: str) -> tuple[str, ...]:
        """A list of answers without blank ones."""
        value = self.values.get(question, ())
        found = value if isinstance(value, tuple) else (str(value),)
        return tuple(each.strip() for each in found if each.strip())


@dataclass(frozen=True, kw_only=True)
class Consultation:
    """Advice that was asked outside Downdate: whom, when, what was said, and why it was not followed (R14)."""

    __pydantic_config__ = STRICT

    who: str
    at: datetime
    advice: str
    followed: bool = True
    why_not: str = ""


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """Answers by row number of Annex A, and the consultations they called for."""

    __pydantic_config__ = STRICT

    answers: dict[str, Answer] = field(default_factory=dict)
    consultations: tuple[Consultation, ...] = ()

    def text(self, row: int, question: str) -> str:
        answer = self.answers.get(str(row))
        return answer.text(question) if answer else ""

    def lines(self, row: int, question: str) -> tuple[str, ...]:
        answer = self.answers.get(str(row))
        return answer.lines(question) if answer else ()


class Consultee(StrEnum):
    """Who can be asked before a Director decides (row 33)."""

    DPO = "dpo"
    LEGAL = "legal"
    PARTNER = "partner"
    """The police or another partner; an officer records its word with its reference."""


CONSULTEES: dict[str, str] = {
    Consultee.DPO: "the Data Protection Officer",
    Consultee.LEGAL: "Legal",
    Consultee.PARTNER: "the partner",
}


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What the DPO, Legal or a partner said about one revision, recorded by whom that role belongs to (R14, R26)."""

    role: str
    """A `Consultee`."""
    person: str
    at: datetime
    cleared: bool
    """Whether it may go up as it stands, as far as they are concerned."""
