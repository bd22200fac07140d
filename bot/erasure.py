"""Erases what the record no longer needs, on the council's schedule; puts a case on legal hold and releases it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.context import Bot
from bot.intake_refusals import Conflict, NotFound, require
from bot.settings_values import spoken
from policies.authority import Act
from policies.retention import LONDON
from policies.storage import Kept, Part, RecordPlan, Stays, stays
from policies.terms import Person, case_key
from store import cases, drafts, erasure, journal, posts, publications
from store.ledger import Tx, write_note
from store.publications import Known

# Annex A: the row whose known characteristics become the yearly figures (10.3).
EQUALITY = (29, "characteristics")
# At least: who sends a request again after a long outage still gets the first answer (reliability: 1).
REPLAYS_FOR = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One part of one publication: due to be erased, or why it stays."""

    ref: str
    part: Part
    stays: Stays | None
    not_before: datetime | None = None
    """When its time comes, if nothing else keeps it."""


def plan_of_record(bot: Bot) -> RecordPlan:
    """The schedule in force."""
    chosen = bot.settings.record
    return RecordPlan(
        pictures_after=chosen.pictures_after,
        content_after=chosen.content_after,
        content_at_latest=chosen.content_at_latest,
        rechecks=bot.settings.loop.recheck_for,
    )


def survey(bot: Bot, tx: Tx, now: datetime) -> list[Finding]:
    """Every part that is still there, and whether it is due; oldest publication first."""
    plan = plan_of_record(bot)
    found = []
    for known in publications.everything(tx):
        there = [part for part in Part if part not in erasure.erased(tx, known.id)]
        if there:
            kept = _kept(tx, known)
            found += [
                Finding(
                    ref=known.ref,
                    part=part,
                    stays=stays(part, kept, now, plan),
                    not_before=kept.settled_at + plan.after(part),
                )
                for part in there
            ]
    return found


def _kept(tx: Tx, known: Known) -> Kept:
    return Kept(
        settled_at=erasure.last_act(tx, known),
        case_may_be_visible=erasure.case_may_be_visible(tx, known.case_key),
        held=erasure.held(tx, known.case_key),
        events=cases.events_of(tx, known.case_key),
        request_open=erasure.request_open(tx, known.case_key),
    )


def erase_due(bot: Bot, *, actor: str = "daemon") -> list[Finding]:
    """Erase what is due, pictures before content, each publication in a transaction of its own; returns what it was.

    The journal still verifies, and no bytes are left: rows are overwritten, the write-ahead log is emptied, pictures
    are overwritten and unlinked. Safe to repeat after a crash.
    """
    with bot.ledger.read() as tx:
        refs = [found.ref for found in survey(bot, tx, bot.now) if found.stays is None]
    done: list[Finding] = []
    for ref in dict.fromkeys(refs):
        with bot.ledger.write() as tx:
            done += _erase_one(bot, tx, ref, actor)
    with bot.ledger.write() as tx:
        erasure.forget_replays(tx, bot.now - max(bot.settings.record.content_after, REPLAYS_FOR))
        for draft in drafts.untouched(tx, bot.now - bot.settings.record.content_after):
            drafts.discard(tx, draft.id, bot.now)
            drafts.give_up(tx, bot.media, drafts.pictures(draft.body), bot.now)
        bot.media.sweep(tx)
    bot.ledger.leave_no_bytes()
    return done


def _erase_one(bot: Bot, tx: Tx, ref: str, actor: str) -> list[Finding]:
    """Asked again under the write lock: a hold or an appeal may have come meanwhile."""
    now, plan = bot.now, plan_of_record(bot)
    known = publications.find(tx, ref)
    assert known is not None  # publications are never deleted
    kept, gone = _kept(tx, known), erasure.erased(tx, known.id)
    done = []
    for part in Part:
        if part in gone or stays(part, kept, now, plan) is not None:
            continue
        rule = f"R67 {part}_after={spoken(plan.after(part))}"
        if part is Part.PICTURES:
            items = erasure.erase_pictures(tx, bot.media, known, rule=rule, now=now)
        else:
            _keep_figures(tx, known)
            items = erasure.erase_content(tx, known, rule=rule, now=now)
        journal.append(tx, now=now, actor=actor, event="erased", subject=ref, part=part, rule=rule, items=items)
        done.append(Finding(ref=ref, part=part, stays=None))
    return done


def went_up(tx: Tx, known: Known) -> datetime | None:
    """When the first copy of the publication went up; None where none ever did."""
    return min((post.live_at for post in posts.of_publication(tx, known.id) if post.live_at), default=None)


def characteristics(tx: Tx, known: Known) -> tuple[str, ...]:
    """What the approved revision says of the subject for the yearly figures."""
    revision = publications.approved_revision(tx, known.id)
    return publications.load(tx, known.id, revision).checklist.lines(*EQUALITY) if revision else ()


def _keep_figures(tx: Tx, known: Known) -> None:
    first = went_up(tx, known)
    if first is not None:
        erasure.count_characteristics(tx, first.astimezone(LONDON).year, characteristics(tx, known))


def hold(bot: Bot, person: Person, case: str, note: str) -> None:
    """Stop every erasure of the case until it is released (R66). Raises Conflict where it is on hold already."""
    _put(bot, person, case, note, wanted=True)


def release(bot: Bot, person: Person, case: str, note: str = "") -> None:
    """Let the schedule go on for the case. Raises Conflict where it is not on hold."""
    _put(bot, person, case, note, wanted=False)


def _put(bot: Bot, person: Person, case: str, note: str, *, wanted: bool) -> None:
    require(person, Act.HOLD)
    key = case_key(case)
    with bot.ledger.write() as tx:
        now = bot.now
        if not publications.of_case(tx, key):
            raise NotFound("CASE", case, "Check the case reference; see `downdate status`.")
        if erasure.held(tx, key) is wanted:
            what = "It is on legal hold already." if wanted else "It is not on legal hold."
            raise Conflict("CASE", case[:60], what, "See `downdate case export`.", "R66")
        digest = write_note(tx, note, now)
        (erasure.hold if wanted else erasure.release)(tx, key, person=person.id, note=digest, now=now)
        event = "held" if wanted else "released"
        journal.append(tx, now=now, actor=person.id, event=event, subject=key, note=digest)
