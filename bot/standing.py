"""How things stand, for people and for monitors: read from the ledger, with references only and never a name."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from bot.alert_kinds import AlertKind
from bot.context import Bot
from bot.dossiers import dossier
from bot.outcomes import MAIN, wanted_now
from bot.watch import Snapshot
from policies import retention
from policies.dossier import Stage
from policies.lifecycle import MAY_BE_VISIBLE, Standing, State, standing
from policies.publishing import before_approval
from policies.terms import Channel, Kind, Reason, Wanted
from store import artefacts, attestations, desk, erasure, journal, posts, publications, survey
from store.ledger import Tx

SWEEP = "sweep"
_BROKEN = AlertKind.JOURNAL_BROKEN
# The same wall-clock time 28 days later can come an hour sooner than 28 times 24 hours (R43).
_CLOCK_CHANGE = timedelta(hours=1)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.value if isinstance(value, Enum) else value


class Shown:
    """Something that `--json` prints."""

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = _plain(self)
        return shown


@dataclass(frozen=True, kw_only=True)
class PostStanding(Shown):
    """One copy there is or was. `url` is the notice itself, as far as its address is known."""

    marker: str
    revision: int
    shown_revision: int | None
    state: State
    reason: Reason | None
    urgent: bool
    url: str | None
    down_by: datetime | None
    removal_starts: datetime | None
    held_for: str | None
    live_at: datetime | None
    seen_at: datetime | None
    closed_at: datetime | None
    attested: bool = False
    """Gone by two persons' word alone, not by a look."""


@dataclass(frozen=True, kw_only=True)
class ChannelStanding(Shown):
    """A channel of a publication with every copy there ever was, oldest first."""

    channel: Channel
    paused: bool
    posts: tuple[PostStanding, ...]


@dataclass(frozen=True, kw_only=True)
class PublicationStanding(Shown):
    """A publication. The dates are those of the revision to be shown, or of the newest while none is approved."""

    ref: str
    kind: Kind
    service: str
    standing: Standing
    revision: int
    approved_revision: int | None
    retracted_for: Reason | None
    down_by: datetime | None
    removal_starts: datetime | None
    channels: tuple[ChannelStanding, ...]


@dataclass(frozen=True, kw_only=True)
class Overview(Shown):
    at: datetime
    paused: tuple[Channel, ...]
    publications: tuple[PublicationStanding, ...]


@dataclass(frozen=True, kw_only=True)
class Copy(Shown):
    """A copy that may be visible. `leaves_at`: when its removal began or should have; None while it is wanted."""

    post_id: int
    ref: str
    marker: str
    channel: Channel
    state: State
    reason: Reason | None
    urgent: bool
    down_by: datetime | None
    leaves_at: datetime | None

    def overdue(self, now: datetime) -> bool:
        return self.down_by is not None and self.down_by <= now

    def unproven_for(self, now: datetime) -> timedelta | None:
        """How long its removal has gone without proof; None while none is under way or due."""
        return now - self.leaves_at if self.leaves_at is not None and self.leaves_at <= now else None


def ref_of(post: posts.Post) -> str:
    """The publication's reference, known from the marker even where the ledger holds no such publication."""
    return post.marker.rpartition("-")[0]


class _Verdicts:
    """Whether publications are wanted, each asked once however many copies it has."""

    def __init__(self, bot: Bot, tx: Tx, now: datetime) -> None:
        self._bot, self._tx, self._now = bot, tx, now
        self._known: dict[tuple[int, int], Wanted] = {}

    def of(self, post: posts.Post) -> Wanted:
        """A copy of a publication or revision that this ledger does not hold is not wanted."""
        newest = publications.latest_revision(self._tx, post.publication_id) if post.publication_id else 0
        if post.publication_id is None or not newest:
            return Wanted(up=False, reason=Reason.EXTRA_COPY)
        # A restored backup may lack the revision of a copy found on the account.
        return self.revision(post.publication_id, min(post.revision, newest))

    def revision(self, publication_id: int, revision: int) -> Wanted:
        key = (publication_id, revision)
        if key not in self._known:
            self._known[key] = wanted_now(self._bot, self._tx, *key, self._now)
        return self._known[key]


