"""What the public asks: grave allegations take down first; all is logged, acknowledged, decided or escalated."""

from datetime import timedelta

import pytest

from bot import alarms, duties, intake
from bot.alert_kinds import AlertKind
from bot.intake_requests import acknowledge_request, decide_request, log_request
from bot.intake_tasks import answer_task
from policies.lifecycle import State
from policies.requests import GRAVE, Allegation, Decision, RequestKind
from policies.terms import Reason
from store import desk, publications, requests

DAY = timedelta(days=1)
CASE = "EH/2026/0417"


@pytest.fixture
def office(office):
    office.usual = {"channels": ["website", "facebook"]}
    return office


def log(office, kind=RequestKind.REMOVAL, by="second", **named):
    return log_request(office.bot, getattr(office.staff, by), kind, **({"received_at": office.clock()} | named))


def decide(office, number, decision=Decision.REJECTED, *, by="second", other="dpo", note="CANARY reasons"):
    with_person = getattr(office.staff, other).id if other else None
    return decide_request(office.bot, getattr(office.staff, by), number, decision, with_person=with_person, note=note)


def states(office, ref):
    return {post.state for post in office.posts(ref)}


def retraction(office, ref):
    with office.bot.ledger.read() as tx:
        return publications.retraction_of(tx, publications.find(tx, ref).id)


def tasks(office):
    with office.bot.ledger.read() as tx:
        return {each.what: each for each in desk.open_tasks(tx)}


@pytest.mark.parametrize("allegation", sorted(GRAVE))
def test_r54_a_grave_allegation_is_down_on_all_channels_before_any_decision(office, allegation):
    ref = office.up()
    office.clock.now = office.clock().replace(month=3, day=7, hour=2, minute=14)
    logged = log(office, ref=ref, allegation=allegation, note="CANARY")
    assert list(logged.down) == [post.id for post in office.posts(ref)]
    assert {post.urgent for post in office.posts(ref)} == {True}
    office.run(ref)
    assert states(office, ref) == {State.REMOVED}
    assert retraction(office, ref).reason is Reason.REMOVAL_REQUESTED
    with office.bot.ledger.read() as tx:
        assert requests.decision_of(tx, logged.id) is None
    assert "CANARY" not in office.everything()[0]


def test_r54_a_request_about_a_case_takes_all_its_notices_down(office):
    one, two = (
        office.up(),
        office.up(
            kind="cbo",
            checklist__answers__13__values__cbo_hearing="concluded",
            subjects__0__order={
                "type": "cbo",
                "made_on": "2026-02-16",
                "ends": "2028-02-15",
                "final": "yes",
                "in_force": "yes",
            },
        ),
    )
    assert len(log(office, case="eh-2026-0417", allegation=Allegation.SAFETY).down) == 4
    assert retraction(office, one).reason is retraction(office, two).reason is Reason.REMOVAL_REQUESTED


def test_r54_what_came_down_returns_only_as_a_new_publication_and_only_after_the_decision(office):
    ref = office.up(channels=["website"])
    logged = log(office, ref=ref, allegation=Allegation.MISTAKEN_IDENTITY)
    office.run(ref)
    with pytest.raises(intake.Conflict):
        office.amend(ref, content__body="Another text.")
    back = office.submit(follows=ref, channels=["website"])
    assert [each.clause for each in back.objections if each.clause == "5.5"] == ["5.5"]
    with pytest.raises(intake.Refused):
        office.approve(back.ref, by=office.staff.deputy)
    assert decide(office, logged.id) == []
    office.approve(back.ref)
    office.run(back.ref)
    assert states(office, back.ref) == {State.LIVE}


def test_r54_an_ordinary_request_stays_up_is_acknowledged_and_decided_in_a_working_day(office):
    ref = office.up()
    logged = log(office, ref=ref, allegation=Allegation.OTHER)
    assert logged.down == ()
    assert states(office, ref) == {State.LIVE}
    asked = tasks(office)
    assert (asked["acknowledge_request:1"].owner, asked["decide_request:1"].owner) == (office.staff.second.id, "dpo")
    assert asked["decide_request:1"].due_at == logged.decide_by
    acknowledge_request(office.bot, office.staff.comms, logged.id)
    assert set(tasks(office)) == {"decide_request:1"}
    assert decide(office, logged.id) == []
    assert tasks(office) == {}
    assert states(office, ref) == {State.LIVE}
    told = office.journal(f"request-{logged.id}")
    assert [entry.event for entry in told] == ["request_logged", "request_acknowledged", "request_decided"]
    assert told[-1].codes["other"] == office.staff.dpo.id
    assert "CANARY" not in office.everything()[0]


