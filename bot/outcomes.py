"""What is written after a look or a call: which artefacts are known, gone or left, and when to look again."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from adapters.base import EXPIRING, AdapterError, ArtefactKind, Presence, Sighting, Throttled, Unauthorised
from bot.context import Bot
from policies.duties import OPEN_ENDED, STILL_SO
from policies.lifecycle import State
from policies.retention import wanted
from policies.terms import Wanted
from store import artefacts, attestations, cases, desk, posts, publications
from store.ledger import Tx

# The object that is the notice; the others belong to it.
MAIN = frozenset({ArtefactKind.POST, ArtefactKind.PAGE})


def wanted_now(bot: Bot, tx: Tx, publication_id: int, revision: int, now: datetime) -> Wanted:
    """Whether the publication should be up, and its dates."""
    return wanted(
        publications.load(tx, publication_id, revision),
        first_up_at=cases.first_up(tx, publication_id),
        events=cases.events_of(tx, publications.by_id(tx, publication_id).case_key),
        retraction=publications.retraction_of(tx, publication_id),
        now=now,
        plan=bot.plan,
        checked_at=last_check(tx, publication_id),
    )


def last_check(tx: Tx, publication_id: int) -> datetime | None:
    """When somebody last said that what has no end of its own still holds: at approval, by `confirm`, or by tasks.

    While one task is open, what others were answered after it was opened counts for those alone.
    """
    asked = [each for each in desk.tasks_of(tx, publication_id) if each.what.partition(":")[0] in OPEN_ENDED]
    unanswered = min((each.opened_at for each in asked if each.done_at is None), default=None)
    answered = [each.done_at for each in asked if each.done_at is not None and each.answer in STILL_SO]
    said = [at for at in answered if unanswered is None or at <= unanswered]
    return max([*said, *stated_at(tx, publication_id)], default=None)


def stated_at(tx: Tx, publication_id: int) -> list[datetime]:
    """When every fact that may change was stated at once: by an approval or a confirmation (R23)."""
    approved = publications.approved_revision(tx, publication_id)
    approval = publications.approval_of(tx, publication_id, approved) if approved else None
    return [*publications.confirmations_of(tx, publication_id), *([approval.given_at] if approval else [])]


def adopt(tx: Tx, post: posts.Post, sighting: Sighting, now: datetime) -> None:
    """Make what was seen the post's own: every id gets a row, and the clock counts from the platform's own time."""
    ids = []
    for kind, platform_id, url in ((sighting.kind, sighting.platform_id, sighting.url), *sighting.parts):
        rows = artefacts.of_post(tx, post.id)
        row = next((each for each in rows if each.kind == kind and each.platform_id == platform_id), None)
        if row is None or not row.open:
            row = row or next((each for each in rows if each.kind == kind and each.platform_id is None), None)
            row = row or artefacts.intend(tx, post, kind, now=now, actor="daemon")
            created = sighting.created_at if kind == sighting.kind else None
            artefacts.note(tx, row.id, platform_id=platform_id, url=url, created_at=created, now=now, actor="daemon")
        ids.append(row.id)
    artefacts.acknowledge(tx, ids, now)
    if post.publication_id is not None and sighting.created_at is not None:
        cases.start_clocks(tx, post.publication_id, sighting.created_at)


def add_copy(tx: Tx, post: posts.Post, sighting: Sighting, now: datetime) -> int:
    """A further copy of the same post: recorded to be removed (design: section 6)."""
    extra = posts.add_extra(tx, post.publication_id, post.channel, revision=post.revision, marker=post.marker, now=now)
    adopt(tx, posts.get(tx, extra), sighting, now)
    return extra


def settle_absence(tx: Tx, post: posts.Post, now: datetime) -> None:
    """The post is proven absent: rows of a notice that never got an id are closed, what was staged stays for reuse."""
    for row in artefacts.of_post(tx, post.id):
        if row.open and row.platform_id is None and row.kind in MAIN:
            artefacts.gone(tx, row.id, evidence="never-appeared", now=now)


def left_of(rows: list[artefacts.Artefact]) -> list[artefacts.Artefact]:
    """What still has to be deleted: everything with an id that does not expire by itself."""
    return [row for row in rows if row.open and row.platform_id is not None and row.kind not in EXPIRING]


def left_over(tx: Tx, post: posts.Post) -> list[artefacts.Artefact]:
    """What still has to be deleted of the post."""
    return left_of(artefacts.of_post(tx, post.id))


def leave_the_rest(tx: Tx, rows: list[artefacts.Artefact], now: datetime) -> None:
    """Close what was never public and can be neither deleted nor listed (design: section 4)."""
    rest = [row for row in rows if row.open]
    never = [row.id for row in rest if row.kind in MAIN and row.platform_id is None]
    for row_id in never:
        artefacts.gone(tx, row_id, evidence="never-appeared", now=now)
    expiring = [row.id for row in rest if row.id not in never and (row.platform_id is None or row.kind in EXPIRING)]
    if expiring:
        artefacts.leave(tx, expiring, evidence="left-to-expire", now=now)


def record_presence(
    bot: Bot, tx: Tx, post: posts.Post, seen: Mapping[int, Presence], now: datetime, *, acknowledged: bool = False
) -> dict[int, Presence]:
    """Write what a look proved; GONE counts only when absence may be believed (design: section 5, settle).

    `acknowledged`: the platform has just acknowledged the deletion of all of them.
    """
    settle = bot.adapters[post.channel].capabilities.settle
    believed: dict[int, Presence] = {}
    for row in artefacts.of_post(tx, post.id):
        presence = seen.get(row.id)
        if presence is None:
            continue
        since = row.created_at or row.intended_at
        early = not acknowledged and row.acknowledged_at is None and now < since + settle
        believed[row.id] = Presence.UNSURE if presence is Presence.GONE and early else presence
        if presence is Presence.VISIBLE:
            if row.acknowledged_at is None:
                artefacts.acknowledge(tx, [row.id], now)
            if not row.open:
                artefacts.back(tx, row.id)
        elif believed[row.id] is Presence.GONE and row.evidence == attestations.EVIDENCE:
            artefacts.prove(tx, row.id, evidence="read-absent", now=now)
        elif believed[row.id] is Presence.GONE and row.gone_at is None:
            artefacts.gone(tx, row.id, evidence="read-absent", now=now)
    return believed


def delay(delays: tuple[timedelta, ...], tries: int) -> timedelta:
    return delays[min(tries, len(delays) - 1)]


def retry_at(error: AdapterError | None, now: datetime, fallback: timedelta) -> datetime:
    """When to try again: the platform's own word where it gave one, never in the past."""
    if isinstance(error, Throttled):
        if error.until is not None:
            return max(error.until, now + timedelta(seconds=1))
        return now + (error.after or max(fallback, timedelta(seconds=60)))
    if isinstance(error, Unauthorised):
        # Fault 15: no retry storm while credentials are broken.
        return now + max(fallback, timedelta(seconds=60))
    return now + fallback


def note_trouble(tx: Tx, post: posts.Post, error: AdapterError | None) -> None:
    """Remember what a refusal says about the account; the next comparison or check that works clears it."""
    if isinstance(error, Unauthorised):
        desk.set_account(tx, post.channel, problem=error.code)


def refresh_due(bot: Bot, tx: Tx, publication_ids: list[int], now: datetime) -> None:
    """Bring the planned removal forward where a clock has moved earlier; never backward."""
    for publication_id in publication_ids:
        for post in posts.of_publication(tx, publication_id):
            if post.state is not State.LIVE:
                continue
            starts = wanted_now(bot, tx, publication_id, post.revision, now).removal_starts
            if starts is not None and (post.due_at is None or starts < post.due_at):
                posts.change(tx, post.id, post.epoch, due_at=starts)
