"""Facts that cannot all be true: each alone is told, with its place and what to do."""

from dataclasses import replace
from datetime import date

import pytest

from bot.settings_safe import shipped_law
from policies.contradictions import contradictions
from policies.sentences import Component, Conviction, Order, Stated, Term

LAW = shipped_law().law()
BORN = date(1984, 2, 3)
AT_15 = date(2011, 6, 1)
TODAY = date(2026, 11, 30)

FINE = Component(type="fine")
CUSTODY = Component(type="imprisonment", term=Term(months=6), starts=date(2026, 11, 16), completed=date(2027, 5, 15))
COMMUNITY = Component(type="community_order", starts=date(2026, 11, 16), ends=date(2027, 11, 15))
PAID = Component(type="compensation", paid=Stated.YES, paid_on=date(2026, 11, 20))
OPEN = Component(type="cbo", until_further_order=True, checked_on=date(2026, 11, 30))
CONVICTION = Conviction(
    offence="Fly-tipping",
    offence_on=date(2026, 5, 3),
    convicted_on=date(2026, 11, 2),
    sentenced_on=date(2026, 11, 16),
    sentence=(FINE, CUSTODY, COMMUNITY, PAID, OPEN),
)
ORDER = Order(
    type="asb_injunction",
    made_on=date(2026, 11, 16),
    ends=date(2027, 11, 15),
    final=Stated.YES,
    in_force=Stated.YES,
    checked_on=date(2026, 11, 30),
)
ENDLESS = replace(ORDER, ends=None, until_further_order=True)


def told(*, born=BORN, company=False, convictions=(CONVICTION,), order=None):
    return list(contradictions(born=born, company=company, convictions=convictions, order=order, law=LAW, today=TODAY))


def sentenced(component: Component, **changes: object):
    return told(convictions=(replace(CONVICTION, sentence=(FINE, replace(component, **changes))),))


def test_facts_that_fit_are_left_alone():
    assert told() == []
    assert told(born=None) == []
    assert told(born=None, company=True, convictions=(replace(CONVICTION, sentence=(FINE, PAID)),)) == []
    assert told(convictions=(), order=ORDER) == []
    assert told(convictions=(), order=ENDLESS) == []
    assert told(born=AT_15, convictions=(), order=ORDER) == []
    assert told(order=replace(ORDER, type="cbo")) == []


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"sentenced_on": date(2026, 11, 1)}, "sentenced_on", "sentence comes before the conviction"),
        ({"sentenced_on": date(2026, 12, 1)}, "sentenced_on", "sentence is in the future"),
        ({"offence_on": date(2026, 11, 3)}, "offence_on", "offence comes after the conviction"),
        ({"offence_on": date(1984, 2, 2)}, "offence_on", "not yet born"),
        ({"offence_on": date(1994, 2, 2)}, "offence_on", "under ten"),
        ({"offence": " "}, "offence", "blank"),
        ({"convicted_on": date(2026, 12, 1), "sentenced_on": None, "sentence": (FINE,)}, "convicted_on", "in the future"),
        ({"legal_spent_from": date(2026, 11, 1), "legal_decided_by": "Legal"}, "legal_spent_from", "before the conviction"),
        ({"legal_spent_from": date(2027, 11, 1)}, "legal_decided_by", "who decided"),
        ({"legal_decided_by": "Legal"}, "legal_spent_from", "not what"),
    ],
)  # fmt: skip
def test_a_conviction_that_contradicts_itself_is_told_with_its_place(changes, path, words):
    (found,) = told(convictions=(CONVICTION, replace(CONVICTION, **changes)))
    assert found.path == f"convictions.1.{path}"
    assert words in found.what
    assert found.remedy
    assert found.clause == "5.7.4(g)"


@pytest.mark.parametrize("born", [date(2027, 1, 1), date(1905, 11, 30)])
def test_nobody_is_born_in_the_future_or_older_than_anybody(born):
    assert told(born=born, convictions=())[0].path == "date_of_birth"


