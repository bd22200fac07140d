"""What happened and what a caller found: told even when it is over before the next pass."""

import pytest

from adapters.base import ArtefactKind
from bot import alarms
from bot.alarms_rules import WHILE_LIVE_KINDS, raise_comments_open
from policies.lifecycle import Edge
from policies.terms import Channel, Reason
from store import artefacts, desk, posts
from tests.bot.alarms.passes import K, acknowledge, raised, row_of
from tests.bot.alarms_samples import (
    DAY,
    HOUR,
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
)


def outside(tx):
    post = live(tx, approved(tx))
    moved(tx, post, Edge.DUE_DOWN, reason=Reason.REMOVED_OUTSIDE, due_at=NOON)


def returned_and_gone_again(tx):
    post = removed(tx, removing(tx, approved(tx), at=STARTS), at=STARTS)
    posts.reopen(tx, post, actor="daemon", now=STARTS)
    removed(tx, posts.get(tx, post.id), at=STARTS)


def late_effect(tx):
    post = moved(tx, queued(tx, approved(tx)), Edge.CALLED_OFF, reason=Reason.SUPERSEDED)
    posts.reopen(tx, post, actor="daemon", now=NOON)


def stray(tx):
    posts.add_extra(tx, None, Channel.X, revision=1, marker=f"{REF}-1", now=NOON)


@pytest.mark.parametrize(
    ("happens", "kind"),
    [
        (outside, K.REMOVED_OUTSIDE),
        (returned_and_gone_again, K.POST_RETURNED),
        (late_effect, K.POST_RETURNED),
        (stray, K.UNKNOWN_COPY),
    ],
)
def test_what_happened_is_told_until_somebody_acknowledges_it(bot, tx, happens, kind):
    happens(tx)
    assert raised(bot, tx, NOON) == {kind}
    assert row_of(tx, kind).key == f"{kind}:{REF}:x"
    assert kind in raised(bot, tx, NOON + SECOND)
    acknowledge(tx, kind, NOON + SECOND)
    assert kind not in raised(bot, tx, NOON + 2 * SECOND)
    assert kind not in raised(bot, tx, NOON + 3 * SECOND)


def test_a_find_the_journal_and_the_comparison_both_tell_is_one_alarm(bot, tx):
    stray(tx)
    raised(bot, tx, NOON)
    assert not alarms.raise_once(bot, tx, K.UNKNOWN_COPY, REF, Channel.X, NOON)
    assert len(desk.open_alerts(tx)) == 1


def test_entries_of_a_pass_that_was_rolled_back_are_read_again(bot):
    with bot.ledger.write() as tx:
        stray(tx)
    with pytest.raises(KeyError), bot.ledger.write() as tx:
        alarms.raise_alarms(bot, tx, NOON)
        raise KeyError
    with bot.ledger.write() as tx:
        assert raised(bot, tx, NOON) == {K.UNKNOWN_COPY}


# Found by callers.


@pytest.mark.parametrize("kind", sorted(WHILE_LIVE_KINDS))
def test_a_find_about_a_live_post_stays_silent_once_acknowledged_until_the_post_is_down(bot, tx, kind):
    post = live(tx, approved(tx))
    assert alarms.raise_once(bot, tx, kind, REF, Channel.X, NOON)
    assert not alarms.raise_once(bot, tx, kind, REF, Channel.X, NOON + HOUR)
    acknowledge(tx, kind, NOON + HOUR)
    assert raised(bot, tx, NOON + HOUR) == {kind}
    assert not alarms.raise_once(bot, tx, kind, REF, Channel.X, NOON + 2 * HOUR)
    moved(tx, post, Edge.DUE_DOWN, at=NOON + 3 * HOUR, due_at=NOON)
    assert kind not in raised(bot, tx, NOON + 3 * HOUR)


def test_comments_on_facebook_are_a_persons_task_for_as_long_as_the_notice_is_up(bot, tx):
    publication_id = approved(tx)
    live(tx, publication_id)
    assert raised(bot, tx, NOON) == set()
    post = live(tx, publication_id, Channel.FACEBOOK)
    assert raised(bot, tx, NOON) == {K.COMMENTS_TO_MODERATE}
    assert [task.what for task in desk.open_tasks(tx)] == ["comments_to_moderate:facebook:moderate-comments"]
    moved(tx, post, Edge.DUE_DOWN, at=NOON + DAY, due_at=NOON + DAY)
    assert raised(bot, tx, NOON + DAY) == set()
    assert desk.open_tasks(tx) == []


def test_comments_that_stay_open_are_told_of_each_notice_from_before_its_answer_until_it_is_down(bot, tx):
    for ref in (REF, "DBC-8K3Q9M"):
        post = posting(tx, approved(tx, ref), Channel.INSTAGRAM, ref=ref)
        row = artefacts.intend(tx, post, ArtefactKind.POST, now=NOON, actor="daemon")
        artefacts.note(tx, row.id, platform_id=ref, url=None, created_at=NOON, now=NOON, actor="daemon")
        raise_comments_open(tx, Channel.INSTAGRAM, ref, NOON)
    assert raised(bot, tx, NOON) == {K.COMMENTS_OPEN}
    assert {row.ref for row in desk.open_alerts(tx)} == {REF, "DBC-8K3Q9M"}
    up = moved(tx, post, Edge.ACCEPTED, live_at=NOON, due_at=NOON)
    moved(tx, up, Edge.DUE_DOWN, due_at=NOON)
    raised(bot, tx, NOON)
    assert {row.ref for row in desk.open_alerts(tx)} == {REF}


def test_finds_are_told_apart_by_what_they_are_about(bot, tx):
    assert alarms.raise_once(bot, tx, K.PERSON_ADDED, None, None, NOON, about="p7")
    assert alarms.raise_once(bot, tx, K.PERSON_ADDED, None, None, NOON, about="p8")
    assert not alarms.raise_once(bot, tx, K.PERSON_ADDED, None, None, NOON, about="p7")
    assert raised(bot, tx, NOON) == {K.PERSON_ADDED}


def test_a_picture_elsewhere_stays_until_a_person_has_decided(bot, tx):
    alarms.raise_once(bot, tx, K.PICTURE_ELSEWHERE, REF, Channel.X, NOON, about="1790")
    acknowledge(tx, K.PICTURE_ELSEWHERE, NOON)
    assert raised(bot, tx, NOON + DAY) == {K.PICTURE_ELSEWHERE}
