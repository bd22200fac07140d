"""What is attached to a Page's post: its photos' ids, and where its pictures are (platforms: meta, section 3.2)."""

from collections.abc import Iterator
from typing import Any


def photos(attachments: Any) -> Iterator[str]:
    """The ids of the photos in a post's attachments, one level of an album included."""
    for each in _attached(attachments):
        target = each.get("target")
        if each.get("type") == "photo" and isinstance(target, dict) and target.get("id"):
            yield str(target["id"])
        yield from photos(each.get("subattachments"))


def addresses(attachments: Any) -> Iterator[str]:
    """Where the pictures of a post's attachments are, whatever kind they are of; an album's cover comes with it."""
    for each in _attached(attachments):
        media = each.get("media")
        image = media.get("image") if isinstance(media, dict) else None
        if isinstance(image, dict) and image.get("src"):
            yield str(image["src"])
        yield from addresses(each.get("subattachments"))


def _attached(attachments: Any) -> list[dict[str, Any]]:
    items = attachments.get("data") if isinstance(attachments, dict) else None
    return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []
