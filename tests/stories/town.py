"""A council whose daemon is a process of its own: stand-ins and ledger here, `downdate serve` beside, killed at will."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any, Self

import requests

from adapters.http import EdgeSession
from adapters.standin.core import Fault, Object, Rule, Standin
from bot import intake
from bot.rehearsal import Rehearsal, Someone, rehearsing
from bot.settings import as_environment
from bot.submission import receive
from policies.lifecycle import CLOSED, State
from policies.terms import Channel, Person, Reason
from store import artefacts, desk, people, posts, publications
from store.posts import Post
from tests.bot.office import SAMPLES, document, with_changes
from tests.bot.terminal import news

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0
# Longer than any test: whoever asked is dead or has given up before.
FOR_EVER = timedelta(minutes=5)
# The same proportions as in service: absence is believed after deadline and settle, never before.
QUICK: dict[str, Any] = {
    "poll": "100ms",
    "call_deadline": "1s",
    "trace_delays": ["100ms", "200ms", "300ms"],
    "second_look": "200ms",
    "removal_retry_delays": ["100ms", "200ms", "300ms"],
    "recheck_after": "500ms",
    # Nothing here takes so long that a person would have to be told.
    "alert_removal": "60s",
    "alert_urgent": "60s",
    "alert_doubt": "60s",
    "recheck_every": "1s",
    "compare_every": "1s",
    "compare_every_x": "1s",
}
COPIES = {Channel.FACEBOOK: "post", Channel.INSTAGRAM: "media", Channel.X: "post"}


def until(holds: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait until it holds; fails, and says what did not happen, after `patience`."""
    end = monotonic() + patience
    pause = threading.Event()
    while not holds():
        assert monotonic() < end, f"not in time: {what}"
        pause.wait(0.02)


