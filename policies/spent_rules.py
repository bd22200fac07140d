"""Rules about spent convictions and facts that cannot be so (R31, R47; policy 5.7.4(a), 5.7.4(g))."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from policies.annex_a_words import OUTCOMES
from policies.contradictions import contradictions
from policies.dossier import Dossier, Objection
from policies.people_rules import named
from policies.rehabilitation import Outcome, Verdict, spent
from policies.retention import LONDON
from policies.sentences import Law
from policies.terms import Category, Publication, Subject

# Said by a rule of its own, for whoever is named with it.
_NO_OUTCOME = "5.1"


def verdict_of(subject: Subject, law: Law) -> Verdict:
    """What the Act says about the convictions that the notice mentions of this subject."""
    company = subject.category is Category.COMPANY
    return spent(subject.convictions, born=subject.date_of_birth, company=company, law=law)


def settled(subject: Subject, law: Law, today: date) -> Subject:
    """The subject with the earlier ends worked out, the earlier of that and what was submitted (R47, R48).

    They are kept with the revision, so that a later change of the table moves no date.
    """
    verdict = verdict_of(subject, law)
    day = None if verdict.outcome is Outcome.ASK else verdict.day_at(today)
    order_ends = subject.order.ends if subject.order else None
    return replace(
        subject, spent_from=_earlier(subject.spent_from, day), order_ends=_earlier(subject.order_ends, order_ends)
    )


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def facts_hold_together(dossier: Dossier, now: datetime) -> Iterator[Objection]:
    today = now.astimezone(LONDON).date()
    for n, subject in enumerate(dossier.publication.subjects):
        for each in contradictions(
            born=subject.date_of_birth,
            company=subject.category is Category.COMPANY,
            convictions=subject.convictions,
            order=subject.order,
            law=dossier.law,
            today=today,
        ):
            if each.clause != _NO_OUTCOME:
                yield Objection(
                    clause=each.clause, path=f"subjects.{n}.{each.path}", what=each.what, remedy=each.remedy
                )


def nothing_spent(dossier: Dossier, now: datetime) -> Iterator[Objection]:
    """No spent conviction of anybody who can be recognised, nor one of which nobody can say that it is not (R31).

    An injunction rests on none, but may mention one.
    """
    publication = dossier.publication
    if publication.kind not in OUTCOMES:
        return
    up_from = max(now, publication.window.opens).astimezone(LONDON).date()
    for n, subject in enumerate(publication.subjects):
        if named(publication, subject):
            yield from _unspent(publication, n, verdict_of(subject, dossier.law), up_from)


def _unspent(publication: Publication, n: int, verdict: Verdict, up_from: date) -> Iterator[Objection]:
    subject = publication.subjects[n]
    if verdict.outcome is Outcome.ASK:
        for asked in verdict.questions:
            yield Objection(
                clause="5.7.4(a)",
                path=f"subjects.{n}.{asked.path}",
                what="Nobody can say yet when the conviction is spent, so it counts as spent.",
                remedy=asked.question.value,
                lesser=True,
            )
    elif verdict.spent_at(up_from) or (subject.spent_from is not None and subject.spent_from <= up_from):
        at_once = verdict.outcome is Outcome.AT_ONCE
        yield Objection(
            clause="5.7.4(a)",
            path=f"subjects.{n}.convictions",
            what="The conviction is spent at once." if at_once else "A conviction that it mentions is spent.",
            remedy="Leave the person out: an anonymised outcome may be published.",
            lesser=True,
        )
