"""Lets others watch: health for a monitor, metrics for Prometheus, a ping that stops when the work stops.

Nothing here looks at the ledger or the clock: whoever runs the loop hands in a `Snapshot`. No answer holds a
reference or a name, so that health may be read by a machine outside.
"""

import json
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import requests
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr

from adapters.http import EdgeSession
from policies.terms import Channel

LATE_AFTER = timedelta(seconds=60)
SKEW_ALLOWED = timedelta(seconds=60)  # reliability.md section 8


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """How things stand. Ages come from the monotonic clock, so that a wrong wall clock cannot make them young."""

    last_sweep_age: timedelta | None
    """Since the last sweep ended without error; None before the first."""
    last_sweep_at: datetime | None
    overdue: int
    """Copies past their date, or retracted, and not proven gone in time."""
    oldest_overdue: datetime | None
    unverified_removals: int
    in_doubt: int
    head_seq: int
    journal_ok: bool
    clock_skew: timedelta | None = None
    """Platforms' clocks minus ours; None when no platform has answered lately."""
    alerts_open: int = 0
    alerts_unsent: int = 0
    paused: bool = False
    posts: Mapping[tuple[Channel, str], int] = field(default_factory=dict)
    """Posts by channel and state: queued, posting, live, removing."""


def problems(snapshot: Snapshot, *, late_after: timedelta = LATE_AFTER) -> tuple[str, ...]:
    """What is wrong, as codes; empty when the promise is being kept."""
    age, skew = snapshot.last_sweep_age, snapshot.clock_skew
    found = {
        "no-sweep-yet": age is None,
        "loop-late": age is not None and age > late_after,
        "overdue": snapshot.overdue > 0,
        "journal-broken": not snapshot.journal_ok,
        "clock-wrong": skew is not None and abs(skew) > SKEW_ALLOWED,
    }
    return tuple(code for code, applies in found.items() if applies)


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def health(snapshot: Snapshot, now: datetime, *, late_after: timedelta = LATE_AFTER) -> tuple[bool, dict[str, Any]]:
    """Whether all is well, and the figures behind the answer."""
    wrong = problems(snapshot, late_after=late_after)
    oldest = None if snapshot.oldest_overdue is None else now - snapshot.oldest_overdue
    return not wrong, {
        "ok": not wrong,
        "problems": list(wrong),
        "now": now.isoformat(),
        "last_sweep_seconds_ago": _seconds(snapshot.last_sweep_age),
        "overdue": snapshot.overdue,
        "oldest_overdue_seconds": _seconds(oldest),
        "unverified_removals": snapshot.unverified_removals,
        "in_doubt": snapshot.in_doubt,
        "journal_head": snapshot.head_seq,
        "journal_ok": snapshot.journal_ok,
        "clock_skew_seconds": _seconds(snapshot.clock_skew),
        "alerts_open": snapshot.alerts_open,
        "alerts_unsent": snapshot.alerts_unsent,
        "paused": snapshot.paused,
    }


def metrics_text(snapshot: Snapshot) -> bytes:
    """The same figures for Prometheus, from a registry of their own; an unknown figure is left out, not zero."""
    registry = CollectorRegistry()

    def gauge(name: str, words: str, value: float | None) -> None:
        if value is not None:
            Gauge(f"downdate_{name}", words, registry=registry).set(value)

    posts = Gauge("downdate_posts", "Posts by channel and state", ["channel", "state"], registry=registry)
    for (channel, state), count in snapshot.posts.items():
        posts.labels(channel.value, state).set(count)
    for state in ("live", "queued", "posting", "removing"):
        total = sum(count for (_, held), count in snapshot.posts.items() if held == state)
        gauge(state, f"Posts that are {state}, on all channels", total)
    gauge("overdue", "Copies not proven gone in time", snapshot.overdue)
    gauge("unverified_removals", "Removals begun and not yet proven", snapshot.unverified_removals)
    gauge("in_doubt", "Posts whose outcome is unknown", snapshot.in_doubt)
    last = snapshot.last_sweep_at
    gauge("last_sweep_timestamp_seconds", "End of the last sweep", None if last is None else last.timestamp())
    gauge("last_sweep_age_seconds", "Since the last sweep, monotonic", _seconds(snapshot.last_sweep_age))
    gauge("clock_skew_seconds", "Platforms' clocks minus ours", _seconds(snapshot.clock_skew))
    gauge("journal_head", "Number of the journal's last entry", snapshot.head_seq)
    gauge("journal_ok", "1 while the journal verifies", snapshot.journal_ok)
    gauge("alerts_open", "Alarms nobody has acknowledged", snapshot.alerts_open)
    gauge("alerts_unsent", "Alarms that no route took", snapshot.alerts_unsent)
    gauge("paused", "1 while publishing is paused", snapshot.paused)
    return generate_latest(registry)


def watch_app(
    get_snapshot: Callable[[], Snapshot], now: Callable[[], datetime], *, late_after: timedelta = LATE_AFTER
) -> WSGIApplication:
    """Answers /healthz (200 or 503), /readyz (200 once a sweep has ended) and /metrics; reads only."""

    def answer(path: str) -> tuple[str, str, bytes]:
        if path == "/metrics":
            return "200 OK", CONTENT_TYPE_LATEST, metrics_text(get_snapshot())
        if path == "/readyz":
            ready = get_snapshot().last_sweep_age is not None
            return _json(ready, {"ready": ready})
        if path == "/healthz":
            return _json(*health(get_snapshot(), now(), late_after=late_after))
        return "404 Not Found", "text/plain; charset=utf-8", b"Not found\n"

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
            status, kind, body = answer(environ.get("PATH_INFO", ""))
        else:
            status, kind, body = "405 Method Not Allowed", "text/plain; charset=utf-8", b"Only GET\n"
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        start_response(status, [*headers, ("X-Content-Type-Options", "nosniff")])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return app


def _json(ok: bool, content: dict[str, Any]) -> tuple[str, str, bytes]:  # noqa: FBT001  # the answer of `health`
    return "200 OK" if ok else "503 Service Unavailable", "application/json", json.dumps(content).encode() + b"\n"


def ping(url: SecretStr | None, session: EdgeSession, *, failing: bool = False) -> bool:
    """Tell an outside watcher that work was done, or, by `/fail`, that it was not. Says whether it was heard.

    Never raises, and its address, which is a password of sorts, goes nowhere else. Nothing to ping is not heard.
    """
    if url is None:
        return False
    address = url.get_secret_value().rstrip("/") + ("/fail" if failing else "")
    try:
        return bool(200 <= session.get(address).status_code < 300)
    except requests.RequestException:
        return False


def tell_systemd(address: str | None, state: str) -> bool:
    """Send READY=1, WATCHDOG=1 or STOPPING=1 to systemd's socket; False where nobody listens."""
    if not address:
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.connect("\0" + address[1:] if address.startswith("@") else address)
            out.sendall(state.encode())
    except OSError:
        return False
    return True