class Cradle:
    """Starts processes of ours; see `cradle.py`."""

    def __init__(self) -> None:
        self._mother = subprocess.Popen(
            [sys.executable, "-m", "tests.stories.cradle"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, **told: Any) -> Any:
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.write(json.dumps(told).encode() + b"\n")
        self._mother.stdin.flush()
        return json.loads(self._mother.stdout.readline())

    def close(self) -> None:
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.close()
        self._mother.wait(PATIENCE)
        self._mother.stdout.close()


@dataclass
class Process:
    """One process of ours. Leaving the block kills it, whatever has become of it."""

    cradle: Cradle
    number: int
    out: Path
    err: Path
    ended: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def running(self) -> bool:
        if self.ended is None:
            self.ended = self.cradle.ask(ended=self.number)
        return self.ended is None

    def signal(self, number: signal.Signals) -> None:
        if self.running:
            os.kill(self.number, number)

    def end(self, patience: float = PATIENCE) -> int:
        """Wait for its end; returns its exit code, negative for a signal."""
        until(lambda: not self.running, "the process ends", patience)
        assert self.ended is not None
        return self.ended

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.end()

    def stop(self) -> None:
        """As systemd does it; ten seconds are what the service promises."""
        self.signal(signal.SIGTERM)
        assert self.end(10) == 0, self.err.read_text()

    def died(self) -> None:
        """Wait for the death it was armed with."""
        assert self.end() == -signal.SIGKILL, self.err.read_text()

    def did(self) -> bytes:
        """Wait until it has ended well; returns what it said."""
        assert self.end() == 0, self.err.read_text()
        return self.out.read_bytes()


@dataclass
class Town:
    here: Rehearsal
    cradle: Cradle
    folder: Path
    started: int = 0
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def site(self) -> Path:
        root: Path = self.here.bot.settings.site.root
        return root

    def standin(self, channel: Channel) -> Standin:
        return self.here.x if channel is Channel.X else self.here.graph

    # processes

    def start(self, *command: str, dies_after: str | None = None, who: Someone | None = None) -> Process:
        """Run a command of ours; `dies_after` is a pattern of `cradle.py`."""
        self.started += 1
        out, err = (self.folder / f"process-{self.started}.{end}" for end in ("out", "err"))
        environment = as_environment(self.here.overrides)
        if who is not None:
            environment["DOWNDATE_TOKEN"] = who.token
        told = {"environment": environment, "out": str(out), "err": str(err), "dies_after": dies_after}
        return Process(self.cradle, self.cradle.ask(start=command, **told), out, err)

    def serve(self, *only: str, dies_after: str | None = None) -> Process:
        return self.start("serve", *(f"--only={part}" for part in only), dies_after=dies_after)

    def retract_elsewhere(self, ref: str) -> None:
        """An officer's own command: it ends well only when all is proven gone."""
        with self.start("retract", ref, "--reason", "inaccurate", "--yes", who=self.here.officer) as retracting:
            retracting.did()

    # acts

    def _who(self, someone: Someone) -> Person:
        with self.here.bot.ledger.read() as tx:
            known = people.by_token(tx, someone.token, self.here.bot.now)
        assert known is not None
        return known

    def site_answers(self) -> bool:
        with EdgeSession(deadline=timedelta(seconds=2)) as session:
            try:
                return session.get(self.here.site_url + "/").status_code < 500
            except requests.RequestException:
                return False

    def ready(self) -> None:
        """Wait until every channel has shown that it can remove; before that nothing is posted."""

        def shown() -> bool:
            with self.here.bot.ledger.read() as tx:
                return all(desk.account(tx, channel).can_remove for channel in self.here.bot.adapters)

        until(shown, "every channel was checked")

    def publish(self, name: str = "case_outcome", **changes: Any) -> str:
        """Submit and approve; returns the reference."""
        written = with_changes(news() if name == "case_outcome" else document(name), changes)
        bot = self.here.bot
        given = receive(json.dumps(written).encode(), folder=SAMPLES, now=bot.now)
        submitted = intake.submit(bot, self._who(self.here.officer), given)
        assert not submitted.refused, submitted.objections
        self.asked[submitted.ref] = written
        self._approve(submitted.ref)
        return submitted.ref

    def amend(self, ref: str, **changes: Any) -> None:
        written = self.asked[ref]
        for key, value in changes.items():
            written["content"][key] = value
        bot = self.here.bot
        given = receive(json.dumps(written).encode(), folder=SAMPLES, now=bot.now)
        intake.amend(bot, self._who(self.here.officer), ref, given)
        self._approve(ref)

    def _approve(self, ref: str) -> None:
        director = self._who(self.here.director)
        digest = intake.preview(self.here.bot, director, ref).digest
        intake.approve(self.here.bot, director, ref, digest, [])

    def retract(self, ref: str) -> None:
        """For the daemon to carry out."""
        intake.retract(self.here.bot, self._who(self.here.officer), ref=ref, reason=Reason.INACCURATE)

    # what we claim

    def posts(self, ref: str, channel: Channel) -> list[Post]:
        with self.here.bot.ledger.read() as tx:
            known = publications.find(tx, ref)
            assert known is not None
            return [post for post in posts.of_publication(tx, known.id) if post.channel is channel]

    def rows(self, ref: str, channel: Channel) -> list[artefacts.Artefact]:
        found = self.posts(ref, channel)
        with self.here.bot.ledger.read() as tx:
            return [row for post in found for row in artefacts.of_post(tx, post.id)]

    def live(self, ref: str, channel: Channel, revision: int = 1) -> bool:
        """Whether exactly one copy is held to be up, was read back and shows the revision."""
        up = [post for post in self.posts(ref, channel) if post.state not in CLOSED]
        return [(post.state, post.shown_revision) for post in up] == [(State.LIVE, revision)] and (
            up[0].seen_at is not None
        )

    def down(self, ref: str) -> bool:
        found = [post for channel in self.here.bot.adapters for post in self.posts(ref, channel)]
        return bool(found) and all(post.state in CLOSED for post in found)

    # what is true

    def copies(self, ref: str, channel: Channel) -> list[Object]:
        """Every copy there ever was on a network, by the stand-in's own account."""
        standin = self.standin(channel)
        with standin.lock:
            made = [each for each in standin.objects.values() if each.kind == COPIES[channel]]
        return [each for each in made if ref in str(each.fields["text"])]

    def shown(self, ref: str, channel: Channel) -> int:
        return sum(each.visible for each in self.copies(ref, channel))

    def page(self, ref: str) -> Path:
        with self.here.bot.ledger.read() as tx:
            known = publications.find(tx, ref)
        assert known is not None
        return self.site / "n" / known.page_id / "index.html"

    # in mid-call

    def seen(self, channel: Channel, rule: Rule) -> bool:
        """Whether a request met the rule and, where it has one, its effect."""
        with self.standin(channel).lock:
            return rule.seen > 0

    def when_taken(
        self, channel: Channel, method: str, path: str, act: Callable[[], object], then: Callable[[], object]
    ) -> None:
        """Act; once the request that follows from it has taken effect and waits for its answer, do the other thing."""
        standin = self.standin(channel)
        rule = Rule(fault=Fault.HANG, method=method, path=path, delay=FOR_EVER)
        standin.rules.append(rule)
        act()
        until(lambda: self.seen(channel, rule), f"{method} {path}")
        then()
        standin.rules.remove(rule)

    def dies_after_effect(
        self, daemon: Process, channel: Channel, method: str, path: str, act: Callable[[], object] = lambda: None
    ) -> None:
        self.when_taken(channel, method, path, act, daemon.kill)

    @contextmanager
    def frozen(self, daemon: Process) -> Iterator[None]:
        """Stop the process as it stands, but not while it holds the ledger, which would hold up everybody."""
        with self.here.bot.ledger.write():
            daemon.signal(signal.SIGSTOP)
            state = Path(f"/proc/{daemon.number}/stat")
            until(lambda: state.read_text().rpartition(")")[2].split()[0] == "T", "the daemon is frozen")
        try:
            yield
        finally:
            daemon.signal(signal.SIGCONT)

    # the promise

    def check_end(self, *refs: str) -> None:
        """All is down: by the stand-ins, by the folder of the site, by our own export, status and journal."""
        everything = [*self.here.x.objects.values(), *self.here.graph.objects.values()]
        assert [each.kind for each in everything if each.visible] == []
        for ref in refs:
            for channel in COPIES:
                assert never_two(self.copies(ref, channel))
            page_id = self.page(ref).parent.name
            assert not self.page(ref).parent.exists()
            assert not any(page_id in (self.site / each).read_text() for each in ("index.html", "feed.atom"))
        assert [each.name for each in (self.site / "h").glob("*")] == []
        asked = [self.start(*each.split()) for each in ("ledger export", "status --json", "journal verify --json")]
        export, standing, chain = [each.did() for each in asked]
        exported = [json.loads(line) for line in export.splitlines()]
        known = {row["platform_id"]: row for row in exported if row["type"] == "artefact"}
        public = {each.id for each in everything if each.public}
        assert public <= set(known)
        # Everything is proven gone but what was never public: an id without a fate would be a copy we lost sight of.
        assert [row for row in known.values() if not row["gone_at"] and not row["left_at"]] == []
        assert {row["state"] for row in exported if row["type"] == "post"} <= {"removed", "not_posted"}
        status = json.loads(standing)
        assert status["overdue"] == 0
        assert {each["group"] for each in status["publications"]} == {"Down"}
        assert json.loads(chain)["whole"]


def never_two(copies: list[Object]) -> bool:
    """Whether at every instant at most one of them was up."""
    lives = sorted((each.published_at or each.created_at, each.deleted_at) for each in copies if each.public)
    return all(end is not None and end <= start for (_, end), (start, _) in pairwise(lives))


@contextmanager
def town(folder: Path, cradle: Cradle, **extra: dict[str, Any]) -> Iterator[Town]:
    """A council on all four channels; what takes minutes and days in service takes tenths of seconds and seconds."""
    chosen = extra | {"loop": QUICK | extra.get("loop", {})}
    with rehearsing(folder, period=timedelta(hours=2), extra=chosen) as here:
        yield Town(here, cradle, folder)
