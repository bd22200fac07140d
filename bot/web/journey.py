"""The way through a draft: its pages in order, which of them a mistake concerns, and how far each is."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.context import Bot
from bot.draft_trial import Way
from bot.web.errors import Errors
from bot.web.placing import taken
from bot.web.questions import missing
from bot.web.sections import LAST_ROW, Place, place
from policies.annex_a_words import CONVICTIONS, IMAGES
from policies.checklist import of_kind
from policies.effects import Effect
from policies.questions import Asks
from policies.terms import Category, Kind

_ORDERS = frozenset({Kind.CBO, Kind.INJUNCTION})
_CONVICTED = frozenset({Category.CONVICTED, Category.COMPANY})
_CATEGORY = {Kind.IMAGE_APPEAL: Category.SUSPECT, Kind.INJUNCTION: Category.RESPONDENT}
KINDS = {
    Kind.CASE_OUTCOME: "Outcome of a court case",
    Kind.CBO: "Criminal behaviour order",
    Kind.INJUNCTION: "Civil injunction",
    Kind.IMAGE_APPEAL: "Appeal: who is in this picture?",
    Kind.POST_CONVICTION_IMAGE: "Outcome of a court case, with the picture of who was convicted",
    Kind.SUCCESSFUL_APPEAL_NOTICE: "Result of an appeal",
    Kind.CORRECTION_NOTICE: "Correction of an earlier notice",
}
CANNOT_YET = "Cannot start yet"
# What is not written out, so that an objection to what is missing says nothing new.
UNWRITTEN = frozenset({CANNOT_YET, "Not yet started", "Incomplete"})
_NAMED_BY = ("number", "subject", "offence", "type", "alt_text")

# From a path of the submission to the page it is written on; the field is the last group.
_LOCATED = (
    (r"checklist\.answers\.(\d+)(?:\.values)?(?:\.(\w+))?", "rows/{0}"),
    (r"content\.pictures\.(\d+)(?:\.facts)?(?:\.(\w+))?", "pictures/{0}"),
    (r"content\.facts\.(\d+)(?:\.(\w+))?", "facts/{0}"),
    (r"content\.pictures()", "pictures/0"),
    (r"content(?:\.(\w+))?", "words"),
    (
        r"subjects\.(\d+)\.convictions\.(\d+)\.sentence\.(\d+)(?:\.term)?(?:\.(\w+))?",
        "subjects/{0}/convictions/{1}/sentence/{2}",
    ),
    (r"subjects\.(\d+)\.convictions\.(\d+)(?:\.(\w+))?", "subjects/{0}/convictions/{1}"),
    (r"subjects\.(\d+)\.order(?:\.(\w+))?", "subjects/{0}/order"),
    (r"subjects\.(\d+)(?:\.(\w+))?", "subjects/{0}"),
    (r"subjects()", "subjects/0"),
    (r"(channels)(?:\..*)?", "channels"),
    (r"window(?:\.(\w+))?", "channels"),
    (r"(?:court_event\.)?(case_ref|service|on|document|court_event)", "case"),
)


def located(path: str) -> tuple[str, str]:
    """The page and the field that a path of the submission belongs to; "" where it is nowhere in the journey."""
    for pattern, name in _LOCATED:
        found = re.fullmatch(pattern, path)
        if found is not None:
            parts = [str(each or "") for each in found.groups()]
            return name.format(*parts), parts[-1]
    return "", ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of the task list."""

    place: Place
    status: str
    colour: str
    title: str
    group: str


def kind_of(body: dict[str, Any]) -> Kind:
    return Kind(body["kind"])


def names(body: dict[str, Any]) -> Iterator[str]:
    """Every page of the journey in order: what is there, and the first of what the kind asks for."""
    kind = kind_of(body)
    yield "case"
    for n, subject in enumerate(body.get("subjects") or [{}]):
        yield from _of_subject(kind, n, subject)
    content = body.get("content", {})
    details = int(kind is not Kind.CORRECTION_NOTICE)
    yield from (f"facts/{n}" for n in range(max(len(content.get("facts") or []), details)))
    yield "words"
    yield from (f"pictures/{n}" for n in range(max(len(content.get("pictures") or []), int(kind in IMAGES))))
    yield "channels"
    yield from (f"rows/{each.number}" for each in of_kind(kind) if each.number <= LAST_ROW)


def _of_subject(kind: Kind, n: int, subject: dict[str, Any]) -> Iterator[str]:
    yield f"subjects/{n}"
    sentenced = kind in CONVICTIONS and subject.get("category", Category.CONVICTED) in _CONVICTED
    convictions = subject.get("convictions") or ([{}] if sentenced else [])
    for m, conviction in enumerate(convictions):
        yield f"subjects/{n}/convictions/{m}"
        for k in range(max(len(conviction.get("sentence") or []), 1)):
            yield f"subjects/{n}/convictions/{m}/sentence/{k}"
    if kind in _ORDERS or subject.get("order"):
        yield f"subjects/{n}/order"


