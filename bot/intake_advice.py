"""Before the approval: what the Data Protection Officer, Legal or a partner say of the newest revision (R14, R26)."""

from bot.context import Bot
from bot.intake_refusals import Conflict, NotAllowedHere, find, not_retracted, require
from bot.submission_checks import InputRefused, Problem
from policies.answers import Advice, Consultee
from policies.authority import Act
from policies.terms import Person, Role
from store import advice as advices
from store import journal, publications
from store.ledger import Tx, write_note
from store.people import author_behind

_HELD: dict[Consultee, Role] = {Consultee.DPO: Role.DPO, Consultee.LEGAL: Role.LEGAL}


def advise(
    bot: Bot, person: Person, ref: str, *, role: Consultee, cleared: bool, note: str, revision: int | None = None
) -> int:
    """Record advice, bound to the newest revision, which is returned; `revision`: the one that was read.

    The Data Protection Officer and Legal speak for themselves, and never of what they wrote; a partner's word is
    recorded by an officer with its reference in the note.
    """
    require(person, Act.ADVISE)
    held = _HELD.get(role)
    if held is not None and not person.holds(held):
        raise NotAllowedHere(Act.ADVISE, f"Only who has the role {held.value} gives that advice, with the own token.")
    if not note.strip():
        what, remedy = "It is empty.", "Write what was advised; for a partner, under which reference."
        raise InputRefused([Problem(path="--note", clause="5.5", what=what, remedy=remedy)])
    with bot.ledger.write() as tx:
        now = bot.now
        known = find(bot, tx, ref)
        not_retracted(tx, known)
        newest = publications.latest_revision(tx, known.id)
        if revision not in {None, newest}:
            raise Conflict("--revision", str(revision), f"The newest is {newest}.", "Read that one first.", "R22")
        if held is not None:
            _not_of_the_own(tx, known.id, known.ref, person)
        digest = write_note(tx, note, now)
        advices.add(tx, known.id, newest, Advice(role=role, person=person.id, at=now, cleared=cleared), digest)
        journal.append(
            tx,
            now=now,
            actor=person.id,
            event="advised",
            subject=known.ref,
            revision=newest,
            role=role.value,
            cleared=cleared,
            note=digest,
        )
        return newest


def _not_of_the_own(tx: Tx, publication_id: int, ref: str, person: Person) -> None:
    if author_behind(tx, person.id) in publications.authors(tx, publication_id):
        what = "Who advises wrote a revision of it, or of one it follows."
        raise Conflict("REF", ref, what, "Somebody else of that role advises.", "R21")
