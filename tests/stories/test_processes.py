"""Processes beside each other: one daemon at a time, a stop and a freeze in mid-call, a retraction from elsewhere."""

from contextlib import ExitStack
from datetime import timedelta

import pytest

from adapters.standin.core import Fault, Rule
from policies.lifecycle import State
from policies.terms import Channel
from tests.stories.processes import until
from tests.stories.town import QUICK, town

FACEBOOK = Channel.FACEBOOK


@pytest.mark.parametrize("count", [2, 5])
def test_of_daemons_started_at_once_one_works_and_the_others_end_with_75(here, count):
    daemons = [here.serve() for _ in range(count)]
    try:
        until(lambda: sum(each.running for each in daemons) == 1, "all but one have ended")
        (winner,) = [each for each in daemons if each.running]
        assert [each.ended for each in daemons if each is not winner] == [75] * (count - 1)
        here.ready()
        ref = here.publish(channels=["website", "facebook", "instagram", "x"])
        until(lambda: all(here.live(ref, each) for each in Channel), "it is up on all channels")
        here.retract(ref)
        until(lambda: here.down(ref), "all is proven gone")
        assert winner.running
    finally:
        for each in daemons:
            each.kill()
    assert [len(here.copies(ref, each)) for each in (FACEBOOK, Channel.INSTAGRAM, Channel.X)] == [1, 1, 1]
    here.check_end(ref)


# A call may take longer than a stop may.
PATIENT = {
    "loop": {"publish_deadline": "41s", "call_deadline": "40s", "lease": "90s"},
    "channels": {"facebook": {"deadline": "40s"}},
}


def test_a_stop_in_mid_call_takes_no_ten_seconds_and_the_answer_that_was_lost_is_found(tmp_path, cradle):
    with town(tmp_path, cradle, **PATIENT) as here:
        refs = []
        with here.serve() as daemon:
            here.ready()
            here.when_taken(
                FACEBOOK, "POST", "/feed", lambda: refs.append(here.publish(channels=["facebook"])), daemon.stop
            )
        (ref,) = refs
        (copy,) = here.copies(ref, FACEBOOK)
        assert here.posts(ref, FACEBOOK)[0].state is State.POSTING
        with here.serve():
            until(lambda: here.live(ref, FACEBOOK), "the post is adopted")
            here.retract(ref)
            until(lambda: here.down(ref), "all is proven gone")
        assert here.copies(ref, FACEBOOK) == [copy]
        here.check_end(ref)


@pytest.mark.parametrize("delay", [1.5, 5.0], ids=["while it is looked for", "after it was proven absent"])
def test_a_post_that_lands_after_it_was_retracted_by_another_process_is_found_and_removed(here, delay):
    late = Rule(fault=Fault.LATE, method="POST", path="/feed", delay=timedelta(seconds=delay))
    with here.serve() as daemon:
        here.ready()
        here.here.graph.rules.append(late)
        ref = here.publish(channels=["website", "facebook"])
        until(lambda: here.seen(FACEBOOK, late), "the post is under way")
        here.retract_elsewhere(ref)
        until(lambda: here.copies(ref, FACEBOOK), "the post lands")
        (copy,) = here.copies(ref, FACEBOOK)
        until(lambda: not copy.visible and here.down(ref), "it is proven gone")
        daemon.stop()
    assert here.copies(ref, FACEBOOK) == [copy]
    here.check_end(ref)


def test_a_retraction_ends_a_publication_whose_answer_never_comes(tmp_path, cradle):
    with town(tmp_path, cradle, **PATIENT) as here, here.serve() as daemon:
        here.ready()
        refs = []
        here.when_taken(
            FACEBOOK,
            "POST",
            "/feed",
            lambda: refs.append(here.publish(channels=["website", "facebook"])),
            lambda: here.retract_elsewhere(refs[0]),
        )
        (ref,) = refs
        (copy,) = here.copies(ref, FACEBOOK)
        assert not copy.visible
        assert here.down(ref)
        daemon.kill()
        assert here.copies(ref, FACEBOOK) == [copy]
        here.check_end(ref)


def test_a_daemon_that_was_frozen_while_another_process_retracted_creates_nothing_when_it_thaws(tmp_path, cradle):
    """The answer about the staged photo waits for it; what it learns from that goes into the ledger and comes down."""
    slow = Rule(fault=Fault.SLOW, method="POST", path="/photos", delay=timedelta(seconds=2))
    with ExitStack() as stack:
        # Where it thaws after the deadline of its call, the answer may be cut off before it is read.
        patient = PATIENT | {"loop": PATIENT["loop"] | {"call_deadline": QUICK["call_deadline"]}}
        here = stack.enter_context(town(tmp_path, cradle, **patient))
        graph = here.here.graph
        stack.enter_context(here.serve("site"))
        until(here.site_answers, "the site answers")
        daemon = stack.enter_context(here.serve("daemon"))
        here.ready()
        graph.rules.append(slow)
        ref = here.publish("image_appeal", channels=["website", "facebook"])
        until(lambda: here.live(ref, Channel.WEBSITE) and here.seen(FACEBOOK, slow), "the page is up, the photo staged")
        with here.frozen(daemon):
            assert here.posts(ref, FACEBOOK)[0].state is State.POSTING
            here.retract_elsewhere(ref)
            assert here.down(ref)
        (photo,) = [each for each in graph.objects.values() if each.kind == "photo"]
        until(lambda: photo.deleted_at, "the photo is found and deleted")
        until(lambda: here.down(ref), "all is proven gone again")
        assert here.copies(ref, FACEBOOK) == []
        daemon.stop()
        here.check_end(ref)
