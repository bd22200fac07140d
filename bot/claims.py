"""What to do with a post that has just been claimed, decided inside the claim's own transaction."""

from datetime import datetime, timedelta

from adapters.base import Edit, Presence
from bot import outcomes
from bot.context import Bot
from bot.dossiers import dossier
from policies.dossier import Stage
from policies.effects import Effect
from policies.lifecycle import Edge, State, Step
from policies.publishing import objections
from policies.terms import Channel, Reason
from store import artefacts, attestations, cases, desk, journal, posts, publications
from store.ledger import Tx


def next_for(bot: Bot, tx: Tx, post: posts.Post, now: datetime) -> Step:
    """The step for a claimed post; edges that need no call are taken here and answered as LAND or CALL_OFF."""
    match post.state:
        case State.QUEUED:
            return _queued(bot, tx, post, now)
        case State.POSTING:
            return _posting(bot, tx, post, now)
        case State.LIVE:
            return _live(bot, tx, post, now)
        case State.REMOVING:
            # Nothing is left to ask for: whoever claimed it has just looked.
            return _land_removed(bot, tx, post, artefacts.of_post(tx, post.id), now)
        case State.REMOVED | State.NOT_POSTED:
            return _closed(bot, tx, post, now)


def _free(tx: Tx, post: posts.Post, due_at: datetime | None, **values: object) -> None:
    posts.change(tx, post.id, post.epoch, due_at=due_at, claimed_until=None, claimed_by=None, **values)


def reason_now(bot: Bot, tx: Tx, post: posts.Post, now: datetime) -> Reason | None:
    """Why the post is not wanted, None while it is. A post without publication never is."""
    if post.reason is not None:
        return post.reason
    if post.publication_id is None:
        return Reason.EXTRA_COPY
    if post.state is State.LIVE and post.planned_at is not None and post.planned_at <= now:
        return Reason.RETENTION_ENDED
    verdict = outcomes.wanted_now(bot, tx, post.publication_id, post.revision, now)
    if not verdict.up:
        # An event of a type we do not know takes down everything without a reason of its own.
        return verdict.reason or Reason.CALLED_OFF
    approved = publications.approved_revision(tx, post.publication_id)
    return Reason.SUPERSEDED if approved != post.revision else None


def still_wanted(bot: Bot, tx: Tx, post: posts.Post, now: datetime) -> bool:
    return reason_now(bot, tx, posts.get(tx, post.id), now) is None


def has_main(tx: Tx, post: posts.Post) -> bool:
    """Whether the notice itself has an id, without which a post may not be called live."""
    return any(
        row.open and row.platform_id is not None and row.kind in outcomes.MAIN for row in artefacts.of_post(tx, post.id)
    )


def close_unposted(bot: Bot, tx: Tx, post: posts.Post, *, reason: Reason, code: str | None, now: datetime) -> None:
    """Certainly not up: remove what is left of the attempt, or close it."""
    if outcomes.left_over(tx, post):
        posts.move(tx, post, Edge.REFUSED_LEFT, now=now, actor="daemon", code=code, reason=reason, due_at=now, tries=0)
        return
    outcomes.leave_the_rest(tx, artefacts.of_post(tx, post.id), now)
    due = now + bot.settings.loop.recheck_after if post.sent_at is not None else None
    posts.move(tx, post, Edge.REFUSED_CLEAN, now=now, actor="daemon", code=code, reason=reason, due_at=due)


def clear_if_never_up(tx: Tx, post: posts.Post) -> None:
    """Take the clocks' start back if every attempt on them was certainly refused before anything was reachable."""
    if post.publication_id is None:
        return
    for each in cases.sharing_clocks(tx, post.publication_id):
        for other in posts.of_publication(tx, each):
            known = artefacts.of_post(tx, other.id)
            reached = any(row.platform_id is not None and row.kind in _REACHABLE for row in known)
            told = journal.entries(tx, subject=other.marker)
            if other.sent_at is not None or other.live_at is not None or reached:
                return
            if any(entry.codes.get("code") == "proven-absent" or entry.event in _WAS_UP for entry in told):
                return
    cases.clear_clocks(tx, post.publication_id)


