"""Instagram through the Graph API: a container, the hosted picture proven gone, publication, comments closed.

Nothing is visible before media_publish but the hosted picture, which Instagram fetches while it makes the container
(platforms: meta, sections 4.1 and 4.2). A container that may have been published is never replaced by a second one.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

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
    NotDone,
    PictureRules,
    Presence,
    Rejected,
    Rendered,
    Sighting,
    Throttled,
    Trace,
    Unauthorised,
    Unsure,
    worst,
)
from adapters.graph import (
    LOOK_BACK,
    GraphClient,
    GraphOfThread,
    GraphSettings,
    carries,
    gone_if,
    id_in,
    inspected,
    instant,
    ours,
    require_version,
)
from adapters.http import picture_at
from adapters.instagram_media import (
    MEDIA_FIELDS,
    Container,
    addresses,
    containers,
    delete_media,
    listed_ids,
    status_of,
)
from adapters.instagram_staging import PictureHost, Staging, take_down_quietly
from policies.terms import Channel

__all__ = ["InstagramAdapter", "InstagramSettings", "PictureHost"]

log = logging.getLogger(__name__)

TEXT_LIMIT = 2200
ALT_TEXT_LIMIT = 1000
PICTURES = PictureRules(
    max_bytes=8_000_000, max_side=1440, max_count=10, min_side=320, min_ratio=0.8, max_ratio=1.91, required=True
)
POST_SCOPES = frozenset({"instagram_basic", "instagram_content_publish"})
REMOVE_SCOPES = frozenset({"instagram_basic", "instagram_manage_contents"})


@dataclass(frozen=True, kw_only=True)
class InstagramSettings:
    """One professional account, reached through Facebook Login; `patience` bounds the wait for a container."""

    user_id: str
    graph: GraphSettings
    public_url: str = "https://www.instagram.com"
    settle: timedelta = timedelta(minutes=15)
    patience: timedelta = timedelta(seconds=60)


def _log_open_comments(_: str, code: str) -> None:
    log.warning("comments could not be closed: %s", code)


class InstagramAdapter:
    """The channel Instagram. Thread-safe: each thread has its own client and session.

    `on_comments_open` is told the id and the code of the error where the comments of a notice could not be closed.
    """

    channel = Channel.INSTAGRAM

    def __init__(
        self,
        settings: InstagramSettings,
        host: PictureHost,
        *,
        clock: Callable[[], datetime],
        wait: Callable[[float], object] | None = None,
        on_comments_open: Callable[[str, str], None] = _log_open_comments,
    ) -> None:
        self.settings = settings
        self.host = host
        self.clock = clock
        self.wait = wait or threading.Event().wait
        self.on_comments_open = on_comments_open
        self.capabilities = Capabilities(
            text_limit=TEXT_LIMIT, measure=len, pictures=PICTURES, edit=Edit.NONE, settle=settings.settle
        )
        self._thread = GraphOfThread(settings.graph)
        # Which kind of token may delete is unknown until tried (section 4.3).
        self._deleting = GraphOfThread(settings.graph, token=settings.graph.delete_token)

    def check(self) -> Health:
        account = self._require_account("id,username")
        client, graph, now = self._graph, self.settings.graph, self.clock()
        require_version(client)
        posting = inspected(client, graph.token, self.settings.user_id, now)
        removing = posting
        if graph.delete_token is not None:
            removing = inspected(client, graph.delete_token, self.settings.user_id, now)
        ends = [each.expires_at for each in (posting, removing) if each.expires_at is not None]
        return Health(
            account=f"@{account['username']}" if account.get("username") else self.settings.user_id,
            can_post=posting.scopes >= POST_SCOPES,
            can_remove=removing.scopes >= REMOVE_SCOPES,
            expires_at=min(ends, default=None),
        )

    def publish(self, rendered: Rendered, attempt: Attempt) -> None:
        """The container of an earlier try is used again; its picture is not hosted a second time."""
        if any(each.kind is ArtefactKind.POST and each.platform_id for each in attempt.made):
            raise InDoubt("already-posted")
        _require_sendable(rendered)
        staging = Staging(
            client=self._graph,
            user_id=self.settings.user_id,
            host=self.host,
            attempt=attempt,
            clock=self.clock,
            wait=self.wait,
            patience=self.settings.patience,
        )
        container = staging.resumed()
        if container is None:
            self._require_quota()
            container = staging.made(rendered)
        staging.withdraw()
        row = attempt.intend(ArtefactKind.POST)
        attempt.go()
        key = self._published(container)
        row = attempt.note(row, platform_id=key, created_at=self.clock())
        self._close_comments(key)
        self._note_permalink(row, key, attempt)

    def trace(self, rendered: Rendered, attempt: Attempt) -> Trace:
        """By the ids known and the marker among the account's media; a published container proves that it is up.

        What the lost try had still to do is done: its hosted pictures come down, and comments are closed.
        """
        for row in attempt.made:
            if row.kind is ArtefactKind.FILE and row.platform_id:
                take_down_quietly(self.host, row)
        known = [each.platform_id for each in attempt.made if each.kind is ArtefactKind.POST and each.platform_id]
        seen: dict[str, Sighting] = {}
        try:
            self._require_account()
            for key in known:
                node = self._graph.look(key, MEDIA_FIELDS)
                if node is not None:
                    seen[key] = self._sighting(node)
            for each in self.recent(attempt.started_at - LOOK_BACK):
                if carries(each.text, rendered.marker):
                    seen.setdefault(each.platform_id, each)
            if not seen and any(status_of(self._graph, key) is Container.PUBLISHED for key in containers(attempt.made)):
                return Unsure("published-but-not-listed")
        except AdapterError as error:
            return Unsure(error.code)
        for key in seen:
            self._close_comments(key)
        return Found(sightings=tuple(seen.values())) if seen else Absent()

    def edit(self, artefacts: Artefacts, rendered: Rendered, attempt: Attempt) -> None:  # noqa: ARG002
        # A caption cannot be changed, ever (verdict 3).
        raise Rejected("edit-not-possible", "A correction on Instagram is a removal and a new post.")

    def remove(self, artefacts: Artefacts) -> None:
        """Posts and hosted pictures. Containers cannot be deleted; they were never public and expire by themselves."""
        errors: list[AdapterError] = []
        for each in artefacts:
            if each.platform_id is None:
                continue
            try:
                if each.kind is ArtefactKind.POST:
                    delete_media(
                        self._deleting.client,
                        each,
                        absent=self._absent,
                        link=partial(self._link, each),
                    )
                elif each.kind is ArtefactKind.FILE:
                    self.host.take_down(each.platform_id)
            except AdapterError as error:
                errors.append(error)
        if errors:
            raise worst(errors)

    def presence(self, artefacts: Artefacts) -> Mapping[int, Presence]:
        """Posts as Graph shows them by id and in the listing, with a token seen to work; files as the public sees."""
        answers = dict.fromkeys((each.id for each in artefacts), Presence.UNSURE)
        missing: list[Artefact] = []
        for each in artefacts:
            if each.platform_id is None:
                continue
            try:
                if each.kind is ArtefactKind.FILE:
                    answers[each.id] = self.host.presence(each.platform_id)
                elif each.kind is ArtefactKind.POST:
                    if self._graph.look(each.platform_id, "id") is None:
                        missing.append(each)
                    else:
                        answers[each.id] = Presence.VISIBLE
            except AdapterError:
                continue
        try:
            listed = self._listed(missing)
        except AdapterError:
            return answers
        for each in missing:
            shown = each.platform_id in listed
            answers[each.id] = Presence.VISIBLE if shown else gone_if(each, self.settings.settle, self.clock())
        return answers

    def recent(self, since: datetime) -> Iterator[Sighting]:
        for each in self._graph.listing(self.settings.user_id, "media", MEDIA_FIELDS, "timestamp", since):
            made = instant(each.get("timestamp"))
            if made is None or made >= since:
                yield self._sighting(each)

    @property
    def _graph(self) -> GraphClient:
        return self._thread.client

    def _published(self, container: str) -> str:
        try:
            with ours(publishing=True):
                answered = self._graph.put_object(self.settings.user_id, "media_publish", creation_id=container)
        except NotDone:
            # What a container already published is refused with is unknown until tried (section 10).
            if status_of(self._graph, container) in (Container.PUBLISHED, Container.UNREADABLE):
                raise InDoubt("published-though-refused") from None
            raise
        return id_in(answered)

    def _require_account(self, fields: str = "id") -> dict[str, Any]:
        """The token works and reaches this account: with another every post of ours would look absent."""
        account = self._graph.look(self.settings.user_id, fields)
        if account is None:
            raise Unauthorised("account-not-reached", "The token does not reach the configured Instagram account.")
        return account

    def _require_quota(self) -> None:
        """Ask before a picture is hosted for nothing; the figures are Instagram's own (section 4.1)."""
        with ours():
            answered = self._graph.get_connections(
                self.settings.user_id, "content_publishing_limit", fields="config,quota_usage"
            )
        rows = answered.get("data")
        row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
        config = row.get("config")
        used, total = row.get("quota_usage"), config.get("quota_total") if isinstance(config, dict) else None
        if isinstance(used, int) and isinstance(total, int) and used >= total:
            raise Throttled("instagram-quota", "The account's posts of the last 24 hours are used up.")

    def _close_comments(self, key: str) -> None:
        """The notice is up whatever this answers."""
        try:
            with ours():
                self._graph.change(key, comment_enabled=False)
        except AdapterError as error:
            self.on_comments_open(key, error.code)

    def _note_permalink(self, row: Artefact, key: str, attempt: Attempt) -> None:
        """The notice is up and its id noted; without its address a person finds it by the id."""
        try:
            node = self._graph.look(key, "id,permalink,timestamp")
        except AdapterError as error:
            log.info("permalink not read: %s", error.code)
            return
        if node is not None:
            made = instant(node.get("timestamp"))
            attempt.note(row, platform_id=key, url=node.get("permalink"), created_at=made)

    def _absent(self, artefact: Artefact) -> bool:
        assert artefact.platform_id is not None
        gone = self._graph.look(artefact.platform_id, "id") is None
        return gone and artefact.platform_id not in self._listed([artefact])

    def _listed(self, missing: list[Artefact]) -> set[str]:
        """The ids among the account's media, once the token was seen to work; nothing is asked for nothing."""
        if not missing:
            return set()
        self._require_account()
        return listed_ids(self._graph, self.settings.user_id, missing)

    def _link(self, artefact: Artefact) -> str:
        if artefact.url:
            return artefact.url
        try:
            node = self._graph.look(str(artefact.platform_id), "id,permalink")
        except AdapterError:
            node = None
        return str((node or {}).get("permalink") or self.settings.public_url)

    def _sighting(self, node: Mapping[str, Any]) -> Sighting:
        return Sighting(
            kind=ArtefactKind.POST,
            platform_id=id_in(node),
            url=node.get("permalink"),
            created_at=instant(node.get("timestamp")),
            text=str(node.get("caption") or ""),
            pictures=tuple(partial(self._picture, each) for each in addresses(node)),
        )

    def _picture(self, address: str) -> bytes:
        graph = self.settings.graph
        return picture_at(address, like=graph.base_url, deadline=graph.deadline, proxies=graph.proxies)


def _require_sendable(rendered: Rendered) -> None:
    """Raises Rejected for what Instagram would refuse, before anything is sent."""
    if len(rendered.text) > TEXT_LIMIT:
        raise Rejected("text-too-long", f"Instagram takes {TEXT_LIMIT} characters.")
    if not 1 <= len(rendered.pictures) <= PICTURES.max_count:
        raise Rejected("picture-count", f"Instagram takes 1 to {PICTURES.max_count} pictures.")
    for each in rendered.pictures:
        if each.media_type != PICTURES.media_type or len(each.data) > PICTURES.max_bytes:
            raise Rejected("picture-refused", "Instagram takes JPEG pictures of at most 8 MB.")
        if len(each.alt_text) > ALT_TEXT_LIMIT:
            raise Rejected("alt-text-too-long", f"Instagram takes {ALT_TEXT_LIMIT} characters of alternative text.")
