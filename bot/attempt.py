"""One try at publishing or editing: everything the adapter says is in the ledger before it goes on."""

from datetime import datetime

from adapters import base
from bot.context import Bot
from bot.outcomes import wanted_now
from store import artefacts, cases, journal, posts, publications
from store.ledger import Tx


def seen_by_adapter(row: artefacts.Artefact) -> base.Artefact:
    """A ledger row as adapters see it."""
    return base.Artefact(
        id=row.id,
        kind=base.ArtefactKind(row.kind),
        platform_id=row.platform_id,
        url=row.url,
        created_at=row.created_at or row.intended_at,
        acknowledged=row.acknowledged_at is not None,
    )


class LedgerAttempt:
    """The Attempt of `adapters.base`, fenced by the epoch of the claim it was made under."""

    def __init__(self, bot: Bot, post: posts.Post, *, started_at: datetime) -> None:
        self._bot = bot
        self._post = post
        self.started_at = started_at

    @property
    def made(self) -> base.Artefacts:
        """What this and earlier tries made and still have, oldest first."""
        with self._bot.ledger.read() as tx:
            return tuple(seen_by_adapter(row) for row in artefacts.of_post(tx, self._post.id) if row.open)

    def intend(
        self, kind: base.ArtefactKind, *, platform_id: str | None = None, url: str | None = None
    ) -> base.Artefact:
        """Raises CalledOff where posting has been forbidden meanwhile."""
        now = self._bot.now
        with self._bot.ledger.write() as tx:
            self._still_allowed(tx, now)
            row = artefacts.intend(tx, self._post, kind, now=now, actor="daemon", platform_id=platform_id, url=url)
            return seen_by_adapter(row)

    def note(
        self,
        artefact: base.Artefact,
        *,
        platform_id: str,
        url: str | None = None,
        created_at: datetime | None = None,
    ) -> base.Artefact:
        """Knowledge is never refused; only the lease is renewed under our own epoch alone."""
        now = self._bot.now
        with self._bot.ledger.write() as tx:
            row = artefacts.note(
                tx, artefact.id, platform_id=platform_id, url=url, created_at=created_at, now=now, actor="daemon"
            )
            posts.renew(tx, self._post.id, self._post.epoch, now + self._bot.settings.loop.lease)
            return seen_by_adapter(row)

    def go(self) -> None:
        """Starts the clocks and stamps `sent_at` in the transaction that finds posting still allowed."""
        now = self._bot.now
        with self._bot.ledger.write() as tx:
            self._still_allowed(tx, now)
            posts.change(
                tx,
                self._post.id,
                self._post.epoch,
                sent_at=now,
                absent_at=None,
                claimed_until=now + self._bot.settings.loop.lease,
            )
            if self._post.publication_id is not None:
                cases.start_clocks(tx, self._post.publication_id, now)
            journal.append(
                tx,
                now=now,
                actor="daemon",
                event="go",
                subject=self._post.marker,
                channel=self._post.channel,
                post=self._post.id,
            )

    def _still_allowed(self, tx: Tx, now: datetime) -> None:
        code = self._forbidden(tx, now)
        if code is not None:
            raise base.CalledOff(code)

    def _forbidden(self, tx: Tx, now: datetime) -> str | None:
        row = posts.get(tx, self._post.id)
        if row.epoch != self._post.epoch or row.claimed_until is None or row.claimed_until <= now:
            return "lease-lost"
        if now > self.started_at + self._bot.settings.loop.publish_deadline:
            return "too-slow"
        if row.publication_id is None:
            return "no-publication"
        if publications.approved_revision(tx, row.publication_id) != row.revision:
            return "superseded"
        approval = publications.approval_of(tx, row.publication_id, row.revision)
        if approval is None or now >= approval.given_at + self._bot.settings.retention.approval_lapses:
            return "approval-lapsed"
        verdict = wanted_now(self._bot, tx, row.publication_id, row.revision, now)
        return None if verdict.up and row.reason is None else "not-wanted"
