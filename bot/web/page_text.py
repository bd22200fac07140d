"""A page of the website as text: what a reader of it sees, line by line, with each link's address and each picture."""

import re
from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "li", "dt", "dd", "div", "header", "main", "footer", "section", "br"})
_UNSEEN = frozenset({"head", "style", "script", "title", "template"})


class _Reader(HTMLParser):
    """Gathers the text; nothing of the page is run or fetched."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _BLOCKS and tag != "dd":
            self.parts.append("\n")
        elif tag == "a":
            self._links.append(given.get("href") or "")
        elif tag == "img":
            self.parts.append(f"\n[Picture: {given.get('alt') or 'without alternative text'}]\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS:
            self.parts.append(": " if tag == "dt" else "\n")
        elif tag == "a" and self._links:
            address = self._links.pop()
            self.parts.append(f" ({address})" if address else "")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(re.sub(r"\s+", " ", data))


def page_text(page: str) -> str:
    """The visible lines of a page, in order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    lines = (re.sub(r" +", " ", line).replace(" : ", ": ").strip() for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)
