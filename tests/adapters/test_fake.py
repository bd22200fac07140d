"""The in-memory channel keeps the contract, so that the reconciler may be tested on it."""

import threading
from datetime import timedelta

import pytest

from adapters.base import Absent, ArtefactKind, CalledOff, Edit, Found, Presence, Rejected, Unreachable
from adapters.standin.core import Fault, Rule
from policies.terms import Channel
from tests.adapters.contract import AdapterContract, Platform
from tests.adapters.fake import Clock, FakeAdapter, FakeAttempt, capabilities

ANY_READ = ("presence", "recent", "look")


class _ReadRules(list):
    """A rule for "read" stands for each of the three ways to look."""

    def append(self, rule: Rule) -> None:
        if rule.method != "read":
            super().append(rule)
            return
        for method in ANY_READ:
            super().append(
                Rule(
                    fault=rule.fault,
                    method=method,
                    nth=rule.nth,
                    times=rule.times,
                    status=rule.status,
                    delay=rule.delay,
                )
            )


@pytest.fixture(params=[Edit.NONE, Edit.KEEPS_HISTORY, Edit.CLEAN])
def platform(request) -> Platform:
    clock = Clock()
    fake = FakeAdapter(Channel.FACEBOOK, capabilities=capabilities(edit=request.param), clock=clock, rules=_ReadRules())
    return Platform(
        adapter=fake,
        standin=fake,
        clock=clock,
        steps={"publish": ("publish", ""), "remove": ("remove", ""), "read": ("read", "")},
    )


class TestFake(AdapterContract):
    """Without pictures."""


class TestFakeWithPictures(AdapterContract):
    pictures = 2


@pytest.fixture
def fake() -> FakeAdapter:
    return FakeAdapter(Channel.X, clock=Clock())


def rendered(marker="DBC-7K3Q9M-1", pictures=0):
    clock = Clock()
    return Platform(adapter=FakeAdapter(Channel.X), standin=None, clock=clock, steps={}).rendered(
        marker, pictures=pictures
    )


def test_a_lie_on_publish_notes_an_id_that_is_nowhere(fake):
    fake.rules.append(Rule(fault=Fault.LIE, method="publish"))
    attempt = FakeAttempt(fake.clock())
    fake.publish(rendered(), attempt)
    assert attempt.made[0].platform_id
    assert fake.visible() == []
    assert fake.trace(rendered(), attempt) == Absent()


def test_absence_of_what_was_never_seen_is_unsure_until_settled(fake):
    fake.rules.append(Rule(fault=Fault.LIE, method="publish"))
    attempt = FakeAttempt(fake.clock())
    fake.publish(rendered(), attempt)
    assert fake.presence(attempt.made) == {1: Presence.UNSURE}
    fake.clock.advance(timedelta(minutes=15))
    assert fake.presence(attempt.made) == {1: Presence.GONE}


def test_a_lagging_timeline_shows_a_post_later(fake):
    fake.lag = timedelta(minutes=1)
    attempt = FakeAttempt(fake.clock())
    fake.publish(rendered(), attempt)
    assert fake.trace(rendered(), attempt) == Absent()
    fake.clock.advance(timedelta(minutes=1))
    assert isinstance(fake.trace(rendered(), attempt), Found)


@pytest.mark.parametrize(("status", "error"), [(0, Unreachable), (400, Rejected)])
def test_a_refusal_says_whether_anything_was_sent(fake, status, error):
    fake.rules.append(Rule(fault=Fault.FAIL_BEFORE, method="publish", nth=2, status=status))
    fake.publish(rendered(), FakeAttempt(fake.clock()))
    with pytest.raises(error):
        fake.publish(rendered("DBC-4H8W2R-1"), FakeAttempt(fake.clock()))
    assert len(fake.visible()) == 1


def test_a_second_attempt_resumes_with_the_photos_of_the_first(fake):
    first = FakeAttempt(fake.clock(), call_off={"go": 1})
    with pytest.raises(CalledOff):
        fake.publish(rendered(pictures=2), first)
    second = FakeAttempt(fake.clock(), made=tuple(each for each in first.made if each.platform_id))
    fake.publish(rendered(pictures=2), second)
    assert fake.calls.count("upload") == 2
    assert [each.kind for each in second.made].count(ArtefactKind.PHOTO) == 2


def test_hooks_run_around_each_call_and_may_play_a_crash(fake):
    class Crash(BaseException):
        pass

    def crash(operation: str, phase: str) -> None:
        if (operation, phase) == ("publish", "after"):
            raise Crash

    fake.on_call = crash
    attempt = FakeAttempt(fake.clock())
    with pytest.raises(Crash):
        fake.publish(rendered(), attempt)
    assert attempt.made[0].platform_id is None
    assert len(fake.visible()) == 1


def test_many_threads_lose_no_object(fake):
    def publish(number: int) -> None:
        fake.publish(rendered(f"DBC-AAAAA{number}-1"), FakeAttempt(fake.clock()))

    threads = [threading.Thread(target=publish, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(fake.visible()) == 8
