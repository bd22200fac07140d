"""The fence: what a worker may still do after somebody else took over, and what it may always say."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.base import ArtefactKind, CalledOff
from bot.attempt import LedgerAttempt
from policies.lifecycle import Edge, State
from policies.terms import Approval, Channel
from store import artefacts, cases, posts, publications
from tests.bot.works import OWNER, Works

LEASE = timedelta(minutes=5)


@pytest.fixture
def works(tmp_path):
    made = Works(tmp_path, channels=(Channel.FACEBOOK,))
    made.approved()
    yield made
    made.ledger.close()


def begin(works, owner=OWNER):
    """A claim as the reconciler makes it, and the attempt under it."""
    now = works.clock()
    with works.ledger.write() as tx:
        taken = posts.claim(tx, 1, owner=owner, lease=LEASE, now=now)
        if taken.state is State.QUEUED:
            posts.move(tx, taken, Edge.CLAIMED, now=now, actor="daemon", started_at=now)
        return LedgerAttempt(works.bot, posts.get(tx, 1), started_at=now)


def test_go_stamps_the_post_and_starts_the_clock_before_the_request(works):
    begin(works).go()
    assert works.post(Channel.FACEBOOK).sent_at == works.clock()
    with works.ledger.read() as tx:
        assert cases.first_up(tx, 1) == works.clock()


@pytest.mark.parametrize("call", ["go", "intend"])
def test_i10_a_thawed_worker_whose_lease_ran_out_sends_nothing(works, call):
    frozen = begin(works)
    works.clock.advance(LEASE)
    with pytest.raises(CalledOff, match="lease-lost"):
        frozen.go() if call == "go" else frozen.intend(ArtefactKind.POST)


@pytest.mark.parametrize("call", ["go", "intend"])
def test_i10_a_worker_that_was_overtaken_sends_nothing(works, call):
    frozen = begin(works)
    works.restart()
    begin(works, owner="daemon@other").go()
    with pytest.raises(CalledOff, match="lease-lost"):
        frozen.go() if call == "go" else frozen.intend(ArtefactKind.POST)


def test_fencing_never_refuses_knowledge(works):
    frozen = begin(works)
    row = frozen.intend(ArtefactKind.POST)
    frozen.go()
    works.restart()
    frozen.note(row, platform_id="77")
    with works.ledger.read() as tx:
        assert [each.post_id for each in artefacts.known(tx, Channel.FACEBOOK, "77")] == [1]


def test_i4_nothing_passes_after_a_retraction(works):
    attempt = begin(works)
    works.retract(1)
    with pytest.raises(CalledOff):
        attempt.go()


def test_nothing_passes_once_a_newer_revision_is_approved(works):
    attempt = begin(works)
    now = works.clock()
    with works.ledger.write() as tx:
        old = publications.load(tx, 1, 1)
        publications.add_revision(
            tx,
            1,
            replace(old, revision=2),
            author=works.author.id,
            digest="d",
            policy_version="1",
            laid_out=(),
            now=now,
        )
        publications.approve(tx, 1, 2, Approval(director=works.director.id, given_at=now, digest="d"))
    with pytest.raises(CalledOff, match="superseded"):
        attempt.go()


def test_an_attempt_that_takes_too_long_is_called_off(works):
    attempt = begin(works)
    works.clock.advance(works.bot.settings.loop.publish_deadline + timedelta(seconds=1))
    with pytest.raises(CalledOff, match="too-slow"):
        attempt.go()


def test_an_approval_that_lapsed_meanwhile_lets_nothing_pass(works):
    works.clock.advance(timedelta(days=8))
    attempt = begin(works)
    with pytest.raises(CalledOff, match="approval-lapsed"):
        attempt.go()


def test_a_worker_that_was_overtaken_during_its_call_changes_no_state(works):
    fake = works.fakes[Channel.FACEBOOK]

    def overtake(called, when):
        if (called, when) == ("publish", "after"):
            fake.on_call = lambda *_: None
            works.restart()

    fake.on_call = overtake
    works.run()
    # Its id is known, the state is for whoever holds the new epoch to decide by looking.
    assert works.post(Channel.FACEBOOK).state is State.POSTING
    works.run(2)
    assert works.post(Channel.FACEBOOK).state is State.LIVE
    assert len(fake.visible()) == 1
