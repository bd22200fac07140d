"""Rules about who decided, when, and whether there is still time: approval, freshness, events, clocks, window."""

from collections.abc import Iterator
from datetime import datetime

from policies.answers import CONSULTEES
from policies.authority import Act, may
from policies.dossier import Dossier, Objection, Stage
from policies.effects import Effect, Tick
from policies.events import blocking, rule_for
from policies.lifecycle import CLOSED
from policies.retention import LONDON, down_by, legal_end, removal_starts
from policies.terms import Kind, Reason, case_key, clock_event


def service_known(dossier: Dossier) -> Iterator[Objection]:
    if dossier.publication.service not in dossier.services:
        yield Objection(
            clause="12.1",
            path="service",
            what="No such service, so no Director could approve it.",
            remedy=f"Use one of: {', '.join(sorted(dossier.services))}.",
        )


def approval_given(dossier: Dossier) -> Iterator[Objection]:
    if dossier.stage is not Stage.SUBMIT and dossier.approval is None:
        yield Objection(
            clause="12.1",
            path="approval",
            what="There is no approval.",
            remedy="A Director of the service approves it.",
            effect=Effect.HOLD,
        )


def approver_not_author(dossier: Dossier) -> Iterator[Objection]:
    if dossier.approval and dossier.approval.director in dossier.publication.authors:
        yield Objection(
            clause="R21",
            path="approval.director",
            what="Who approves wrote a revision of it, or of one it follows.",
            remedy="Another Director or a deputy of the service approves it.",
        )


def approver_directs_the_service(dossier: Dossier) -> Iterator[Objection]:
    approval, approver = dossier.approval, dossier.approver
    if approval is None:
        return
    known = approver is not None and approver.id == approval.director
    if not (known and approver and may(approver, Act.APPROVE, dossier.publication.service)):
        yield Objection(
            clause="12.1",
            path="approval.director",
            what="Who approves is not now a Director of the service that brought the case.",
            remedy="A Director or a deputy of that service approves it.",
            effect=Effect.HOLD if dossier.stage is Stage.CLAIM else Effect.REFUSE,
        )


def approval_covers_this(dossier: Dossier) -> Iterator[Objection]:
    if dossier.approval and dossier.approval.digest != dossier.digest:
        yield Objection(
            clause="R22",
            path="approval.digest",
            what="The approval is of another version than would be sent now.",
            remedy="Preview it again, and approve the digest shown there.",
        )


def approval_last(dossier: Dossier) -> Iterator[Objection]:
    approval, asked = dossier.approval, dossier.publication.checklist
    if approval is None:
        return
    consulted = {f"checklist.consultations.{n}": each.at for n, each in enumerate(asked.consultations)}
    answers = {f"checklist.answers.{n}": each.answered_at for n, each in asked.answers.items() if each.answered_at}
    for path, at in (consulted | answers).items():
        if at > approval.given_at:
            yield Objection(
                clause="R21",
                path=path,
                what="It is dated after the approval, which has to come last.",
                remedy="Correct the date, or have it approved again.",
            )
    for role in sorted({each.role for each in dossier.advice if each.at > approval.given_at}):
        yield Objection(
            clause="R21",
            path=f"advice.{role}",
            what=f"The advice of {CONSULTEES.get(role, role)} came after the approval, which has to come last.",
            remedy="A Director of the service approves it again.",
            effect=Effect.HOLD,
        )


def advice_heeded(dossier: Dossier) -> Iterator[Objection]:
    """Who advised against a revision last, asked or not, holds it (row 33); another revision is another matter."""
    for role in sorted({each.role for each in dossier.advice}):
        if not dossier.cleared_by(role):
            yield Objection(
                clause="R14",
                path=f"advice.{role}",
                what=f"Advised against by {CONSULTEES.get(role, role)}.",
                remedy="Amend it as advised, or say in checklist.consultations why the advice is not followed.",
                effect=Effect.HOLD,
            )


