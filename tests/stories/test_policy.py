"""The policy as stories: an appeal on day 3, a power cut, a revoked token, a platform that is away on the last day."""

from datetime import UTC, datetime

import pytest

from adapters.standin.core import Fault, Rule
from bot import intake
from policies.lifecycle import CLOSED, State
from policies.terms import Channel, EventType
from store import artefacts, journal, posts
from tests.bot.works import Crash
from tests.stories.days import DAY, HOUR, MINUTE, SECOND, days

ONE_EACH = dict.fromkeys(Channel, 1)
NONE = dict.fromkeys(Channel, 0)
FACEBOOK = Channel.FACEBOOK
OTHERS = tuple(channel for channel in Channel if channel is not FACEBOOK)
# 28 London days after Monday 2 March 2026, 12:00, over the change of the clocks; begun two hours before.
END = datetime(2026, 3, 30, 11, tzinfo=UTC)
STARTS = END - 2 * HOUR


@pytest.fixture
def month(tmp_path):
    with days(tmp_path) as made:
        yield made


def whole(month):
    with month.bot.ledger.read() as tx:
        return journal.verify_ledger(tx).whole


def events(month, ref, channel):
    (post,) = [each for each in month.office.posts(ref) if each.channel is channel]
    return [entry.event for entry in month.office.journal(post.marker)]


def test_an_appeal_lodged_on_day_3_takes_everything_down_within_the_minute_and_for_good(month):
    ref = month.office.approved()
    month.pass_time(3 * DAY)
    assert month.shown() == ONE_EACH
    officer = month.office.staff.second
    down = intake.record_event(
        month.bot, officer, "EH/2026/0417", EventType.APPEAL_LODGED.value, happened_at=month.clock()
    )
    assert len(down) == len(Channel)
    month.pass_time(MINUTE, most=5 * SECOND)
    assert month.shown() == NONE
    assert {post.state for post in month.office.posts(ref)} == {State.REMOVED}
    with pytest.raises(intake.Refused):
        month.office.approved(content__headline="Two fined for fly-tipping")
    intake.record_event(month.bot, officer, "EH/2026/0417", EventType.APPEAL_DISMISSED.value, happened_at=month.clock())
    month.pass_time(30 * DAY)
    assert month.shown() == NONE
    assert [len(fake.objects) for fake in month.office.channels.values()] == [
        len([each for each in fake.objects.values() if each.deleted_at]) for fake in month.office.channels.values()
    ]
    assert whole(month)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_power_cut_in_the_middle_of_posting_leaves_one_copy_each_once_the_light_is_back(month, moment):
    ref = month.office.approved()

    def cut(fake):
        def crash(operation, when):
            if (operation, when) == ("publish", moment):
                fake.on_call = lambda *_: None
                raise Crash

        fake.on_call = crash

    for fake in month.office.channels.values():
        cut(fake)
    cuts = 0
    while cuts < len(Channel):
        try:
            month.pass_time(2 * HOUR)
        except Crash:
            cuts += 1
            month.clock.advance(30 * MINUTE)
            with month.bot.ledger.write() as tx:
                posts.end_leases(tx, month.clock())
    month.pass_time(2 * HOUR)
    assert month.shown() == ONE_EACH
    for channel, fake in month.office.channels.items():
        (copy,) = [each for each in fake.objects.values() if each.kind == "post"]
        with month.bot.ledger.read() as tx:
            rows = [row for post in month.office.posts(ref) for row in artefacts.of_post(tx, post.id)]
        assert copy.id in {row.platform_id for row in rows if row.channel is channel}
    month.until(END)
    assert month.shown() == NONE
    assert whole(month)


def test_a_token_revoked_on_day_27_is_told_at_once_tried_once_a_minute_and_once_repaired_the_date_is_kept(month):
    ref = month.office.approved()
    month.until(END - DAY)
    facebook = month.office.channels[FACEBOOK]
    facebook.revoked = True
    month.pass_time(16 * MINUTE, most=4 * MINUTE)
    assert "credential_revoked" in month.alarms(FACEBOOK)
    month.until(STARTS)
    tried = len([call for call in facebook.calls if call == "remove"])
    month.pass_time(20 * MINUTE)
    assert month.shown() == NONE | {FACEBOOK: 1}
    assert len([call for call in facebook.calls if call == "remove"]) - tried <= 21
    month.leap(HOUR)
    assert State.REMOVING in {post.state for post in month.office.posts(ref) if post.channel is FACEBOOK}
    facebook.revoked = False
    month.pass_time(MINUTE, most=5 * SECOND)
    assert month.shown() == NONE
    assert month.clock() < END
    assert {post.state for post in month.office.posts(ref)} <= CLOSED
    month.pass_time(20 * MINUTE, most=5 * MINUTE)
    assert month.alarms(FACEBOOK) == {}
    assert whole(month)


def test_a_platform_away_for_72_hours_over_the_date_delays_no_other_and_is_cleared_within_a_minute_of_its_return(month):
    month.office.approved()
    month.until(END - 36 * HOUR)
    facebook = month.office.channels[FACEBOOK]
    away = Rule(fault=Fault.FAIL_BEFORE, status=0, times=0)
    facebook.rules.append(away)
    month.until(STARTS + 20 * MINUTE)
    month.leap(END - month.clock())
    assert month.shown() == NONE | {FACEBOOK: 1}
    gone = [each.deleted_at for channel in OTHERS for each in month.office.channels[channel].objects.values()]
    assert all(each is not None and STARTS <= each <= STARTS + MINUTE for each in gone)
    told = month.alarms(FACEBOOK)
    assert told["removal_unverified"] <= END - HOUR
    month.leap(36 * HOUR)
    month.pass_time(5 * MINUTE)
    assert "overdue" in month.alarms(FACEBOOK)
    facebook.rules.remove(away)
    month.pass_time(MINUTE, most=5 * SECOND)
    assert month.shown() == NONE
    month.pass_time(20 * MINUTE, most=5 * MINUTE)
    assert month.alarms(FACEBOOK) == {}
    assert whole(month)
