"""How the pages say times, states and lists (GOV.UK style)."""

import re
from datetime import datetime
from typing import Any

from flask import Flask
from markupsafe import Markup

from bot.cli_output import clock_time, comes_down, day_and_time, until
from bot.settings_values import in_words
from bot.web.current import now

# What the command line says to do, as it is done in the console.
_COMMANDS: tuple[tuple[str, str], ...] = (
    (r"`downdate confirm[^`]*`", "confirm it on the notice’s page"),
    (r"`downdate requeue[^`]*`", "queue it again on the notice’s page"),
    (r"`downdate resume[^`]*`", "Have it resumed under Channels."),
    (r"`downdate (?:doctor|alerts)[^`]*`", "Channels and Alarms"),
    (r"`downdate status [^`]*`", "the notice’s page"),
    (r"`downdate status`", "Live now"),
    (r"`downdate requests`", "it stands under Requests"),
    (r"`downdate tasks`", "Tasks"),
    (r"`downdate person list`", "People"),
    (r"`downdate person invite[^`]*`", "it is made under People"),
    (r"`downdate case export[^`]*`", "Record"),
    (r"`downdate retract [^`]*`", "Retract now"),
    (r"`downdate stray [^`]*`", "its task"),
    (r"`downdate ([^`]*)`", r"“\1” on the command line"),
    (r"checklist\.consultations", "the consultations of the checklist"),
)
_CHANNELS = {"website": "Website", "facebook": "Facebook", "instagram": "Instagram", "x": "X"}
_A_CHANNEL = re.compile(
    r"\b(website|facebook|instagram|x)(?=:| is paused| is not configured| is not resolved| can take down)"
)


def here(text: str) -> str:
    """What the policy or an alarm says, with the places of the console and the channels' own names."""
    for pattern, words in _COMMANDS:
        text = re.sub(pattern, words, text)
    return _A_CHANNEL.sub(lambda found: _CHANNELS[found[0]], text)


def teach(app: Flask) -> None:
    """Give the templates the filters they use."""
    app.jinja_env.filters["day_and_time"] = day_and_time
    app.jinja_env.filters["clock_time"] = clock_time
    app.jinja_env.filters["comes_down"] = _comes_down
    app.jinja_env.filters["from_now"] = _from_now
    app.jinja_env.filters["sentence"] = sentence
    app.jinja_env.filters["here"] = here
    app.jinja_env.filters["in_words"] = in_words


# What turns the reading direction round or takes no room: a reader has to see that it is there.
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def visible(value: Any) -> Any:
    """Whatever a template prints: text with its unseen characters named, as [U+202E]."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", value)


def sentence(text: str) -> str:
    """With a capital at its beginning; what follows keeps its own."""
    return text[:1].upper() + text[1:]


def _comes_down(at: datetime) -> str:
    if at <= now():
        return f"Should have been down by {day_and_time(at)} ({until(at, now())})"
    return comes_down(at, now())


def _from_now(at: datetime) -> str:
    return until(at, now())
