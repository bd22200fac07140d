"""The one property above all: for any script of faults, crashes, events and retractions, never two visible copies,
never an untracked object, nothing up past its date while the platform answers, nothing created after a retraction,
and everything down once faults stop.
"""

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.standin.core import Fault, Rule
from policies.lifecycle import CLOSED
from policies.terms import Channel, Reason
from store import artefacts, journal
from tests.bot.works import Crash, Works

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
CHANNELS = (Channel.WEBSITE, Channel.FACEBOOK, Channel.X)

FAULTS = st.tuples(
    st.just("fault"),
    st.sampled_from(CHANNELS),
    st.sampled_from(
        [
            Fault.FAIL_BEFORE,
            Fault.FAIL_AFTER,
            Fault.LOSE_BEFORE,
            Fault.LOSE_AFTER,
            Fault.LATE,
            Fault.LIE,
            Fault.THROTTLE,
        ]
    ),
    st.sampled_from(["upload", "publish", "look", "remove", "presence", "recent"]),
    st.integers(1, 3),
    st.sampled_from([400, 0, 503]),
    st.integers(0, 14),
)
CRASHES = st.tuples(
    st.just("crash"),
    st.sampled_from(CHANNELS),
    st.sampled_from(["publish", "look", "remove", "presence", "recent"]),
    st.sampled_from(["before", "after"]),
)
REST = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 5, 20, 60])),
    st.tuples(st.just("retract")),
    st.tuples(st.just("restart")),
    st.tuples(st.just("compare")),
    st.tuples(st.just("revoke"), st.sampled_from(CHANNELS)),
    st.tuples(st.just("repair")),
)
SCRIPTS = st.lists(st.one_of(FAULTS, CRASHES, REST), min_size=1, max_size=10)


class Trial:
    """Plays a script and checks the promise after every act, against the truth the channels keep."""

    def __init__(self, folder: Path) -> None:
        self.works = Works(folder, channels=CHANNELS)
        self.publication_id = self.works.approved()
        self.retracted_at = None
        self.lied: set[str] = set()

    def play(self, act) -> None:
        match act:
            case ("fault", channel, fault, operation, times, status, minutes):
                # An adapter never calls certain what took effect: that is what its own contract holds it to.
                if fault is Fault.FAIL_AFTER and operation in ("upload", "publish"):
                    status = 503
                # A lying or late look is a channel that does not answer: bounded, like every fault here.
                rule = Rule(fault=fault, method=operation, times=times, status=status, delay=minutes * MINUTE)
                self.works.fakes[channel].rules.append(rule)
            case ("crash", channel, operation, phase):
                self._arm(channel, operation, phase)
            case ("wait", minutes):
                self._pass(minutes * MINUTE)
            case ("retract",):
                self.works.retract(self.publication_id, Reason.APPEAL_LODGED)
                self.retracted_at = self.retracted_at or self.works.clock()
                self._pass(MINUTE)
            case ("restart",):
                self.works.restart()
            case ("compare",):
                self._try(self.works.compare)
            case ("revoke", channel):
                self.works.fakes[channel].revoked = True
            case ("repair",):
                self._repair()
        self.check()

    def _arm(self, channel, operation, phase) -> None:
        fake = self.works.fakes[channel]

        def crash(called, when):
            if (called, when) == (operation, phase):
                fake.on_call = lambda *_: None
                raise Crash

        fake.on_call = crash

    def _repair(self) -> None:
        for fake in self.works.fakes.values():
            fake.rules.clear()
            fake.revoked = False
            fake.on_call = lambda *_: None

    def _try(self, act) -> None:
        from adapters.base import AdapterError

        try:
            act()
        except Crash:
            self.works.restart()
        except AdapterError:
            return

    def _pass(self, time: timedelta) -> None:
        end = self.works.clock() + time
        while self.works.clock() < end:
            step = min(timedelta(seconds=60), end - self.works.clock())
            self._try(lambda step=step: self.works.pass_time(step, step=step))
            self.check()

    def check(self) -> None:
        for channel, fake in self.works.fakes.items():
            posts = [each for each in fake.objects.values() if each.kind == "post"]
            assert len([each for each in posts if each.visible]) <= 1, f"two copies on {channel}"
            if self.retracted_at is not None:
                sent_late = [each for each in posts if each.created_at > self.retracted_at and not self._was_late(each)]
                assert sent_late == [], f"created after a retraction on {channel}"

    def _was_late(self, made) -> bool:
        """Landed late: the request had gone out before the retraction."""
        with self.works.ledger.read() as tx:
            gone_out = [entry.at for entry in journal.entries(tx) if entry.event == "go"]
        return all(at <= self.retracted_at for at in gone_out)

    def finish(self) -> None:
        """Faults stop; the platform answers again: everything is tracked, and comes down in time."""
        self._repair()
        self.works.restart()
        self.works.fast_forward(HOUR)
        self.works.compare(everything=True)
        self._pass(5 * MINUTE)
        with self.works.ledger.read() as tx:
            for channel, fake in self.works.fakes.items():
                untracked = [each.id for each in fake.visible() if not artefacts.known(tx, channel, each.id)]
                assert untracked == [], f"untracked on {channel}"
        self.works.fast_forward(timedelta(days=28))
        assert self.works.visible() == []
        assert all(post.state in CLOSED for post in self.works.posts())
        with self.works.ledger.read() as tx:
            assert journal.verify_ledger(tx).whole
        self._nothing_outstayed()

    def _nothing_outstayed(self) -> None:
        for fake in self.works.fakes.values():
            for each in fake.objects.values():
                if each.kind == "post" and each.deleted_at is not None:
                    assert each.deleted_at - each.created_at <= timedelta(days=28)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SCRIPTS)
def test_nothing_goes_up_that_cannot_be_brought_down(script):
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder))
        try:
            for act in script:
                trial.play(act)
            trial.finish()
        finally:
            trial.works.ledger.close()
