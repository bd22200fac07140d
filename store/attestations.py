"""Two persons' word that a copy is gone, where its platform can no longer be read: kept in the journal, never proof."""

from datetime import datetime

from policies.lifecycle import State
from store import journal, posts
from store.ledger import Tx

EVIDENCE = "attested"


def attest(tx: Tx, post: posts.Post, person: str, *, note: str | None, now: datetime) -> frozenset[str]:
    """Put one person's word on record; returns everybody whose word counts now."""
    journal.append(
        tx,
        now=now,
        actor=person,
        event=EVIDENCE,
        subject=post.marker,
        channel=post.channel,
        post=post.id,
        note=note,
    )
    return by_whom(tx, post)


def by_whom(tx: Tx, post: posts.Post) -> frozenset[str]:
    """Who has attested since the post last began to come down: an earlier word says nothing about a return."""
    said: set[str] = set()
    for entry in journal.entries(tx, subject=post.marker):
        if entry.codes.get("post") != post.id:
            continue
        if entry.became == State.REMOVING:
            said.clear()
        elif entry.event == EVIDENCE:
            said.add(entry.actor)
    return frozenset(said)
