"""The one way in. Each act is one transaction, asks whether the person may do it, and leaves nothing when refused.

Writing a notice is here; what follows it is in `bot.intake_approval` and `bot.intake_takedown`, offered here too.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter

from bot.context import Bot, law_of
from bot.dossiers import dossier
from bot.intake_advice import advise
from bot.intake_approval import Approved, approve, confirm, pause, requeue, resume, send_back, to_confirm
from bot.intake_attest import Attested, attest
from bot.intake_refusals import Conflict, NotAllowedHere, NotFound, Refused, find, not_erased, not_retracted, require
from bot.intake_strays import leave_stray, take_down_stray
from bot.intake_successors import due_successors, last_of
from bot.intake_takedown import record_event, retract
from bot.layout import LaidOut, Shown, digest_of, keep_pictures, lay_out, policy_version
from bot.pictures import PictureRefused
from bot.submission import Received, SubmissionRefused
from bot.submission_checks import InputRefused, Problem
from policies.answers import Checklist
from policies.authority import Act
from policies.cautions import Caution, cautions, days_since_sentence
from policies.dossier import Objection, Stage
from policies.effects import Effect, Tick
from policies.lifecycle import State
from policies.pictures import Picture
from policies.publishing import objections, ticks_needed
from policies.retention import LONDON
from policies.spent_rules import settled
from policies.terms import Channel, Content, Person, Publication, Window, case_key
from store import cases, desk, journal, publications
from store.ledger import Tx
from store.publications import Known, Rendition

__all__ = [
    "Approved", "Attested", "Conflict", "InputRefused", "NotAllowedHere", "NotFound", "Preview", "Refused",
    "SubmissionRefused", "Submitted", "advise", "amend", "approve", "attest", "confirm", "due_successors",
    "leave_stray", "pause", "preview", "record_event", "requeue", "resume", "retract", "send_back", "submit",
    "take_down_stray", "to_confirm",
]  # fmt: skip

# Without 0 and O, 1, I and L, and U, which are misread or spell words.
REF_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """A draft in the ledger. While an objection has effect REFUSE it cannot be approved."""

    ref: str
    revision: int
    digest: str
    objections: tuple[Objection, ...]
    cautions: tuple[Caution, ...] = ()
    days_since: int | None = None
    """Since the court's decision (R23)."""

    @property
    def refused(self) -> bool:
        return any(each.effect is Effect.REFUSE for each in self.objections)


