"""Items on the council's accounts without our marker that show what a notice shows: a person is asked (design: 8).

Nothing of any other item is written down. That its pictures were looked at is known by the time of the last whole
comparison, and within that time's overlap by this process alone.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog

from adapters.base import AdapterError, Rejected, Sighting
from bot import alarms
from bot.alarms_rules import Alarm
from bot.alert_kinds import AlertKind
from bot.context import Bot
from bot.pictures import PictureRefused, apart, dhash
from policies.terms import Channel, Facts
from store import desk, journal, posts, publications
from store.ledger import Tx
from store.media import MissingPictureError

log = structlog.get_logger()

TASK = "elsewhere:"
FOUND = "elsewhere_found"
# So many words in a row are no coincidence; a shorter headline or body counts whole, but not below the second number.
RUN = 8
FEWEST = 6
# After so many pictures that could not be read, the rest wait for the next comparison.
PATIENCE = 3
# Up to 3 of 64 bits is the same picture; a little beyond, a person had better look.
NEAR = 6
# A picture of one even tone has next to no bits set, or all: it looks like any other such.
_TELLING = range(4, 61)
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, kw_only=True)
class Approved:
    """One approved revision: whose it is, since when, the words it shows and the SHA-256 of its pictures."""

    publication_id: int
    ref: str
    since: datetime
    runs: frozenset[str]
    facts: tuple[tuple[str, frozenset[str]], ...]
    """Each name, with what is told of it."""
    pictures: frozenset[str]


def task_key(channel: Channel, item: str) -> str:
    """The key of the one task about an item; it is the whole memory of that it was found and decided."""
    return f"{TASK}{channel.value}:{item}"


def alert_key(ref: str, channel: Channel, item: str) -> str:
    return Alarm(kind=AlertKind.PICTURE_ELSEWHERE, ref=ref, channel=channel, about=item).key


def as_shown(text: str) -> str:
    """A text as platforms may hand it back: entities resolved, links and white space out (platforms: X, section 6)."""
    return re.sub(r"\s+", " ", _LINK.sub("", html.unescape(text))).strip()


def look(bot: Bot, channel: Channel, others: Iterable[Sighting], *, seen_before: datetime | None) -> bool:
    """Compare what carries no marker with what was approved; False where a picture could not be read for now.

    What was made before `seen_before` had its pictures compared by an earlier comparison.
    """
    items = [] if channel is Channel.WEBSITE else list(others)
    remembered = bot.glances.items.get(channel, set())
    looked: set[str] = set()
    unread = 0
    approved: list[Approved] = []
    if items:
        with bot.ledger.read() as tx:
            approved = _approved(bot, tx)
    for each in items:
        newer = [one for one in approved if each.created_at is None or each.created_at > one.since]
        found = next((one for one in newer if _says(each.text, one)), None)
        old = each.created_at is not None and seen_before is not None and each.created_at < seen_before
        if found is None and newer and not old and each.platform_id not in remembered:
            if unread >= PATIENCE:
                continue
            try:
                found = _shows(bot, each, newer)
            except AdapterError as error:
                log.warning("picture not read", channel=channel.value, code=error.code)
                unread += 1
                continue
        looked.add(each.platform_id)
        if found is not None:
            with bot.ledger.write() as tx:
                _ask(bot, tx, channel, each, found)
    bot.glances.items[channel] = looked
    return unread == 0


def _approved(bot: Bot, tx: Tx) -> list[Approved]:
    """Every approved revision of what is up, to go up, or was so while its removal is still re-checked."""
    recent = bot.now - bot.settings.loop.recheck_for
    found = []
    for known in publications.everything(tx):
        made = posts.of_publication(tx, known.id)
        if not any(post.closed_at is None or post.closed_at > recent for post in made):
            continue
        for revision, since in publications.first_approvals(tx, known.id).items():
            content = publications.load(tx, known.id, revision).content
            drawn = publications.renditions_of(tx, known.id, revision).values() if content.pictures else ()
            found.append(
                Approved(
                    publication_id=known.id,
                    ref=known.ref,
                    since=since,
                    runs=frozenset(run for text in (content.headline, content.body) for run in _runs(text)),
                    facts=tuple(_told(each.name, each) for each in content.facts if each.name),
                    pictures=frozenset(
                        [each.sha256 for each in content.pictures]
                        + [file.sha256 for each in drawn for file in each.pictures]
                    ),
                )
            )
    return found


def _plain(text: str) -> str:
    """Words alone, each between spaces, so that one text is in another only by whole words."""
    words = re.findall(r"[\w£]+", as_shown(text).casefold())
    return f" {' '.join(words)} "


def _runs(text: str) -> list[str]:
    words = _plain(text).split()
    if len(words) < FEWEST:
        return []
    return [f" {' '.join(words[at : at + RUN])} " for at in range(max(1, len(words) - RUN + 1))]


def _told(name: str, facts: Facts) -> tuple[str, frozenset[str]]:
    told = (facts.offence, facts.summary_address, facts.outcome)
    return _plain(name), frozenset(_plain(each) for each in told if each and each.strip())


def _says(text: str, approved: Approved) -> bool:
    """Whether a text holds a good part of the approved words, or a name and anything that is told of it."""
    said = _plain(text)
    return any(run in said for run in approved.runs) or any(
        name in said and any(fact in said for fact in told) for name, told in approved.facts
    )


def _shows(bot: Bot, sighting: Sighting, approved: list[Approved]) -> Approved | None:
    """Whose picture the item shows. Raises AdapterError where one of its pictures cannot be had for now."""
    for fetch in sighting.pictures:
        try:
            seen = dhash(fetch())
        except (Rejected, PictureRefused) as error:
            # No still picture is to be had, now or later.
            log.info("picture not comparable", code=error.code)
            continue
        for one in approved:
            for digest in one.pictures:
                known = _hash_of(bot, digest)
                if known is not None and known.bit_count() in _TELLING and apart(seen, known) <= NEAR:
                    return one
    return None


def _hash_of(bot: Bot, digest: str) -> int | None:
    """What an approved picture looks like; None for one that is no longer kept."""
    if digest not in bot.glances.hashes:
        try:
            with bot.ledger.read() as tx:
                content = bot.media.get(tx, digest)
        except MissingPictureError:
            return None
        bot.glances.hashes[digest] = dhash(content)
    return bot.glances.hashes[digest]


def _ask(bot: Bot, tx: Tx, channel: Channel, sighting: Sighting, found: Approved) -> None:
    """Raise the alarm and open the task, once for each item whatever was decided about it."""
    now, item = bot.now, sighting.platform_id
    fresh = desk.open_task(
        tx,
        key=task_key(channel, item),
        what=f"{AlertKind.PICTURE_ELSEWHERE.value}:{channel.value}",
        owner="officer",
        now=now,
        due_at=now + bot.settings.loop.alert_removal,
        publication_id=found.publication_id,
        link=sighting.url,
    )
    if not fresh:
        return
    alarms.raise_once(bot, tx, AlertKind.PICTURE_ELSEWHERE, found.ref, channel, now, about=item)
    made = sighting.created_at.isoformat() if sighting.created_at else None
    journal.append(tx, now=now, actor="daemon", event=FOUND, subject=found.ref, channel=channel, item=item, made=made)
