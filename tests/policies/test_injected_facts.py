"""No notice in order goes up once a fact is added that bars it, whatever else is known or ticked."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.effects import Tick
from policies.publishing import objections
from policies.retention import LONDON
from policies.sentences import Component
from policies.terms import Kind
from tests.golden.samples import sample
from tests.policies.faults import APPROVAL, dossier
from tests.policies.samples import CONVICTION, NOW, event, notice
from tests.policies.words_samples import YOUNG


# Each turns any notice in order into one that may not go up. A further hook: a function of the dossier.
def _juvenile(known):
    subject = replace(known.publication.subjects[0], date_of_birth=YOUNG)
    return replace(known, publication=replace(known.publication, subjects=(subject,)))


def _subject(**changes):
    def spoil(known):
        subject = replace(known.publication.subjects[0], **changes)
        return replace(known, publication=replace(known.publication, subjects=(subject,)))

    return spoil


def _convicted(of=CONVICTION, **changes):
    """A further conviction of that kind, with these changes."""

    def spoil(known):
        subject = known.publication.subjects[0]
        return _subject(convictions=(*subject.convictions, replace(of, **changes)))(known)

    return spoil


def _with_sentence(*parts):
    return _convicted(sentence=tuple(Component(type=each) for each in parts))


def _answer(row, question, value):
    def spoil(known):
        checklist = known.publication.checklist
        answer = checklist.answers[row]
        changed = replace(answer, values=dict(answer.values) | {question: value})
        answers = replace(checklist, answers=checklist.answers | {row: changed})
        return replace(known, publication=replace(known.publication, checklist=answers))

    return spoil


TODAY = NOW.astimezone(LONDON).date()
A_YEAR_AGO = TODAY.replace(year=TODAY.year - 1)
FINED_EARLIER = replace(CONVICTION, offence_on=None, convicted_on=A_YEAR_AGO, sentenced_on=A_YEAR_AGO)
INJECTED = {
    "juvenile": _juvenile,
    "under 18 by the checklist": _answer("12", "under_18", "unknown"),
    "active: an appeal": _answer("13", "appeal", "yes"),
    "active: a co-defendant": _answer("13", "co_defendants", "unknown"),
    "active: an event": lambda known: replace(known, events=(event("appeal_lodged"),)),
    "spent: a fine of a year ago": _convicted(FINED_EARLIER, mentioned_only=True),
    "spent: the conviction itself": _convicted(FINED_EARLIER),
    "spent: at once": _with_sentence("absolute_discharge"),
    "spent: nobody can say": _with_sentence("fine", "a_new_kind"),
    "spent: from today": _subject(spent_from=TODAY),
    "restricted: not known": _answer("11", "restrictions", "unknown"),
    "restricted: the person": _answer("11", "unidentified", ("S1",)),
    "restricted: an event": lambda known: replace(known, events=(event("restriction_imposed"),)),
    "unapproved": lambda known: replace(known, approval=None),
    "approved for another digest": lambda known: replace(known, digest="e" * 64),
}
NAMED = [Kind.CASE_OUTCOME, Kind.CBO, Kind.INJUNCTION, Kind.POST_CONVICTION_IMAGE]


def in_order(kind, **words):
    """A complete notice of the kind about one person."""
    publication = replace(sample(kind), channels=notice().channels, subjects=notice(kind=kind).subjects)
    content = replace(publication.content, facts=publication.content.facts[:1], **words)
    return replace(publication, content=content)


@pytest.mark.parametrize("kind", NAMED)
@pytest.mark.parametrize("fault", INJECTED)
def test_each_injected_fact_alone_is_enough(kind, fault):
    known = dossier(of=in_order(kind))
    assert objections(known, NOW) == []
    assert objections(INJECTED[fault](known), NOW) != []


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(NAMED),
    spoilt=st.sets(st.sampled_from(sorted(INJECTED)), min_size=1),
    ticks=st.sets(st.sampled_from(sorted(Tick))),
    claiming=st.sampled_from([None, *notice().channels]),
    headline=st.text(alphabet="abcdefgh ", min_size=3).filter(str.strip),
)
def test_whatever_juvenile_active_spent_restricted_or_unapproved_fact_is_injected_it_is_never_accepted(
    kind, spoilt, ticks, claiming, headline
):
    approval = replace(APPROVAL, ticks=frozenset(ticks))
    known = dossier(of=in_order(kind, headline=headline), approval=approval, claiming=claiming)
    assert objections(known, NOW) == []
    for fault in sorted(spoilt):
        known = INJECTED[fault](known)
    assert objections(known, NOW) != []
