"""Live now: what is up, and how to take it down."""

from flask import Blueprint, render_template

from bot.cli_status import board
from bot.web.current import now, the_bot

pages = Blueprint("live", __name__)


@pages.get("/")
def home() -> str:
    bot = the_bot()
    with bot.ledger.read() as tx:
        whole = board(bot, tx, now())
    return render_template("live.html", board=whole)
