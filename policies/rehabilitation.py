"""When a conviction is spent under the Rehabilitation of Offenders Act 1974 (R31, R47; requirements: part D).

Where an answer is missing, whatever would make the day earlier is taken. A later conviction never drags an earlier one
along (s6(4)): leaving that out only shortens the display.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from policies.retention import london_midnight
from policies.sentences import RECHECK, Band, Component, Conviction, Counts, Law, SentenceType, Stated, Term
from policies.spans import FULL_AGE, add_months, after, age_on, exceeds, possible

_DAY = timedelta(days=1)


class Outcome(StrEnum):
    """What the Act says about a conviction."""

    FROM_DAY = "from_day"
    NEVER = "never"
    AT_ONCE = "at_once"
    """Spent from the day of conviction: no notice may name the person."""
    WHILE_IT_LIVES = "while_it_lives"
    """Not spent while an order without an end is in force, or a sum is not paid in full."""
    ASK = "ask"
    """The table cannot say; until a person has answered `questions` it counts as spent."""
    NOT_APPLICABLE = "not_applicable"
    """A company, or nobody was convicted."""


class Question(StrEnum):
    """What a person has to answer, in plain words."""

    UNKNOWN_TYPE = "Which kind of sentence is it? The law's table does not know this one."
    LEGAL_DECIDES = "From which day is it spent? The table leaves this kind of sentence to Legal."
    BEFORE_THE_LAW = "From which day is it spent? The conviction is older than the law of the table: Legal decides."
    TOUCHED_SINCE = "From which day is it spent, after the breach, revocation or appeal? Legal decides."
    NO_SENTENCE = "What was the sentence, part by part?"
    NO_TERM = "How long is the term of custody?"
    NO_END = "Which is the order's last day, or does it run until further order, or say nothing about its end?"
    IN_FORCE = "Is the order still in force, and when was that checked?"
    NOT_PAID = "Is the sum not paid in full, or on which day was it, and when was that checked?"
    SCHEDULE_18 = "Is the offence one of Schedule 18 of the Sentencing Code? Legal says."
    AGE = "When was the person born? Until that is known the shorter periods for under-18s count."

    @property
    def for_legal(self) -> bool:
        """Whether the day that Legal decides is the answer."""
        return self in {Question.LEGAL_DECIDES, Question.BEFORE_THE_LAW, Question.TOUCHED_SINCE}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question and where its answer belongs, such as `convictions.0.sentence.1.paid`."""

    path: str
    question: Question


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the Act says, with all that has to be asked. It holds no personal data."""

    outcome: Outcome
    day: date | None = None
    """The first spent day. WHILE_IT_LIVES: the one that counts once the checks are out of date."""
    latest: date | None = None
    """WHILE_IT_LIVES: spent from this day even so, because Legal says so."""
    checked_on: date | None = None
    """WHILE_IT_LIVES: when the oldest of the checks was made that it rests on."""
    questions: tuple[Asked, ...] = ()
    """ASK: what has to be answered. Else: unanswered, and taken in the sense that makes the day earlier."""
    each: tuple["Verdict", ...] = ()
    """Of several convictions, one verdict each, in their order; the outcome is the one that ends the display first."""

    def day_at(self, today: date) -> date | None:
        """The first spent day as known today, None while there is none. ASK counts as spent already."""
        if self.each:
            return min((day for one in self.each if (day := one.day_at(today)) is not None), default=None)
        if self.outcome is Outcome.ASK:
            return date.min
        if self.outcome is Outcome.WHILE_IT_LIVES:
            return self.latest if self._fresh(today) else self.day
        return self.day

    def spent_at(self, today: date) -> bool:
        """Whether it is spent on this day, or cannot be said not to be."""
        day = self.day_at(today)
        return day is not None and day <= today

    def _fresh(self, today: date) -> bool:
        made, until = self.checked_on, self.next_check
        return made is not None and until is not None and made <= today < until

    @property
    def next_check(self) -> date | None:
        """From this day on the checks are out of date: somebody has to look again, or it counts as spent."""
        if self.each:
            return min((day for one in self.each if (day := one.next_check) is not None), default=None)
        return None if self.checked_on is None else min(self.checked_on, date.max - RECHECK) + RECHECK

    @property
    def instant(self) -> datetime | None:
        """The moment in UTC from which it is spent: midnight in London of `day`; None where there is no such day."""
        known = self.outcome in {Outcome.FROM_DAY, Outcome.AT_ONCE}
        return london_midnight(self.day) if known and self.day is not None else None


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What one component adds: the first day on which it no longer keeps the conviction unspent."""

    day: date
    never: bool = False
    lives: date | None = None
    """It has no end yet, as somebody checked on this day."""
    blocks: tuple[Asked, ...] = ()
    assumed: tuple[Asked, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Sentence:
    """A conviction beside the law and the age that decide on it."""

    conviction: Conviction
    law: Law
    under_18: bool | None

    @property
    def convicted_on(self) -> date:
        return self.conviction.convicted_on

    def starts(self, part: Component) -> date:
        return part.starts or self.conviction.sentenced_on or self.convicted_on

    def months(self, kind: SentenceType | Band) -> int:
        assert kind.adult is not None  # the table's own check
        assert kind.youth is not None
        return kind.adult if self.under_18 is False else kind.youth


def conviction_spent(conviction: Conviction, *, born: date | None, law: Law) -> Verdict:
    """What the Act says about one conviction of an individual: the longest part decides (s6(2))."""
    under_18 = None if born is None else age_on(born, conviction.convicted_on) < FULL_AGE
    sentence = _Sentence(conviction=conviction, law=law, under_18=under_18)
    parts = list(_parts(sentence))
    blocks = [*_blocking(sentence), *(asked for part in parts for asked in part.blocks)]
    assumed = tuple(asked for part in parts for asked in part.assumed)
    decided = conviction.legal_spent_from if conviction.legal_decided_by.strip() else None
    open_to = [asked for asked in blocks if decided is None or not asked.question.for_legal]
    if open_to:
        return Verdict(outcome=Outcome.ASK, questions=(*open_to, *assumed))
    if blocks:
        return _from(conviction, decided, assumed)
    if any(part.never for part in parts):
        return _from(conviction, decided, assumed) if decided else Verdict(outcome=Outcome.NEVER, questions=assumed)
    day = max((part.day for part in parts), default=conviction.convicted_on)
    # What Legal decided can only make the end earlier where the table knows it.
    sooner = day if decided is None else min(day, decided)
    checks = [part.lives for part in parts if part.lives is not None]
    if checks:
        return Verdict(
            outcome=Outcome.WHILE_IT_LIVES, day=sooner, latest=decided, checked_on=min(checks), questions=assumed
        )
    return _from(conviction, sooner, assumed)


def spent(convictions: Sequence[Conviction], *, born: date | None, company: bool, law: Law) -> Verdict:
    """What the Act says about one subject: each conviction that the notice mentions must be unspent (R31)."""
    if company or not convictions:
        return Verdict(outcome=Outcome.NOT_APPLICABLE)
    each = tuple(
        _beneath(f"convictions.{n}", conviction_spent(conviction, born=born, law=law))
        for n, conviction in enumerate(convictions)
    )
    first = min(each, key=_urgency)
    questions = dict.fromkeys(asked for one in each for asked in one.questions)
    return replace(first, questions=tuple(questions), each=each)


def _urgency(verdict: Verdict) -> tuple[int, date]:
    order = (Outcome.AT_ONCE, Outcome.ASK, Outcome.FROM_DAY, Outcome.WHILE_IT_LIVES, Outcome.NEVER)
    return order.index(verdict.outcome), verdict.day or date.max


def _beneath(path: str, verdict: Verdict) -> Verdict:
    """The same, with paths that begin at the subject: its date of birth stays where it is."""
    return replace(
        verdict,
        questions=tuple(
            asked if asked.question is Question.AGE else replace(asked, path=f"{path}.{asked.path}")
            for asked in verdict.questions
        ),
    )


def _from(conviction: Conviction, day: date | None, assumed: tuple[Asked, ...]) -> Verdict:
    assert day is not None  # whoever calls has a day
    at_once = day <= conviction.convicted_on
    outcome = Outcome.AT_ONCE if at_once else Outcome.FROM_DAY
    return Verdict(outcome=outcome, day=max(day, conviction.convicted_on), questions=assumed)


def _blocking(sentence: _Sentence) -> Iterator[Asked]:
    conviction = sentence.conviction
    if not conviction.sentence:
        yield Asked(path="sentence", question=Question.NO_SENTENCE)
    if conviction.convicted_on < sentence.law.in_force:
        yield Asked(path="legal_spent_from", question=Question.BEFORE_THE_LAW)
    if conviction.breach_or_appeal is not Stated.NO:
        yield Asked(path="legal_spent_from", question=Question.TOUCHED_SINCE)


def _parts(sentence: _Sentence) -> Iterator[_Part]:
    """Every component on its own, and the terms of custody once more as one term (s5(7))."""
    terms: list[Component] = []
    by_age = False
    for n, component in enumerate(sentence.conviction.sentence):
        kind = sentence.law.sentences.get(component.type)
        path = f"sentence.{n}"
        if kind is None:
            yield _blocked(sentence, f"{path}.type", Question.UNKNOWN_TYPE)
            continue
        if kind.counts is Counts.CUSTODY and component.term is not None and possible(component.term):
            terms.append(component)
        by_age = by_age or kind.counts is Counts.CUSTODY or kind.adult != kind.youth
        yield _part(sentence, path, component, kind)
    if terms:
        yield _custody(sentence, terms)
    if by_age and sentence.under_18 is None:
        yield _taken_earlier(sentence, "date_of_birth", Question.AGE)


def _part(sentence: _Sentence, path: str, component: Component, kind: SentenceType) -> _Part:
    convicted = sentence.convicted_on
    match kind.counts:
        case Counts.CUSTODY:
            return _term(sentence, path, component)
        case Counts.FROM_CONVICTION:
            return _Part(day=add_months(convicted, sentence.months(kind)))
        case Counts.UNTIL_END:
            return _until_end(sentence, path, component, kind)
        case Counts.WHEN_PAID | Counts.BARRED_UNTIL_PAID:
            return _sum(sentence, path, component, kind)
        case Counts.LEGAL_DECIDES:
            return _blocked(sentence, f"{path}.type", Question.LEGAL_DECIDES)
        case Counts.AT_ONCE | Counts.IGNORED | Counts.NEVER:
            return _Part(day=convicted, never=kind.counts is Counts.NEVER)


def _term(sentence: _Sentence, path: str, component: Component) -> _Part:
    """One term by itself: only it decides whether the conviction is never spent (s5(7A))."""
    if component.term is None or not possible(component.term):
        return _blocked(sentence, f"{path}.term", Question.NO_TERM)
    if not exceeds(sentence.starts(component), component.term, sentence.law.never_above):
        return _Part(day=sentence.convicted_on)
    if component.schedule_18 in {None, Stated.UNKNOWN}:
        return _taken_earlier(sentence, f"{path}.schedule_18", Question.SCHEDULE_18)
    return _Part(day=sentence.convicted_on, never=component.schedule_18 is Stated.YES)


def _custody(sentence: _Sentence, terms: Sequence[Component]) -> _Part:
    """The terms as one, from the first day of the first to the last of the last.

    A term whose start nobody stated counts as concurrent, which is the shorter.
    """
    spans = [(start := sentence.starts(each), after(start, each.term or Term())) for each in terms]
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    completed = max(_completed(each, end) for each, (_, end) in zip(terms, spans, strict=True))
    bands = sentence.law.bands
    band = next(each for each in bands if each.up_to is None or last <= add_months(first, each.up_to))
    return _Part(day=add_months(completed, sentence.months(band)))


def _completed(component: Component, end: date) -> date:
    """Its last day as stated, but for a stated start never after the full term, which includes the licence."""
    if component.completed is None:
        return end - _DAY
    return min(component.completed, end - _DAY) if component.starts else component.completed


def _until_end(sentence: _Sentence, path: str, component: Component, kind: SentenceType) -> _Part:
    convicted = sentence.convicted_on
    over = [] if component.ends is None else [min(component.ends, date.max - _DAY) + _DAY]
    if component.term is not None and possible(component.term):
        over.append(after(sentence.starts(component), component.term))
    if over:
        return _Part(day=min(over))
    if not (component.until_further_order or component.no_end_stated):
        return _blocked(sentence, f"{path}.ends", Question.NO_END)
    if kind.adult is None:
        return _blocked(sentence, f"{path}.ends", Question.LEGAL_DECIDES)
    if component.no_end_stated:
        return _Part(day=add_months(convicted, sentence.months(kind)))
    if component.checked_on is None:
        return _taken_earlier(sentence, f"{path}.checked_on", Question.IN_FORCE)
    return _Part(day=convicted, lives=component.checked_on)


def _sum(sentence: _Sentence, path: str, component: Component, kind: SentenceType) -> _Part:
    if component.paid is Stated.NO and component.checked_on is not None:
        return _Part(day=sentence.convicted_on, lives=component.checked_on)
    if component.paid is not Stated.YES:
        return _taken_earlier(sentence, f"{path}.paid", Question.NOT_PAID)
    if kind.counts is Counts.BARRED_UNTIL_PAID:
        return _Part(day=sentence.convicted_on)
    if component.paid_on is None:
        return _taken_earlier(sentence, f"{path}.paid_on", Question.NOT_PAID)
    return _Part(day=component.paid_on)


def _blocked(sentence: _Sentence, path: str, question: Question) -> _Part:
    return _Part(day=sentence.convicted_on, blocks=(Asked(path=path, question=question),))


def _taken_earlier(sentence: _Sentence, path: str, question: Question) -> _Part:
    return _Part(day=sentence.convicted_on, assumed=(Asked(path=path, question=question),))