def test_r54_upheld_it_takes_the_notice_down(office):
    ref = office.up()
    number = log(office, ref=ref).id
    assert decide(office, number, Decision.UPHELD, by="dpo", other="comms") == [each.id for each in office.posts(ref)]
    assert retraction(office, ref).reason is Reason.REQUEST_UPHELD


def test_r54_not_decided_in_time_it_escalates(office):
    logged = log(office, ref=office.up(channels=["website"]))
    office.clock.now = logged.decide_by
    for _ in range(2):
        with office.bot.ledger.write() as tx:
            duties.keep(tx, office.clock())
            alarms.raise_alarms(office.bot, tx, office.clock())
            assert AlertKind.REQUEST_OVERDUE in {each.kind for each in desk.open_alerts(tx)}
    found = [(what.partition(":")[0], each.owner) for what, each in tasks(office).items()]
    assert found.count(("request_undecided", "director:environment")) == 1
    decide(office, logged.id)
    with office.bot.ledger.write() as tx:
        alarms.raise_alarms(office.bot, tx, office.clock())
        assert AlertKind.REQUEST_OVERDUE not in {each.kind for each in desk.open_alerts(tx)}


def test_r54_its_task_ends_with_the_decision_and_with_no_answer(office):
    log(office, ref=office.up(channels=["website"]))
    with pytest.raises(intake.Conflict) as caught:
        answer_task(office.bot, office.staff.dpo, tasks(office)["decide_request:1"].id)
    assert "downdate request decide 1" in caught.value.problems[0].remedy


@pytest.mark.parametrize(("by", "other"), [("second", None), ("dpo", "dpo"), ("second", "comms"), ("dpo", "system")])
def test_5_5_a_removal_is_decided_by_a_named_officer_with_the_dpo(office, by, other):
    number = log(office, ref=office.up(channels=["website"])).id
    with pytest.raises(intake.InputRefused, match="--with"):
        decide(office, number, by=by, other=other)
    with office.bot.ledger.read() as tx:
        assert requests.decision_of(tx, number) is None


def test_6_8_a_decision_has_reasons_and_is_made_once(office):
    number = log(office, ref=office.up(channels=["website"])).id
    with pytest.raises(intake.InputRefused, match="--note"):
        decide(office, number, note=" ")
    decide(office, number)
    with pytest.raises(intake.Conflict):
        decide(office, number, Decision.UPHELD)


def test_r61_re_use_is_agreed_by_the_director_of_the_service_alone(office):
    number = log(office, RequestKind.REUSE, ref=office.up(channels=["website"])).id
    assert tasks(office)[f"decide_reuse:{number}"].owner == "director:environment"
    for by in ("comms", "dpo", "other_director", "system"):
        with pytest.raises(intake.NotAllowedHere):
            decide(office, number, by=by, other=None)
    assert decide(office, number, Decision.UPHELD, by="director", other=None) == []
    assert tasks(office) == {}


def test_r68_a_complaint_is_logged_for_the_yearly_figures_with_or_without_a_notice(office):
    log(office, RequestKind.COMPLAINT)
    log(office, RequestKind.COMPLAINT, ref=office.up(channels=["website"]))
    with office.bot.ledger.read() as tx:
        found = requests.everything(tx)
    assert [(each.kind, each.case_key) for each in found] == [("complaint", ""), ("complaint", "eh20260417")]
    assert tasks(office) == {}
    assert decide(office, 1, by="comms", other=None) == []


def test_bad_input_is_told_and_leaves_nothing(office):
    ref = office.up(channels=["website"])
    before = office.everything()
    later = office.clock() + timedelta(minutes=1)
    for given, error in (
        ({}, intake.InputRefused),
        ({"ref": ref, "case": CASE}, intake.InputRefused),
        ({"ref": "DBC-AAAAAA"}, intake.NotFound),
        ({"case": "EH/2026/0471"}, intake.NotFound),
        ({"ref": ref, "received_at": later}, intake.InputRefused),
        ({"ref": ref, "by": "auditor"}, intake.NotAllowedHere),
        ({"ref": ref, "by": "system"}, intake.NotAllowedHere),
    ):
        with pytest.raises(error):
            log(office, **given)
    with pytest.raises(intake.NotFound):
        decide(office, 77)
    assert office.everything() == before


def test_requests_and_what_was_done_about_them_cannot_be_rewritten(office):
    number = log(office, ref=office.up(channels=["website"])).id
    acknowledge_request(office.bot, office.staff.second, number)
    with office.bot.ledger.read() as tx:
        assert [each.what for each in requests.acts_of(tx, number)] == ["acknowledged"]
