"""Taking down beside the answer: whoever asked is answered at once, and follows it."""

import threading
from collections.abc import Collection
from datetime import timedelta

from bot.context import Bot
from bot.urgent import take_down_now

PATIENCE = timedelta(minutes=2)


def take_down_beside(bot: Bot, down: Collection[int]) -> None:
    """Work on it here and now, beside the answer; the loop is the net if this process ends."""
    if down:
        worker = threading.Thread(
            target=take_down_now, args=(bot, list(down)), kwargs={"patience": PATIENCE}, daemon=True
        )
        worker.start()