# A hosted picture or an upload to a CMS is publicly reachable from its first moment (design: section 4, Clock).
_REACHABLE = frozenset({"post", "page", "file", "feed_entry"})
_WAS_UP = frozenset({Edge.ACCEPTED.value, Edge.SEEN.value, Edge.EXTRA_COPY.value})


def _queued(bot: Bot, tx: Tx, post: posts.Post, now: datetime) -> Step:
    reason = reason_now(bot, tx, post, now)
    if reason is not None or post.publication_id is None:
        return _call_off(tx, post, reason or Reason.CALLED_OFF, None, now=now)
    found = objections(
        dossier(bot, tx, post.publication_id, post.revision, stage=Stage.CLAIM, now=now, claiming=post.channel), now
    )
    refused = [each for each in found if each.effect is Effect.REFUSE]
    if refused:
        return _call_off(tx, post, Reason.CALLED_OFF, ",".join(sorted({each.clause for each in refused})), now=now)
    held = ",".join(sorted({each.clause for each in found})) or _in_the_way(bot, tx, post, now)
    if found and held != post.held_for:
        journal.append(
            tx, now=now, actor="daemon", event="held_back", subject=post.marker, channel=post.channel, clauses=held
        )
    if held:
        _free(tx, post, now + _again(bot, held), held_for=held)
        return Step.WAIT
    posts.move(
        tx,
        post,
        Edge.CLAIMED,
        now=now,
        actor="daemon",
        started_at=now,
        # Whether this claim sent anything must not rest on comparing times: the wall clock may go back.
        sent_at=None,
        absent_at=None,
        held_for=None,
        due_at=now,
    )
    return Step.PUBLISH


def _call_off(tx: Tx, post: posts.Post, reason: Reason, codes: str | None, *, now: datetime) -> Step:
    posts.move(
        tx,
        post,
        Edge.CALLED_OFF,
        now=now,
        actor="daemon",
        code=codes,
        reason=reason,
        held_for=codes,
        due_at=None,
        claimed_until=None,
        claimed_by=None,
    )
    if outcomes.left_over(tx, post):
        # What an earlier try staged is still there: it has to go too.
        posts.reopen(tx, posts.get(tx, post.id), actor="daemon", now=now)
    return Step.CALL_OFF


def _again(bot: Bot, held: str) -> timedelta:
    quick = held in ("page-unseen", "sibling")
    return min(bot.settings.loop.poll, timedelta(seconds=2)) if quick else timedelta(seconds=30)


def _in_the_way(bot: Bot, tx: Tx, post: posts.Post, now: datetime) -> str | None:
    """What keeps the post waiting although the policy would let it go (design: sections 6 and 7)."""
    assert post.publication_id is not None
    if bot.clock_wrong:
        return "clock-wrong"
    kind = publications.by_id(tx, post.publication_id).kind
    sharing = cases.sharing_clocks(tx, post.publication_id)
    alike = [each for each in sharing if publications.by_id(tx, each).kind is kind]
    if posts.sibling_in_the_way(tx, sharing, post, alike):
        return "sibling"
    if post.channel is Channel.X and not page_seen(bot, tx, post.publication_id, now):
        _ask_for_a_look(bot, tx, post.publication_id, now)
        return "page-unseen"
    return None


def _ask_for_a_look(bot: Bot, tx: Tx, publication_id: int, now: datetime) -> None:
    """The page may have gone up long before X began to wait for it: then no look at it is near."""
    for page in posts.of_publication(tx, publication_id):
        far = page.due_at is None or page.due_at > now + bot.settings.loop.seen_at_max_age
        if page.channel is Channel.WEBSITE and page.state is State.LIVE and far:
            posts.change(tx, page.id, page.epoch, due_at=now)


