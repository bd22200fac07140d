"""`downdate demo`: the whole life of a notice in under a minute, each step checked against the stand-ins' truth."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic

from rich.console import Console

from adapters.http import EdgeSession
from adapters.standin.core import Fault, Rule
from bot.alerts import Sender
from bot.daemon import Loop, only_daemon
from bot.intake import Refused, approve, retract, submit
from bot.rehearsal import Rehearsal, rehearsing
from bot.running import live_channels, publish_sample, sample_notice
from bot.site import serving_site
from bot.submission import receive_file
from bot.urgent import take_down_now
from policies.terms import Reason
from store import artefacts, journal, people, posts, publications

STEP = 15.0


class StepFailedError(Exception):
    """What the step promised is not so."""


@dataclass
class _Life:
    """What the steps hand to each other."""

    here: Rehearsal
    refs: list[str] = field(default_factory=list)
    digest: str = ""


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


def _submit(life: _Life) -> None:
    bot = life.here.bot
    with bot.ledger.read() as tx:
        officer = people.by_token(tx, life.here.officer.token, bot.now)
    assert officer is not None
    submitted = submit(bot, officer, receive_file(sample_notice(), now=bot.now))
    if submitted.refused:
        raise StepFailedError(", ".join(f"{each.clause}: {each.what}" for each in submitted.objections))
    life.refs.append(submitted.ref)
    life.digest = submitted.digest


def _unapproved(life: _Life) -> None:
    threading.Event().wait(1.0)
    if any(_counts(life, life.refs[0])):
        raise StepFailedError("something is up that nobody approved")
    bot = life.here.bot
    with bot.ledger.read() as tx:
        director = people.by_token(tx, life.here.director.token, bot.now)
    assert director is not None
    try:
        approve(bot, director, life.refs[0], "0" * 64)
    except Refused:
        return
    raise StepFailedError("an approval of another digest was taken")


def _approve(life: _Life) -> None:
    bot = life.here.bot
    with bot.ledger.read() as tx:
        director = people.by_token(tx, life.here.director.token, bot.now)
    assert director is not None
    approve(bot, director, life.refs[0], life.digest)


def _up(life: _Life) -> None:
    _until(
        lambda: _counts(life, life.refs[0]) == [1, 1, 1, 1] and live_channels(life.here.bot, life.refs[0]) == 4,
        lambda: f"page, Facebook, Instagram, X show {_counts(life, life.refs[0])} copies",
    )


def _lost_answer(life: _Life) -> None:
    life.here.graph.rules.append(Rule(fault=Fault.LOSE_AFTER, method="POST", path="/feed"))
    life.here.x.rules.append(Rule(fault=Fault.LOSE_AFTER, method="POST", path="/2/tweets"))
    notice = _another_case(Path(life.here.bot.ledger.folder))
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


def _another_case(folder: Path) -> Path:
    copy = folder / "second.json"
    copy.write_text(sample_notice().read_text().replace("EH/2026/0417", "EH/2026/0418"))
    return copy


def _retract(life: _Life) -> None:
    bot = life.here.bot
    with bot.ledger.read() as tx:
        officer = people.by_token(tx, life.here.officer.token, bot.now)
    assert officer is not None
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
    ("The officer retracts both", _retract),
    ("Every copy is gone by the platforms' own account, the pages answer 410", _gone),
    ("The journal is whole", _journal),
)


def run_demo(console: Console, steps: Steps = STEPS) -> bool:
    """Show every step; True if all held. Always ends: a step that does not hold within 15 s has failed."""
    with tempfile.TemporaryDirectory(prefix="downdate-demo-") as folder, ExitStack() as stack:
        here = stack.enter_context(rehearsing(Path(folder), period=timedelta(minutes=10)))
        site = here.bot.settings.site
        stack.enter_context(serving_site(site.root, site.host, site.port))
        stack.enter_context(_looping(here))
        life = _Life(here=here)
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
