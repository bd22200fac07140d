"""A browser at the console: keeps cookies, sends what a page of ours would send, and signs in without the cost of it."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from bot import signing_in
from bot.context import Bot
from bot.web.access import COOKIE
from policies.terms import Person
from store import signins
from tests.bot.office import Office

PASSWORD = "lantern copper teapot meadow"
# As strong as a test needs; what is kept says itself how it was made.
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class Browser:
    office: Office
    app: Flask
    client: FlaskClient = field(init=False)
    _token: tuple[tuple[str | None, str | None], str] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    @property
    def bot(self) -> Bot:
        return self.office.bot

    @property
    def origin(self) -> str:
        return self.bot.settings.console.public_url

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.ask("GET", path, **more)

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        # Buffered, so that files are closed.
        return self.client.open(path, method=method, base_url=self.origin, buffered=True, **more)

    def token(self) -> str:
        """The token of the forms of this browser; a page is opened for it when who it belongs to has changed."""
        if self._token and self._token[0] == (self.cookie("dd_form"), self.cookie(COOKIE)):
            return self._token[1]
        found = self.get("/account") if self.cookie(COOKIE) else self.get("/sign-in")
        if found.status_code != 200:
            found = self.get("/sign-in")
        token = re.search(r'name="csrf_token" value="([^"]+)"', found.text)
        assert token is not None
        self._token = (self.cookie("dd_form"), self.cookie(COOKIE)), token[1]
        return token[1]

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """As a form of a page of ours sends it."""
        more.setdefault("headers", {"Origin": self.origin})
        return self.ask("POST", path, data={"csrf_token": self.token()} | (data or {}), **more)

    def cookie(self, name: str) -> str | None:
        """By its own name, or the one it has under https."""
        found = [self.client.get_cookie(each, domain=self.host) for each in (name, f"__Host-{name}")]
        return next((each.value for each in found if each is not None), None)

    def put(self, secret: str) -> None:
        """Take a session's secret as one's own."""
        self.client.set_cookie(COOKIE, secret, domain=self.host)

    def as_(self, person: Person, *, strong: bool = True) -> "Browser":
        """Signed in as this person, with two factors; lately if `strong`."""
        self.put(signing_in.begin(self.bot, person, device="A test", strong=strong, twice=True, now=self.bot.now))
        return self

    def has_login(self, person: Person, name: str, *, secret: str = "") -> None:
        """The person can sign in with that name, PASSWORD and the codes of `secret`."""
        with self.bot.ledger.write() as tx:
            assert signins.set_login(tx, person.id, name, _CHEAP.hash(PASSWORD), self.bot.now)
            if secret:
                signins.set_second_factor(tx, person.id, secret, self.bot.now, used_step=0)

    def sign_in(self, name: str, password: str = PASSWORD, code: str = "", **more: Any) -> TestResponse:
        return self.post("/sign-in", {"name": name, "password": password, "code": code} | more)

    @property
    def is_in(self) -> bool:
        return self.get("/").status_code == 200


def words(answer: TestResponse) -> str:
    """What a reader sees of a page, roughly: without tags, with entities as the characters they stand for."""
    # A time stands in its sentence; whatever else has a tag stands by itself.
    return unescape(re.sub(r"<[^>]*>", " ", re.sub(r"</?time[^>]*>", "", answer.text)))


def routes(app: Flask, *, methods: tuple[str, ...] = ("GET", "POST")) -> list[tuple[Rule, str]]:
    """Every route with each of its methods."""
    return [
        (rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint)
        for method in methods
        if method in (rule.methods or ())
    ]


def address(app: Flask, rule: Rule, given: dict[str, str]) -> str:
    """The route's address, with what stands for a notice, a case and so on."""
    return app.url_map.bind("").build(rule.endpoint, {name: given[name] for name in rule.arguments})
