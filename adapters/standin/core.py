"""What every stand-in platform shares: requests in, answers out, fault rules in between, and the whole truth kept.

A stand-in is a pure, thread-safe object with `handle(Request) -> Answer`. Two fronts put it on the wire:
`server.serve` (a real socket) and `mount` (`responses` callbacks).
"""

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests


class Fault(StrEnum):
    """What can go wrong with the n-th call that matches a rule."""

    FAIL_BEFORE = "fail_before"
    """Answer `status` without any effect."""
    FAIL_AFTER = "fail_after"
    """Do it, then answer `status`."""
    LOSE_BEFORE = "lose_before"
    """Drop the connection without any effect."""
    LOSE_AFTER = "lose_after"
    """Do it, then drop the connection."""
    LATE = "late"
    """Drop the connection; the effect happens `delay` later."""
    LIE = "lie"
    """Say yes and do nothing."""
    THROTTLE = "throttle"
    """Refuse for now; with a reset time when `delay` is set."""
    REVOKE = "revoke"
    """From this call on, the token is no longer valid."""
    SLOW = "slow"
    """Do it, but answer only after `delay`."""
    HANG = "hang"
    """Do it and never answer (the connection is held for `delay`, then dropped)."""
    GARBLE = "garble"
    """Do it and answer 200 with HTML."""


_WITHOUT_EFFECT = frozenset({Fault.FAIL_BEFORE, Fault.LOSE_BEFORE, Fault.LATE, Fault.LIE, Fault.THROTTLE})


@dataclass(kw_only=True)
class Rule:
    """Apply `fault` to the `nth` matching call (1 = the next), `times` times in a row; `times` 0 is for ever."""

    fault: Fault
    method: str = "*"
    path: str = ""
    """A part of the path that must occur in it; empty matches all."""
    nth: int = 1
    times: int = 1
    status: int = 503
    delay: timedelta = timedelta(0)
    seen: int = field(default=0, init=False)

    def hits(self, method: str, path: str) -> bool:
        if self.method not in ("*", method) or self.path not in path:
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.times == 0 or self.seen < self.nth + self.times)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request. Header names are lower-case; `query` holds the last value of each name."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    def json(self) -> Any:
        return json.loads(self.body or b"null")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One HTTP answer. `drop` closes the connection instead; `wait` is served before either."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    wait: timedelta = timedelta(0)


def json_answer(status: int, body: Any, **headers: str) -> Answer:
    """A JSON answer; header names are given with underscores for hyphens."""
    named = {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return Answer(status=status, body=json.dumps(body).encode(), headers=named)


@dataclass(kw_only=True)
class Object:
    """Everything the platform ever held: kept after deletion, so that a checker can ask what was true when."""

    id: str
    kind: str
    created_at: datetime
    fields: dict[str, Any]
    public: bool
    deleted_at: datetime | None = None
    published_at: datetime | None = None

    @property
    def visible(self) -> bool:
        return self.public and self.deleted_at is None


def _wall_clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # a stand-in is another machine with its own clock


class Standin:
    """Objects, switches, fault rules and call log of a stand-in. Subclasses implement `answer` and `throttled`."""

    name = "standin"

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] | None = None,
        switches: frozenset[str] = frozenset(),
        latency: timedelta = timedelta(0),
    ) -> None:
        self.clock = clock or _wall_clock
        self.switches = set(switches)
        self.latency = latency
        self.objects: dict[str, Object] = {}
        self.rules: list[Rule] = []
        self.calls: list[tuple[datetime, str, str]] = []
        self.revoked = False
        self.late: list[tuple[datetime, Request]] = []
        self.lock = threading.RLock()

    def answer(self, request: Request) -> Answer:
        """The platform's documented behaviour; called under the lock."""
        raise NotImplementedError

    def throttled(self, reset: datetime | None) -> Answer:
        """The platform's own way to say 'not now'."""
        raise NotImplementedError

    def lie(self, request: Request) -> Answer:
        """A success answer without the effect: do it on a copy, then put the truth back."""
        kept = {key: replace(each, fields=dict(each.fields)) for key, each in self.objects.items()}
        answer = self.answer(request)
        self.objects = kept
        return answer

    def handle(self, request: Request) -> Answer:
        """Answer one request, with late effects that are due and the first fault rule that matches applied."""
        with self.lock:
            self._land_late_effects()
            self.calls.append((self.clock(), request.method, request.path))
            rule = next((each for each in self.rules if each.hits(request.method, request.path)), None)
            answer = self._faulty(request, rule) if rule else self.answer(request)
        return replace(answer, wait=answer.wait + self.latency)

    def _land_late_effects(self) -> None:
        now = self.clock()
        due = [request for at, request in self.late if at <= now]
        self.late = [(at, request) for at, request in self.late if at > now]
        for request in due:
            self.answer(request)

    def _faulty(self, request: Request, rule: Rule) -> Answer:
        if rule.fault in _WITHOUT_EFFECT:
            return self._undone(request, rule)
        if rule.fault is Fault.REVOKE:
            self.revoked = True
        done = self.answer(request)
        match rule.fault:
            case Fault.FAIL_AFTER:
                return json_answer(rule.status, {"error": "unavailable"})
            case Fault.LOSE_AFTER | Fault.HANG:
                return Answer(drop=True, wait=rule.delay)
            case Fault.GARBLE:
                return Answer(body=b"<html>Bad gateway</html>", headers={"content-type": "text/html"})
            case Fault.SLOW:
                return replace(done, wait=rule.delay)
            case _:
                return done

    def _undone(self, request: Request, rule: Rule) -> Answer:
        match rule.fault:
            case Fault.LIE:
                return self.lie(request)
            case Fault.THROTTLE:
                return self.throttled(self.clock() + rule.delay if rule.delay else None)
            case Fault.FAIL_BEFORE:
                return json_answer(rule.status, {"error": "unavailable"})
        if rule.fault is Fault.LATE:
            self.late.append((self.clock() + rule.delay, request))
        return Answer(drop=True)

    def visible(self) -> list[Object]:
        """What the public can see now: the truth a test or the demo compares with."""
        with self.lock:
            self._land_late_effects()
            return [each for each in self.objects.values() if each.visible]


def mount(standin: Standin, mock: Any, base_url: str) -> None:
    """Answer every request below `base_url` from the stand-in through a `responses.RequestsMock`."""

    def callback(prepared: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        body = prepared.body or b""
        answer = standin.handle(
            Request(
                method=str(prepared.method),
                url=str(prepared.url),
                headers={k.lower(): str(v) for k, v in prepared.headers.items()},
                body=body.encode() if isinstance(body, str) else bytes(body),
            )
        )
        if answer.drop:
            raise requests.ConnectionError("connection lost by the stand-in")
        return answer.status, dict(answer.headers), answer.body

    for method in ("GET", "POST", "DELETE", "PUT"):
        mock.add_callback(method, re.compile(re.escape(base_url) + r"/.*"), callback=callback, content_type=None)
