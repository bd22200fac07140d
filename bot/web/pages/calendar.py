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
# Dates on one page.
AT_ONCE = 20


@pages.get("/calendar")
def home() -> str:
    return _page()


def _page(*, link: str = "") -> str:
    bot = the_bot()
    with bot.ledger.read() as tx:
        every = coming(bot, tx, now())
        since = feeds.made_at(tx, me().id)
    passed = [_mark(each) for each in every]
    after = request.args.get("after", "")
    found = every[passed.index(after) + 1 :] if after in passed else every
    days = [(_heading(on), list(each)) for on, each in groupby(found[:AT_ONCE], key=_day)]
    later = _mark(found[AT_ONCE - 1]) if len(found) > AT_ONCE else None
    return render_template("calendar.html", days=days, names=NAMES, since=since, link=link, later=later)


def _mark(each: Coming) -> str:
    """What an address calls one entry, so that the next page goes on behind it."""
    return f"{each.ref}.{each.what.name.lower()}.{each.at:%Y%m%d%H%M%S}"


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
