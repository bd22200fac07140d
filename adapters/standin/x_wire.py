"""How X says things: problem bodies, signatures, the text it gives back, and the page the public reads."""

import base64
import binascii
import html
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from oauthlib.oauth1.rfc5849 import signature, utils

from adapters.standin.core import Answer, Object, Request, json_answer

ID = re.compile(r"[0-9]{1,19}")
ID_EPOCH_MS = 1_288_834_974_657
URL = re.compile(r"https?://[^\s]+")
PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF")
MAX_PICTURE = 5 * 1024 * 1024
CREATE_FIELDS = frozenset(
    {"text", "media", "reply", "edit_options", "reply_settings", "nullcast", "quote_tweet_id", "poll", "geo"}
    | {"card_uri", "community_id", "share_with_followers", "paid_partnership", "made_with_ai"}
    | {"for_super_followers_only", "direct_message_deep_link"}
)
MEDIA_FIELDS = frozenset(
    {"media_ids", "tagged_user_ids", "title", "description", "embeddable", "preview_media_id", "call_to_actions"}
)
REPLY_FIELDS = frozenset({"in_reply_to_tweet_id", "exclude_reply_user_ids", "auto_populate_reply_metadata"})
REPLY_SETTINGS = frozenset({"following", "mentionedUsers", "subscribers", "verified"})
CATEGORIES = {"2.167": frozenset({"tweet_image", "dm_image", "subtitles", "tweet_gif", "tweet_video"})}
CATEGORIES["2.166"] = frozenset({"tweet_image", "dm_image", "subtitles"})
UPLOAD_FIELDS = {"2.167": frozenset({"media", "media_category", "additional_owners"})}
UPLOAD_FIELDS["2.166"] = UPLOAD_FIELDS["2.167"] | {"media_type", "shared"}


class Refused(Exception):
    """The request ends here, with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True, kw_only=True)
class XAccount:
    """The account a stand-in serves and the only tokens it accepts; the defaults are a rehearsal's."""

    id: str = "1700000000000000001"
    username: str = "samplecouncil"
    consumer_key: str = field(default="rehearsal-consumer-key", repr=False)
    consumer_secret: str = field(default="rehearsal-consumer-secret", repr=False)
    access_token: str = field(default="1700000000000000001-rehearsal-token", repr=False)
    access_token_secret: str = field(default="rehearsal-token-secret", repr=False)


