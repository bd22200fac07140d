"""An urgent retraction, carried out at once in the calling process; the daemon's loop is only the net (design: 7)."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from adapters.base import EXPIRING
from bot.context import Bot, owner_name
from bot.reconcile import run_post
from policies.lifecycle import CLOSED, State
from policies.terms import Channel
from store import artefacts, attestations, posts

PATIENCE = timedelta(seconds=60)
_TURN = 0.1
# The word for what nobody can have seen.
NEVER = "Never up"
# For what can no longer be read, on the word of two persons.
ATTESTED = "Attested"


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One artefact as the officer sees it turn from Asking to Gone; `at` is when it was proven."""

    post_id: int
    channel: Channel
    kind: str
    url: str | None
    word: str
    at: datetime | None


def copies(bot: Bot, post_ids: list[int]) -> list[Copy]:
    """Every object of these posts that was ever public: Asking, Asked, Looking, Attested, Gone. Gone only on proof."""
    with bot.ledger.read() as tx:
        found = []
        for post_id in post_ids:
            post = posts.get(tx, post_id)
            made = artefacts.of_post(tx, post_id)
            rows = [row for row in made if row.left_at is None and row.kind not in EXPIRING]
            for row in rows:
                attested = row.evidence == attestations.EVIDENCE
                word = (
                    ATTESTED
                    if attested
                    else "Gone"
                    if row.gone_at
                    else "Looking"
                    if row.platform_id is None
                    else _word(post)
                )
                found.append(
                    Copy(post_id=post_id, channel=post.channel, kind=row.kind, url=row.url, word=word, at=row.gone_at)
                )
            if not rows:
                word = NEVER if post.state in CLOSED else "Looking"
                found.append(
                    Copy(post_id=post_id, channel=post.channel, kind="post", url=None, word=word, at=post.closed_at)
                )
        return found


def _word(post: posts.Post) -> str:
    return "Asked" if post.asked_at else "Asking"


def take_down_now(
    bot: Bot,
    post_ids: list[int],
    *,
    patience: timedelta = PATIENCE,
    on_turn: Callable[[list[Copy]], None] | None = None,
) -> bool:
    """Work on all posts in parallel until each is proven gone, or for `patience`; True where all are closed.

    Each is tried at least once, however short the patience.

    What is left when it returns stays due in the ledger, so the daemon goes on with it.
    """
    until = monotonic() + patience.total_seconds()
    stop = threading.Event()
    owner = owner_name("retract")
    running: dict[int, Future[None]] = {}

    def follow(post_id: int) -> None:
        while True:
            run_post(bot, post_id, owner=owner)
            with bot.ledger.read() as tx:
                if posts.get(tx, post_id).state in CLOSED:
                    return
            if stop.wait(_TURN) or monotonic() >= until:
                return

    with ThreadPoolExecutor(max(8, 2 * len(post_ids)), thread_name_prefix="retract") as pool:
        try:
            while True:
                # Extra copies found on the way join the posts that were named.
                for post_id in _with_copies(bot, post_ids):
                    if post_id not in running:
                        running[post_id] = pool.submit(follow, post_id)
                _tell(bot, list(running), on_turn)
                if all(each.done() for each in running.values()) or monotonic() >= until:
                    break
                stop.wait(_TURN)
        finally:
            stop.set()
    for each in running.values():
        each.result()
    named = _with_copies(bot, post_ids)
    _tell(bot, named, on_turn)
    with bot.ledger.read() as tx:
        return all(posts.get(tx, post_id).state in CLOSED for post_id in named)


def _with_copies(bot: Bot, post_ids: list[int]) -> list[int]:
    with bot.ledger.read() as tx:
        publications = {posts.get(tx, post_id).publication_id for post_id in post_ids} - {None}
        found = [post for each in publications if each is not None for post in posts.of_publication(tx, each)]
    copies_left = [post.id for post in found if post.state is State.REMOVING]
    return list(dict.fromkeys([*post_ids, *copies_left]))


def _tell(bot: Bot, post_ids: list[int], on_turn: Callable[[list[Copy]], None] | None) -> None:
    if on_turn is not None:
        on_turn(copies(bot, post_ids))
