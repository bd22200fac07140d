"""A bot in memory: a real ledger, channels in memory, a clock that stands, one notice ready to go up."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from adapters.base import Edit
from bot.audit import check_account, compare
from bot.context import Bot, plan_of, words_of
from bot.dossiers import digest_of, policy_version
from bot.layout import lay_out
from bot.reconcile import run_post
from bot.settings import load, rehearsal_defaults
from bot.settings_model import LoopSettings, RetentionSettings
from policies.pictures import Picture
from policies.terms import Approval, Channel, Publication, Reason, Retraction, Role, case_key
from store import cases, people, posts, publications
from store.ledger import create
from store.media import MediaStore
from store.types import make_key
from tests.adapters.fake import Clock, FakeAdapter, capabilities
from tests.policies.samples import NOW, notice

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OWNER = "daemon@test"
EDITS = {Channel.WEBSITE: Edit.CLEAN, Channel.FACEBOOK: Edit.KEEPS_HISTORY}
PIXELS = b"sample pixels"


class Crash(BaseException):
    """The process dies here: nothing after it is written."""


class Works:
    def __init__(self, folder: Path, channels=tuple(Channel)) -> None:
        self.clock = Clock(NOW)
        overrides = rehearsal_defaults(
            folder, x_url="http://127.0.0.1:1", graph_url="http://127.0.0.1:1", site_port=1, serve_port=2
        )
        loaded = load(rehearsal=True, environ={}, overrides=overrides)
        settings = loaded.model_copy(update={"loop": LoopSettings(), "retention": RetentionSettings()})
        self.ledger = create(settings.ledger.url, make_key(settings.ledger.key_file), folder, rehearsal=True)
        self.fakes = {
            channel: FakeAdapter(
                channel,
                clock=self.clock,
                capabilities=replace(
                    capabilities(
                        edit=EDITS.get(channel, Edit.NONE),
                        settle=timedelta(0) if channel is Channel.WEBSITE else timedelta(minutes=15),
                    ),
                    text_limit=280 if channel is Channel.X else 100_000,
                ),
            )
            for channel in channels
        }
        self.bot = Bot(
            ledger=self.ledger,
            adapters=self.fakes,
            settings=settings,
            media=MediaStore(folder),
            words=words_of(settings),
            plan=plan_of(settings),
            clock=self.clock,
        )
        for channel in channels:
            check_account(self.bot, channel)
        with self.ledger.write() as tx:
            self.author, _ = people.add(tx, name="A", held=[(Role.COMMS, None)], now=NOW)
            self.director, _ = people.add(tx, name="D", held=[(Role.DIRECTOR, "environment")], now=NOW)
            self.officer, _ = people.add(tx, name="O", held=[(Role.OFFICER, None)], now=NOW)

    def approved(self, publication: Publication | None = None, pictures: Mapping[str, bytes] | None = None) -> int:
        """Submit, lay out, approve and queue a notice straight into the ledger; returns the publication's id."""
        given = publication or notice(channels=tuple(self.fakes), service="environment")
        laid = {each.rendition.channel: each for each in lay_out(self.bot, given, pictures or {})}
        renditions = {channel: each.rendition for channel, each in laid.items()}
        digest = digest_of(given, renditions, policy_version(self.bot.settings))
        now = self.clock()
        with self.ledger.write() as tx:
            known = publications.find(tx, given.ref)
            publication_id = known.id if known else publications.add(tx, given, now)
            for master in (pictures or {}).values():
                self.bot.media.put(tx, master, now)
            for each in laid.values():
                for file in each.files:
                    self.bot.media.put(tx, file, now)
            publications.add_revision(
                tx,
                publication_id,
                given,
                author=self.author.id,
                digest=digest,
                policy_version=policy_version(self.bot.settings),
                laid_out=tuple(renditions.values()),
                now=now,
            )
            cases.join_clocks(tx, publication_id, given)
            publications.approve(
                tx,
                publication_id,
                given.revision,
                Approval(director=self.director.id, given_at=now, digest=digest),
            )
            if given.revision == 1:
                for channel, rendition in renditions.items():
                    posts.queue(tx, publication_id, channel, revision=1, marker=rendition.marker, due_at=now, now=now)
        return publication_id

    def posts(self, publication_id: int | None = None):
        with self.ledger.read() as tx:
            if publication_id is not None:
                return posts.of_publication(tx, publication_id)
            return [post for known in publications.everything(tx) for post in posts.of_publication(tx, known.id)]

    def post(self, channel: Channel):
        return next(post for post in self.posts() if post.channel is channel)

    def run(self, times: int = 1) -> None:
        """Sweeps at this instant: every due post once, removals first."""
        for _ in range(times):
            for states in (posts.REMOVALS, posts.LOOKS, posts.CREATIONS, posts.RECHECKS):
                for channel in self.fakes:
                    with self.ledger.read() as tx:
                        due = posts.due(tx, self.clock(), channel=channel, states=states, most=100)
                    for post in due:
                        run_post(self.bot, post.id, owner=OWNER)

    def pass_time(self, by: timedelta, step: timedelta = timedelta(seconds=30)) -> None:
        """Let time pass with a sweep after every step."""
        end = self.clock() + by
        while self.clock() < end:
            self.clock.advance(min(step, end - self.clock()))
            self.run()

    def fast_forward(self, by: timedelta) -> None:
        """Let time pass in jumps to whatever is due next, as the loop would find it."""
        end = self.clock() + by
        while self.clock() < end:
            upcoming = [post.due_at for post in self.posts() if post.due_at and post.due_at > self.clock()]
            self.clock.now = min([*upcoming, end])
            self.run()

    def compare(self, *, everything: bool = False) -> int:
        return sum(compare(self.bot, channel, everything=everything) for channel in self.fakes)

    def retract(self, publication_id: int, reason: Reason = Reason.APPROVAL_WITHDRAWN) -> None:
        now = self.clock()
        with self.ledger.write() as tx:
            given = Retraction(reason=reason, officer=self.officer.id, given_at=now)
            publications.retract(tx, publication_id, given, None)
            for post in posts.of_publication(tx, publication_id):
                posts.call_down(tx, post, reason=reason, actor=self.officer.id, now=now, urgent=True)

    def restart(self) -> None:
        """A new daemon has won the lock."""
        with self.ledger.write() as tx:
            posts.end_leases(tx, self.clock())

    def visible(self):
        return [each for fake in self.fakes.values() for each in fake.visible()]

    def key(self) -> str:
        return case_key(notice().case_ref)


def pictured(**changes: object) -> Publication:
    from policies.terms import Content

    base = notice()
    content = Content(
        headline=base.content.headline,
        body=base.content.body,
        facts=base.content.facts,
        pictures=(Picture(sha256="0" * 64, alt_text="A heap of waste in a lane"),),
    )
    return notice(content=content, **changes)
