"""Retractions and events: one act, one person, any hour, everything covered, whatever state a copy is in."""

from datetime import datetime, timedelta

import pytest

from adapters.base import ArtefactKind
from adapters.standin.core import Fault, Rule
from bot import intake
from bot.reconcile import run_post
from bot.submission_checks import InputRefused
from policies.events import EVENT_OF_REASON, RULES
from policies.lifecycle import State
from policies.terms import RETRACTION_REASONS, Channel, EventType, Reason
from store import artefacts, cases, desk, journal, ledger, posts, publications
from tests.bot.office import CORRECTION, unnamed

DAY = timedelta(days=1)
CASE = "EH/2026/0417"
KEY = "eh20260417"


@pytest.fixture
def office(office):
    office.usual = {"channels": ["website", "facebook"]}
    return office


def retract(office, by="second", **named):
    return intake.retract(office.bot, getattr(office.staff, by), **({"reason": Reason.REQUEST_UPHELD} | named))


def happened(office, what, by="second", case=CASE, at=None, **named):
    at = at or office.clock()
    return intake.record_event(office.bot, getattr(office.staff, by), case, what, happened_at=at, **named)


def retraction(office, ref):
    with office.bot.ledger.read() as tx:
        return publications.retraction_of(tx, publications.find(tx, ref).id)


def events(office):
    with office.bot.ledger.read() as tx:
        return [(each.what, each.subject) for each in cases.events_of(tx, KEY)]


def tasks(office):
    with office.bot.ledger.read() as tx:
        return [(each.what, each.owner) for each in desk.open_tasks(tx)]


def states(office, ref):
    return {post.state for post in office.posts(ref)}


def unchanged(office, error, act, *given, **named):
    before = office.everything()
    with pytest.raises(error) as caught:
        act(office, *given, **named)
    assert office.everything() == before
    return caught.value


@pytest.mark.parametrize("by", ["comms", "second", "director", "other_director", "dpo", "admin"])
def test_any_authorised_officer_takes_down_alone_and_at_any_hour(office, by):
    ref = office.up(channels=["website", "facebook"])
    office.clock.now = datetime(2026, 3, 7, 2, 14, tzinfo=office.clock.now.tzinfo)
    down = retract(office, by, ref=ref)
    made = office.posts(ref)
    assert down == [post.id for post in made]
    assert {(post.state, post.urgent, post.due_at, post.reason) for post in made} == {
        (State.REMOVING, True, office.clock(), Reason.REQUEST_UPHELD)
    }
    assert retraction(office, ref).officer == getattr(office.staff, by).id
    for post_id in down:
        run_post(office.bot, post_id, owner="cli@test")
    assert states(office, ref) == {State.REMOVED}


def test_what_is_queued_is_called_off_and_needs_no_removal(office):
    ref = office.approved()
    assert retract(office, ref=ref) == []
    assert states(office, ref) == {State.NOT_POSTED}


def test_what_an_earlier_try_left_comes_down_with_it(office):
    ref = office.approved()
    post = office.last(ref)[Channel.FACEBOOK]
    with office.bot.ledger.write() as tx:
        artefacts.intend(tx, post, ArtefactKind.PHOTO, now=office.clock(), actor="daemon", platform_id="staged")
    assert retract(office, ref=ref) == [post.id]
    office.run(ref)
    assert office.last(ref)[Channel.FACEBOOK].state is State.REMOVED
    assert "remove" in office.channels[Channel.FACEBOOK].calls


def test_twice_is_as_good_as_once_and_the_first_reason_stands(office):
    ref = office.up()
    first = retract(office, ref=ref, note="CANARY")
    with office.bot.ledger.write() as tx:
        claimed = posts.claim(tx, first[0], owner="daemon@other", lease=DAY, now=office.clock())
    office.clock.advance(timedelta(seconds=30))
    assert retract(office, by="dpo", ref=ref, reason=Reason.INACCURATE) == first
    assert retraction(office, ref).reason is Reason.REQUEST_UPHELD
    with office.bot.ledger.read() as tx:
        again = posts.get(tx, first[0])
    # Whoever held it is fenced off, so that this process can claim at once.
    assert (again.claimed_until, again.epoch) == (None, claimed.epoch + 1)
    assert [entry.event for entry in office.journal(ref)][-2:] == ["retracted", "retracted_again"]
    office.run(ref)
    assert retract(office, ref=ref) == []


def test_a_copy_in_doubt_comes_down_as_soon_as_it_is_found(office):
    office.channels[Channel.FACEBOOK].rules.append(Rule(fault=Fault.LOSE_AFTER, method="publish"))
    ref = office.approved(channels=["website", "facebook"])
    office.run(ref, rounds=1, step=timedelta(0))
    doubtful = office.last(ref)[Channel.FACEBOOK]
    assert doubtful.state is State.POSTING
    assert doubtful.id in retract(office, ref=ref)
    after = office.last(ref)[Channel.FACEBOOK]
    assert (after.state, after.reason, after.epoch, after.urgent) == (
        State.POSTING,
        Reason.REQUEST_UPHELD,
        doubtful.epoch + 1,
        True,
    )
    office.run(ref)
    assert states(office, ref) == {State.REMOVED}
    assert office.channels[Channel.FACEBOOK].visible() == []


