"""How long the record of a decision keeps what it was about: pictures first, then words; what stays for good."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from policies.answers import Checklist
from policies.events import is_open
from policies.pictures import Picture
from policies.terms import Content, Event, EventType, Publication, Subject, case_key

# R49: until the court has decided, everything may be needed again.
_APPEAL = EventType.APPEAL_LODGED.value
# What somebody still has to settle. A person eliminated or identified is no reason to keep their data longer.
_UNSETTLED = frozenset(
    {
        EventType.SENTENCE_CHANGED.value,
        EventType.INACCURATE.value,
        EventType.RESTRICTION_IMPOSED.value,
        EventType.ORDER_ENDED.value,
    }
)


class Part(StrEnum):
    """What is erased, in this order. The decision record itself never is (part E, 14)."""

    PICTURES = "pictures"
    CONTENT = "content"
    """Names, dates of birth, texts, answers and notes."""


class Stays(StrEnum):
    """Why a part is not erased now."""

    NOT_YET = "not_yet"
    MAY_BE_VISIBLE = "may_be_visible"
    LEGAL_HOLD = "legal_hold"
    APPEAL_OPEN = "appeal_open"
    MATTER_OPEN = "matter_open"


@dataclass(frozen=True, kw_only=True)
class RecordPlan:
    """The council's schedule (R66, R67), counted from the day a notice was proven down or last acted upon."""

    pictures_after: timedelta
    content_after: timedelta
    content_at_latest: timedelta
    """For how long an open matter other than an appeal may hold the content back."""
    rechecks: timedelta
    """For how long a removed notice is looked at again: until then nothing is erased."""

    def after(self, part: Part) -> timedelta:
        return max(self.rechecks, self.pictures_after if part is Part.PICTURES else self.content_after)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What bears on whether the content of one publication may be erased."""

    settled_at: datetime
    """When its last copy was proven down; for one that was never up, the last act on it."""
    case_may_be_visible: bool
    """Whether any copy of any notice of the case is up, in doubt, coming down or still to be posted."""
    held: bool
    events: tuple[Event, ...] = ()
    request_open: bool = False


def stays(part: Part, kept: Kept, now: datetime, plan: RecordPlan) -> Stays | None:
    """Why this part has to stay for now; None where it is due to be erased (R66, R67)."""
    if kept.case_may_be_visible:
        return Stays.MAY_BE_VISIBLE
    if kept.held:
        return Stays.LEGAL_HOLD
    opened = [event for event in kept.events if is_open(event, kept.events)]
    if any(event.what == _APPEAL for event in opened):
        return Stays.APPEAL_OPEN
    age = now - kept.settled_at
    if age < plan.after(part):
        return Stays.NOT_YET
    unsettled = kept.request_open or any(_unsettled(event) for event in opened)
    if part is Part.CONTENT and unsettled and age < plan.content_at_latest:
        return Stays.MATTER_OPEN
    return None


def _unsettled(event: Event) -> bool:
    """Unknown is never "no": an event of an unknown type counts as unsettled."""
    return event.what in _UNSETTLED or event.what not in set(EventType)


def bare(publication: Publication) -> Publication:
    """What is kept of a publication for good: everything that decides when and where it was up, and nobody's data.

    Subjects are their numbers and the dates that ended the notice; pictures are their digests.
    """
    return replace(
        publication,
        case_ref=case_key(publication.case_ref),
        court_event=replace(publication.court_event, document=""),
        subjects=tuple(
            Subject(number=each.number, category=each.category, spent_from=each.spent_from, order_ends=each.order_ends)
            for each in publication.subjects
        ),
        content=Content(
            headline="",
            body="",
            pictures=tuple(Picture(sha256=each.sha256, alt_text="") for each in publication.content.pictures),
        ),
        checklist=Checklist(),
    )
