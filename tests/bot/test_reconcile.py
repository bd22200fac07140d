"""One post, one step, under the faults that other tools fail at."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.base import ArtefactKind, Found, InDoubt, Sighting
from adapters.standin.core import Fault, Rule
from bot import audit
from bot.tracing import record_trace
from policies.lifecycle import CLOSED, State
from policies.terms import Channel, Event, Reason
from store import artefacts, cases, journal, posts
from tests.bot.works import Crash, Works
from tests.policies.samples import NOW, notice

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def works(tmp_path):
    made = Works(tmp_path)
    yield made
    made.ledger.close()


@pytest.fixture
def facebook(tmp_path):
    made = Works(tmp_path, channels=(Channel.FACEBOOK,))
    yield made
    made.ledger.close()


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


def test_r44_every_outward_call_has_its_intent_before_and_its_outcome_after(facebook):
    publication_id = facebook.approved()
    facebook.pass_time(MINUTE)
    facebook.retract(publication_id)
    facebook.pass_time(MINUTE)
    with facebook.ledger.read() as tx:
        told = [entry.event for entry in journal.entries(tx) if entry.subject.startswith("DBC-")]
        assert journal.verify_ledger(tx).whole
    assert told == [
        "created",
        "claimed",
        "intend",
        "go",
        "noted",
        "accepted",
        "due_down",
        "remove",
        "removal_answered",
        "proven_gone",
    ]


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


@pytest.mark.parametrize(
    ("fault", "told"),
    [(Fault.LOSE_AFTER, "in_doubt"), (Fault.THROTTLE, "edit_answered"), (Fault.REVOKE, "edit_answered")],
)
def test_i6_an_edit_that_did_not_succeed_has_its_outcome_on_record(tmp_path, fault, told):
    works = Works(tmp_path, channels=(Channel.WEBSITE,))
    given = notice(channels=(Channel.WEBSITE,), service="environment")
    publication_id = works.approved(given)
    works.pass_time(MINUTE)
    works.fakes[Channel.WEBSITE].rules.append(Rule(fault=fault, method="edit"))
    works.approved(replace(given, revision=2))
    with works.ledger.write() as tx:
        live = posts.of_publication(tx, publication_id)[0]
        posts.change(tx, live.id, live.epoch, revision=2, due_at=works.clock())
    works.run(1)
    assert told in outcomes_told(works)
    works.ledger.close()


def outcomes_told(works):
    with works.ledger.read() as tx:
        return [entry.event for entry in journal.entries(tx)]


@pytest.mark.parametrize("code", ["accepted", "timeout"])
def test_i6_a_call_that_was_overtaken_has_its_outcome_on_record(facebook, code):
    fake = facebook.fakes[Channel.FACEBOOK]
    publication_id = facebook.approved()

    def retracted_meanwhile(called, when):
        if (called, when) == ("publish", "after"):
            fake.on_call = lambda *_: None
            facebook.retract(publication_id)
            if code != "accepted":
                raise InDoubt(code)

    fake.on_call = retracted_meanwhile
    facebook.run()
    with facebook.ledger.read() as tx:
        assert [entry.codes["code"] for entry in journal.entries(tx) if entry.event == "overtaken"] == [code]


def test_i6_what_is_withdrawn_while_in_doubt_has_its_outcome_on_record(facebook):
    fake = facebook.fakes[Channel.FACEBOOK]
    publication_id = facebook.approved()
    facebook.fakes[Channel.FACEBOOK].rules.append(Rule(fault=Fault.LOSE_AFTER, method="publish"))
    facebook.run()
    with facebook.ledger.write() as tx:
        row = artefacts.of_post(tx, posts.of_publication(tx, publication_id)[0].id)[0]
        known = next(iter(fake.objects))
        artefacts.note(tx, row.id, platform_id=known, url=None, created_at=NOW, now=facebook.clock(), actor="daemon")
    facebook.retract(publication_id)
    facebook.run()
    told = outcomes_told(facebook)
    assert told.count("remove") == told.count("removal_answered") > 0


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
