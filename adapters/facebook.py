"""A Facebook Page through the Graph API: staged photos, one post, both taken down and read back.

Pictures are staged unpublished and attached to one /feed post, even a single one: photos published by themselves may be
merged into one publication, or have no story to track (platforms: meta, sections 3.1 and 7).
"""

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
    ByHand,
    Capabilities,
    Edit,
    Found,
    Health,
    InDoubt,
    PictureRules,
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
from adapters.facebook_attachments import addresses, photos
from adapters.graph import (
    LOOK_BACK,
    GraphCallError,
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
from adapters.graph_errors import NOT_THERE, outcome
from adapters.http import picture_at
from policies.terms import Channel

TEXT_LIMIT = 63_206
PICTURES = PictureRules(max_bytes=10_000_000, max_side=2048, max_count=10)
POST_SCOPES = frozenset({"pages_manage_posts", "pages_read_engagement"})
REMOVE_SCOPES = frozenset({"pages_manage_posts", "pages_read_engagement"})
POST_FIELDS = "id,message,created_time,permalink_url,attachments"
# A listing may be a little behind or disagree by a little about times.
SLACK = timedelta(days=1)
STEPS = "Sign in to the Page with full control, open the link, delete the post or photo, then delete it from the trash."


@dataclass(frozen=True, kw_only=True)
class FacebookSettings:
    """One Page and the credentials of its own access token."""

    page_id: str
    graph: GraphSettings
    public_url: str = "https://www.facebook.com"
    settle: timedelta = timedelta(minutes=15)


class FacebookAdapter:
    """The channel Facebook. Thread-safe: each thread has its own client and session."""

    channel = Channel.FACEBOOK

    def __init__(self, settings: FacebookSettings, *, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.clock = clock
        self.capabilities = Capabilities(
            text_limit=TEXT_LIMIT, measure=len, pictures=PICTURES, edit=Edit.KEEPS_HISTORY, settle=settings.settle
        )
        self._thread = GraphOfThread(settings.graph)

    def check(self) -> Health:
        page = self._require_page("id,name")
        client = self._graph
        require_version(client)
        report = inspected(client, self.settings.graph.token, self.settings.page_id, self.clock())
        if report.profile_id is not None and report.profile_id != self.settings.page_id:
            raise Unauthorised("wrong-page", "The token belongs to another Page than the configured one.")
        return Health(
            account=str(page.get("name") or self.settings.page_id),
            can_post=report.scopes >= POST_SCOPES,
            can_remove=report.scopes >= REMOVE_SCOPES,
            expires_at=report.expires_at,
        )

    def publish(self, rendered: Rendered, attempt: Attempt) -> None:
        if any(each.kind is ArtefactKind.POST and each.platform_id for each in attempt.made):
            raise InDoubt("already-posted")
        _require_sendable(rendered)
        staged = self._staged(rendered, attempt)
        media = [staged.get(index) or self._stage(each, attempt) for index, each in enumerate(rendered.pictures)]
        row = attempt.intend(ArtefactKind.POST)
        attached = {"attached_media": [{"media_fbid": each} for each in media]} if media else {}
        attempt.go()
        with ours(publishing=True):
            answered = self._graph.put_object(
                self.settings.page_id,
                "feed",
                message=rendered.text,
                fields="id,permalink_url,created_time",
                **attached,
            )
        key = id_in(answered)
        made = instant(answered.get("created_time")) or self.clock()
        attempt.note(row, platform_id=key, url=self._url(key, answered), created_at=made)

    def trace(self, rendered: Rendered, attempt: Attempt) -> Trace:
        """By the ids known, by the story a staged photo names, then by the marker among the Page's posts."""
        since = attempt.started_at - LOOK_BACK
        try:
            self._require_page()
            seen = {key: self._known(key) for key in self._stories(attempt)}
            for each in self.recent(since):
                if carries(each.text, rendered.marker):
                    seen[each.platform_id] = each
            for row in attempt.made:
                if row.kind is ArtefactKind.POST and row.platform_id and row.platform_id not in seen:
                    node = self._graph.look(row.platform_id, POST_FIELDS)
                    if node is not None:
                        seen = {row.platform_id: self._sighting(node), **seen}
        except AdapterError as error:
            return Unsure(error.code)
        return Found(sightings=tuple(seen.values())) if seen else Absent()

    def edit(self, artefacts: Artefacts, rendered: Rendered, attempt: Attempt) -> None:
        """The message only; pictures cannot be replaced, and Facebook may show the earlier words to readers."""
        posts = [each.platform_id for each in artefacts if each.kind is ArtefactKind.POST and each.platform_id]
        if len(posts) != 1:
            raise Rejected("edit-needs-one-post", "Remove the notice and publish it again.")
        if len(rendered.text) > TEXT_LIMIT:
            raise Rejected("text-too-long", f"Facebook takes {TEXT_LIMIT} characters.")
        if self._says(posts[0], rendered.text):
            return
        attempt.go()
        with ours(publishing=True):
            self._graph.change(posts[0], message=rendered.text)
        if not self._says(posts[0], rendered.text):
            raise InDoubt("edit-not-seen")

    def remove(self, artefacts: Artefacts) -> None:
        """The post first, then every photo: whether photos go with their post is not documented (section 3.4)."""
        errors: list[AdapterError] = []
        for kind in (ArtefactKind.POST, ArtefactKind.PHOTO):
            for each in artefacts:
                if each.kind is not kind or each.platform_id is None:
                    continue
                try:
                    self._delete(each, each.platform_id)
                except AdapterError as error:
                    errors.append(error)
        if errors:
            raise worst(errors)

    def presence(self, artefacts: Artefacts) -> Mapping[int, Presence]:
        """GONE: not there by id, asked twice, with the Page's working token, and a post not among the Page's posts."""
        answers = dict.fromkeys((each.id for each in artefacts), Presence.UNSURE)
        missing: list[Artefact] = []
        for each in artefacts:
            if each.platform_id is None or each.kind not in (ArtefactKind.POST, ArtefactKind.PHOTO):
                continue
            try:
                node = self._graph.look(each.platform_id, "id")
            except AdapterError:
                continue
            if node is not None:
                answers[each.id] = Presence.VISIBLE
            else:
                missing.append(each)
        try:
            listed = self._listed(missing)
        except AdapterError:
            return answers
        for each in missing:
            shown = each.platform_id in listed
            answers[each.id] = Presence.VISIBLE if shown else gone_if(each, self.settings.settle, self.clock())
        return answers

    def recent(self, since: datetime) -> Iterator[Sighting]:
        for each in self._graph.listing(self.settings.page_id, "published_posts", POST_FIELDS, "created_time", since):
            made = instant(each.get("created_time"))
            if made is None or made >= since:
                yield self._sighting(each)

    @property
    def _graph(self) -> GraphClient:
        return self._thread.client

    def _require_page(self, fields: str = "id") -> dict[str, Any]:
        """The token works and is this Page's: with another every post of ours would look absent."""
        with ours():
            page: dict[str, Any] = self._graph.get_object("me", fields=fields)
        if str(page.get("id")) != self.settings.page_id:
            raise Unauthorised("wrong-page", "The token belongs to another Page than the configured one.")
        return page

    def _staged(self, rendered: Rendered, attempt: Attempt) -> dict[int, str]:
        """Photos of an earlier try that can be used, by the number of their picture; known again by their alt text."""
        wanted = [each.alt_text for each in rendered.pictures]
        usable: dict[int, str] = {}
        for each in attempt.made:
            if each.kind is not ArtefactKind.PHOTO or each.platform_id is None:
                continue
            node = self._graph.look(each.platform_id, "id,page_story_id,alt_text_custom")
            if node is not None and node.get("page_story_id"):
                raise InDoubt("already-posted")
            if node is not None and wanted.count(str(node.get("alt_text_custom"))) == 1:
                usable[wanted.index(str(node["alt_text_custom"]))] = each.platform_id
        return usable

    def _stage(self, picture: RenderedPicture, attempt: Attempt) -> str:
        row = attempt.intend(ArtefactKind.PHOTO)
        with ours():
            # No caption: whether deleting or editing the post reaches it is unknown (section 3.3).
            answered = self._graph.stage(
                picture,
                f"{self.settings.page_id}/photos",
                published=False,
                alt_text_custom=picture.alt_text,
            )
        key = id_in(answered)
        attempt.note(row, platform_id=key, created_at=self.clock())
        if answered.get("post_id"):
            raise InDoubt("photo-published-at-once")
        return key

    def _stories(self, attempt: Attempt) -> Iterator[str]:
        """The posts that staged photos belong to now. None is no proof that there is none (section 3.2)."""
        for each in attempt.made:
            if each.kind is ArtefactKind.PHOTO and each.platform_id:
                node = self._graph.look(each.platform_id, "id,page_story_id")
                if node is not None and node.get("page_story_id"):
                    yield id_in(node, "page_story_id")

    def _known(self, key: str) -> Sighting:
        node = self._graph.look(key, POST_FIELDS)
        if node is not None:
            return self._sighting(node)
        return Sighting(kind=ArtefactKind.POST, platform_id=key, url=self._url(key, {}), created_at=None)

    def _says(self, key: str, text: str) -> bool:
        node = self._graph.look(key, "id,message")
        if node is None:
            raise InDoubt("post-not-readable")
        # Facebook may trim spaces and blank lines.
        return str(node.get("message", "")).split() == text.split()

    def _delete(self, artefact: Artefact, key: str) -> None:
        for last in (False, True):
            try:
                self._graph.delete(key)
            except GraphCallError as error:
                said_no = error.failure.why == "graph-said-false"
                if error.failure.pair != NOT_THERE and not said_no:
                    raise outcome(error.failure) from None
                # It may be gone already, which is success, or stay with a refusal that passes (verdict 7).
                if self._absent(artefact, key):
                    return
                if last and not said_no:
                    raise ByHand("delete-refused", steps=STEPS, link=artefact.url or self._url(key, {})) from None
                if last:
                    raise InDoubt("graph-said-false") from None
            else:
                return

    def _absent(self, artefact: Artefact, key: str) -> bool:
        return self._graph.look(key, "id") is None and key not in self._listed([artefact])

    def _listed(self, missing: list[Artefact]) -> set[str]:
        """The ids among the Page's posts, once the token was seen to work; nothing is asked for nothing.

        Read for a photo too: without the right to read, a photo looks absent while the Page answers (verdict 7).
        """
        if not missing:
            return set()
        self._require_page()
        made = [each.created_at for each in missing]
        since = min((each for each in made if each), default=None) if all(made) else None
        items = self._graph.listing(
            self.settings.page_id,
            "published_posts",
            "id,created_time",
            "created_time",
            since - SLACK if since else None,
        )
        return {str(each["id"]) for each in items}

    def _sighting(self, node: Mapping[str, Any]) -> Sighting:
        key = id_in(node)
        return Sighting(
            kind=ArtefactKind.POST,
            platform_id=key,
            url=self._url(key, node),
            created_at=instant(node.get("created_time")),
            text=str(node.get("message") or ""),
            parts=tuple((ArtefactKind.PHOTO, each, None) for each in photos(node.get("attachments"))),
            pictures=tuple(partial(self._picture, each) for each in dict.fromkeys(addresses(node.get("attachments")))),
        )

    def _picture(self, address: str) -> bytes:
        graph = self.settings.graph
        return picture_at(address, like=graph.base_url, deadline=graph.deadline, proxies=graph.proxies)

    def _url(self, key: str, node: Mapping[str, Any]) -> str:
        return str(node.get("permalink_url") or f"{self.settings.public_url.rstrip('/')}/{key}")


def _require_sendable(rendered: Rendered) -> None:
    """Raises Rejected for what Facebook would refuse, before anything is sent."""
    if not rendered.text.strip() or len(rendered.text) > TEXT_LIMIT:
        raise Rejected("text-length", f"Facebook takes 1 to {TEXT_LIMIT} characters.")
    if len(rendered.pictures) > PICTURES.max_count:
        raise Rejected("too-many-pictures", f"Facebook is sent at most {PICTURES.max_count} pictures.")
    for each in rendered.pictures:
        if each.media_type != PICTURES.media_type or len(each.data) > PICTURES.max_bytes:
            raise Rejected("picture-refused", "Facebook is sent JPEG pictures of at most 10 MB.")
