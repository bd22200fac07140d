"""`downdate demo`: the whole life of a notice in under a minute, each step checked against the stand-ins' truth.

Its clock begins some minutes before a midnight, because that is when convictions are spent.
"""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from rich.console import Console

from adapters.http import EdgeSession
from adapters.standin.core import Fault, Rule
from bot.alerts import Sender
from bot.assemble import wall_clock
from bot.daemon import Loop, only_daemon
from bot.demo_samples import sample_of, spent_on, with_neighbour, written
from bot.explaining import Explanation, Verdict, explain
from bot.intake import Refused, Submitted, advise, approve, retract, submit
from bot.rehearsal import Rehearsal, Someone, check_all, rehearsing
from bot.running import live_channels, publish_sample
from bot.site import serving_site
from bot.submission import receive_file
from bot.urgent import take_down_now
from policies.answers import Consultee
from policies.retention import LONDON, london_midnight
from policies.terms import Person, Reason, Role
from store import artefacts, journal, people, posts, publications

STEP = 15.0
PERIOD = timedelta(minutes=10)
BEFORE = timedelta(minutes=6)
# Less than what would raise an alarm about the loop.
HOP = timedelta(seconds=30)


class StepFailedError(Exception):
    """What the step promised is not so."""


class _Clock:
    """Begins six minutes before the coming midnight and goes as fast as any clock; it can be set forward."""

    def __init__(self) -> None:
        today = wall_clock().astimezone(LONDON).date()
        # Twelve months never end on 29 February.
        days = 2 if (today.month, today.day) == (2, 28) else 1
        self.ends_on = today + timedelta(days=days)
        self.midnight = london_midnight(self.ends_on)
        self._ahead = self.midnight - BEFORE - wall_clock()

    def __call__(self) -> datetime:
        return wall_clock() + self._ahead

    def forward(self, by: timedelta) -> None:
        self._ahead += by


@dataclass
class _Life:
    """What the steps hand to each other."""

    here: Rehearsal
    clock: _Clock
    refs: list[str] = field(default_factory=list)
    digest: str = ""
    held: Submitted | None = None
    spent: str = ""

    @property
    def today(self) -> date:
        return self.clock().astimezone(LONDON).date()


