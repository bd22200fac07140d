"""A council's month in a moment: an office whose clock is moved, with a turn of the loop wherever something is due."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from adapters.base import AdapterError
from bot import alarms, audit
from bot.daemon import ORDER
from bot.reconcile import run_post
from policies.terms import Channel
from store import desk, posts
from store.ledger import Tx
from tests.bot.office import Office, open_office

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Days:
    """What the daemon does, on the clock that stands."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.bot = office.bot
        self.clock = office.clock

    def turn(self) -> None:
        """Removals first, then looks, posts and re-checks; accounts compared; people told."""
        for states in ORDER:
            for channel in self.bot.adapters:
                with self.bot.ledger.read() as tx:
                    due = posts.due(tx, self.clock(), channel=channel, states=states, most=100)
                for post in due:
                    run_post(self.bot, post.id, owner="daemon@test")
        for channel in audit.compare_due(self.bot, self.clock()):
            self._compare(channel)
        with self.bot.ledger.write() as tx:
            alarms.raise_alarms(self.bot, tx, self.clock())

    def _compare(self, channel: Channel) -> None:
        try:
            audit.compare(self.bot, channel)
        except AdapterError:
            return

    def until(self, instant: datetime, *, most: timedelta = 12 * HOUR) -> None:
        """Let time pass from one thing that is due to the next, in steps of at most `most`."""
        self.turn()
        while self.clock() < instant:
            with self.bot.ledger.read() as tx:
                due = [at for at in self._due(tx) if at > self.clock()]
            self.clock.now = min([*due, instant, self.clock() + most])
            self.turn()

    def pass_time(self, span: timedelta, *, most: timedelta = 12 * HOUR) -> None:
        self.until(self.clock() + span, most=most)

    def leap(self, span: timedelta) -> None:
        """Let time pass in which the same would only be tried over and over."""
        self.clock.advance(span)
        self.turn()

    def _due(self, tx: Tx) -> list[datetime]:
        rows = posts.in_states(tx, *(state for states in ORDER for state in states))
        return [post.due_at for post in rows if post.due_at is not None]

    def shown(self) -> dict[Channel, int]:
        """How many copies the public sees on each channel."""
        return {
            channel: len([each for each in fake.visible() if each.kind == "post"])
            for channel, fake in self.office.channels.items()
        }

    def alarms(self, channel: Channel) -> dict[str, datetime]:
        """What people were told about a channel, and when first."""
        with self.bot.ledger.read() as tx:
            return {row.kind: row.raised_at for row in desk.open_alerts(tx) if row.channel == channel}


@contextmanager
def days(folder: Path) -> Iterator[Days]:
    office = open_office(folder)
    yield Days(office)
    office.bot.ledger.close()
