"""Why a notice may not go up, must wait, may go up, or came down: one account for people, and for the console.

It names subjects by number alone, and people by their role.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.context import Bot
from bot.dossiers import dossier
from bot.intake_refusals import find
from bot.outcomes import wanted_now
from bot.settings_values import in_words
from bot.standing import Shown
from policies import events, retention
from policies.answers import Consultee
from policies.cautions import Caution, cautions, days_since_sentence
from policies.dossier import Dossier, Objection, Stage
from policies.effects import Effect, Tick
from policies.lifecycle import CLOSED, MAY_BE_VISIBLE, Standing, State
from policies.publishing import before_approval, clearances_missing, objections, ticks_needed
from policies.retention import RetentionPlan, down_by, removal_starts
from policies.terms import CLAUSE, Channel, Event, Kind, Reason, Wanted
from policies.volatile import VolatileFact, volatile_facts
from store import cases, posts, publications
from store.ledger import Tx
from store.publications import Known


class Verdict(StrEnum):
    """What may happen to it now."""

    REFUSED = "refused"
    HELD = "held"
    AWAITING_APPROVAL = "awaiting_approval"
    """Nothing is missing but the approval of a Director."""
    SENT_BACK = "sent_back"
    """A Director returned this revision; another one can be approved."""
    ALLOWED = "allowed"
    UP = "up"
    COMING_DOWN = "coming_down"
    DOWN = "down"
    NOT_POSTED = "not_posted"
    """Called off or refused on every channel before it was up; what is told stands in the way of another try."""


@dataclass(frozen=True, kw_only=True)
class Missing(Shown):
    """What has to be obtained, and from whom. `confirmation`: the facts a named person still has to confirm."""

    approval_by: str | None
    """The service whose Director has to approve it; None where an approval is in force."""
    ticks: tuple[Tick, ...]
    clearances: tuple[Consultee, ...]
    confirmation: tuple[VolatileFact, ...]


@dataclass(frozen=True, kw_only=True)
class Deadline(Shown):
    """When it must be proven gone and because of what. `planned`: the clock has not begun; as if it went up now."""

    by: datetime
    reason: Reason
    clause: str
    removal_starts: datetime
    why_then: str
    planned: bool


@dataclass(frozen=True, kw_only=True)
class Happened(Shown):
    """An event of the case that concerns it. `against`: it forbids the notice now."""

    what: str
    subject: str | None
    clause: str
    happened_at: datetime
    recorded_at: datetime
    against: bool


@dataclass(frozen=True, kw_only=True)
class CameDown(Shown):
    """Why one copy came down, was called off, or is coming down."""

    channel: Channel
    marker: str
    state: State
    reason: Reason | None
    clause: str | None
    code: str | None
    """The clauses or the platform's answer where it was called off or refused."""
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Waits(Shown):
    """A channel that is still to go up. `code`: the clauses, or what else it waited for at the last sweep."""

    channel: Channel
    code: str | None


@dataclass(frozen=True, kw_only=True)
class Explanation(Shown):
    at: datetime
    ref: str
    kind: Kind
    service: str
    revision: int
    verdict: Verdict
    objections: tuple[Objection, ...]
    lesser_offered: bool
    """Every bar that refuses it is about identity: an anonymised outcome may do (5.7.3)."""
    missing: Missing
    deadline: Deadline
    days_since_court_decision: int | None
    warnings: tuple[Caution, ...]
    retracted_for: Reason | None
    retracted_clause: str | None
    retracted_at: datetime | None
    events: tuple[Happened, ...]
    up_on: tuple[Channel, ...]
    waits: tuple[Waits, ...]
    came_down: tuple[CameDown, ...]


def explain(bot: Bot, tx: Tx, ref: str, now: datetime, *, of: int | None = None) -> Explanation:
    """The revision `of`, else the one that is up or was approved, else the newest one. Raises NotFound."""
    known = find(bot, tx, ref)
    approved = publications.approved_revision(tx, known.id)
    newest = publications.latest_revision(tx, known.id)
    made = posts.of_publication(tx, known.id)
    waiting = any(post.state is State.QUEUED for post in made)
    visible = [post for post in made if post.state in MAY_BE_VISIBLE]
    # A draft changes nothing that is up, but while nothing is, it is what people ask about.
    usual = approved if approved is not None and (waiting or visible) else newest
    revision = of or usual
    stage = Stage.CLAIM if revision == approved else Stage.SUBMIT
    asked = dossier(bot, tx, known.id, revision, stage=stage, now=now)
    wanted = wanted_now(bot, tx, known.id, revision, now)
    retraction = publications.retraction_of(tx, known.id)
    settled = revision == approved and any(post.state is State.REMOVED for post in made)
    over = not visible and not waiting and (retraction is not None or settled)
    idle = over or bool(visible and not waiting)
    found = () if idle else tuple(objections(asked, now))
    verdict = _verdict(asked, found, wanted, now, visible=bool(visible), waiting=waiting, over=over)
    if verdict in {Verdict.HELD, Verdict.AWAITING_APPROVAL} and publications.sent_back(tx, known.id, revision):
        verdict = Verdict.SENT_BACK
    return Explanation(
        at=now,
        ref=known.ref,
        kind=known.kind,
        service=known.service,
        revision=revision,
        verdict=verdict,
        objections=found,
        lesser_offered=_lesser(found),
        missing=_NOTHING if idle else _missing(asked, now, found, known),
        deadline=_deadline(asked, wanted, now),
        days_since_court_decision=days_since_sentence(asked.publication, now),
        warnings=() if over else cautions(asked, now),
        retracted_for=retraction.reason if retraction else None,
        retracted_clause=CLAUSE.get(retraction.reason) if retraction else None,
        retracted_at=retraction.given_at if retraction else None,
        events=_events(tx, known, asked),
        up_on=tuple(post.channel for post in visible if post.state is not State.REMOVING),
        waits=tuple(Waits(channel=post.channel, code=post.held_for) for post in made if post.state is State.QUEUED),
        came_down=tuple(_came_down(post) for post in made if post.state in {*CLOSED, State.REMOVING}),
    )


