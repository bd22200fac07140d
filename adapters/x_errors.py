"""What X's answers mean: could it have happened, and is that very post gone?

Bodies come in many shapes (platforms: x, section 7), so everything is decided on the status first, then on problem
type suffixes and codes, and nothing here fails on a body it has not seen before.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.base import AdapterError, InDoubt, Rejected, Throttled, Unauthorised

# A reset further away than a day and a bit is a malformed header, not a limit.
LONGEST_WAIT = timedelta(hours=25)
# v1.1-style codes that concern the credentials or the account, whatever the status says.
CREDENTIAL_CODES = frozenset({32, 64, 89, 99, 135, 215, 326, 453})
CREDENTIAL_PROBLEMS = frozenset({"oauth1-permissions", "unsupported-authentication", "client-forbidden"})
DUPLICATE_CODE = 187
DAILY_LIMITS = ("x-user-limit-24hour", "x-app-limit-24hour")
REFUSED_AS_ASKED = frozenset({405, 410, 413, 415, 422, 451})
ALWAYS: dict[int, tuple[type[AdapterError], str, str]] = {
    400: (Rejected, "bad-request", "X refused the request as it stands; the notice must change."),
    401: (Unauthorised, "unauthorised", "Renew X's tokens and check this machine's clock."),
    # Empty credits block deletes too (verdict 9), whichever of the two bodies says so.
    402: (Unauthorised, "no-credits", "Top up the X account's credits: takedowns are blocked too."),
}
POST_TYPES = frozenset({"tweet", "post"})


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer of X, whatever the SDK made of it. `body` is None where it was not JSON."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)

    @classmethod
    def read(cls, status: int, headers: Mapping[str, str], content: bytes) -> "Reply":
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            body = None
        return cls(status=status, headers={name.lower(): value for name, value in headers.items()}, body=body)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def data(self) -> Any:
        return self.body.get("data") if isinstance(self.body, dict) else None

    @property
    def meta(self) -> dict[str, Any]:
        meta = self.body.get("meta") if isinstance(self.body, dict) else None
        return meta if isinstance(meta, dict) else {}

    def problems(self) -> Iterator[dict[str, Any]]:
        """The body itself where it is a problem, and every problem or error in its `errors`."""
        bodies = self.body if isinstance(self.body, list) else [self.body]
        for each in bodies:
            if not isinstance(each, dict):
                continue
            if {"type", "title", "detail", "code"} & each.keys():
                yield each
            errors = each.get("errors")
            yield from (one for one in (errors if isinstance(errors, list) else []) if isinstance(one, dict))

    @property
    def partial(self) -> bool:
        """Whether `errors` says that something was left out; a picture beside a post does not count."""
        errors = self.body.get("errors") if isinstance(self.body, dict) else None
        beside = isinstance(errors, list) and all(
            isinstance(each, dict) and each.get("resource_type") == "media" for each in errors
        )
        return bool(errors) and not beside

    def kinds(self) -> set[str]:
        """Problem types by their last part: the host moved from api.twitter.com to api.x.com."""
        return {str(each["type"]).rsplit("/", 1)[-1] for each in self.problems() if each.get("type")}

    def codes(self) -> set[int]:
        return {each["code"] for each in self.problems() if isinstance(each.get("code"), int)}

    def missing(self) -> set[str]:
        """The ids of posts that a resource-not-found problem names: the only proof of absence."""
        ids: set[str] = set()
        for each in self.problems():
            if not str(each.get("type", "")).endswith("/resource-not-found"):
                continue
            if each.get("resource_type", "tweet") not in POST_TYPES:
                continue
            ids |= {str(each[key]) for key in ("resource_id", "value") if isinstance(each.get(key), str | int)}
        return ids


def refusal(reply: Reply, now: datetime) -> AdapterError:
    """The error for an answer that is not the success hoped for."""
    if reply.status in ALWAYS:
        kind, code, remedy = ALWAYS[reply.status]
        return kind(code, remedy)
    if reply.status == 403:
        return _forbidden(reply)
    if reply.status == 429:
        return _throttled(reply, now)
    if reply.status in REFUSED_AS_ASKED and isinstance(reply.body, dict):
        return Rejected(f"http-{reply.status}", "X refused the request as it stands.")
    return InDoubt("unreadable-answer" if reply.ok else f"http-{reply.status}")


def _forbidden(reply: Reply) -> AdapterError:
    texts = " ".join(str(each.get(key, "")) for each in reply.problems() for key in ("detail", "message"))
    if DUPLICATE_CODE in reply.codes() or "duplicate content" in texts.lower():
        # An earlier try, given up on, may be up (platforms: x, section 2).
        return InDoubt("duplicate")
    if "oauth1-permissions" in reply.kinds():
        return Unauthorised("read-only", "Give the X app read and write permission, then make new tokens.")
    if reply.kinds() & CREDENTIAL_PROBLEMS or reply.codes() & CREDENTIAL_CODES:
        return Unauthorised("forbidden-to-us", "Check the X app, its access level and whether the account is locked.")
    if "usage-capped" in reply.kinds():
        return Throttled("usage-capped", "The X app has used up its allowance.")
    if not isinstance(reply.body, dict):
        # Not X's own voice: a proxy, or the network in front of X.
        return InDoubt("http-403")
    return Rejected("forbidden", "X does not permit this: check length, permission and whose post it is.")


def _throttled(reply: Reply, now: datetime) -> Throttled:
    # During a daily cap x-rate-limit-reset still names the 15-minute window: the larger counts.
    daily = [each for each in DAILY_LIMITS if reply.headers.get(f"{each}-remaining", "0").strip() == "0"]
    resets = [_reset(reply.headers.get(f"{each}-reset"), now) for each in ("x-rate-limit", *daily)]
    known = [each for each in resets if each is not None]
    remedy = "X allows no more of these requests for now."
    if known:
        return Throttled("throttled", remedy, until=max(known))
    after = reply.headers.get("retry-after", "").strip()
    if after.isdecimal() and int(after) <= LONGEST_WAIT.total_seconds():
        return Throttled("throttled", remedy, after=timedelta(seconds=int(after)))
    return Throttled("throttled", remedy)


def _reset(value: str | None, now: datetime) -> datetime | None:
    try:
        at = datetime.fromtimestamp(int(value or ""), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    # One that has passed says nothing of the next request: both clocks may differ.
    return at if now < at <= now + LONGEST_WAIT else None
