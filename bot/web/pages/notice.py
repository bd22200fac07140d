"""Everything about one notice."""

from flask import Blueprint, abort, render_template

from bot.cli_status import detail
from bot.intake import NotFound
from bot.web.current import now, the_bot
from bot.web.notices import shown

pages = Blueprint("notice", __name__)


@pages.get("/notices/<ref>")
def page(ref: str) -> str:
    bot = the_bot()
    try:
        with bot.ledger.read() as tx:
            made = detail(bot, tx, ref, now())
            notice = shown(tx, made.line)
    except NotFound:
        abort(404)
    return render_template("notice.html", notice=notice, detail=made)
