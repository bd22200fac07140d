"""One post, one step at a time: it goes up once, comes down in time, and nothing that was not meant stays up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.standin.core import Fault, Rule
from bot import audit
from policies.lifecycle import State
from policies.terms import Channel, Event, Reason
from store import artefacts, cases, posts
from tests.bot.works import DAY, HOUR, MINUTE, Works
from tests.policies.samples import NOW, notice


def states(works):
    return {post.channel: post.state for post in works.posts()}


def test_an_approved_publication_goes_up_once_on_every_channel(works):
    works.approved()
    works.pass_time(MINUTE)
    assert states(works) == dict.fromkeys(Channel, State.LIVE)
    assert [len(fake.visible()) for fake in works.fakes.values() if fake.channel is not Channel.INSTAGRAM] == [1, 1, 1]


def test_x_waits_until_its_page_was_seen(works):
    works.fakes[Channel.WEBSITE].rules.append(Rule(fault=Fault.FAIL_BEFORE, method="presence", times=0))
    works.approved()
    works.pass_time(2 * MINUTE)
    assert states(works)[Channel.X] is State.QUEUED
    assert works.post(Channel.X).held_for == "page-unseen"
    works.fakes[Channel.WEBSITE].rules.clear()
    works.pass_time(2 * MINUTE)
    assert states(works)[Channel.X] is State.LIVE


def test_5_7_4_d_everything_is_proven_gone_before_the_28_days_end(works):
    works.approved()
    works.pass_time(MINUTE)
    works.fast_forward(28 * DAY - HOUR)
    assert works.visible() == []
    assert set(states(works).values()) == {State.REMOVED}
    assert {post.reason for post in works.posts()} == {Reason.RETENTION_ENDED}


def test_a_certain_refusal_closes_the_post_and_leaves_the_clock_unstarted(facebook):
    facebook.fakes[Channel.FACEBOOK].rules.append(Rule(fault=Fault.FAIL_BEFORE, method="publish", status=400))
    publication_id = facebook.approved()
    facebook.pass_time(MINUTE)
    assert facebook.post(Channel.FACEBOOK).state is State.NOT_POSTED
    with facebook.ledger.read() as tx:
        assert cases.first_up(tx, publication_id) is None


def test_a_throttled_channel_is_left_alone_until_it_says(facebook):
    fake = facebook.fakes[Channel.FACEBOOK]
    fake.rules.append(Rule(fault=Fault.THROTTLE, method="publish", delay=10 * MINUTE))
    facebook.approved()
    facebook.pass_time(9 * MINUTE)
    assert fake.calls.count("publish") == 1
    facebook.pass_time(2 * MINUTE)
    assert fake.calls.count("publish") == 2
    assert facebook.post(Channel.FACEBOOK).state is State.LIVE


def test_a_retraction_during_a_call_wins(facebook):
    fake = facebook.fakes[Channel.FACEBOOK]
    publication_id = facebook.approved()

    def retract(called, when):
        if (called, when) == ("publish", "after") and fake.calls.count("publish") == 1:
            fake.on_call = lambda *_: None
            facebook.retract(publication_id)

    fake.on_call = retract
    facebook.pass_time(20 * MINUTE)
    assert fake.visible() == []
    assert facebook.post(Channel.FACEBOOK).state is State.REMOVED


def test_a_retraction_before_the_request_stops_it(works):
    publication_id = works.approved()
    works.retract(publication_id, Reason.APPEAL_LODGED)
    works.pass_time(MINUTE)
    assert works.visible() == []
    assert [fake.calls.count("publish") for fake in works.fakes.values()] == [0] * len(works.fakes)
    assert set(states(works).values()) == {State.NOT_POSTED}


def test_5_6_an_event_takes_a_live_notice_down_by_level_even_if_nobody_called_it_down(facebook):
    facebook.approved()
    facebook.pass_time(MINUTE)
    now = facebook.clock()
    with facebook.ledger.write() as tx:
        cases.record(
            tx,
            Event(
                what="appeal_lodged",
                case_key=facebook.key(),
                subject=None,
                happened_at=now,
                recorded_at=now,
                officer=facebook.officer.id,
            ),
        )
        for post in posts.of_publication(tx, 1):
            posts.change(tx, post.id, post.epoch, due_at=now)
    facebook.pass_time(MINUTE)
    assert facebook.post(Channel.FACEBOOK).state is State.REMOVED
    assert facebook.post(Channel.FACEBOOK).reason is Reason.APPEAL_LODGED


def test_what_a_human_removed_is_recorded_and_never_posted_again(facebook):
    fake = facebook.fakes[Channel.FACEBOOK]
    facebook.approved()
    facebook.pass_time(MINUTE)
    fake.visible()[0].deleted_at = facebook.clock()
    facebook.compare()
    facebook.pass_time(MINUTE)
    assert (facebook.post(Channel.FACEBOOK).state, facebook.post(Channel.FACEBOOK).reason) == (
        State.REMOVED,
        Reason.REMOVED_OUTSIDE,
    )
    facebook.fast_forward(DAY)
    assert fake.calls.count("publish") == 1


def test_a_removed_post_that_comes_back_is_removed_again(facebook):
    fake = facebook.fakes[Channel.FACEBOOK]
    publication_id = facebook.approved()
    facebook.pass_time(MINUTE)
    facebook.retract(publication_id)
    facebook.pass_time(MINUTE)
    restored = next(each for each in fake.objects.values() if each.kind == "post")
    restored.deleted_at = None
    facebook.pass_time(15 * MINUTE)
    assert restored.deleted_at is not None
    assert facebook.post(Channel.FACEBOOK).state is State.REMOVED


def test_r59_a_copy_with_our_marker_that_nobody_tracks_is_removed_even_of_an_unknown_reference(facebook):
    fake = facebook.fakes[Channel.FACEBOOK]
    facebook.approved()
    facebook.pass_time(MINUTE)
    tracked = fake.visible()[0]
    for marker in (tracked.fields["marker"], "DBC-ZZZZZZ-1"):
        from adapters.standin.core import Object

        fake.objects[f"stray-{marker}"] = Object(
            id=f"stray-{marker}",
            kind="post",
            created_at=facebook.clock(),
            public=True,
            fields={"text": f"Copied Ref {marker}", "marker": marker},
        )
    fake.objects["other"] = Object(
        id="other", kind="post", created_at=facebook.clock(), public=True, fields={"text": "Bins", "marker": ""}
    )
    assert facebook.compare() == 2
    facebook.pass_time(MINUTE)
    assert {each.id for each in fake.visible()} == {tracked.id, "other"}


def test_nothing_is_posted_that_would_have_less_than_the_minimum_display(facebook):
    publication_id = facebook.approved()
    with facebook.ledger.write() as tx:
        cases.start_clocks(tx, publication_id, NOW - timedelta(days=27))
    facebook.pass_time(MINUTE)
    assert facebook.post(Channel.FACEBOOK).state is State.NOT_POSTED
    assert facebook.fakes[Channel.FACEBOOK].calls.count("publish") == 0


def test_what_an_earlier_try_staged_goes_when_the_post_is_called_off(facebook):
    fake = facebook.fakes[Channel.FACEBOOK]
    publication_id = facebook.approved()
    with facebook.ledger.write() as tx:
        staged = artefacts.intend(
            tx, posts.get(tx, 1), "photo", now=facebook.clock(), actor="daemon", platform_id="staged-1"
        )
        cases.start_clocks(tx, publication_id, NOW - timedelta(days=27))
    facebook.pass_time(20 * MINUTE)
    assert facebook.post(Channel.FACEBOOK).state is State.REMOVED
    assert "remove" in fake.calls
    with facebook.ledger.read() as tx:
        assert artefacts.get(tx, staged.id).gone_at is not None


def test_fault_14_removals_that_exceed_a_quota_are_planned_earlier_and_carried_out(tmp_path):
    works = Works(tmp_path, channels=(Channel.WEBSITE, Channel.X))
    fake = works.fakes[Channel.X]
    fake.capabilities = replace(fake.capabilities, removals_per_window=(12, 15 * MINUTE))
    for number in range(5):
        works.approved(
            notice(
                ref=f"DBC-AAAA{number}B",
                case_ref=f"EH/{number}",
                page_id=f"{number}{'x' * 20}",
                channels=(Channel.WEBSITE, Channel.X),
                service="environment",
            )
        )
    works.pass_time(3 * MINUTE)
    before = sorted(post.due_at for post in works.posts() if post.channel is Channel.X)
    audit.refresh_all(works.bot)
    after = sorted(post.due_at for post in works.posts() if post.channel is Channel.X)
    assert len(set(before)) <= 2
    assert (after[0], after[-1]) == (before[0] - 2 * 15 * MINUTE, before[-1])
    works.clock.now = after[0]
    works.run(2)
    down = [post for post in works.posts() if post.channel is Channel.X and post.state is State.REMOVED]
    assert len(down) == 1
    works.ledger.close()


def test_what_can_be_neither_deleted_nor_listed_is_left_to_expire_after_a_day(facebook):
    facebook.approved()
    facebook.pass_time(MINUTE)
    with facebook.ledger.write() as tx:
        lost = artefacts.intend(tx, posts.get(tx, 1), "photo", now=facebook.clock(), actor="daemon")
        container = artefacts.intend(
            tx, posts.get(tx, 1), "container", now=facebook.clock(), actor="daemon", platform_id="c1"
        )
    audit.refresh_all(facebook.bot)
    facebook.clock.advance(DAY + MINUTE)
    with facebook.ledger.read() as tx:
        assert artefacts.get(tx, lost.id).open
    audit.refresh_all(facebook.bot)
    with facebook.ledger.read() as tx:
        assert not artefacts.get(tx, lost.id).open
        assert not artefacts.get(tx, container.id).open
        assert all(row.open for row in artefacts.of_post(tx, 1) if row.kind == "post")


@pytest.mark.parametrize("skew", [timedelta(seconds=61), -timedelta(seconds=61)])
def test_fault_21_nothing_goes_up_while_the_platforms_tell_another_time_and_removals_go_on(works, skew):
    publication_id = works.approved(notice(channels=tuple(works.fakes), service="environment"))
    works.pass_time(MINUTE)
    works.bot = replace(works.bot, platform_time=lambda: works.clock() + skew)
    other = notice(
        ref="DBC-BBBBBB", case_ref="EH/2", page_id="y" * 21, channels=tuple(works.fakes), service="environment"
    )
    held = works.approved(other)
    works.retract(publication_id)
    works.pass_time(2 * MINUTE)
    assert {(post.state, post.held_for) for post in works.posts(held)} == {(State.QUEUED, "clock-wrong")}
    assert {post.state for post in works.posts(publication_id)} == {State.REMOVED}
    works.bot = replace(works.bot, platform_time=lambda: works.clock() + skew / 2)
    works.pass_time(2 * MINUTE)
    assert {post.state for post in works.posts(held)} == {State.LIVE}
