"""Not up, or not yet: the author is told, with the code that names the remedy."""

from dataclasses import replace

import pytest

from policies.lifecycle import Edge
from policies.terms import Approval, Channel, Reason, Window
from store import desk, posts, publications
from tests.bot.alarms.passes import K, acknowledge, raised, refused, row_of
from tests.bot.alarms_samples import DAY, HOUR, MINUTE, NOON, REF, SECOND, approved, live, moved, queued, retract
from tests.store.samples import publication, stored


def tasks(tx):
    return {(task.what, task.owner) for task in desk.open_tasks(tx)}


@pytest.mark.parametrize("edge", [Edge.REFUSED_CLEAN, Edge.REFUSED_LEFT])
def test_a_refusal_is_told_to_the_author_until_acknowledged(bot, tx, edge):
    refused(tx, edge, Reason.REFUSED_PART_WAY)
    assert raised(bot, tx, NOON) == {K.CHANNEL_REFUSED}
    assert tasks(tx) == {("channel_refused:x:text-too-long", "p1")}
    assert K.CHANNEL_REFUSED in raised(bot, tx, NOON + 10 * SECOND)
    acknowledge(tx, K.CHANNEL_REFUSED, NOON + 20 * SECOND)
    assert raised(bot, tx, NOON + 50 * SECOND) == set()
    assert tasks(tx) == set()
    assert raised(bot, tx, NOON + 55 * SECOND) == set()


@pytest.mark.parametrize("reason", [Reason.CALLED_OFF, Reason.RETENTION_ENDED, Reason.SPENT])
def test_a_post_called_off_by_the_rules_is_told_to_its_author(bot, tx, reason):
    moved(tx, queued(tx, approved(tx)), Edge.CALLED_OFF, reason=reason, code="R46")
    assert raised(bot, tx, NOON) == {K.CALLED_OFF}
    assert tasks(tx) == {("called_off:x:R46", "p1")}


def test_nobody_is_told_that_a_retracted_post_did_not_go_up(bot, tx):
    publication_id = approved(tx)
    queued(tx, publication_id)
    retract(tx, publication_id, at=NOON, reason=Reason.SPENT)
    assert raised(bot, tx, NOON) == set()


def test_nobody_is_told_that_an_amended_post_gave_way(bot, tx):
    moved(tx, queued(tx, approved(tx)), Edge.CALLED_OFF, reason=Reason.SUPERSEDED)
    assert raised(bot, tx, NOON) == set()


def test_a_requeued_channel_ends_the_refusal(bot, tx):
    post = refused(tx, Edge.REFUSED_CLEAN, Reason.REFUSED_PART_WAY)
    assert raised(bot, tx, NOON) == {K.CHANNEL_REFUSED}
    queued(tx, post.publication_id)
    assert raised(bot, tx, NOON + SECOND) == set()
    assert tasks(tx) == set()


def test_another_channel_going_up_does_not_end_the_refusal(bot, tx):
    post = refused(tx, Edge.REFUSED_CLEAN, Reason.REFUSED_PART_WAY)
    live(tx, post.publication_id, Channel.WEBSITE)
    assert raised(bot, tx, NOON) == {K.CHANNEL_REFUSED}
    assert raised(bot, tx, NOON + SECOND) == {K.CHANNEL_REFUSED}


def test_a_second_refusal_after_the_first_was_acknowledged_is_told_again(bot, tx):
    post = refused(tx, Edge.REFUSED_CLEAN, Reason.REFUSED_PART_WAY)
    raised(bot, tx, NOON)
    acknowledge(tx, K.CHANNEL_REFUSED, NOON)
    second = moved(tx, queued(tx, post.publication_id), Edge.CLAIMED, started_at=NOON)
    moved(tx, second, Edge.REFUSED_CLEAN, reason=Reason.REFUSED_PART_WAY, code="forbidden")
    assert raised(bot, tx, NOON + SECOND) == {K.CHANNEL_REFUSED}
    assert row_of(tx, K.CHANNEL_REFUSED).acknowledged_at is None
    assert tasks(tx) == {("channel_refused:x:forbidden", "p1")}


# Queued and not going up.


@pytest.mark.parametrize(
    ("held_for", "kind"),
    [("R57", K.HELD), ("5.6,R57", K.HELD), ("R23", K.FACTS_UNCONFIRMED), ("unauthorised", K.HELD)],
)
def test_a_post_that_is_held_is_told_to_its_author_after_a_while(bot, tx, held_for, kind):
    post = queued(tx, approved(tx), held_for=held_for)
    assert raised(bot, tx, NOON + 10 * MINUTE - SECOND) == set()
    assert raised(bot, tx, NOON + 10 * MINUTE) == {kind}
    assert {owner for _, owner in tasks(tx)} == {"p1"}
    posts.change(tx, post.id, post.epoch, held_for=None)
    assert raised(bot, tx, NOON + 11 * MINUTE) == set()
    assert tasks(tx) == set()


def test_a_post_whose_window_is_not_open_yet_is_not_held(bot, tx):
    opens = NOON + 3 * DAY
    queued(tx, approved(tx, window=Window(opens=opens)), held_for="R23")
    assert raised(bot, tx, opens + 9 * MINUTE) == set()
    assert raised(bot, tx, opens + 10 * MINUTE) == {K.FACTS_UNCONFIRMED}


