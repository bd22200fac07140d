"""Consoles whose templates are compiled once for all tests: a test asks about pages, not about Jinja's compiler."""

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from bot.context import Bot
from bot.web.app import console_app


class _InMemory(BytecodeCache):
    """Jinja's own cache, by the templates' contents, kept for as long as the process."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self._kept.get(bucket.key):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_KEPT = _InMemory()


def console_of(bot: Bot) -> Flask:
    """The console as `console_app` makes it."""
    app = console_app(bot)
    app.jinja_env.bytecode_cache = _KEPT
    return app
