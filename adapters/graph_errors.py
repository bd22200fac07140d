"""What Graph's answers mean: could it have happened? Decided on code and subcode, never on the HTTP status alone.

Platforms: meta, section 5. The same code means different things to a request that may make something visible and to
one that cannot; `outcome` is told which it was.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from adapters.base import AdapterError, InDoubt, Rejected, Throttled, Unauthorised, Unreachable

A_MINUTE = timedelta(minutes=1)
# A regain time further away than this is a malformed header, not a limit.
LONGEST_WAIT = timedelta(hours=25)
NOT_THERE = (100, 33)
DELETE_TYPE_UNSUPPORTED = (-1, 2207073)
ACCOUNT_RESTRICTED = 25


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What a code says could have happened. `after`: the wait where Graph names none."""

    kind: type[InDoubt | Rejected | Throttled | Unauthorised]
    remedy: str = ""
    after: timedelta | None = None
    once_sent: "Meaning | None" = None
    """What it says instead of a request that may have made something visible."""


IN_DOUBT = Meaning(kind=InDoubt)
REJECTED = Meaning(
    kind=Rejected, remedy="Meta refused the request as it stands; the notice or the settings must change."
)
WAIT = Meaning(kind=Throttled, remedy="Meta asks to wait; removals go first.")
CREDENTIALS = Meaning(
    kind=Unauthorised, remedy="Renew the access token or the rights it lacks: nothing can be taken down either."
)
RESTRICTED = Meaning(
    kind=Unauthorised, remedy="Meta has restricted the account: a person must settle that in Meta Business Suite."
)
# Nothing is public yet, and a later try makes a new container; asked to publish, it may have published.
NEW_CONTAINER = Meaning(
    kind=Throttled,
    remedy="Instagram could not take the picture: is the public site readable by Meta?",
    after=A_MINUTE,
    once_sent=IN_DOUBT,
)

BY_PAIR: dict[tuple[int | None, int | None], Meaning] = {
    # Also a missing right or a fault of Meta's, and it may pass (verdict 7).
    NOT_THERE: IN_DOUBT,
    # An error for a post that did go live (verdict 6).
    (4, 2207051): IN_DOUBT,
    (9, 2207042): WAIT,
    (9007, 2207027): Meaning(kind=Throttled, remedy="Instagram has not finished the container.", after=A_MINUTE),
}
BY_SUBCODE: dict[int | None, Meaning] = {
    # The photos are in a post already: look for it.
    1366051: IN_DOUBT,
    2207085: IN_DOUBT,
    **dict.fromkeys((2207001, 2207003, 2207006, 2207008, 2207020, 2207032, 2207052), NEW_CONTAINER),
}
BY_CODE: dict[int, Meaning] = {
    **dict.fromkeys((4, 17, 32, 613, *range(80000, 80010), 80014), WAIT),
    **dict.fromkeys((10, 102, 190, *range(200, 300)), CREDENTIALS),
    **dict.fromkeys((ACCOUNT_RESTRICTED, 341, 368), RESTRICTED),
    # Unknown outcomes, and a duplicate, whose first may be ours and live.
    **dict.fromkeys((-2, -1, 1, 2, 506), IN_DOUBT),
}


class Phase(StrEnum):
    """How far a failed request came."""

    NOT_SENT = "not_sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What is known of a failed call; nothing of the platform's text, no URL and no token."""

    phase: Phase
    http_status: int | None = None
    code: int | None = None
    subcode: int | None = None
    is_transient: bool = False
    fbtrace_id: str | None = None
    regain: timedelta | None = None
    """How long Graph says the limit lasts."""
    about_proof: bool = False
    """The refusal names the appsecret_proof, whatever its code."""
    why: str = ""

    @property
    def pair(self) -> tuple[int | None, int | None]:
        return (self.code, self.subcode)

    @property
    def name(self) -> str:
        if self.code is None:
            return self.why or f"graph-http-{self.http_status}"
        return f"graph-{self.code}" + (f"-{self.subcode}" if self.subcode is not None else "")


def outcome(failure: Failure, *, publishing: bool = False) -> AdapterError:
    """Our error for a failed call. `publishing`: the request may have made something visible."""
    if failure.phase is Phase.NOT_SENT:
        return Unreachable("unreachable", "Check the network, the proxy and the channel's base URL.")
    if failure.phase is Phase.UNKNOWN:
        return InDoubt(failure.name)
    meaning = _meaning(failure)
    if publishing and meaning.once_sent is not None:
        meaning = meaning.once_sent
    if meaning.kind is Throttled:
        return Throttled(failure.name, meaning.remedy, after=failure.regain or meaning.after)
    return meaning.kind(failure.name, meaning.remedy)


def _meaning(failure: Failure) -> Meaning:
    if failure.about_proof:
        return CREDENTIALS
    if failure.code is None:
        return WAIT if failure.http_status == 429 else REJECTED
    known = BY_PAIR.get(failure.pair) or BY_SUBCODE.get(failure.subcode) or BY_CODE.get(failure.code)
    if known is not None:
        return known
    return IN_DOUBT if failure.is_transient or (failure.http_status or 0) >= 500 else REJECTED


def failure_of(status: int, headers: Mapping[str, str], content: bytes) -> tuple[Failure | None, dict[str, Any]]:
    """Read one answer: its failure, or None and the JSON object that was answered."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return Failure(phase=Phase.UNKNOWN, http_status=status, why="graph-unreadable"), {}
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        return _enveloped(status, headers, body["error"]), {}
    # Other 4xx without the envelope are not Graph's own voice, and an effect may lie behind them.
    if status == 429 or (status == 400 and isinstance(body, dict)):
        return Failure(phase=Phase.REFUSED, http_status=status, regain=_regain(headers)), {}
    if not 200 <= status < 300 or not isinstance(body, dict) or "error" in body or body.get("success") is False:
        said_no = body is False or (isinstance(body, dict) and body.get("success") is False)
        return Failure(phase=Phase.UNKNOWN, http_status=status, why="graph-said-false" if said_no else ""), {}
    return None, body


def _enveloped(status: int, headers: Mapping[str, str], error: dict[str, Any]) -> Failure:
    code, subcode = _whole(error.get("code")), _whole(error.get("error_subcode"))
    trace = str(error.get("fbtrace_id", ""))
    return Failure(
        # An error object without a code says nothing that could be relied on.
        phase=Phase.UNKNOWN if code is None else Phase.REFUSED,
        http_status=status,
        code=code,
        subcode=subcode,
        is_transient=error.get("is_transient") is True,
        fbtrace_id=trace if re.fullmatch(r"[\w-]{1,64}", trace) else None,
        regain=_regain(headers),
        about_proof="appsecret_proof" in str(error.get("message", "")),
    )


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _regain(headers: Mapping[str, str]) -> timedelta | None:
    """The longest `estimated_time_to_regain_access`, which is in minutes (section 6)."""
    try:
        usage = json.loads(headers.get("x-business-use-case-usage", "null"))
    except (ValueError, RecursionError):
        return None
    rows = [row for rows in usage.values() if isinstance(rows, list) for row in rows] if isinstance(usage, dict) else []
    minutes = [_whole(row.get("estimated_time_to_regain_access")) for row in rows if isinstance(row, dict)]
    longest = max((each for each in minutes if each is not None), default=0)
    return min(timedelta(minutes=longest), LONGEST_WAIT) if longest > 0 else None
