"""Why it is refused, held, allowed, up or down, in one account without a name."""

import json
from datetime import timedelta

import pytest

from bot import intake
from bot.cli_explain import explanation_lines
from bot.explaining import Verdict, explain
from policies.lifecycle import State
from policies.terms import Channel, Reason
from tests.bot.office import document

DAY = timedelta(days=1)


@pytest.fixture
def office(office):
    office.usual = {"channels": ["website"]}
    return office


def told(office, ref):
    with office.bot.ledger.read() as tx:
        return explain(office.bot, tx, ref, office.clock())


def text(made) -> str:
    return "\n".join(explanation_lines(made))


def checked(**rows):
    """The sample's checklist with these values changed: r22={"minor": "yes"}."""
    answers = document()["checklist"]["answers"]
    for name, values in rows.items():
        answers[name[1:]]["values"] |= values
    return {"answers": answers}


def test_a_refusal_names_clause_remedy_and_the_lesser_form(office):
    ref = office.submit(checklist=checked(r12={"under_18": "unknown"})).ref
    made = told(office, ref)
    assert (made.verdict, made.lesser_offered) == (Verdict.REFUSED, True)
    assert [(each.clause, each.effect) for each in made.objections] == [("5.3", "refuse")]
    assert made.objections[0].remedy in text(made)
    assert f"downdate anonymise {ref}" in text(made)


def test_5_7_3_no_lesser_form_is_offered_where_something_else_bars_it(office):
    made = told(office, office.submit(checklist=checked(r12={"under_18": "unknown"}, r13={"appeal": "yes"})).ref)
    assert (made.verdict, made.lesser_offered) == (Verdict.REFUSED, False)


def test_r31_a_conviction_spent_at_once_says_that_its_end_is_over_and_offers_the_lesser_form(office):
    ref = office.submit(subjects__0__convictions__0__sentence=[{"type": "absolute_discharge"}]).ref
    made = told(office, ref)
    assert (made.verdict, made.lesser_offered) == (Verdict.REFUSED, True)
    assert "It could be up until 16 February 2026, midnight only, because a conviction is spent (5.7.4(a))" in text(
        made
    )
    assert "Removal starts" not in text(made)


def test_a_hold_names_whose_clearance_tick_and_approval_are_missing(office):
    changed = checked(r17={"third_party": "yes", "who": ["CANARY"]}, r22={"minor": "yes"})
    ref = office.submit(checklist=changed).ref
    made = told(office, ref)
    assert made.verdict is Verdict.HELD
    missing = made.missing
    assert (missing.approval_by, missing.ticks, missing.clearances) == ("environment", ("online_publicity",), ("dpo",))
    said = text(made)
    assert "the clearance of the Data Protection Officer" in said
    assert "the approval of a Director of environment" in said
    assert "the Director's ticks online_publicity" in said


def test_a_draft_in_order_lacks_the_approval_alone(office):
    made = told(office, office.submit().ref)
    assert (made.verdict, made.objections) == (Verdict.AWAITING_APPROVAL, ())
    assert (made.missing.approval_by, made.missing.ticks, made.missing.clearances) == ("environment", (), ())
    assert made.deadline.planned


def test_12_1_what_a_director_sent_back_waits_for_an_amendment(office):
    ref = office.submit().ref
    intake.send_back(office.bot, office.staff.director, ref, "Leave the age out.")
    assert told(office, ref).verdict is Verdict.SENT_BACK
    assert "Sent back" in text(told(office, ref))
    office.amend(ref)
    assert told(office, ref).verdict is Verdict.AWAITING_APPROVAL


def test_what_is_approved_is_allowed_and_nothing_is_missing(office):
    made = told(office, office.approved())
    assert made.verdict is Verdict.ALLOWED
    assert (made.missing.approval_by, made.missing.confirmation) == (None, ())
    assert "Allowed" in text(made)


def test_r23_stale_facts_are_listed_one_by_one_and_a_lapsed_approval_is_asked_for_again(office):
    ref = office.approved(window={"opens": (office.clock() + DAY).isoformat()})
    office.clock.advance(2 * DAY)
    made = told(office, ref)
    assert made.verdict is Verdict.HELD
    assert [each.name for each in made.missing.confirmation][:3] == ["appeal", "restriction", "age"]
    assert made.missing.approval_by is None
    assert "No appeal was lodged" in text(made)
    office.clock.advance(6 * DAY)
    assert told(office, ref).missing.approval_by == "environment"


