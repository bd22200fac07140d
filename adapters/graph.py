"""One Graph client under two channels: facebook-sdk 3.1.0 with its one `request()` replaced, and the reads both need.

The SDK cannot be constructed with a usable version, has no time-out, drops status and headers, and puts the token into
URLs and exception texts (platforms: meta, section 7). All of its methods used here go through `request()`.
"""

import hashlib
import hmac
import json
import re
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from adapters.base import Artefact, InDoubt, Presence, Rejected, RenderedPicture, Unauthorised
from adapters.graph_errors import NOT_THERE, Failure, Phase, failure_of, outcome
from adapters.http import PLATFORM_TIME, EdgeSession, never_sent

with warnings.catch_warnings():
    # It holds an invalid escape sequence, which is an error where warnings are.
    warnings.simplefilter("ignore")
    import facebook

LOOK_BACK = timedelta(minutes=2)
PAGE = 100
# A listing is taken to be newest first; so many whole pages of older items in a row end it.
OLDER_PAGES = 2
# Instagram lists at most 10,000 items; a longer listing is one that never ends.
MOST_PAGES = 200
_ID = re.compile(r"[0-9A-Za-z_]{1,80}")
_CREDENTIALS = frozenset({"access_token", "appsecret_proof", "appsecret_time"})


@dataclass(frozen=True, kw_only=True)
class GraphSettings:
    """How to reach Graph and as whom. `delete_token`: where Instagram deletes with another kind of token only."""

    token: str = field(repr=False)
    app_secret: str | None = field(default=None, repr=False)
    app_id: str | None = None
    """With the secret, tokens are inspected as the app; without, each inspects itself."""
    delete_token: str | None = field(default=None, repr=False)
    base_url: str = "https://graph.facebook.com"
    version: str = "v26.0"
    deadline: timedelta = timedelta(seconds=30)
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)


class GraphCallError(facebook.GraphAPIError):  # type: ignore[misc]  # the SDK is untyped
    """A call that failed, as far as it is known. Its text is a code: no URL, no token, nothing the platform wrote."""

    def __init__(self, failure: Failure) -> None:
        super().__init__({"error": {"message": failure.name, "code": failure.code}})
        self.failure = failure
        self.code: int | None = failure.code
        self.http_status = failure.http_status
        self.subcode = failure.subcode
        self.is_transient = failure.is_transient
        self.fbtrace_id = failure.fbtrace_id
        self.phase = failure.phase


