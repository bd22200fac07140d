"""The site's public lists: index.html and feed.atom, both neutral, both derived from what stands on the disk.

A notice is listed while its page is there; so whatever step a crash or an error cut short, the next refresh puts the
lists right. What is known about a notice beyond its page is a small file in `.state`, which no web server shows; it
holds no personal data.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from html import escape
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from adapters.files import Folder

LONDON = ZoneInfo("Europe/London")
ATOM = "http://www.w3.org/2005/Atom"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"  # RFC 6721
KEEP_TOMBSTONES = timedelta(days=90)
TITLE = "Enforcement notice"
LISTS = ("index.html", "feed.atom")
_RECORD = re.compile(r"[A-Za-z0-9_-]{1,64}\.json")

ET.register_namespace("", ATOM)
ET.register_namespace("at", TOMBSTONES)

STYLESHEET = """\
body { margin: 0 auto; max-width: 42rem; padding: 0 1rem 2rem; color: #0b0c0c; background: #fff;
  font: 1.1875rem/1.4 system-ui, "Segoe UI", Roboto, Arial, sans-serif; overflow-wrap: anywhere; }
header { border-bottom: 0.5rem solid #1d70b8; font-weight: 700; }
header p { margin: 1rem 0 0.5rem; }
main { padding-top: 1rem; }
.kind { margin: 0; color: #484949; font-size: 1.25rem; }
h1 { margin: 0 0 1.5rem; font-size: 2rem; line-height: 1.15; }
h2 { margin: 2rem 0 1rem; font-size: 1.5rem; line-height: 1.25; }
a { color: #1a65a6; text-underline-offset: 0.15em; }
a:visited { color: #54319f; }
a:hover { color: #0f385c; text-decoration-thickness: 0.15em; }
a:focus-visible { outline: 3px solid transparent; color: #0b0c0c; background: #ffdd00;
  box-shadow: 0 -2px #ffdd00, 0 4px #0b0c0c; text-decoration: none; }
img { display: block; max-width: 100%; height: auto; }
ul { padding-left: 1.25rem; }
li { margin-bottom: 0.5rem; }
dl + dl { border-top: 1px solid #8e979c; padding-top: 1rem; }
dt { font-weight: 700; }
dd { margin: 0 0 0.75rem; }
footer { margin-top: 2rem; border-top: 1px solid #8e979c; }
"""

_PAGE = """\
<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, noarchive, noimageindex, nosnippet">
<title>{title}</title>
<link rel="stylesheet" href="{css}">
{links}</head>
<body>
<main>
<h1>{title}</h1>
{body}</main>
</body>
</html>
"""


def neutral_page(title: str, body: str, *, css: str = "/site.css", links: str = "") -> bytes:
    """A page of the site that names nobody; `body` and `links` are markup, `title` is text."""
    return _PAGE.format(title=escape(title), body=body, css=css, links=links).encode()


GONE_PAGE = neutral_page("No longer published", "<p>The page you asked for is no longer published.</p>\n")


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What the board keeps of one notice. `pictures` gives each picture's file name by its SHA-256."""

    page_id: str
    marker: str
    published: datetime
    updated: datetime
    pictures: dict[str, str] = field(default_factory=dict)
    listed: bool = False
    removed: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Board:
    """Index and feed of one site. Every change is made under one lock."""

    folder: Folder
    public_url: str
    council: str = ""

    def prepare(self) -> None:
        """Put the stylesheet and the 410 page where any web server finds them."""
        for relative, content in (("site.css", STYLESHEET.encode()), (".gone/page.html", GONE_PAGE)):
            if self.folder.read(relative) != content:
                self.folder.write(relative, content)

    def notice(self, page_id: str) -> Notice | None:
        """What is known of a notice; None of one that this site's records never held or have dropped."""
        fields = self._state(f"notices/{page_id}.json")
        if not fields:
            return None
        try:
            for name in ("published", "updated", "removed"):
                fields[name] = fields[name] and datetime.fromisoformat(fields[name])
            return Notice(**fields)
        except (KeyError, TypeError, ValueError):
            return None

    def keep(self, notice: Notice) -> None:
        """Remember a notice before anything of it can be seen. It is listed once its page is there."""
        with self.folder.locked("board"):
            self._keep(notice)

    def withdraw(self, page_id: str, now: datetime) -> None:
        """Leave a tombstone for a notice that was listed, and put the lists right."""
        with self.folder.locked("board"):
            notice = self.notice(page_id)
            if notice is not None and notice.removed is None:
                self._keep(replace(notice, removed=now, pictures={}))
            self._refresh(now)

    def refresh(self, now: datetime) -> None:
        """Make index.html and feed.atom say what the disk says."""
        with self.folder.locked("board"):
            self._refresh(now)

    def mentions(self, page_id: str) -> bool:
        """Whether the lists on the disk name the page, or will at the next refresh."""
        named = f"/{page_id}/".encode()
        if any(named in (self.folder.read(each) or b"") for each in LISTS):
            return True
        notice = self.notice(page_id)
        return notice is not None and notice.removed is None and self._page_is_up(page_id)

    def recognises(self, relative: str, body: bytes) -> bool:
        """Whether an answer is our list of that name and not some other page that came with a 200."""
        sign = self._heading() if relative == "index.html" else self._feed_id()
        return escape(sign, quote=False).encode() in body

    def url(self, page_id: str) -> str:
        """The public address of a notice."""
        return f"{self.public_url}/n/{page_id}/"

    def _state(self, name: str) -> dict[str, Any]:
        """A small file of ours; nothing where it is missing or damaged, so that one cannot hold up all notices."""
        try:
            kept = json.loads(self.folder.read(f".state/{name}") or b"{}")
        except ValueError:
            return {}
        return kept if isinstance(kept, dict) else {}

    def _page_is_up(self, page_id: str) -> bool:
        return self.folder.exists(f"n/{page_id}/index.html")

    def _keep(self, notice: Notice) -> None:
        fields = asdict(notice)
        for name in ("published", "updated", "removed"):
            fields[name] = fields[name] and fields[name].isoformat()
        self.folder.write(f".state/notices/{notice.page_id}.json", json.dumps(fields, sort_keys=True).encode())

    def _notices(self, now: datetime) -> list[Notice]:
        """Every notice with what the disk says of it, newest first."""
        found = []
        for name in self.folder.names(".state/notices"):
            # What is not ours, such as an editor's copy, holds up nothing.
            notice = self.notice(name.removesuffix(".json")) if _RECORD.fullmatch(name) else None
            if notice is None or f"{notice.page_id}.json" != name:
                continue
            up = self._page_is_up(notice.page_id) and notice.removed is None
            seen = notice
            if up and not notice.listed:
                seen = replace(notice, listed=True)
            elif not up and notice.listed and notice.removed is None:
                # Somebody deleted the page by hand: the readers of the feed hear of it all the same.
                seen = replace(notice, removed=now, pictures={})
            if seen.removed and now - seen.removed > KEEP_TOMBSTONES:
                self.folder.erase(f".state/notices/{name}")
                continue
            if seen != notice:
                self._keep(seen)
            found.append(seen)
        return sorted(found, key=lambda each: (each.published, each.page_id), reverse=True)

    def _refresh(self, now: datetime) -> None:
        notices = self._notices(now)
        up = [each for each in notices if each.listed and each.removed is None]
        gone = [each for each in notices if each.listed and each.removed is not None]
        for relative, content in zip(LISTS, (self._index(up), self._feed(up, gone, now)), strict=True):
            if self.folder.read(relative) != content:
                self.folder.write(relative, content)

    def _heading(self) -> str:
        return f"{TITLE}s - {self.council}" if self.council else f"{TITLE}s"

    def _feed_id(self) -> str:
        return f"{self.public_url}/feed.atom"

    def _index(self, up: list[Notice]) -> bytes:
        rows = "".join(
            f'<li><a href="n/{each.page_id}/">{TITLE}, '
            f'<time datetime="{each.published.isoformat()}">{_day(each.published)}</time></a></li>\n'
            for each in up
        )
        body = f"<ul>\n{rows}</ul>\n" if up else "<p>There are no notices at present.</p>\n"
        link = (
            f'<link rel="alternate" type="application/atom+xml" title="{escape(self._heading())}" href="feed.atom">\n'
        )
        return neutral_page(self._heading(), body, css="site.css", links=link)

    def _feed(self, up: list[Notice], gone: list[Notice], now: datetime) -> bytes:
        feed = ET.Element(f"{{{ATOM}}}feed")
        _add(feed, "id", self._feed_id())
        _add(feed, "title", self._heading())
        _add(_add(feed, "author"), "name", self.council or TITLE)
        _add(feed, "link", rel="self", href=f"{self.public_url}/feed.atom")
        _add(feed, "link", rel="alternate", href=f"{self.public_url}/")
        updated = _add(feed, "updated")
        for each in gone:
            assert each.removed is not None
            ET.SubElement(
                feed, f"{{{TOMBSTONES}}}deleted-entry", ref=entry_id(each.page_id), when=each.removed.isoformat()
            )
        for each in up:
            entry = _add(feed, "entry")
            _add(entry, "id", entry_id(each.page_id))
            _add(entry, "title", TITLE)
            _add(entry, "link", rel="alternate", href=self.url(each.page_id))
            _add(entry, "published", each.published.isoformat())
            _add(entry, "updated", each.updated.isoformat())
        digest = hashlib.sha256(ET.tostring(feed)).hexdigest()
        updated.text = self._updated(digest, now).isoformat()
        markup: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
        return markup + b"\n"

    def _updated(self, digest: str, now: datetime) -> datetime:
        """When the feed last changed. Never goes back, whatever the clock does: readers would keep a removed entry."""
        kept = self._state("feed.json")
        try:
            last = datetime.fromisoformat(kept["updated"])
        except (KeyError, TypeError, ValueError):
            last = None
        if last is not None and kept.get("digest") == digest:
            return last
        updated = now if last is None else max(now, last + timedelta(seconds=1))
        state = {"digest": digest, "updated": updated.isoformat()}
        self.folder.write(".state/feed.json", json.dumps(state, sort_keys=True).encode())
        return updated


def entry_id(page_id: str) -> str:
    """The Atom id of a notice: lasting, and useless to whoever looks for the page after it went."""
    return uuid5(NAMESPACE_URL, page_id).urn


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text
    return child


def _day(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"