def reachable(body: dict[str, Any], at: Place) -> bool:
    """Whether the page is there, or is the next entry of a list whose owner is there."""
    here: Any = body
    for n, key in enumerate(at.keys):
        if isinstance(key, int):
            length = len(here) if isinstance(here, list) else 0
            if key > length or (key == length and n + 1 < len(at.keys)):
                return False
            here = here[key] if key < length else {}
        else:
            here = here.get(key) or {} if isinstance(here, dict) else {}
    return at.row is None or at.row in {each.number for each in of_kind(kind_of(body))}


def there(body: dict[str, Any], at: Place) -> bool:
    """Whether something of the page was ever saved; a picture is there once its file is."""
    listed = body.get("content", {}).get("pictures") or []
    file = re.fullmatch(r"pictures/(\d+)", at.name)
    return bool(taken(body, at)) or (file is not None and int(file[1]) < len(listed))


def suggested(body: dict[str, Any], at: Place) -> dict[str, Any]:
    """What a new entry begins with."""
    kind, number = kind_of(body), f"S{len(body.get('subjects') or []) + 1}"
    if re.fullmatch(r"subjects/\d+", at.name):
        return {"number": number, "category": _CATEGORY.get(kind, Category.CONVICTED).value}
    if at.name.startswith("facts/"):
        subjects, n = body.get("subjects") or [], int(at.name.split("/")[1])
        return {"subject": subjects[n].get("number", "S1")} if n < len(subjects) else {"subject": "S1"}
    return {}


def fingerprint(body: dict[str, Any], at: Place) -> str:
    """Of the answers a page was drawn with, so that it never overwrites newer ones."""
    said = json.dumps(taken(body, at), sort_keys=True, default=list)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def said_of(way: Way, name: str) -> list[Any]:
    """The objections that concern a page."""
    return [each for each in way.objections if located(each.path)[0] == name]


def after(body: dict[str, Any], name: str) -> str | None:
    """The page that follows; None at the end."""
    listed = list(names(body))
    at = listed.index(name) if name in listed else len(listed)
    return listed[at + 1] if at + 1 < len(listed) else None


def steps(bot: Bot, body: dict[str, Any], way: Way) -> list[Step]:
    """The task list."""
    found = []
    for name in names(body):
        at = place(bot, name)
        assert at is not None  # as `names` makes them
        status, colour = _status(body, at, way)
        found.append(Step(place=at, status=status, colour=colour, title=_title(body, at), group=_group(at)))
    return found


def _status(body: dict[str, Any], at: Place, way: Way) -> tuple[str, str]:
    if not reachable(body, at):
        return CANNOT_YET, "grey"
    if not there(body, at):
        return "Not yet started", "blue"
    gaps = Errors()
    missing(at.questions, taken(body, at), kind_of(body), gaps)
    if gaps or any(located(each.path)[0] == at.name for each in way.problems):
        return "Incomplete", "light-blue"
    effects = {each.effect for each in said_of(way, at.name)}
    if Effect.REFUSE in effects:
        return "Problem", "red"
    return ("Needs others", "yellow") if effects else ("Completed", "")


def _title(body: dict[str, Any], at: Place) -> str:
    shown = taken(body, at)
    if at.row is not None:
        return f"{at.row}. {at.title}"
    parts = at.name.split("/")
    if len(parts) == 1:
        return at.title
    said = next((label(at, key, shown[key]) for key in _NAMED_BY if shown.get(key)), "")
    owner = f" of {_number(body, int(parts[1]))}" if parts[0] == "subjects" and len(parts) > 2 else ""
    return f"{at.title}{owner}{f': {said}' if said else ''}"


def label(at: Place, name: str, value: Any) -> str:
    """A value as a person reads it: options by their label."""
    asked = next((each for each in at.questions if each.name == name), None)
    labels = {each.code: each.label for each in asked.options} if asked else {}
    lines: tuple[str, ...] = value if isinstance(value, tuple) else (str(value),)
    if asked is not None and asked.asks is Asks.DATE:
        return spoken_day(str(value))
    return "; ".join(labels.get(line, line) for line in lines)


def spoken_day(said: str) -> str:
    """As 16 February 2026; what is no date stays as it is."""
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return said
    return f"{day.day} {day:%B %Y}"


def concerned(bot: Bot, body: dict[str, Any], path: str) -> tuple[str, str]:
    """The page a path belongs to, and in words what it is about."""
    name, asked = located(path)
    at = place(bot, name)
    if at is None:
        return "", ""
    question = next((each.label for each in at.questions if each.name == asked), "")
    return name, f"{_title(body, at)}{f': {question}' if question else ''}"


def _number(body: dict[str, Any], n: int) -> str:
    subjects = body.get("subjects") or []
    return str(subjects[n].get("number", f"S{n + 1}")) if n < len(subjects) else f"S{n + 1}"


def _group(at: Place) -> str:
    first = at.name.split("/")[0]
    return {
        "case": "The case",
        "subjects": "People and companies",
        "facts": "What the notice says",
        "words": "What the notice says",
        "pictures": "What the notice says",
        "channels": "Where and when",
    }.get(first, "Decision checklist (Annex A)")