_SUBMITTED: TypeAdapter[Submitted] = TypeAdapter(Submitted)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Exactly what each channel would show, its digest to approve, and what stands in the way."""

    ref: str
    revision: int
    digest: str
    renditions: Mapping[Channel, Rendition]
    objections: tuple[Objection, ...]
    ticks: tuple[Tick, ...]
    """What an approval needs besides."""
    cautions: tuple[Caution, ...]
    days_since: int | None


def submit(bot: Bot, person: Person, received: Received, *, idempotency_key: str | None = None) -> Submitted:
    """Take in a notice. What the policy refuses is kept as a draft with its objections; the same key answers the same.

    Raises Conflict for a key used for something else, SubmissionRefused for what cannot be taken in at all.
    """
    require(person, Act.SUBMIT)
    now = bot.now
    with bot.ledger.read() as tx:
        known_answer = _replayed(tx, person, idempotency_key, received)
        ref = _new_ref(bot, tx)
    if known_answer is not None:
        return known_answer
    publication = _publication(bot, received, ref=ref, revision=1, page_id=secrets.token_hex(16), by=person, now=now)
    laid_out = _laid_out(bot, publication, received, shown={})
    with bot.ledger.write() as tx:
        known_answer = _replayed(tx, person, idempotency_key, received)
        if known_answer is not None:
            return known_answer
        _copied_from_known(tx, publication)
        publication_id = publications.add(tx, publication, now)
        cases.join_clocks(tx, publication_id, publication)
        submitted = _add_revision(
            bot, tx, publication_id, publication, person=person, laid_out=laid_out, masters=received.masters, now=now
        )
        _remember(tx, person, idempotency_key, received, submitted=submitted, now=now)
        return submitted


def amend(bot: Bot, person: Person, ref: str, received: Received, *, idempotency_key: str | None = None) -> Submitted:
    """Add a revision. It changes nothing that is up before it is approved; a channel it does not change keeps its post.

    Raises Conflict where the publication was retracted, or is about something else than the amendment.
    """
    require(person, Act.AMEND)
    now = bot.now
    with bot.ledger.read() as tx:
        known_answer = _replayed(tx, person, idempotency_key, received)
        known = find(bot, tx, ref)
        before = _now_shown(tx, known)
        revision = publications.latest_revision(tx, known.id) + 1
    if known_answer is not None:
        return known_answer
    publication = _publication(
        bot, received, ref=known.ref, revision=revision, page_id=known.page_id, by=person, now=now, of=known
    )
    _same_notice(known, publication)
    laid_out = _laid_out(bot, publication, received, shown=before)
    with bot.ledger.write() as tx:
        known_answer = _replayed(tx, person, idempotency_key, received)
        if known_answer is not None:
            return known_answer
        not_retracted(tx, known)
        if publications.latest_revision(tx, known.id) != revision - 1 or _now_shown(tx, known) != before:
            raise Conflict("REF", known.ref, "It has changed meanwhile.", "Look at it again, then amend it.")
        submitted = _add_revision(
            bot, tx, known.id, publication, person=person, laid_out=laid_out, masters=received.masters, now=now
        )
        _remember(tx, person, idempotency_key, received, submitted=submitted, now=now)
        return submitted


def preview(bot: Bot, person: Person, ref: str) -> Preview:
    """The newest revision as it would go out, with the digest to approve and what stands in its way now."""
    require(person, Act.PREVIEW)
    with bot.ledger.read() as tx:
        now = bot.now
        known = find(bot, tx, ref)
        not_erased(tx, known)
        revision = publications.latest_revision(tx, known.id)
        asked = dossier(bot, tx, known.id, revision, stage=Stage.SUBMIT, now=now)
        return Preview(
            ref=known.ref,
            revision=revision,
            digest=asked.digest,
            renditions=publications.renditions_of(tx, known.id, revision),
            objections=tuple(objections(asked, now)),
            ticks=ticks_needed(asked, now),
            cautions=cautions(asked, now),
            days_since=days_since_sentence(asked.publication, now),
        )


def _new_ref(bot: Bot, tx: Tx) -> str:
    while True:
        drawn = "".join(secrets.choice(REF_ALPHABET) for _ in range(6))
        ref = f"{bot.settings.council.ref_prefix}-{drawn}"
        if publications.find(tx, ref) is None:
            return ref


def _publication(
    bot: Bot,
    received: Received,
    *,
    ref: str,
    revision: int,
    page_id: str,
    by: Person,
    now: datetime,
    of: Known | None = None,
) -> Publication:
    """The submission as the policy's own types; its pictures are named by their cleaned bytes."""
    given = received.submission
    law, today = law_of(bot.settings), now.astimezone(LONDON).date()
    pictures = zip(given.content.pictures, received.pictures, strict=True)
    return Publication(
        ref=ref,
        revision=revision,
        case_ref=given.case_ref,
        service=given.service,
        kind=given.kind,
        court_event=given.court_event,
        subjects=tuple(settled(each, law, today) for each in given.subjects),
        content=Content(
            headline=given.content.headline,
            body=given.content.body,
            facts=given.content.facts,
            pictures=tuple(
                Picture(sha256=made.sha256, alt_text=written.alt_text, facts=written.facts)
                for written, made in pictures
            ),
        ),
        channels=given.channels,
        window=Window(opens=given.window.opens or now, closes=given.window.closes),
        page_id=page_id,
        checklist=_answered(given.checklist, by, now),
        follows=given.follows or (of.follows if of else None),
        copied_from=given.copied_from or (of.copied_from if of else None),
        authors=frozenset(),
    )


def _answered(given: Checklist, by: Person, now: datetime) -> Checklist:
    """Every answer carries who gave it and when; whoever submits answers what does not say so (Annex A)."""
    answers = {
        number: replace(each, answered_by=each.answered_by or by.id, answered_at=each.answered_at or now)
        for number, each in given.answers.items()
    }
    return replace(given, answers=answers)


