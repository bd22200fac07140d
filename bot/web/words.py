"""How the pages say times, states and lists (GOV.UK style)."""

import re
from datetime import datetime
from typing import Any

from flask import Flask
from markupsafe import Markup

from bot.cli_output import clock_time, comes_down, day_and_time, until
from bot.settings_values import in_words
from bot.web.current import now
from bot.web.remedies import here


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