def page_seen(bot: Bot, tx: Tx, publication_id: int, now: datetime) -> bool:
    """Whether the page that X links to was seen by an anonymous read recently enough."""
    return any(
        post.channel is Channel.WEBSITE
        and post.state is State.LIVE
        and post.seen_at is not None
        and now - post.seen_at <= bot.settings.loop.seen_at_max_age
        for post in posts.of_publication(tx, publication_id)
    )


def _posting(bot: Bot, tx: Tx, post: posts.Post, now: datetime) -> Step:
    if post.sent_at is not None:
        return Step.TRACE
    # No request since the claim: certainly absent, without settle (design: section 5).
    reason = reason_now(bot, tx, post, now)
    outcomes.settle_absence(tx, post, now)
    if reason is None:
        posts.move(tx, post, Edge.ABSENT_STILL_WANTED, now=now, actor="daemon", code="never-sent", due_at=now)
    else:
        close_unposted(bot, tx, post, reason=reason, code="never-sent", now=now)
    posts.change(tx, post.id, post.epoch, claimed_until=None, claimed_by=None)
    return Step.LAND


def _live(bot: Bot, tx: Tx, post: posts.Post, now: datetime) -> Step:
    reason = reason_now(bot, tx, post, now)
    if reason is not None:
        posts.move(tx, post, Edge.DUE_DOWN, now=now, actor="daemon", reason=reason, due_at=now)
        posts.change(tx, post.id, post.epoch, claimed_until=None, claimed_by=None)
        return Step.LAND
    # A pause stops edits too, never removal (design: section 7).
    if post.shown_revision != post.revision and post.channel not in desk.paused(tx) and not bot.clock_wrong:
        if bot.adapters[post.channel].capabilities.edit is not Edit.NONE:
            return Step.EDIT
        posts.move(tx, post, Edge.DUE_DOWN, now=now, actor="daemon", reason=Reason.SUPERSEDED, due_at=now)
        posts.change(tx, post.id, post.epoch, claimed_until=None, claimed_by=None)
        return Step.LAND
    return Step.LOOK


def land_attested(bot: Bot, tx: Tx, post: posts.Post, *, actor: str, now: datetime) -> None:
    """Close a post on two persons' word; whoever works on it is fenced off, and it is looked at again."""
    fenced = posts.fence(tx, post)
    for row in outcomes.left_over(tx, fenced):
        artefacts.gone(tx, row.id, evidence=attestations.EVIDENCE, now=now)
    desk.finish_task(tx, f"by-hand:{post.id}", by=actor, now=now)
    rows = artefacts.of_post(tx, post.id)
    _land_removed(bot, tx, fenced, rows, now, actor=actor, code=attestations.EVIDENCE)


def _land_removed(  # noqa: PLR0917  # the last two say who, and on what evidence
    bot: Bot,
    tx: Tx,
    post: posts.Post,
    rows: list[artefacts.Artefact],
    now: datetime,
    actor: str = "daemon",
    code: str | None = None,
) -> Step:
    outcomes.leave_the_rest(tx, rows, now)
    if post.tries:
        # Only a removal that did not succeed at once can have been given to a person.
        desk.finish_task(tx, f"by-hand:{post.id}", by="daemon", now=now)
    posts.move(
        tx,
        post,
        Edge.PROVEN_GONE,
        now=now,
        actor=actor,
        code=code,
        due_at=now + bot.settings.loop.recheck_after,
        tries=0,
        asked_at=None,
        claimed_until=None,
        claimed_by=None,
    )
    return Step.LAND


