"""The page of a notice while it goes up: it shows what has changed by itself, and stays as it is while nothing has."""

import re

import pytest
from playwright.sync_api import expect

from policies.terms import Channel
from tests.stories.processes import until

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


def test_what_somebody_writes_while_the_page_asks_is_left_alone(served, visitor):
    """One revision is on its way down by hand, the next on its way up."""
    ref = served.up(channels=["website", "facebook"])
    served.channels[Channel.FACEBOOK].revoked = True
    served.amend(ref, channels=["website", "facebook"], content__body="Another text of it.")
    served.approve(ref)
    page, answered = visitor.page, []
    visitor.as_(served.staff.second).open(f"/notices/{ref}?all=1")
    assert page.locator("#copies[data-part]").count() == 1
    note = page.locator("#notice textarea:visible").first

    def write(route):
        note.fill("Taken down at the desk")
        page.evaluate("document.activeElement.blur()")
        answered.append(route.continue_())

    page.route(f"**/notices/{ref}?all=1", write)
    page.route("**/copies", lambda route: route.fulfill(body="<p>Another</p>", content_type="text/html"))
    until(lambda: page.wait_for_timeout(100) or answered, "the page is asked for")
    page.wait_for_timeout(1_000)
    assert note.input_value() == "Taken down at the desk"
    assert len(answered) == 1


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