def test_a_retraction_during_a_publish_leaves_nothing_up(office):
    ref = office.approved(channels=["website"])
    page = office.channels[Channel.WEBSITE]
    fired = []

    def meanwhile(operation, phase):
        if (operation, phase) == ("publish", "after") and not fired:
            fired.append(retract(office, ref=ref))

    page.on_call = meanwhile
    office.run(ref)
    assert fired == [[office.posts(ref)[0].id]]
    assert page.visible() == []
    assert states(office, ref) == {State.REMOVED}


def test_a_case_is_retracted_with_everything_in_it_drafts_too(office):
    up, draft = office.up(), office.submit("image_appeal", case_ref="eh 2026 0417").ref
    other = office.up(case_ref="EH/2026/0999", channels=["website"])
    down = retract(office, case="EH-2026-0417", reason=Reason.ELIMINATED)
    assert down == [post.id for post in office.posts(up)]
    assert retraction(office, up).reason is retraction(office, draft).reason is Reason.ELIMINATED
    assert retraction(office, other) is None
    assert events(office) == [("eliminated", None)]


@pytest.mark.parametrize("reason", sorted(set(RETRACTION_REASONS) - {Reason.APPROVAL_WITHDRAWN}))
def test_a_reason_that_is_an_event_is_recorded_for_every_subject(office, reason):
    ref = office.approved(channels=["website"])
    retract(office, ref=ref, reason=reason)
    what = EVENT_OF_REASON.get(reason)
    assert events(office) == ([(what, "S1"), (what, "S2")] if what else [])
    retract(office, ref=ref, reason=reason)
    assert len(events(office)) == (2 if what else 0)


def test_an_event_behind_a_retraction_takes_down_whatever_else_it_covers(office):
    one = office.up(channels=["website"], content__facts=[], subjects=[unnamed("S1", "convicted")])
    two = office.submit("image_appeal", case_ref=CASE, channels=["website"]).ref
    office.approve(two)
    office.run(two)
    apart = office.submit(channels=["facebook"], content__facts=[], subjects=[unnamed("S2", "company")]).ref
    office.approve(apart, ticks=["another_person"])
    office.run(apart)
    down = retract(office, ref=one, reason=Reason.APPEAL_LODGED)
    assert down == [office.posts(ref)[0].id for ref in (one, two)]
    assert retraction(office, two).reason is Reason.APPEAL_LODGED
    assert retraction(office, apart) is None
    assert [entry.event for entry in office.journal(one)].count("retracted") == 1


def test_an_event_of_one_person_takes_the_notice_of_two_down_whole(office):
    ref = office.up()
    down = happened(office, "eliminated", subject="S2", source="Police, by telephone", note="CANARY")
    assert down == [post.id for post in office.posts(ref)]
    assert retraction(office, ref).reason is Reason.ELIMINATED
    office.run(ref)
    assert states(office, ref) == {State.REMOVED}
    (entry,) = office.journal(KEY)
    assert (entry.event, entry.codes["what"], entry.codes["who"]) == ("happened", "eliminated", "S2")
    with office.bot.ledger.read() as tx:
        assert ledger.read_note(tx, entry.codes["note"]) == "Police, by telephone\n\nCANARY"
    assert "CANARY" not in office.everything()[0]


@pytest.mark.parametrize("what", list(EventType))
def test_each_event_takes_down_the_kinds_its_rule_names_and_no_other(office, what):
    kinds = {"case_outcome": office.approved(channels=["website"])}
    kinds["image_appeal"] = office.approved("image_appeal", case_ref=CASE, channels=["website"])
    kinds["correction_notice"] = office.approved(**CORRECTION, channels=["website"])
    happened(office, what, subject="S1")
    gone = {kind for kind, ref in kinds.items() if retraction(office, ref) is not None}
    assert gone == {kind for kind in kinds if kind in RULES[what].retracts}
    assert {kind for kind, ref in kinds.items() if states(office, ref) == {State.NOT_POSTED}} == gone


def test_a_draft_is_blocked_by_an_event_but_not_retracted(office):
    ref = office.submit().ref
    assert happened(office, "appeal_lodged") == []
    assert retraction(office, ref) is None


