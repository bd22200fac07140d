"""Taking down beside the answer: whoever asked is answered at once, and follows it."""

import threading
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

import structlog

from bot.context import Bot
from bot.urgent import take_down_now

log = structlog.get_logger()

PATIENCE = timedelta(minutes=2)
NAME = "beside"

# Pressing again, and again, hurries what is under way; it starts nothing beside it.
_under_way: set[tuple[Path, int]] = set()
_lock = threading.Lock()


def take_down_beside(bot: Bot, down: Collection[int]) -> None:
    """Work on it here and now, beside the answer; the loop is the net if this process ends."""
    with _lock:
        mine = {(bot.ledger.folder, post_id) for post_id in down} - _under_way
        _under_way.update(mine)
    if not mine:
        return
    try:
        threading.Thread(target=_work, args=(bot, mine), daemon=True, name=NAME).start()
    except RuntimeError:
        # No thread is to be had (reliability: fault 6). It is on record, so the loop does it.
        log.warning("not taken down beside the answer", posts=len(mine))
        _no_longer(mine)


def _work(bot: Bot, mine: set[tuple[Path, int]]) -> None:
    try:
        take_down_now(bot, sorted(post_id for _, post_id in mine), patience=PATIENCE)
    finally:
        _no_longer(mine)


def _no_longer(mine: set[tuple[Path, int]]) -> None:
    with _lock:
        _under_way.difference_update(mine)
