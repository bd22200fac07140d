"""The parts of a notice that is being written: the questions of each, and where its answers stand in the submission."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.context import Bot, law_of
from policies.answers import Value
from policies.checklist import row
from policies.pictures import ApparentAge, Source
from policies.questions import YES_NO, YES_NO_UNKNOWN, Asks, Option, Question
from policies.retention import LONDON
from policies.terms import Category, Channel

# Rows 33 and 34 are answered by others: consultees and the Director.
LAST_ROW = 32
_YES_NO_NAMES = frozenset({"until_further_order", "no_end_stated", "mentioned_only"})


def _options(codes: Mapping[str, str]) -> tuple[Option, ...]:
    return tuple(Option(code=code, label=label) for code, label in codes.items())


def _line(name: str, label: str, **more: Any) -> Question:
    return Question(name=name, label=label, **more)


def _day(name: str, label: str, **more: Any) -> Question:
    return Question(name=name, label=label, asks=Asks.DATE, **more)


def _choice(name: str, label: str, options: tuple[Option, ...], **more: Any) -> Question:
    return Question(name=name, label=label, asks=Asks.CHOICE, options=options, **more)


CATEGORIES = {
    Category.CONVICTED: "Convicted person",
    Category.RESPONDENT: "Respondent of an injunction (no conviction)",
    Category.SUSPECT: "Suspect",
    Category.COMPANY: "Company",
    Category.VICTIM: "Victim",
    Category.WITNESS: "Witness",
    Category.THIRD_PARTY: "Somebody else",
}
_SOURCES = {
    Source.OVERT_CCTV: "The council's overt cameras",
    Source.RESIDENT: "A resident",
    Source.CUSTODY: "A custody photograph",
    Source.COUNCIL: "The council, of a place or a thing",
    Source.COVERT: "Covert cameras",
}
_AGES = {
    ApparentAge.ADULT: "An adult",
    ApparentAge.FROM_16_TO_17: "16 or 17",
    ApparentAge.UNDER_16: "Under 16",
    ApparentAge.NOBODY: "Nobody can be seen",
    ApparentAge.UNKNOWN: "Cannot be said",
}

PERSON = (
    _line("number", "Number within the case", hint="S1, S2 and so on; the same person keeps it in every notice."),
    _choice("category", "What are they in the case?", _options({k.value: v for k, v in CATEGORIES.items()})),
    _line("name", "Name", hint="Leave it out to stay anonymous. An image appeal names nobody.", needed=False),
    _day("date_of_birth", "Date of birth", hint="Never published; ages are worked out from it.", needed=False),
)
CONVICTION = (
    _line("offence", "Offence"),
    _day("offence_on", "Date of the offence", needed=False),
    _day("convicted_on", "Date of conviction"),
    _day("sentenced_on", "Date of sentence", needed=False),
    _choice("mentioned_only", "Is it an earlier conviction that the text mentions?", YES_NO, needed=False),
    _choice(
        "breach_or_appeal", "Has a breach, a revocation or an appeal touched it since?", YES_NO_UNKNOWN, needed=False
    ),
    _day("legal_spent_from", "From which day is it spent, where Legal decided that?", needed=False),
    _line("legal_decided_by", "Who in Legal decided it?", needed=False),
)
ORDER_END = (
    _day("ends", "Its last day", needed=False),
    _choice("until_further_order", "Does it run until further order?", YES_NO, needed=False),
)
PICTURE = (
    _choice("source", "Where does the picture come from?", _options({k.value: v for k, v in _SOURCES.items()})),
    _day("captured_on", "When was it taken?", needed=False),
    _line("rights", "By which right or consent is it used?", needed=False),
    _choice("good_enough", "Is it good enough not to mislead about who it shows?", YES_NO_UNKNOWN),
    Question(name="visible", label="How many people can be seen in it?", asks=Asks.NUMBER),
    Question(name="needed", label="How many of them are needed?", asks=Asks.NUMBER),
    _choice("others_obscured", "Are all others cropped or solidly obscured?", YES_NO_UNKNOWN),
    _choice("children", "Can a child be seen in it?", YES_NO_UNKNOWN),
    _choice("apparent_age", "How old does whoever is shown look?", _options({k.value: v for k, v in _AGES.items()})),
)
ALT_TEXT = Question(
    name="alt_text",
    label="Describe the picture for somebody who cannot see it",
    asks=Asks.TEXT,
    hint="What it shows. Do not name a suspect, or infer race, religion or disability.",
)
FACTS = (
    _line("subject", "Whose details are these?", hint="The number within the case, such as S1."),
    _line("name", "Name", needed=False),
    Question(name="age", label="Age in years", asks=Asks.NUMBER, needed=False),
    _line("offence", "Offence or behaviour", needed=False),
    _line("summary_address", "Street or area, and town", hint="Never a house number or a postcode.", needed=False),
    _line("outcome", "Outcome", needed=False),
)
WORDS = (
    _line("headline", "Headline"),
    Question(name="body", label="Text", asks=Asks.TEXT, hint="A blank line begins a new paragraph."),
)
_CHANNELS = {
    Channel.WEBSITE: "Website",
    Channel.FACEBOOK: "Facebook",
    Channel.X: "X (a neutral line and the link to the website)",
    Channel.INSTAGRAM: "Instagram",
}
CHANNELS = (
    Question(
        name="channels",
        label="Where does it appear?",
        asks=Asks.CHOICES,
        options=_options({k.value: v for k, v in _CHANNELS.items()}),
    ),
    _day("opens", "Not before this day", hint="Leave it empty for as soon as it is approved.", needed=False),
    _line("opens_at", "From which time on that day?", hint="Such as 09:30; from midnight if left empty.", needed=False),
    _day("closes", "Not after this day", hint="What is approved later does not go up any more.", needed=False),
    _line("closes_at", "Until which time on that day?", hint="Such as 17:00; its end if left empty.", needed=False),
)
_TIMES = (("opens", "00:00"), ("closes", "23:59"))


@dataclass(frozen=True, kw_only=True)
class Place:
    """One page of the journey: its title, its questions, and the keys that lead to its answers in the body."""

    name: str
    title: str
    questions: tuple[Question, ...]
    keys: tuple[str | int, ...]
    row: int | None = None
    adds: str = ""
    """A list that one more entry can be added to from here."""


def _case(bot: Bot) -> tuple[Question, ...]:
    services = {each.name: each.title for each in bot.settings.council.services}
    return (
        _line("case_ref", "Case reference"),
        _choice("service", "Which service brought the case?", _options(services)),
        _day("on", "Date of the verdict, sentence, order or incident"),
        _line("document", "Reference of the court's document, or of the incident"),
    )


def _component(bot: Bot) -> tuple[Question, ...]:
    law = law_of(bot.settings)
    titles = {code: each.title for code, each in law.sentences.items()} | dict(law.no_outcome)
    numbers = (("years", "Years"), ("months", "Months"), ("weeks", "Weeks"), ("days", "Days"))
    return (
        _choice("type", "What kind is it?", _options(titles)),
        *(Question(name=name, label=f"{label} of custody", asks=Asks.NUMBER, needed=False) for name, label in numbers),
        _day("starts", "First day, where it is not the day of sentence", needed=False),
        _day("completed", "Day on which the whole sentence is completed, licence included", needed=False),
        *ORDER_END,
        _choice("no_end_stated", "Does the court's document say nothing about its end?", YES_NO, needed=False),
        _choice("paid", "Compensation or confiscation: is it paid in full?", YES_NO_UNKNOWN, needed=False),
        _day("paid_on", "Paid in full on", needed=False),
        _choice(
            "schedule_18",
            "Custody of more than 4 years: is it a Schedule 18 offence? Legal says",
            YES_NO_UNKNOWN,
            needed=False,
        ),
        _day("checked_on", "When was it checked that it is in force, or not paid in full?", needed=False),
    )


def _order(bot: Bot) -> tuple[Question, ...]:
    kinds = {code: each.title for code, each in law_of(bot.settings).orders.items()}
    return (
        _choice("type", "What kind of order is it?", _options(kinds)),
        _day("made_on", "Made on"),
        *ORDER_END,
        _choice("final", "Was it made at a final hearing?", YES_NO_UNKNOWN),
        _choice("in_force", "Is it in force?", YES_NO_UNKNOWN),
        _day("checked_on", "When was that checked?", needed=False),
    )


def place(bot: Bot, name: str) -> Place | None:
    """The page of that name, such as `subjects/0/convictions/1`; None where there is none."""
    single: dict[str, Place] = {
        "case": Place(name="case", title="The case", questions=_case(bot), keys=()),
        "words": Place(name="words", title="Headline and text", questions=WORDS, keys=("content",)),
        "channels": Place(name="channels", title="Channels and time", questions=CHANNELS, keys=()),
    }
    if name in single:
        return single[name]
    return _row_place(name) or _entry_place(bot, name)


def _row_place(name: str) -> Place | None:
    match = re.fullmatch(r"rows/([1-9]\d?)", name)
    number = int(match[1]) if match else 0
    if not 1 <= number <= LAST_ROW:
        return None
    asked = row(number)
    keys = ("checklist", "answers", str(number), "values")
    return Place(name=name, title=asked.title, questions=asked.questions, row=number, keys=keys)


def _entry_place(bot: Bot, name: str) -> Place | None:
    parts = name.split("/")
    keys: tuple[str | int, ...] = tuple(int(part) if part.isdecimal() else part for part in parts)
    for pattern, title, questions, adds in (
        (r"subjects/\d{1,2}", "Person or company", PERSON, "convictions"),
        (r"subjects/\d{1,2}/convictions/\d{1,2}", "Conviction", CONVICTION, "sentence"),
        (r"subjects/\d{1,2}/convictions/\d{1,2}/sentence/\d{1,2}", "Part of the sentence", _component(bot), ""),
        (r"subjects/\d{1,2}/order", "Order", _order(bot), ""),
        (r"facts/\d{1,2}", "Basic details", FACTS, ""),
        (r"pictures/\d{1,2}", "Picture", (ALT_TEXT, *PICTURE), ""),
    ):
        if re.fullmatch(pattern, name):
            inside = ("content", *keys) if parts[0] in {"facts", "pictures"} else keys
            return Place(name=name, title=title, questions=questions, keys=inside, adds=adds)
    return None


def taken(body: dict[str, Any], at: Place) -> dict[str, Value]:
    """The answers that stand in the body, as the form shows them."""
    if at.name == "case":
        event = body.get("court_event", {})
        return _shown({**body, **event}, at)
    if at.name == "channels":
        return _shown(body | _window_shown(body.get("window") or {}), at)
    here: Any = body
    for key in at.keys:
        if isinstance(here, list):
            here = here[key] if isinstance(key, int) and key < len(here) else {}
        else:
            here = here.get(key, {}) if isinstance(here, dict) else {}
    inside = here if isinstance(here, dict) else {}
    deeper = "term" if "/sentence/" in at.name else "facts" if at.name.startswith("pictures/") else ""
    return _shown({**inside, **(inside.get(deeper) or {})}, at)


def _window_shown(window: Mapping[str, Any]) -> dict[str, str]:
    """Its instants as London's clock shows them."""
    found: dict[str, str] = {}
    for name, _ in _TIMES:
        if window.get(name):
            local = datetime.fromisoformat(window[name]).astimezone(LONDON)
            found |= {name: local.date().isoformat(), f"{name}_at": f"{local:%H:%M}"}
    return found


