"""Turns at writing: nobody waits for ever, whatever becomes of those before, and a turn is never given to nobody."""

import signal
import threading
from contextlib import contextmanager

import pytest

from store.ledger import Ledger, LedgerBusyError
from store.sqlite import open_engine
from store.turns import IN_A_ROW, TurnNotComeError, Turns
from tests.stories.processes import until


class Line:
    """Whoever had a turn, in the order they had it."""

    def __init__(self, patience: float = 30.0) -> None:
        self.turns = Turns(patience)
        self.had: list[str] = []
        self.left: list[str] = []
        self.threads: list[threading.Thread] = []

    def one(self, name: str, *, urgent: bool = False) -> None:
        try:
            with self.turns.turn(urgent=urgent):
                self.had.append(name)
        except TurnNotComeError:
            self.left.append(name)

    def wait_for(self, name: str, *, urgent: bool = False) -> None:
        """Somebody who waits in the line by now."""
        before = self.turns.waiting()
        self.threads.append(threading.Thread(target=self.one, args=(name,), kwargs={"urgent": urgent}))
        self.threads[-1].start()
        until(lambda: self.turns.waiting() == before + 1, f"{name} waits")

    def end(self) -> None:
        for each in self.threads:
            each.join(30)
            assert not each.is_alive()


@contextmanager
def held(line: Line):
    """Somebody writes; afterwards all that waited have gone."""
    with line.turns.turn():
        yield
    line.end()


def test_the_urgent_go_first_and_each_kind_in_the_order_they_came():
    line = Line()
    with held(line):
        for name in ("a", "u1", "b", "u2", "c"):
            line.wait_for(name, urgent=name.startswith("u"))
    assert line.had == ["u1", "u2", "a", "b", "c"]


def test_only_so_many_urgent_ones_pass_one_who_waits():
    """Whoever may retract could else keep the loop from writing, and so from taking down, for as long as they ask."""
    line = Line()
    with held(line):
        line.wait_for("loop")
        line.wait_for("desk")
        for number in range(2 * IN_A_ROW + 1):
            line.wait_for(f"u{number}", urgent=True)
    assert (line.had.index("loop"), line.had.index("desk")) == (IN_A_ROW, 2 * IN_A_ROW + 1)


def test_urgent_ones_among_themselves_are_not_counted_against_who_comes_later():
    line = Line()

    def last_of_them() -> None:
        with line.turns.turn(urgent=True):
            line.wait_for("loop")
            line.wait_for("urgent", urgent=True)

    last = threading.Thread(target=last_of_them)
    with line.turns.turn():
        for number in range(IN_A_ROW):
            line.wait_for(f"u{number}", urgent=True)
        last.start()
        until(lambda: line.turns.waiting() == IN_A_ROW + 1, "the last of them waits")
    last.join(30)
    line.end()
    assert line.had[-2:] == ["urgent", "loop"]


@pytest.mark.parametrize("urgent", [True, False])
def test_whoever_has_waited_too_long_leaves_and_the_line_goes_on(urgent):
    line = Line(patience=0.05)
    with held(line):
        line.wait_for("impatient", urgent=urgent)
        until(lambda: line.left == ["impatient"], "patience ends")
        assert line.turns.waiting() == 0
    line.one("next")
    assert line.had == ["next"]


@pytest.mark.parametrize("given", [False, True], ids=["before the turn comes", "just as it comes"])
def test_whoever_is_called_away_while_waiting_leaves_no_turn_to_nobody(given):
    """As Ctrl-C does at a command."""

    class CalledAwayError(Exception):
        pass

    line, go_on = Line(), threading.Event()

    def call_away(*_):
        if given:
            go_on.set()
            until(lambda: line.turns.waiting() == 0, "the turn is given")
        raise CalledAwayError

    def writes() -> None:
        with line.turns.turn():
            until(lambda: line.turns.waiting() == 1, "the main thread waits")
            signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)
            assert go_on.wait(30)

    before = signal.signal(signal.SIGUSR1, call_away)
    writer = threading.Thread(target=writes)
    try:
        writer.start()
        until(lambda: line.turns._taken, "somebody writes")
        with pytest.raises(CalledAwayError):
            line.one("called away")
    finally:
        signal.signal(signal.SIGUSR1, before)
        go_on.set()
        writer.join(30)
    assert line.turns.waiting() == 0
    line.one("next")
    assert line.had == ["next"]


def test_what_goes_wrong_in_a_turn_ends_it():
    line = Line()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), line.turns.turn():
            raise ZeroDivisionError
    line.one("next")
    assert line.had == ["next"]


def test_a_write_within_a_write_of_the_same_thread_is_refused_at_once(ledger):
    with ledger.write(), pytest.raises(LedgerBusyError), ledger.urgent().write():
        pass
    with ledger.write():
        pass


def test_whoever_waits_too_long_for_other_threads_is_told_that_the_ledger_is_busy(ledger, tmp_path):
    impatient = Ledger(open_engine(f"sqlite:///{tmp_path}/ledger.db", busy=0.05), ledger.cipher, tmp_path, busy=0.05)
    told: list[str] = []

    def wait() -> None:
        try:
            with impatient.write():
                told.append("written")
        except LedgerBusyError:
            told.append("busy")

    waiting = threading.Thread(target=wait)
    with impatient.write():
        waiting.start()
        until(lambda: told, "it is told")
    waiting.join(30)
    assert told == ["busy"]
    impatient.close()
