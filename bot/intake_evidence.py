"""Evidence of a removal by hand: what a person saw, on record, and a look at once. Never proof (design: section 5)."""

from bot.context import Bot
from bot.intake_refusals import Conflict, find, require
from bot.submission_checks import InputRefused, Problem
from policies.authority import Act
from policies.lifecycle import State
from policies.terms import Channel, Person
from store import journal, posts
from store.ledger import write_note

EVENT = "evidence"


def record_evidence(bot: Bot, person: Person, ref: str, channel: Channel, note: str) -> list[int]:
    """Put on record what was done by hand and seen; the copies still coming down there are looked at now.

    Returns those posts. Raises Conflict where nothing is coming down there.
    """
    require(person, Act.ACKNOWLEDGE)
    if not note.strip():
        empty = Problem(path="--note", value=note, what="It is empty.", remedy="Say what you did and saw, and when.")
        raise InputRefused([empty])
    with bot.ledger.write() as tx:
        now = bot.now
        known = find(bot, tx, ref)
        made = posts.of_publication(tx, known.id)
        leaving = [post for post in made if post.channel is channel and post.state is State.REMOVING]
        if not leaving:
            remedy = f"See `downdate status {known.ref}`."
            raise Conflict("--channel", channel, "Nothing of it is coming down there.", remedy)
        digest = write_note(tx, note, now)
        for post in leaving:
            posts.change(tx, post.id, post.epoch, due_at=now)
            journal.append(
                tx,
                now=now,
                actor=person.id,
                event=EVENT,
                subject=post.marker,
                channel=channel,
                post=post.id,
                note=digest,
            )
        return [post.id for post in leaving]
