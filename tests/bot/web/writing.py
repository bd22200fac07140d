"""Somebody who writes a notice in the console, page by page, as a browser without JavaScript sends it."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from bot.web.placing import taken
from bot.web.sections import Place, place
from policies.answers import Value
from policies.questions import Asks
from tests.bot.office import SAMPLES
from tests.bot.web.browser import Browser


def form_of(at: Place, values: dict[str, Value]) -> MultiDict[str, str]:
    """The values as the fields of the page."""
    sent: MultiDict[str, str] = MultiDict()
    for asked in at.questions:
        value = values.get(asked.name)
        if value is None:
            continue
        if asked.asks is Asks.DATE:
            for part, said in zip(("year", "month", "day"), str(value).split("-"), strict=True):
                sent.add(f"{asked.name}-{part}", said)
        elif asked.asks in {Asks.LINES, Asks.DATED_LINES} and isinstance(value, tuple):
            sent.add(asked.name, "\r\n".join(value))
        elif isinstance(value, tuple):
            sent.setlist(asked.name, list(value))
        else:
            sent.add(asked.name, str(value).replace("\n", "\r\n"))
    return sent


@dataclass
class Writer:
    """At a desk, with a document that says what to answer."""

    desk: Browser
    document: dict[str, Any]
    draft: str = ""

    def begin(self) -> TestResponse:
        answer = self.desk.post("/new", {"kind": self.document["kind"]})
        assert answer.status_code == 303, answer.text
        self.draft = answer.headers["Location"]
        return self.desk.get(self.draft)

    def at(self, name: str) -> Place:
        found = place(self.desk.bot, name)
        assert found is not None, name
        return found

    def version(self, name: str) -> str:
        """What the page's form says it was drawn with."""
        return hidden(self.desk.get(f"{self.draft}/{name}"), "version")

    def send(self, name: str, version: str | None = None, **changes: Value) -> TestResponse:
        """Fill in a page from the document and save it."""
        at = self.at(name)
        values = {**taken(self.document, at), **changes}
        sent = form_of(at, values)
        sent["version"] = self.version(name) if version is None else version
        return self.desk.post(f"{self.draft}/{name}", sent.to_dict(flat=False))

    def upload(self, number: int = 0, data: bytes | None = None) -> TestResponse:
        content = (SAMPLES / "card.png").read_bytes() if data is None else data
        path = f"{self.draft}/pictures/{number}/file"
        fields = {"csrf_token": self.desk.token(), "version": hidden(self.desk.get(path), "version")}
        # By hand: werkzeug leaves the file behind in which it would write a large body.
        parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
        parts.append(b'name="picture"; filename="card.png"\r\nContent-Type: image/png\r\n\r\n' + content)
        body = b"".join(b"--x\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--x--\r\n"
        headers = {"Origin": self.desk.origin, "Content-Type": "multipart/form-data; boundary=x"}
        return self.desk.ask("POST", path, data=body, headers=headers)

    def write_all(self) -> str:
        """Go through every page as each leads to the next; returns where the last one led."""
        where = f"{self.draft}/case"
        seen = []
        while where != self.draft:
            name = where.removeprefix(f"{self.draft}/").partition("?")[0]
            assert name not in seen, (name, seen)
            seen.append(name)
            if name.startswith("pictures/") and self.desk.get(where).status_code == 302:
                assert self.upload().status_code == 303
            answer = self.send(name)
            assert answer.status_code == 303, (name, summary(answer))
            where = answer.headers["Location"]
            if "saved=1" in where:
                where = following(self.desk.get(where)) or self.draft
        return where


def hidden(answer: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found is not None, answer.text
    return unescape(found[1])


def following(answer: TestResponse) -> str | None:
    found = re.search(r'href="([^"]+)">Continue to the next part', answer.text)
    return found[1] if found else None


def summary(answer: TestResponse) -> list[tuple[str, str]]:
    """The links and words of the error summary."""
    found = re.search(r'class="govuk-error-summary".*?</ul>', answer.text, re.DOTALL)
    pairs = re.findall(r'<a href="#([^"]+)">(.*?)</a>', found[0] if found else "", re.DOTALL)
    return [(where, unescape(words).strip()) for where, words in pairs]
