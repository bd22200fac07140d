"""What is wrong with a submission, place by place: said with the field, what stood there, the clause and the remedy.

The checks look at the JSON as it stands, so that a mistake in one field hides none in another.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from typing import Any

from pydantic import TypeAdapter, ValidationError

from policies.checklist import ROWS
from policies.questions import wrong_value
from policies.retention import LONDON
from policies.scan import file_mentions, protected_phrases
from policies.terms import case_key

SCHEMA = "config/submission.schema.json"
_SHOWN = 60
# Instagram's limit, the shortest of all (platforms: meta, section 4).
_ALT_TEXT = 1000
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=366)
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)
_NUMBER = re.compile(r"S[1-9]\d{0,2}")
_REF = re.compile(r"[A-Z]{2,6}-[A-Z0-9]{6}")
_PROTECTED = (("11", "protected_words"), ("16", "protected"))
_ROWS = {str(row.number): row for row in ROWS}
# Where names, dates of birth and the like stand: said by length only.
_PRIVATE = re.compile(
    r"subjects\.\d+\.(name|date_of_birth|spent_from)$|content\.(headline|body|facts)|.*alt_text$|checklist\."
)
_CLAUSES: tuple[tuple[str, str], ...] = (
    (r"kind$", "1.5"),
    (r"case_ref", "5.7.4(g)"),
    (r"service", "12.1"),
    (r"court_event", "5.7.4(g)"),
    (r"subjects\.\d+\.spent_from", "5.7.4(a)"),
    (r"subjects\.\d+\.order_ends", "5.7.4(c)"),
    (r"subjects", "2.2"),
    (r"content\.pictures\.\d+\.alt_text", "10.3"),
    (r"content\.pictures", "6.3"),
    (r"content", "5.2"),
    (r"channels", "6.6"),
    (r"window", "5.7.4(d)"),
    (r"checklist", "Annex A"),
    (r"follows|copied_from", "12.1"),
)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing to mend. `value` is as much of what stood there as may be shown to the person who wrote it."""

    path: str
    value: str | None = field(default=None, repr=False)
    clause: str | None = None
    what: str
    remedy: str

    def __str__(self) -> str:
        said = f" = {self.value}" if self.value is not None else ""
        clause = f" ({self.clause})" if self.clause else ""
        return f"{self.path}{said}: {self.what}{clause} {self.remedy}"


