"""Somebody at a real browser, who notices what a page must never do: complain, ask another host, scroll sideways."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request

from bot import signing_in
from bot.context import Bot
from bot.web.access import COOKIE
from policies.terms import Person
from tests.stories.processes import until

SIZES = {"phone": (390, 664), "desk": (1280, 900)}
# Chromium asks nobody outside, and needs no screen.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_AXE = Axe()
PATIENCE_MS = 20_000


@dataclass
class Visitor:
    page: Page
    bot: Bot
    complaints: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return self.bot.settings.console.public_url

    def listen(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # An answer that is not 200 is said here as well; the tests ask for it themselves.
        refused = message.text.startswith("Failed to load resource") and not urlsplit(self.page.url).path.startswith(
            "/static"
        )
        if message.type in {"error", "warning"} and not refused:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.base + "/", "data:")):
            self.complaints.append(f"{self.page.url} asks {request.url}")

    def as_(self, person: Person, *, strong: bool = True) -> "Visitor":
        """Signed in with two factors, without the sign-in page; `strong` with a fresh proof."""
        secret = signing_in.begin(self.bot, person, device="A test", strong=strong, twice=True, now=self.bot.now)
        self.page.context.add_cookies([{"name": COOKIE, "value": secret, "url": self.base}])
        return self

    def open(self, path: str) -> int:
        answer = self.page.goto(self.base + path)
        assert answer is not None
        return answer.status

    def sign_in(self, name: str, onto: str = "/sign-in") -> None:
        """As a newcomer does it, with what the sign-in page of a rehearsal shows."""
        self.open(onto)
        shown = self.page.locator("dl", has=self.page.locator(f"dd:text-is('{name}')")).inner_text()
        said = dict(re.findall(r"(Name|Password|Code now)\s+(.+)", shown))
        self.page.get_by_label("Sign-in name").fill(said["Name"].strip())
        self.page.get_by_label("Password", exact=True).fill(said["Password"].strip())
        self.page.get_by_label("Code from your authenticator app").fill(said.get("Code now", "").strip())
        self.press("Sign in")
        if said.get("Code now") and self.page.get_by_role("heading", name="Sign in", exact=True).count():
            # The code has counted once already; the tap that is offered waits for the next one.
            self.enter(name)

    def enter(self, name: str) -> None:
        """With the one tap that a rehearsal offers; a code counts once, so that the next one may have to be awaited."""
        before = self._code(name)
        self.press(f"Enter as {name}")
        if before and self.page.get_by_role("heading", name="Sign in", exact=True).count():
            until(lambda: self._next_code(name) != before, "another code", patience=40)
            self.press(f"Enter as {name}")

    def _code(self, name: str) -> str:
        form = self.page.locator("form", has=self.page.get_by_role("button", name=f"Enter as {name}", exact=True))
        return form.locator("input[name='code']").input_value()

    def _next_code(self, name: str) -> str:
        self.open("/sign-in")
        return self._code(name)

    def follow(self, place: Locator) -> None:
        """Click what leads to another page, and wait until that page stands: a click alone ends where it begins."""
        with self.page.expect_navigation():
            place.click()

    def press(self, name: str) -> None:
        self.follow(self.page.get_by_role("button", name=name, exact=True))

    def strike(self, place: Locator) -> None:
        """As `follow`, with the keyboard alone."""
        self.tab_to(place, most=120)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def tab_to(self, place: Locator, most: int = 60) -> None:
        """With the Tab key alone; what has the focus must be seen to have it."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if place.evaluate("it => it === document.activeElement"):
                assert self.seen_focus(), "the focus is not to be seen"
                return
        raise AssertionError(f"{place} is not reached with Tab")

    def seen_focus(self) -> bool:
        """Whether the element with the focus, or the mark that is drawn for it, looks unlike one without."""
        return bool(
            self.page.evaluate(
                """() => {
                    const at = document.activeElement, label = at.labels && at.labels[0];
                    const drawn = [getComputedStyle(at)];
                    if (label) drawn.push(getComputedStyle(label, "::before"));
                    return drawn.some(s => s.outlineStyle !== "none" && s.outlineWidth !== "0px" || s.boxShadow !== "none");
                }"""
            )
        )

    def look(self) -> list[str]:
        """What is wrong with the page as it stands now, and what it has complained about."""
        found = [*self.complaints]
        self.complaints.clear()
        wide = self.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        if wide[0] > wide[1]:
            found.append(f"{self.page.url}: scrolls sideways, {wide[0]} of {wide[1]}")
        options: dict[str, Any] = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": TAGS}}
        for each in _AXE.run(self.page, options=options).response["violations"]:
            places = json.dumps([node["html"][:160] for node in each["nodes"]][:3])
            found.append(f"{self.page.url}: {each['id']} ({each['help']}): {places}")
        return found


@contextmanager
def visiting(browser: Browser, bot: Bot, size: str, *, scripts: bool = True) -> Iterator[Visitor]:
    width, height = SIZES[size]
    touch = size == "phone"
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=scripts, has_touch=touch, locale="en-GB"
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        visitor = Visitor(context.new_page(), bot)
        visitor.listen()
        yield visitor
    finally:
        context.close()
