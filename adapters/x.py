"""X through API v2 on tweepy: OAuth 1.0a, one self-contained post per notice, never edited, never threaded.

tweepy is used for its calls and its signing only. What an answer means is read from the answer itself, because some
error bodies make the SDK fail on its own account (platforms: x, section 7).
"""

import base64
import html
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import requests
import tweepy

from adapters.base import (
    Absent,
    AdapterError,
    Artefact,
    ArtefactKind,
    Artefacts,
    Attempt,
    Capabilities,
    Edit,
    Found,
    Health,
    InDoubt,
    Presence,
    Rejected,
    Rendered,
    RenderedPicture,
    Sighting,
    Trace,
    Unauthorised,
    Unsure,
    worst,
)
from adapters.http import PLATFORM_TIME, EdgeSession, as_outcome, picture_at
from adapters.x_errors import Reply, refusal
from adapters.x_posts import (
    LISTING,
    PAGE,
    PICTURES,
    TEXT_LIMIT,
    TIMELINE_REACH,
    addresses,
    born_at,
    carries,
    id_of,
    listed,
    measure,
    require_sendable,
)
from policies.terms import Channel

LOOK_BACK = timedelta(minutes=2)
ACCOUNT_TRUSTED = timedelta(minutes=5)
SDK_LOGGERS = ("tweepy", "oauthlib", "requests_oauthlib")


