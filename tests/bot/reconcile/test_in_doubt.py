"""One post, one step, under the faults that other tools fail at: lost answers, late effects, crashes, lies."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.base import ArtefactKind, Found, Sighting
from adapters.standin.core import Fault, Rule
from bot.tracing import record_trace
from policies.lifecycle import CLOSED, State
from policies.terms import Channel
from store import artefacts, posts
from tests.bot.works import HOUR, MINUTE, Crash, Works
from tests.policies.samples import NOW, notice


def test_a_lost_answer_is_traced_and_never_sent_again(facebook):
    fake = facebook.fakes[Channel.FACEBOOK]
    fake.rules.append(Rule(fault=Fault.LOSE_AFTER, method="publish"))
    facebook.approved()
    facebook.run()
    assert facebook.post(Channel.FACEBOOK).state is State.POSTING
    facebook.pass_time(MINUTE)
    assert facebook.post(Channel.FACEBOOK).state is State.LIVE
    assert fake.calls.count("publish") == 1
    with facebook.ledger.read() as tx:
        ids = {row.platform_id for row in artefacts.of_post(tx, facebook.post(Channel.FACEBOOK).id)}
    assert {each.id for each in fake.visible()} <= ids


def test_a_request_that_was_lost_before_its_effect_is_sent_again_only_after_settle_and_a_second_look(facebook):
    fake = facebook.fakes[Channel.FACEBOOK]
    fake.rules.append(Rule(fault=Fault.LOSE_BEFORE, method="publish"))
    facebook.approved()
    facebook.run()
    facebook.pass_time(15 * MINUTE)
    assert fake.calls.count("publish") == 1
    facebook.pass_time(5 * MINUTE)
    assert fake.calls.count("publish") == 2
    assert len(fake.visible()) == 1
    assert facebook.post(Channel.FACEBOOK).state is State.LIVE


@pytest.mark.parametrize("minutes", [1, 7, 14])
def test_a_late_effect_is_adopted_and_not_doubled(facebook, minutes):
    fake = facebook.fakes[Channel.FACEBOOK]
    fake.rules.append(Rule(fault=Fault.LATE, method="publish", delay=minutes * MINUTE))
    facebook.approved()
    facebook.run()
    facebook.pass_time(20 * MINUTE)
    assert len(fake.visible()) == 1
    assert facebook.post(Channel.FACEBOOK).state is State.LIVE
    assert fake.calls.count("publish") == 1


@pytest.mark.parametrize("minutes", [1, 14, 40])
def test_a_late_effect_after_a_retraction_comes_down(facebook, minutes):
    fake = facebook.fakes[Channel.FACEBOOK]
    fake.rules.append(Rule(fault=Fault.LATE, method="publish", delay=minutes * MINUTE))
    publication_id = facebook.approved()
    facebook.run()
    facebook.retract(publication_id)
    for _ in range(60):
        facebook.pass_time(MINUTE)
        facebook.compare()
    assert fake.visible() == []
    assert all(post.state in CLOSED for post in facebook.posts())
    assert fake.calls.count("publish") == 1


@pytest.mark.parametrize("operation", ["upload", "publish", "look", "presence", "remove"])
@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_crash_at_any_call_leaves_one_tracked_copy_and_it_comes_down(tmp_path, operation, phase):
    works = Works(tmp_path, channels=(Channel.FACEBOOK,))
    fake = works.fakes[Channel.FACEBOOK]
    crashed = []

    def crash(called, when):
        if (called, when) == (operation, phase) and not crashed:
            crashed.append(called)
            raise Crash

    fake.on_call = crash
    publication_id = works.approved()
    for act in (lambda: works.pass_time(20 * MINUTE), lambda: works.retract(publication_id)):
        try:
            act()
        except Crash:
            works.restart()
        try:
            works.pass_time(20 * MINUTE)
        except Crash:
            works.restart()
            works.pass_time(20 * MINUTE)
    assert fake.calls.count("publish") <= 2
    most = max((sum(1 for other in fake.objects.values() if other.kind == "post"), 0))
    assert most == 1
    assert fake.visible() == []
    works.ledger.close()


def test_a_crash_before_anything_was_sent_waits_for_no_settle(facebook):
    fake = facebook.fakes[Channel.FACEBOOK]
    publication_id = facebook.approved()
    original = fake.publish
    fake.publish = lambda *_: (_ for _ in ()).throw(Crash())
    with pytest.raises(Crash):
        facebook.run()
    fake.publish = original
    facebook.restart()
    facebook.run(2)
    assert [post.state for post in facebook.posts(publication_id)] == [State.LIVE]


@pytest.mark.parametrize("fault", [Fault.LIE, Fault.FAIL_BEFORE, Fault.LOSE_BEFORE, Fault.THROTTLE])
def test_a_removal_that_did_not_happen_is_never_called_removed_and_is_asked_again(facebook, fault):
    fake = facebook.fakes[Channel.FACEBOOK]
    publication_id = facebook.approved()
    facebook.pass_time(MINUTE)
    rule = Rule(fault=fault, method="remove", times=0)
    fake.rules.append(rule)
    facebook.retract(publication_id)
    facebook.pass_time(5 * MINUTE)
    assert facebook.post(Channel.FACEBOOK).state is State.REMOVING
    assert len(fake.visible()) == 1
    fake.rules.clear()
    facebook.pass_time(3 * MINUTE)
    assert facebook.post(Channel.FACEBOOK).state is State.REMOVED
    assert fake.visible() == []


def test_a_revoked_token_never_means_gone_and_causes_no_storm(facebook):
    fake = facebook.fakes[Channel.FACEBOOK]
    publication_id = facebook.approved()
    facebook.pass_time(MINUTE)
    fake.revoked = True
    facebook.retract(publication_id)
    before = fake.calls.count("remove")
    facebook.pass_time(10 * MINUTE, step=timedelta(seconds=5))
    assert facebook.post(Channel.FACEBOOK).state is State.REMOVING
    assert fake.calls.count("remove") - before <= 11
    fake.revoked = False
    facebook.pass_time(2 * MINUTE)
    assert facebook.post(Channel.FACEBOOK).state is State.REMOVED


def test_fault_21_a_clock_that_goes_back_during_a_publish_never_makes_a_second_copy(facebook):
    fake = facebook.fakes[Channel.FACEBOOK]
    fake.rules.append(Rule(fault=Fault.LOSE_AFTER, method="publish"))
    facebook.approved()
    real = facebook.bot.clock
    readings = iter([real(), real()])
    facebook.bot = replace(facebook.bot, clock=lambda: next(readings, real() - HOUR))
    facebook.run()
    assert facebook.post(Channel.FACEBOOK).sent_at < facebook.post(Channel.FACEBOOK).started_at
    facebook.bot = replace(facebook.bot, clock=real)
    facebook.pass_time(MINUTE)
    assert facebook.post(Channel.FACEBOOK).state is State.LIVE
    assert fake.calls.count("publish") == 1


def test_an_edit_that_lands_after_the_removal_was_read_back_is_looked_for_at_once(tmp_path):
    works = Works(tmp_path, channels=(Channel.WEBSITE,))
    given = notice(channels=(Channel.WEBSITE,), service="environment")
    publication_id = works.approved(given)
    works.pass_time(MINUTE)
    fake = works.fakes[Channel.WEBSITE]
    works.approved(replace(given, revision=2))

    def retracted_meanwhile(called, when):
        if (called, when) == ("edit", "after"):
            fake.on_call = lambda *_: None
            works.retract(publication_id)
            works.run(2)
            assert works.post(Channel.WEBSITE).state is State.REMOVED
            next(iter(fake.objects.values())).deleted_at = None

    fake.on_call = retracted_meanwhile
    with works.ledger.write() as tx:
        live = posts.of_publication(tx, publication_id)[0]
        posts.change(tx, live.id, live.epoch, revision=2, due_at=works.clock())
    works.run(3)
    assert works.visible() == []
    assert works.post(Channel.WEBSITE).state is State.REMOVED
    works.ledger.close()


def test_of_several_copies_found_the_one_an_answer_named_stays_the_post(facebook):
    facebook.approved()
    facebook.fakes[Channel.FACEBOOK].rules.append(Rule(fault=Fault.LOSE_AFTER, method="publish"))
    facebook.run()
    with facebook.ledger.write() as tx:
        post = posts.of_publication(tx, 1)[0]
        row = artefacts.of_post(tx, post.id)[0]
        artefacts.note(tx, row.id, platform_id="named", url=None, created_at=NOW, now=facebook.clock(), actor="daemon")
        seen = [Sighting(kind=ArtefactKind.POST, platform_id=each, url=None, created_at=NOW) for each in ("a", "named")]
        now = facebook.clock()
        record_trace(facebook.bot, tx, post, Found(sightings=tuple(seen)), None, looked_at=now)
        extra = next(each for each in posts.of_publication(tx, 1) if each.state is State.REMOVING)
        assert [each.platform_id for each in artefacts.of_post(tx, post.id)] == ["named"]
        assert [each.platform_id for each in artefacts.of_post(tx, extra.id)] == ["a"]


def test_what_was_taken_for_gone_and_is_listed_again_keeps_its_removal_open(facebook):
    publication_id = facebook.approved()
    facebook.pass_time(MINUTE)
    fake = facebook.fakes[Channel.FACEBOOK]
    fake.rules.append(Rule(fault=Fault.LIE, method="remove", times=0))
    facebook.retract(publication_id)
    facebook.run()
    with facebook.ledger.write() as tx:
        row = artefacts.of_post(tx, 1)[0]
        artefacts.gone(tx, row.id, evidence="read-absent", now=facebook.clock())
    facebook.compare()
    facebook.pass_time(MINUTE)
    assert facebook.post(Channel.FACEBOOK).state is State.REMOVING
    fake.rules.clear()
    facebook.pass_time(2 * MINUTE)
    assert facebook.visible() == []
    assert facebook.post(Channel.FACEBOOK).state is State.REMOVED
