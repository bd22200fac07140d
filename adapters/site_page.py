"""A notice's page on its way to the disk: late values filled in, pictures named, the marker checked."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.base import Rejected, Rendered
from adapters.noticeboard import LONDON

PAGE_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
_LATE = re.compile(r"\{(?:picture:(?P<sha256>[0-9a-f]{64})|down_by)\}")


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page ready to be written: its path, its bytes, its pictures by path, and their names by SHA-256."""

    page_id: str
    marker: str
    path: str
    content: bytes
    pictures: dict[str, bytes]
    names: dict[str, str]


def said_in_london(moment: datetime) -> str:
    """An instant as the public reads it: "18 December 2026, 9am GMT"."""
    local = moment.astimezone(LONDON)
    minutes = f":{local:%M}" if local.minute else ""
    return f"{local.day} {local:%B %Y}, {local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'} {local:%Z}"


def shows(page: bytes | None, marker: str) -> bool:
    """Whether the marker stands in the page as a whole word: DBC-7K3Q9M-1 is not DBC-7K3Q9M-12."""
    pattern = rf"(?<![A-Za-z0-9-]){re.escape(marker)}(?![A-Za-z0-9-])"
    return page is not None and re.search(pattern, page.decode("utf-8", "replace")) is not None


def page_path(page_id: str) -> str:
    """Where a notice's page stands. Raises Rejected for an id that is not one of ours."""
    if not PAGE_ID.fullmatch(page_id):
        raise Rejected("page-id", "A page id has 16 to 64 letters, digits, hyphens or underscores.")
    return f"n/{page_id}/index.html"


def laid_out(rendered: Rendered, kept: Mapping[str, str]) -> Page:
    """The page with its late values. A picture keeps the name it has in `kept`, else gets 128 random bits.

    Raises Rejected where the page could not be shown as approved, or not be found again.
    """
    path = page_path(rendered.page_id)
    names = {each.sha256: kept.get(each.sha256) or f"{secrets.token_hex(16)}.jpg" for each in rendered.pictures}

    def late(found: re.Match[str]) -> str:
        if sha256 := found["sha256"]:
            if sha256 not in names:
                raise Rejected("picture-missing", "The page shows a picture that was not handed over with it.")
            return names[sha256]
        if rendered.down_by is None:
            raise Rejected("down-date-missing", "The page names its down date, and none is set.")
        return said_in_london(rendered.down_by)

    content = _LATE.sub(late, rendered.text).encode()
    if not shows(content, rendered.marker):
        raise Rejected("marker-missing", "The page does not show its own marker, so it could not be found again.")
    return Page(
        page_id=rendered.page_id,
        marker=rendered.marker,
        path=path,
        content=content,
        pictures={f"n/{rendered.page_id}/{names[each.sha256]}": each.data for each in rendered.pictures},
        names=names,
    )