def _leaves(bot: Bot, tx: Tx, post: posts.Post, verdict: Wanted) -> tuple[datetime | None, bool]:
    """When its removal began or should have, and whether it is urgent."""
    if post.reason is Reason.EXTRA_COPY or (
        post.state is State.REMOVING and post.id in survey.reopened(tx, post.marker)
    ):
        return post.removing_at, True
    planned = retention.removal_starts(verdict.by, bot.plan) if verdict.by is not None else None
    if not verdict.up and verdict.removal_starts != planned:
        # Retracted, or an event of the case: at once, at any hour.
        return verdict.removal_starts, True
    starts = [at for at in (post.removing_at, verdict.removal_starts) if at is not None]
    return min(starts, default=None), post.urgent


def copies(bot: Bot, tx: Tx, now: datetime, among: Iterable[posts.Post]) -> tuple[Copy, ...]:
    """Those of the posts that may be visible, earliest date first."""
    verdicts = _Verdicts(bot, tx, now)
    found = []
    for post in among:
        if post.state not in MAY_BE_VISIBLE:
            continue
        verdict = verdicts.of(post)
        leaves_at, urgent = _leaves(bot, tx, post, verdict)
        found.append(
            Copy(
                post_id=post.id,
                ref=ref_of(post),
                marker=post.marker,
                channel=post.channel,
                state=post.state,
                reason=post.reason or verdict.reason,
                urgent=urgent,
                down_by=verdict.by,
                leaves_at=leaves_at,
            )
        )
    return tuple(sorted(found, key=lambda copy: (copy.down_by or copy.leaves_at or now, copy.post_id)))


def at_stake(bot: Bot, tx: Tx, now: datetime, *, quiet_for: timedelta = timedelta()) -> tuple[Copy, ...]:
    """Copies that may be visible and perhaps should not be; `quiet_for` leaves out what has only just begun."""
    bound = now - bot.plan.retention + _CLOCK_CHANGE
    return copies(bot, tx, now, survey.at_stake(tx, before=now - quiet_for, started_before=bound))


def overdue(bot: Bot, tx: Tx, now: datetime) -> tuple[Copy, ...]:
    """Copies past their date and not proven gone, earliest date first."""
    return tuple(copy for copy in at_stake(bot, tx, now) if copy.overdue(now))


def unverified(bot: Bot, tx: Tx, now: datetime) -> tuple[Copy, ...]:
    """Copies whose removal has begun, or should have, and is not proven."""
    return tuple(copy for copy in at_stake(bot, tx, now) if copy.unproven_for(now) is not None)


def _address(tx: Tx, post: posts.Post) -> str | None:
    known = [row.url for row in artefacts.of_post(tx, post.id) if row.kind in MAIN and row.url]
    return known[-1] if known else None


def _post_standing(tx: Tx, post: posts.Post, verdict: Wanted) -> PostStanding:
    return PostStanding(
        marker=post.marker,
        revision=post.revision,
        shown_revision=post.shown_revision,
        state=post.state,
        reason=post.reason,
        urgent=post.urgent,
        url=_address(tx, post),
        down_by=verdict.by,
        removal_starts=verdict.removal_starts,
        held_for=post.held_for,
        live_at=post.live_at,
        seen_at=post.seen_at,
        closed_at=post.closed_at,
        attested=any(row.evidence == attestations.EVIDENCE for row in artefacts.of_post(tx, post.id)),
    )


