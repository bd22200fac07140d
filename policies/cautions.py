"""What people should know before they decide, although it stands in nobody's way: late, short, or at a bad hour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policies.dossier import Dossier
from policies.retention import LONDON, closed_day_warning, down_by, removal_starts
from policies.terms import CLAUSE, OUTCOME_KINDS, Publication, Reason

# R23: what has taken longer than the notice may be up is no longer news.
LATE = timedelta(days=28)
_DPIA = (10, "dpia_review")
_WHY = {Reason.SPENT: "a conviction is spent then", Reason.ORDER_ENDED: "the order is over then"}


@dataclass(frozen=True, kw_only=True)
class Caution:
    """A warning, never an objection. It holds no personal data."""

    clause: str
    path: str
    what: str


def cautions(dossier: Dossier, now: datetime) -> tuple[Caution, ...]:
    """All warnings, in the order in which they concern the notice."""
    return tuple(caution for each in _EACH for caution in each(dossier, now))


def days_since_sentence(publication: Publication, now: datetime) -> int | None:
    """Days since the verdict, sentence or order it rests on; None for a kind that rests on none (R23)."""
    if publication.kind not in OUTCOME_KINDS:
        return None
    return (now.astimezone(LONDON).date() - publication.court_event.on).days


def _end(dossier: Dossier, now: datetime) -> tuple[datetime, Reason]:
    start = dossier.first_up_at or max(now, dossier.publication.window.opens)
    return down_by(start, dossier.publication.subjects, dossier.plan.retention)


def _sentence_long_ago(dossier: Dossier, now: datetime) -> Iterator[Caution]:
    days = days_since_sentence(dossier.publication, now)
    if days is not None and timedelta(days=days) > LATE:
        what = f"{days} days have passed since the court's decision; publicity is to follow as soon as possible."
        yield Caution(clause="5.7.4(a)", path="court_event.on", what=what)


def _assessment_out_of_date(dossier: Dossier, now: datetime) -> Iterator[Caution]:
    row, question = _DPIA
    try:
        due = date.fromisoformat(dossier.publication.checklist.text(row, question))
    except ValueError:
        return
    if due < now.astimezone(LONDON).date():
        path = f"checklist.answers.{row}.{question}"
        what = "The data protection impact assessment is past its date of review."
        yield Caution(clause="4.2", path=path, what=what)


def _ends_sooner(dossier: Dossier, now: datetime) -> Iterator[Caution]:
    end, why = _end(dossier, now)
    if why is not Reason.RETENTION_ENDED:
        what = f"It comes down before the 28 days are over: by {end.astimezone(LONDON):%-d %B %Y %H:%M}, because "
        yield Caution(clause=CLAUSE[why], path="subjects", what=f"{what}{_WHY[why]}.")


def _ends_on_a_closed_day(dossier: Dossier, now: datetime) -> Iterator[Caution]:
    warning = closed_day_warning(_end(dossier, now)[0], dossier.plan)
    if warning is not None:
        yield Caution(clause="5.7.4(d)", path="window.opens", what=warning)


def _shown_for_less(dossier: Dossier, now: datetime) -> Iterator[Caution]:
    """The 28 days run from the first channel: one that is posted to later has what is left of them (R46)."""
    first = dossier.first_up_at
    if first is None:
        return
    left = removal_starts(_end(dossier, now)[0], dossier.plan) - max(now, dossier.publication.window.opens)
    days = max(left, timedelta()) // timedelta(days=1)
    began = f"{first.astimezone(LONDON):%-d %B %Y}"
    what = f"The 28 days began on {began}: a channel that is posted to now shows it for {days} days at most."
    yield Caution(clause="5.7.4(d)", path="channels", what=what)


_EACH: tuple[Callable[[Dossier, datetime], Iterator[Caution]], ...] = (
    _sentence_long_ago,
    _assessment_out_of_date,
    _ends_sooner,
    _ends_on_a_closed_day,
    _shown_for_less,
)