@dataclass(frozen=True, kw_only=True)
class XSettings:
    """Credentials of the app and of the one account it may act for. `public_url` is where people read the posts."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)
    account_id: str
    base_url: str = "https://api.x.com"
    public_url: str = "https://x.com"
    deadline: timedelta = timedelta(seconds=30)
    settle: timedelta = timedelta(minutes=15)
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)


class _Session(EdgeSession):
    """Sends to the configured host what tweepy addresses to its own, before it is signed, and keeps the answer."""

    OLD = "https://api.twitter.com"

    platform_time = PLATFORM_TIME

    def __init__(self, settings: XSettings) -> None:
        super().__init__(deadline=settings.deadline, proxies=dict(settings.proxies))
        self.base_url = settings.base_url.rstrip("/")
        self.answered: requests.Response | None = None

    def request(self, method: str | bytes, url: str | bytes, **kwargs: Any) -> requests.Response:  # type: ignore[override]  # as in EdgeSession
        self.answered = None
        address = url.decode() if isinstance(url, bytes) else url
        self.answered = super().request(method, address.replace(self.OLD + "/", self.base_url + "/", 1), **kwargs)
        return self.answered


class XAdapter:
    """The channel X. Thread-safe: each thread has its own client and session."""

    channel = Channel.X

    def __init__(self, settings: XSettings, *, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.clock = clock
        self.capabilities = Capabilities(
            text_limit=TEXT_LIMIT,
            measure=measure,
            pictures=PICTURES,
            edit=Edit.NONE,
            settle=settings.settle,
            removals_per_window=(50, timedelta(minutes=15)),
        )
        self._threads = threading.local()
        self._account_shown_at: datetime | None = None
        for name in SDK_LOGGERS:
            # At DEBUG they write headers and bodies.
            logging.getLogger(name).setLevel(logging.WARNING)

    def check(self) -> Health:
        reply, me = self._identify()
        level = reply.headers.get("x-access-level", "")
        may_write = "write" in level
        return Health(
            account=f"@{me['username']}" if me.get("username") else self.settings.account_id,
            can_post=may_write or not level,
            can_remove=may_write,
            needs_canary=not level,
        )

    def publish(self, rendered: Rendered, attempt: Attempt) -> None:
        """Pictures first, unseen; then the post. Uploads of an earlier try are left to expire: they may have."""
        if any(each.kind is ArtefactKind.POST and each.platform_id for each in attempt.made):
            raise InDoubt("already-posted")
        require_sendable(rendered)
        self._require_account()
        media = [self._upload(picture, attempt) for picture in rendered.pictures]
        row = attempt.intend(ArtefactKind.POST)
        attempt.go()
        reply = self._ask(
            lambda client: client.create_tweet(
                text=rendered.text, media_ids=media or None, reply_settings="mentionedUsers", user_auth=True
            )
        )
        made = id_of(reply.data)
        if not reply.ok:
            raise refusal(reply, self.clock())
        if made is None:
            raise InDoubt("no-id")
        born = born_at(made)
        attempt.note(
            row,
            platform_id=made,
            url=self._url(made),
            created_at=born if born and born >= attempt.started_at - LOOK_BACK else None,
        )

    def trace(self, rendered: Rendered, attempt: Attempt) -> Trace:
        """By the ids known, then by the marker on the own timeline; the text itself comes back changed."""
        known = [each.platform_id for each in attempt.made if each.kind is ArtefactKind.POST and each.platform_id]
        try:
            self._require_account()
            seen = {each.platform_id: each for each in self._by_ids(known)}
            for each in self.recent(attempt.started_at - LOOK_BACK):
                # A retweet of ours is not a copy: it goes with the post.
                if carries(each.text, rendered.marker) and not each.text.startswith("RT @"):
                    seen.setdefault(each.platform_id, each)
        except AdapterError as error:
            return Unsure(error.code)
        if not seen:
            return Absent()
        return Found(
            sightings=tuple(sorted(seen.values(), key=lambda e: (e.platform_id not in known, int(e.platform_id))))
        )

    def edit(self, artefacts: Artefacts, rendered: Rendered, attempt: Attempt) -> None:  # noqa: ARG002
        # Premium only, for an hour, under a new id (platforms: x, section 5).
        raise Rejected("edit-not-possible", "A correction on X is a removal and a new post.")

    def remove(self, artefacts: Artefacts) -> None:
        """Uploads cannot be deleted: X has no request for it; they were never public by themselves."""
        errors: list[AdapterError] = []
        for each in artefacts:
            if each.kind is not ArtefactKind.POST or each.platform_id is None:
                continue
            try:
                self._delete(each.platform_id)
            except AdapterError as error:
                errors.append(error)
        if errors:
            raise worst(errors)

    def presence(self, artefacts: Artefacts) -> Mapping[int, Presence]:
        """GONE only where X names that very post as not found, to the right account, and absence may be believed."""
        answers = dict.fromkeys((each.id for each in artefacts), Presence.UNSURE)
        posts = [each for each in artefacts if each.kind is ArtefactKind.POST and each.platform_id]
        for start in range(0, len(posts), PAGE):
            some = posts[start : start + PAGE]
            try:
                reply = self._look([str(each.platform_id) for each in some])
                visible = {id_of(each) for each in listed(reply.data)}
                missing = reply.missing() - visible
                if missing:
                    self._require_account()
            except AdapterError:
                continue
            for each in some:
                if each.platform_id in visible:
                    answers[each.id] = Presence.VISIBLE
                elif each.platform_id in missing and self._absence_believable(each):
                    answers[each.id] = Presence.GONE
        return answers

    def recent(self, since: datetime) -> Iterator[Sighting]:
        """Raises when a page fails, is partial, or the timeline reaches no further back."""
        token: str | None = None
        count = 0
        while True:
            reply = self._page(since, token)
            items = listed(reply.data)
            yield from (self._sighting(each, reply.body) for each in items)
            count += len(items)
            following = reply.meta.get("next_token")
            if not following:
                return
            if following == token or not items or count >= TIMELINE_REACH:
                raise InDoubt("timeline-incomplete")
            token = str(following)

    def _client(self) -> tweepy.Client:
        client = getattr(self._threads, "client", None)
        if client is None:
            client = tweepy.Client(
                consumer_key=self.settings.consumer_key,
                consumer_secret=self.settings.consumer_secret,
                access_token=self.settings.access_token,
                access_token_secret=self.settings.access_token_secret,
                return_type=requests.Response,
                wait_on_rate_limit=False,
            )
            # tweepy has neither a base URL nor a time-out (platforms: x, section 9).
            client.session = _Session(self.settings)
            self._threads.client = client
        return client

    def _ask(self, call: Callable[[tweepy.Client], Any]) -> Reply:
        """Send one request and hand back its answer, whatever its status. Raises Unreachable or InDoubt."""
        client = self._client()
        session: _Session = client.session
        session.answered = None
        try:
            call(client)
        except requests.RequestException as error:
            if session.answered is None:
                raise as_outcome(error) from None
        except (tweepy.TweepyException, AttributeError, TypeError, ValueError):
            # 4.17.0 raises the last three for error bodies that are a list, a string or null, and for a bad reset.
            if session.answered is None:
                raise
        answered = session.answered
        assert answered is not None
        return Reply.read(answered.status_code, answered.headers, answered.content)

    def _identify(self) -> tuple[Reply, dict[str, Any]]:
        reply = self._ask(lambda client: client.get_me(user_auth=True))
        me = reply.data if isinstance(reply.data, dict) else {}
        if not reply.ok or id_of(me) is None:
            raise refusal(reply, self.clock())
        if id_of(me) != self.settings.account_id:
            raise Unauthorised("wrong-account", "The X tokens belong to another account than the configured one.")
        self._account_shown_at = self.clock()
        return reply, me

    def _require_account(self) -> None:
        """On another account every post of ours would look absent (platforms: x, section 10)."""
        shown = self._account_shown_at
        if shown is None or not timedelta(0) <= self.clock() - shown < ACCOUNT_TRUSTED:
            self._identify()

    def _upload(self, picture: RenderedPicture, attempt: Attempt) -> str:
        row = attempt.intend(ArtefactKind.MEDIA)
        body = {"media": base64.b64encode(picture.data).decode("ascii"), "media_category": "tweet_image"}
        reply = self._ask(lambda client: client.request("POST", "/2/media/upload", json=body, user_auth=True))
        made = id_of(reply.data)
        if not reply.ok or made is None:
            raise refusal(reply, self.clock())
        attempt.note(row, platform_id=made)
        alt = {"id": made, "metadata": {"alt_text": {"text": picture.alt_text}}}
        reply = self._ask(lambda client: client.request("POST", "/2/media/metadata", json=alt, user_auth=True))
        if not reply.ok:
            raise refusal(reply, self.clock())
        return made

    def _delete(self, post_id: str) -> None:
        reply = self._ask(lambda client: client.delete_tweet(post_id, user_auth=True))
        if post_id in reply.missing() and (reply.ok or reply.status == 404):
            return
        # `deleted: false` says that this request was not the one that removed it; the look afterwards decides.
        if reply.ok and isinstance(reply.data, dict) and isinstance(reply.data.get("deleted"), bool):
            return
        raise refusal(reply, self.clock())

    def _look(self, ids: list[str]) -> Reply:
        reply = self._ask(lambda client: client.get_tweets(ids, user_auth=True))
        if reply.ok and (isinstance(reply.data, list) or reply.missing()):
            return reply
        if reply.status == 404 and reply.missing():
            return reply
        raise refusal(reply, self.clock())

    def _by_ids(self, ids: list[str]) -> list[Sighting]:
        if not ids:
            return []
        return [self._sighting(each) for each in listed(self._look(ids).data)]

    def _page(self, since: datetime, token: str | None) -> Reply:
        reply = self._ask(
            lambda client: client.get_users_tweets(
                self.settings.account_id, start_time=since, pagination_token=token, **LISTING
            )
        )
        if not reply.ok or reply.body is None:
            raise refusal(reply, self.clock())
        if reply.partial or "result_count" not in reply.meta or (reply.meta["result_count"] and not reply.data):
            raise InDoubt("timeline-incomplete")
        return reply

    def _sighting(self, post: dict[str, Any], body: Any = None) -> Sighting:
        key = id_of(post)
        if key is None:
            raise InDoubt("unreadable-answer")
        ours = self.settings
        fetch = partial(picture_at, like=ours.base_url, deadline=ours.deadline, proxies=ours.proxies)
        return Sighting(
            kind=ArtefactKind.POST,
            platform_id=key,
            url=self._url(key),
            created_at=born_at(key),
            text=html.unescape(str(post.get("text", ""))),
            pictures=tuple(partial(fetch, each) for each in addresses(post, body)),
        )

    def _url(self, post_id: str) -> str:
        return f"{self.settings.public_url.rstrip('/')}/i/status/{post_id}"

    def _absence_believable(self, artefact: Artefact) -> bool:
        born = artefact.created_at or born_at(artefact.platform_id or "")
        return artefact.acknowledged or (born is not None and born + self.settings.settle <= self.clock())
