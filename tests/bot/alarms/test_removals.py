"""Removals that take too long, copies that are up and should not be, and answers that never came."""

from datetime import timedelta

import pytest

from bot import alarms
from policies.lifecycle import Edge
from policies.terms import Channel, Reason
from store import desk, posts
from tests.bot.alarms.passes import K, acknowledge, raised, retracted_while_live, row_of
from tests.bot.alarms_samples import (
    DAY,
    END,
    HOUR,
    MINUTE,
    NOON,
    REF,
    SECOND,
    STARTS,
    approved,
    live,
    moved,
    posting,
    queued,
    removed,
    removing,
    retract,
)

# Each situation begins at a moment; the alarm comes when the limit has passed, and not a second before.


def scheduled(tx):
    removing(tx, approved(tx), at=STARTS)
    return STARTS


def scheduled_but_still_live(tx):
    live(tx, approved(tx), due_at=STARTS)
    return STARTS


def superseded(tx):
    removing(tx, approved(tx), at=NOON + DAY, reason=Reason.SUPERSEDED)
    return NOON + DAY


def retracted_while_in_doubt(tx):
    publication_id = approved(tx)
    posting(tx, publication_id)
    retract(tx, publication_id, at=NOON + 5 * MINUTE)
    return NOON + 5 * MINUTE


def extra_copy(tx):
    posts.add_extra(tx, None, Channel.X, revision=1, marker="DBC-GONEGO-1", now=NOON)
    return NOON


def came_back(tx):
    post = removed(tx, removing(tx, approved(tx), at=STARTS), at=STARTS)
    posts.reopen(tx, post, actor="daemon", now=NOON + 40 * DAY)
    return NOON + 40 * DAY


def in_doubt(tx):
    posting(tx, approved(tx))
    return NOON


def up_on_x(tx):
    live(tx, approved(tx))
    return END


@pytest.mark.parametrize(
    ("situation", "kind", "limit"),
    [
        (scheduled, K.REMOVAL_UNVERIFIED, 15 * MINUTE),
        (scheduled_but_still_live, K.REMOVAL_UNVERIFIED, 15 * MINUTE),
        (superseded, K.REMOVAL_UNVERIFIED, 15 * MINUTE),
        (retracted_while_live, K.URGENT_UNVERIFIED, MINUTE),
        (retracted_while_live, K.URGENT_SECOND_PERSON, 15 * MINUTE),
        (retracted_while_in_doubt, K.URGENT_UNVERIFIED, MINUTE),
        (extra_copy, K.URGENT_UNVERIFIED, MINUTE),
        (came_back, K.URGENT_UNVERIFIED, MINUTE),
        (came_back, K.URGENT_SECOND_PERSON, 15 * MINUTE),
        (in_doubt, K.OUTCOME_UNKNOWN, 15 * MINUTE),
        (up_on_x, K.OVERDUE, timedelta()),
    ],
)
def test_it_is_raised_when_the_limit_has_passed_and_not_before(bot, tx, situation, kind, limit):
    begun = situation(tx)
    assert kind not in raised(bot, tx, begun + limit - SECOND)
    assert kind in raised(bot, tx, begun + limit)
    assert row_of(tx, kind).raised_at == begun + limit


@pytest.mark.parametrize("situation", [scheduled, superseded])
def test_a_removal_that_is_not_urgent_waits_its_quarter_of_an_hour(bot, tx, situation):
    begun = situation(tx)
    assert raised(bot, tx, begun + 15 * MINUTE) == {K.REMOVAL_UNVERIFIED}


def test_an_urgent_one_is_told_once_as_urgent_only(bot, tx):
    begun = retracted_while_live(tx)
    assert raised(bot, tx, begun + 14 * MINUTE) == {K.URGENT_UNVERIFIED}
    assert raised(bot, tx, begun + HOUR) == {K.URGENT_UNVERIFIED, K.URGENT_SECOND_PERSON}


def test_an_alarm_names_the_reference_and_the_channel_and_nobody(bot, tx):
    retracted_while_live(tx)
    alarms.raise_alarms(bot, tx, NOON + DAY + MINUTE)
    row = row_of(tx, K.URGENT_UNVERIFIED)
    assert (row.key, row.ref, row.channel) == (f"urgent_unverified:{REF}:x", REF, "x")


def test_each_channel_has_its_own_alarm(bot, tx):
    publication_id = approved(tx)
    live(tx, publication_id, Channel.X)
    live(tx, publication_id, Channel.WEBSITE)
    raised(bot, tx, END)
    assert {row.key for row in desk.open_alerts(tx) if row.kind == K.OVERDUE} == {
        f"overdue:{REF}:x",
        f"overdue:{REF}:website",
    }


def test_proof_of_removal_ends_its_alarms(bot, tx):
    post = removing(tx, approved(tx), at=STARTS)
    assert raised(bot, tx, END) == {K.REMOVAL_UNVERIFIED, K.OVERDUE}
    removed(tx, post, at=END + SECOND)
    assert raised(bot, tx, END + 2 * SECOND) == set()


def test_an_overdue_copy_stays_one_alarm_when_its_removal_at_last_begins(bot, tx):
    post = live(tx, approved(tx))
    raised(bot, tx, END)
    moved(tx, post, Edge.DUE_DOWN, at=END + HOUR, due_at=END + HOUR)
    assert K.OVERDUE in raised(bot, tx, END + HOUR + SECOND)
    assert row_of(tx, K.OVERDUE).raised_at == END


def test_what_is_over_and_comes_again_is_raised_anew(bot, tx):
    post = posting(tx, approved(tx))
    raised(bot, tx, NOON + HOUR)
    acknowledge(tx, K.OUTCOME_UNKNOWN, NOON + HOUR)
    back = moved(tx, post, Edge.ABSENT_STILL_WANTED, at=NOON + HOUR)
    assert raised(bot, tx, NOON + HOUR) == set()
    again = NOON + 2 * HOUR
    moved(tx, back, Edge.CLAIMED, at=again, started_at=again, sent_at=again)
    assert raised(bot, tx, again + HOUR) == {K.OUTCOME_UNKNOWN}
    assert row_of(tx, K.OUTCOME_UNKNOWN).acknowledged_at is None


def test_a_claim_that_never_sent_anything_is_no_unknown_outcome(bot, tx):
    post = queued(tx, approved(tx), sent_at=NOON)
    moved(tx, post, Edge.CLAIMED, at=NOON + DAY, started_at=NOON + DAY)
    assert raised(bot, tx, NOON + 2 * DAY) == set()


def test_a_removal_a_person_must_do_is_told_while_it_lasts(bot, tx):
    post = removing(tx, approved(tx), at=STARTS)
    desk.open_task(tx, key=f"by-hand:{post.id}", what="by_hand", owner="officer", now=STARTS, due_at=STARTS)
    assert raised(bot, tx, STARTS + MINUTE) == {K.BY_HAND}
    removed(tx, post, at=STARTS + 2 * MINUTE)
    assert raised(bot, tx, STARTS + 3 * MINUTE) == set()