def _verdict(
    asked: Dossier,
    found: tuple[Objection, ...],
    wanted: Wanted,
    now: datetime,
    *,
    visible: bool,
    waiting: bool,
    over: bool,
) -> Verdict:
    if over:
        return Verdict.DOWN
    if visible:
        return Verdict.UP if wanted.up else Verdict.COMING_DOWN
    if asked.stage is Stage.CLAIM and not waiting:
        return Verdict.NOT_POSTED
    if any(each.effect is Effect.REFUSE for each in found):
        return Verdict.REFUSED
    if asked.stage is Stage.CLAIM:
        return Verdict.HELD if found else Verdict.ALLOWED
    awaited = before_approval(asked, now) is Standing.AWAITING_APPROVAL
    return Verdict.AWAITING_APPROVAL if awaited else Verdict.HELD


def _lesser(found: tuple[Objection, ...]) -> bool:
    barring = [each for each in found if each.effect is not Effect.HOLD]
    refusing = [each for each in barring if each.effect is Effect.REFUSE]
    return any(each.lesser for each in barring) and all(each.lesser for each in refusing)


_NOTHING = Missing(approval_by=None, ticks=(), clearances=(), confirmation=())


def _missing(asked: Dossier, now: datetime, found: tuple[Objection, ...], known: Known) -> Missing:
    # What speaks of the approval, or of advice that came after it, is cured by another one.
    again = any(each.path.split(".")[0] == "approval" or each.clause == "R21" for each in found)
    needed = ticks_needed(asked, now)
    unconfirmed = any(each.path == "confirmation" for each in found)
    return Missing(
        approval_by=known.service if asked.approval is None or again else None,
        ticks=tuple(tick for tick in needed if tick not in asked.ticks),
        clearances=clearances_missing(asked, now),
        confirmation=volatile_facts(asked.publication) if unconfirmed else (),
    )


def _deadline(asked: Dossier, wanted: Wanted, now: datetime) -> Deadline:
    start = asked.first_up_at or max(now, asked.publication.window.opens)
    by, why = down_by(start, asked.publication.subjects, asked.plan.retention)
    planned = removal_starts(by, asked.plan)
    # What was retracted or forbidden comes down at once, yet its date stays what it was.
    at_once = not wanted.up and wanted.removal_starts not in {None, planned}
    starts = wanted.removal_starts if at_once and wanted.removal_starts is not None else planned
    return Deadline(
        by=by,
        reason=why,
        clause=CLAUSE[why],
        removal_starts=starts,
        why_then=_AT_ONCE if at_once else _why_then(by, starts, asked.plan),
        planned=asked.first_up_at is None,
    )


_AT_ONCE = "A retraction or an event takes it down at once, at any hour."


def _why_then(by: datetime, starts: datetime, plan: RetentionPlan) -> str:
    if starts == by - plan.lead:
        return f"That is {in_words(plan.lead)} before the end, in working hours, so that people are there if it fails."
    local = by.astimezone(retention.LONDON)
    closed = "out of hours" if plan.is_working_day(local.date()) else "on a day when the council is closed"
    if plan.in_working_hours(by):
        closed = "so early in the working day that its lead lies outside"
    return f"The end falls {closed}, so removal starts on the last working day before it, while people are there."


def _events(tx: Tx, known: Known, asked: Dossier) -> tuple[Happened, ...]:
    numbers = {subject.number for subject in asked.publication.subjects}
    happened = cases.events_of(tx, known.case_key)
    against = events.blocking(happened, known.kind, known.case_key, numbers)
    return tuple(_happened(each, against=each in against) for each in happened if _concerns(each, numbers))


def _concerns(event: Event, numbers: set[str]) -> bool:
    return event.subject is None or event.subject in numbers


def _happened(event: Event, *, against: bool) -> Happened:
    return Happened(
        what=event.what,
        subject=event.subject,
        clause=events.rule_for(event.what).clause,
        happened_at=event.happened_at,
        recorded_at=event.recorded_at,
        against=against,
    )


def _came_down(post: posts.Post) -> CameDown:
    return CameDown(
        channel=post.channel,
        marker=post.marker,
        state=post.state,
        reason=post.reason,
        clause=CLAUSE.get(post.reason) if post.reason else None,
        code=post.held_for,
        at=post.closed_at or post.removing_at,
    )
