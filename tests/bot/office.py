"""A council's office in memory: a real ledger, four channels in memory on one clock that stands, and its people."""

import json
import shutil
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.base import Capabilities, Edit, PictureRules
from adapters.x_posts import measure
from bot import intake
from bot.audit import check_account
from bot.context import Bot, plan_of, words_of
from bot.layout import policy_version
from bot.reconcile import run_post
from bot.settings import load, rehearsal_defaults, shipped_folder
from bot.settings_model import LoopSettings, RetentionSettings, Settings
from bot.submission import Received, receive
from policies.terms import Channel, Person, Reason, Role
from store import journal, people, posts, publications
from store.ledger import Ledger, create
from store.media import MediaStore
from store.posts import Post
from store.sqlite import open_engine
from store.types import make_key, read_key
from tests.adapters.fake import Clock, FakeAdapter

SERVICE = "environment"
SAMPLES = shipped_folder() / "samples"
# Changes that make any sample a correction: it says nothing about anybody.
CORRECTION = {
    "kind": "correction_notice",
    "content": {
        "headline": "A notice was wrong",
        "body": "We withdrew it, and apologise.",
        "facts": [],
        "pictures": [],
    },
}
SETTLE = timedelta(minutes=15)
# Statements compiled once for all tests.
_COMPILED: dict[Any, Any] = {}
# As the real channels have them.
LIMITS: dict[Channel, Capabilities] = {
    Channel.WEBSITE: Capabilities(
        text_limit=1_000_000,
        measure=len,
        pictures=PictureRules(max_bytes=2_000_000, max_side=2000, max_count=8),
        edit=Edit.CLEAN,
        settle=timedelta(0),
        look_twice=False,
    ),
    Channel.FACEBOOK: Capabilities(
        text_limit=63_206,
        measure=len,
        pictures=PictureRules(max_bytes=10_000_000, max_side=2048, max_count=10),
        edit=Edit.KEEPS_HISTORY,
        settle=SETTLE,
    ),
    Channel.X: Capabilities(
        text_limit=280,
        measure=measure,
        pictures=PictureRules(max_bytes=5_000_000, max_side=4096, max_count=4),
        edit=Edit.NONE,
        settle=SETTLE,
    ),
    Channel.INSTAGRAM: Capabilities(
        text_limit=2200,
        measure=len,
        pictures=PictureRules(
            max_bytes=8_000_000, max_side=1440, max_count=10, min_side=320, min_ratio=0.8, max_ratio=1.91, required=True
        ),
        edit=Edit.NONE,
        settle=SETTLE,
    ),
}


def document(name: str = "case_outcome", **changes: Any) -> dict[str, Any]:
    """A sample submission with changes (`with_changes`), of the day that an office's clock shows."""
    return with_changes(json.loads((SAMPLES / f"{name}.json").read_text()), changes)