def wrong(at: Place, values: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    """What is wrong with answers taken together: the field, and what to do."""
    if at.name != "channels":
        return
    times = []
    for name, usual in _TIMES:
        said = str(values.get(f"{name}_at", usual))
        if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", said):
            yield f"{name}_at", "It is not a time. Write it such as 09:30."
        elif f"{name}_at" in values and name not in values:
            yield name, "Give the day as well, or leave out its time."
        elif name in values:
            times.append(f"{values[name]} {said.zfill(5)}")
    if len(times) == len(_TIMES) and times[0] >= times[1]:
        yield "closes", "It ends before it begins. Choose a later day or time."


def _shown(given: Mapping[str, Any], at: Place) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for question in at.questions:
        value = given.get(question.name)
        if isinstance(value, bool):
            found[question.name] = "yes" if value else "no"
        elif isinstance(value, list) and value:
            found[question.name] = tuple(str(each) for each in value)
        elif value not in (None, "", []):
            found[question.name] = value if isinstance(value, int) else str(value)
    return found


def kept(body: dict[str, Any], at: Place, values: Mapping[str, Value]) -> None:
    """Write the answers into the body, shaped as the submission wants them."""
    plain: dict[str, Any] = {
        name: value == "yes" if name in _YES_NO_NAMES else list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
    }
    if at.name == "case":
        body["court_event"] = {key: plain.pop(key) for key in ("on", "document") if key in plain}
        for key in ("case_ref", "service"):
            body[key] = plain.get(key, "")
        return
    if at.name == "channels":
        body["channels"] = plain.get("channels", [])
        body["window"] = {name: _instant(plain, name, usual) for name, usual in _TIMES if name in plain}
        return
    here = _reach(body, at.keys)
    for question in at.questions:
        here.pop(question.name, None)
    here.pop("term", None)
    here |= _nested(at, plain)


def _instant(plain: Mapping[str, Any], name: str, usual: str) -> str:
    """A day and time of London's clock; a time stands for its whole minute where something ends then."""
    hour, minute = (int(part) for part in str(plain.get(f"{name}_at", usual)).split(":"))
    ends = timedelta(seconds=59) if f"{name}_at" not in plain and name == "closes" else timedelta()
    local = datetime.combine(date.fromisoformat(plain[name]), time(hour, minute), LONDON)
    return (local + ends).isoformat()


def _nested(at: Place, plain: dict[str, Any]) -> dict[str, Any]:
    """Terms and facts about pictures stand one level deeper."""
    if "/sentence/" in at.name:
        term = {key: plain.pop(key) for key in ("years", "months", "weeks", "days") if plain.get(key)}
        return plain | ({"term": term} if term else {})
    if at.name.startswith("pictures/"):
        alt_text = plain.pop("alt_text", "")
        return {"alt_text": alt_text, "facts": plain}
    return plain


def _reach(body: dict[str, Any], keys: tuple[str | int, ...]) -> dict[str, Any]:
    """The object at these keys, made where it is not there yet. Lists grow by one entry at most."""
    here: Any = body
    for n, key in enumerate(keys):
        fresh: Any = [] if n + 1 < len(keys) and isinstance(keys[n + 1], int) else {}
        if isinstance(here, list):
            assert isinstance(key, int)  # as `place` reads the name
            if key >= len(here):
                here.append(fresh)
            here = here[min(key, len(here) - 1)]
        else:
            here = here.setdefault(key, fresh)
    made: dict[str, Any] = here
    return made


def removed(body: dict[str, Any], at: Place) -> None:
    """Take an entry of a list, or the order, out of the body."""
    *above, last = at.keys
    here: Any = body
    for key in above:
        here = here[key]
    if isinstance(here, list) and isinstance(last, int) and last < len(here):
        del here[last]
    elif isinstance(here, dict):
        here.pop(last, None)