@contextmanager
def _looping(here: Rehearsal) -> Iterator[None]:
    alerts = here.bot.settings.alerts
    loop = Loop(here.bot, Sender(alerts.urls, alerts.second_urls, link_base=alerts.link_base))
    with only_daemon(here.bot.ledger.folder):
        thread = threading.Thread(target=loop.run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            loop.stop()
            thread.join(10)


def _until(holds: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    end = monotonic() + STEP
    pause = threading.Event()
    while not holds():
        if monotonic() > end:
            raise StepFailedError(otherwise())
        pause.wait(0.1)


def _public(life: _Life, kind: str) -> list[str]:
    """The texts the public can see now, by the stand-ins' own account."""
    shown = [*life.here.x.visible(), *life.here.graph.visible()]
    return [str(each.fields) for each in shown if each.kind == kind]


def _counts(life: _Life, ref: str) -> list[int]:
    """Copies of the notice visible on the page, Facebook, Instagram and X, by their own account."""
    graph = [each for each in life.here.graph.visible() if ref in str(each.fields)]
    facebook = [each for each in graph if each.kind == "post"]
    instagram = [each for each in graph if each.kind == "media"]
    x = [each for each in life.here.x.visible() if each.kind == "post" and ref in str(each.fields)]
    return [1 if _page_status(life, ref) == 200 else 0, len(facebook), len(instagram), len(x)]


def _page_status(life: _Life, ref: str) -> int:
    with life.here.bot.ledger.read() as tx:
        known = publications.find(tx, ref)
    assert known is not None
    with EdgeSession(deadline=timedelta(seconds=3)) as session:
        return session.request("GET", f"{life.here.site_url}/n/{known.page_id}/").status_code


def _person(life: _Life, someone: Someone) -> Person:
    bot = life.here.bot
    with bot.ledger.read() as tx:
        known = people.by_token(tx, someone.token, bot.now)
    assert known is not None
    return known


def _submitted(life: _Life, notice: dict[str, Any], case: str | None = None) -> Submitted:
    bot = life.here.bot
    file = written(bot.ledger.folder, notice, case)
    return submit(bot, _person(life, life.here.officer), receive_file(file, now=bot.now))


def _not_approvable(life: _Life, ref: str, digest: str, otherwise: str) -> None:
    try:
        approve(life.here.bot, _person(life, life.here.director), ref, digest)
    except Refused:
        return
    raise StepFailedError(otherwise)


def _explained(life: _Life, ref: str) -> Explanation:
    with life.here.bot.ledger.read() as tx:
        return explain(life.here.bot, tx, ref, life.here.bot.now)


def _stays_down(life: _Life, ref: str, otherwise: str) -> None:
    threading.Event().wait(1.0)
    if any(_counts(life, ref)):
        raise StepFailedError(otherwise)


def _submit(life: _Life) -> None:
    submitted = _submitted(life, sample_of(life.today))
    if submitted.refused:
        raise StepFailedError(", ".join(f"{each.clause}: {each.what}" for each in submitted.objections))
    life.refs.append(submitted.ref)
    life.digest = submitted.digest


def _unapproved(life: _Life) -> None:
    _stays_down(life, life.refs[0], "something is up that nobody approved")
    _not_approvable(life, life.refs[0], "0" * 64, "an approval of another digest was taken")


def _approve(life: _Life) -> None:
    approve(life.here.bot, _person(life, life.here.director), life.refs[0], life.digest)


def _up(life: _Life) -> None:
    _until(
        lambda: _counts(life, life.refs[0]) == [1, 1, 1, 1] and live_channels(life.here.bot, life.refs[0]) == 4,
        lambda: f"page, Facebook, Instagram, X show {_counts(life, life.refs[0])} copies",
    )


def _lost_answer(life: _Life) -> None:
    life.here.graph.rules.append(Rule(fault=Fault.LOSE_AFTER, method="POST", path="/feed"))
    life.here.x.rules.append(Rule(fault=Fault.LOSE_AFTER, method="POST", path="/2/tweets"))
    notice = written(life.here.bot.ledger.folder, sample_of(life.today), "EH/2026/0418")
    ref = publish_sample(life.here, notice)
    life.refs.append(ref)
    _until(
        lambda: live_channels(life.here.bot, ref) == 4 and _counts(life, ref) == [1, 1, 1, 1],
        lambda: f"copies after lost answers: {_counts(life, ref)}",
    )
    with life.here.bot.ledger.read() as tx:
        known = publications.find(tx, ref)
        assert known is not None
        for post in posts.of_publication(tx, known.id):
            if not any(row.platform_id for row in artefacts.of_post(tx, post.id)):
                raise StepFailedError(f"{post.channel.value} is up without an id")


def _refused(life: _Life) -> None:
    submitted = _submitted(life, sample_of(life.today, age=17), "EH/2026/0419")
    told = _explained(life, submitted.ref)
    if told.verdict is not Verdict.REFUSED or not told.lesser_offered:
        raise StepFailedError(f"it is {told.verdict.value}")
    if "5.3" not in {each.clause for each in told.objections}:
        raise StepFailedError("it is not refused because of 5.3")
    _not_approvable(life, submitted.ref, submitted.digest, "an approval was taken")
    _stays_down(life, submitted.ref, "a person under 18 is shown")


def _hold(life: _Life) -> None:
    life.held = _submitted(life, with_neighbour(sample_of(life.today)), "EH/2026/0420")
    told = _explained(life, life.held.ref)
    if told.verdict is not Verdict.HELD or told.missing.clearances != (Consultee.DPO,):
        raise StepFailedError(f"it is {told.verdict.value}")
    _not_approvable(life, life.held.ref, life.held.digest, "an approval was taken without the clearance")
    _stays_down(life, life.held.ref, "it is up without the clearance")


def _cured(life: _Life) -> None:
    bot, held = life.here.bot, life.held
    assert held is not None
    with bot.ledger.write() as tx:
        dpo, _ = people.add(tx, name="Sample Data Protection Officer", held=[(Role.DPO, None)], now=bot.now)
    advise(bot, dpo, held.ref, role=Consultee.DPO, cleared=True, note="Nobody can tell who the neighbour is.")
    approve(bot, _person(life, life.here.director), held.ref, held.digest)
    life.refs.append(held.ref)
    _until(lambda: _counts(life, held.ref) == [1, 1, 1, 1], lambda: f"copies: {_counts(life, held.ref)}")


def _retract(life: _Life) -> None:
    bot = life.here.bot
    officer = _person(life, life.here.officer)
    down = [post for ref in life.refs for post in retract(bot, officer, ref=ref, reason=Reason.INACCURATE)]
    if not take_down_now(bot, down, patience=timedelta(seconds=20)):
        raise StepFailedError("not every copy is proven gone")


def _gone(life: _Life) -> None:
    for ref in life.refs:
        if any(_counts(life, ref)):
            raise StepFailedError(f"still visible: {_counts(life, ref)}")
        if _page_status(life, ref) != 410:
            raise StepFailedError("the page does not answer 410")
    if _public(life, "photo"):
        raise StepFailedError("a picture is still public")


def _spent_soon(life: _Life) -> None:
    notice = written(life.here.bot.ledger.folder, spent_on(life.clock.ends_on, today=life.today), "EH/2026/0421")
    life.spent = publish_sample(life.here, notice)
    _until(lambda: _counts(life, life.spent) == [1, 1, 1, 1], lambda: f"copies: {_counts(life, life.spent)}")
    due = _explained(life, life.spent).deadline
    if (due.by, due.clause) != (life.clock.midnight, "5.7.4(a)"):
        raise StepFailedError(f"it is to be down by {due.by.isoformat()} ({due.clause})")


def _spent(life: _Life) -> None:
    bot = life.here.bot
    starts = _explained(life, life.spent).deadline.removal_starts
    while (left := starts - life.clock()) > timedelta(0):
        life.clock.forward(min(left, HOP))
        # Platforms tell the time as well.
        check_all(bot)
        threading.Event().wait(0.5)
    _until(lambda: not any(_counts(life, life.spent)), lambda: f"still visible: {_counts(life, life.spent)}")
    if life.clock() >= life.clock.midnight:
        raise StepFailedError("it was visible when the conviction was spent")
    if _page_status(life, life.spent) != 410:
        raise StepFailedError("the page does not answer 410")


def _journal(life: _Life) -> None:
    with life.here.bot.ledger.read() as tx:
        verdict = journal.verify_ledger(tx)
    if not verdict.whole:
        raise StepFailedError(f"entry {verdict.first_bad} does not follow")


Steps = tuple[tuple[str, Callable[[_Life], None]], ...]
STEPS: Steps = (
    ("The officer submits the sample notice", _submit),
    ("Nothing goes up before it is approved, and only for the digest shown", _unapproved),
    ("The Director approves exactly what was shown", _approve),
    ("It is up once on the website, Facebook, Instagram and X", _up),
    ("A second notice loses two answers on the way: found, adopted, not doubled", _lost_answer),
    ("A notice about a person of 17 is refused (5.3) and never goes up", _refused),
    ("A notice that tells of a neighbour is held for the Data Protection Officer (5.5)", _hold),
    ("That clearance cures the hold: approved, it is up", _cured),
    ("The officer retracts all three", _retract),
    ("Every copy is gone by the platforms' own account, the pages answer 410", _gone),
    ("Minutes before a fine is spent, its notice is to be down by that midnight (5.7.4(a))", _spent_soon),
    ("It comes down by itself before the conviction is spent", _spent),
    ("The journal is whole", _journal),
)


def run_demo(console: Console, steps: Steps = STEPS) -> bool:
    """Show every step; True if all held. Always ends: a step that does not hold within 15 s has failed."""
    with tempfile.TemporaryDirectory(prefix="downdate-demo-") as folder, ExitStack() as stack:
        clock = _Clock()
        # The clock hops over what would be repeated.
        extra = {"alerts": {"repeat_every": "1h"}}
        here = stack.enter_context(rehearsing(Path(folder), period=PERIOD, clock=clock, extra=extra))
        site = here.bot.settings.site
        stack.enter_context(serving_site(site.root, site.host, site.port))
        stack.enter_context(_looping(here))
        life = _Life(here=here, clock=clock)
        for words, step in steps:
            started = monotonic()
            with console.status(f"{words} …"):
                try:
                    step(life)
                except StepFailedError as failed:
                    console.print(f"[red]✗[/red] {words}: {failed}")
                    return False
            console.print(f"[green]✓[/green] {words} [dim]({monotonic() - started:.1f} s)[/dim]")
    return True
