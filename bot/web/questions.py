"""Questions as form fields: what was sent becomes values, and every mistake is told beside its field."""

from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from bot.web.errors import Errors
from bot.web.words import visible
from policies.answers import Answer, Value
from policies.questions import Asks, Question, wrong_value

MANY = 12
"""More answers than that are a list to choose from, not radios."""


# What is wrong in a form that needs no quotation marks.
_SAID = {
    Asks.DATE: "It is not a date that exists. Check day, month and year.",
    Asks.NUMBER: "It is not a whole number. Write it in figures, 0 or more.",
    Asks.CHOICE: "It is not one of the answers. Choose one.",
    Asks.CHOICES: "It is not one of the answers. Choose among them.",
}


def tell(errors: Errors, question: Question, text: str) -> None:
    """Beside the field and in the summary, which leads to the field's first input."""
    errors.add(question.name, f"“{question.label}”: {text}")
    if question.asks is Asks.DATE:
        errors.anchors[question.name] = f"{question.name}-day"


def read(questions: Iterable[Question], form: MultiDict[str, str]) -> tuple[dict[str, Value], Errors]:
    """The values as sent, blank ones left out, and what is wrong with them."""
    values: dict[str, Value] = {}
    errors = Errors()
    for question in questions:
        value = _sent(question, form)
        if value in ("", ()):
            continue
        said = wrong_value(question, value)
        if said is not None:
            tell(errors, question, _SAID.get(question.asks, f"{said[0]} {said[1]}"))
        elif _lines(value) != tuple(visible(line) for line in _lines(value)):
            tell(errors, question, "It holds characters that nobody can see, named in brackets. Take them out.")
        values[question.name] = value
    return values, errors


def _lines(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def _sent(question: Question, form: MultiDict[str, str]) -> Value:
    name = question.name
    match question.asks:
        case Asks.CHOICES:
            return tuple(form.getlist(name))
        case Asks.LINES | Asks.DATED_LINES:
            return tuple(line.strip() for line in form.get(name, "").splitlines() if line.strip())
        case Asks.DATE:
            return _date(*(form.get(f"{name}-{part}", "").strip() for part in ("day", "month", "year")))
        case Asks.NUMBER:
            text = form.get(name, "").strip()
            return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else text
    return form.get(name, "").replace("\r\n", "\n").strip()


def _date(day: str, month: str, year: str) -> str:
    """As it is kept; what is no date is kept as it was typed, so that it can be shown again."""
    if not (day or month or year):
        return ""
    if day.isdecimal() and month.isdecimal() and year.isdecimal():
        return f"{year.zfill(4)}-{month.zfill(2)}-{day.zfill(2)}"
    return f"{year or '-'}-{month or '-'}-{day or '-'}"


def missing(questions: Iterable[Question], values: Mapping[str, Value], kind: Any, errors: Errors) -> None:
    """Add what must be answered and is not."""
    answer = Answer(values=dict(values))
    for question in questions:
        if question.needed and question.applies(kind, answer) and question.name not in values:
            tell(errors, question, "Answer this.")


def field(question: Question, values: Mapping[str, Value]) -> dict[str, Any]:
    """What the template needs to draw the question with its value."""
    value = values.get(question.name, "")
    lines = tuple(visible(line) for line in _lines(value))
    drawn: dict[str, Any] = {
        "question": question,
        "value": visible(str(value)),
        "lines": "\n".join(lines),
        "chosen": set(lines),
    }
    drawn["how"] = _how(question)
    if question.asks is Asks.DATE:
        parts = [*str(value).split("-"), "", "", ""][:3]
        drawn["year"], drawn["month"], drawn["day"] = (part.lstrip("0") if part != "-" else "" for part in parts)
    return drawn


def _how(question: Question) -> str:
    if question.asks is Asks.CHOICE:
        return "select" if len(question.options) > MANY else "radios"
    return {
        Asks.CHOICES: "checkboxes",
        Asks.TEXT: "textarea",
        Asks.LINES: "lines",
        Asks.DATED_LINES: "lines",
        Asks.DATE: "date",
    }.get(question.asks, "input")
