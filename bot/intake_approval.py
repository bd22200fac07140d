"""Between submission and posting: approve, send back, confirm, queue again, pause. One transaction each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot import outcomes
from bot.context import Bot
from bot.dossiers import dossier
from bot.intake_refusals import Conflict, NotFound, Refused, find, not_retracted, require
from bot.intake_successors import bring_in_line, last_of
from bot.layout import policy_version
from bot.submission_checks import InputRefused, Problem
from policies.authority import Act
from policies.cautions import Caution, cautions, days_since_sentence
from policies.dossier import Stage
from policies.effects import Effect, Tick
from policies.lifecycle import State
from policies.publishing import objections, ticks_needed
from policies.terms import Approval, Channel, Person
from policies.volatile import VolatileFact, volatile_facts
from store import cases, desk, journal, posts, publications
from store.ledger import Tx, write_note
from store.publications import Known

# Where an objection at the claim speaks of the approval itself, it has to be given again first.
_OF_APPROVAL = "approval"


@dataclass(frozen=True, kw_only=True)
class Approved:
    """What was approved, and the posts that were queued for it; the others are edited, kept or still in doubt."""

    ref: str
    revision: int
    given_at: datetime
    queued: tuple[int, ...]
    cautions: tuple[Caution, ...] = ()
    days_since: int | None = None
    confirmed: tuple[VolatileFact, ...] = ()
    """What the approval states as well, at its own time."""


def approve(
    bot: Bot, person: Person, ref: str, digest: str, ticks: Collection[str] = (), *, note: str = ""
) -> Approved:
    """Approve exactly what has this digest, with the reason. Raises Refused with every objection and every tick that
    an approval needs; then nothing is written.
    """
    given = _ticks(ticks)
    with bot.ledger.write() as tx:
        now = bot.now
        known = find(bot, tx, ref)
        require(person, Act.APPROVE, known.service)
        not_retracted(tx, known)
        revision = publications.latest_revision(tx, known.id)
        if publications.sent_back(tx, known.id, revision):
            raise Conflict("REF", known.ref, "This revision was sent back.", "It has to be amended first.", "R21")
        approval = Approval(director=person.id, given_at=now, digest=digest.strip().lower(), ticks=given)
        asked = dossier(bot, tx, known.id, revision, stage=Stage.APPROVE, now=now, approval=approval, approver=person)
        found = objections(asked, now)
        if found:
            raise Refused(found, ticks_needed(asked, now))
        _still_shown(tx, known, revision)
        reason = write_note(tx, note, now)
        publications.approve(tx, known.id, revision, approval, reason)
        cases.join_clocks(tx, known.id, asked.publication)
        queued = bring_in_line(bot, tx, known, actor=person.id, now=now)
        # A subject named only now may bring an earlier date along.
        outcomes.refresh_due(bot, tx, [known.id], now)
        journal.append(
            tx,
            now=now,
            actor=person.id,
            event="approved",
            subject=known.ref,
            revision=revision,
            digest=approval.digest,
            ticks=",".join(sorted(given)) or None,
            policy=policy_version(bot.settings),
            note=reason,
        )
        return Approved(
            ref=known.ref,
            revision=revision,
            given_at=now,
            queued=tuple(queued),
            cautions=cautions(asked, now),
            days_since=days_since_sentence(asked.publication, now),
            confirmed=volatile_facts(asked.publication),
        )


def _ticks(ticks: Collection[str]) -> frozenset[str]:
    unknown = sorted(set(ticks) - set(Tick))
    if unknown:
        remedy = f"Use one of: {', '.join(Tick)}."
        raise InputRefused(
            [Problem(path="tick", value=each[:60], what="There is no such tick.", remedy=remedy) for each in unknown]
        )
    return frozenset(Tick(each).value for each in ticks)


def _still_shown(tx: Tx, known: Known, revision: int) -> None:
    """Raises Conflict where a channel was to keep what it showed at the amendment, and shows it no longer."""
    last = last_of(tx, known.id)
    for channel, rendition in publications.renditions_of(tx, known.id, revision).items():
        post = last.get(channel)
        if rendition.marker == f"{known.ref}-{revision}":
            continue
        up = post is not None and post.state in {State.POSTING, State.LIVE} and post.marker == rendition.marker
        if not up or (post is not None and post.reason is not None):
            what = "What it was to keep showing is no longer up."
            raise Conflict(f"channels.{channel}", rendition.marker, what, "Amend it again.", "R22")


def send_back(bot: Bot, person: Person, ref: str, note: str, *, read: int | None = None) -> None:
    """Return the newest revision to its author with the reasons; it cannot be approved as it stands any more.

    `read`: the revision that was read; a newer one is not sent back.
    """
    with bot.ledger.write() as tx:
        now = bot.now
        known = find(bot, tx, ref)
        require(person, Act.SEND_BACK, known.service)
        not_retracted(tx, known)
        revision = publications.latest_revision(tx, known.id)
        if read not in {None, revision}:
            raise Conflict("REF", known.ref, f"The newest revision is {revision}.", "Read that one first.", "R22")
        if publications.approval_of(tx, known.id, revision) is not None:
            remedy = f"Take it down with `downdate retract {known.ref} --reason approval_withdrawn`."
            raise Conflict("REF", known.ref, "This revision is approved already.", remedy, "12.1")
        digest = write_note(tx, note, now)
        publications.send_back(tx, known.id, revision, director=person.id, note=digest, now=now)
        journal.append(
            tx, now=now, actor=person.id, event="sent_back", subject=known.ref, revision=revision, note=digest
        )


def to_confirm(bot: Bot, person: Person, ref: str) -> tuple[VolatileFact, ...]:
    """What a confirmation would state, to be checked before it is given."""
    require(person, Act.READ)
    with bot.ledger.read() as tx:
        return _volatile(tx, find(bot, tx, ref))


def _volatile(tx: Tx, known: Known) -> tuple[VolatileFact, ...]:
    revision = publications.approved_revision(tx, known.id) or publications.latest_revision(tx, known.id)
    return volatile_facts(publications.load(tx, known.id, revision))


def confirm(bot: Bot, person: Person, ref: str, *, note: str = "") -> tuple[VolatileFact, ...]:
    """Put on record, in the person's name, that each fact that may change is still as stated; returns those (R23)."""
    require(person, Act.CONFIRM)
    with bot.ledger.write() as tx:
        now = bot.now
        known = find(bot, tx, ref)
        not_retracted(tx, known)
        stated = _volatile(tx, known)
        digest = write_note(tx, note, now)
        publications.confirm(tx, known.id, person.id, now, digest)
        names = ",".join(dict.fromkeys(each.name for each in stated))
        journal.append(tx, now=now, actor=person.id, event="confirmed", subject=known.ref, facts=names, note=digest)
        return stated


