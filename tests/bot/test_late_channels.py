"""A channel that lags behind on a shared clock: shown for long enough, or not at all (R46)."""

from datetime import timedelta

import pytest

from bot import alarms, intake
from policies.lifecycle import State
from policies.terms import Channel, Reason
from store import desk

DAY = timedelta(days=1)


def straggler(office, waited):
    """Up on the website; X was paused until now. Approved again three days ago, its facts confirmed now."""
    intake.pause(office.bot, office.staff.comms, Channel.X)
    ref = office.up(channels=["website", "x"])
    office.clock.advance(waited - 3 * DAY)
    office.approve(ref)
    office.clock.advance(3 * DAY)
    intake.confirm(office.bot, office.staff.comms, ref)
    intake.resume(office.bot, office.staff.comms, Channel.X)
    return ref


def told(office):
    with office.bot.ledger.write() as tx:
        alarms.raise_alarms(office.bot, tx, office.clock())
        return {(task.what, task.owner) for task in desk.open_tasks(tx)}


def test_r46_a_straggling_channel_is_called_off_and_its_author_is_told(office):
    ref = straggler(office, 27 * DAY)
    office.run(ref, rounds=1)
    late = office.last(ref)[Channel.X]
    assert (late.state, late.reason, late.held_for) == (State.NOT_POSTED, Reason.CALLED_OFF, "R46")
    assert office.last(ref)[Channel.WEBSITE].state is State.LIVE
    assert ("called_off:x:R46", office.staff.comms.id) in told(office)


def test_r46_a_channel_with_the_minimum_left_still_goes_up_and_all_come_down_on_one_date(office):
    ref = straggler(office, 20 * DAY)
    office.run(ref, rounds=8)
    assert {post.state for post in office.last(ref).values()} == {State.LIVE}
    office.clock.advance(8 * DAY)
    office.run(ref)
    assert {post.state for post in office.last(ref).values()} == {State.REMOVED}


@pytest.mark.parametrize(("days", "state"), [(20, State.LIVE), (27, State.NOT_POSTED)])
def test_r46_another_notice_on_the_same_clock_has_only_what_is_left_of_it(office, days, state):
    """The website's notice of the same verdict began the clock; this one is approved later."""
    office.up(channels=["website"])
    other = office.submit(channels=["facebook"], window={"opens": (office.clock() + days * DAY).isoformat()})
    assert ("R46" in {each.clause for each in other.objections}) is (state is State.NOT_POSTED)
