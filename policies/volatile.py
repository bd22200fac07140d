"""What may change between approval and posting, put as statements for a named person to confirm (R23)."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.annex_a_words import CONVICTIONS
from policies.sentences import Stated
from policies.terms import Category, Kind, Publication, Subject


@dataclass(frozen=True, kw_only=True)
class VolatileFact:
    """One statement, true when it is confirmed and perhaps not the day after. It holds no personal data."""

    name: str
    clause: str
    what: str


_APPEAL = VolatileFact(name="appeal", clause="5.6", what="No appeal was lodged, and no leave to appeal asked for.")
_RESTRICTION = VolatileFact(
    name="restriction", clause="5.3", what="The court has made no reporting restriction that is not on the checklist."
)
_AGE = VolatileFact(name="age", clause="5.3", what="Whoever it names or shows is of the age group that was stated.")
_WANTED = VolatileFact(
    name="enquiries",
    clause="6.4",
    what="Nobody shown was identified, eliminated from enquiries, arrested, summonsed or charged.",
)
_ORDERS = frozenset({Kind.CBO, Kind.INJUNCTION})


def volatile_facts(publication: Publication) -> tuple[VolatileFact, ...]:
    """Everything a confirmation of this notice states: by kind, and by what each subject's facts rest on."""
    found = [_APPEAL, _RESTRICTION]
    if publication.kind is not Kind.CORRECTION_NOTICE:
        found.append(_AGE)
    if publication.kind is Kind.IMAGE_APPEAL:
        found.append(_WANTED)
    # A correction says nothing about anybody.
    for subject in publication.subjects if publication.kind is not Kind.CORRECTION_NOTICE else ():
        found += _of_subject(publication.kind, subject)
    return tuple(found)


def _of_subject(kind: Kind, subject: Subject) -> Iterator[VolatileFact]:
    number = subject.number
    person = subject.category is not Category.COMPANY
    if person and (subject.convictions or kind in CONVICTIONS):
        yield VolatileFact(name="spent", clause="5.7.4(a)", what=f"No conviction of {number} in it is spent.")
    if subject.order is not None or subject.order_ends is not None or kind in _ORDERS:
        open_ended = subject.order is not None and subject.order.until_further_order
        asked = "; it is open-ended, and the court was asked today" if open_ended else ""
        what = f"The order against {number} is in force as it is stated{asked}."
        yield VolatileFact(name="order_in_force", clause="5.7.4(c)", what=what)
    parts = [part for conviction in subject.convictions for part in conviction.sentence]
    if any(part.until_further_order for part in parts):
        what = f"The open-ended part of the sentence of {number} is in force; the court was asked today."
        yield VolatileFact(name="sentence_in_force", clause="5.7.4(a)", what=what)
    if any(part.paid in {Stated.NO, Stated.UNKNOWN} for part in parts):
        what = f"What {number} was ordered to pay is not paid in full; the court was asked today."
        yield VolatileFact(name="unpaid", clause="5.7.4(a)", what=what)