def publication_standing(bot: Bot, tx: Tx, known: publications.Known, now: datetime) -> PublicationStanding:
    """How one publication stands, on every channel it names or has a copy on."""
    verdicts = _Verdicts(bot, tx, now)
    made = posts.of_publication(tx, known.id)
    newest = publications.latest_revision(tx, known.id)
    approved = publications.approved_revision(tx, known.id)
    retraction = publications.retraction_of(tx, known.id)
    named = publications.load(tx, known.id, approved or newest).channels if newest else ()
    paused = desk.paused(tx)
    verdict = verdicts.revision(known.id, approved or newest) if newest else Wanted(up=False)
    over = retraction is not None or bool(erasure.erased(tx, known.id))
    return PublicationStanding(
        ref=known.ref,
        kind=known.kind,
        service=known.service,
        standing=standing(post.state for post in made) or _before_posts(bot, tx, known, newest, now, over=over),
        revision=newest,
        approved_revision=approved,
        retracted_for=retraction.reason if retraction else None,
        down_by=verdict.by,
        removal_starts=verdict.removal_starts,
        channels=tuple(
            ChannelStanding(
                channel=channel,
                paused=channel in paused,
                posts=tuple(_post_standing(tx, post, verdicts.of(post)) for post in made if post.channel is channel),
            )
            for channel in Channel
            if channel in named or any(post.channel is channel for post in made)
        ),
    )


def _before_posts(bot: Bot, tx: Tx, known: publications.Known, revision: int, now: datetime, *, over: bool) -> Standing:
    if over:
        return Standing.NEVER_UP
    if publications.digest_of(tx, known.id, revision) is None:
        return Standing.DRAFT
    if publications.sent_back(tx, known.id, revision):
        return Standing.SENT_BACK
    return before_approval(dossier(bot, tx, known.id, revision, stage=Stage.SUBMIT, now=now), now)


def overview(bot: Bot, tx: Tx, now: datetime, *, among: Collection[str] | None = None) -> Overview:
    """Every publication there is, or of those references, oldest first."""
    paused = desk.paused(tx)
    asked = [each for each in publications.everything(tx) if among is None or each.ref in among]
    return Overview(
        at=now,
        paused=tuple(channel for channel in Channel if channel in paused),
        publications=tuple(publication_standing(bot, tx, known, now) for known in asked),
    )


def since_beat(tx: Tx, now: datetime) -> timedelta | None:
    """The age of the last sweep as another process can tell it. A beat from the future is no proof of life."""
    last = desk.last_beat(tx, SWEEP)
    return None if last is None else abs(now - last)


def snapshot(
    bot: Bot,
    tx: Tx,
    now: datetime,
    *,
    last_sweep_age: timedelta | None = None,
    journal_ok: bool | None = None,
    clock_skew: timedelta | None = None,
) -> Snapshot:
    """What a monitor sees. Where the caller does not know better, the last heartbeat tells the sweep's age, and the
    journal counts as whole unless an alarm says that it is broken.
    """
    raised = desk.open_alerts(tx)
    stake = at_stake(bot, tx, now)
    urgent = bot.settings.loop.alert_urgent
    late = [copy.down_by for copy in stake if copy.down_by is not None and copy.overdue(now)]
    late += [
        copy.leaves_at
        for copy in stake
        if copy.urgent and copy.leaves_at is not None and now - copy.leaves_at >= urgent and not copy.overdue(now)
    ]
    waiting = [row for row in raised if row.acknowledged_at is None]
    counted: Mapping[tuple[Channel, State], int] = survey.counts_by_channel(tx)
    open_states = (*MAY_BE_VISIBLE, State.QUEUED)
    return Snapshot(
        last_sweep_age=since_beat(tx, now) if last_sweep_age is None else last_sweep_age,
        last_sweep_at=desk.last_beat(tx, SWEEP),
        overdue=len(late),
        oldest_overdue=min(late, default=None),
        unverified_removals=sum(1 for copy in stake if copy.unproven_for(now) is not None),
        in_doubt=sum(number for (_, state), number in counted.items() if state is State.POSTING),
        head_seq=journal.head(tx)[0],
        journal_ok=all(row.kind != _BROKEN for row in raised) if journal_ok is None else journal_ok,
        clock_skew=clock_skew,
        alerts_open=len(waiting),
        alerts_unsent=sum(1 for row in waiting if row.sent_at is None),
        paused=bool(desk.paused(tx)),
        posts={(channel, state.value): n for (channel, state), n in counted.items() if state in open_states},
    )
