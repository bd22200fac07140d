"""A console at a real port, and what is sent to it byte by byte: slow clients, and forms without a browser."""

import http.client
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bot import signing_in
from bot.context import Bot
from bot.web.access import COOKIE
from policies.terms import Person

HEAD = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n"
_PATIENCE = 20


@dataclass(frozen=True)
class Answered:
    status: int
    cookies: tuple[str, ...]
    """Each as it was given out."""
    text: str

    def form(self) -> tuple[str, str]:
        """The token of the page's form, and the cookie that it belongs to."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.text)
        assert found is not None
        return found[1], next((each.partition(";")[0] for each in self.cookies if each.startswith("dd_form=")), "")


@dataclass(frozen=True)
class Wire:
    """A console's address; each question is a connection of its own."""

    host: str
    port: int

    def ask(
        self, method: str, path: str, *, cookies: str = "", data: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answered:
        origin = f"http://{self.host}:{self.port}"
        sent = {"Origin": origin, "Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(data) if isinstance(data, dict) else data
        with closing(http.client.HTTPConnection(self.host, self.port, timeout=_PATIENCE)) as connection:
            connection.request(method, path, body=body, headers=sent | dict(headers or {}))
            answer = connection.getresponse()
            cookies = tuple(answer.headers.get_all("Set-Cookie") or ())
            return Answered(answer.status, cookies, answer.read().decode())

    def retract(self, ref: str, cookie: str) -> tuple[Answered, Answered]:
        """The form for a notice, and what became of it, as a signed-in browser asks."""
        path = f"/notices/{ref}/retract"
        page = self.ask("GET", path, cookies=cookie)
        token, form = page.form()
        given = {"csrf_token": token, "reason": "inaccurate", "scope": "notice"}
        return page, self.ask("POST", path, cookies=f"{cookie}; {form}", data=given)

    def retract_by_api(self, ref: str, token: str) -> Answered:
        bearer = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return self.ask("POST", f"/api/v1/notices/{ref}/retraction", data='{"reason": "inaccurate"}', headers=bearer)

    @contextmanager
    def slow_clients(self, number: int) -> Iterator[None]:
        """Half of them never end their headers, half never send what they announced."""
        with ExitStack() as stack:
            for each in range(number):
                client = stack.enter_context(socket.create_connection((self.host, self.port), timeout=5))
                client.sendall(HEAD + (b"\r\na" if each % 2 else b""))
            yield


def session_of(bot: Bot, person: Person) -> str:
    """The cookie of a browser that has signed in."""
    return f"{COOKIE}={signing_in.begin(bot, person, device='x', strong=False, now=bot.now)}"
