"""Live now: what is up, with the red button first; and what waits, is coming down, is stuck, or is down."""

from flask import Blueprint, abort, render_template, request

from bot.cli_status import STANDING_WORDS, Board, Group, board
from bot.web.current import now, the_bot
from bot.web.notices import Shown, channel_rows, shown
from policies.lifecycle import MAY_BE_VISIBLE

pages = Blueprint("live", __name__)
# So many fit before a person has to scroll for the one they want.
MANY = 5
_LISTS = {"waiting": Group.WAITING, "coming-down": Group.COMING_DOWN, "stuck": Group.STUCK, "down": Group.DOWN}


def _board() -> tuple[Board, list[Shown]]:
    bot = the_bot()
    with bot.ledger.read() as tx:
        made = board(bot, tx, now())
        return made, [shown(tx, line) for line in made.lines]


def _may_be_up(each: Shown) -> bool:
    """Whether anything of it may be visible, whatever group it is listed under."""
    standing = each.line.publication
    if standing is None:
        return False
    return any(post.state in MAY_BE_VISIBLE for channel in standing.channels for post in channel.posts)


@pages.get("/")
def home() -> str:
    return _live("")


@pages.post("/search")
def search() -> str:
    """A name must not stand in an address, so the question travels in the body; it changes nothing."""
    return _live(request.form.get("words", "").strip()[:100])


def _live(words: str) -> str:
    made, everything = _board()
    up = [each for each in everything if _may_be_up(each)]
    found = [each for each in up if each.matches(words)] if words else up
    counts = {name: sum(1 for each in everything if each.line.group is group) for name, group in _LISTS.items()}
    return render_template(
        "live.html", board=made, found=found, total=len(up), many=len(up) > MANY, words=words, counts=counts,
        rows=channel_rows,
    )  # fmt: skip


@pages.get("/list/<name>")
def listed(name: str) -> str:
    group = _LISTS.get(name)
    if group is None:
        abort(404)
    _, everything = _board()
    inside = [each for each in everything if each.line.group is group]
    return render_template(
        "listed.html", name=name, group=group, inside=inside, rows=channel_rows, words=STANDING_WORDS
    )
