"""The one property above all: for any script of faults, crashes, events and retractions, never two visible copies,
never an untracked object, nothing up past its date while the platform answers, nothing created after a retraction,
and everything down once faults stop.
"""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.base import AdapterError
from adapters.standin.core import Fault, Rule
from bot import intake
from bot.audit import compare
from policies.lifecycle import CLOSED, MAY_BE_VISIBLE, State
from policies.terms import Channel, EventType, Reason
from store import artefacts, cases, journal, posts
from tests.bot.works import Crash, Works
from tests.policies.samples import notice

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
RETENTION = 28 * DAY
# A channel counts as answering once it has been without fault for longer than it may ask us to wait.
ANSWERING = 20 * MINUTE
COMPARED_EVERY = 15 * MINUTE
CHANNELS = (Channel.WEBSITE, Channel.FACEBOOK, Channel.X)
# The two that matter most twice, so that they are drawn more often.
OPERATIONS = ["upload", "publish", "publish", "remove", "look", "edit", "remove", "presence", "recent"]

# What fails before its effect may answer anything; after it, an adapter may only say that it does not know.
FAULTS = st.tuples(
    st.just("fault"),
    st.sampled_from(CHANNELS),
    st.one_of(
        st.tuples(st.just(Fault.FAIL_BEFORE), st.sampled_from([400, 401, 0, 503])),
        st.tuples(
            st.sampled_from(
                [Fault.FAIL_AFTER, Fault.LOSE_BEFORE, Fault.LOSE_AFTER, Fault.LATE, Fault.LIE, Fault.THROTTLE]
            ),
            st.just(503),
        ),
    ),
    st.sampled_from(OPERATIONS),
    st.integers(1, 3),
    st.integers(0, 14),
)
CRASHES = st.tuples(
    st.just("crash"),
    st.sampled_from(CHANNELS),
    st.sampled_from(OPERATIONS[2:]),
    st.sampled_from(["before", "after"]),
)
REST = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 5, 20, 60])),
    st.tuples(st.just("retract")),
    st.tuples(st.just("event")),
    st.tuples(st.just("amend")),
    st.tuples(st.just("restart")),
    st.tuples(st.just("compare")),
    st.tuples(st.just("skip"), st.sampled_from([timedelta(days=7), timedelta(days=27, hours=21)])),
    st.tuples(st.just("revoke"), st.sampled_from(CHANNELS)),
    st.tuples(st.just("repair")),
)
SCRIPTS = st.lists(st.one_of(FAULTS, CRASHES, REST), min_size=1, max_size=10)


