"""A canary: one marked test item put up and taken down, where only that can show the right to remove (`doctor`).

It is a post like any other, without a publication: its row, its artefacts and its journal entries are written before
the request, so that a lost answer is traced and what is left is taken down by the daemon. Apart from
`bot.reconcile` this is the one place that calls an adapter's `publish`.
"""

import secrets
from datetime import datetime, timedelta

from adapters.base import AdapterError, InDoubt, NotDone, Rendered
from bot import claims, outcomes
from bot.attempt import LedgerAttempt
from bot.audit import check_account
from bot.context import Bot, owner_name
from bot.intake_refusals import require
from bot.intake_writing import REF_ALPHABET
from bot.urgent import take_down_now
from policies.authority import Act
from policies.lifecycle import CLOSED, Edge, State
from policies.terms import Channel, Person, Reason
from store import desk, journal, posts
from store.ledger import Tx

PATIENCE = timedelta(seconds=60)


class _CanaryAttempt(LedgerAttempt):
    """An attempt for a post that no approval stands behind: only the lease can forbid it."""

    def _forbidden(self, tx: Tx, now: datetime) -> str | None:
        row = posts.get(tx, self._post.id)
        held = row.epoch == self._post.epoch and row.claimed_until is not None and row.claimed_until > now
        return None if held else "lease-lost"


def asked(bot: Bot, person: Person, channel: Channel) -> None:
    """Put on record who has it flown."""
    require(person, Act.CANARY)
    with bot.ledger.write() as tx:
        journal.append(tx, now=bot.now, actor=person.id, event="canary_asked", subject=channel)


def fly(bot: Bot, channel: Channel, *, patience: timedelta = PATIENCE) -> bool:
    """Post and delete one test line; True where its deletion is proven, and the channel then counts as able to remove.

    Raises AdapterError where it certainly did not go up. What is not gone yet stays due in the ledger.
    """
    post = _begun(bot, channel)
    text = f"Test of the council's publishing tool. This line is deleted at once. {post.marker}"
    error: AdapterError | None = None
    try:
        rendered = Rendered(marker=post.marker, text=text, page_id="")
        bot.adapters[channel].publish(rendered, _CanaryAttempt(bot, post, started_at=bot.now))
    except AdapterError as failed:
        error = failed
    _landed(bot, post, error)
    if isinstance(error, NotDone):
        raise error
    take_down_now(bot, [post.id], patience=patience)
    with bot.ledger.write() as tx:
        after = posts.get(tx, post.id)
        proven = after.state is State.REMOVED and after.live_at is not None
        if proven:
            desk.set_account(tx, channel, canary_at=bot.now)
    if proven:
        check_account(bot, channel)
    return proven


def _begun(bot: Bot, channel: Channel) -> posts.Post:
    """The row, its claim and the journal's intent, in one transaction."""
    drawn = "".join(secrets.choice(REF_ALPHABET) for _ in range(6))
    marker = f"{bot.settings.council.ref_prefix}-{drawn}-1"
    with bot.ledger.write() as tx:
        now = bot.now
        post_id = posts.queue(tx, None, channel, revision=1, marker=marker, due_at=now, now=now)
        mine = posts.claim(tx, post_id, owner=owner_name("canary"), lease=bot.settings.loop.lease, now=now)
        assert mine is not None  # nobody else has seen the row yet
        posts.move(tx, mine, Edge.CLAIMED, now=now, actor="canary", started_at=now, due_at=now, urgent=True)
        return posts.get(tx, post_id)


def _landed(bot: Bot, post: posts.Post, error: AdapterError | None) -> None:
    """Write what the answer means; whatever may be up is due down at once."""
    with bot.ledger.write() as tx:
        now = bot.now
        fresh = posts.get(tx, post.id)
        outcomes.note_trouble(tx, fresh, error)
        if fresh.epoch != post.epoch or fresh.state in CLOSED:
            return
        if error is None and claims.has_main(tx, fresh):
            posts.move(tx, fresh, Edge.ACCEPTED, now=now, actor="canary", shown_revision=1, live_at=now, due_at=now)
            live = posts.get(tx, post.id)
            posts.move(
                tx, live, Edge.DUE_DOWN, now=now, actor="canary", reason=Reason.CALLED_OFF, due_at=now, urgent=True
            )
        elif error is None or isinstance(error, InDoubt):
            # Looking decides: found, it comes down; absent, it is closed after settle.
            posts.change(tx, fresh.id, fresh.epoch, due_at=now, reason=Reason.CALLED_OFF)
        else:
            posts.change(tx, fresh.id, fresh.epoch, sent_at=None)
            again = posts.get(tx, post.id)
            claims.close_unposted(bot, tx, again, reason=Reason.REFUSED_PART_WAY, code=error.code, now=now)
        posts.change(tx, fresh.id, fresh.epoch, claimed_until=None, claimed_by=None)