def requeue(bot: Bot, person: Person, ref: str, channel: Channel) -> int:
    """Queue a channel again after a refusal was mended: same digest, valid approval, all checks. Returns the post."""
    require(person, Act.REQUEUE)
    with bot.ledger.write() as tx:
        now = bot.now
        known = find(bot, tx, ref)
        not_retracted(tx, known)
        revision = publications.approved_revision(tx, known.id)
        if revision is None:
            raise Conflict("REF", known.ref, "It is not approved.", "A Director of the service approves it.", "12.1")
        _certainly_not_up(tx, known, revision, channel)
        asked = dossier(bot, tx, known.id, revision, stage=Stage.CLAIM, now=now, claiming=channel)
        found = [
            each
            for each in objections(asked, now)
            if each.effect is Effect.REFUSE or each.path.partition(".")[0] == _OF_APPROVAL
        ]
        if found:
            raise Refused(found)
        marker = publications.renditions_of(tx, known.id, revision)[channel].marker
        post_id = posts.queue(tx, known.id, channel, revision=revision, marker=marker, due_at=now, now=now)
        journal.append(tx, now=now, actor=person.id, event="requeued", subject=known.ref, channel=channel, post=post_id)
        return post_id


def _certainly_not_up(tx: Tx, known: Known, revision: int, channel: Channel) -> None:
    """Raises unless the channel's last copy ended as never posted, of a revision that was never up there."""
    if channel not in publications.renditions_of(tx, known.id, revision):
        raise NotFound("--channel", channel, "Choose a channel of the approved revision, or amend it.")
    post = last_of(tx, known.id).get(channel)
    if post is None or post.state is not State.NOT_POSTED:
        stands = post.state.value if post else "not queued"
        what = f"There the notice is {stands}, not refused."
        raise Conflict("--channel", channel, what, f"See `downdate status {known.ref}`.")
    mine = [each for each in posts.of_publication(tx, known.id) if each.channel is channel]
    if any(each.revision == revision and each.live_at is not None for each in mine):
        what = "This revision was up there once, and is not posted twice."
        raise Conflict("--channel", channel, what, "Amend it, and have it approved.", "R45")


def pause(bot: Bot, person: Person, channel: Channel | None = None) -> None:
    """Stop new posts and edits on one channel or all; removal, tracing and comparing go on."""
    require(person, Act.PAUSE)
    with bot.ledger.write() as tx:
        for each in (channel,) if channel else tuple(Channel):
            desk.pause(tx, each, by=person.id, now=bot.now)
            journal.append(tx, now=bot.now, actor=person.id, event="paused", subject=each)


def resume(bot: Bot, person: Person, channel: Channel | None = None) -> None:
    """Let posts and edits go on again."""
    require(person, Act.RESUME)
    with bot.ledger.write() as tx:
        for each in (channel,) if channel else tuple(Channel):
            desk.resume(tx, each)
            journal.append(tx, now=bot.now, actor=person.id, event="resumed", subject=each)