class GraphClient(facebook.GraphAPI):  # type: ignore[misc]  # the SDK is untyped
    """facebook-sdk over `EdgeSession`. One per thread: see `GraphOfThread`. Every call raises `GraphCallError`."""

    def __init__(self, settings: GraphSettings, *, token: str | None = None) -> None:
        session = EdgeSession(deadline=settings.deadline, proxies=dict(settings.proxies))
        session.platform_time = PLATFORM_TIME
        super().__init__(token or settings.token, session=session)
        # The constructor refuses every version later than 3.1.
        self.version = settings.version
        self.settings = settings
        self.served: str | None = None
        """The version of the last answer; another than the pinned one is served without a word (section 2)."""

    def request(
        self,
        path: str,
        args: Mapping[str, Any] | None = None,
        post_args: Mapping[str, Any] | None = None,
        files: Any = None,
        method: str | None = None,
    ) -> dict[str, Any]:
        """One call. Returns the JSON object answered; `false`, `success: false` and anything else raises."""
        query, body = dict(args or {}), dict(post_args or {})
        token = str(body.pop("access_token", None) or query.pop("access_token", None) or self.access_token)
        verb = "POST" if post_args is not None else method or "GET"
        (body if verb == "POST" else query).update(self._proof(token))
        try:
            response = self.session.request(
                verb,
                f"{self.settings.base_url.rstrip('/')}/{path}",
                params={name: _worded(value) for name, value in query.items()},
                data={name: _encoded(value) for name, value in body.items() if value is not None} or None,
                files=files,
                headers={"Authorization": f"Bearer {token}"},
            )
        except requests.RequestException as error:
            raise GraphCallError(_lost(error)) from None
        self.served = response.headers.get("facebook-api-version") or self.served
        failure, answered = failure_of(response.status_code, response.headers, response.content)
        if failure is not None:
            raise GraphCallError(failure)
        return answered

    def _proof(self, token: str) -> dict[str, str]:
        if self.settings.app_secret is None:
            return {}
        key = self.settings.app_secret.encode()
        return {"appsecret_proof": hmac.new(key, token.encode(), hashlib.sha256).hexdigest()}

    def stage(self, picture: RenderedPicture, album_path: str, **data: Any) -> dict[str, Any]:
        """Send a picture's bytes; a file object would not be rewound."""
        answered: dict[str, Any] = self.put_photo(
            ("picture.jpg", picture.data, picture.media_type), album_path=album_path, **data
        )
        return answered

    def change(self, key: str, **data: Any) -> dict[str, Any]:
        """Update a node; the SDK has no method for it."""
        return self.request(f"{self.version}/{checked(key)}", post_args=data)

    def delete(self, key: str) -> None:
        """Returns only for a plain success; any other answer raises."""
        if self.delete_object(checked(key)).get("success") is not True:
            raise GraphCallError(Failure(phase=Phase.UNKNOWN, why="graph-said-nothing"))

    def look(self, key: str, fields: str) -> dict[str, Any] | None:
        """The node, or None after two answers of 100/33, which prove nothing by themselves (verdict 7)."""
        for _ in range(2):
            try:
                answered: dict[str, Any] = self.get_object(checked(key), fields=fields)
            except GraphCallError as error:
                if error.failure.pair != NOT_THERE:
                    raise outcome(error.failure) from None
                continue
            if str(answered.get("id")) != key:
                raise InDoubt("graph-another-node")
            return answered
        return None

    def listing(self, key: str, edge: str, fields: str, time: str, since: datetime | None) -> Iterator[dict[str, Any]]:
        """Every item of an edge made since then, and perhaps older ones. Raises rather than omits.

        An empty page may have a following one (section 3.2): only its absence, or pages of older items, is the end.
        """
        query: dict[str, Any] = {"fields": fields, "limit": PAGE}
        before: list[dict[str, Any]] = []
        older = 0
        while True:
            with ours():
                page = self.get_connections(checked(key), edge, **query)
            items = page.get("data")
            if not isinstance(items, list) or not all(isinstance(each, dict) and each.get("id") for each in items):
                raise InDoubt("graph-listing-unreadable")
            yield from items
            following = page["paging"].get("next") if isinstance(page.get("paging"), dict) else None
            if following is None:
                return
            made = [instant(each.get(time)) for each in items]
            older += bool(made) and all(since and each and each < since for each in made)
            if older >= OLDER_PAGES:
                return
            before.append(query)
            # The address of the following page holds the token.
            given = parse_qsl(urlsplit(str(following)).query)
            query = {name: value for name, value in given if name not in _CREDENTIALS}
            if query in before or len(before) >= MOST_PAGES:
                raise InDoubt("graph-listing-endless")


class GraphOfThread(threading.local):
    """The client of the current thread: neither requests nor the SDK may be shared."""

    def __init__(self, settings: GraphSettings, *, token: str | None = None) -> None:
        self.client = GraphClient(settings, token=token)


def _encoded(value: Any) -> str:
    """A POST value as Graph reads it; requests would send a list of objects as their keys."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _worded(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _lost(error: requests.RequestException) -> Failure:
    if never_sent(error):
        return Failure(phase=Phase.NOT_SENT, why="unreachable")
    return Failure(phase=Phase.UNKNOWN, why="timeout" if isinstance(error, requests.Timeout) else "lost-answer")


@contextmanager
def ours(*, publishing: bool = False) -> Iterator[None]:
    """Graph's failures as our errors. `publishing`: the call inside may make something visible."""
    try:
        yield
    except GraphCallError as error:
        raise outcome(error.failure, publishing=publishing) from None


def checked(key: str) -> str:
    """An id that may stand in a path."""
    if not _ID.fullmatch(key):
        raise InDoubt("graph-id-unreadable")
    return key


