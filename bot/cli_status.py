"""How everything stands, as people read it: Live, Coming down, Waiting, Stuck, Down, and how much is overdue."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.alert_kinds import ADVICE, AlertKind
from bot.cli_output import BY_HAND, comes_down, day_and_time
from bot.context import Bot
from bot.intake_refusals import find
from bot.standing import Copy, PostStanding, PublicationStanding, at_stake, overview, publication_standing
from policies.lifecycle import CLOSED, Standing, State
from store import artefacts, desk, posts
from store.ledger import Tx


class Group(StrEnum):
    """What a person has to know first about a notice. Stuck always says what to do."""

    STUCK = "Stuck"
    COMING_DOWN = "Coming down"
    LIVE = "Live"
    WAITING = "Waiting"
    DOWN = "Down"


_GROUP: dict[Standing, Group] = {
    Standing.IN_DOUBT: Group.WAITING,
    Standing.COMING_DOWN: Group.COMING_DOWN,
    Standing.UP: Group.LIVE,
    Standing.DOWN: Group.DOWN,
    Standing.NEVER_UP: Group.DOWN,
}
STANDING_WORDS: dict[Standing, str] = {
    Standing.DRAFT: "Draft",
    Standing.REFUSED: "Refused by the policy: amend it",
    Standing.HELD: "Held: something it needs is missing",
    Standing.AWAITING_APPROVAL: "Waits for a Director's approval",
    Standing.SENT_BACK: "Sent back: amend it",
    Standing.IN_DOUBT: "Going up, or up: being looked for",
    Standing.COMING_DOWN: "Coming down",
    Standing.UP: "Up",
    Standing.QUEUED: "Approved, waits to go up",
    Standing.DOWN: "Down, proven",
    Standing.NEVER_UP: "Was never up",
}
_MAYBE_UP = frozenset({Standing.IN_DOUBT, Standing.UP, Standing.COMING_DOWN})
_HELD: dict[str, str] = {
    "sibling": "waits until another copy of the case has gone",
    "page-unseen": "waits until the public can see its page",
    "R23": "waits for `downdate confirm`",
}
# Alarms that say something is stuck, not merely that somebody should know.
_STUCK = frozenset(
    {
        AlertKind.OVERDUE, AlertKind.REMOVAL_UNVERIFIED, AlertKind.URGENT_UNVERIFIED, AlertKind.URGENT_SECOND_PERSON,
        AlertKind.BY_HAND, AlertKind.OUTCOME_UNKNOWN, AlertKind.CHANNEL_REFUSED, AlertKind.CALLED_OFF, AlertKind.HELD,
        AlertKind.PAGE_UNSEEN, AlertKind.APPROVAL_LAPSED, AlertKind.FACTS_UNCONFIRMED,
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Line:
    """One notice, or a copy whose notice this ledger does not know, under its group."""

    group: Group
    ref: str
    publication: PublicationStanding | None
    stuck: tuple[str, ...]
    copies: tuple[Copy, ...]
    """Those whose removal has begun or should have."""


@dataclass(frozen=True, kw_only=True)
class Board:
    """Everything there is, at one instant."""

    at: datetime
    paused: tuple[str, ...]
    lines: tuple[Line, ...]
    overdue: tuple[Copy, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "paused": list(self.paused),
            "overdue": len(self.overdue),
            "publications": [
                {"group": line.group.value, "ref": line.ref, "stuck": list(line.stuck)}
                | (line.publication.as_json() if line.publication else {})
                for line in self.lines
            ],
        }


def board(bot: Bot, tx: Tx, now: datetime, *, among: Collection[str] | None = None) -> Board:
    """Every notice in its group; the most worrying group first, and in it the nearest date.

    `among`: only of those references, which have to hold everything that may be visible.
    """
    stake = at_stake(bot, tx, now)
    alarms = [row for row in desk.open_alerts(tx) if AlertKind(row.kind) in _STUCK]
    seen = overview(bot, tx, now, among=among)
    known = {each.ref for each in seen.publications}
    lines = []
    for publication in seen.publications:
        copies = tuple(copy for copy in stake if copy.ref == publication.ref and copy.unproven_for(now) is not None)
        stuck = _stuck(bot, publication.ref, copies, alarms, now)
        group = Group.STUCK if stuck else _GROUP.get(publication.standing, Group.WAITING)
        lines.append(Line(group=group, ref=publication.ref, publication=publication, stuck=stuck, copies=copies))
    for ref in dict.fromkeys(copy.ref for copy in stake if copy.ref not in known):
        copies = tuple(copy for copy in stake if copy.ref == ref)
        stuck = _stuck(bot, ref, copies, alarms, now)
        group = Group.STUCK if stuck else Group.COMING_DOWN
        lines.append(Line(group=group, ref=ref, publication=None, stuck=stuck, copies=copies))
    order = list(Group)
    lines.sort(key=lambda line: (order.index(line.group), _down_by(line) or now, line.ref))
    return Board(
        at=now,
        paused=tuple(each.value for each in seen.paused),
        lines=tuple(lines),
        overdue=tuple(copy for copy in stake if copy.overdue(now)),
    )


def _down_by(line: Line) -> datetime | None:
    return line.publication.down_by if line.publication else None


def _stuck(bot: Bot, ref: str, copies: tuple[Copy, ...], alarms: list[desk.AlertRow], now: datetime) -> tuple[str, ...]:
    """Why a person is needed, and what they do; from the alarms, and from the copies before an alarm is due."""
    said = {}
    for row in alarms:
        if row.ref == ref:
            advice = ADVICE[AlertKind(row.kind)]
            what = advice.title.format(what=row.channel or "the notice")
            said[row.channel, row.kind] = f"{what}. {advice.do}"
    for copy in copies:
        loop = bot.settings.loop
        limit = loop.alert_urgent if copy.urgent else loop.alert_removal
        late = copy.unproven_for(now)
        told = any(channel == copy.channel.value for channel, _ in said)
        if not told and (copy.overdue(now) or (late is not None and late >= limit)):
            words = f"{copy.channel.value}: not proven gone. By hand: {BY_HAND[copy.channel]}."
            said[copy.channel.value, "late"] = words
    return tuple(said.values())


def board_lines(made: Board) -> Iterator[str]:
    """The board as text."""
    yield f"Overdue: {len(made.overdue)}"
    if made.paused:
        yield f"Paused: {', '.join(made.paused)} (removal goes on)"
    for group in Group:
        inside = [line for line in made.lines if line.group is group]
        if inside:
            yield ""
            yield f"{group.value} ({len(inside)})"
        for line in inside:
            yield from _notice_lines(line, made.at)


def _notice_lines(line: Line, now: datetime) -> Iterator[str]:
    shown = line.publication
    if shown is None:
        yield f"  {line.ref}  a copy of a notice that this ledger does not know; it is being taken down"
    else:
        yield f"  {line.ref}  {shown.kind.value.replace('_', ' ')}, {shown.service}: {STANDING_WORDS[shown.standing]}"
        if shown.retracted_for:
            yield f"    Retracted: {shown.retracted_for.value}"
        if shown.down_by and shown.standing in _MAYBE_UP:
            yield f"    {comes_down(shown.down_by, now)}"
        elif shown.down_by and shown.standing not in {Standing.DOWN, Standing.NEVER_UP}:
            yield f"    If it goes up, down by {day_and_time(shown.down_by)} at the latest"
        for channel in shown.channels:
            last = channel.posts[-1:]
            words = post_words(last[0]) if last else "Not queued"
            yield f"    {channel.channel.value:<10} {words}{' (paused)' if channel.paused else ''}"
    for why in line.stuck:
        yield f"    ! {why}"


def held_words(code: str) -> str:
    """What a queued post waits for."""
    return _HELD.get(code, f"held ({code})")


def post_words(post: PostStanding) -> str:
    """One copy in a few words, with its address while it may be visible."""
    words = {
        State.QUEUED: "Waiting",
        State.POSTING: "Looking: nobody knows yet whether it is up",
        State.LIVE: "Live",
        State.REMOVING: "Coming down, not proven gone yet",
        State.REMOVED: "Gone",
        State.NOT_POSTED: "Not posted",
    }[post.state]
    if post.state is State.QUEUED and post.held_for:
        words += f": {held_words(post.held_for)}"
    if post.attested:
        words = "Attested, not proven gone"
    if post.state in CLOSED:
        reason = f", {post.reason.value}" if post.reason else ""
        return f"{words}{reason}{f', {day_and_time(post.closed_at)}' if post.closed_at else ''}"
    return f"{words}  {post.url or ''}".rstrip()


@dataclass(frozen=True, kw_only=True)
class Detail:
    """One notice with every object there ever was of it on a platform."""

    at: datetime
    publication: PublicationStanding
    objects: tuple[dict[str, Any], ...]
    line: Line

    def as_json(self) -> dict[str, Any]:
        whole = {"at": self.at.isoformat(), "group": self.line.group.value, "stuck": list(self.line.stuck)}
        return whole | self.publication.as_json() | {"objects": list(self.objects)}


def detail(bot: Bot, tx: Tx, ref: str, now: datetime) -> Detail:
    """One notice. Raises NotFound."""
    known = find(bot, tx, ref)
    shown = publication_standing(bot, tx, known, now)
    copies = tuple(copy for copy in at_stake(bot, tx, now) if copy.ref == known.ref)
    begun = tuple(copy for copy in copies if copy.unproven_for(now) is not None)
    alarms = [row for row in desk.open_alerts(tx) if AlertKind(row.kind) in _STUCK]
    stuck = _stuck(bot, known.ref, begun, alarms, now)
    group = Group.STUCK if stuck else _GROUP.get(shown.standing, Group.WAITING)
    objects = tuple(
        _object(post, row) for post in posts.of_publication(tx, known.id) for row in artefacts.of_post(tx, post.id)
    )
    line = Line(group=group, ref=known.ref, publication=shown, stuck=stuck, copies=begun)
    return Detail(at=now, publication=shown, objects=objects, line=line)


def _object(post: posts.Post, row: artefacts.Artefact) -> dict[str, Any]:
    word = {State.LIVE: "Live", State.REMOVING: "Asked" if post.asked_at else "Asking"}.get(post.state, "Looking")
    word = "Gone" if row.gone_at else "Expires by itself" if row.left_at else word
    at = row.gone_at or row.left_at
    return {
        "channel": row.channel.value,
        "marker": post.marker,
        "kind": row.kind,
        "platform_id": row.platform_id,
        "url": row.url,
        "word": word,
        "at": at.isoformat() if at else None,
        "evidence": row.evidence,
    }


def detail_lines(made: Detail) -> Iterator[str]:
    yield made.line.group.value
    yield from _notice_lines(made.line, made.at)
    if made.objects:
        yield "  Every object on a platform:"
    for each in made.objects:
        at = f" {day_and_time(datetime.fromisoformat(each['at']))}" if each["at"] else ""
        yield f"    {each['channel']:<10} {each['kind']:<11} {each['word']}{at}  {each['url'] or ''}".rstrip()
