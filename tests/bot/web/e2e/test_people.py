"""Disabling a person is for good: at a real browser it takes two acts, and says whom it is about before the last."""

import pytest
from playwright.sync_api import expect

from store import people


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_nobody_is_disabled_by_one_tap(size, served, look_in, scripts):
    comms = served.staff.comms
    visitor = look_in(size, scripts=scripts).as_(served.staff.admin)
    visitor.open(f"/people/{comms.id}")
    page, button = visitor.page, visitor.page.get_by_role("button", name=f"Disable {comms.id}")
    assert page.locator("details[open]").count() == 0
    expect(button).to_be_hidden()
    expect(page.get_by_text("Ends all they may do, at once and for good")).to_be_visible()
    page.get_by_text(f"I want to disable {comms.name} for good").click()
    expect(button).to_be_visible()
    if scripts:
        assert visitor.look() == []
    visitor.follow(button)
    expect(page.get_by_role("heading", name="People", exact=True)).to_be_visible()
    with served.bot.ledger.read() as tx:
        found = people.get(tx, comms.id, served.clock())
    assert found is None or not found.roles
