"""What officers fill in: the decision checklist of a kind as a form, and a blank submission; a lesser form of a notice.

A blank submission has every field and every question. What is left blank counts as not answered.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from policies.annex_a_words import CONVICTIONS, IMAGES
from policies.answers import CONSULTEES, Answer, Value
from policies.checklist import ROWS, of_kind, row
from policies.effects import Effect, Tick
from policies.questions import Asks, Consequence, Cure, Due, Question, Row
from policies.terms import Category, Channel, Facts, Kind, Publication

_EFFECTS = {
    Effect.REFUSE: "it may not go up",
    Effect.HOLD: "it waits",
    Effect.SIGN_OFF: "it waits for a sign-off",
}
_HOW: dict[Asks, str] = {
    Asks.LINE: "a line",
    Asks.TEXT: "sentences",
    Asks.DATE: "a date, such as 2026-11-30",
    Asks.NUMBER: "a whole number",
    Asks.LINES: "a list",
    Asks.DATED_LINES: "a list, each line beginning with its date",
    Asks.CHOICE: "one of",
    Asks.CHOICES: "one or more of",
}
_DUE = {
    Due.WHEN_TRIGGERED: "Answered by the consultees with `downdate advise`, where a row above asks for them.",
    Due.BY_APPROVAL: "Answered by the Director with `downdate approve`, last of all.",
}
_CATEGORY: dict[Kind, Category] = {Kind.IMAGE_APPEAL: Category.SUSPECT, Kind.INJUNCTION: Category.RESPONDENT}
_ORDERS = frozenset({Kind.CBO, Kind.INJUNCTION})


def form(kind: Kind) -> Iterator[str]:
    """The checklist as text for people: questions in plain words, answers, what an adverse one does, clauses."""
    for each in ROWS:
        if kind in each.kinds:
            yield f"{each.number}. {each.title} ({each.clause}; {', '.join(each.rules)})"
            yield f"   {each.question}"
            if each.due is not Due.AT_SUBMISSION:
                yield f"   {_DUE[each.due]}"
            for question in each.questions:
                if kind in question.kinds:
                    yield from _question_lines(each, question)
            for consequence in each.consequences:
                if kind in consequence.kinds and _asked(each, consequence.question, kind):
                    yield f"   {_consequence_line(each, consequence)}"
            yield ""


def _asked(each: Row, name: str, kind: Kind) -> bool:
    question = each.asked(name)
    return question is not None and kind in question.kinds


def _question_lines(each: Row, question: Question) -> Iterator[str]:
    when = "" if question.needed else "; may stay blank"
    if question.only_if is not None:
        other, values = question.only_if
        when += f"; only if {other} is {' or '.join(sorted(values))}"
    yield f"   [{each.number}.{question.name}] {question.label} ({_HOW[question.asks]}{when})"
    if question.hint:
        yield f"      {question.hint}"
    for option in question.options:
        yield f"      {option.code}: {option.label}"


def _consequence_line(each: Row, consequence: Consequence) -> str:
    answers = " or ".join(sorted(consequence.answers))
    cures = "; ".join(_cure(each, cure) for cure in consequence.cures)
    until = f" Until: {cures}." if cures else ""
    clause = f" ({consequence.clause})" if consequence.clause else ""
    lesser = " Or publish it without the persons (5.7.3)." if consequence.lesser else ""
    head = f"If {consequence.question} is {answers}, {_EFFECTS[consequence.effect]}{clause}"
    return f"{head}: {consequence.what} {consequence.remedy}{until}{lesser}"


def _cure(each: Row, cure: Cure) -> str:
    if cure.ticked is not None:
        return f"the Director's tick {Tick(cure.ticked).value}"
    if cure.cleared is not None:
        return f"the clearance of {CONSULTEES.get(cure.cleared, cure.cleared)}"
    return f"{each.number}.{cure.filled} is answered"


def blank(kind: Kind) -> dict[str, Any]:
    """A whole submission to fill in: `submit` takes it once that is done."""
    pictures = [_blank_picture()] if kind in IMAGES else []
    return {
        "kind": kind.value,
        "case_ref": "",
        "service": "",
        "court_event": {"on": "", "document": ""},
        "subjects": [_blank_subject(kind)],
        "content": {"headline": "", "body": "", "facts": [_facts(Facts(subject="S1"))], "pictures": pictures},
        "channels": [each.value for each in Channel],
        "window": {"opens": None, "closes": None},
        "checklist": {
            "answers": {str(each.number): {"values": _blank_values(kind, each)} for each in of_kind(kind)},
            "consultations": [],
        },
        "follows": None,
        "copied_from": None,
    }


def _blank_values(kind: Kind, each: Row) -> dict[str, Value | list[str]]:
    many = {Asks.CHOICES, Asks.LINES, Asks.DATED_LINES}
    return {question.name: [] if question.asks in many else "" for question in each.questions if kind in question.kinds}


def _blank_subject(kind: Kind) -> dict[str, Any]:
    conviction = {
        "offence": "",
        "offence_on": None,
        "convicted_on": "",
        "sentenced_on": None,
        "sentence": [{"type": ""}],
    }
    order = {"type": "", "made_on": "", "ends": None, "until_further_order": False}
    return {
        "number": "S1",
        "category": _CATEGORY.get(kind, Category.CONVICTED).value,
        "name": None,
        "date_of_birth": None,
        "convictions": [conviction] if kind in CONVICTIONS else [],
        "order": order | {"final": "unknown", "in_force": "unknown", "checked_on": None} if kind in _ORDERS else None,
    }


def _blank_picture() -> dict[str, Any]:
    facts = {"source": "", "captured_on": None, "rights": "", "good_enough": "unknown", "visible": 0, "needed": 0}
    return {
        "file": "",
        "alt_text": "",
        "facts": facts | {"others_obscured": "no", "children": "unknown", "apparent_age": "unknown"},
    }


def _facts(facts: Facts) -> dict[str, Any]:
    return asdict(facts)


# Answers that speak of who can be identified, or of the text itself: a lesser form answers them anew.
_OF_THE_TEXT = frozenset({8, 21, 23, 24, 30})


def anonymised(publication: Publication, *, follows: str | None) -> dict[str, Any]:
    """The notice without its subjects' data, as a submission to be completed: headline and body are left to write.

    A subject keeps number and category; offence and outcome stay only where they hold nothing that identifies.
    """
    kind = Kind.CASE_OUTCOME if publication.kind is Kind.POST_CONVICTION_IMAGE else publication.kind
    gives_away = _identifying(publication)
    made = blank(kind)
    made |= {
        "case_ref": publication.case_ref,
        "service": publication.service,
        "court_event": {"on": publication.court_event.on.isoformat(), "document": publication.court_event.document},
        "subjects": [{"number": each.number, "category": each.category.value} for each in publication.subjects],
        "channels": [each.value for each in publication.channels],
        "follows": follows,
        "copied_from": publication.ref,
    }
    kept = [_kept(each, gives_away) for each in publication.content.facts]
    made["content"] = {"headline": "", "body": "", "facts": [each for each in kept if len(each) > 1], "pictures": []}
    for number, answer in made["checklist"]["answers"].items():
        old = publication.checklist.answers.get(number)
        if old is not None and not _answered_anew(row(int(number))):
            answer["values"] |= _values_kept(row(int(number)), old, gives_away)
    return made


def _answered_anew(each: Row) -> bool:
    return each.number in _OF_THE_TEXT or any(consequence.lesser for consequence in each.consequences)


def _values_kept(each: Row, old: Answer, gives_away: re.Pattern[str] | None) -> dict[str, Value]:
    kept: dict[str, Value] = {}
    for name, value in old.values.items():
        asked = each.asked(name)
        if asked is None or asked.private or _names(value, gives_away):
            continue
        kept[name] = value
    return kept


def _names(value: Value, gives_away: re.Pattern[str] | None) -> bool:
    lines = value if isinstance(value, tuple) else (str(value),)
    return gives_away is not None and any(gives_away.search(line.casefold()) for line in lines)


def _kept(facts: Facts, gives_away: re.Pattern[str] | None) -> dict[str, Any]:
    given = {"offence": facts.offence, "outcome": facts.outcome}
    harmless = {name: text for name, text in given.items() if text and not _names(text, gives_away)}
    return {"subject": facts.subject} | harmless


def _identifying(publication: Publication) -> re.Pattern[str] | None:
    """Each word of a person's name, a company's whole name, and the street of each address, as whole words."""
    found: set[str] = set()
    companies = {each.number for each in publication.subjects if each.category is Category.COMPANY}
    named = [(each.number, each.name) for each in publication.subjects]
    named += [(each.subject, each.name) for each in publication.content.facts]
    for number, name in named:
        said = (name or "").casefold().strip()
        found |= {said} if number in companies else set(re.findall(r"[^\W\d_]{2,}", said))
    streets = [each.summary_address or "" for each in publication.content.facts]
    found |= {street.partition(",")[0].casefold().strip() for street in streets}
    words = sorted(re.escape(each) for each in found if each)
    return re.compile(rf"\b(?:{'|'.join(words)})\b") if words else None