def id_in(answered: Mapping[str, Any], name: str = "id") -> str:
    """The id a creating call answered; without one the effect is unknown."""
    key = answered.get(name)
    if not isinstance(key, str | int) or isinstance(key, bool):
        raise InDoubt("graph-no-id")
    return checked(str(key))


def instant(value: Any) -> datetime | None:
    """A Graph time, `2026-03-02T12:00:00+0000`, as aware UTC."""
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo else None


def carries(text: str, marker: str) -> bool:
    """Whether the marker stands in the text as a whole word: DBC-7K3Q9M-2 is not in DBC-7K3Q9M-21."""
    return re.search(rf"(?<![\w-]){re.escape(marker)}(?![\w-])", text) is not None


def gone_if(artefact: Artefact, settle: timedelta, now: datetime) -> Presence:
    """What a complete look that did not show it may say (design.md section 5)."""
    settled = artefact.created_at is not None and artefact.created_at + settle <= now
    return Presence.GONE if artefact.acknowledged or settled else Presence.UNSURE


@dataclass(frozen=True, kw_only=True)
class TokenReport:
    """What Graph says of a token: for whom, with which rights, until when."""

    scopes: frozenset[str]
    profile_id: str | None
    expires_at: datetime | None


def inspected(client: GraphClient, token: str, target: str, now: datetime) -> TokenReport:
    """Ask debug_token about a token's rights over one page or account. Raises Unauthorised where it is dead.

    The token goes in the body of a POST that Graph is told to take as a GET, so that it is in no URL. Where that is
    refused (unverified on a live account) the documented GET is sent.
    """
    settings = client.settings
    asked = {"input_token": token}
    if settings.app_id and settings.app_secret:
        asked["access_token"] = f"{settings.app_id}|{settings.app_secret}"
    path = f"{client.version}/debug_token"
    try:
        answered = client.request(path, post_args=asked | {"method": "GET"})
    except GraphCallError as error:
        with ours():
            if not _unknown_there(error):
                raise
            answered = client.request(path, args=asked)
    known = answered.get("data")
    if not isinstance(known, dict):
        raise InDoubt("graph-token-unreadable")
    if known.get("is_valid") is not True:
        raise Unauthorised("token-invalid", "Issue a new access token: this one is no longer valid.")
    ends = [known.get("expires_at"), known.get("data_access_expires_at")]
    dates = [datetime.fromtimestamp(each, UTC) for each in ends if isinstance(each, int) and each > 0]
    expires_at = min(dates, default=None)
    if expires_at is not None and expires_at <= now:
        raise Unauthorised("token-expired", "Issue a new access token: this one, or its access to data, has ended.")
    return TokenReport(
        scopes=frozenset(_granted(known, target)),
        profile_id=str(known["profile_id"]) if known.get("profile_id") else None,
        expires_at=expires_at,
    )


def _unknown_there(error: GraphCallError) -> bool:
    refused = error.phase is Phase.REFUSED and isinstance(outcome(error.failure), Rejected)
    return refused or error.failure.pair == NOT_THERE or error.http_status in (404, 405)


def _granted(known: Mapping[str, Any], target: str) -> Iterator[str]:
    """The scopes, less those that were granted for other targets only."""
    limits = known.get("granular_scopes")
    narrowed: dict[str, list[str]] = {}
    for each in limits if isinstance(limits, list) else []:
        if isinstance(each, dict) and isinstance(each.get("target_ids"), list) and each["target_ids"]:
            narrowed[str(each.get("scope"))] = [str(one) for one in each["target_ids"]]
    scopes = known.get("scopes")
    for scope in scopes if isinstance(scopes, list) else []:
        if scope not in narrowed or target in narrowed[scope]:
            yield str(scope)


def require_version(client: GraphClient) -> None:
    """Graph serves another version than the one asked for without a word; that must not go unnoticed."""
    if client.served is not None and client.served != client.settings.version:
        raise Unauthorised("version-not-served", "Graph serves another version: set `version` to one still offered.")