def with_changes(made: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The same submission, changed; a dotted name reaches into it (`content__headline` is content.headline)."""
    for key, value in changes.items():
        *above, last = key.split("__")
        inside: Any = made
        for each in above:
            inside = inside[int(each) if isinstance(inside, list) else each]
        inside[int(last) if isinstance(inside, list) else last] = value
    return made


def unnamed(number: str, category: str) -> dict[str, Any]:
    """A subject of the sample case without name and date of birth, with its conviction."""
    convictions = document()["subjects"][0]["convictions"]
    return {"number": number, "category": category, "convictions": convictions}


@dataclass
class Staff:
    """Who works there. The deputy directs the same service and answers for the system."""

    comms: Person
    second: Person
    director: Person
    deputy: Person
    other_director: Person
    dpo: Person
    system: Person
    auditor: Person
    admin: Person


@dataclass
class Office:
    bot: Bot
    clock: Clock
    channels: dict[Channel, FakeAdapter]
    staff: Staff
    folder: Path = field(default=SAMPLES)
    usual: dict[str, Any] = field(default_factory=dict)
    """Changes to every document, such as fewer channels for a quicker test."""

    def read(self, written: dict[str, Any]) -> Received:
        return receive(json.dumps(written).encode(), folder=self.folder, now=self.clock())

    def submit(self, name: str = "case_outcome", by: Person | None = None, **changes: Any) -> intake.Submitted:
        return intake.submit(self.bot, by or self.staff.comms, self.read(document(name, **(self.usual | changes))))

    def submit_written(self, written: dict[str, Any], by: Person | None = None) -> intake.Submitted:
        """Submit a document as it stands."""
        return intake.submit(self.bot, by or self.staff.comms, self.read(written))

    def amend(self, ref: str, by: Person | None = None, **changes: Any) -> intake.Submitted:
        return intake.amend(self.bot, by or self.staff.comms, ref, self.read(document(**(self.usual | changes))))

    def approve(self, ref: str, by: Person | None = None, ticks: Iterable[str] = ()) -> intake.Approved:
        """Approve whatever the preview shows now."""
        person = by or self.staff.director
        digest = intake.preview(self.bot, person, ref).digest
        return intake.approve(self.bot, person, ref, digest, list(ticks))

    def approved(self, name: str = "case_outcome", **changes: Any) -> str:
        """Submit and approve a sample; returns its reference."""
        submitted = self.submit(name, **changes)
        self.approve(submitted.ref)
        return submitted.ref

    def up(self, name: str = "case_outcome", **changes: Any) -> str:
        """Submit, approve and post a sample until all its channels show it; returns its reference."""
        ref = self.approved(name, **changes)
        self.run(ref)
        return ref

    def refused(self, reason: Reason, *, note: str = "") -> str:
        """A notice that was retracted and cannot be taken down on an account that is refused as a whole."""
        ref = self.up(channels=["website", "facebook"])
        self.channels[Channel.FACEBOOK].revoked = True
        intake.retract(self.bot, self.staff.second, ref=ref, reason=reason, note=note)
        self.run(ref)
        return ref

    def taken_down_by_hand(self, ref: str, channel: Channel) -> None:
        """Somebody takes every copy on the channel down there, and that is noticed."""
        for each in self.channels[channel].objects.values():
            each.deleted_at = self.clock()
        post = self.last(ref)[channel]
        with self.bot.ledger.write() as tx:
            posts.change(tx, post.id, post.epoch, due_at=self.clock())
        self.run(ref)
        assert self.last(ref)[channel].reason is Reason.REMOVED_OUTSIDE

    def run(self, ref: str, rounds: int = 6, step: timedelta = timedelta(seconds=5)) -> None:
        """Let every post of the publication take what steps are due, over a little time."""
        for _ in range(rounds):
            for post in self.posts(ref):
                if post.due_at is not None and post.due_at <= self.clock():
                    run_post(self.bot, post.id, owner="daemon@test")
            self.clock.advance(step)

    def posts(self, ref: str) -> list[Post]:
        with self.bot.ledger.read() as tx:
            known = publications.find(tx, ref)
            assert known is not None
            return posts.of_publication(tx, known.id)

    def everything(self) -> tuple[str, list[str]]:
        """All that is in the ledger, and the names of the pictures kept: equal only if nothing was written."""
        connection = sqlite3.connect(self.bot.settings.ledger.url.removeprefix("sqlite:///"))
        dump = "\n".join(connection.iterdump())
        connection.close()
        return dump, sorted(each.name for each in self.bot.media.folder.iterdir())

    def journal(self, subject: str) -> list[journal.Entry]:
        with self.bot.ledger.read() as tx:
            return list(journal.entries(tx, subject=subject))

    def last(self, ref: str) -> dict[Channel, Post]:
        """The newest post of each channel."""
        return {post.channel: post for post in self.posts(ref)}


def open_office(folder: Path) -> Office:
    """A new office in an empty folder."""
    settings = _settings(folder)
    ledger = create(
        settings.ledger.url, make_key(settings.ledger.key_file), folder, rehearsal=True, policy=policy_version(settings)
    )
    bot = _bot(folder, settings, ledger)
    for channel in bot.adapters:
        check_account(bot, channel)
    return Office(bot=bot, clock=bot.clock, channels=bot.adapters, staff=_staff(bot))


def copy_office(template: Office, folder: Path) -> Office:
    """The same office, closed before, in another folder: quicker than a new one."""
    settings = _settings(folder)
    shutil.copy(template.bot.settings.ledger.key_file, settings.ledger.key_file)
    home = Path(template.bot.settings.ledger.url.removeprefix("sqlite:///"))
    shutil.copy(home, settings.ledger.url.removeprefix("sqlite:///"))
    engine = open_engine(settings.ledger.url).execution_options(compiled_cache=_COMPILED)
    ledger = Ledger(engine, read_key(settings.ledger.key_file), folder, policy=policy_version(settings))
    bot = _bot(folder, settings, ledger)
    return Office(bot=bot, clock=bot.clock, channels=bot.adapters, staff=template.staff)


def _settings(folder: Path) -> Settings:
    overrides = rehearsal_defaults(
        folder, x_url="http://127.0.0.1:1", graph_url="http://127.0.0.1:1", site_port=1, serve_port=2
    )
    loaded = load(rehearsal=True, environ={}, overrides=overrides)
    # A rehearsal's addresses with the real durations: the clock stands, so days cost nothing.
    return loaded.model_copy(update={"loop": LoopSettings(), "retention": RetentionSettings()})


def _bot(folder: Path, settings: Settings, ledger: Ledger) -> Bot:
    clock = Clock()
    return Bot(
        ledger=ledger,
        adapters={each: FakeAdapter(each, clock=clock, capabilities=LIMITS[each]) for each in Channel},
        settings=settings,
        media=MediaStore(folder),
        words=words_of(settings),
        plan=plan_of(settings),
        clock=clock,
    )


def _staff(bot: Bot) -> Staff:
    now = bot.now
    held: dict[str, list[tuple[Role, str | None]]] = {
        "comms": [(Role.COMMS, None)],
        "second": [(Role.OFFICER, None)],
        "director": [(Role.DIRECTOR, SERVICE)],
        "deputy": [(Role.DIRECTOR, SERVICE), (Role.COMMS, None)],
        "other_director": [(Role.DIRECTOR, "housing")],
        "dpo": [(Role.DPO, None)],
        "auditor": [(Role.AUDITOR, None)],
        "admin": [(Role.ADMIN, None)],
    }
    with bot.ledger.write() as tx:
        made = {name: people.add(tx, name=f"Sample {name}", held=roles, now=now)[0] for name, roles in held.items()}
        system, _ = people.add(
            tx, name="Sample system", held=[], now=now, system=True, answers_for_it=made["deputy"].id
        )
    return Staff(**made, system=system)
