"""What the public may ask for, and which allegations take a notice down before anybody has decided (R54, R61, R68)."""

from enum import StrEnum


class RequestKind(StrEnum):
    """What is asked."""

    REMOVAL = "removal"
    REUSE = "reuse"
    """To use the material again: only the Director of the service may agree (5.7.4(e), footnote 5)."""
    COMPLAINT = "complaint"


class Allegation(StrEnum):
    """What a removal request alleges."""

    MISTAKEN_IDENTITY = "mistaken_identity"
    UNDER_18 = "under_18"
    SPENT = "spent"
    APPEAL = "appeal"
    RESTRICTION = "restriction"
    SAFETY = "safety"
    OTHER = "other"


# R54: down first, decided after. If it were true, every further hour would be the harm.
GRAVE = frozenset(Allegation) - {Allegation.OTHER}


class Decision(StrEnum):
    """How a request was decided."""

    UPHELD = "upheld"
    REJECTED = "rejected"
