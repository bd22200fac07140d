"""Instagram on the wire: an adapter before Graph's stand-in, a site that hosts its pictures, and tries at publishing."""

from datetime import timedelta

import pytest

from adapters.base import Artefact, ArtefactKind, Presence
from adapters.graph import GraphSettings
from adapters.http import EdgeSession
from adapters.instagram import InstagramAdapter, InstagramSettings, PictureHost
from adapters.standin.core import Answer, Request, Standin
from adapters.standin.graph import GraphStandin
from tests.adapters.contract import MARKER, Platform
from tests.adapters.fake import Clock, FakeAttempt

BASE = "https://graph.example"
SITE = "https://council.example"
TOKEN = "rehearsal-user-token"
STEPS = {"publish": ("POST", "/media_publish"), "remove": ("DELETE", "/"), "read": ("GET", "/v26.0/")}


class Hosting(Standin):
    """A public site in memory, and the PictureHost on it. `stuck` pictures stay readable; `order` is what happened."""

    def __init__(self, public_url: str = SITE) -> None:
        super().__init__()
        self.public_url = public_url
        self.files: dict[str, bytes] = {}
        self.cached: dict[str, bytes] = {}
        self.stuck = False
        self.order: list[str] = []
        self.on_the_wire = False

    def path_for(self, sha256: str) -> str:
        self.numbers = getattr(self, "numbers", 0) + 1
        return f"h/{self.numbers:032x}.jpg"

    def put(self, path: str, data: bytes) -> str:
        self.order.append("put")
        self.files[path] = data
        return f"{self.public_url}/{path}"

    def take_down(self, path: str) -> None:
        self.order.append("take_down")
        picture = self.files.pop(path, None)
        if self.stuck and picture is not None:
            self.cached[path] = picture

    def presence(self, path: str) -> Presence:
        self.order.append("presence")
        if self.on_the_wire:
            with EdgeSession(deadline=timedelta(seconds=2)) as session:
                status = session.get(f"{self.public_url}/{path}").status_code
        else:
            status = self.fetch(f"{self.public_url}/{path}")[0]
        return {200: Presence.VISIBLE, 404: Presence.GONE}[status]

    def fetch(self, url: str) -> tuple[int, bytes]:
        path = url.removeprefix(f"{self.public_url}/")
        picture = self.files.get(path) or self.cached.get(path)
        self.order.append("fetched" if picture else "missed")
        return (200, picture) if picture else (404, b"")

    def answer(self, request: Request) -> Answer:
        status, picture = self.fetch(f"{self.public_url}{request.path}")
        return Answer(status=status, body=picture)


def settings(base_url: str = BASE, **graph) -> InstagramSettings:
    given = {
        "token": TOKEN,
        "app_id": "1001",
        "app_secret": "rehearsal-app-secret",
        "base_url": base_url,
        "deadline": timedelta(seconds=2),
    }
    return InstagramSettings(user_id="3001", graph=GraphSettings(**(given | graph)))


def platform_at(base_url: str, standin: GraphStandin, clock: Clock, host: PictureHost) -> Platform:
    adapter = InstagramAdapter(
        settings(base_url), host, clock=clock, wait=lambda seconds: clock.advance(timedelta(seconds=seconds))
    )
    return Platform(
        adapter=adapter,
        standin=standin,
        clock=clock,
        steps=STEPS,
        post_kinds=frozenset({"media"}),
        short_lived=frozenset({ArtefactKind.FILE}),
    )


def up(platform: Platform, marker: str = MARKER, *, pictures: int = 1, **options) -> FakeAttempt:
    attempt = platform.attempt(**options)
    platform.adapter.publish(platform.rendered(marker, pictures=pictures), attempt)
    return attempt


def tried(platform: Platform, error: type[Exception], **options) -> FakeAttempt:
    """An attempt that ends with this error."""
    attempt = platform.attempt(**options)
    with pytest.raises(error):
        platform.adapter.publish(platform.rendered(pictures=1), attempt)
    return attempt


def of(attempt: FakeAttempt, kind: ArtefactKind) -> list[Artefact]:
    return [each for each in attempt.made if each.kind is kind]


def containers(platform: Platform) -> list[str]:
    return [each.id for each in platform.standin.objects.values() if each.kind == "container"]
