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

# Pressing again starts nothing beside what is under way: the work on it goes on for as long again.
_under_way: set[tuple[Path, int]] = set()
_pressed_again: set[tuple[Path, int]] = set()
_lock = threading.Lock()


def take_down_beside(bot: Bot, down: Collection[int], *, patience: timedelta = PATIENCE) -> None:
    """Work on it here and now, beside the answer; the loop is the net if this process ends."""
    with _lock:
        asked = {(bot.ledger.folder, post_id) for post_id in down}
        mine = asked - _under_way
        _pressed_again.update(asked & _under_way)
        _under_way.update(mine)
    if not mine:
        return
    try:
        threading.Thread(target=_work, args=(bot, mine, patience), daemon=True, name=NAME).start()
    except RuntimeError:
        # No thread is to be had (reliability: fault 6). It is on record, so the loop does it.
        log.warning("not taken down beside the answer", posts=len(mine))
        _no_longer(mine)


def _work(bot: Bot, mine: set[tuple[Path, int]], patience: timedelta) -> None:
    left = False
    try:
        while not left and not take_down_now(bot, sorted(post_id for _, post_id in mine), patience=patience):
            left = _leaves(mine)
    finally:
        if not left:
            _no_longer(mine)


def _leaves(mine: set[tuple[Path, int]]) -> bool:
    """Whether nobody has pressed again meanwhile; then, in the same moment, it is under way no longer."""
    with _lock:
        again = bool(mine & _pressed_again)
        _pressed_again.difference_update(mine)
        if not again:
            _under_way.difference_update(mine)
        return not again


def _no_longer(mine: set[tuple[Path, int]]) -> None:
    with _lock:
        _under_way.difference_update(mine)
        _pressed_again.difference_update(mine)
