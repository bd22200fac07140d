"""A bot on a real ledger with channels in memory, and ways to put a publication into each situation."""

from contextlib import contextmanager
from datetime import timedelta

from adapters.base import ArtefactKind
from bot.context import Bot, plan_of, words_of
from bot.settings import load
from policies.lifecycle import Edge, State
from policies.terms import Approval, Channel, Reason, Retraction, Role
from store import artefacts, cases, people, posts, publications
from store.ledger import create
from store.media import MediaStore
from store.types import make_key
from tests.adapters.fake import Clock, FakeAdapter
from tests.store.samples import NOON, publication, stored

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
REF = "DBC-7K3Q9M"
# 28 days after noon on 1 December, and two hours of lead on a working day.
END = NOON + 28 * DAY
STARTS = END - 2 * HOUR


def a_bot(folder, **overrides) -> Bot:
    """All four channels in memory; settings as shipped, with the safe thresholds of a real ledger."""
    settings = load(None, rehearsal=True, environ={}, overrides={"ledger": {"folder": str(folder)}, **overrides})
    ledger = create(settings.ledger.url, make_key(folder / "key"), folder, rehearsal=True)
    clock = Clock(NOON)
    return Bot(
        ledger=ledger,
        adapters={channel: FakeAdapter(channel=channel, clock=clock) for channel in Channel},
        settings=settings,
        media=MediaStore(folder),
        words=words_of(settings),
        plan=plan_of(settings),
        clock=clock,
    )


@contextmanager
def open_bot(folder, **overrides):
    bot = a_bot(folder, **overrides)
    try:
        yield bot
    finally:
        bot.ledger.close()


def approved(tx, ref=REF, *, at=NOON, **other) -> int:
    """A publication with an approved first revision; returns its id."""
    publication_id = stored(tx, publication(ref, **other))
    director, _ = people.add(tx, name="Sample Director", held=[(Role.DIRECTOR, "environmental-health")], now=NOON)
    publications.approve(tx, publication_id, 1, Approval(director=director.id, given_at=at, digest="d1"))
    return publication_id


def queued(tx, publication_id, channel=Channel.X, *, ref=REF, at=NOON, **values) -> posts.Post:
    post_id = posts.queue(tx, publication_id, channel, revision=1, marker=f"{ref}-1", due_at=at, now=at)
    if values:
        posts.change(tx, post_id, 0, **values)
    return posts.get(tx, post_id)


def moved(tx, post, edge, *, at=NOON, **values) -> posts.Post:
    assert posts.move(tx, post, edge, now=at, actor="daemon", **values)
    return posts.get(tx, post.id)


def posting(tx, publication_id, channel=Channel.X, *, ref=REF, at=NOON) -> posts.Post:
    """Sent, and no answer came."""
    post = moved(
        tx, queued(tx, publication_id, channel, ref=ref, at=at), Edge.CLAIMED, at=at, started_at=at, sent_at=at
    )
    cases.start_clocks(tx, publication_id, at)
    return post


def live(tx, publication_id, channel=Channel.X, *, ref=REF, at=NOON, due_at=None) -> posts.Post:
    """Up since `at`, and next needed at its planned removal unless told otherwise."""
    post = posting(tx, publication_id, channel, ref=ref, at=at)
    row = artefacts.intend(tx, post, ArtefactKind.POST, now=at, actor="daemon")
    url = f"https://fake.example/{row.id}"
    artefacts.note(tx, row.id, platform_id=f"n{row.id}", url=url, created_at=at, now=at, actor="daemon")
    return moved(
        tx, post, Edge.ACCEPTED, at=at, live_at=at, seen_at=at, shown_revision=1, due_at=due_at or at + 27 * DAY
    )


def removing(tx, publication_id, channel=Channel.X, *, at, up_at=NOON, reason=None, urgent=False, ref=REF):
    post = live(tx, publication_id, channel, ref=ref, at=up_at)
    return moved(tx, post, Edge.DUE_DOWN, at=at, reason=reason, urgent=urgent, due_at=at)


def removed(tx, post, *, at) -> posts.Post:
    for row in artefacts.of_post(tx, post.id):
        artefacts.gone(tx, row.id, evidence="read-absent", now=at)
    return moved(tx, post, Edge.PROVEN_GONE, at=at)


def retract(tx, publication_id, *, at, reason=Reason.REQUEST_UPHELD) -> None:
    """As an officer does: the retraction and what it calls down, in one transaction."""
    publications.retract(tx, publication_id, Retraction(reason=reason, officer="p1", given_at=at), None)
    for post in posts.of_publication(tx, publication_id):
        if post.state in (State.QUEUED, State.POSTING, State.LIVE, State.REMOVING):
            posts.call_down(tx, post, reason=reason, actor="p1", now=at, urgent=True)
