"""Facts about convictions and orders that cannot all be true (policy 5.7.4(g)): where, and how to cure it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

from policies.sentences import Component, Conviction, Counts, Law, Order, SentenceType, Stated
from policies.spans import FULL_AGE, add_months, after, age_on, exceeds, possible

RESPONSIBLE = 10
"""The age of criminal responsibility (Children and Young Persons Act 1933 s50), and the least for an injunction."""
_OLDEST = 120


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """One thing that cannot be so. It quotes no value: it is journalled."""

    path: str
    what: str
    remedy: str
    clause: str = "5.7.4(g)"


def contradictions(
    *,
    born: date | None,
    company: bool,
    convictions: Sequence[Conviction],
    order: Order | None,
    law: Law,
    today: date,
) -> Iterator[Contradiction]:
    """Everything that contradicts itself, the calendar or the law about one subject; paths begin at the subject."""
    if born is not None:
        yield from _birth(born, today=today, company=company)
    for n, conviction in enumerate(convictions):
        yield from _beneath(f"convictions.{n}", _dates(conviction, born, today))
        yield from _beneath(f"convictions.{n}", _legal(conviction))
        for m, component in enumerate(conviction.sentence):
            found = _component(component, conviction, born, company=company, law=law, today=today)
            yield from _beneath(f"convictions.{n}.sentence.{m}", found)
    if order is not None:
        yield from _beneath("order", _order(order, born, law, today))
        kind = law.orders.get(order.type)
        if kind is not None and not kind.civil and not convictions:
            yield Contradiction(
                path="convictions",
                what="The order is made on conviction, and no conviction is given.",
                remedy="Give the conviction behind it, or the type of a civil order.",
                clause="1.6",
            )


def _beneath(path: str, found: Iterator[Contradiction]) -> Iterator[Contradiction]:
    for each in found:
        yield replace(each, path=f"{path}.{each.path}")


def _birth(born: date, *, today: date, company: bool) -> Iterator[Contradiction]:
    if company:
        yield Contradiction(
            path="date_of_birth",
            what="A company has a date of birth.",
            remedy="Leave it out, or say that the subject is a person.",
        )
    elif born > today or age_on(born, today) > _OLDEST:
        yield Contradiction(
            path="date_of_birth",
            what="Nobody alive can have been born on this day.",
            remedy="Look the date of birth up again.",
        )


def _wrong(path: str, what: str, remedy: str = "Look both days up in the register.") -> Contradiction:
    return Contradiction(path=path, what=what, remedy=remedy)


def _dates(conviction: Conviction, born: date | None, today: date) -> Iterator[Contradiction]:
    offence, convicted, sentenced = conviction.offence_on, conviction.convicted_on, conviction.sentenced_on
    if not conviction.offence.strip():
        yield _wrong("offence", "The offence is blank.", "Name the offence as the register does.")
    if convicted > today:
        yield _wrong("convicted_on", "The conviction is in the future.", "Wait for the verdict, or correct the day.")
    if offence is not None and offence > convicted:
        yield _wrong("offence_on", "The offence comes after the conviction.")
    if sentenced is not None and sentenced < convicted:
        yield _wrong("sentenced_on", "The sentence comes before the conviction.")
    if sentenced is not None and sentenced > today:
        yield _wrong("sentenced_on", "The sentence is in the future.", "Wait for it: the case is still active (5.6).")
    if born is None:
        return
    path, day = ("convicted_on", convicted) if offence is None else ("offence_on", offence)
    if born > day:
        yield _wrong(path, "The person was not yet born.", "Look up this day and the date of birth.")
    elif age_on(born, day) < RESPONSIBLE:
        yield _wrong(path, "Nobody under ten can commit an offence.", "Look up this day and the date of birth.")


def _legal(conviction: Conviction) -> Iterator[Contradiction]:
    decided, by = conviction.legal_spent_from, conviction.legal_decided_by.strip()
    if decided is not None and decided < conviction.convicted_on:
        yield _wrong("legal_spent_from", "It would be spent before the conviction.", "Ask Legal for the day again.")
    if decided is not None and not by:
        yield _wrong("legal_decided_by", "It is not said who decided the day.", "Name who in Legal decided it.")
    if decided is None and by:
        yield _wrong("legal_spent_from", "It is said who decided, but not what.", "Give the day that Legal decided.")


def _component(
    component: Component, conviction: Conviction, born: date | None, *, company: bool, law: Law, today: date
) -> Iterator[Contradiction]:
    kind = law.sentences.get(component.type)
    if kind is None:
        yield _unknown("type", component.type, tuple(law.sentences), law)
        return
    yield from _whom(kind, conviction, born, company=company)
    yield from _course(component, conviction)
    yield from _payment(component, conviction, today)
    yield from _answers(component, kind, conviction, law)
    yield from _checked(component.checked_on, conviction.convicted_on, today)


def _unknown(path: str, code: str, known: tuple[str, ...], law: Law) -> Contradiction:
    if code in law.no_outcome:
        return Contradiction(
            path=path,
            what="This is not an outcome of a court.",
            remedy="Publish no name with it; a number without names may be published.",
            clause="5.1",
        )
    near = get_close_matches(code, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "use one of the codes in law.toml."
    return Contradiction(path=path, what="The law's table has no such type.", remedy=f"Check the spelling: {hint}")


def _whom(kind: SentenceType, conviction: Conviction, born: date | None, *, company: bool) -> Iterator[Contradiction]:
    if company and (kind.under_18_only or kind.counts in {Counts.CUSTODY, Counts.NEVER}):
        yield _wrong("type", "No company can be sentenced to this.", "Correct the type, or whom the case is against.")
    elif kind.under_18_only and born is not None and age_on(born, conviction.convicted_on) >= FULL_AGE:
        yield _wrong(
            "type",
            "Only somebody under 18 when convicted can be sentenced to this.",
            "Correct the type, the day of conviction or the date of birth.",
        )


def _course(component: Component, conviction: Conviction) -> Iterator[Contradiction]:
    """Start, term and end."""
    starts, term, convicted = component.starts, component.term, conviction.convicted_on
    if starts is not None and starts < convicted:
        yield _wrong("starts", "It starts before the conviction.")
    for path in ("ends", "completed"):
        last: date | None = getattr(component, path)
        if last is not None and last < (starts or convicted):
            yield _wrong(path, "It ends before it starts.")
    if term is not None and not possible(term):
        yield _wrong("term", "No court passes a term of nothing, or a negative one.", "Give the term as it was passed.")
    elif term is not None and starts is not None:
        over = after(starts, term)
        for path in ("ends", "completed"):
            last = getattr(component, path)
            if last is not None and last >= over:
                yield _wrong(path, "It ends after its full term.", "Correct the start, the term or the last day.")
    stated = (component.ends is not None, component.until_further_order, component.no_end_stated)
    if sum(stated) > 1 or (term is not None and any(stated[1:])):
        yield _wrong("ends", "It both has an end and has none.", "Give its last day or its term, or say it has no end.")


def _payment(component: Component, conviction: Conviction, today: date) -> Iterator[Contradiction]:
    paid_on = component.paid_on
    if paid_on is None:
        return
    if paid_on < conviction.convicted_on:
        yield _wrong("paid_on", "It was paid before the conviction.")
    if paid_on > today:
        yield _wrong("paid_on", "It will be paid in the future.", "Say that it is not paid, or correct the day.")
    if component.paid is not Stated.YES:
        yield _wrong(
            "paid", "There is a day of payment, but it is not said to be paid.", "Answer yes, or drop the day."
        )


def _answers(component: Component, kind: SentenceType, conviction: Conviction, law: Law) -> Iterator[Contradiction]:
    """What the engine would otherwise take in the earlier sense."""
    starts, term = component.starts or conviction.sentenced_on or conviction.convicted_on, component.term
    custody = kind.counts is Counts.CUSTODY and term is not None and possible(term)
    long = custody and term is not None and exceeds(starts, term, law.never_above)
    if long and component.schedule_18 in {None, Stated.UNKNOWN}:
        yield Contradiction(
            path="schedule_18",
            what="For custody of this length it has to be known whether the offence is one of Schedule 18.",
            remedy="Ask Legal, and answer yes or no.",
            clause="5.7.4(a)",
        )
    if component.until_further_order and component.checked_on is None:
        yield Contradiction(
            path="checked_on",
            what="Nobody has checked that the order, which has no end, is still in force.",
            remedy="Ask the court, and give the day.",
            clause="5.7.4(a)",
        )


def _checked(checked_on: date | None, since: date, today: date) -> Iterator[Contradiction]:
    if checked_on is not None and not since <= checked_on <= today:
        yield _wrong("checked_on", "It cannot have been checked on this day.", "Give the day of the latest check.")


def _order(order: Order, born: date | None, law: Law, today: date) -> Iterator[Contradiction]:
    kind = law.orders.get(order.type)
    if kind is None:
        yield _unknown("type", order.type, tuple(law.orders), law)
    if order.made_on > today:
        yield _wrong("made_on", "It is made in the future.", "Wait for the order, or correct the day.")
    if order.ends is not None and order.ends < order.made_on:
        yield _wrong("ends", "It ends before it was made.")
    if (order.ends is not None) is order.until_further_order:
        yield _wrong("ends", "It needs a last day or no end, one of the two.", "Give what the order says.")
    if order.in_force is Stated.YES and order.ends is not None and order.ends < today:
        yield _wrong("in_force", "Its last day is over, so it is not in force.", "Correct the last day or the answer.")
    yield from _checked(order.checked_on, order.made_on, today)
    if order.until_further_order and (order.in_force is not Stated.YES or order.checked_on is None):
        yield Contradiction(
            path="in_force",
            what="Nobody has checked that the order, which has no end, is still in force.",
            remedy="Ask the court, answer yes or no, and give the day.",
            clause="5.7.4(c)",
        )
    if born is not None:
        yield from _order_by_age(order, born, law)


def _order_by_age(order: Order, born: date, law: Law) -> Iterator[Contradiction]:
    if born > order.made_on or age_on(born, order.made_on) < RESPONSIBLE:
        yield _wrong("made_on", "No such order is made about somebody under ten.", "Look up both days.")
        return
    kind = law.orders.get(order.type)
    longest = kind.longest_for_youth if kind else None
    if longest is None or age_on(born, order.made_on) >= FULL_AGE:
        return
    if order.until_further_order or (order.ends is not None and order.ends >= add_months(order.made_on, longest)):
        yield Contradiction(
            path="ends",
            what="It is longer than the law allows for somebody under 18.",
            remedy="Correct its days or the date of birth, or ask Legal.",
            clause="1.6",
        )
