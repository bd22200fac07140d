"""The policy as stories: what happens to a case while its notices are up, on a clock that stands until it is moved."""

from datetime import UTC, datetime, timedelta

import pytest

from bot import alarms, duties, intake
from bot.alert_kinds import AlertKind
from bot.intake_tasks import answer_task
from bot.urgent import take_down_now
from policies.lifecycle import State
from policies.terms import Channel, Reason
from store import cases, desk, publications

DAY = timedelta(days=1)
CASE = "EH/2026/0417"
APPEAL = "EH/2026/0533"


def happened(office, what, case=CASE, **named):
    return intake.record_event(office.bot, office.staff.second, case, what, happened_at=office.clock(), **named)


def states(office, ref):
    return {post.state for post in office.posts(ref)}


def down_by(office, ref):
    with office.bot.ledger.read() as tx:
        return cases.first_up(tx, publications.find(tx, ref).id) + 28 * DAY


def open_tasks(office):
    with office.bot.ledger.write() as tx:
        duties.keep(tx, office.clock())
        return {each.what: each for each in desk.open_tasks(tx)}


def alarming(office):
    with office.bot.ledger.write() as tx:
        alarms.raise_alarms(office.bot, tx, office.clock())
        return {(AlertKind(each.kind), each.channel) for each in desk.open_alerts(tx)}


def nothing_is_visible(office):
    return all(each.visible() == [] for each in office.channels.values())


@pytest.mark.parametrize(("what", "by"), [("eliminated", "second"), ("identified", "dpo")])
def test_r40_r41_at_02_14_on_a_saturday_deletions_begin_at_once_and_nobody_approves_them(office, what, by):
    ref = office.up("image_appeal")
    office.clock.now = datetime(2026, 3, 7, 2, 14, tzinfo=UTC)
    down = intake.record_event(
        office.bot, getattr(office.staff, by), APPEAL, what, happened_at=office.clock(), source="Police, by telephone"
    )
    assert set(down) == {post.id for post in office.posts(ref)}
    assert {(post.urgent, post.due_at) for post in office.posts(ref)} == {(True, office.clock())}
    assert take_down_now(office.bot, down)
    assert states(office, ref) == {State.REMOVED}
    assert nothing_is_visible(office)
    assert office.clock() == datetime(2026, 3, 7, 2, 14, tzinfo=UTC)


def test_r49_after_an_appeal_only_a_fresh_approval_brings_it_back_inside_the_same_28_days(office):
    office.usual = {"channels": ["website", "facebook"]}
    ref, queued = office.up(), office.approved(court_event__document="Memorandum 18/2026", window__opens=None)
    end = down_by(office, ref)
    office.clock.advance(3 * DAY)
    down = happened(office, "appeal_lodged", source="Notice of appeal")
    assert {post.id for post in office.posts(ref)} <= set(down)
    assert states(office, queued) == {State.NOT_POSTED}
    office.run(ref)
    assert states(office, ref) == {State.REMOVED}
    with pytest.raises(intake.Conflict):
        office.amend(ref, content__body="Corrected while the appeal runs.")
    meanwhile = office.submit(follows=ref)
    with pytest.raises(intake.Refused):
        office.approve(meanwhile.ref, by=office.staff.director)
    office.clock.advance(7 * DAY)
    happened(office, "appeal_dismissed")
    for again in (ref, queued):
        office.run(again)
    assert nothing_is_visible(office)
    back = office.submit(follows=ref)
    assert back.objections == ()
    office.run(back.ref)
    assert nothing_is_visible(office)
    office.approve(back.ref)
    office.run(back.ref)
    assert states(office, back.ref) == {State.LIVE}
    assert down_by(office, back.ref) == end
    office.clock.now = end - timedelta(hours=4)
    office.run(back.ref)
    office.clock.now = end - timedelta(minutes=30)
    office.run(back.ref, step=timedelta(seconds=1))
    assert states(office, back.ref) == {State.REMOVED}
    assert nothing_is_visible(office)


def test_r51_quashed_while_live_it_comes_down_and_its_words_and_pictures_are_never_used_again(office):
    ref = office.up(channels=["website", "facebook"])
    happened(office, "appeal_succeeded")
    office.run(ref)
    assert states(office, ref) == {State.REMOVED}
    assert {each.partition(":")[0] for each in open_tasks(office)} == {
        "offline_material", "result_in_later_publicity", "successful_appeal_notice_offered",
    }  # fmt: skip
    again = office.submit(follows=ref, channels=["website"])
    assert again.refused
    assert {"5.7.4(f)"} <= {each.clause for each in again.objections}


