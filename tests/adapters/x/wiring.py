"""X on the wire: an adapter before its stand-in, what is posted there, and bodies that say nothing."""

from datetime import timedelta

from adapters.base import Artefact, ArtefactKind, Rendered
from adapters.standin.x import XStandin
from adapters.x import XAdapter, XSettings
from tests.adapters.contract import Platform
from tests.adapters.fake import Clock, FakeAttempt

BASE = "https://api.x.example"
STEPS = {"publish": ("POST", "/2/tweets"), "remove": ("DELETE", "/2/tweets/"), "read": ("GET", "/2/")}
NOTICE = "https://council.example.org/notices/aaaaaaaaaaaaaaaaaaaaaa"


def settings(standin: XStandin, base_url: str = BASE, **changes) -> XSettings:
    account = standin.account
    given = {
        "consumer_key": account.consumer_key,
        "consumer_secret": account.consumer_secret,
        "access_token": account.access_token,
        "access_token_secret": account.access_token_secret,
        "account_id": account.id,
        "base_url": base_url,
        "deadline": timedelta(seconds=2),
    }
    return XSettings(**(given | changes))


def platform_at(base_url: str, standin: XStandin, clock: Clock) -> Platform:
    return Platform(
        adapter=XAdapter(settings(standin, base_url), clock=clock),
        standin=standin,
        clock=clock,
        steps=STEPS,
        template=lambda marker, words: f"{words} Fines < £50 & costs. {marker} {NOTICE}",
    )


def up(platform: Platform, **options) -> FakeAttempt:
    attempt = platform.attempt()
    platform.adapter.publish(platform.rendered(**options), attempt)
    return attempt


def post(platform_id: str, **changes) -> Artefact:
    return Artefact(
        **({"id": 1, "kind": ArtefactKind.POST, "platform_id": platform_id, "acknowledged": True} | changes)
    )


def rendered() -> Rendered:
    return Rendered(marker="DBC-7K3Q9M-1", text=f"A court outcome. DBC-7K3Q9M-1 {NOTICE}", page_id="p")


BODIES = {
    "html": b"<html>busy</html>",
    "empty": b"",
    "null": b"null",
    "list": b'[{"message": "no"}]',
    "string": b'"no"',
    "null errors": b'{"errors": null}',
    "string errors": b'{"errors": ["no"]}',
    "number detail": b'{"detail": 7}',
    "code": b'{"code": 7, "message": "no"}',
}
