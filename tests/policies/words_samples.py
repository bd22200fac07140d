"""Notices with other words, people and pictures than the samples."""

from dataclasses import replace
from datetime import date, timedelta

from policies.answers import Advice
from policies.sentences import Component
from policies.terms import Content, Facts, Kind, Publication
from tests.policies.samples import CONTENT, CONVICTION, NOW, PHOTO, answered, notice

FACTS = notice().content.facts[0]
YOUNG = date(2009, 1, 2)
"""Seventeen at the offence, at conviction and now."""
CLEARED = tuple(Advice(role=role, person="p9", at=NOW - timedelta(hours=2), cleared=True) for role in ("dpo", "legal"))


def of(kind: Kind = Kind.CASE_OUTCOME, **changes) -> Publication:
    """A notice of the kind; `words` change its content, `person` its first subject, `answers` its checklist."""
    words, person, answers = (changes.pop(name, {}) for name in ("words", "person", "answers"))
    base = notice(kind=kind) if kind is not Kind.CASE_OUTCOME else notice()
    subjects = (replace(base.subjects[0], **person), *base.subjects[1:])
    made = {"subjects": subjects, "content": replace(base.content, **words), "checklist": answered(kind, **answers)}
    return replace(base, **(made | changes))


def fact(**changes) -> dict[str, tuple[Facts, ...]]:
    return {"facts": (replace(FACTS, **changes),)}


def shown(kind: Kind = Kind.POST_CONVICTION_IMAGE, alt_text: str = PHOTO.alt_text, **changes) -> Publication:
    facts = replace(PHOTO.facts, **changes)
    return of(kind, words={"pictures": (replace(PHOTO, facts=facts, alt_text=alt_text),)})


def sentenced(*types: str) -> dict[str, object]:
    ends = {"drug_rehabilitation": date(2027, 11, 15)}
    parts = tuple(Component(type=each, ends=ends.get(each)) for each in types)
    return {"convictions": (replace(CONVICTION, sentence=parts),)}


EARLIER = replace(CONVICTION, convicted_on=date(2026, 1, 5), offence_on=None, sentenced_on=None, mentioned_only=True)
YOUTH_CBO = {"person": {"date_of_birth": YOUNG}, "answers": {"r12_under_18": "yes"}}
ORDER_ONLY = Content(
    headline="Order made",
    body="The order forbids to enter Sample Park.",
    facts=(Facts(subject="S1", name="Alex Example"),),
)
APPEAL = CONTENT[Kind.IMAGE_APPEAL]
