"""The parts of a notice that is being written: the questions of each, and where its answers stand in the submission."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.context import Bot, law_of
from policies.checklist import row
from policies.pictures import ApparentAge, Source
from policies.questions import YES_NO, YES_NO_UNKNOWN, Asks, Option, Question
from policies.terms import Category, Channel

# Rows 33 and 34 are answered by others: consultees and the Director.
LAST_ROW = 32


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
