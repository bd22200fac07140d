"""The canary: a post without a publication, tracked like any other, never sent twice, and gone whatever happens."""

from datetime import timedelta

import pytest

from adapters.base import Health, Rejected
from adapters.standin.core import Fault, Rule
from bot import canary
from bot.audit import check_account
from bot.standing import at_stake
from policies.lifecycle import CLOSED, State
from policies.terms import Channel
from store import artefacts, desk, posts
from tests.bot.works import Crash, Works

MINUTE = timedelta(minutes=1)
SOON = timedelta(seconds=1)


@pytest.fixture
def works(tmp_path):
    made = Works(tmp_path, channels=(Channel.X,))
    made.fakes[Channel.X].health = Health(account="fake", can_post=True, can_remove=True, needs_canary=True)
    check_account(made.bot, Channel.X)
    yield made
    made.ledger.close()


def flown(works):
    with works.ledger.read() as tx:
        return posts.in_states(tx, *State)


def may_remove(works):
    with works.ledger.read() as tx:
        return desk.account(tx, Channel.X).can_remove


def test_a_canary_that_went_up_and_is_proven_gone_shows_the_right_to_remove(works):
    assert not may_remove(works)
    assert canary.fly(works.bot, Channel.X, patience=timedelta(seconds=10))
    assert may_remove(works)
    assert works.visible() == []
    assert [post.state for post in flown(works)] == [State.REMOVED]


@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_canary_whose_process_died_is_looked_for_taken_down_and_never_sent_again(works, phase):
    fake = works.fakes[Channel.X]

    def crash(called, when):
        if (called, when) == ("publish", phase):
            fake.on_call = lambda *_: None
            raise Crash

    fake.on_call = crash
    with pytest.raises(Crash):
        canary.fly(works.bot, Channel.X, patience=SOON)
    works.pass_time(30 * MINUTE)
    assert works.visible() == []
    assert fake.calls.count("publish") == (1 if phase == "after" else 0)
    (post,) = flown(works)
    assert post.state is (State.REMOVED if phase == "after" else State.NOT_POSTED)
    with works.ledger.read() as tx:
        assert {row.platform_id for row in artefacts.of_post(tx, post.id)} >= set(fake.objects)
    assert not may_remove(works)


@pytest.mark.parametrize("fault", [Fault.LOSE_BEFORE, Fault.LOSE_AFTER, Fault.LATE])
def test_a_canary_in_doubt_is_resolved_by_looking_and_shown_as_at_stake_until_then(works, fault):
    fake = works.fakes[Channel.X]
    fake.rules.append(Rule(fault=fault, method="publish", delay=5 * MINUTE))
    fake.rules.append(Rule(fault=Fault.LOSE_BEFORE, method="look", times=3))
    canary.fly(works.bot, Channel.X, patience=SOON)
    with works.ledger.read() as tx:
        assert [copy.channel for copy in at_stake(works.bot, tx, works.clock())] == [Channel.X]
    works.pass_time(30 * MINUTE)
    assert works.visible() == []
    assert fake.calls.count("publish") == 1
    assert {post.state for post in flown(works)} <= CLOSED


def test_a_canary_that_was_refused_says_so_and_leaves_nothing(works):
    works.fakes[Channel.X].rules.append(Rule(fault=Fault.FAIL_BEFORE, method="publish", status=400))
    with pytest.raises(Rejected):
        canary.fly(works.bot, Channel.X, patience=SOON)
    assert [post.state for post in flown(works)] == [State.NOT_POSTED]
    assert not may_remove(works)
