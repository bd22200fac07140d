"""Microsoft shows one factor: the page that asks for the code kept here, at a real browser."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from adapters.standin.core import Answer, Request
from adapters.standin.server import serving
from bot import accounts
from bot.serving import _Listener
from bot.settings_values import Secret
from bot.web.security import LARGEST_FORM
from tests.bot.office import Office
from tests.bot.web.browser import Browser as Desk
from tests.bot.web.compiled import console_of
from tests.bot.web.e2e.visitor import Visitor, visiting
from tests.bot.web.entra.trips import shown
from tests.bot.web.issuer import CLIENT, OBJECT, SECRET, TENANT, Issuer
from tests.bot.web.sign_in.codes import SECRET as AUTHENTICATOR

ASKED = re.compile(r"/oauth2/v2\.0/authorize\?")


class Door(Issuer):
    """Sends a browser straight back, as Microsoft does with whoever is signed in there."""

    def answer(self, request: Request) -> Answer:
        if ASKED.search(request.url):
            return Answer(status=302, headers={"location": self.authorize(request.url)})
        return super().answer(request)


@pytest.fixture
def issuer(office: Office) -> Iterator[Issuer]:
    """An issuer that the console knows, and a Director who is linked to it and has an authenticator here."""
    made = Door(office.clock)
    with serving(made) as there:
        known = {
            "entra_metadata_url": f"{there}/{TENANT}/v2.0/.well-known/openid-configuration",
            "entra_client_id": CLIENT,
            "entra_client_secret": Secret(SECRET),
            "entra_strong_context": "c1",
        }
        console = office.bot.settings.console.model_copy(update=known)
        office.bot = replace(office.bot, settings=office.bot.settings.model_copy(update={"console": console}))
        accounts.link(office.bot, office.staff.admin, office.staff.director.id, tenant=TENANT, subject=OBJECT)
        yield made


@pytest.fixture
def visitor(office: Office, issuer: Issuer, browser: Browser, size: str) -> Iterator[Visitor]:
    console, app = office.bot.settings.console, console_of(office.bot)
    Desk(office, app).has_login(office.staff.director, "director", secret=AUTHENTICATOR)
    with (
        _Listener(app, host=console.host, port=console.port, largest=LARGEST_FORM),
        visiting(browser, office.bot, size) as made,
    ):
        yield made


def looked(visitor: Visitor) -> list[str]:
    """What is wrong with the page; the way by Microsoft is the one that leads to another host."""
    return [each for each in visitor.look() if not ASKED.search(each)]


def test_a_director_from_microsoft_is_told_a_wrong_code_in_the_summary_and_comes_in_with_the_right_one(visitor, office):
    page = visitor.page
    visitor.open("/sign-in?next=/list/waiting")
    visitor.press("Sign in with Microsoft")
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    assert looked(visitor) == []
    for wrong in ("", "000000"):
        page.get_by_label("Code from your authenticator app").fill(wrong)
        visitor.press("Sign in")
        expect(page).to_have_title(re.compile("^Error: "))
        expect(page.locator(".govuk-error-summary")).to_be_focused()
        link = page.locator(".govuk-error-summary a")
        assert link.get_attribute("href") == "#code"
        assert "The code is not right" in link.inner_text()
        assert "The code is not right" in page.locator("#code-error").inner_text()
        assert looked(visitor) == []
    link.click()
    expect(page.get_by_label("Code from your authenticator app")).to_be_focused()
    page.keyboard.type(shown(office))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Waiting", exact=True)).to_be_visible()
    assert looked(visitor) == []
