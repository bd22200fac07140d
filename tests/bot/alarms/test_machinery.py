"""Alarms about the bot itself: its credentials, its loop, its clock, and how alarms are told apart."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import alarms, standing
from bot.alarms_rules import INCIDENT_KINDS, LEVEL_KINDS, TOLD_KINDS, WHILE_LIVE_KINDS, Alarm
from bot.alert_kinds import AlertKind
from policies.terms import Channel
from store import desk, journal
from tests.bot.alarms.passes import K, acknowledge, raised, retracted_while_live, row_of
from tests.bot.alarms_samples import DAY, NOON, REF, SECOND, open_bot

# Credentials.


@pytest.mark.parametrize(
    ("left", "about"),
    [
        (14 * DAY + SECOND, None),
        (14 * DAY, "14d"),
        (7 * DAY + SECOND, "14d"),
        (7 * DAY, "7d"),
        (DAY + SECOND, "7d"),
        (DAY, "1d"),
        (SECOND, "1d"),
    ],
)
def test_a_dying_credential_is_told_14_7_and_1_days_before(bot, tx, left, about):
    desk.set_account(tx, Channel.FACEBOOK, can_post=True, can_remove=True, expires_at=NOON + left)
    alarms.raise_alarms(bot, tx, NOON)
    keys = [row.key for row in desk.open_alerts(tx)]
    assert keys == ([f"credential_expiring:-:facebook:{about}"] if about else [])


def test_the_next_warning_comes_though_the_first_was_acknowledged(bot, tx):
    desk.set_account(tx, Channel.X, expires_at=NOON + 14 * DAY)
    raised(bot, tx, NOON)
    acknowledge(tx, K.CREDENTIAL_EXPIRING, NOON)
    raised(bot, tx, NOON + 7 * DAY)
    assert row_of(tx, K.CREDENTIAL_EXPIRING).acknowledged_at is None


@pytest.mark.parametrize(
    ("shown", "kinds"),
    [
        ({"can_post": True, "can_remove": True}, set()),
        ({"can_post": True, "can_remove": True, "expires_at": NOON + 60 * DAY}, set()),
        ({"can_post": True, "can_remove": False}, {K.CREDENTIAL_CANNOT_REMOVE}),
        ({"problem": "unauthorised"}, {K.CREDENTIAL_REVOKED}),
        ({"problem": "graph-190-460", "can_post": False, "can_remove": False}, {K.CREDENTIAL_REVOKED}),
        ({"can_remove": True, "expires_at": NOON}, {K.CREDENTIAL_REVOKED}),
        ({"problem": "unreachable", "can_remove": True}, set()),
        ({"problem": "http-503", "can_remove": True}, set()),
        ({"problem": "timeout", "can_remove": False}, {K.CREDENTIAL_CANNOT_REMOVE}),
    ],
)
def test_what_an_account_shows_about_its_credential_is_told(bot, tx, shown, kinds):
    desk.set_account(tx, Channel.X, checked_at=NOON, **shown)
    assert raised(bot, tx, NOON) == kinds
    renewed = {"problem": None, "can_post": True, "can_remove": True, "expires_at": None}
    desk.set_account(tx, Channel.X, **renewed)
    assert raised(bot, tx, NOON) == set()


def test_a_channel_that_is_switched_off_has_no_credential_to_lose(bot, tx):
    desk.set_account(tx, Channel.X, problem="unauthorised")
    without = replace(bot, adapters={Channel.WEBSITE: bot.adapters[Channel.WEBSITE]})
    assert raised(without, tx, NOON) == set()


# The machinery itself.


def test_a_loop_that_has_stopped_is_told_until_it_turns_again(bot, tx):
    assert raised(bot, tx, NOON) == set()
    desk.beat(tx, standing.SWEEP, NOON)
    assert raised(bot, tx, NOON + 59 * SECOND) == set()
    assert raised(bot, tx, NOON + 60 * SECOND) == {K.LOOP_LATE}
    desk.beat(tx, standing.SWEEP, NOON + 61 * SECOND)
    assert raised(bot, tx, NOON + 61 * SECOND) == set()


def test_what_only_the_caller_knows_stays_until_the_caller_says_otherwise(bot, tx):
    assert raised(bot, tx, NOON, found={K.JOURNAL_BROKEN: True, K.CLOCK_WRONG: False}) == {K.JOURNAL_BROKEN}
    assert raised(bot, tx, NOON + SECOND) == {K.JOURNAL_BROKEN}
    assert raised(bot, tx, NOON + SECOND, found={K.JOURNAL_BROKEN: False}) == set()


def test_thresholds_are_settings(tmp_path):
    seconds = {"alert_urgent": "5s", "alert_urgent_second": "7s"}
    with open_bot(tmp_path, loop=seconds) as quick, quick.ledger.write() as tx:
        begun = retracted_while_live(tx)
        assert raised(quick, tx, begun + 4 * SECOND) == set()
        assert raised(quick, tx, begun + 5 * SECOND) == {K.URGENT_UNVERIFIED}
        assert raised(quick, tx, begun + 7 * SECOND) == {K.URGENT_UNVERIFIED, K.URGENT_SECOND_PERSON}


def test_fault_21_a_clock_off_the_platforms_own_is_alarmed_until_it_is_right(bot, tx):
    wrong = replace(bot, clock=lambda: NOON, platform_time=lambda: NOON + timedelta(seconds=61))
    right = replace(bot, clock=lambda: NOON, platform_time=lambda: NOON + timedelta(seconds=59))
    assert raised(wrong, tx, NOON) == {K.CLOCK_WRONG}
    assert raised(bot, tx, NOON) == {K.CLOCK_WRONG}
    assert raised(right, tx, NOON) == set()


def test_every_kind_ends_in_one_way_only():
    by_caller = {K.JOURNAL_BROKEN, K.CLOCK_WRONG, K.PICTURE_ELSEWHERE}
    groups = [LEVEL_KINDS, INCIDENT_KINDS, TOLD_KINDS, WHILE_LIVE_KINDS, by_caller]
    assert sum(len(group) for group in groups) == len(set().union(*groups)) == len(AlertKind)


def test_a_second_pass_at_the_same_moment_changes_nothing(bot, tx):
    retracted_while_live(tx)
    raised(bot, tx, NOON + 2 * DAY)
    before = (desk.open_alerts(tx), desk.open_tasks(tx), journal.head(tx))
    assert before[0]
    raised(bot, tx, NOON + 2 * DAY)
    assert (desk.open_alerts(tx), desk.open_tasks(tx), journal.head(tx)) == before


def test_a_key_says_kind_reference_channel_and_what_it_is_about():
    assert Alarm(kind=K.TEST).key == "test:-:-"
    assert Alarm(kind=K.OVERDUE, ref=REF, channel=Channel.X, about="a").key == f"overdue:{REF}:x:a"