def test_without_the_day_of_the_offence_the_conviction_tells_the_age():
    undated = replace(CONVICTION, offence_on=None)
    (unborn,) = told(born=date(2026, 11, 3), convictions=(undated,))
    (too_young,) = told(born=date(2016, 11, 3), convictions=(undated,))
    assert (unborn.path, too_young.path) == ("convictions.0.convicted_on",) * 2
    assert told(born=date(2016, 11, 2), convictions=(undated,)) == []


def test_a_company_has_no_date_of_birth_and_no_sentence_that_states_an_age():
    (found,) = told(company=True, convictions=())
    assert found.path == "date_of_birth"
    for component in (
        CUSTODY,
        Component(type="referral_order", ends=date(2027, 5, 1)),
        Component(type="life_imprisonment"),
    ):
        (found,) = told(born=None, company=True, convictions=(replace(CONVICTION, sentence=(component,)),))
        assert (found.path, found.what) == ("convictions.0.sentence.0.type", "No company can be sentenced to this.")


def test_a_sentence_for_the_young_alone_does_not_fit_an_adult():
    order = Component(type="referral_order", ends=date(2027, 5, 1))
    referred = (replace(CONVICTION, sentence=(order,)),)
    (found,) = told(convictions=referred)
    assert found.path == "convictions.0.sentence.0.type"
    assert told(born=date(2008, 11, 2), convictions=referred) != []
    assert told(born=date(2008, 11, 3), convictions=referred) == []
    assert told(born=None, convictions=referred) == []


@pytest.mark.parametrize(
    ("component", "changes", "path", "words"),
    [
        (FINE, {"type": "finee"}, "type", "no such type"),
        (FINE, {"type": "simple_caution"}, "type", "not an outcome of a court"),
        (CUSTODY, {"term": Term(), "completed": None}, "term", "nothing, or a negative"),
        (CUSTODY, {"term": Term(months=7, days=-1)}, "term", "nothing, or a negative"),
        (CUSTODY, {"starts": date(2026, 11, 1), "completed": None}, "starts", "starts before the conviction"),
        (CUSTODY, {"completed": date(2026, 11, 15)}, "completed", "ends before it starts"),
        (CUSTODY, {"completed": date(2027, 5, 16)}, "completed", "ends after its full term"),
        (CUSTODY, {"term": Term(years=4, days=1)}, "schedule_18", "Schedule 18"),
        (CUSTODY, {"term": Term(years=5), "schedule_18": Stated.UNKNOWN}, "schedule_18", "Schedule 18"),
        (COMMUNITY, {"ends": date(2026, 11, 15)}, "ends", "ends before it starts"),
        (COMMUNITY, {"starts": None, "ends": date(2026, 11, 1)}, "ends", "ends before it starts"),
        (COMMUNITY, {"term": Term(months=11)}, "ends", "ends after its full term"),
        (COMMUNITY, {"until_further_order": True, "checked_on": TODAY}, "ends", "both has an end and has none"),
        (COMMUNITY, {"no_end_stated": True}, "ends", "both has an end and has none"),
        (COMMUNITY, {"ends": None, "term": Term(months=12), "no_end_stated": True}, "ends", "both has an end and has none"),
        (OPEN, {"term": Term(months=12)}, "ends", "both has an end and has none"),
        (PAID, {"paid_on": date(2026, 11, 1)}, "paid_on", "paid before the conviction"),
        (PAID, {"paid_on": date(2026, 12, 1)}, "paid_on", "in the future"),
        (PAID, {"paid": Stated.NO}, "paid", "not said to be paid"),
        (OPEN, {"checked_on": None}, "checked_on", "Nobody has checked"),
        (OPEN, {"checked_on": date(2026, 12, 1)}, "checked_on", "cannot have been checked"),
        (OPEN, {"checked_on": date(2026, 11, 1)}, "checked_on", "cannot have been checked"),
    ],
)  # fmt: skip
def test_a_sentence_that_contradicts_itself_is_told_with_its_place(component, changes, path, words):
    (found,) = sentenced(component, **changes)
    assert found.path == f"convictions.0.sentence.1.{path}"
    assert words in found.what


