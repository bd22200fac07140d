"""The case sheet: on paper, the way to a retraction for whoever holds it, and whom to ring without a network."""

from dataclasses import replace

import pytest
import segno

from bot import intake
from bot.web.app import console_app
from policies.terms import Reason
from store import publications
from tests.bot.web.browser import Browser, words


@pytest.fixture
def app(office):
    """With a number to ring."""
    console = office.bot.settings.console.model_copy(update={"help_line": "01632 960001"})
    office.bot = replace(office.bot, settings=office.bot.settings.model_copy(update={"console": console}))
    return console_app(office.bot)


def sheet(desk, office, ref):
    with office.bot.ledger.read() as tx:
        key = publications.find(tx, ref).case_key
    return desk.as_(office.staff.second).get(f"/cases/{key}/sheet")


def test_its_code_and_address_lead_to_the_retraction_and_it_says_whom_to_ring(desk, office):
    ref = office.up(channels=["website"])
    page = sheet(desk, office, ref)
    address = f"{desk.origin}/notices/{ref}/retract"
    drawn = segno.make(address).svg_inline(scale=4, title=f"Opens the retraction of {ref}")
    assert drawn in page.get_data(as_text=True)
    assert address in words(page)
    assert "Without a network, ring: 01632 960001" in " ".join(words(page).split())


def test_whoever_scans_it_signs_in_chooses_the_reason_and_is_done(desk, office):
    """Three pages, of which the last acts: signing in, then the two taps that are left of three."""
    ref = office.up(channels=["website"])
    desk.has_login(office.staff.second, "second")
    path = f"/notices/{ref}/retract"
    asked = desk.get(path)
    assert (asked.status_code, asked.headers["Location"]) == (302, f"/sign-in?next={path}")
    assert desk.sign_in("second", next=path).headers["Location"] == path
    assert "Why does it come down?" in desk.get(path).text
    done = desk.post(path, {"reason": "appeal_lodged", "scope": "notice"})
    assert done.headers["Location"] == f"/notices/{ref}/progress"


def test_it_offers_nothing_to_scan_for_what_is_down(desk: Browser, office):
    ref = office.up(channels=["website"])
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.INACCURATE)
    office.run(ref)
    page = sheet(desk, office, ref)
    assert "Nothing of it is up: there is nothing to take down." in words(page)
    assert "<svg" not in page.text
