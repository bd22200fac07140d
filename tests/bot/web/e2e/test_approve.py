"""Approving from a browser: read, tick, approve; or send back with a reason. Void when anything changed meanwhile."""

import json
import re

import pytest
from playwright.sync_api import expect

from bot import intake
from bot.running import live_channels
from bot.submission import receive
from tests.bot.office import SAMPLES, with_changes
from tests.bot.terminal import news
from tests.stories.processes import until


def decide(visitor, ref):
    """From what waits to the page of the notice."""
    visitor.open("/approve")
    card = visitor.page.locator(f"section[aria-labelledby='h-{ref}']")
    visitor.follow(card.get_by_role("button", name="Read and decide"))
    visitor.page.wait_for_url(f"**/notices/{ref}/approve")


def tick_all(page):
    for each in page.locator("form#approve").get_by_role("checkbox").all():
        each.check()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_director_reads_what_goes_up_approves_it_and_it_goes_up(size, scripts, council, visit):
    submitted = council.submit(channels=["website"])
    visitor = visit(size, scripts=scripts).as_(council.person("director"))
    decide(visitor, submitted.ref)
    page = visitor.page
    expect(page.get_by_text(news()["content"]["headline"]).first).to_be_visible()
    if scripts:
        assert visitor.look() == []
    tick_all(page)
    visitor.press("Approve")
    expect(page.get_by_text(f"Approved: revision 1 of {submitted.ref}")).to_be_visible()
    until(lambda: live_channels(council.here.bot, submitted.ref) == 1, "it is up")
    assert council.seen(submitted.ref) == {"website"}
    # With scripts the page sees for itself that it went up; else somebody looks again.
    if not scripts:
        page.reload()
    expect(page.locator("#copies").get_by_text("Live", exact=True)).to_be_visible(timeout=15_000)


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_what_where_until_when_and_the_text_stand_in_the_first_screenful_of_a_phone(scripts, council, visit):
    ref = council.submit().ref
    visitor = visit("phone", scripts=scripts).as_(council.person("director"))
    visitor.open(f"/notices/{ref}/approve")
    page, brief = visitor.page, visitor.page.locator("#brief")
    first = page.locator("main")
    for place in (
        first.get_by_text(news()["content"]["headline"]).first,
        brief.get_by_text("Website, Facebook, X, Instagram"),
        brief.get_by_text("Goes up as soon as it is approved"),
        brief.get_by_text("Comes down by"),
        brief.get_by_text("the retention period ends"),
        page.get_by_role("link", name="Go to the decision"),
        page.get_by_role("heading", name="Exactly what goes up"),
    ):
        box = place.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 664, place
    # At least the first line of the text as well.
    assert page.locator(".app-preview").first.bounding_box()["y"] <= 664 - 40


def test_sending_back_asks_for_a_reason_and_keeps_it_off_the_channels(size, council, visit):
    ref = council.submit().ref
    visitor = visit(size).as_(council.person("director"))
    decide(visitor, ref)
    page = visitor.page
    visitor.press("Send back")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert visitor.look() == []
    page.get_by_label(re.compile("what has to change")).fill("The street is another one")
    visitor.press("Send back")
    expect(page.get_by_text(f"Sent back: {ref}")).to_be_visible()
    visitor.open("/approve")
    expect(page.locator(f"section[aria-labelledby='h-{ref}']")).to_have_count(0)


def test_an_approval_is_void_when_the_notice_changed_while_it_was_read(size, council, visit):
    case = "EH/2026/7000" if size == "phone" else "EH/2026/7001"
    ref = council.submit(case_ref=case).ref
    visitor = visit(size).as_(council.person("director"))
    decide(visitor, ref)
    page = visitor.page
    tick_all(page)
    page.get_by_label(re.compile("Why, for the record")).fill("As the court found")
    written = json.dumps(with_changes(news(), {"case_ref": case, "content__headline": "Two fined in Another Lane"}))
    given = receive(written.encode(), folder=SAMPLES, now=council.here.bot.now)
    intake.amend(council.here.bot, council.person("officer"), ref, given)
    visitor.press("Approve")
    expect(page.get_by_role("heading", name="What changed meanwhile")).to_be_visible()
    expect(page.get_by_text("Two fined in Another Lane").first).to_be_visible()
    assert page.get_by_label(re.compile("Why, for the record")).input_value() == "As the court found"
    assert visitor.look() == []
    assert live_channels(council.here.bot, ref) == 0


def test_the_keyboard_alone_is_enough_to_approve(size, council, visit):
    submitted = council.submit(channels=["website"])
    visitor = visit(size).as_(council.person("director"))
    visitor.open(f"/notices/{submitted.ref}/approve")
    page = visitor.page
    for each in page.locator("form#approve").get_by_role("checkbox").all():
        visitor.tab_to(each, most=120)
        page.keyboard.press("Space")
    visitor.strike(page.get_by_role("button", name="Approve", exact=True))
    expect(page.get_by_text(f"Approved: revision 1 of {submitted.ref}")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_proof_that_lapses_while_the_form_is_filled_in_costs_nothing_that_was_typed(scripts, council, visit):
    ref = council.submit(channels=["website"]).ref
    visitor = visit("phone", scripts=scripts).as_(council.person("director"))
    visitor.open(f"/notices/{ref}/approve")
    page = visitor.page
    tick_all(page)
    page.get_by_label(re.compile("Why, for the record")).fill("As the court found")
    # The same person in the same browser, whose proof is too old by now.
    visitor.as_(council.person("director"), strong=False)
    visitor.press("Approve")
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    onward = page.locator("input[name='next']").first.input_value()
    visitor.as_(council.person("director"))
    visitor.open(onward)
    expect(page.get_by_text("press Approve now")).to_be_in_viewport()
    assert page.get_by_label(re.compile("Why, for the record")).input_value() == "As the court found"
    assert all(each.is_checked() for each in page.locator("form#approve").get_by_role("checkbox").all())
    visitor.press("Approve")
    expect(page.get_by_text(f"Approved: revision 1 of {ref}")).to_be_visible()


def test_a_director_without_a_fresh_proof_is_asked_for_one_before_deciding(council, visit):
    ref = council.submit().ref
    visitor = visit("phone").as_(council.person("director"), strong=False)
    visitor.open(f"/notices/{ref}/approve")
    expect(visitor.page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    visitor.follow(visitor.page.get_by_role("button", name=re.compile("Confirm that it is you")))
    expect(visitor.page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    # In a rehearsal the proof is offered to whoever is signed in, and nobody else's.
    expect(visitor.page.get_by_role("button", name=re.compile("^Confirm as "))).to_have_text("Confirm as director")
    assert visitor.look() == []
