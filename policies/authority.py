"""Who may do what. Putting up needs a Director of the service; taking down needs any one authorised person."""

from enum import StrEnum

from policies.terms import Person, Role


class Act(StrEnum):
    """What a person may ask Downdate to do."""

    SUBMIT = "submit"
    AMEND = "amend"
    PREVIEW = "preview"
    ADVISE = "advise"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    CONFIRM = "confirm"
    REQUEUE = "requeue"
    RETRACT = "retract"
    EVENT = "event"
    ATTEST = "attest"
    """Attest, as one of two, that something is gone where the platform can no longer be read."""
    ACKNOWLEDGE = "acknowledge"
    REQUEST = "request"
    """Log a request or complaint of the public, acknowledge it, and decide what no Director has to."""
    PAUSE = "pause"
    RESUME = "resume"
    CANARY = "canary"
    """Post a marked test line and delete it, to show that a channel can be taken down from."""
    READ = "read"
    EXPORT = "export"
    HOLD = "hold"
    """Keep a case from being erased, and release it (R66)."""
    ERASE = "erase"
    """Run the schedule of erasure now; it erases nothing that is not due."""
    ADD_PERSON = "add_person"


_PEOPLE = frozenset(Role) - {Role.SYSTEM}
_OFFICERS = _PEOPLE - {Role.AUDITOR}
_WRITERS = frozenset({Role.COMMS, Role.OFFICER})
_DIRECTOR = frozenset({Role.DIRECTOR})

MAY: dict[Act, frozenset[Role]] = {
    Act.SUBMIT: _WRITERS | {Role.SYSTEM},
    Act.AMEND: _WRITERS | {Role.SYSTEM},
    Act.PREVIEW: _PEOPLE | {Role.SYSTEM},
    Act.ADVISE: _WRITERS | {Role.DPO, Role.LEGAL},
    Act.APPROVE: _DIRECTOR,
    Act.SEND_BACK: _DIRECTOR,
    Act.CONFIRM: _WRITERS | {Role.DIRECTOR, Role.LEGAL},
    Act.REQUEUE: _WRITERS | {Role.DIRECTOR, Role.ADMIN},
    # R56: taking down needs no approval, at any hour.
    Act.RETRACT: _OFFICERS,
    Act.EVENT: _OFFICERS,
    Act.ATTEST: _OFFICERS,
    Act.ACKNOWLEDGE: _OFFICERS,
    Act.REQUEST: _OFFICERS,
    Act.PAUSE: _OFFICERS,
    Act.RESUME: frozenset({Role.COMMS, Role.DIRECTOR, Role.ADMIN}),
    Act.CANARY: frozenset({Role.COMMS, Role.DIRECTOR, Role.ADMIN}),
    Act.READ: _PEOPLE | {Role.SYSTEM},
    Act.EXPORT: frozenset({Role.DPO, Role.LEGAL, Role.AUDITOR, Role.ADMIN, Role.DIRECTOR}),
    Act.HOLD: frozenset({Role.LEGAL, Role.DPO, Role.ADMIN}),
    Act.ERASE: frozenset({Role.DPO, Role.ADMIN}),
    Act.ADD_PERSON: frozenset({Role.ADMIN}),
}

# 12.1: the relevant Director is the one of the service that brought the case.
BOUND_TO_SERVICE = frozenset({Act.APPROVE, Act.SEND_BACK})


def may(person: Person, act: Act, service: str | None = None) -> bool:
    """Whether the person's roles in force allow the act; approving needs the service named.

    A system acts with no role but SYSTEM, whatever the person who answers for it may do.
    """
    if person.system:
        return Role.SYSTEM in MAY[act]
    if act in BOUND_TO_SERVICE:
        return service is not None and person.directs(service)
    return person.holds(*MAY[act])