@pytest.mark.parametrize("later", [5 * DAY, 60 * DAY])
def test_r51_quashed_after_its_date_every_artefact_is_looked_at_again_and_the_task_opened(office, later):
    ref = office.up(channels=["website", "facebook"])
    office.clock.now = down_by(office, ref) - timedelta(hours=1)
    office.run(ref)
    assert states(office, ref) == {State.REMOVED}
    office.clock.advance(later)
    for _ in range(3):
        office.run(ref)
        office.clock.advance(DAY)
    looks = {channel: each.calls.count("presence") for channel, each in office.channels.items()}
    assert happened(office, "appeal_succeeded") == []
    office.run(ref)
    for post in office.posts(ref):
        assert office.channels[post.channel].calls.count("presence") > looks[post.channel]
        assert [entry.event for entry in office.journal(post.marker)].count("proven_again") == 2
        assert not post.urgent
    assert "result_in_later_publicity:appeal_succeeded" in open_tasks(office)


def test_r51_what_came_back_long_after_its_date_comes_down_again_when_the_conviction_is_quashed(office):
    ref = office.up(channels=["website"])
    page = office.channels[Channel.WEBSITE]
    office.clock.now = down_by(office, ref) - timedelta(hours=1)
    office.run(ref)
    office.clock.advance(60 * DAY)
    office.run(ref)
    (restored,) = [each for each in page.objects.values() if each.kind == "post"]
    restored.deleted_at = None
    office.run(ref)
    assert not nothing_is_visible(office)
    happened(office, "appeal_succeeded")
    office.run(ref)
    assert nothing_is_visible(office)
    assert states(office, ref) == {State.REMOVED}


def test_r53_r30_a_restriction_or_a_retrial_has_no_grace_and_ends_only_with_its_own_end(office):
    for what, end in (("restriction_imposed", "restriction_lifted"), ("proceedings_active", "proceedings_over")):
        ref = office.up(case_ref=f"EH/{what}", channels=["website"])
        happened(office, what, f"EH/{what}")
        office.run(ref)
        assert states(office, ref) == {State.REMOVED}
        back = office.submit(case_ref=f"EH/{what}", channels=["website"], follows=ref)
        assert back.refused
        happened(office, end, f"EH/{what}")
        assert not office.submit(case_ref=f"EH/{what}", channels=["website"], follows=ref).refused


@pytest.mark.parametrize("what", ["compensation_paid", "conviction_spent"])
def test_r47_a_conviction_that_is_spent_today_comes_down_today(office, what):
    ref = office.up(channels=["website"])
    happened(office, what, subject="S1")
    office.run(ref)
    (post,) = office.posts(ref)
    assert (post.state, post.reason) == (State.REMOVED, Reason.SPENT)
    with office.bot.ledger.read() as tx:
        assert publications.retraction_of(tx, publications.find(tx, ref).id).reason is Reason.SPENT


def test_r55_the_wrong_person_is_removed_everywhere_and_an_incident_is_due_within_72_hours(office):
    ref = office.up()
    intake.retract(office.bot, office.staff.comms, ref=ref, reason=Reason.INACCURATE)
    office.run(ref)
    assert nothing_is_visible(office)
    found = open_tasks(office)
    assert (found["incident:inaccurate"].owner, found["correction_offered:inaccurate"].owner) == ("dpo", "comms")
    assert found["incident:inaccurate"].due_at - found["incident:inaccurate"].opened_at == timedelta(hours=72)
    assert [what for what in found if what.startswith("offline_material")] == ["offline_material:inaccurate"]
    answer_task(office.bot, office.staff.dpo, found["incident:inaccurate"].id, note="No report needed")
    assert "incident:inaccurate" not in open_tasks(office)


def test_r46_r60_a_channel_that_misses_its_time_is_told_and_never_skipped_in_silence(office):
    intake.pause(office.bot, office.staff.comms, Channel.FACEBOOK)
    ref = office.up(channels=["website", "facebook"])
    assert office.last(ref)[Channel.FACEBOOK].state is State.QUEUED
    office.clock.now = down_by(office, ref) - 25 * timedelta(hours=1)
    intake.confirm(office.bot, office.staff.comms, ref)
    office.run(ref)
    assert office.last(ref)[Channel.FACEBOOK].state is State.NOT_POSTED
    assert (AlertKind.CALLED_OFF, "facebook") in alarming(office)
    told = [each for each in open_tasks(office).values() if each.what.startswith("called_off:facebook")]
    assert [(each.owner, each.what) for each in told] == [(office.staff.comms.id, "called_off:facebook:R46")]
