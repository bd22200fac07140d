"""Taking down from a browser: three taps on a phone or at a desk, with the keyboard, and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from adapters.standin.core import Fault, Rule
from policies.terms import Reason
from store import journal

GONE = "All of it is proven gone"
REASON = "An appeal was lodged"
# Longer than four channels need to be proven gone.
SOON = 30_000


def taps(visitor, *, of):
    """Retract now, the reason, Retract: nothing else is pressed."""
    card = visitor.page.locator(f"section[aria-labelledby='h-{of}']")
    visitor.follow(card.get_by_role("button", name="Retract now"))
    visitor.page.get_by_label(re.compile(REASON)).check()
    visitor.press("Retract")


def retractions(council, ref):
    with council.here.bot.ledger.read() as tx:
        return [each for each in journal.entries(tx, subject=ref) if each.event == "retracted"]


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_three_taps_take_it_down_and_the_page_follows_each_object_until_it_is_proven_gone(
    size, scripts, council, visit
):
    ref = council.up()
    assert council.seen(ref) == {"website", "facebook", "instagram", "x"}
    visitor = visit(size, scripts=scripts).as_(council.person("officer"))
    visitor.open("/")
    taps(visitor, of=ref)
    page = visitor.page
    # The page as it came, or soon after, by itself: nobody presses anything from here on.
    expect(page.locator("dl.govuk-summary-list dt")).not_to_have_count(0)
    expect(page.get_by_role("heading", name=GONE)).to_be_visible(timeout=SOON)
    for name in ("Website", "Facebook", "Instagram", "X"):
        row = page.locator(".govuk-summary-list__row", has=page.locator(f"dt:text-matches('^\\\\s*{name},')"))
        for each in row.all():
            expect(each.locator("dd").first).to_have_text(re.compile(r"(gone|never).*", re.IGNORECASE))
    expect(page.get_by_text("as your receipt")).to_be_visible()
    assert council.seen(ref) == set()
    if scripts:
        assert visitor.look() == []


def test_progress_claims_nothing_about_a_notice_that_nobody_has_retracted(council, visit):
    ref, waits = council.up(channels=["website"]), council.submit().ref
    visitor = visit("phone").as_(council.person("officer"))
    visitor.open(f"/notices/{ref}/progress")
    for heading in ("Coming down", "By hand", GONE):
        expect(visitor.page.get_by_role("heading", name=heading)).to_have_count(0)
    expect(visitor.page.get_by_role("heading", name="Nobody has retracted it")).to_be_visible()
    visitor.open(f"/notices/{waits}/progress")
    expect(visitor.page.get_by_role("heading", name="Nothing of it was ever up")).to_be_visible()


def test_what_a_channel_refuses_is_told_with_the_steps_by_hand_and_the_link(council, visit):
    ref = council.up(channels=["website", "x"])
    refusing = Rule(fault=Fault.FAIL_BEFORE, status=403, method="DELETE", times=0)
    with council.here.x.lock:
        council.here.x.rules.append(refusing)
    try:
        visitor = visit("phone").as_(council.person("officer"))
        visitor.open("/")
        taps(visitor, of=ref)
        expect(visitor.page.get_by_role("heading", name="By hand")).to_be_visible(timeout=SOON)
        expect(visitor.page.get_by_role("link", name="Open it")).to_be_visible()
        expect(visitor.page.get_by_text("Delete")).to_be_visible()
        assert visitor.look() == []
    finally:
        council.here.x.rules.remove(refusing)


def test_the_keyboard_alone_is_enough_and_shows_where_it_is(size, council, visit):
    ref = council.up(channels=["website"])
    visitor = visit(size).as_(council.person("officer"))
    visitor.open("/")
    page = visitor.page
    visitor.tab_to(page.locator(f"section[aria-labelledby='h-{ref}']").get_by_role("button", name="Retract now"))
    # A link that looks like a button is pressed with the space bar as well.
    page.keyboard.press("Space")
    page.wait_for_url(f"**/notices/{ref}/retract")
    visitor.tab_to(page.get_by_role("radio").first)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    chosen = page.get_by_role("radio", checked=True).first
    assert chosen.get_attribute("value") == "inaccurate"
    visitor.strike(page.get_by_role("button", name="Retract", exact=True))
    expect(page.get_by_role("heading", name=GONE)).to_be_visible(timeout=SOON)


def test_the_first_tab_offers_to_skip_to_the_page(council, visit):
    visitor = visit("desk").as_(council.person("officer"))
    visitor.open("/")
    visitor.page.keyboard.press("Tab")
    expect(visitor.page.get_by_role("link", name="Skip to main content")).to_be_focused()
    assert visitor.seen_focus()


def test_pressing_twice_and_going_back_to_press_again_take_it_down_once(council, visit):
    ref = council.up(channels=["website"])
    visitor = visit("phone").as_(council.person("officer"))
    page = visitor.page
    visitor.open(f"/notices/{ref}/retract")
    page.get_by_label(re.compile(REASON)).check()
    page.get_by_role("button", name="Retract", exact=True).dblclick()
    page.wait_for_url("**/progress")
    page.go_back()
    page.get_by_label(re.compile(REASON)).check()
    visitor.press("Retract")
    expect(page.get_by_role("heading", name=GONE)).to_be_visible(timeout=SOON)
    assert len(retractions(council, ref)) == 1


def test_a_form_that_was_open_too_long_keeps_the_choices_and_costs_one_more_tap(size, council, visit):
    ref = council.up(channels=["website"])
    visitor = visit(size).as_(council.person("officer"))
    page = visitor.page
    visitor.open(f"/notices/{ref}/retract")
    page.get_by_label(re.compile(REASON)).check()
    page.get_by_label("Every notice of the case").check()
    page.get_by_label("Note for the record").fill("Rung by the court")
    # The browser's form session is over, as after a restart of the browser.
    page.context.clear_cookies(name="dd_form")
    visitor.press("Retract")
    expect(page.get_by_text("your choices are kept")).to_be_visible()
    assert page.get_by_label(re.compile(REASON)).is_checked()
    assert page.get_by_label("Every notice of the case").is_checked()
    assert page.get_by_label("Note for the record").input_value() == "Rung by the court"
    assert retractions(council, ref) == []
    assert visitor.look() == []
    visitor.press("Retract")
    expect(page.get_by_role("heading", name=GONE)).to_be_visible(timeout=SOON)


def test_whoever_was_signed_out_meanwhile_signs_in_and_goes_on_with_the_choices(council, visit):
    ref = council.up(channels=["website"])
    visitor = visit("phone").as_(council.person("officer"))
    page = visitor.page
    visitor.open(f"/notices/{ref}/retract")
    page.get_by_label(re.compile(REASON)).check()
    page.context.clear_cookies(name="dd_session")
    visitor.press("Retract")
    expect(page.get_by_text("You were signed out meanwhile")).to_be_visible()
    visitor.sign_in("officer", onto=page.url.removeprefix(visitor.base))
    expect(page.get_by_label(re.compile(REASON))).to_be_checked()
    visitor.press("Retract")
    expect(page.get_by_role("heading", name=GONE)).to_be_visible(timeout=SOON)


def test_a_mistake_is_told_in_the_title_and_in_a_summary_that_takes_the_focus(size, council, visit):
    submitted = council.submit()
    visitor = visit(size).as_(council.person("officer"))
    page = visitor.page
    visitor.open(f"/notices/{submitted.ref}/retract")
    page.get_by_label("Note for the record").fill("Rung by the court")
    visitor.press("Cancel it")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert page.get_by_label("Note for the record").input_value() == "Rung by the court"
    assert visitor.look() == []
    page.get_by_role("link", name="Choose why it comes down").click()
    expect(page.get_by_role("radio").first).to_be_focused()


def test_opening_the_page_and_following_a_code_take_nothing_down(council, visit):
    ref = council.up(channels=["website"])
    visitor = visit("phone").as_(council.person("officer"))
    visitor.open(f"/notices/{ref}/retract?reason={Reason.INACCURATE.value}&scope=case")
    visitor.page.reload()
    assert retractions(council, ref) == []
