"""A few passwords at a time: nobody's flood takes the memory or the workers that others need."""

import threading
from contextlib import ExitStack

import pytest
from argon2 import extract_parameters

from bot import hashing, serving
from bot.hashing import KNOWN, STRANGERS, Gate, TooBusyError

SOON = 20


def test_no_more_are_inside_than_may_be_and_no_more_wait_than_may(joined):
    gate, together = Gate(at_once=2, waiting=3), threading.Barrier(12)
    inside, most, refused, go_on = [], [], [], threading.Event()
    lock = threading.Lock()

    def come() -> None:
        together.wait(SOON)
        try:
            with gate.place(), gate.turn():
                with lock:
                    inside.append(1)
                    most.append(len(inside))
                assert go_on.wait(SOON)
                with lock:
                    inside.pop()
        except TooBusyError:
            refused.append(1)
            if len(refused) == 7:
                # Whoever was turned away was so at once, while nobody had come out yet.
                go_on.set()

    joined(come, 12)
    assert max(most) == 2
    assert len(most) == 5
    assert len(refused) == 7


def test_a_place_is_free_again_whatever_happened_in_it(joined):
    gate = Gate(at_once=1, waiting=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), gate.place(), gate.turn():
            raise ZeroDivisionError
    with gate.place(), pytest.raises(TooBusyError), gate.place():
        pass
    with gate.place():
        pass


def test_strangers_who_fill_their_gate_keep_nobody_known_out():
    with ExitStack() as stack:
        with pytest.raises(TooBusyError):
            while True:
                stack.enter_context(STRANGERS.place())
        assert hashing.right(hashing.hashed("lantern copper teapot meadow"), "lantern copper teapot meadow", KNOWN)


def test_those_who_sign_in_take_at_most_half_of_the_consoles_workers():
    with ExitStack() as stack:
        places = 0
        for gate in (STRANGERS, KNOWN):
            with pytest.raises(TooBusyError):
                while True:
                    stack.enter_context(gate.place())
                    places += 1
    assert places <= serving.WORKERS // 2


def test_an_unknown_name_is_compared_with_as_much_work_as_a_known_one():
    assert extract_parameters(hashing.nobodys()) == extract_parameters(hashing.hashed("lantern copper teapot meadow"))
    # Three at once at most, of 64 MiB each (reliability: I17).
    assert extract_parameters(hashing.nobodys()).memory_cost == 64 * 1024


def test_a_hash_that_is_none_is_no_ones_password():
    for kept in ("", "nonsense", "$argon2id$v=19$m=65536,t=3,p=4$AAAA"):
        assert not hashing.right(kept, "lantern copper teapot meadow", KNOWN)


@pytest.fixture
def joined():
    def run(target, count: int) -> None:
        threads = [threading.Thread(target=target) for _ in range(count)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(SOON)
            assert not each.is_alive()

    return run
