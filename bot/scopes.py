"""What a token may open in the HTTP API. A personal token opens all that its person's roles allow."""

from collections.abc import Iterable
from enum import StrEnum

from policies.terms import Person
from store.people import Bearer


class Scope(StrEnum):
    """One for each kind of operation."""

    SUBMIT = "submit"
    PREVIEW = "preview"
    READ = "read"
    APPROVE = "approve"
    CONFIRM = "confirm"
    RETRACT = "retract"
    EVENT = "event"
    TASKS = "tasks"
    JOURNAL = "journal"


# 12.1: a Director approves in person, with a token that is the Director's whole own.
GRANTABLE = frozenset(Scope) - {Scope.APPROVE}
# 5.5, 12.1: a system states nothing.
OF_SYSTEMS = GRANTABLE - {Scope.CONFIRM}


def grantable(person: Person) -> frozenset[Scope]:
    """What a limited token of the person may be issued for."""
    return OF_SYSTEMS if person.system else GRANTABLE


def opens(bearer: Bearer, scope: Scope) -> bool:
    """Whether the token may be used for it; what the person's roles allow is asked where it is done."""
    if bearer.scopes is None:
        return not bearer.person.system or scope in OF_SYSTEMS
    return scope in bearer.scopes and scope in grantable(bearer.person)


def spoken(scopes: Iterable[Scope]) -> str:
    return ", ".join(sorted(scopes))