class InputRefused(Exception):
    """What was given is not in order, and nothing was done. Its text names places only, never what stood there."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(each.path for each in self.problems))


def clause_of(path: str) -> str | None:
    """The clause that a field serves, None where it serves none."""
    return next((clause for pattern, clause in _CLAUSES if re.match(pattern, path)), None)


def shown(path: str, value: Any) -> str:
    """A value as its writer may see it again: short, and by its length alone where it may be personal."""
    if isinstance(value, dict | list):
        return f"{len(value)} entries"
    text = str(value)
    if _PRIVATE.match(path):
        return f"{len(text)} characters"
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _problem(path: str, value: Any, what: str, remedy: str) -> Problem:
    return Problem(path=path, value=shown(path, value), clause=clause_of(path), what=what, remedy=remedy)


_OFFSET = "Write it with its offset from UTC, such as 2026-11-30T09:00:00+00:00."
# By the type of pydantic's error: what is wrong, and the remedy.
_SAID: dict[str, tuple[str, str]] = {
    "string_type": ("It is not a text.", "Write it in quotation marks."),
    "int_type": ("It is not a whole number.", "Write a number without quotation marks."),
    "bool_type": ("It is neither true nor false.", "Write true or false."),
    "tuple_type": ("It is not a list.", "Write a list in square brackets."),
    "dict_type": ("It is not an object.", "Write an object in braces."),
    "dataclass_type": ("It is not an object.", "Write an object in braces."),
    "timezone_aware": ("It has no time zone.", _OFFSET),
    "timezone_naive": ("It has no time zone.", _OFFSET),
}


def problem_of(error: Mapping[str, Any], *, names: frozenset[str]) -> Problem:
    """A mistake in the form, as pydantic found it, in our words."""
    path, kind = ".".join(str(part) for part in error["loc"]), error["type"]
    if kind == "json_invalid":
        return Problem(path="$", what=f"{error['msg']}.", remedy="Correct the JSON there; it has to be UTF-8.")
    path = path or "$"
    if kind in {"unexpected_keyword_argument", "extra_forbidden"}:
        near = get_close_matches(str(error["loc"][-1]), names, n=1)
        remedy = f"Write {near[0]}, or remove it." if near else "Remove it."
        return Problem(path=path, clause=clause_of(path), what="No field has this name here.", remedy=remedy)
    if kind == "missing":
        return Problem(path=path, clause=clause_of(path), what="It is missing.", remedy="Add it.")
    return _problem(path, error["input"], *_of_value(error))


def _of_value(error: Mapping[str, Any]) -> tuple[str, str]:
    kind = str(error["type"])
    if kind == "enum":
        return "It is not known.", f"Use one of: {error['ctx']['expected']}."
    if kind.startswith("date_"):
        return "It is not a date.", "Write a date that exists, such as 2026-11-30."
    if kind.startswith("datetime_"):
        return "It is not a time.", _OFFSET
    return _SAID.get(kind, (f"{error['msg']}.", f"Compare it with {SCHEMA}."))


_DATE = TypeAdapter(date)
_INSTANT = TypeAdapter(datetime)
Said = tuple[str, str] | None
"""What is wrong and the remedy; None where all is well."""


def _day(value: Any) -> date | None:
    try:
        return _DATE.validate_strings(value)
    except ValidationError:
        return None


def impossible_day(value: Any, now: datetime, *, past: bool) -> Said:
    """A day nobody can mean; `past`: it cannot lie ahead either."""
    day = _day(value) if isinstance(value, str) else None
    if day is None:
        return None
    if not _FIRST_DAY <= day <= _LAST_DAY:
        return "It is not a possible date.", f"Write a date between {_FIRST_DAY.year} and {_LAST_DAY.year}."
    if past and day > now.astimezone(LONDON).date():
        return "It lies in the future.", "Write the date on which it happened."
    return None


def impossible_instant(value: datetime, now: datetime, *, past: bool) -> Said:
    """A moment without a time zone, or that nobody can mean; `past`: it cannot lie ahead either."""
    if value.tzinfo is None or value.utcoffset() is None:
        return _SAID["timezone_aware"]
    if not _EARLIEST <= value <= now + _AHEAD:
        return "It is not a possible time.", f"Write a time between {_EARLIEST.year} and a year from now."
    if past and value > now:
        return "It lies in the future.", "Write the time at which it happened."
    return None


def _instant(value: Any, now: datetime, *, past: bool) -> Said:
    try:
        moment = _INSTANT.validate_strings(value) if isinstance(value, str) else None
    except ValidationError:
        return None
    return None if moment is None else impossible_instant(moment, now, past=past)


def _number(value: Any, _now: datetime) -> Said:
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return "It is not a subject's number.", "Number the people and companies of the case S1, S2 and so on."
    return None


def _ref(value: Any, _now: datetime) -> Said:
    if isinstance(value, str) and not _REF.fullmatch(value):
        return "It is not a reference.", "Give a reference such as DBC-7K3Q9M."
    return None


def _case(value: Any, _now: datetime) -> Said:
    if isinstance(value, str) and (not case_key(value) or len(value) > _SHOWN):
        return "It is not a case reference.", f"Give the case's reference, of at most {_SHOWN} characters."
    return None


def _alt_text(value: Any, _now: datetime) -> Said:
    if isinstance(value, str) and len(value) > _ALT_TEXT:
        return "It is too long.", f"Describe the picture in at most {_ALT_TEXT} characters."
    return None


Check = Callable[[Any, datetime], Said]
_CHECKS: tuple[tuple[re.Pattern[str], Check], ...] = (
    (re.compile(r"window\.(opens|closes)"), lambda value, now: _instant(value, now, past=False)),
    (re.compile(r"checklist\.answers\.[^.]+\.answered_at"), lambda value, now: _instant(value, now, past=True)),
    (re.compile(r"checklist\.consultations\.\d+\.at"), lambda value, now: _instant(value, now, past=True)),
    (re.compile(r"court_event\.on|subjects\.\d+\.date_of_birth"), lambda v, now: impossible_day(v, now, past=True)),
    (re.compile(r"subjects\.\d+\.(spent_from|order_ends)"), lambda v, now: impossible_day(v, now, past=False)),
    (re.compile(r"subjects\.\d+\.number"), _number),
    (re.compile(r"follows|copied_from"), _ref),
    (re.compile(r"case_ref"), _case),
    (re.compile(r"content\.pictures\.\d+\.alt_text"), _alt_text),
)


def _leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    below: list[tuple[str, Any]] = []
    if isinstance(tree, dict):
        below = [(str(name), each) for name, each in tree.items()]
    elif isinstance(tree, list):
        below = [(str(n), each) for n, each in enumerate(tree)]
    else:
        yield path, tree
    for name, each in below:
        yield from _leaves(each, f"{path}.{name}" if path else name)


def check(tree: Any, now: datetime) -> Iterator[Problem]:
    """What the form allows and the matter does not, in the JSON as it stands."""
    for path, value in _leaves(tree):
        for pattern, checks in _CHECKS:
            said = checks(value, now) if pattern.fullmatch(path) else None
            if said is not None:
                yield _problem(path, value, *said)
    checklist = tree.get("checklist") if isinstance(tree, dict) else None
    answers = checklist.get("answers") if isinstance(checklist, dict) else None
    if isinstance(answers, dict):
        yield from _answers(answers)
        yield from _file_names(tree, answers)


def _file_names(tree: dict[str, Any], answers: dict[str, Any]) -> Iterator[Problem]:
    """Pictures whose file is named after somebody or something that must not appear (5.7.2)."""
    lines = [line for row, question in _PROTECTED for line in _lines(answers, row, question)]
    phrases = protected_phrases(lines)
    content = tree.get("content")
    pictures = content.get("pictures") if isinstance(content, dict) else None
    for n, each in enumerate(pictures if isinstance(pictures, list) else []):
        name = each.get("file") if isinstance(each, dict) else None
        if isinstance(name, str) and any(file_mentions(name, phrase) for phrase in phrases):
            yield Problem(
                path=f"content.pictures.{n}.file",
                clause="5.7.2",
                what="The file's name holds a name, address or word that may not appear.",
                remedy="Rename the file, and look at what else bears that name.",
            )


def _lines(answers: dict[str, Any], row: str, question: str) -> list[str]:
    answer = answers.get(row)
    values = answer.get("values") if isinstance(answer, dict) else None
    given = values.get(question) if isinstance(values, dict) else None
    return [line for line in given if isinstance(line, str)] if isinstance(given, list) else []


def _answers(answers: dict[str, Any]) -> Iterator[Problem]:
    """Rows and questions that the checklist does not have, and values that are no answer to their question."""
    for number, answer in answers.items():
        path = f"checklist.answers.{number}"
        if number not in _ROWS:
            what, remedy = "The decision checklist has no such row.", f"Its rows are 1 to {len(ROWS)}."
            yield Problem(path=path, clause="Annex A", what=what, remedy=remedy)
            continue
        asked = {each.name: each for each in _ROWS[number].questions}
        values = answer.get("values") if isinstance(answer, dict) else None
        for name, value in values.items() if isinstance(values, dict) else ():
            if value in ("", []) and name in asked:
                # Left blank in the form: the rules ask for it where it is needed.
                continue
            place = f"{path}.values.{name}"
            if name not in asked:
                near = get_close_matches(name, asked, n=1) or sorted(asked)
                remedy = f"Use one of: {', '.join(near)}."
                yield Problem(path=place, clause="Annex A", what="The row does not ask that.", remedy=remedy)
                continue
            said = wrong_value(asked[name], tuple(value) if isinstance(value, list) else value)
            if said is not None:
                yield _problem(place, value, *said)
