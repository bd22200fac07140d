"""Every decision is on record: who, when, for what reason, under which clause and which version of the policy (R24)."""

import pytest

from bot import intake
from bot.layout import policy_version
from policies.events import EVENT_OF_REASON, rule_for
from policies.lifecycle import State
from policies.terms import CLAUSE, EventType, Reason
from store.ledger import read_note
from tests.bot.office import Office, document

CASE, KEY, NOTE = "EH/2026/0417", "eh20260417", "Told by the court office by telephone"


@pytest.fixture(autouse=True)
def one_channel(office: Office) -> None:
    office.usual = {"channels": ["website"]}


def note_of(office: Office, entry) -> str | None:
    with office.bot.ledger.read() as tx:
        return read_note(tx, entry.codes["note"])


def test_r24_a_submission_a_refusal_and_an_amendment_carry_clauses_digest_and_policy(office: Office):
    ref = office.submit().ref
    answers = document()["checklist"]["answers"]
    del answers["6"]
    office.amend(ref)
    office.amend(ref, checklist__answers=answers)
    submitted, amended, refused = office.journal(ref)
    assert [each.event for each in (submitted, amended, refused)] == ["submitted", "amended", "refused"]
    assert refused.codes["refused_by"] == "4.1"
    assert "4.1" in refused.codes["clauses"].split(",")
    assert "refused_by" not in submitted.codes
    for entry in (submitted, amended, refused):
        assert entry.actor == office.staff.comms.id
        assert entry.codes["policy"] == policy_version(office.bot.settings)
        assert len(entry.codes["digest"]) == 64


def test_r24_what_is_sent_back_carries_its_reason_sealed(office: Office):
    ref = office.submit().ref
    intake.send_back(office.bot, office.staff.director, ref, NOTE)
    entry = office.journal(ref)[-1]
    assert (entry.event, entry.actor) == ("sent_back", office.staff.director.id)
    assert note_of(office, entry) == NOTE


def test_r24_each_state_of_each_copy_has_actor_time_reason_clause_and_policy(office: Office):
    ref = office.up()
    intake.retract(office.bot, office.staff.comms, ref=ref, reason=Reason.REQUEST_UPHELD, note=NOTE)
    office.run(ref)
    told = [entry for entry in office.journal(f"{ref}-1") if entry.became]
    assert [entry.became for entry in told] == [State.QUEUED, State.POSTING, State.LIVE, State.REMOVING, State.REMOVED]
    assert all(entry.actor and entry.at.tzinfo and entry.codes["policy"] for entry in told)
    assert [(entry.codes["reason"], entry.codes["clause"]) for entry in told[-2:]] == [("request_upheld", "5.5")] * 2


@pytest.mark.parametrize(
    "reason",
    [each for each in CLAUSE if each is not Reason.NOT_WANTED],
    ids=lambda reason: f"{CLAUSE[reason]} {reason}",
)
def test_a_removal_is_recorded_with_its_clause_and_reason(office: Office, reason: Reason):
    ref = office.up()
    by = office.staff.director if reason is Reason.APPROVAL_WITHDRAWN else office.staff.comms
    down = intake.retract(office.bot, by, ref=ref, reason=reason, note=NOTE)
    assert down
    entry = next(each for each in office.journal(ref) if each.event == "retracted")
    assert (entry.codes["reason"], entry.codes["clause"]) == (reason, CLAUSE[reason])
    assert note_of(office, entry) == NOTE
    happened = [each.codes for each in office.journal(KEY) if each.event == "happened"]
    what = EVENT_OF_REASON.get(reason)
    assert {codes["what"] for codes in happened} == ({what} if what else set())
    assert all(codes["clause"] == rule_for(codes["what"]).clause for codes in happened)


def test_r53_5_3_a_restriction_imposed_later_takes_it_down_at_once_and_is_on_record(office: Office):
    ref = office.up()
    at = office.clock()
    down = intake.record_event(
        office.bot, office.staff.second, CASE, EventType.RESTRICTION_IMPOSED, happened_at=at, note=NOTE
    )
    assert len(down) == 1
    office.run(ref)
    assert {post.state for post in office.posts(ref)} == {State.REMOVED}
    (entry,) = office.journal(KEY)
    assert (entry.codes["what"], entry.codes["clause"]) == ("restriction_imposed", "5.3")
    assert note_of(office, entry) == NOTE


def test_r24_what_holds_a_post_back_at_its_claim_is_told_once_with_its_clauses(office: Office):
    ref = office.approved()
    intake.pause(office.bot, office.staff.comms)
    office.run(ref, rounds=10)
    told = [entry for entry in office.journal(f"{ref}-1") if entry.event == "held_back"]
    assert len(told) == 1
    assert told[0].codes["clauses"]
