"""What waits for a person's decision: a Director's approval, or a consultee's word."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.context import Bot
from bot.dossiers import dossier
from bot.explaining import explain
from policies.answers import Consultee
from policies.authority import Act, may
from policies.dossier import Stage
from policies.lifecycle import State
from policies.publishing import clearances_missing
from policies.terms import Kind, Person, Role
from store import erasure, posts, publications, survey
from store.ledger import Tx
from store.publications import Known


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One notice that waits for somebody. `again`: it was approved before, and has to be approved once more."""

    ref: str
    headline: str
    case_ref: str
    kind: Kind
    service: str
    since: datetime
    again: bool = False
    own: bool = False
    """The reader wrote a revision of it, so that somebody else decides."""
    roles: tuple[Consultee, ...] = ()


def for_approval(bot: Bot, tx: Tx, person: Person, now: datetime) -> list[Waiting]:
    """What waits for a Director of this person's services, the longest waiting first."""
    found = [
        _waiting(tx, publications.by_id(tx, each.publication_id), each.revision, each.submitted_at, person)
        for each in survey.unapproved(tx)
        if not publications.sent_back(tx, each.publication_id, each.revision)
        and may(person, Act.APPROVE, publications.by_id(tx, each.publication_id).service)
    ]
    known = {each.ref for each in found}
    found += [each for each in _again(bot, tx, person, now) if each.ref not in known]
    return sorted(found, key=lambda each: (each.since, each.ref))


def _again(bot: Bot, tx: Tx, person: Person, now: datetime) -> Iterator[Waiting]:
    """Approved, still to go up, and the approval does not count any more."""
    queued = {post.publication_id for post in posts.in_states(tx, State.QUEUED)}
    for publication_id in sorted(each for each in queued if each is not None):
        known = publications.by_id(tx, publication_id)
        if not may(person, Act.APPROVE, known.service):
            continue
        made = explain(bot, tx, known.ref, now)
        approval = publications.approval_of(tx, known.id, made.revision)
        if made.missing.approval_by is not None and approval is not None:
            yield _waiting(tx, known, made.revision, approval.given_at, person, again=True)


def _waiting(
    tx: Tx,
    known: Known,
    revision: int,
    since: datetime,
    person: Person,
    *,
    again: bool = False,
    roles: tuple[Consultee, ...] = (),
) -> Waiting:
    notice = publications.load(tx, known.id, revision)
    return Waiting(
        ref=known.ref,
        headline=notice.content.headline,
        case_ref=notice.case_ref,
        kind=known.kind,
        service=known.service,
        since=since,
        again=again,
        own=person.id in notice.authors,
        roles=roles,
    )


_HELD: dict[Consultee, tuple[Role, ...]] = {
    Consultee.DPO: (Role.DPO,),
    Consultee.LEGAL: (Role.LEGAL,),
    Consultee.PARTNER: (Role.COMMS, Role.OFFICER, Role.DPO, Role.LEGAL),
}


def voices(person: Person) -> tuple[Consultee, ...]:
    """Whose advice the person may record: the own role's, and a partner's with its reference."""
    if not may(person, Act.ADVISE):
        return ()
    return tuple(each for each, roles in _HELD.items() if person.holds(*roles))


def for_advice(bot: Bot, tx: Tx, person: Person, now: datetime) -> list[Waiting]:
    """What lacks a clearance that this person may record, the longest waiting first."""
    mine = voices(person)
    found = []
    for known in publications.everything(tx):
        revision = publications.latest_revision(tx, known.id)
        if not revision or _settled(tx, known, revision):
            continue
        asked = dossier(bot, tx, known.id, revision, stage=Stage.SUBMIT, now=now)
        roles = tuple(each for each in clearances_missing(asked, now) if each in mine)
        if roles:
            since = survey.submitted_at(tx, known.id, revision)
            found.append(_waiting(tx, known, revision, since, person, roles=roles))
    return sorted(found, key=lambda each: (each.since, each.ref))


def _settled(tx: Tx, known: Known, revision: int) -> bool:
    """Whether nobody waits for a word about it: given back, over, or up already."""
    over = publications.sent_back(tx, known.id, revision) or publications.retraction_of(tx, known.id) is not None
    up = publications.approval_of(tx, known.id, revision) is not None and not any(
        post.state is State.QUEUED for post in posts.of_publication(tx, known.id)
    )
    return over or up or bool(erasure.erased(tx, known.id))
