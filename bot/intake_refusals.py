"""Why an act was refused, as types, and the checks every act begins with. When one is raised, nothing is written."""

from collections.abc import Sequence

from bot.context import Bot
from bot.render import ref_pattern
from bot.submission_checks import InputRefused, Problem
from policies.authority import BOUND_TO_SERVICE, MAY, Act, may
from policies.dossier import Objection
from policies.effects import Tick
from policies.terms import Person
from store import erasure, publications
from store.ledger import Tx
from store.publications import Known


class NotAllowedHere(Exception):
    """The person's roles do not allow the act."""

    def __init__(self, act: Act, remedy: str) -> None:
        super().__init__(act.value)
        self.act = act
        self.remedy = remedy


class Refused(Exception):
    """The policy forbids it; every objection with its clause and remedy, and every tick an approval needs."""

    def __init__(self, objections: Sequence[Objection], ticks: Sequence[Tick] = ()) -> None:
        self.objections = tuple(objections)
        self.ticks = tuple(ticks)
        super().__init__(", ".join(f"{each.clause} {each.path}" for each in self.objections))


class NotFound(InputRefused):
    """Nothing of that name is in the ledger."""

    def __init__(self, path: str, value: str, remedy: str) -> None:
        super().__init__([Problem(path=path, value=value[:60], what="It is not in the ledger.", remedy=remedy)])


class Conflict(InputRefused):
    """It does not fit what is there now."""

    def __init__(self, path: str, value: str, what: str, remedy: str, clause: str | None = None) -> None:
        super().__init__([Problem(path=path, value=value, clause=clause, what=what, remedy=remedy)])


def require(person: Person, act: Act, service: str | None = None) -> None:
    """Raises NotAllowedHere unless the person may do it (12.1)."""
    if may(person, act, service):
        return
    if act in BOUND_TO_SERVICE:
        remedy = f"A Director or a deputy of {service} does this."
    else:
        remedy = f"This takes one of the roles {', '.join(sorted(MAY[act]))}."
    raise NotAllowedHere(act, remedy)


def find(bot: Bot, tx: Tx, ref: str) -> Known:
    """The publication by its reference, or by a marker copied from a post. Raises NotFound."""
    said = ref.strip().upper()
    marker = ref_pattern(bot.settings.council.ref_prefix).fullmatch(said)
    known = publications.find(tx, marker["ref"] if marker else said)
    if known is None:
        raise NotFound("REF", ref, "Copy the reference from the notice's foot, or see `downdate status`.")
    return known


def not_retracted(tx: Tx, known: Known) -> None:
    """Raises Conflict where it was retracted, which is final, or where what it said has been erased (R67)."""
    not_erased(tx, known)
    retraction = publications.retraction_of(tx, known.id)
    if retraction is not None:
        what = f"It was retracted ({retraction.reason}), which is final."
        raise Conflict("REF", known.ref, what, f"Submit a new publication with `follows` set to {known.ref}.", "R45")


def not_erased(tx: Tx, known: Known) -> None:
    """Raises Conflict where what it said, or its pictures, are no longer there to be looked at or approved."""
    if erasure.erased(tx, known.id):
        what, remedy = "Its pictures or its content have been erased.", "See `downdate status`; the record stays."
        raise Conflict("REF", known.ref, what, remedy, "R67")
