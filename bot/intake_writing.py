"""What an act of writing a notice is made of: the submission as a publication, what each channel would show, its place.

Each function leaves the transaction to the act that calls it (`bot.intake`, `bot.intake_foresee`).
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.context import Bot, law_of
from bot.dossiers import dossier
from bot.intake_refusals import Conflict
from bot.intake_successors import last_of
from bot.layout import LaidOut, Shown, digest_of, keep_pictures, lay_out, policy_version
from bot.pictures import PictureRefused
from bot.submission import Received, SubmissionRefused
from bot.submission_checks import Problem
from policies.answers import Checklist
from policies.cautions import Caution, cautions, days_since_sentence
from policies.dossier import Objection, Stage
from policies.effects import Effect, Tick
from policies.lifecycle import State
from policies.pictures import Picture
from policies.publishing import objections, ticks_needed
from policies.retention import LONDON
from policies.spent_rules import settled
from policies.terms import Channel, Content, Person, Publication, Window, case_key
from store import journal, publications
from store.ledger import Tx
from store.publications import Known, Rendition

# Without 0 and O, 1, I and L, and U, which are misread or spell words.
REF_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """What a notice will be called, and the secret part of its page's address: known before it is submitted."""

    ref: str
    page_id: str


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


def reserve(bot: Bot, tx: Tx) -> Reserved:
    """A reference that no publication has, and 128 random bits."""
    while True:
        drawn = "".join(secrets.choice(REF_ALPHABET) for _ in range(6))
        ref = f"{bot.settings.council.ref_prefix}-{drawn}"
        if publications.find(tx, ref) is None:
            return Reserved(ref=ref, page_id=secrets.token_hex(16))


def changed_meanwhile(known: Known) -> Conflict:
    return Conflict("REF", known.ref, "It has changed meanwhile.", "Look at it again, then amend it.")


def publication_of(
    bot: Bot, received: Received, name: Reserved | Known, *, revision: int, by: Person, now: datetime
) -> Publication:
    """The submission as the policy's own types; its pictures are named by their cleaned bytes."""
    given = received.submission
    of = name if isinstance(name, Known) else None
    law, today = law_of(bot.settings), now.astimezone(LONDON).date()
    pictures = zip(given.content.pictures, received.pictures, strict=True)
    return Publication(
        ref=name.ref,
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
        page_id=name.page_id,
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


def same_notice(known: Known, publication: Publication) -> None:
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


def laid_out_of(
    bot: Bot, publication: Publication, received: Received, *, shown: Mapping[Channel, Shown]
) -> tuple[LaidOut, ...]:
    try:
        return lay_out(bot, publication, received.masters, shown=shown)
    except PictureRefused as refused:
        what = f"A picture does not fit: {refused.code}."
        problem = Problem(path="content.pictures", clause="6.3", what=what, remedy=refused.remedy)
        raise SubmissionRefused([problem]) from None


def now_shown(tx: Tx, known: Known) -> dict[Channel, Shown]:
    """What each channel shows or may show, where that is certain: no edit of it is on its way."""
    found = {}
    for channel, post in last_of(tx, known.id).items():
        steady = post.state is State.LIVE and post.shown_revision == post.revision
        if post.reason is None and (steady or post.state is State.POSTING):
            rendition = publications.renditions_of(tx, known.id, post.revision)[channel]
            bare = not publications.load(tx, known.id, post.revision).content.pictures
            found[channel] = Shown(rendition=rendition, bare=bare)
    return found


def copied_from_known(tx: Tx, publication: Publication) -> None:
    ref = publication.copied_from
    if ref is not None and publications.find(tx, ref) is None:
        remedy = "Correct the reference, or leave it out."
        problem = Problem(path="copied_from", value=ref, clause="12.1", what="It is not in the ledger.", remedy=remedy)
        raise SubmissionRefused([problem])


def add_revision(
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


def seen(bot: Bot, tx: Tx, known: Known, now: datetime) -> Preview:
    """The newest revision as the rules see it at this moment."""
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
