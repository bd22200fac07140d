"""How the pages say times, states and lists (GOV.UK style)."""

from datetime import datetime

from flask import Flask

from bot.cli_output import clock_time, comes_down, day_and_time, until
from bot.web.current import now


def teach(app: Flask) -> None:
    """Give the templates the filters they use."""
    app.jinja_env.filters["day_and_time"] = day_and_time
    app.jinja_env.filters["clock_time"] = clock_time
    app.jinja_env.filters["comes_down"] = _comes_down
    app.jinja_env.filters["from_now"] = _from_now


def _comes_down(at: datetime) -> str:
    return comes_down(at, now())


def _from_now(at: datetime) -> str:
    return until(at, now())
