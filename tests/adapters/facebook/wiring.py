"""A Facebook Page on the wire: an adapter before Graph's stand-in, and what is published there."""

from datetime import timedelta

from adapters.base import Artefact, ArtefactKind
from adapters.facebook import FacebookAdapter, FacebookSettings
from adapters.graph import GraphSettings
from adapters.standin.graph import GraphStandin
from tests.adapters.contract import MARKER, Platform
from tests.adapters.fake import Clock, FakeAttempt

BASE = "https://graph.example"
TOKEN = "rehearsal-page-token"
STEPS = {"publish": ("POST", "/feed"), "remove": ("DELETE", "/"), "read": ("GET", "/v26.0/")}


def settings(base_url: str = BASE, **graph) -> FacebookSettings:
    given = {
        "token": TOKEN,
        "app_id": "1001",
        "app_secret": "rehearsal-app-secret",
        "base_url": base_url,
        "deadline": timedelta(seconds=2),
    }
    return FacebookSettings(page_id="2001", graph=GraphSettings(**(given | graph)))


def platform_at(base_url: str, standin: GraphStandin, clock: Clock) -> Platform:
    return Platform(adapter=FacebookAdapter(settings(base_url), clock=clock), standin=standin, clock=clock, steps=STEPS)


def up(platform: Platform, marker: str = MARKER, **options) -> FakeAttempt:
    attempt = platform.attempt()
    platform.adapter.publish(platform.rendered(marker, **options), attempt)
    return attempt


def of(attempt: FakeAttempt, kind: ArtefactKind) -> list[Artefact]:
    return [each for each in attempt.made if each.kind is kind]