def consultations_followed(dossier: Dossier) -> Iterator[Objection]:
    for n, each in enumerate(dossier.publication.checklist.consultations):
        if not each.followed and not each.why_not.strip():
            yield Objection(
                clause="R14",
                path=f"checklist.consultations.{n}.why_not",
                what="Advice was not followed, and no reason is given.",
                remedy="Follow it, or write why not.",
            )


def approval_fresh(dossier: Dossier, now: datetime) -> Iterator[Objection]:
    approval = dossier.approval
    if dossier.stage is Stage.CLAIM and approval and now - approval.given_at > dossier.approval_lapses:
        yield Objection(
            clause="R23",
            path="approval.given_at",
            what="The approval has lapsed.",
            remedy="A Director of the service approves it again.",
            effect=Effect.HOLD,
        )


def facts_confirmed(dossier: Dossier, now: datetime) -> Iterator[Objection]:
    """An approval counts as a confirmation at its own time."""
    if dossier.stage is not Stage.CLAIM:
        return
    said = [at for at in (dossier.confirmed_at, dossier.approval and dossier.approval.given_at) if at]
    if not said or now - max(said) > dossier.confirmation_valid:
        yield Objection(
            clause="R23",
            path="confirmation",
            what="Nobody has confirmed lately that no appeal, restriction or other change has come.",
            remedy=f"Check, then `downdate confirm {dossier.publication.ref}`.",
            effect=Effect.HOLD,
        )


def no_event_against(dossier: Dossier) -> Iterator[Objection]:
    publication = dossier.publication
    numbers = {subject.number for subject in publication.subjects}
    against = blocking(dossier.events, publication.kind, case_key(publication.case_ref), numbers)
    for event in against:
        rule = rule_for(event.what)
        ends = " or ".join(sorted(rule.closed_by))
        yield Objection(
            clause=rule.clause,
            path="case_ref",
            what=f"The event {event.what} of the case forbids a notice of kind {publication.kind}.",
            remedy=f"Record {ends} once it has happened." if ends else "This kind of notice stays forbidden.",
        )


def no_request_undecided(dossier: Dossier) -> Iterator[Objection]:
    """What was taken down for what a request alleges does not return before that is decided (R54)."""
    if dossier.request_undecided and dossier.publication.kind is not Kind.CORRECTION_NOTICE:
        yield Objection(
            clause="5.5",
            path="case_ref",
            what="A removal request about the case alleges something grave, and is not decided.",
            remedy="Decide it with the Data Protection Officer: `downdate requests`.",
            effect=Effect.HOLD,
        )


def follows_what_is_down(dossier: Dossier) -> Iterator[Objection]:
    """A return is a new publication that follows the old one, once every copy of that is gone."""
    follows = dossier.publication.follows
    what, remedy = "", ""
    effect = Effect.REFUSE
    if follows is None and dossier.retracted:
        what = "A notice of this kind about the same was retracted before, and this one does not follow it."
        remedy = f"Set `follows` to one of: {', '.join(sorted(dossier.retracted))}."
    elif follows is not None and dossier.followed is None:
        what, remedy = "There is no publication of that reference.", "Correct the reference."
    elif follows is not None and not CLOSED.issuperset(dossier.followed or ()):
        what = "A copy of the publication it follows may still be visible."
        remedy = "Wait until every copy is proven gone; see `downdate status`."
        effect = Effect.HOLD if dossier.stage is Stage.CLAIM else Effect.REFUSE
    if what:
        yield Objection(clause="R45", path="follows", what=what, remedy=remedy, effect=effect)


