"""Coming up and coming down: a dated list, and the same as a calendar feed that names nobody."""

from datetime import date
from itertools import groupby

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.coming import Coming, as_calendar, coming, end_feed, make_feed, may_follow
from bot.web.current import console, me, now, the_bot
from bot.web.notices import NAMES
from policies.retention import LONDON
from store import feeds

pages = Blueprint("calendar", __name__)


@pages.get("/calendar")
def home() -> str:
    return _page()


def _page(*, link: str = "") -> str:
    bot = the_bot()
    with bot.ledger.read() as tx:
        found = coming(bot, tx, now())
        since = feeds.made_at(tx, me().id)
    days = [(_heading(on), list(each)) for on, each in groupby(found, key=_day)]
    return render_template("calendar.html", days=days, names=NAMES, since=since, link=link)


def _day(each: Coming) -> date:
    return each.at.astimezone(LONDON).date()


def _heading(on: date) -> str:
    return f"{on:%A} {on.day} {on:%B %Y}"


@pages.post("/calendar")
def act() -> Response | str:
    """Make an address of one's own, shown in this answer only; or end it."""
    what = request.form.get("act", "")
    if what not in {"make", "end"}:
        abort(400)
    if what == "make":
        secret = make_feed(the_bot(), me())
        return _page(link=f"{console().public_url}{url_for('calendar.feed')}?token={secret}")
    flash("The address is no longer good." if end_feed(the_bot(), me()) else "You have no address.")
    return redirect(url_for("calendar.home"), code=303)


@pages.get("/calendar.ics")
def feed() -> Response:
    """For calendars, which do not sign in: the secret in the address is all they have."""
    bot = the_bot()
    with bot.ledger.read() as tx:
        if not may_follow(bot, tx, request.args.get("token", "")):
            abort(404)
        found = coming(bot, tx, now())
    return Response(as_calendar(found, NAMES, now()), mimetype="text/calendar")
