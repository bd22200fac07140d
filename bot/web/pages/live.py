"""Live now: what is up, with the red button first; and what waits, is coming down, is stuck, or is down."""

from collections.abc import Callable

from flask import Blueprint, abort, render_template, request

from bot.cli_status import Board, Group, Line, board
from bot.explaining import explain
from bot.web.current import now, the_bot
from bot.web.kept import typed
from bot.web.notices import Shown, channel_rows, may_be_up, shown, standing_words
from policies.lifecycle import MAY_BE_VISIBLE, Standing
from store import desk, posts, publications
from store.ledger import Tx
from store.publications import Known

pages = Blueprint("live", __name__)
# So many fit before a person has to scroll for the one they want.
MANY = 5
# Of what is down, or waits, on one page: there are years of the one, and perhaps many of the other.
AT_ONCE = 20
_TOLD_MORE = frozenset({Standing.REFUSED, Standing.HELD, Standing.QUEUED})
_LISTS = {"waiting": Group.WAITING, "coming-down": Group.COMING_DOWN, "stuck": Group.STUCK, "down": Group.DOWN}

# Where they are looked for, without asking of every notice how it stands.
_LONG: dict[Group, Callable[[Tx], list[Known]]] = {
    Group.WAITING: publications.not_over,
    Group.DOWN: publications.without_open_post,
}


def _board() -> tuple[Board, list[Shown]]:
    """How everything stands, and what may be up with its words; the others are not opened for it."""
    bot = the_bot()
    with bot.ledger.read() as tx:
        made = board(bot, tx, now(), among=_pressing(tx))
        return made, [shown(tx, line) for line in made.lines if may_be_up(line)]


def _pressing(tx: Tx) -> frozenset[str]:
    """What may be visible or has an alarm: nobody waits for years of notices that are down before retracting."""
    visible = {post.publication_id for post in posts.in_states(tx, *MAY_BE_VISIBLE)}
    up = {publications.by_id(tx, each).ref for each in visible if each is not None}
    return frozenset(up | {row.ref for row in desk.open_alerts(tx) if row.ref})


@pages.get("/")
def home() -> str:
    return _live(typed().get("words", "").strip()[:100])


@pages.post("/search")
def search() -> str:
    """A name must not stand in an address, so the question travels in the body; it changes nothing."""
    return _live(request.form.get("words", "").strip()[:100])


def _live(words: str) -> str:
    made, up = _board()
    found = [each for each in up if each.matches(words)] if words else up
    counts = {name: sum(1 for line in made.lines if _belongs(line, group)) for name, group in _LISTS.items()}
    return render_template(
        "live.html", board=made, found=found, total=len(up), many=len(up) > MANY, words=words, counts=counts,
        rows=channel_rows,
    )  # fmt: skip


def _belongs(line: Line, group: Group) -> bool:
    """Whether it stands on that list; what is stuck on its way down stands on both."""
    return line.group is group or (group is Group.COMING_DOWN and line.group is Group.STUCK and bool(line.copies))


def _lacks(line: Line) -> bool:
    """Whether its standing alone does not say why it waits."""
    return line.publication is not None and line.publication.standing in _TOLD_MORE


@pages.get("/list/<name>")
def listed(name: str) -> str:
    group = _LISTS.get(name)
    if group is None:
        abort(404)
    bot, older = the_bot(), None
    with bot.ledger.read() as tx:
        if group in _LONG:
            lines, older = _latest(tx, group, request.args.get("before", ""))
        else:
            lines = [line for line in board(bot, tx, now()).lines if _belongs(line, group)]
        inside = [shown(tx, line) for line in lines]
        waits = [each.line.ref for each in inside if group is Group.WAITING and _lacks(each.line)]
        reasons = {ref: explain(bot, tx, ref, now()) for ref in waits}
    return render_template(
        "listed.html", name=name, group=group, inside=inside, rows=channel_rows, standing=standing_words,
        reasons=reasons, older=older,
    )  # fmt: skip


def _latest(tx: Tx, group: Group, before: str) -> tuple[list[Line], str | None]:
    """The latest of a group, of those submitted before this reference; and where the next page goes on."""
    bot = the_bot()
    # What the last page ended with may have gone to another list since: it is looked for among all notices.
    last = publications.find(tx, before)
    refs = [known.ref for known in reversed(_LONG[group](tx)) if last is None or known.id < last.id]
    found: list[Line] = []
    for start in range(0, len(refs), AT_ONCE + 1):
        asked = refs[start : start + AT_ONCE + 1]
        made = {line.ref: line for line in board(bot, tx, now(), among=frozenset(asked)).lines}
        found += [made[ref] for ref in asked if made[ref].group is group]
        if len(found) > AT_ONCE:
            break
    return found[:AT_ONCE], found[AT_ONCE - 1].ref if len(found) > AT_ONCE else None
