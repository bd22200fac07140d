"""The website's folder behind its real server, and the channel that writes it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import requests

from adapters.base import Rendered
from adapters.standin.core import Answer, Object, Request, Standin
from bot.site import public_site
from tests.adapters.contract import MARKER, Platform
from tests.adapters.fake import Clock

BASE = "http://127.0.0.1:8480"


class PublicSite(Standin):
    """The folder behind its real server, with fault rules on the way to it."""

    name = "site"

    def __init__(self, root: Path, clock: Clock) -> None:
        super().__init__(clock=clock)
        self.root = root
        self.site = public_site(root)
        self.ever: dict[str, Object] = {}

    @property
    def objects(self) -> dict[str, Object]:
        """Every public file of a notice there ever was when somebody looked."""
        for path in self.root.glob("n/*/*"):
            relative = str(path.relative_to(self.root))
            kind = "page" if path.name == "index.html" else "file"
            self.ever.setdefault(
                relative, Object(id=relative, kind=kind, created_at=self.clock(), fields={}, public=True)
            )
        return self.ever

    @objects.setter
    def objects(self, _: dict[str, Object]) -> None:
        """The disk is what it is."""

    def visible(self) -> list[Object]:
        return [each for each in self.objects.values() if (self.root / each.id).exists()]

    def answer(self, request: Request) -> Answer:
        said: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Any:
            said.update(status=int(status[:3]), headers=dict(headers))

        environ = {
            "REQUEST_METHOD": request.method,
            "PATH_INFO": request.path,
            "HTTP_HOST": "127.0.0.1",
            "wsgi.input": BytesIO(),
        }
        body = b"".join(self.site(environ, start))
        return Answer(status=said["status"], headers=said["headers"], body=body)

    def throttled(self, reset: datetime | None) -> Answer:
        return Answer(status=429)


@dataclass(kw_only=True)
class Website(Platform):
    """One page id per marker, as each publication has its own; pictures stand in the page by their placeholders."""

    root: Path
    template: Any = field(default=lambda marker, words: f"<p>{words}</p><p>{marker}</p>")

    def rendered(self, marker: str = MARKER, *, pictures: int = 0, words: str = "A court outcome.") -> Rendered:
        plain = super().rendered(marker, pictures=pictures, words=words)
        shown = "".join(f'<img src="{{picture:{each.sha256}}}">' for each in plain.pictures)
        page_id = marker.replace("-", "").ljust(22, "x")
        return replace(plain, text=plain.text + shown, page_id=page_id)

    def page(self, marker: str = MARKER) -> Path:
        return self.root / "n" / self.rendered(marker).page_id / "index.html"


def feed(platform: Website) -> str:
    return (platform.root / "feed.atom").read_text()


def get(path: str) -> requests.Response:
    return requests.request("GET", f"{BASE}/{path}", timeout=5)