def signed_at(request: Request, account: XAccount) -> datetime | None:
    """When the request was signed with the account's keys; None if it was not, or the signature does not fit."""
    header = request.headers.get("authorization", "")
    if not header.startswith("OAuth "):
        return None
    parts = urlsplit(request.url)
    try:
        given = dict(utils.parse_authorization_header(header))
        params = signature.collect_parameters(uri_query=parts.query, headers={"Authorization": header})
        stamp = datetime.fromtimestamp(int(given.get("oauth_timestamp", "")), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    if (given.get("oauth_consumer_key"), given.get("oauth_token")) != (account.consumer_key, account.access_token):
        return None
    signed = SimpleNamespace(
        params=params, uri=request.url, http_method=request.method, signature=_unquoted(given, "oauth_signature")
    )
    fits = signature.verify_hmac_sha1(signed, account.consumer_secret, account.access_token_secret)
    return stamp if fits else None


def _unquoted(given: Mapping[str, str], name: str) -> str:
    return str(utils.unescape(given.get(name, "")))


def problem_host(switches: set[str]) -> str:
    return "https://api.twitter.com" if "problem-host-twitter" in switches else "https://api.x.com"


def problem_type(name: str, switches: set[str]) -> str:
    return "about:blank" if "problem-about-blank" in switches else f"{problem_host(switches)}/2/problems/{name}"


def media_node(media_id: str, origin: str, query: Mapping[str, str]) -> dict[str, Any]:
    """A picture beside a listing; its address is given only where it is asked for."""
    node = {"media_key": f"3_{media_id}", "type": "photo"}
    return node | ({"url": f"{origin}/media/{media_id}"} if "url" in query.get("media.fields", "").split(",") else {})


def plain_problem(status: int, title: str, detail: str, kind: str = "about:blank") -> Answer:
    return json_answer(status, {"title": title, "detail": detail, "type": kind, "status": status})


def not_found(post_id: str, parameter: str, switches: set[str]) -> dict[str, Any]:
    return {
        "value": post_id,
        "detail": f"Could not find tweet with {parameter}: [{post_id}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": parameter,
        "resource_id": post_id,
        "type": problem_type("resource-not-found", switches),
    }


def not_authorised(post_id: str, parameter: str, switches: set[str]) -> dict[str, Any]:
    return not_found(post_id, parameter, switches) | {
        "title": "Authorization Error",
        "detail": f"Sorry, you are not authorized to see the Tweet with {parameter}: [{post_id}].",
        "type": problem_type("not-authorized-for-resource", switches),
    }


def invalid(message: str, parameter: str, value: object, switches: set[str]) -> Refused:
    return Refused(
        json_answer(
            400,
            {
                "errors": [{"message": message, "parameters": {parameter: [str(value)]}}],
                "title": "Invalid Request",
                "detail": "One or more parameters to your request was invalid.",
                "type": problem_type("invalid-request", switches),
            },
        )
    )


def closed(body: Any, allowed: frozenset[str], where: str, switches: set[str]) -> dict[str, Any]:
    """The body as an object without unknown fields, or a 400: X's bodies are closed."""
    if not isinstance(body, dict):
        raise invalid("$: object expected", "body", type(body).__name__, switches)
    unknown = sorted(body.keys() - allowed)
    if unknown:
        raise invalid(f"$.{where}{unknown[0]}: is not defined in the schema", unknown[0], body[unknown[0]], switches)
    return body


def id_in(value: object, where: str, switches: set[str]) -> str:
    """An id as a string of digits; a JSON number is a 400."""
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise invalid(f"$.{where}: does not match ^[0-9]{{1,19}}$", where, value, switches)
    return value


def picture_in(value: object, switches: set[str]) -> bytes:
    try:
        picture = base64.b64decode(str(value), validate=True)
    except (binascii.Error, ValueError):
        raise invalid("$.media: is not base64", "media", "...", switches) from None
    if "image-refused-late" in switches:
        return picture
    if not acceptable(picture):
        raise invalid("media type unrecognized or too large", "media", "...", switches)
    return picture


def acceptable(picture: bytes) -> bool:
    return len(picture) <= MAX_PICTURE and picture.startswith(PICTURE_STARTS)


def as_returned(post: Object, switches: set[str]) -> str:
    """The text X gives back is not the text it was sent (platforms: x, section 6)."""
    text = str(post.fields["text"])
    if "text-raw-links" not in switches:
        text = URL.sub(lambda match: f"https://t.co/{zlib.crc32(match.group().encode()):010d}", text)
    if "text-unescaped" not in switches:
        text = html.escape(text, quote=False)
    if post.fields["media_ids"] and "text-no-media-link" not in switches:
        text += f" https://t.co/m{post.id[-9:]}"
    return text


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def page(title: str, posts: list[Object], username: str) -> Answer:
    """What the public reads now, newest first."""
    rows = "".join(
        f'<article id="{post.id}"><p>{html.escape(str(post.fields["text"]))}</p>'
        + "".join(f'<img src="/media/{each}" alt="">' for each in post.fields["media_ids"])
        + f'<a href="/{username}/status/{post.id}">{stamp(post.created_at)}</a></article>'
        for post in sorted(posts, key=lambda each: int(each.id), reverse=True)
    )
    head = f"<meta charset=utf-8><meta name=viewport content=width=device-width><title>{title}</title>"
    body = f"<!doctype html><html lang=en>{head}<h1>{title}</h1>{rows}</html>"
    return Answer(status=200, body=body.encode(), headers={"content-type": "text/html; charset=utf-8"})


def missing_page() -> Answer:
    body = b"<!doctype html><title>Not here</title><p>This page does not exist."
    return Answer(status=404, body=body, headers={"content-type": "text/html; charset=utf-8"})