def test_a_post_that_waits_for_an_older_copy_to_go_has_no_alarm_of_its_own(bot, tx):
    queued(tx, approved(tx), held_for="sibling")
    assert raised(bot, tx, NOON + DAY) == set()


def test_r23_an_approval_is_told_before_and_when_it_lapses(bot, tx):
    queued(tx, approved(tx))
    queued(tx, publications.find(tx, REF).id, Channel.WEBSITE)
    assert raised(bot, tx, NOON + 6 * DAY - SECOND) == set()
    assert raised(bot, tx, NOON + 6 * DAY) == {K.APPROVAL_LAPSING}
    assert raised(bot, tx, NOON + 7 * DAY) == {K.APPROVAL_LAPSING}
    assert raised(bot, tx, NOON + 7 * DAY + SECOND) == {K.APPROVAL_LAPSED}
    assert tasks(tx) == {("approval_lapsed:-:-", "p1")}


def test_a_new_approval_ends_the_warning(bot, tx):
    publication_id = approved(tx)
    queued(tx, publication_id)
    late = NOON + 8 * DAY
    raised(bot, tx, late)
    publications.approve(tx, publication_id, 1, Approval(director="p2", given_at=late, digest="d1"))
    assert raised(bot, tx, late) == set()


def test_x_waiting_for_a_page_the_public_cannot_see_is_told_after_ten_minutes(bot, tx):
    publication_id = approved(tx)
    page = live(tx, publication_id, Channel.WEBSITE)
    queued(tx, publication_id, Channel.X, held_for="page-unseen")
    assert raised(bot, tx, NOON + 10 * MINUTE - SECOND) == set()
    assert raised(bot, tx, NOON + 10 * MINUTE) == {K.PAGE_UNSEEN}
    assert row_of(tx, K.PAGE_UNSEEN).channel == "website"
    posts.change(tx, page.id, page.epoch, seen_at=NOON + 11 * MINUTE)
    assert raised(bot, tx, NOON + 12 * MINUTE) == set()


def test_x_queued_later_waits_ten_minutes_of_its_own(bot, tx):
    publication_id = approved(tx)
    live(tx, publication_id, Channel.WEBSITE)
    later = NOON + 5 * DAY
    queued(tx, publication_id, Channel.X, at=later, held_for="page-unseen")
    assert raised(bot, tx, later + 10 * MINUTE - SECOND) == set()
    assert raised(bot, tx, later + 10 * MINUTE) == {K.PAGE_UNSEEN}


def test_x_waiting_for_a_page_that_will_not_come_is_held(bot, tx):
    publication_id = approved(tx)
    moved(tx, queued(tx, publication_id, Channel.WEBSITE), Edge.CALLED_OFF, reason=Reason.CALLED_OFF)
    queued(tx, publication_id, Channel.X, held_for="page-unseen")
    assert raised(bot, tx, NOON + 10 * MINUTE) == {K.CALLED_OFF, K.HELD}


def test_x_waiting_for_a_page_that_is_on_its_way_has_no_alarm(bot, tx):
    publication_id = approved(tx)
    queued(tx, publication_id, Channel.WEBSITE)
    queued(tx, publication_id, Channel.X, held_for="page-unseen")
    assert raised(bot, tx, NOON + HOUR) == set()


# Approvals.


def test_an_approval_that_is_waited_for_is_told_after_a_day_until_given(bot, tx):
    publication_id = stored(tx)
    assert raised(bot, tx, NOON + DAY - SECOND) == set()
    assert raised(bot, tx, NOON + DAY) == {K.APPROVAL_WAITING}
    publications.approve(tx, publication_id, 1, Approval(director="p1", given_at=NOON + DAY, digest="d1"))
    assert raised(bot, tx, NOON + DAY) == set()


def test_what_was_sent_back_is_told_to_its_author_until_amended(bot, tx):
    publication_id = stored(tx)
    publications.send_back(tx, publication_id, 1, director="p1", note=None, now=NOON)
    assert raised(bot, tx, NOON + 2 * DAY) == {K.SENT_BACK}
    assert tasks(tx) == {("sent_back:-:-", "p1")}
    second = replace(publication(), revision=2)
    publications.add_revision(
        tx, publication_id, second, author="p1", digest="d2", policy_version="1", laid_out=(), now=NOON + 2 * DAY
    )
    assert raised(bot, tx, NOON + 2 * DAY) == set()
    assert tasks(tx) == set()
    assert raised(bot, tx, NOON + 3 * DAY) == {K.APPROVAL_WAITING}


def test_a_retracted_submission_waits_for_nobody(bot, tx):
    retract(tx, stored(tx), at=NOON)
    assert raised(bot, tx, NOON + DAY) == set()


def test_a_draft_waits_for_no_director(bot, tx):
    publication_id = approved(tx)
    draft = replace(publication(), revision=2)
    publications.add_revision(
        tx, publication_id, draft, author="p1", digest=None, policy_version="1", laid_out=(), now=NOON
    )
    assert raised(bot, tx, NOON + 2 * DAY) == set()