def _closed(bot: Bot, tx: Tx, post: posts.Post, now: datetime) -> Step:
    rows = [row for row in artefacts.of_post(tx, post.id) if row.platform_id and row.left_at is None]
    over = post.closed_at is None or now > post.closed_at + bot.settings.loop.recheck_for
    # What was only attested is looked at until it is proven.
    unproven = any(row.evidence == attestations.EVIDENCE for row in rows)
    # R51: one that was asked for by an event is looked at whatever its age.
    if not rows or (over and not unproven and not post.urgent):
        _free(tx, post, None)
        return Step.WAIT
    return Step.RECHECK


def land_look(bot: Bot, tx: Tx, post: posts.Post, seen: dict[int, Presence], *, now: datetime) -> None:
    """What a look at known artefacts means for the post, and when the next one is due."""
    loop = bot.settings.loop
    visible = Presence.VISIBLE in seen.values()
    match post.state:
        case State.LIVE:
            _land_live(bot, tx, post, seen, now)
        case State.REMOVING:
            land_removal(bot, tx, post, seen, now=now)
        case State.REMOVED | State.NOT_POSTED if visible:
            posts.move(tx, post, Edge.SEEN, now=now, actor="daemon", due_at=now, urgent=True, asked_at=None)
        case State.REMOVED | State.NOT_POSTED:
            proven = bool(seen) and set(seen.values()) == {Presence.GONE}
            due = now + (loop.recheck_every if proven else loop.recheck_after)
            posts.change(tx, post.id, post.epoch, due_at=due, urgent=post.urgent and not proven)
            if proven and post.urgent:
                _tell_proven_again(tx, post, now)
        case _:
            return


def _tell_proven_again(tx: Tx, post: posts.Post, now: datetime) -> None:
    journal.append(
        tx, now=now, actor="daemon", event="proven_again", subject=post.marker, channel=post.channel, post=post.id
    )


def land_removal(bot: Bot, tx: Tx, post: posts.Post, seen: dict[int, Presence], *, now: datetime) -> bool:
    """Close a post that is coming down if nothing of it is left; a copy just seen is left by definition."""
    if post.state is not State.REMOVING or set(seen.values()) - {Presence.GONE}:
        return False
    rows = artefacts.of_post(tx, post.id)
    if outcomes.left_of(rows):
        return False
    _land_removed(bot, tx, post, rows, now)
    return True


def _land_live(bot: Bot, tx: Tx, post: posts.Post, seen: dict[int, Presence], now: datetime) -> None:
    rows = {row.id: row for row in artefacts.of_post(tx, post.id)}
    main = [presence for row_id, presence in seen.items() if rows[row_id].kind in outcomes.MAIN]
    if main and all(presence is Presence.GONE for presence in main):
        # Somebody took it down: verified, recorded, reported, never posted again (design: section 6).
        posts.move(tx, post, Edge.DUE_DOWN, now=now, actor="daemon", reason=Reason.REMOVED_OUTSIDE, due_at=now)
        return
    if Presence.VISIBLE in main:
        posts.change(tx, post.id, post.epoch, seen_at=now, tries=0, due_at=next_look(bot, tx, post, now))
        return
    wait = outcomes.delay(bot.settings.loop.trace_delays, post.tries)
    due = min(now + wait, next_look(bot, tx, post, now))
    posts.change(tx, post.id, post.epoch, due_at=due, tries=post.tries + 1)


def next_look(bot: Bot, tx: Tx, post: posts.Post, now: datetime) -> datetime:
    """When a live post needs a step again: its planned removal, or a fresh look at the page while X waits for it."""
    assert post.publication_id is not None
    starts = outcomes.wanted_now(bot, tx, post.publication_id, post.revision, now).removal_starts
    ends = starts if starts is not None else now + bot.settings.retention.period
    ends = min(ends, post.planned_at) if post.planned_at is not None else ends
    waiting = post.channel is Channel.WEBSITE and any(
        other.channel is Channel.X and other.state is State.QUEUED
        for other in posts.of_publication(tx, post.publication_id)
    )
    return min(ends, now + bot.settings.loop.seen_at_max_age / 2) if waiting else ends
