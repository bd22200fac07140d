"""An attempt's way to a finished container: the picture is public only while Instagram fetches it.

Platforms: meta, sections 4.1 and 4.2.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from adapters.base import (
    AdapterError,
    Artefact,
    ArtefactKind,
    Attempt,
    InDoubt,
    Presence,
    Rendered,
    RenderedPicture,
    Throttled,
)
from adapters.graph import GraphClient, id_in, ours
from adapters.instagram_media import Container, status_of, wait_for

log = logging.getLogger(__name__)

# Unpublished containers expire after 24 hours (section 4.1).
CONTAINER_LIFE = timedelta(hours=25)
LOOKS_AT_HOSTED = 3


class PictureHost(Protocol):
    """Where a picture is public for as long as Instagram needs to fetch it."""

    def path_for(self, sha256: str) -> str:
        """A random path nobody can guess, new at each call."""
        ...

    def put(self, path: str, data: bytes) -> str:
        """Make it public; returns its URL."""
        ...

    def take_down(self, path: str) -> None:
        """Already gone is success."""
        ...

    def presence(self, path: str) -> Presence:
        """What an anonymous GET shows; GONE on 404 or 410 only."""
        ...


def take_down_quietly(host: PictureHost, row: Artefact) -> None:
    """Where something else is to be told first; `Staging.withdraw` and the row see to the rest."""
    assert row.platform_id is not None
    try:
        host.take_down(row.platform_id)
    except AdapterError as error:
        log.warning("hosted picture not taken down at once: %s", error.code)


@dataclass(frozen=True, kw_only=True)
class Staging:
    """Everything one attempt does before media_publish."""

    client: GraphClient
    user_id: str
    host: PictureHost
    attempt: Attempt
    clock: Callable[[], datetime]
    wait: Callable[[float], object]
    patience: timedelta

    def resumed(self) -> str | None:
        """The finished container of an earlier try; None where a new one may be made."""
        container = self._resumable()
        if container is not None:
            wait_for(self.client, container, self.patience, self.wait, self.clock)
        return container

    def _resumable(self) -> str | None:
        """The container of an earlier try that may still be published; None where a new one may be made."""
        asked = any(each.kind is ArtefactKind.POST for each in self.attempt.made)
        usable: str | None = None
        for each in self.attempt.made:
            if each.kind is not ArtefactKind.CONTAINER or each.platform_id is None:
                continue
            status = status_of(self.client, each.platform_id)
            if status is Container.PUBLISHED:
                raise InDoubt("already-published")
            young = each.created_at is None or self.clock() < each.created_at + CONTAINER_LIFE
            if status is Container.UNREADABLE and asked and young:
                raise InDoubt("container-unreadable")
            if status in (Container.FINISHED, Container.IN_PROGRESS):
                usable = each.platform_id
        return usable

    def made(self, rendered: Rendered) -> str:
        """A finished container. The hosted pictures come down whatever happens."""
        rows = [
            self.attempt.intend(ArtefactKind.FILE, platform_id=self.host.path_for(each.sha256))
            for each in rendered.pictures
        ]
        try:
            urls = [self._hosted(row, each) for row, each in zip(rows, rendered.pictures, strict=True)]
            container = self._container(rendered, urls)
        finally:
            for row in rows:
                take_down_quietly(self.host, row)
        return container

    def _hosted(self, row: Artefact, picture: RenderedPicture) -> str:
        assert row.platform_id is not None
        self.attempt.go()
        url = self.host.put(row.platform_id, picture.data)
        self.attempt.note(row, platform_id=row.platform_id, url=url, created_at=self.clock())
        return url

    def _container(self, rendered: Rendered, urls: list[str]) -> str:
        pairs = list(zip(urls, rendered.pictures, strict=True))
        if len(pairs) == 1:
            url, picture = pairs[0]
            key = self._make(ArtefactKind.CONTAINER, image_url=url, caption=rendered.text, alt_text=picture.alt_text)
            wait_for(self.client, key, self.patience, self.wait, self.clock)
            return key
        # The pages of a carousel cannot be published by themselves, so they are no containers to resume with.
        pages = [
            self._make(ArtefactKind.MEDIA, image_url=url, is_carousel_item=True, alt_text=picture.alt_text)
            for url, picture in pairs
        ]
        left = self.patience
        for page in pages:
            left = wait_for(self.client, page, left, self.wait, self.clock)
        key = self._make(ArtefactKind.CONTAINER, media_type="CAROUSEL", children=",".join(pages), caption=rendered.text)
        wait_for(self.client, key, left, self.wait, self.clock)
        return key

    def _make(self, kind: ArtefactKind, **data: Any) -> str:
        row = self.attempt.intend(kind)
        with ours():
            answered = self.client.put_object(self.user_id, "media", **data)
        key = id_in(answered)
        self.attempt.note(row, platform_id=key, created_at=self.clock())
        return key

    def withdraw(self) -> None:
        """Take every hosted picture down and see it gone; nothing is published before."""
        for each in self.attempt.made:
            if each.kind is not ArtefactKind.FILE or each.platform_id is None:
                continue
            self.host.take_down(each.platform_id)
            for look in range(LOOKS_AT_HOSTED):
                if self.host.presence(each.platform_id) is Presence.GONE:
                    break
                if look == LOOKS_AT_HOSTED - 1:
                    why = "A hosted picture is still readable: clear any cache before the public site."
                    raise Throttled("hosted-picture-still-up", why, after=timedelta(minutes=1))
                self.wait(1.0)
