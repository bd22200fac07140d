"""The one way in. Each act is one transaction, asks whether the person may do it, and leaves nothing when refused.

Writing a notice is here; what follows it is in `bot.intake_approval` and `bot.intake_takedown`, offered here too.
"""

from datetime import datetime

from pydantic import TypeAdapter

from bot.context import Bot
from bot.intake_advice import advise
from bot.intake_approval import Approved, approve, confirm, pause, requeue, resume, send_back, to_confirm
from bot.intake_attest import Attested, attest
from bot.intake_refusals import Conflict, NotAllowedHere, NotFound, Refused, find, not_erased, not_retracted, require
from bot.intake_strays import leave_stray, take_down_stray
from bot.intake_successors import due_successors
from bot.intake_takedown import record_event, retract
from bot.intake_writing import (
    Preview,
    Reserved,
    Submitted,
    add_revision,
    changed_meanwhile,
    copied_from_known,
    laid_out_of,
    now_shown,
    publication_of,
    reserve,
    same_notice,
    seen,
)
from bot.submission import Received, SubmissionRefused
from bot.submission_checks import InputRefused
from policies.authority import Act
from policies.terms import Person
from store import cases, desk, publications
from store.ledger import Tx

__all__ = [
    "Approved", "Attested", "Conflict", "InputRefused", "NotAllowedHere", "NotFound", "Preview", "Refused",
    "SubmissionRefused", "Submitted", "advise", "amend", "approve", "attest", "confirm", "due_successors",
    "leave_stray", "pause", "preview", "record_event", "requeue", "resume", "retract", "send_back", "submit",
    "take_down_stray", "to_confirm",
]  # fmt: skip

_SUBMITTED: TypeAdapter[Submitted] = TypeAdapter(Submitted)


def submit(
    bot: Bot,
    person: Person,
    received: Received,
    *,
    idempotency_key: str | None = None,
    reserved: Reserved | None = None,
) -> Submitted:
    """Take in a notice. What the policy refuses is kept as a draft with its objections; the same key answers the same.

    `reserved`: the name that was previewed; where it has been taken meanwhile, the notice gets another.
    Raises Conflict for a key used for something else, SubmissionRefused for what cannot be taken in at all.
    """
    require(person, Act.SUBMIT)
    now = bot.now
    with bot.ledger.read() as tx:
        known_answer = _replayed(tx, person, idempotency_key, received)
        name = reserved if reserved and publications.find(tx, reserved.ref) is None else reserve(bot, tx)
    if known_answer is not None:
        return known_answer
    publication = publication_of(bot, received, name, revision=1, by=person, now=now)
    laid_out = laid_out_of(bot, publication, received, shown={})
    with bot.ledger.write() as tx:
        known_answer = _replayed(tx, person, idempotency_key, received)
        if known_answer is not None:
            return known_answer
        copied_from_known(tx, publication)
        publication_id = publications.add(tx, publication, now)
        cases.join_clocks(tx, publication_id, publication)
        submitted = add_revision(
            bot, tx, publication_id, publication, person=person, laid_out=laid_out, masters=received.masters, now=now
        )
        _remember(tx, person, idempotency_key, received, submitted=submitted, now=now)
        return submitted


def amend(
    bot: Bot,
    person: Person,
    ref: str,
    received: Received,
    *,
    idempotency_key: str | None = None,
    of_revision: int | None = None,
) -> Submitted:
    """Add a revision. It changes nothing that is up before it is approved; a channel it does not change keeps its post.

    Raises Conflict where the publication was retracted, is about something else than the amendment, or has another
    revision since `of_revision`, which the amendment began with.
    """
    require(person, Act.AMEND)
    now = bot.now
    with bot.ledger.read() as tx:
        known_answer = _replayed(tx, person, idempotency_key, received)
        known = find(bot, tx, ref)
        before = now_shown(tx, known)
        newest = publications.latest_revision(tx, known.id)
        revision = newest + 1
    if known_answer is not None:
        return known_answer
    if of_revision not in (None, newest):
        raise changed_meanwhile(known)
    publication = publication_of(bot, received, known, revision=revision, by=person, now=now)
    same_notice(known, publication)
    laid_out = laid_out_of(bot, publication, received, shown=before)
    with bot.ledger.write() as tx:
        known_answer = _replayed(tx, person, idempotency_key, received)
        if known_answer is not None:
            return known_answer
        not_retracted(tx, known)
        if publications.latest_revision(tx, known.id) != revision - 1 or now_shown(tx, known) != before:
            raise changed_meanwhile(known)
        submitted = add_revision(
            bot, tx, known.id, publication, person=person, laid_out=laid_out, masters=received.masters, now=now
        )
        _remember(tx, person, idempotency_key, received, submitted=submitted, now=now)
        return submitted


def preview(bot: Bot, person: Person, ref: str) -> Preview:
    """The newest revision as it would go out, with the digest to approve and what stands in its way now."""
    require(person, Act.PREVIEW)
    with bot.ledger.read() as tx:
        known = find(bot, tx, ref)
        not_erased(tx, known)
        return seen(bot, tx, known, bot.now)


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
