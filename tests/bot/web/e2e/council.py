"""A whole council that a browser can visit: stand-ins, loop, public site and console, with sample sign-ins."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.http import EdgeSession
from bot import intake
from bot.rehearsal import Rehearsal, rehearsing
from bot.rehearsal_people import shown, sign_ins
from bot.running import live_channels
from bot.serving import serve
from bot.submission import receive
from policies.terms import Person
from store import people, publications
from tests.bot.office import SAMPLES, document, with_changes
from tests.bot.terminal import news
from tests.stories.town import until

# Waits for what a person waits for; the rest of a rehearsal's times are as they are.
QUICK: dict[str, Any] = {"poll": "100ms", "second_look": "200ms", "trace_delays": ["100ms", "200ms", "300ms"]}


@dataclass
class RunningCouncil:
    here: Rehearsal
    sent: int = 0
    staff: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        """By sign-in name; "officer" writes and retracts, "director" approves."""
        return self.staff[name]

    def submit(self, **changes: Any) -> intake.Submitted:
        """A notice of a case of its own."""
        self.sent += 1
        written = with_changes(news(), {"case_ref": f"EH/2026/{1000 + self.sent:04}"} | changes)
        given = receive(json.dumps(written).encode(), folder=SAMPLES, now=self.here.bot.now)
        submitted = intake.submit(self.here.bot, self.staff["officer"], given)
        assert not submitted.refused, submitted.objections
        return submitted

    def up(self, **changes: Any) -> str:
        """A notice that is up and was read back on every channel that it asks for."""
        submitted = self.submit(**changes)
        intake.approve(self.here.bot, self.staff["director"], submitted.ref, submitted.digest, [])
        asked = len(changes.get("channels", document("case_outcome")["channels"]))
        until(lambda: live_channels(self.here.bot, submitted.ref) == asked, f"{submitted.ref} is up")
        return submitted.ref

    def seen(self, ref: str) -> set[str]:
        """Where anybody sees it: the site and the stand-ins' public pages."""
        with self.here.bot.ledger.read() as tx:
            known = publications.find(tx, ref)
        assert known is not None
        graph = f"{self.here.graph_url}/public"
        looked = (
            ("website", f"{self.here.site_url}/", known.page_id),
            ("facebook", f"{graph}/page", ref),
            ("instagram", f"{graph}/instagram", ref),
            ("x", f"{self.here.x_url}/", ref),
        )
        with EdgeSession(deadline=timedelta(seconds=5)) as session:
            return {name for name, address, words in looked if words in session.get(address).text}


@contextmanager
def running_council(folder: Path) -> Iterator[RunningCouncil]:
    stop, ready = threading.Event(), threading.Event()
    with rehearsing(folder, period=timedelta(days=28), extra={"loop": QUICK}) as here:
        made = sign_ins(here.bot, {"officer": here.officer.person, "director": here.director.person})
        parts = ("daemon", "site", "console")
        told = {"parts": parts, "stop": stop, "ready": ready.set, "samples": shown(here.bot, made)}
        server = threading.Thread(target=serve, args=(here.bot,), kwargs=told, daemon=True)
        server.start()
        try:
            assert ready.wait(20)
            with here.bot.ledger.read() as tx:
                everyone = {person.name: person for person in people.everyone(tx, here.bot.now)}
            staff = {each.name: everyone[each.who.partition(" (")[0]] for each in made}
            yield RunningCouncil(here, staff=staff)
        finally:
            stop.set()
            server.join(20)
