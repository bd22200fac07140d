"""Every alarm, when it is raised, when it is over, and how it is sent."""

import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from adapters.base import ArtefactKind
from bot import alarms, standing
from bot.alarms_rules import INCIDENT_KINDS, LEVEL_KINDS, WHILE_LIVE_KINDS, Alarm, raise_comments_open
from bot.alert_kinds import AlertKind
from bot.alerts import Sender
from policies.lifecycle import Edge
from policies.terms import Approval, Channel, Reason, Window
from store import artefacts, desk, journal, posts, publications
from tests.bot.alarms_samples import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    REF,
    approved,
    live,
    moved,
    open_bot,
    posting,
    queued,
    removed,
    removing,
    retract,
)
from tests.store.samples import publication, stored

END = NOON + 28 * DAY
STARTS = END - 2 * HOUR
SECOND = timedelta(seconds=1)
K = AlertKind


@pytest.fixture
def bot(tmp_path):
    with open_bot(tmp_path) as made:
        yield made


@pytest.fixture
def tx(bot):
    with bot.ledger.write() as opened:
        yield opened


def raised(bot, tx, now, **found):
    """The kinds that are raised after a pass at that moment."""
    alarms.raise_alarms(bot, tx, now, **found)
    return {AlertKind(row.kind) for row in desk.open_alerts(tx)}


def row_of(tx, kind):
    (row,) = [row for row in desk.open_alerts(tx) if row.kind == kind]
    return row


def acknowledge(tx, kind, now):
    assert desk.acknowledge_alert(tx, row_of(tx, kind).key, by="p1", now=now)


def tasks(tx):
    return {(task.what, task.owner) for task in desk.open_tasks(tx)}


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


def retracted_while_live(tx):
    publication_id = approved(tx)
    live(tx, publication_id)
    retract(tx, publication_id, at=NOON + DAY)
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


# Not up: the author is told, with the code that names the remedy.


def refused(tx, edge, reason, code="text-too-long"):
    post = moved(tx, queued(tx, approved(tx)), Edge.CLAIMED, started_at=NOON)
    return moved(tx, post, edge, reason=reason, code=code)


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


# Incidents: told even when they are over before the next pass.


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


def test_fault_21_a_clock_off_the_platforms_own_is_alarmed_until_it_is_right(bot, tx):
    wrong = replace(bot, clock=lambda: NOON, platform_time=lambda: NOON + timedelta(seconds=61))
    right = replace(bot, clock=lambda: NOON, platform_time=lambda: NOON + timedelta(seconds=59))
    assert raised(wrong, tx, NOON) == {K.CLOCK_WRONG}
    assert raised(bot, tx, NOON) == {K.CLOCK_WRONG}
    assert raised(right, tx, NOON) == set()


def test_every_kind_ends_in_one_way_only():
    by_caller = {K.JOURNAL_BROKEN, K.CLOCK_WRONG, K.PICTURE_ELSEWHERE}
    groups = [LEVEL_KINDS, INCIDENT_KINDS, WHILE_LIVE_KINDS, by_caller]
    assert sum(len(group) for group in groups) == len(set().union(*groups)) == len(AlertKind)


def test_a_second_pass_at_the_same_moment_changes_nothing(bot, tx):
    retracted_while_live(tx)
    raised(bot, tx, NOON + 2 * DAY)
    before = (desk.open_alerts(tx), desk.open_tasks(tx), journal.head(tx))
    assert before[0]
    raised(bot, tx, NOON + 2 * DAY)
    assert (desk.open_alerts(tx), desk.open_tasks(tx), journal.head(tx)) == before


# Sending.


@contextmanager
def inbox():
    """A web hook on loopback: yields a sender to it, what arrived, and a switch for its answer."""
    arrived, answer = [], {"status": 200}

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            arrived.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(answer["status"])
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        url = SecretStr(f"json://127.0.0.1:{server.server_address[1]}/")
        yield Sender((url,), (), link_base=None), arrived, answer
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_an_alarm_is_sent_once_and_again_until_acknowledged(bot):
    with inbox() as (sender, arrived, _):
        with bot.ledger.write() as tx:
            begun = retracted_while_live(tx)
            alarms.raise_alarms(bot, tx, begun + MINUTE)
        at = begun + MINUTE
        every = bot.settings.alerts.repeat_every
        assert alarms.send_due(bot, sender, at) == 1
        assert alarms.send_due(bot, sender, at + every - SECOND) == 0
        assert alarms.send_due(bot, sender, at + every) == 1
        with bot.ledger.write() as tx:
            acknowledge(tx, K.URGENT_UNVERIFIED, at + every)
        assert alarms.send_due(bot, sender, at + 2 * every) == 0
    assert [each["title"] for each in arrived] == [f"Urgent: {REF} on x: retracted and not proven gone"] * 2
    assert "Canary" not in json.dumps(arrived)


def test_an_alarm_that_is_over_is_not_sent(bot):
    with inbox() as (sender, arrived, _):
        with bot.ledger.write() as tx:
            alarms.raise_alarms(bot, tx, NOON, found={K.JOURNAL_BROKEN: True})
            alarms.raise_alarms(bot, tx, NOON, found={K.JOURNAL_BROKEN: False})
        assert alarms.send_due(bot, sender, NOON) == 0
    assert arrived == []


def test_only_a_route_that_worked_counts_as_sent(bot):
    with inbox() as (sender, arrived, answer):
        with bot.ledger.write() as tx:
            alarms.raise_once(bot, tx, K.TEST, None, None, NOON)
        answer["status"] = 500
        assert alarms.send_due(bot, sender, NOON) == 0
        with bot.ledger.read() as tx:
            assert row_of(tx, K.TEST).sent_at is None
        answer["status"] = 200
        assert alarms.send_due(bot, sender, NOON + SECOND) == 1
        with bot.ledger.read() as tx:
            assert row_of(tx, K.TEST).sent_at == NOON + SECOND
    assert len(arrived) == 2


def test_the_message_about_a_refusal_holds_its_code(bot):
    with inbox() as (sender, arrived, _):
        with bot.ledger.write() as tx:
            refused(tx, Edge.REFUSED_CLEAN, Reason.REFUSED_PART_WAY)
            publications.send_back(tx, stored(tx, publication("DBC-BBBBBB")), 1, director="p1", note=None, now=NOON)
            alarms.raise_alarms(bot, tx, NOON)
        assert alarms.send_due(bot, sender, NOON) == 2
    told = {each["title"]: each["message"] for each in arrived}
    assert "Reason: text-too-long" in told[f"{REF} on x: refused, so it is not up there"]
    assert "Reason" not in told["DBC-BBBBBB: the Director sent it back"]


def test_no_transaction_is_open_while_an_alarm_is_sent(bot):
    class Watching(Sender):
        def send(self, alert):
            # Would wait for the lock, and fail, if a transaction of ours still held it.
            with bot.ledger.write() as tx:
                desk.beat(tx, "sent", NOON)
            return super().send(alert)

    with bot.ledger.write() as tx:
        alarms.raise_once(bot, tx, K.TEST, None, None, NOON)
    assert alarms.send_due(bot, Watching((SecretStr("log://"),), (), link_base=None), NOON) == 1


def test_a_key_says_kind_reference_channel_and_what_it_is_about():
    assert Alarm(kind=K.TEST).key == "test:-:-"
    assert Alarm(kind=K.OVERDUE, ref=REF, channel=Channel.X, about="a").key == f"overdue:{REF}:x:a"
