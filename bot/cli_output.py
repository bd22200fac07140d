"""What the commands print: text for people, one JSON document for machines, and times as London's clock shows them."""

import json
import sys
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import IntEnum, StrEnum
from typing import Any, TypeVar

from rich.console import Console

from bot.settings_values import duration
from bot.submission_checks import InputRefused, Problem
from policies.cautions import Caution
from policies.dossier import Objection
from policies.retention import LONDON
from policies.terms import Channel

E = TypeVar("E", bound=StrEnum)
BY_HAND: dict[Channel, str] = {
    Channel.WEBSITE: "delete the notice's folder below the site's n/ folder, then clear the web server's cache",
    Channel.FACEBOOK: "signed in as the Page: Move to trash, empty the trash, then delete each photo of it",
    Channel.X: "signed in as the council: Delete",
    Channel.INSTAGRAM: "signed in as the council: Delete, then Recently deleted, Delete",
}


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    REFUSED = 3
    PARTIAL = 4
    OVERDUE = 5
    TRY_LATER = 75


class Misused(InputRefused):
    """A value of the command line that cannot be meant."""


def misused(path: str, value: str | None, what: str, remedy: str, clause: str | None = None) -> Misused:
    said = None if value is None else value[:60]
    return Misused([Problem(path=path, value=said, clause=clause, what=what, remedy=remedy)])


def one_of(kind: type[E], path: str, value: str, *, clause: str, among: Iterable[E] | None = None) -> E:
    """The value as one of the policy's own words. Raises Misused with all of them, and the nearest one first."""
    words = [each.value for each in (kind if among is None else among)]
    if value in words:
        return kind(value)
    near = get_close_matches(value, words, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise misused(path, value, "It is not known.", f"{hint}Use one of: {', '.join(words)}.", clause)


def instant(path: str, value: str) -> datetime:
    """An instant with its offset from UTC. Raises Misused."""
    offset = "Write it with its offset from UTC, such as 2026-11-30T09:00:00+00:00."
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise misused(path, value, "It is not a time.", offset) from None
    if moment.tzinfo is None:
        raise misused(path, value, "It has no time zone.", offset)
    return moment


def patience_of(value: str) -> timedelta:
    """How long a command stays. Raises Misused."""
    try:
        return duration(value)
    except ValueError as wrong:
        raise misused("--patience", value, f"It is {wrong}.", "Write it such as 60s.") from None


def out() -> Console:
    """Standard output. Nothing printed is read as markup, and nothing is wrapped in a pipe."""
    return Console(file=sys.stdout, markup=False, highlight=False, emoji=False)


def messages() -> Console:
    """Standard error: what a person should know and no program should read."""
    return Console(file=sys.stderr, markup=False, highlight=False, emoji=False)


def say(text: str = "") -> None:
    out().print(harmless(text), soft_wrap=True)


def tell(text: str) -> None:
    """A message, kept away from what is printed for programs."""
    messages().print(harmless(text), soft_wrap=True)


def say_json(document: Any) -> None:
    """One document on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def say_json_line(document: Any) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")


def harmless(text: str) -> str:
    """The text without characters that would steer a terminal."""
    return "".join(each for each in text if each in "\n\t" or unicodedata.category(each) not in {"Cc", "Cf"})


def day_and_time(at: datetime) -> str:
    """As in 18 December 2026, 9am: London's clock, without minutes where there are none."""
    local = at.astimezone(LONDON)
    minutes = f":{local:%M}" if local.minute else ""
    if (local.hour, local.minute) in {(0, 0), (12, 0)}:
        hour = "midday" if local.hour else "midnight"
    else:
        hour = f"{local.hour % 12 or 12}{minutes}{local:%p}".lower()
    return f"{local.day} {local:%B %Y}, {hour}"


def clock_time(at: datetime) -> str:
    """To the second, for what happens while one looks on."""
    return f"{at.astimezone(LONDON):%H:%M:%S}"


def until(at: datetime, now: datetime) -> str:
    """How long from now, in the largest unit that is not nothing."""
    span = at - now
    words = "left" if span > timedelta() else "ago"
    seconds = abs(span) // timedelta(seconds=1)
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'} {words}"
    return "now"


def comes_down(at: datetime, now: datetime) -> str:
    return f"Comes down by {day_and_time(at)} ({until(at, now)})"


def objection_line(objection: Objection) -> str:
    return f"{objection.path} ({objection.clause}, {objection.effect.value}): {objection.what} {objection.remedy}"


def objection_json(objection: Objection) -> dict[str, str | bool]:
    return {
        "clause": objection.clause,
        "path": objection.path,
        "what": objection.what,
        "remedy": objection.remedy,
        "effect": objection.effect.value,
        "lesser": objection.lesser,
    }


def caution_lines(cautions: Iterable[Caution], days_since: int | None) -> list[str]:
    """Warnings, and how long ago the court decided (R23)."""
    since = [] if days_since is None else [f"Days since the court's decision: {days_since}"]
    return since + [f"Warning: {each.path} ({each.clause}): {each.what}" for each in cautions]


def caution_json(cautions: Iterable[Caution], days_since: int | None) -> dict[str, Any]:
    made = [{"clause": each.clause, "path": each.path, "what": each.what} for each in cautions]
    return {"days_since_court_decision": days_since, "warnings": made}
