"""The wire of Graph's stand-in: requests read as Graph reads them, documented error bodies, the public HTML."""

import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from adapters.standin.core import Answer, Object, Request

# Refused with these codes, whose HTTP status is unknown until tried (platforms: meta, section 10).
STATUS_UNKNOWN = frozenset({4, 10, 17, 32, 190, 200})
STATUS_SWITCHES = {"status-401": 401, "status-403": 403, "status-500": 500}
GONE_TEXT = (
    "Unsupported {verb} request. Object with ID '{key}' does not exist, cannot be loaded due to missing permissions, "
    "or does not support this operation. Please read the Graph API documentation at "
    "https://developers.facebook.com/docs/graph-api"
)


@dataclass(kw_only=True, eq=False)
class GraphError(Exception):
    """A refusal, as Graph words it."""

    code: int
    message: str
    subcode: int | None = None
    kind: str = "OAuthException"
    transient: bool = False
    status: int = 400

    def body(self, trace: str) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": {**error, "is_transient": self.transient, "fbtrace_id": trace}}


def not_there(verb: str, key: str) -> GraphError:
    return GraphError(
        code=100, subcode=33, kind="GraphMethodException", message=GONE_TEXT.format(verb=verb.lower(), key=key)
    )


def bad(message: str, subcode: int | None = None, code: int = 100) -> GraphError:
    return GraphError(code=code, subcode=subcode, message=f"(#{code}) {message}")


@dataclass(kw_only=True)
class Call:
    """One request as Graph takes it: parameters from query and body, files, the node and edge asked for."""

    method: str
    version: str
    path: tuple[str, ...]
    given: dict[str, str]
    files: dict[str, bytes] = field(default_factory=dict)
    token: str | None = None
    origin: str = ""

    @classmethod
    def read(cls, request: Request) -> "Call":
        parts = [each for each in request.path.split("/") if each]
        version = parts.pop(0) if parts and parts[0][:1] == "v" and parts[0][1:2].isdigit() else ""
        given, files = _body(request)
        given = request.query | given
        bearer = request.headers.get("authorization", "")
        token = given.pop("access_token", None)
        if bearer.startswith("Bearer "):
            token = bearer.removeprefix("Bearer ")
        split = urlsplit(request.url)
        return cls(
            method=given.pop("method", request.method).upper() if request.method == "POST" else request.method,
            version=version,
            path=tuple(parts),
            given=given,
            files=files,
            token=token,
            origin=f"{split.scheme}://{split.netloc}",
        )

    def close(self, *allowed: str) -> None:
        """Graph's parameter lists are closed here: an unknown one is an error of ours."""
        unknown = sorted({*self.given, *self.files} - {*allowed, "fields", "appsecret_proof", "appsecret_time"})
        if unknown:
            raise bad(f"Param {unknown[0]} is not supported")

    def flag(self, name: str, *, default: bool) -> bool:
        worded = self.given.get(name)
        if worded not in (None, "true", "false", "1", "0"):
            raise bad(f"Param {name} must be a boolean")
        return default if worded is None else worded in ("true", "1")


def _body(request: Request) -> tuple[dict[str, str], dict[str, bytes]]:
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(request.body.decode(), keep_blank_values=True)), {}
    if not kind.startswith("multipart/form-data"):
        return {}, {}
    message = BytesParser(policy=HTTP).parsebytes(f"content-type: {kind}\r\n\r\n".encode() + request.body)
    given: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        if part.get_filename() is None:
            given[name] = payload.decode()
        else:
            files[name] = payload
    return given, files


def json_list(text: str, name: str) -> list[Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, list):
        raise bad(f"Param {name} must be an array.")
    return value


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height from the first frame header; None where there is none to be found."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + length
    return None


def is_jpeg(data: bytes) -> bool:
    return data.startswith(b"\xff\xd8\xff") and data.rstrip(b"\x00").endswith(b"\xff\xd9")


def public_page(title: str, posts: Iterable[Object], pictures: Mapping[str, Iterable[Object]], *, old: bool) -> Answer:
    """What anyone can see now. `old`: earlier words of edited posts are shown too."""
    shown = []
    for post in posts:
        images = "".join(
            f'<img src="/public/pictures/{each.id}" alt="{html.escape(str(each.fields.get("alt_text", "")))}">'
            for each in pictures.get(post.id, ())
        )
        text = html.escape(str(post.fields.get("text", ""))).replace("\n", "<br>")
        earlier = "".join(f"<del>{html.escape(each)}</del>" for each in post.fields.get("history", ()) if old)
        shown.append(f'<article id="{post.id}"><p>{text}</p>{earlier}{images}</article>')
    name = html.escape(title)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{name}</title><style>img {{ max-width: 100% }}</style><h1>{name}</h1>"
        f"<main>{''.join(shown) or '<p>Nothing is public.</p>'}</main></html>"
    )
    return Answer(
        status=200,
        body=page.encode(),
        headers={"content-type": "text/html; charset=utf-8", "cache-control": "no-store"},
    )
