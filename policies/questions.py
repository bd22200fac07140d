"""What a row of the decision checklist is made of: questions, possible answers, consequences, and what cures them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from policies.answers import Answer, Value
from policies.effects import Effect, Tick
from policies.terms import Kind

ALL = frozenset(Kind)


class Asks(StrEnum):
    """What an answer to a question is."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    NUMBER = "number"
    LINES = "lines"
    DATED_LINES = "dated_lines"
    """Lines that each begin with a date: `2026-11-03 Asked at the neighbouring houses`."""


class Due(StrEnum):
    """When a row has to be answered."""

    AT_SUBMISSION = "at_submission"
    WHEN_TRIGGERED = "when_triggered"
    BY_APPROVAL = "by_approval"
    """The Director's approval is the answer."""


@dataclass(frozen=True, kw_only=True)
class Option:
    code: str
    label: str


YES_NO = (Option(code="yes", label="Yes"), Option(code="no", label="No"))
YES_NO_UNKNOWN = (*YES_NO, Option(code="unknown", label="Not known"))
_NOT_NO = frozenset({"yes", "unknown"})


@dataclass(frozen=True, kw_only=True)
class Question:
    """One thing a row asks. `only_if`: asked only where another question of the row has one of these answers."""

    name: str
    label: str
    asks: Asks = Asks.LINE
    options: tuple[Option, ...] = ()
    hint: str = ""
    needed: bool = True
    only_if: tuple[str, frozenset[str]] | None = None
    kinds: frozenset[Kind] = ALL
    private: bool = False
    """Names and addresses that are to be protected: sealed, never shown in a list or log."""

    def applies(self, kind: Kind, answer: Answer | None) -> bool:
        if kind not in self.kinds:
            return False
        if self.only_if is None:
            return True
        other, values = self.only_if
        return answer is not None and bool(values.intersection(answer.lines(other)))


@dataclass(frozen=True, kw_only=True)
class Cure:
    """What lifts a consequence: a question answered, a consultee's clearance, or the Director's tick. One is set."""

    filled: str | None = None
    cleared: str | None = None
    ticked: Tick | None = None


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """What some answers to a question do, until every cure is there; without a cure they refuse for good."""

    question: str
    answers: frozenset[str]
    effect: Effect
    what: str
    remedy: str
    cures: tuple[Cure, ...] = ()
    kinds: frozenset[Kind] = ALL
    clause: str | None = None
    lesser: bool = False
    """The bar is about identity only, so that an anonymised outcome may do instead (R19)."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row. Its `clause` is the policy's; `rules` are the requirements it serves."""

    number: int
    title: str
    question: str
    kinds: frozenset[Kind]
    clause: str
    rules: tuple[str, ...]
    questions: tuple[Question, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    due: Due = Due.AT_SUBMISSION

    def asked(self, name: str) -> Question | None:
        return next((each for each in self.questions if each.name == name), None)


def wrong_value(question: Question, value: Value) -> tuple[str, str] | None:
    """What is wrong with a value as an answer to the question, and the remedy; None where nothing is."""
    many = question.asks in {Asks.CHOICES, Asks.LINES, Asks.DATED_LINES}
    if question.asks is Asks.NUMBER:
        if isinstance(value, int) and 0 <= value <= 10_000:
            return None
        return "It is not a whole number.", "Write a number of 0 or more without quotation marks."
    if many != isinstance(value, tuple):
        return ("It is not a list.", "Write a list.") if many else ("It is not a text.", "Write one text.")
    lines = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(line, str) for line in lines):
        return "It is not a text.", "Write it in quotation marks."
    return _wrong_line(question, [str(line) for line in lines])


def _wrong_line(question: Question, lines: list[str]) -> tuple[str, str] | None:
    if question.options:
        codes = [each.code for each in question.options]
        if not set(lines) <= set(codes):
            return "It is not one of the answers.", f"Use one of: {', '.join(codes)}."
    if question.asks is Asks.DATE and not all(_is_date(line) for line in lines):
        return "It is not a date.", "Write a date that exists, such as 2026-11-30."
    if question.asks is Asks.DATED_LINES and not all(_is_date(line[:10]) and line[10:].strip() for line in lines):
        return "A line does not begin with its date.", "Write each line such as `2026-11-03 Asked at the shop`."
    return None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10
