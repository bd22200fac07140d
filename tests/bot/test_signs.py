"""Advice, ticks, reasons, confirmations and deputies, on a real ledger."""

from datetime import timedelta

import pytest

from bot import intake
from policies.answers import Consultee
from policies.lifecycle import State
from policies.terms import Reason, Role
from store import people, publications
from store.ledger import read_note
from tests.bot.office import document
from tests.bot.test_intake import unchanged

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(office):
    office.usual = {"channels": ["website"]}
    return office


def somebody(office, *held):
    with office.bot.ledger.write() as tx:
        return people.add(tx, name="Sample Person", held=list(held), now=office.clock())[0]


def third_party(office):
    """A notice that the Data Protection Officer has to clear."""
    answers = document()["checklist"]["answers"]
    answers["17"] = {"values": {"third_party": "yes", "who": ["A neighbour"]}}
    return {"checklist": {"answers": answers}}


def advise(office, ref, role="dpo", by=None, *, cleared=True, note="Seen", **more):
    office.clock.advance(MINUTE)
    who = by or office.staff.dpo
    return intake.advise(office.bot, who, ref, role=Consultee(role), cleared=cleared, note=note, **more)


def refusal(office, ref):
    error = unchanged(office, intake.Refused, office.approve, ref)
    return [(each.clause, each.path) for each in error.objections]


def test_row_33_who_must_be_consulted_clears_before_a_director_can_approve(office):
    ref = office.submit(**third_party(office)).ref
    assert refusal(office, ref) == [("5.5", "checklist.answers.17.third_party")]
    assert advise(office, ref) == 1
    office.approve(ref)
    assert {post.state for post in office.posts(ref)} == {State.QUEUED}


def test_r22_advice_is_bound_to_its_revision(office):
    ref = office.submit(**third_party(office)).ref
    advise(office, ref)
    office.amend(ref, content__headline="Two fined in Sample Lane", **third_party(office))
    assert refusal(office, ref) == [("5.5", "checklist.answers.17.third_party")]
    unchanged(office, intake.Conflict, advise, office, ref, revision=1)
    assert advise(office, ref, revision=2) == 2
    office.approve(ref)


def test_r14_advice_against_holds_until_it_is_cleared_and_both_stay_on_record(office):
    ref = office.submit().ref
    advise(office, ref, cleared=False)
    assert refusal(office, ref) == [("R14", "advice.dpo")]
    advise(office, ref)
    office.approve(ref)
    assert [entry.codes["cleared"] for entry in office.journal(ref) if entry.event == "advised"] == [False, True]


def test_r21_advice_after_the_approval_holds_the_post_until_it_is_approved_again(office):
    ref = office.approved()
    advise(office, ref)
    office.run(ref, rounds=1)
    (post,) = office.posts(ref)
    assert (post.state, post.held_for) == (State.QUEUED, "R21")
    office.approve(ref)
    office.clock.advance(MINUTE)
    office.run(ref)
    assert office.posts(ref)[0].state is State.LIVE


@pytest.mark.parametrize(
    ("who", "role"),
    [("comms", "dpo"), ("dpo", "legal"), ("second", "legal"), ("director", "dpo"), ("system", "partner")],
)
def test_a_role_speaks_with_its_own_token_only(office, who, role):
    ref = office.submit().ref
    unchanged(office, intake.NotAllowedHere, advise, office, ref, role, getattr(office.staff, who))


def test_a_partners_word_is_recorded_by_an_officer_with_its_reference(office):
    ref = office.submit().ref
    error = unchanged(office, intake.InputRefused, advise, office, ref, "partner", office.staff.second, note=" ")
    assert (error.problems[0].path, error.problems[0].clause) == ("--note", "5.5")
    advise(office, ref, "partner", office.staff.second, note="Police, CANARYREF 12")
    entry = office.journal(ref)[-1]
    assert (entry.event, entry.codes["role"]) == ("advised", "partner")
    with office.bot.ledger.read() as tx:
        assert read_note(tx, entry.codes["note"]) == "Police, CANARYREF 12"
    assert "CANARY" not in office.everything()[0]


def test_r21_nobody_clears_what_they_wrote(office):
    both = somebody(office, (Role.DPO, None), (Role.COMMS, None))
    ref = office.submit(by=both).ref
    error = unchanged(office, intake.Conflict, advise, office, ref, "dpo", both)
    assert error.problems[0].clause == "R21"
    advise(office, ref, "dpo")


def test_advice_on_what_was_retracted_is_refused(office):
    ref = office.submit().ref
    intake.retract(office.bot, office.staff.comms, ref=ref, reason=Reason.REQUEST_UPHELD)
    unchanged(office, intake.Conflict, advise, office, ref)


def test_r13_a_refused_approval_lists_the_ticks_it_needs(office):
    answers = document()["checklist"]["answers"]
    answers["22"]["values"] |= {"minor": "yes"}
    ref = office.submit(checklist={"answers": answers}).ref
    error = unchanged(office, intake.Refused, office.approve, ref)
    assert error.ticks == ("online_publicity",)
    assert intake.preview(office.bot, office.staff.director, ref).ticks == ("online_publicity",)
    office.approve(ref, ticks=["online_publicity"])


