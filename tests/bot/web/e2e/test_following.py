"""The page of a notice while it goes up: it shows what has changed by itself, and stays as it is while nothing has."""

import re

import pytest
from playwright.sync_api import expect

UP = re.compile(r"^\s*Live\s*$")


@pytest.fixture
def ref(served):
    return served.approved(channels=["website"])


@pytest.fixture
def visitor(served, look_in):
    return look_in("phone").as_(served.staff.director)


def live(page):
    return page.locator("#copies").get_by_text(UP)


def test_what_went_up_between_the_page_and_its_first_look_is_shown(ref, served, visitor):
    def look(route):
        served.run(ref)
        route.continue_()

    visitor.page.route("**/copies", look)
    visitor.open(f"/notices/{ref}")
    expect(live(visitor.page)).to_be_visible()


def test_while_nothing_changes_the_page_is_left_in_peace_then_it_moves_on_and_is_no_longer_asked(ref, served, visitor):
    page, asked = visitor.page, []
    page.on("request", lambda request: asked.append(request.url.removeprefix(visitor.base)))
    visitor.open(f"/notices/{ref}")
    for _ in range(2):
        page.wait_for_event("response", lambda answer: answer.url.endswith("/copies"))
    assert asked.count(f"/notices/{ref}") == 1
    served.run(ref)
    expect(live(page)).to_be_visible()
    expect(page.get_by_text("It is on its way up")).to_have_count(0)
    expect(page.locator("#said")).to_have_text("Up")
    # Longer than from one look to the next.
    before = len(asked)
    page.wait_for_timeout(3_000)
    assert asked[before:] == []
    assert visitor.look() == []


def test_what_was_told_where_the_focus_is_and_what_was_opened_outlast_the_change(ref, served, visitor):
    page = visitor.page
    visitor.open(f"/notices/{ref}")
    page.evaluate(
        """() => {
            const told = document.createElement("p");
            told.textContent = "Told above it";
            document.getElementById("notice").before(told);
        }"""
    )
    page.locator("#notice summary").first.click()
    way = page.get_by_role("link", name="Confirm the facts")
    way.focus()
    served.run(ref)
    expect(live(page)).to_be_visible()
    expect(way).to_be_focused()
    expect(page.locator("#notice details").first).to_have_attribute("open", "")
    expect(page.get_by_text("Told above it")).to_be_visible()
    # The red button that came with the change is pressed with the space bar as well.
    page.get_by_role("button", name="Retract now").focus()
    with page.expect_navigation():
        page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="Retract", exact=True)).to_be_visible()
