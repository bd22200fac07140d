"""Attesting: what two persons saw where the platform can no longer be read (design: section 5). Never proof."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.base import AdapterError, Presence, Unauthorised
from bot import claims, outcomes
from bot.attempt import seen_by_adapter
from bot.context import Bot
from bot.intake_refusals import Conflict, find, require
from bot.submission_checks import InputRefused, Problem
from policies.authority import Act
from policies.lifecycle import State
from policies.terms import Channel, Person
from store import attestations, posts
from store.ledger import Tx, write_note

_ENOUGH = 2


@dataclass(frozen=True, kw_only=True)
class Attested:
    """`closed`: two persons have said so, and the copies count as removed: attested, not proven, looked at again."""

    ref: str
    channel: Channel
    closed: bool


def attest(bot: Bot, person: Person, ref: str, channel: Channel, note: str) -> Attested:
    """Put on record that the person saw the copies to be gone; the second person's word closes them.

    Raises Conflict where nothing is coming down there, where the platform can still be read, or where the person has
    said so already.
    """
    require(person, Act.ATTEST)
    if not note.strip():
        empty = Problem(path="--note", value=note, what="It is empty.", remedy="Say what you saw, where and when.")
        raise InputRefused([empty])
    with bot.ledger.read() as tx:
        known = find(bot, tx, ref)
        leaving = _leaving(tx, known.id, channel)
    if not leaving:
        remedy = f"See `downdate status {known.ref}`."
        raise Conflict("--channel", channel, "Nothing of it is coming down there.", remedy)
    if not _unreadable(bot, channel, leaving):
        what = "The platform can still be read, so its own answer counts."
        raise Conflict("--channel", channel, what, f"Downdate goes on looking; see `downdate status {known.ref}`.")
    with bot.ledger.write() as tx:
        now = bot.now
        digest = write_note(tx, note, now)
        still = _leaving(tx, known.id, channel)
        if any(person.id in attestations.by_whom(tx, post) for post in still):
            raise Conflict("REF", known.ref, "You have attested it already.", "A second person does it as well.")
        said = [attestations.attest(tx, post, person.id, note=digest, now=now) for post in still]
        closed = all(len(each) >= _ENOUGH for each in said)
        for post in still if closed else ():
            claims.land_attested(bot, tx, post, actor=person.id, now=now)
    return Attested(ref=known.ref, channel=channel, closed=closed)


def _leaving(tx: Tx, publication_id: int, channel: Channel) -> list[posts.Post]:
    made = posts.of_publication(tx, publication_id)
    return [post for post in made if post.channel is channel and post.state is State.REMOVING]


def _unreadable(bot: Bot, channel: Channel, leaving: list[posts.Post]) -> bool:
    """Whether the account is refused as a whole and a look at every copy says nothing; a bad network is neither."""
    adapter = bot.adapters.get(channel)
    if adapter is None:
        return False
    try:
        adapter.check()
    except Unauthorised:
        pass
    except AdapterError:
        return False
    else:
        return False
    with bot.ledger.read() as tx:
        left = tuple(seen_by_adapter(row) for post in leaving for row in outcomes.left_over(tx, post))
    try:
        seen: Mapping[int, Presence] = adapter.presence(left)
    except AdapterError:
        return True
    return not set(seen.values()) - {Presence.UNSURE}