def test_5_7_4_d_the_deadline_names_its_clause_and_why_removal_starts_then(office):
    ref = office.up()
    made = told(office, ref)
    assert (made.verdict, made.deadline.clause, made.deadline.planned) == (Verdict.UP, "5.7.4(d)", False)
    assert made.up_on == (Channel.WEBSITE,)
    assert made.deadline.removal_starts == made.deadline.by - office.bot.plan.lead
    assert "in working hours" in made.deadline.why_then
    assert "the retention period ends (5.7.4(d))" in text(made)


@pytest.mark.parametrize(
    ("field", "days", "clause", "reason"),
    [("spent_from", 9, "5.7.4(a)", Reason.SPENT), ("order_ends", 8, "5.7.4(c)", Reason.ORDER_ENDED)],
)
def test_r47_r48_an_earlier_end_is_explained_by_its_own_clause(office, field, days, clause, reason):
    day = (office.clock() + days * DAY).date().isoformat()
    made = told(office, office.up(**{f"subjects__0__{field}": day}))
    assert (made.deadline.clause, made.deadline.reason) == (clause, reason)
    # Both end at midnight, so removal starts on the working day before.
    assert "working day before" in made.deadline.why_then
    assert f"({clause})" in text(made)


def test_what_came_down_says_why_and_that_it_was_at_once(office):
    ref = office.up()
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.APPEAL_LODGED)
    coming = told(office, ref)
    assert coming.verdict is Verdict.COMING_DOWN
    assert "at once" in coming.deadline.why_then
    office.run(ref)
    made = told(office, ref)
    assert made.verdict is Verdict.DOWN
    assert [(each.reason, each.clause, each.state) for each in made.came_down] == [
        (Reason.APPEAL_LODGED, "5.6", State.REMOVED)
    ]
    assert (made.retracted_for, made.retracted_clause) == (Reason.APPEAL_LODGED, "5.6")
    assert {(each.what, each.subject, each.against) for each in made.events} == {
        ("appeal_lodged", "S1", True),
        ("appeal_lodged", "S2", True),
    }
    assert "must be down" not in text(made)
    assert "appeal_lodged, 5.6" in text(made)


def test_a_draft_that_an_event_forbids_is_refused_and_an_event_of_others_is_not_its_matter(office):
    office.submit(subjects=[*document()["subjects"], {"number": "S3", "category": "convicted"}])
    ref = office.submit().ref
    for subject in ("S3", "S1"):
        intake.record_event(
            office.bot,
            office.staff.second,
            "EH/2026/0417",
            "appeal_lodged",
            subject=subject,
            happened_at=office.clock(),
        )
    made = told(office, ref)
    assert made.verdict is Verdict.REFUSED
    assert [each.subject for each in made.events] == ["S1"]


def test_r46_what_was_called_off_tells_why_it_is_not_up(office):
    closes = office.clock() + DAY
    ref = office.approved(window={"closes": closes.isoformat()})
    office.clock.advance(DAY)
    office.run(ref, rounds=1)
    made = told(office, ref)
    assert made.verdict is Verdict.NOT_POSTED
    assert [(each.channel, each.reason, each.code) for each in made.came_down] == [("website", "called_off", "R23")]
    assert "R23" in {each.clause for each in made.objections}


def test_r62_a_post_that_waits_for_another_channel_says_so(office):
    intake.pause(office.bot, office.staff.comms, Channel.WEBSITE)
    ref = office.approved(channels=["website", "x"])
    office.run(ref, rounds=1)
    made = told(office, ref)
    assert made.verdict is Verdict.HELD
    assert {(each.channel, each.code) for each in made.waits} == {("website", "R57"), ("x", "page-unseen")}
    assert "Waits to go up on: x (waits until the public can see its page)" in text(made)


def test_a_draft_beside_what_is_up_is_not_what_people_ask_about(office):
    ref = office.up()
    office.amend(ref, content__headline="Two fined", checklist=checked(r12={"under_18": "unknown"}))
    made = told(office, ref)
    assert (made.verdict, made.revision) == (Verdict.UP, 1)


def test_no_account_holds_a_name_a_text_or_a_case(office):
    marks = {"subjects__0__name": "CANARY", "content__facts__0__name": "CANARY", "content__headline": "CANARY"}
    ref = office.up(case_ref="CANARY/1", **marks)
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.INACCURATE, note="CANARY")
    made = told(office, ref)
    assert "canary" not in json.dumps(made.as_json()).lower()
    assert "canary" not in text(made).lower()


def test_an_unknown_reference_is_told(office):
    with pytest.raises(intake.NotFound):
        told(office, "DBC-AAAAAA")