def _same_notice(known: Known, publication: Publication) -> None:
    """What a publication is about stays for good: another case, kind, service or predecessor is another notice."""
    pairs = {
        "case_ref": (known.case_key, case_key(publication.case_ref)),
        "kind": (known.kind.value, publication.kind.value),
        "service": (known.service, publication.service),
        "follows": (known.follows, publication.follows),
        "copied_from": (known.copied_from, publication.copied_from),
    }
    what, remedy = "An amendment cannot change it.", "Leave it as it was, or submit a new publication."
    problems = [
        Problem(path=path, value=new, clause="R45", what=what, remedy=remedy)
        for path, (old, new) in pairs.items()
        if old != new
    ]
    if problems:
        raise SubmissionRefused(problems)


def _laid_out(
    bot: Bot, publication: Publication, received: Received, *, shown: Mapping[Channel, Shown]
) -> tuple[LaidOut, ...]:
    try:
        return lay_out(bot, publication, received.masters, shown=shown)
    except PictureRefused as refused:
        what = f"A picture does not fit: {refused.code}."
        problem = Problem(path="content.pictures", clause="6.3", what=what, remedy=refused.remedy)
        raise SubmissionRefused([problem]) from None


def _now_shown(tx: Tx, known: Known) -> dict[Channel, Shown]:
    """What each channel shows or may show, where that is certain: no edit of it is on its way."""
    found = {}
    for channel, post in last_of(tx, known.id).items():
        steady = post.state is State.LIVE and post.shown_revision == post.revision
        if post.reason is None and (steady or post.state is State.POSTING):
            rendition = publications.renditions_of(tx, known.id, post.revision)[channel]
            bare = not publications.load(tx, known.id, post.revision).content.pictures
            found[channel] = Shown(rendition=rendition, bare=bare)
    return found


def _copied_from_known(tx: Tx, publication: Publication) -> None:
    ref = publication.copied_from
    if ref is not None and publications.find(tx, ref) is None:
        remedy = "Correct the reference, or leave it out."
        problem = Problem(path="copied_from", value=ref, clause="12.1", what="It is not in the ledger.", remedy=remedy)
        raise SubmissionRefused([problem])


def _add_revision(
    bot: Bot,
    tx: Tx,
    publication_id: int,
    publication: Publication,
    *,
    person: Person,
    laid_out: tuple[LaidOut, ...],
    masters: Mapping[str, bytes],
    now: datetime,
) -> Submitted:
    """Write the revision and what each channel would show, ask the rules, and tell the journal once."""
    version = policy_version(bot.settings)
    renditions = keep_pictures(bot, tx, laid_out, masters, now)
    digest = digest_of(publication, {each.channel: each for each in renditions}, version)
    publications.add_revision(
        tx,
        publication_id,
        publication,
        author=person.id,
        digest=digest,
        policy_version=version,
        laid_out=renditions,
        now=now,
    )
    asked = dossier(bot, tx, publication_id, publication.revision, stage=Stage.SUBMIT, now=now)
    found = tuple(objections(asked, now))
    submitted = Submitted(
        ref=publication.ref,
        revision=publication.revision,
        digest=digest,
        objections=found,
        cautions=cautions(asked, now),
        days_since=days_since_sentence(publication, now),
    )
    journal.append(
        tx,
        now=now,
        actor=person.id,
        event="refused" if submitted.refused else "submitted" if publication.revision == 1 else "amended",
        subject=publication.ref,
        revision=publication.revision,
        digest=digest,
        clauses=_clauses(found),
        refused_by=_clauses([each for each in found if each.effect is Effect.REFUSE]),
    )
    return submitted


def _clauses(found: Sequence[Objection]) -> str | None:
    return ",".join(dict.fromkeys(each.clause for each in found)) or None


def _replayed(tx: Tx, person: Person, key: str | None, received: Received) -> Submitted | None:
    if key is None:
        return None
    try:
        answer = desk.replayed(tx, person=person.id, key=key, body=received.fingerprint)
    except desk.KeyReusedError:
        what, remedy = "The key was used for something else.", "Use a new key for another submission."
        raise Conflict("--idempotency-key", key[:60], what, remedy) from None
    return None if answer is None else _SUBMITTED.validate_json(answer)


def _remember(
    tx: Tx, person: Person, key: str | None, received: Received, *, submitted: Submitted, now: datetime
) -> None:
    if key is not None:
        answer = _SUBMITTED.dump_json(submitted).decode()
        desk.remember(tx, person=person.id, key=key, body=received.fingerprint, answer=answer, now=now)