class Trial:
    """Plays a script and checks the promise after every act, against the truth the channels keep."""

    def __init__(self, folder: Path) -> None:
        self.works = Works(folder, channels=CHANNELS)
        self.notice = notice(channels=CHANNELS, service="environment")
        self.publication_id = self.works.approved(self.notice)
        self.retracted_after = None
        self.lied: set[Channel] = set()
        start = self.works.clock()
        self.compared = dict.fromkeys(CHANNELS, start)
        self.whole_since = dict.fromkeys(CHANNELS, start)
        self.compare_at = start + COMPARED_EVERY

    def play(self, act) -> None:
        match act:
            case ("fault", channel, (fault, status), operation, times, minutes):
                if fault is Fault.LIE and operation in {"look", "presence", "recent"}:
                    self.lied.add(channel)
                rule = Rule(fault=fault, method=operation, times=times, status=status, delay=minutes * MINUTE)
                self.works.fakes[channel].rules.append(rule)
            case ("crash", channel, operation, phase):
                self._arm(channel, operation, phase)
            case ("wait", minutes):
                self._pass(minutes * MINUTE)
            case ("retract" | "event" as how,):
                self._take_down(how)
            case ("amend",):
                self._amend()
            case ("restart",):
                self.works.restart()
            case ("compare",):
                self._compare()
            case ("skip", time):
                self._repair()
                self._pass(5 * MINUTE)
                self.works.fast_forward(time)
                self._compare()
            case ("revoke", channel):
                self.works.fakes[channel].revoked = True
            case ("repair",):
                self._repair()
        self.check()

    def _take_down(self, how) -> None:
        works = self.works
        if how == "retract":
            works.retract(self.publication_id, Reason.APPEAL_LODGED)
        else:
            case, what = self.notice.case_ref, EventType.APPEAL_LODGED
            intake.record_event(works.bot, works.officer, case, what, happened_at=works.clock())
        if self.retracted_after is None:
            with works.ledger.read() as tx:
                self.retracted_after = journal.head(tx)[0]
        self._pass(MINUTE)

    def _amend(self) -> None:
        if self.retracted_after is None:
            self.notice = replace(self.notice, revision=self.notice.revision + 1)
            self.works.approved(self.notice)

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

    def _try(self, act) -> bool:
        try:
            act()
        except Crash:
            self.works.restart()
        except AdapterError:
            pass
        else:
            return True
        return False

    def _compare(self) -> None:
        self.compare_at = self.works.clock() + COMPARED_EVERY
        for channel in CHANNELS:
            began = self.works.clock()
            lying = any(rule.method == "recent" for rule in self.works.fakes[channel].rules)
            if self._try(lambda channel=channel: compare(self.works.bot, channel)) and not lying:
                self.compared[channel] = began

    def _sweep(self) -> None:
        if self.notice.revision > 1:
            with self.works.ledger.write() as tx:
                intake.due_successors(self.works.bot, tx, self.works.clock())
        self.works.run()

    def _pass(self, time: timedelta) -> None:
        """Let time pass in jumps to whatever is due next, comparing accounts on the way."""
        end = self.works.clock() + time
        while (now := self.works.clock()) < end:
            due = [post.due_at for post in self.works.posts() if post.due_at and post.due_at > now]
            self.works.clock.now = min([*due, end, self.compare_at])
            self._try(self._sweep)
            if self.works.clock() >= self.compare_at:
                self._compare()
            self.check()

    def check(self) -> None:
        with self.works.ledger.read() as tx:
            for channel, fake in self.works.fakes.items():
                if fake.rules or fake.revoked:
                    self.whole_since[channel] = self.works.clock()
                up = [each for each in fake.visible() if each.kind == "post"]
                assert len(up) <= 1, f"two copies on {channel}"
                for each in up:
                    self._tracked(tx, channel, each)
                    self._in_time(tx, channel)
            self._nothing_sent_after_a_retraction(tx)

    def _tracked(self, tx, channel, made) -> None:
        """In the ledger as what may be visible; or looked for; or landed since the account was last compared."""
        rows = artefacts.known(tx, channel, made.id)
        states = {posts.get(tx, row.post_id).state for row in rows}
        if states & MAY_BE_VISIBLE or channel in self.lied:
            return
        assert not states, f"called gone and visible on {channel}"
        in_doubt = posts.in_states(tx, State.POSTING, channel=channel)
        assert in_doubt or made.created_at >= self.compared[channel], f"untracked on {channel}"

    def _in_time(self, tx, channel) -> None:
        first = cases.first_up(tx, self.publication_id)
        assert first is not None, "up without a clock"
        late = self.works.clock() >= first + RETENTION
        assert not late or self.works.clock() - self.whole_since[channel] < ANSWERING, f"past its date on {channel}"

    def _nothing_sent_after_a_retraction(self, tx) -> None:
        if self.retracted_after is not None:
            later = [entry for entry in journal.entries(tx, after=self.retracted_after) if entry.event == "go"]
            assert later == [], "sent after a retraction"

    def finish(self) -> None:
        """Faults stop; the platform answers again: everything is tracked, and comes down in time."""
        self._repair()
        self.works.restart()
        self.lied.clear()
        self.works.fast_forward(HOUR)
        for channel in CHANNELS:
            compare(self.works.bot, channel, everything=True)
        self._pass(ANSWERING)
        with self.works.ledger.read() as tx:
            for channel, fake in self.works.fakes.items():
                untracked = [each.id for each in fake.visible() if not artefacts.known(tx, channel, each.id)]
                assert untracked == [], f"untracked on {channel}"
        if self.retracted_after is not None:
            assert self.works.visible() == []
        self.works.fast_forward(RETENTION)
        assert self.works.visible() == []
        assert all(post.state in CLOSED for post in self.works.posts())
        with self.works.ledger.read() as tx:
            assert journal.verify_ledger(tx).whole


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SCRIPTS)
@example([("fault", Channel.FACEBOOK, (Fault.LATE, 503), "publish", 1, 10), ("wait", 60)])
@example([("fault", Channel.X, (Fault.LATE, 503), "publish", 1, 14), ("wait", 5), ("event",), ("wait", 60)])
@example([("crash", Channel.FACEBOOK, "publish", "after"), ("wait", 5), ("amend",), ("wait", 20)])
@example([("wait", 5), ("amend",), ("crash", Channel.WEBSITE, "edit", "after"), ("wait", 1), ("retract",)])
@example([("skip", timedelta(days=27, hours=21)), ("revoke", Channel.X), ("wait", 60), ("repair",), ("wait", 60)])
def test_nothing_goes_up_that_cannot_be_brought_down(script):
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder))
        try:
            for act in script:
                trial.play(act)
            trial.finish()
        finally:
            trial.works.ledger.close()
