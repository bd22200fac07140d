"""When a conviction is spent: what holds for all of them, whatever the sentence."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from policies.rehabilitation import Outcome, conviction_spent, spent
from policies.retention import LONDON, down_by, legal_end
from policies.sentences import Component, Conviction, Stated, Term
from policies.spans import add_months
from policies.terms import Category, Subject
from tests.policies.convictions import LAW, conviction

DAYS = st.dates(date(2023, 10, 28), date(2040, 1, 1))
TERMS = st.builds(
    Term, years=st.integers(0, 12), months=st.integers(0, 30), weeks=st.integers(0, 60), days=st.integers(1, 400)
)
CODES = st.sampled_from(sorted(LAW.sentences))
COMPONENTS = st.builds(
    Component,
    type=CODES,
    term=TERMS,
    starts=st.none() | DAYS,
    completed=st.none() | DAYS,
    ends=st.none() | DAYS,
    until_further_order=st.booleans(),
    no_end_stated=st.booleans(),
    paid=st.none() | st.sampled_from(Stated),
    paid_on=st.none() | DAYS,
    schedule_18=st.none() | st.sampled_from(Stated),
    checked_on=st.none() | DAYS,
)
CONVICTIONS = st.builds(
    Conviction,
    offence=st.just("Fly-tipping"),
    convicted_on=DAYS,
    sentence=st.lists(COMPONENTS, min_size=1, max_size=4).map(tuple),
)
BIRTHS = st.none() | st.dates(date(1950, 1, 1), date(2015, 1, 1))


def end(found, today: date) -> date:
    """The day as it can be compared; what is never spent comes last, what has to be asked first."""
    return found.day_at(today) or date.max


@given(DAYS, TERMS, TERMS, BIRTHS, st.sampled_from(["imprisonment", "community_order"]))
def test_a_longer_term_is_never_spent_sooner(convicted, term, more, born, code):
    longer = Term(
        years=term.years + more.years,
        months=term.months + more.months,
        weeks=term.weeks + more.weeks,
        days=term.days + more.days,
    )
    short, long = (
        conviction_spent(conviction(convicted.isoformat(), Component(type=code, term=each)), born=born, law=LAW)
        for each in (term, longer)
    )
    assert end(short, convicted) <= end(long, convicted)


@given(CONVICTIONS, COMPONENTS, BIRTHS, DAYS)
def test_one_more_component_never_makes_it_earlier_unless_a_person_has_to_be_asked(before, extra, born, today):
    more = conviction_spent(replace(before, sentence=(*before.sentence, extra)), born=born, law=LAW)
    less = conviction_spent(before, born=born, law=LAW)
    assert more.outcome is Outcome.ASK or end(less, date.max) <= end(more, date.max)
    if Outcome.WHILE_IT_LIVES not in {more.outcome, less.outcome} and more.outcome is not Outcome.ASK:
        assert end(less, today) <= end(more, today)


@given(CONVICTIONS, DAYS)
def test_under_18_or_of_unknown_age_is_never_later_than_adult(one, today):
    adult = conviction_spent(one, born=add_months(one.convicted_on, -12 * 30), law=LAW)
    for born in (add_months(one.convicted_on, -12 * 16), None):
        assert end(conviction_spent(one, born=born, law=LAW), today) <= end(adult, today)


@given(CONVICTIONS, BIRTHS)
def test_the_verdict_begins_at_midnight_in_london_and_not_before_the_conviction(one, born):
    found = conviction_spent(one, born=born, law=LAW)
    if found.instant is None:
        assert found.outcome in {Outcome.NEVER, Outcome.ASK, Outcome.WHILE_IT_LIVES}
        return
    assert found.instant.tzinfo is UTC
    local = found.instant.astimezone(LONDON)
    assert (local.date(), local.hour, local.minute) == (found.day, 0, 0)
    assert found.day >= one.convicted_on
    assert (found.outcome is Outcome.AT_ONCE) == (found.day == one.convicted_on)


@given(st.lists(CONVICTIONS, max_size=3), BIRTHS, st.booleans(), DAYS)
def test_5_7_4_d_no_verdict_extends_the_28_days(convictions, born, company, today):
    found = spent(convictions, born=born, company=company, law=LAW)
    first_up = datetime.combine(today, datetime.min.time(), UTC)
    subject = Subject(number="S1", category=Category.CONVICTED, spent_from=found.day_at(today))
    assert down_by(first_up, [subject])[0] <= legal_end(first_up)


@given(st.lists(CONVICTIONS, min_size=1, max_size=3), BIRTHS, DAYS)
def test_the_first_conviction_that_is_spent_decides_for_the_subject(convictions, born, today):
    found = spent(convictions, born=born, company=False, law=LAW)
    assert end(found, today) == min(end(each, today) for each in found.each)
    assert len(found.each) == len(convictions)


@given(CONVICTIONS, BIRTHS, DAYS)
def test_what_legal_decides_never_makes_a_known_end_later(one, born, decided):
    table = conviction_spent(one, born=born, law=LAW)
    with_legal = conviction_spent(replace(one, legal_spent_from=decided, legal_decided_by="Legal"), born=born, law=LAW)
    if table.outcome is not Outcome.ASK:
        assert end(with_legal, date.max) <= end(table, date.max)