def test_what_fits_to_the_day_is_left_alone():
    assert sentenced(CUSTODY, term=Term(years=4), completed=None) == []
    assert sentenced(CUSTODY, term=Term(years=5), completed=None, schedule_18=Stated.NO) == []
    assert sentenced(COMMUNITY, term=Term(months=12)) == []
    assert sentenced(COMMUNITY, ends=date(2026, 11, 16)) == []
    assert told(convictions=(replace(CONVICTION, offence_on=CONVICTION.convicted_on),)) == []
    assert sentenced(PAID, paid_on=CONVICTION.convicted_on) == []
    assert sentenced(PAID, paid_on=TODAY) == []


def test_an_unknown_type_is_told_with_the_nearest_known_one_and_never_quoted():
    (found,) = sentenced(FINE, type="comunity_order")
    assert "did you mean community_order?" in found.remedy
    (found,) = sentenced(FINE, type="something nobody has heard of")
    assert "law.toml" in found.remedy
    assert "nobody" not in found.remedy + found.what


@pytest.mark.parametrize(
    ("order", "path", "words"),
    [
        (replace(ORDER, type="injuction"), "type", "no such type"),
        (replace(ORDER, type="warning"), "type", "not an outcome of a court"),
        (replace(ORDER, ends=date(2026, 11, 15), in_force=Stated.NO), "ends", "ends before it was made"),
        (replace(ORDER, ends=date(2026, 11, 29)), "in_force", "last day is over"),
        (replace(ORDER, made_on=date(2026, 12, 1), checked_on=None), "made_on", "in the future"),
        (replace(ORDER, ends=None), "ends", "a last day or no end"),
        (replace(ORDER, until_further_order=True), "ends", "a last day or no end"),
        (replace(ORDER, checked_on=date(2026, 12, 1)), "checked_on", "cannot have been checked"),
        (replace(ORDER, checked_on=date(2026, 11, 15)), "checked_on", "cannot have been checked"),
        (replace(ENDLESS, checked_on=None), "in_force", "Nobody has checked"),
        (replace(ENDLESS, in_force=Stated.UNKNOWN), "in_force", "Nobody has checked"),
        (replace(ORDER, made_on=date(1994, 2, 2)), "made_on", "under ten"),
        (replace(ORDER, made_on=date(1984, 2, 2)), "made_on", "under ten"),
    ],
)
def test_r4_r48_an_order_that_contradicts_itself_is_told_with_its_place(order, path, words):
    (found,) = told(convictions=(), order=order)
    assert found.path == f"order.{path}"
    assert words in found.what


def test_r28_an_injunction_about_somebody_under_18_lasts_twelve_months_at_most():
    for order in (replace(ORDER, ends=date(2027, 11, 16)), ENDLESS):
        (found,) = told(born=AT_15, convictions=(), order=order)
        assert (found.path, found.clause) == ("order.ends", "1.6")
        assert told(born=BORN, convictions=(), order=order) == []
    assert told(born=AT_15, convictions=(), order=replace(ENDLESS, type="gang_injunction")) == []
    assert told(born=date(2008, 11, 16), convictions=(), order=ENDLESS) == []


def test_r4_an_order_made_on_conviction_needs_the_conviction():
    (found,) = told(convictions=(), order=replace(ORDER, type="cbo"))
    assert (found.path, found.clause) == ("convictions", "1.6")


def test_everything_is_told_at_once():
    wrong = replace(CONVICTION, sentenced_on=date(2026, 11, 1), sentence=(replace(FINE, type="finee"),))
    found = told(convictions=(wrong,), order=replace(ORDER, ends=None))
    assert [each.path for each in found] == [
        "convictions.0.sentenced_on",
        "convictions.0.sentence.0.type",
        "order.ends",
    ]
