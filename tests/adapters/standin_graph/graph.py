"""Graph's stand-in as a client sees it."""

import hashlib
import hmac
import json
from urllib.parse import urlencode

from adapters.standin.core import Answer, Request
from adapters.standin.graph import GraphStandin
from tests.adapters.contract import JPEG
from tests.adapters.fake import Clock

HOST = "http://graph.example"
PAGE, USER, SECRET = "rehearsal-page-token", "rehearsal-user-token", "rehearsal-app-secret"
PICTURE_URL = "http://council.example/h/1.jpg"


class Graph:
    """The stand-in as a client sees it. Answers are (status, JSON)."""

    def __init__(self, *switches: str, **options):
        self.clock = Clock()
        self.fetched: list[str] = []
        self.picture: tuple[int, bytes] = (200, JPEG)
        self.standin = GraphStandin(clock=self.clock, switches=frozenset(switches), fetch=self._fetch, **options)

    def _fetch(self, url: str) -> tuple[int, bytes]:
        self.fetched.append(url)
        return self.picture

    def send(self, method: str, path: str, /, *, token: str | None = PAGE, proof: str | None = None, **given) -> Answer:
        headers = {}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
            given["appsecret_proof"] = proof or hmac.new(SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
        body = b""
        url = f"{HOST}/v26.0/{path}"
        if "source" in given:
            body, headers["content-type"] = _multipart(given)
        elif method == "POST":
            body, headers["content-type"] = urlencode(given).encode(), "application/x-www-form-urlencoded"
        else:
            url += f"?{urlencode(given)}"
        return self.standin.handle(Request(method=method, url=url, headers=headers, body=body))

    def ask(self, method: str, path: str, /, **given):
        answer = self.send(method, path, **given)
        return answer.status, json.loads(answer.body)

    def ok(self, method: str, path: str, /, **given):
        status, body = self.ask(method, path, **given)
        assert status == 200, body
        return body

    def refused(self, method: str, path: str, /, **given) -> tuple[int, int | None]:
        status, body = self.ask(method, path, **given)
        assert status >= 400
        assert body["error"]["fbtrace_id"]
        return body["error"]["code"], body["error"].get("error_subcode")

    def photo(self, **given) -> dict:
        return self.ok("POST", "2001/photos", **({"source": JPEG, "published": "false"} | given))

    def post(self, message: str = "Words", *photos: str) -> str:
        attached = {"attached_media": json.dumps([{"media_fbid": each} for each in photos])} if photos else {}
        return self.ok("POST", "2001/feed", message=message, **attached)["id"]

    def container(self, **given) -> str:
        return self.ok("POST", "3001/media", token=USER, **({"image_url": PICTURE_URL} | given))["id"]

    def media(self, caption: str = "Words") -> str:
        made = self.container(caption=caption)
        return self.ok("POST", "3001/media_publish", token=USER, creation_id=made)["id"]

    def public(self, path: str) -> Answer:
        return self.standin.handle(Request(method="GET", url=f"{HOST}/public/{path}", headers={}))


def _multipart(given: dict) -> tuple[bytes, str]:
    parts = b""
    for name, value in given.items():
        file = b'; filename="p.jpg"\r\ncontent-type: image/jpeg' if isinstance(value, bytes) else b""
        payload = value if isinstance(value, bytes) else str(value).encode()
        parts += b'--xx\r\ncontent-disposition: form-data; name="' + name.encode() + b'"' + file
        parts += b"\r\n\r\n" + payload + b"\r\n"
    return parts + b"--xx--\r\n", "multipart/form-data; boundary=xx"
