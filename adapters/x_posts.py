"""A post as X counts, numbers and returns it: weighted length, ids that hold their time, a changed text."""

import re
from datetime import UTC, datetime
from typing import Any

from adapters.base import PictureRules, Rejected, Rendered

TEXT_LIMIT = 280
PICTURES = PictureRules(max_bytes=5_000_000, max_side=4096, max_count=4)
# Ids count the milliseconds since this instant in their upper bits.
ID_EPOCH_MS = 1_288_834_974_657
# The own timeline reaches no further back (platforms: x, section 4).
TIMELINE_REACH = 3200
PAGE = 100
# An expansion brings `attachments.media_keys` and, beside the posts, `includes.media`.
LISTING: dict[str, Any] = {
    "max_results": PAGE,
    "expansions": ["attachments.media_keys"],
    "media_fields": ["url", "preview_image_url"],
    "user_auth": True,
}


def measure(text: str) -> int:
    """The weighted length as X counts it. A text that X would refuse for another reason counts as too long."""
    from twitter_text import parse_tweet

    parsed = parse_tweet(text)
    weight = int(parsed.weightedLength)
    return weight if parsed.valid else max(weight, TEXT_LIMIT + 1)


def carries(text: str, marker: str) -> bool:
    """Whether the marker stands in the text as a whole word: DBC-7K3Q9M-2 is not in DBC-7K3Q9M-21."""
    return re.search(rf"(?<![\w-]){re.escape(marker)}(?![\w-])", text) is not None


def require_sendable(rendered: Rendered) -> None:
    """Raises Rejected for what X would refuse, before anything is sent."""
    if measure(rendered.text) > TEXT_LIMIT:
        raise Rejected("text-too-long", f"X takes {TEXT_LIMIT} weighted characters.")
    if len(rendered.pictures) > PICTURES.max_count:
        raise Rejected("too-many-pictures", f"X takes {PICTURES.max_count} pictures.")
    for each in rendered.pictures:
        if each.media_type != PICTURES.media_type or len(each.data) > PICTURES.max_bytes:
            raise Rejected("picture-refused", "X is sent JPEG pictures of at most 5 MB.")


def id_of(item: Any) -> str | None:
    """An id as the string it must stay; the SDK and some answers hand out numbers."""
    key = item.get("id") if isinstance(item, dict) else None
    return str(key) if re.fullmatch(r"[0-9]{1,19}", str(key)) else None


def listed(data: Any) -> list[dict[str, Any]]:
    return [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []


def addresses(post: dict[str, Any], body: Any) -> tuple[str, ...]:
    """Where the pictures of a post, or the stills of its films, are, by what came with the listing."""
    attached, includes = post.get("attachments"), body.get("includes") if isinstance(body, dict) else None
    keys = attached.get("media_keys") if isinstance(attached, dict) else None
    media = listed(includes.get("media")) if isinstance(includes, dict) else []
    shown = [each for each in media if isinstance(keys, list) and each.get("media_key") in keys]
    return tuple(str(at) for each in shown if (at := each.get("url") or each.get("preview_image_url")))


def born_at(post_id: str) -> datetime | None:
    """When a post was made, by its id: reading it needs no field whose name X is changing (section 11)."""
    if not re.fullmatch(r"[0-9]{1,19}", post_id) or not 0 < int(post_id) >> 22 < 1 << 42:
        return None
    return datetime.fromtimestamp(((int(post_id) >> 22) + ID_EPOCH_MS) / 1000, UTC)