def test_r24_the_reason_and_the_policy_version_of_an_approval_are_on_record(office):
    ref = office.submit().ref
    digest = intake.preview(office.bot, office.staff.director, ref).digest
    intake.approve(office.bot, office.staff.director, ref, digest, note="CANARYREASON")
    entry = office.journal(ref)[-1]
    with office.bot.ledger.read() as tx:
        assert read_note(tx, entry.codes["note"]) == "CANARYREASON"
        (kept,) = tx.c.exec_driver_sql("SELECT a.note, r.policy_version FROM approvals a, revisions r").all()
    assert kept == (entry.codes["note"], entry.codes["policy"])
    assert "CANARY" not in office.everything()[0]


def test_12_1_a_director_who_withdraws_the_approval_takes_it_down(office):
    ref = office.up()
    unchanged(
        office, intake.NotAllowedHere, intake.retract,
        office.bot, office.staff.comms, ref=ref, reason=Reason.APPROVAL_WITHDRAWN,
    )  # fmt: skip
    intake.retract(office.bot, office.staff.director, ref=ref, reason=Reason.APPROVAL_WITHDRAWN)
    office.run(ref)
    (post,) = office.posts(ref)
    assert (post.state, post.reason) == (State.REMOVED, Reason.APPROVAL_WITHDRAWN)


def as_of_now(office, person):
    with office.bot.ledger.read() as tx:
        return people.get(tx, person.id, office.clock())


def test_r21_a_deputy_approves_from_the_first_day_to_the_last_and_not_before_or_after(office):
    deputy = somebody(office)
    start = office.clock() + DAY
    with office.bot.ledger.write() as tx:
        people.grant(tx, deputy.id, Role.DIRECTOR, "environment", starts=start, ends=start + DAY)
    before, within, after = (office.submit(case_ref=f"EH/{n}").ref for n in range(3))
    unchanged(office, intake.NotAllowedHere, office.approve, before, by=as_of_now(office, deputy))
    office.clock.advance(DAY)
    office.approve(within, by=as_of_now(office, deputy))
    office.clock.advance(DAY)
    unchanged(office, intake.NotAllowedHere, office.approve, after, by=as_of_now(office, deputy))
    # Given while the deputy was in office, but who approves is asked again when it is to go up.
    office.run(within, rounds=1)
    assert [(post.state, post.held_for) for post in office.posts(within)] == [(State.QUEUED, "12.1")]


def test_12_1_a_role_that_is_revoked_ends_now_and_does_not_begin_later(office):
    deputy = somebody(office)
    now = office.clock()
    with office.bot.ledger.write() as tx:
        people.grant(tx, deputy.id, Role.DIRECTOR, "environment", starts=now, ends=now + DAY)
        people.grant(tx, deputy.id, Role.DIRECTOR, "environment", starts=now + 5 * DAY)
        people.grant(tx, deputy.id, Role.DIRECTOR, "housing", starts=now)
    assert as_of_now(office, deputy).directs("environment")
    with office.bot.ledger.write() as tx:
        assert people.revoke(tx, deputy.id, Role.DIRECTOR, "environment", now)
        assert not people.revoke(tx, deputy.id, Role.DIRECTOR, "environment", now)
        assert not people.revoke(tx, deputy.id, Role.DPO, None, now)
    for days in (0, 5):
        office.clock.advance(days * DAY)
        assert not as_of_now(office, deputy).directs("environment")
        assert as_of_now(office, deputy).directs("housing")


def test_r23_a_confirmation_names_each_fact_and_keeps_its_note(office):
    ref = office.approved()
    expected = intake.to_confirm(office.bot, office.staff.auditor, ref)
    stated = intake.confirm(office.bot, office.staff.comms, ref, note="CANARY: asked the listing office")
    assert stated == expected
    assert [each.name for each in stated] == ["appeal", "restriction", "age", "spent"]
    entry = office.journal(ref)[-1]
    assert (entry.event, entry.codes["facts"]) == ("confirmed", "appeal,restriction,age,spent")
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, ref)
        (kept,) = tx.c.exec_driver_sql("SELECT note FROM confirmations").scalars().all()
        assert publications.confirmations_of(tx, known.id) == [office.clock()]
        assert read_note(tx, kept).startswith("CANARY")
    assert "CANARY" not in office.everything()[0]


def test_r23_the_days_since_the_sentence_are_shown_at_submission_preview_and_approval(office):
    submitted = office.submit()
    shown = intake.preview(office.bot, office.staff.director, submitted.ref)
    approved = office.approve(submitted.ref)
    days = (office.clock().date() - document_day()).days
    assert {submitted.days_since, shown.days_since, approved.days_since} == {days}
    assert submitted.cautions == shown.cautions == approved.cautions


def document_day():
    from datetime import date

    return date.fromisoformat(document()["court_event"]["on"])
