"""What goes up and comes down next, as dates; and the same as a calendar to subscribe to, which names nobody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from icalendar import Calendar, Event

from bot.context import Bot
from bot.standing import PostStanding, overview
from policies.lifecycle import MAY_BE_VISIBLE, State
from policies.terms import Channel, Person
from store import feeds, journal, people, posts, publications
from store.ledger import Tx

# Long enough to be seen in a week's view, short enough to block nobody's day.
_LASTS = timedelta(minutes=15)
_REFRESH = timedelta(hours=1)


class What(StrEnum):
    """What happens to a notice."""

    GOES_UP = "Goes up, not before"
    REMOVAL_STARTS = "Removal starts"
    DOWN_BY = "Down by"
    LEAVING = "Retracted, not proven gone yet"


@dataclass(frozen=True, kw_only=True)
class Coming:
    """One thing that happens at one moment, on these channels."""

    at: datetime
    what: What
    ref: str
    channels: tuple[Channel, ...]


def coming(bot: Bot, tx: Tx, now: datetime) -> list[Coming]:
    """What is to come, earliest first; a date that has passed is told for as long as a copy may be visible."""
    found: dict[tuple[datetime, What, str], list[Channel]] = {}
    for at, what, ref, channel in (*_going_up(tx, now), *_coming_down(bot, tx, now)):
        found.setdefault((at, what, ref), []).append(channel)
    return [
        Coming(at=at, what=what, ref=ref, channels=tuple(each for each in Channel if each in found[at, what, ref]))
        for at, what, ref in sorted(found)
    ]


def _going_up(tx: Tx, now: datetime) -> Iterator[tuple[datetime, What, str, Channel]]:
    for post in posts.in_states(tx, State.QUEUED):
        if post.publication_id is not None:
            opens = publications.load(tx, post.publication_id, post.revision).window.opens
            if opens is not None and opens > now:
                yield opens, What.GOES_UP, publications.by_id(tx, post.publication_id).ref, post.channel


def _coming_down(bot: Bot, tx: Tx, now: datetime) -> Iterator[tuple[datetime, What, str, Channel]]:
    visible = {post.publication_id for post in posts.in_states(tx, *MAY_BE_VISIBLE)}
    retractions = {
        publications.by_id(tx, each).ref: publications.retraction_of(tx, each) for each in visible if each is not None
    }
    for each in overview(bot, tx, now, among=set(retractions)).publications:
        retraction = retractions[each.ref]
        for channel in each.channels:
            for post in channel.posts:
                for at, what in _dates(post, retraction.given_at if retraction else None, now):
                    yield at, what, each.ref, channel.channel


def _dates(post: PostStanding, retracted_at: datetime | None, now: datetime) -> Iterator[tuple[datetime, What]]:
    if post.state in MAY_BE_VISIBLE and retracted_at is not None:
        # It is to be gone from that moment on (5.6): what was planned before counts no more.
        yield retracted_at, What.LEAVING
        if post.down_by is not None and post.down_by <= now:
            yield post.down_by, What.DOWN_BY
    elif post.state in MAY_BE_VISIBLE:
        if post.removal_starts is not None and post.removal_starts > now:
            yield post.removal_starts, What.REMOVAL_STARTS
        if post.down_by is not None:
            yield post.down_by, What.DOWN_BY


def make_feed(bot: Bot, person: Person) -> str:
    """The secret of the person's own calendar feed, shown once; an earlier one ends."""
    with bot.ledger.write() as tx:
        secret = feeds.make(tx, person.id, bot.now)
        journal.append(tx, now=bot.now, actor=person.id, event="calendar_feed_made", subject=person.id)
    return secret


def end_feed(bot: Bot, person: Person) -> bool:
    """False where the person has no feed."""
    with bot.ledger.write() as tx:
        ended = feeds.end(tx, person.id)
        if ended:
            journal.append(tx, now=bot.now, actor=person.id, event="calendar_feed_ended", subject=person.id)
    return ended


def may_follow(bot: Bot, tx: Tx, secret: str) -> bool:
    """Whether it is the feed of somebody who may still act."""
    person_id = feeds.whose(tx, secret) if secret else None
    person = people.get(tx, person_id, bot.now) if person_id else None
    return person is not None and bool(person.roles)


def as_calendar(found: list[Coming], names: dict[Channel, str], now: datetime) -> bytes:
    """The dates as iCalendar (RFC 5545): references, channels and times, and nothing else."""
    made = Calendar()
    made.add("prodid", "-//Downdate//Coming up and coming down//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", "Downdate")
    made.add("refresh-interval", _REFRESH, parameters={"value": "DURATION"})
    for each in found:
        where = ", ".join(names[channel] for channel in each.channels)
        event = Event()
        # The same thing moved to another time stays the same event.
        event.add("uid", f"{each.ref}-{each.what.name}-{'-'.join(each.channels)}@downdate".lower())
        event.add("dtstamp", now)
        event.add("dtstart", each.at)
        event.add("dtend", each.at + _LASTS)
        event.add("summary", f"{each.what}: {each.ref} ({where})")
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    written: bytes = made.to_ical()
    return written
