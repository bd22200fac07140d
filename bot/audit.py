"""Looks both ways: what is on each account and not in the ledger, and what the ledger holds to be up and is not.

An item concerns us only if it carries our marker, or shows what a notice shows: then `bot.elsewhere` asks a person.
Other items of the council are neither stored, alarmed nor deleted (design: section 2).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from adapters.base import EXPIRING, Sighting, Unauthorised
from bot import elsewhere, outcomes
from bot.alert_kinds import AlertKind
from bot.context import Bot
from bot.elsewhere import as_shown
from bot.render import ref_pattern
from policies.lifecycle import State
from policies.retention import spread
from policies.terms import Channel
from store import artefacts, cases, desk, journal, posts, publications
from store.ledger import Tx

# Kind of alarm, reference of the publication, channel.
Tell = Callable[[AlertKind, str | None, Channel], None]

# Deletions of each window that are kept for urgent retractions (reliability: fault 14).
RESERVE = 10


def compare_due(bot: Bot, now: datetime) -> list[Channel]:
    """The channels whose account has not been compared for the set period."""
    with bot.ledger.read() as tx:
        found = []
        for channel in bot.adapters:
            due = desk.account(tx, channel).compare_due_at
            if due is None or due <= now:
                found.append(channel)
        return found


def compare(
    bot: Bot,
    channel: Channel,
    *,
    everything: bool = False,
    tell: Tell | None = None,
) -> int:
    """Compare one account with the ledger; returns how many copies came to light.

    `everything` goes back to the earliest first sight of any post not closed for 30 days. `tell` is given the
    kind, ref and channel of each finding. Raises AdapterError where the listing failed;
    then nothing counts as compared, and what that says about the credentials is remembered.
    """
    started = bot.now
    loop = bot.settings.loop
    period = loop.compare_every_x if channel is Channel.X else loop.compare_every
    with bot.ledger.write() as tx:
        last = desk.account(tx, channel).compared_since
        since = _since(bot, tx, channel, started, everything=everything)
        desk.set_account(tx, channel, compare_due_at=started + period)
    listed: set[str] = set()
    found = 0
    others: list[Sighting] = []
    try:
        for sighting in bot.adapters[channel].recent(since):
            listed.add(sighting.platform_id)
            with bot.ledger.write() as tx:
                met = _meet(bot, tx, channel, sighting, tell=tell)
            if met is None:
                others.append(sighting)
            found += met or 0
    except Unauthorised as error:
        with bot.ledger.write() as tx:
            desk.set_account(tx, channel, problem=error.code)
        raise
    whole = elsewhere.look(bot, channel, others, seen_before=last and last - loop.compare_overlap)
    with bot.ledger.write() as tx:
        _look_for_ghosts(tx, channel, listed, since, bot.now)
        # Where a picture could not be read for now, the next comparison goes back as far as this one.
        desk.set_account(tx, channel, compared_since=started if whole else last, problem=None)
        journal.append(
            tx, now=bot.now, actor="daemon", event="compared", subject=channel, items=len(listed), strays=found
        )
    return found


def _since(bot: Bot, tx: Tx, channel: Channel, now: datetime, *, everything: bool) -> datetime:
    loop = bot.settings.loop
    last = desk.account(tx, channel).compared_since
    if last is not None and not everything:
        return last - loop.compare_overlap
    recent = now - loop.recheck_for
    starts = [
        first
        for known in publications.everything(tx)
        if (first := cases.first_up(tx, known.id)) is not None
        and any(post.closed_at is None or post.closed_at > recent for post in posts.of_publication(tx, known.id))
    ]
    return min([*starts, now]) - loop.compare_overlap


def _meet(
    bot: Bot,
    tx: Tx,
    channel: Channel,
    sighting: Sighting,
    *,
    tell: Tell | None,
) -> int | None:
    """How many copies came to light; None for what carries no marker of ours."""
    now = bot.now
    rows = [row for row in artefacts.known(tx, channel, sighting.platform_id) if row.kind == sighting.kind]
    if rows:
        return _meet_known(tx, sighting, rows[0], now, tell)
    marked = ref_pattern(bot.settings.council.ref_prefix).search(sighting.text)
    if marked is None:
        return None
    marker = marked.group(0)
    ref = marker.rpartition("-")[0]
    known = publications.find(tx, ref)
    same = posts.by_marker(tx, channel, marker)
    in_doubt = [post for post in same if post.state is State.POSTING]
    if in_doubt:
        # The trace of that post adopts it; a copy beyond it is found there too.
        posts.change(tx, in_doubt[0].id, in_doubt[0].epoch, due_at=now)
        return 0
    revision = int(marker.rpartition("-")[2])
    extra = posts.add_extra(tx, known.id if known else None, channel, revision=revision, marker=marker, now=now)
    outcomes.adopt(tx, posts.get(tx, extra), sighting, now)
    if known is not None:
        outcomes.refresh_due(bot, tx, cases.sharing_clocks(tx, known.id), now)
    if tell is not None:
        tell(AlertKind.UNKNOWN_COPY, ref, channel)
    return 1


def _meet_known(
    tx: Tx,
    sighting: Sighting,
    row: artefacts.Artefact,
    now: datetime,
    tell: Tell | None,
) -> int:
    post = posts.get(tx, row.post_id)
    if not row.open:
        artefacts.back(tx, row.id)
    if post.state in posts.RECHECKS:
        posts.reopen(tx, post, actor="daemon", now=now)
        if tell is not None:
            tell(AlertKind.POST_RETURNED, post.marker.rpartition("-")[0], post.channel)
        return 1
    if post.state is State.LIVE and tell is not None and _changed(tx, post, sighting):
        tell(AlertKind.TEXT_CHANGED, post.marker.rpartition("-")[0], post.channel)
    return 0


def _changed(tx: Tx, post: posts.Post, sighting: Sighting) -> bool:
    if post.publication_id is None or post.shown_revision is None or post.channel is Channel.WEBSITE:
        # The page's late values differ by design; the site's own files are ours alone.
        return False
    rendition = publications.renditions_of(tx, post.publication_id, post.shown_revision).get(post.channel)
    return rendition is not None and as_shown(rendition.text) != as_shown(sighting.text)


def _look_for_ghosts(tx: Tx, channel: Channel, listed: set[str], since: datetime, now: datetime) -> None:
    """A live post that a whole listing did not show is looked at by its id at once; absence is never inferred."""
    for post in posts.in_states(tx, State.LIVE, channel=channel):
        mains = [row for row in artefacts.of_post(tx, post.id) if row.open and row.kind in outcomes.MAIN]
        created = post.live_at or post.created_at
        if created >= since and mains and not any(row.platform_id in listed for row in mains):
            posts.change(tx, post.id, post.epoch, due_at=now)


def check_account(bot: Bot, channel: Channel) -> None:
    """Ask the channel which account it is, what it may do and until when; the ledger remembers the answer.

    Raises AdapterError where there was no answer: then what was known stays.
    """
    now = bot.now
    try:
        health = bot.adapters[channel].check()
    except Unauthorised as error:
        with bot.ledger.write() as tx:
            desk.set_account(tx, channel, checked_at=now, problem=error.code, can_post=False, can_remove=False)
        return
    with bot.ledger.write() as tx:
        shown = desk.account(tx, channel).canary_at is not None
        desk.set_account(
            tx,
            channel,
            checked_at=now,
            can_post=health.can_post,
            # No exceptions: a channel is used only when it was shown that it can remove (design: section 5).
            can_remove=health.can_remove and (shown or not health.needs_canary),
            expires_at=health.expires_at,
            problem=None,
        )


def refresh_all(bot: Bot, *, slack: timedelta = timedelta(0)) -> None:
    """The net under every wake-up time: bring each open post's next step to the earliest it can be needed."""
    now = bot.now
    with bot.ledger.write() as tx:
        outcomes.refresh_due(bot, tx, [known.id for known in publications.everything(tx)], now + slack)
        for post in posts.in_states(tx, State.QUEUED, State.POSTING, State.REMOVING):
            if post.due_at is None:
                posts.change(tx, post.id, post.epoch, due_at=now)
        artefacts.expire(tx, EXPIRING, before=now - bot.settings.loop.leave_to_expire, now=now)
        for channel, adapter in bot.adapters.items():
            if adapter.capabilities.removals_per_window is not None:
                _plan_within_quota(tx, channel, *adapter.capabilities.removals_per_window)


def _plan_within_quota(tx: Tx, channel: Channel, most: int, window: timedelta) -> None:
    """Begin early where more removals fall together than the platform allows, less what urgency may need."""
    live = [post for post in posts.in_states(tx, State.LIVE, channel=channel) if post.due_at is not None]
    starts = [post.due_at for post in live if post.due_at is not None]
    for post, planned in zip(live, spread(starts, most - RESERVE, window), strict=True):
        if post.due_at is not None and planned < post.due_at:
            posts.change(tx, post.id, post.epoch, due_at=planned, planned_at=planned)