def test_the_same_event_recorded_again_while_it_is_open_adds_nothing_but_hurries(office):
    ref = office.up(channels=["website"])
    first = happened(office, "appeal_lodged", subject="S1")
    assert happened(office, "appeal_lodged", subject="S1") == first
    assert events(office) == [("appeal_lodged", "S1")]
    office.clock.advance(DAY)
    happened(office, "appeal_dismissed", subject="S1")
    happened(office, "appeal_lodged", subject="S1")
    assert [what for what, _ in events(office)] == ["appeal_lodged", "appeal_dismissed", "appeal_lodged"]
    assert retraction(office, ref).reason is Reason.APPEAL_LODGED


@pytest.mark.parametrize(
    ("what", "asked"),
    [
        ("eliminated", [("offline_material:eliminated", "comms")]),
        ("appeal_lodged", [("offline_material:appeal_lodged", "comms")]),
        (
            "appeal_succeeded",
            [("offline_material:appeal_succeeded", "comms"), ("result_in_later_publicity:appeal_succeeded", "comms")],
        ),
        ("inaccurate", [("offline_material:inaccurate", "comms"), ("incident:inaccurate", "dpo")]),
        ("appeal_dismissed", []),
        ("order_ended", []),
    ],
)
def test_what_downdate_cannot_reach_becomes_a_task(office, what, asked):
    office.submit()
    happened(office, what)
    assert tasks(office) == asked


def test_only_a_director_of_the_service_withdraws_an_approval(office):
    ref = office.up(channels=["website"])
    for by in ("comms", "other_director"):
        error = unchanged(office, intake.NotAllowedHere, retract, by, ref=ref, reason=Reason.APPROVAL_WITHDRAWN)
        assert "another reason" in error.remedy
    assert retract(office, "director", ref=ref, reason=Reason.APPROVAL_WITHDRAWN) == [office.posts(ref)[0].id]


def test_what_was_never_up_is_cancelled_without_a_reason_of_the_policys_and_nothing_else(office):
    draft = office.submit(channels=["website"]).ref
    queued = office.approved(channels=["website"], case_ref="EH/2026/0999")
    for ref in (draft, queued):
        assert retract(office, ref=ref, reason=Reason.NOT_WANTED) == []
        assert retraction(office, ref).reason is Reason.NOT_WANTED
    office.run(queued)
    assert [post.state for post in office.posts(queued)] == [State.NOT_POSTED]
    assert events(office) == []


def test_what_is_up_was_up_or_is_going_up_is_not_cancelled(office):
    ref = office.up(channels=["website"])
    error = unchanged(office, InputRefused, retract, ref=ref, reason=Reason.NOT_WANTED)
    assert error.problems[0].remedy == "Give the reason for which it comes down."
    retract(office, ref=ref, reason=Reason.SPENT)
    office.run(ref)
    assert office.posts(ref)[0].state is State.REMOVED
    unchanged(office, InputRefused, retract, ref=ref, reason=Reason.NOT_WANTED)


def test_bad_input_is_told_with_its_remedy_and_changes_nothing(office):
    ref = office.up(channels=["website"])
    later = office.clock() + timedelta(minutes=1)
    naive = office.clock().replace(tzinfo=None)
    for act, given, path, value, remedy in (
        (retract, {}, "REF", None, "--case"),
        (retract, {"ref": ref, "case": CASE}, "REF", None, "--case"),
        (retract, {"ref": "DBC-AAAAAA"}, "REF", "DBC-AAAAAA", "status"),
        (retract, {"case": "EH/2026/0471"}, "--case", "EH/2026/0471", "case reference"),
        (retract, {"case": ""}, "--case", "", "case reference"),
        (retract, {"ref": ref, "reason": Reason.SUPERSEDED}, "--reason", "superseded", "appeal_lodged"),
        (retract, {"ref": ref, "subject": "S9"}, "--subject", "S9", "S1, S2"),
        (happened, {"what": "abducted"}, "WHAT", "abducted", "eliminated"),
        (happened, {"what": "eliminated", "case": "X"}, "CASE", "X", "case reference"),
        (happened, {"what": "eliminated", "subject": "S9"}, "--subject", "S9", "S1, S2"),
        (happened, {"what": "eliminated", "at": later}, "--at", later.isoformat(), "happened"),
        (happened, {"what": "eliminated", "at": naive}, "--at", naive.isoformat(), "offset"),
        (happened, {"what": "eliminated", "at": later.replace(year=1066)}, "--at", None, "2000"),
    ):
        (problem,) = unchanged(office, intake.InputRefused, act, **given).problems
        assert problem.path == path
        assert value is None or problem.value == value
        assert remedy in problem.remedy


def test_the_journal_stays_whole_through_it_all(office):
    ref = office.up()
    office.amend(ref, content__body="Waste was left in Sample Lane on 4 December 2025.")
    office.approve(ref)
    happened(office, "sentence_changed", subject="S1")
    retract(office, case=CASE, reason=Reason.INACCURATE)
    office.run(ref)
    with office.bot.ledger.read() as tx:
        assert journal.verify_ledger(tx).whole
