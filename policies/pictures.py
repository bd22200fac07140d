"""What is stated about a picture, on which it depends whether it may be shown (policy 6)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from policies.sentences import STRICT, Stated


class Source(StrEnum):
    """Where a picture comes from (R35; policy 6.6)."""

    OVERT_CCTV = "overt_cctv"
    RESIDENT = "resident"
    CUSTODY = "custody"
    COUNCIL = "council"
    """Taken by the council, of a place or a thing."""
    COVERT = "covert"


class ApparentAge(StrEnum):
    """How old whoever is shown looks, where the age is not known (R39)."""

    UNDER_16 = "under_16"
    FROM_16_TO_17 = "16_to_17"
    ADULT = "adult"
    NOBODY = "nobody"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class PictureFacts:
    """What an officer states about a picture that shows people (R33, R35, R38, R39)."""

    __pydantic_config__ = STRICT

    source: Source
    captured_on: date | None = None
    rights: str = ""
    """The resident's consent, or the right by which it is used."""
    good_enough: Stated = Stated.UNKNOWN
    visible: int = 0
    """How many people can be seen in it as sent in."""
    needed: int = 0
    others_obscured: Stated = Stated.NO
    children: Stated = Stated.UNKNOWN
    """Whether a child can be seen, and is not obscured."""
    apparent_age: ApparentAge = ApparentAge.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An approved picture by the SHA-256 of its cleaned pixels' file, with its mandatory alternative text (R64)."""

    __pydantic_config__ = STRICT

    sha256: str
    alt_text: str
    facts: PictureFacts | None = None
