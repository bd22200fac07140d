"""What belongs to the request at hand: the bot, who is signed in, and the time."""

from dataclasses import replace
from datetime import datetime

from flask import current_app, g, has_request_context, request

from bot.context import Bot
from bot.lanes import is_urgent
from bot.settings_model import ConsoleSettings
from bot.signing_in import SignedIn
from policies.terms import Person

KEY = "downdate"
# Called for the sample sign-ins of a rehearsal that offers them.
SAMPLES = "downdate samples"


def the_bot() -> Bot:
    """The bot; for a request that takes something down, one whose writes go before those of others."""
    if "bot" not in g:
        whole: Bot = current_app.extensions[KEY]
        urgent = has_request_context() and is_urgent(request.path)
        g.bot = replace(whole, ledger=whole.ledger.urgent()) if urgent else whole
    bot: Bot = g.bot
    return bot


def console() -> ConsoleSettings:
    return the_bot().settings.console


def under_https() -> bool:
    return console().public_url.startswith("https")


def cookie(name: str) -> str:
    """As the browser has it: no other host, and no page without encryption, can set one of that name (ASVS 3.3.3)."""
    return f"__Host-{name}" if under_https() else name


def now() -> datetime:
    """One instant for the whole request."""
    if "now" not in g:
        g.now = the_bot().now
    at: datetime = g.now
    return at


def signed_in() -> SignedIn | None:
    """Who is signed in; None on public pages."""
    found: SignedIn | None = g.get("signed_in")
    return found


def me() -> Person:
    """The person who acts. Pages for signed-in people only may ask."""
    found = signed_in()
    assert found is not None  # `bot.web.access` lets nobody else come this far
    return found.person
