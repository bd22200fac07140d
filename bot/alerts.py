"""Tells people. What is alarmed and when is the ledger's business; this composes the message and proves it was sent.

A message holds a reference, a channel, a short code and a link. It never holds a name or a word of a notice: mail and
chat are outside the council's control and are kept for years.
"""

import logging
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import apprise
import structlog
from pydantic import SecretStr

from bot.alert_kinds import ADVICE, AlertKind
from policies.terms import Channel


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One row of the ledger's alarms. `key` makes it one however often it is found; `text_code` is a short code."""

    key: str
    kind: AlertKind
    ref: str | None
    channel: Channel | None
    raised_at: datetime
    text_code: str = ""


class Route(StrEnum):
    """Which way a message went; NONE means nobody may have been told."""

    FIRST = "first"
    SECOND = "second"
    BOTH = "both"
    NONE = "none"


_REF = re.compile(r"[A-Z]{2,6}-[A-Z0-9]{3,16}(-\d{1,4})?")
_CODE = re.compile(r"[a-z0-9][a-z0-9._:-]{0,63}")


def safe_ref(ref: str | None) -> str | None:
    """The reference if it has a reference's shape; anything else might be a name."""
    return ref if ref is not None and _REF.fullmatch(ref) else None


def safe_code(code: str) -> str:
    """The code if it has a code's shape, else nothing."""
    return code if _CODE.fullmatch(code) else ""


def _link(ref: str | None, link_base: str) -> str:
    return f"{link_base.rstrip('/')}/notices/{ref}" if ref else f"{link_base.rstrip('/')}/"


def compose(alert: Alert, link_base: str | None) -> tuple[str, str]:
    """Title and body for a person: what, what to do, where to look."""
    advice, ref = ADVICE[alert.kind], safe_ref(alert.ref)
    where = alert.channel.value if alert.channel else None
    what = " on ".join(part for part in (ref, where) if part) or "A notice"
    lines = [advice.do, ""]
    if code := safe_code(alert.text_code):
        lines.append(f"Reason: {code}")
    lines.append(f"Raised: {alert.raised_at:%Y-%m-%d %H:%M} UTC")
    if link_base:
        lines.append(f"Look: {_link(ref, link_base)}")
    else:
        lines.append(f"Look: downdate status {ref}" if ref else "Look: downdate status")
    if advice.runbook:
        lines.append(f"Runbook: {advice.runbook}")
    return advice.title.format(what=what), "\n".join(lines)


class _Mute(logging.Filter):
    """apprise names addresses in what it logs, and its addresses hold passwords: only level and fact are kept."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args, record.exc_info, record.exc_text = "an alert route reported a problem", (), None, None
        return record.levelno >= logging.WARNING


_mute = _Mute()


class Sender:
    """Sends alarms over the first route and, when that fails, over the second. One failed address fails its route."""

    def __init__(
        self, urls: tuple[SecretStr, ...], second_urls: tuple[SecretStr, ...], *, link_base: str | None
    ) -> None:
        logging.getLogger("apprise").addFilter(_mute)
        self._link_base = link_base
        self._log = structlog.get_logger("downdate.alerts")
        self._first = _Way(urls)
        self._second = _Way(second_urls)

    def __repr__(self) -> str:
        return f"Sender(first={self._first.size}, second={self._second.size})"

    @property
    def unusable(self) -> tuple[str, ...]:
        """The settings whose addresses apprise does not understand, without the addresses."""
        return tuple(
            f"alerts.{name}[{number}]"
            for name, way in (("urls", self._first), ("second_urls", self._second))
            for number in way.unusable
        )

    def send(self, alert: Alert) -> Route:
        """Send it and say which way it went. Never raises: an alarm may not stop a removal."""
        title, body = compose(alert, self._link_base)
        first = self._first.send(alert, title, body, self._log)
        second = False
        if not first or ADVICE[alert.kind].second:
            second = self._second.send(alert, title, body, self._log)
        route = {(True, True): Route.BOTH, (True, False): Route.FIRST, (False, True): Route.SECOND}.get(
            (first, second), Route.NONE
        )
        log = self._log.info if route is not Route.NONE else self._log.error
        log("alert-sent" if route is not Route.NONE else "alert-not-sent", kind=alert.kind.value, route=route.value)
        return route


class _Way:
    """The addresses of one route."""

    def __init__(self, urls: tuple[SecretStr, ...]) -> None:
        # Delivered one after the other in the caller's thread, so that a failure is known when `notify` returns.
        self._apprise = apprise.Apprise(asset=apprise.AppriseAsset(app_id="Downdate", async_mode=False))
        self._logs = 0
        unusable = []
        for number, url in enumerate(urls):
            if url.get_secret_value().startswith("log://"):
                self._logs += 1
            elif not self._apprise.add(url.get_secret_value()):
                unusable.append(number)
        self.unusable = tuple(unusable)
        self.size = len(urls)

    def send(self, alert: Alert, title: str, body: str, log: Any) -> bool:
        """Whether every address of this route took it."""
        if not self.size:
            return False
        if self._logs:
            log.warning("alert", kind=alert.kind.value, ref=safe_ref(alert.ref), channel=alert.channel, title=title)
        sent = True
        if len(self._apprise):
            try:
                sent = bool(self._apprise.notify(title=title, body=body, notify_type=apprise.NotifyType.WARNING))
            except (OSError, ValueError, TypeError, RuntimeError):
                sent = False  # a plugin that breaks is a route that failed
        return sent and not self.unusable
