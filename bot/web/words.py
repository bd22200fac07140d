"""How the pages say times, states and lists (GOV.UK style)."""

import re
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from markupsafe import Markup

from bot.cli_output import clock_time, day_and_time, until
from bot.settings_values import in_words
from bot.web.current import now
from bot.web.remedies import here
from policies.lifecycle import State
from policies.retention import LONDON

STATES: dict[State, str] = {
    State.QUEUED: "Waiting",
    State.POSTING: "Not known yet",
    State.LIVE: "Live",
    State.REMOVING: "Coming down",
    State.REMOVED: "Gone",
    State.NOT_POSTED: "Not posted",
}


def teach(app: Flask) -> None:
    """Give the templates the filters they use."""
    app.jinja_env.filters["day_and_time"] = day_and_time
    app.jinja_env.filters["dated"] = dated
    app.jinja_env.filters["iso"] = iso
    app.jinja_env.filters["from_day"] = from_day
    app.jinja_env.filters["until_day"] = until_day
    app.jinja_env.filters["clock_time"] = clock_time
    app.jinja_env.filters["comes_down"] = _comes_down
    app.jinja_env.filters["from_now"] = _from_now
    app.jinja_env.filters["clock_time_since"] = _clock_time_since
    app.jinja_env.filters["sentence"] = sentence
    app.jinja_env.filters["ended"] = ended
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


def ended(text: str) -> str:
    """As a sentence, which ends once: a headline may be a question."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def iso(at: datetime) -> str:
    """For programs that read a page, in London's own time."""
    return at.astimezone(LONDON).isoformat(timespec="seconds")


def dated(at: datetime) -> Markup:
    """Day and time as people say it, with what a program reads."""
    return Markup('<time datetime="{}">{}</time>').format(iso(at), day_and_time(at))


def until_day(at: datetime) -> str:
    """How long something holds: what ends at midnight holds on the whole day before."""
    last = at.astimezone(LONDON) - timedelta(days=1)
    if (last.hour, last.minute) == (0, 0):
        return f"until and including {last.day} {last:%B %Y}"
    return f"until {day_and_time(at)}"


def from_day(at: datetime) -> str:
    """Since when something holds: what begins at midnight holds on the whole day."""
    local = at.astimezone(LONDON)
    return f"from {local.day} {local:%B %Y}" if (local.hour, local.minute) == (0, 0) else f"from {day_and_time(at)}"


def _clock_time_since(at: datetime, since: datetime | None) -> str:
    """To the second, with its day where that is another than the day of `since`."""
    local = at.astimezone(LONDON)
    same = since is not None and since.astimezone(LONDON).date() == local.date()
    return clock_time(at) if same else f"{clock_time(at)}, {local.day} {local:%B %Y}"


def state_name(state: str) -> str:
    """How a copy stands, in the words of its tag."""
    return next((words for known, words in STATES.items() if known == state), state.replace("_", " "))


def _comes_down(at: datetime) -> Markup:
    words = "Should have been down by" if at <= now() else "Comes down by"
    return Markup("{} {} ({})").format(words, dated(at), until(at, now()))


def _from_now(at: datetime) -> str:
    return until(at, now())
