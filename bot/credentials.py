"""Channels that use what lies in the credentials folder now: a secret replaced there counts from the next call on."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import structlog
from pydantic import ValidationError

from adapters.base import Adapter
from bot.settings_layers import Layer, from_credentials
from bot.settings_model import Settings
from bot.settings_safe import unsafe
from policies.terms import Channel

log = structlog.get_logger()

Mark = tuple[tuple[str, int, int, int], ...]


class CurrentChannels(Mapping[Channel, Adapter]):
    """The enabled channels. Calls in flight end with the credentials that they began with.

    What cannot be used as it lies there changes nothing: the log says so, and what was used before is used on. What is
    there no more is used on as well, for without it nothing could be taken down.
    """

    def __init__(
        self, settings: Settings, folder: Path, build: Callable[[Settings], Mapping[Channel, Adapter]]
    ) -> None:
        self._folder = folder
        self._build = build
        self._lock = threading.Lock()
        self._mark = _mark(folder)
        self._settings = settings
        self._built = dict(build(settings))
        # Whatever was replaced since the settings were read.
        self._renew()

    def __getitem__(self, channel: Channel) -> Adapter:
        mark = _mark(self._folder)
        if mark != self._mark:
            with self._lock:
                if mark != self._mark:
                    self._renew()
                    self._mark = mark
        return self._built[channel]

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._built)

    def __len__(self) -> int:
        return len(self._built)

    def _renew(self) -> None:
        found = from_credentials(self._folder)
        settings = None if found.problems else renewed(self._settings, found)
        if settings is None or any(unsafe(settings)):
            log.warning("credentials not taken", folder="credentials", code="unusable")
            return
        before, self._settings = self._settings.channels, settings
        changed = [each for each in self._built if before.of(each) != settings.channels.of(each)]
        if changed:
            # The others keep what they know of their platform, and their locks.
            built = self._build(settings)
            self._built |= {each: built[each] for each in changed}
            log.info("credentials taken", channels=sorted(changed))


def renewed(settings: Settings, found: Layer) -> Settings | None:
    """The settings with these secrets of the channels; None where one of them cannot be a secret."""
    channels = settings.channels
    for (section, *rest), given in found.given.items():
        if section != "channels":
            continue
        name, secret = rest
        before = getattr(channels, name)
        try:
            after = type(before)(**(dict(before) | {secret: given.value}))
        except ValidationError:
            return None
        channels = channels.model_copy(update={name: after})
    return settings.model_copy(update={"channels": channels})


def _mark(folder: Path) -> Mark:
    """What tells one state of the folder from the next, without reading a secret."""
    try:
        with os.scandir(folder) as found:
            seen = [(each.name, each.stat()) for each in found]
    except OSError:
        return ()
    return tuple(sorted((name, at.st_mtime_ns, at.st_size, at.st_ino) for name, at in seen))