def court_event_dated(dossier: Dossier) -> Iterator[Objection]:
    """A further clock needs a court event of another date, its document and the Director's tick (R45)."""
    publication = dossier.publication
    if not publication.court_event.document.strip():
        yield Objection(
            clause="R20",
            path="court_event.document",
            what="The document that proves the court event is not named.",
            remedy="Give the register extract's or memorandum's reference.",
        )
    own = clock_event(publication.kind, publication.court_event)
    numbers = {subject.number for subject in publication.subjects}
    mine = [clock for clock in dossier.clocks if clock.subject in numbers and clock.family == own.partition("/")[0]]
    if any(clock.event != own for clock in mine) and Tick.NEW_COURT_EVENT not in dossier.ticks:
        yield Objection(
            clause="R45",
            path="court_event.on",
            what="The case already has a clock for another court date; this one would start a fresh 28 days.",
            remedy=f"Correct the date, or the Director ticks {Tick.NEW_COURT_EVENT} when approving.",
            effect=Effect.SIGN_OFF,
        )


def subjects_recognised(dossier: Dossier) -> Iterator[Objection]:
    known = {clock.subject for clock in dossier.clocks}
    if not known or Tick.ANOTHER_PERSON in dossier.ticks:
        return
    for n, subject in enumerate(dossier.publication.subjects):
        if subject.number not in known:
            yield Objection(
                clause="R45",
                path=f"subjects.{n}.number",
                what="The case already has a clock, and this number is new in it.",
                remedy=f"Use the person's number, or the Director ticks {Tick.ANOTHER_PERSON} when approving.",
                effect=Effect.SIGN_OFF,
            )


def run_again_after_fresh_steps(dossier: Dossier, now: datetime) -> Iterator[Objection]:
    """An appeal for information on a further clock: tracing went on after the earlier one's 28 days (R32, part E 6)."""
    publication = dossier.publication
    if publication.kind is not Kind.IMAGE_APPEAL:
        return
    own = clock_event(publication.kind, publication.court_event)
    numbers = {subject.number for subject in publication.subjects}
    ends = [
        legal_end(clock.first_up_at, dossier.plan.retention).astimezone(LONDON).date()
        for clock in dossier.clocks
        if clock.subject in numbers and clock.first_up_at and clock.event != own
        if clock.family == own.partition("/")[0]
    ]
    today = now.astimezone(LONDON).date().isoformat()
    # Row 26 answers by lines that begin with a day.
    tried = [line[:10] for line in publication.checklist.lines(26, "steps") if line[:10] <= today]
    if ends and max(tried, default="") <= max(ends).isoformat():
        yield Objection(
            clause="6.3",
            path="checklist.answers.26.steps",
            what="An appeal about this person had its 28 days, and nothing else was tried since: this extends it.",
            remedy=f"Try other means after {max(ends).day} {max(ends):%B %Y}, and list them with their dates.",
        )


def window_open(dossier: Dossier, now: datetime) -> Iterator[Objection]:
    window = dossier.publication.window
    if window.closes is not None and window.closes <= window.opens:
        yield Objection(
            clause="R23",
            path="window.closes",
            what="The window closes before it opens.",
            remedy="Correct one of the two times.",
        )
    elif window.closes is not None and window.closes <= now:
        yield Objection(
            clause="R23",
            path="window.closes",
            what="The window for posting is over.",
            remedy="Submit it again with a later window, if it is still wanted.",
        )
    elif dossier.stage is Stage.CLAIM and now < window.opens:
        yield Objection(
            clause="R23",
            path="window.opens",
            what="The window for posting is not open yet.",
            remedy="Wait.",
            effect=Effect.HOLD,
        )


def time_enough_left(dossier: Dossier, now: datetime) -> Iterator[Objection]:
    """What would have to come down almost at once does not go up (R46)."""
    publication, plan = dossier.publication, dossier.plan
    up_from = max(now, publication.window.opens)
    end, why = down_by(dossier.first_up_at or up_from, publication.subjects, plan.retention)
    if removal_starts(end, plan) - up_from < plan.minimum_display:
        yield Objection(
            clause="R46",
            path="window.opens",
            what=f"It would have to come down ({why}) before the minimum display time is over.",
            remedy="It cannot go up any more; an earlier window may help where the date has not begun to run.",
            # Nothing is spent of somebody who is left out.
            lesser=why is Reason.SPENT,
        )
