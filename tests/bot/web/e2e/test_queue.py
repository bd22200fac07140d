"""Queueing from a browser, question by question, and the whole life of a notice as a newcomer sees it."""

import re

from playwright.sync_api import expect

from bot.running import live_channels
from bot.web import journey
from bot.web.placing import taken
from bot.web.sections import place
from tests.bot.office import with_changes
from tests.bot.terminal import news
from tests.bot.web.e2e.test_approve import decide, tick_all
from tests.bot.web.e2e.test_retract import GONE, SOON, taps
from tests.stories.processes import until


def answer(page, name, value):
    """One question, whichever way the page asks it."""
    fields = page.locator(f"main [name='{name}']")
    if page.locator(f"main [name='{name}-day']").count():
        for part, said in zip(("year", "month", "day"), str(value).split("-"), strict=True):
            page.locator(f"main [name='{name}-{part}']").fill(said)
    elif fields.first.get_attribute("type") in {"radio", "checkbox"}:
        for each in [value] if isinstance(value, str) else value:
            page.locator(f"main [name='{name}'][value='{each}']").check()
    elif fields.first.evaluate("it => it.tagName") == "SELECT":
        fields.first.select_option(str(value))
    else:
        fields.first.fill("\n".join(value) if isinstance(value, (tuple, list)) else str(value))


def written_out(visitor, body):
    """Begin a notice and answer every question as the document does; ends at the parts of the draft."""
    page, bot = visitor.page, visitor.bot
    visitor.open("/new")
    page.locator(f"[name='kind'][value='{body['kind']}']").check()
    visitor.press("Begin")
    page.wait_for_url("**/drafts/*")
    draft = page.url.removeprefix(visitor.base)
    for name in journey.names(body):
        at = place(bot, name)
        visitor.open(f"{draft}/{name}")
        for asked, value in taken(body, at).items():
            answer(page, asked, value)
        visitor.press("Save and continue")
        assert not page.title().startswith("Error:"), (name, page.locator(".govuk-error-summary").inner_text())
    visitor.open(draft)


def queued(visitor):
    """From the parts of the draft to the notice that was submitted; returns its reference."""
    page = visitor.page
    visitor.press("Check your answers")
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    visitor.press("Submit for approval")
    page.wait_for_url("**/notices/*")
    return page.url.rpartition("/")[2].partition("?")[0]


def approved_by(visitor, council, ref):
    decide(visitor, ref)
    tick_all(visitor.page)
    visitor.press("Approve")
    expect(visitor.page.get_by_text(f"Approved: revision 1 of {ref}")).to_be_visible()


def test_a_newcomer_brings_the_sample_through_its_whole_life_on_one_phone_with_what_the_pages_offer(council, visit):
    """From the sign-in page on, with nothing but what stands on the screen, in seventeen taps."""
    visitor = visit("phone")
    page, taps = visitor.page, []

    def tap(role, name, **more):
        visitor.follow(page.get_by_role(role, name=name, **more).first)
        taps.append(name)

    def tap_here(role, name):
        page.get_by_role(role, name=name, exact=True).click()
        taps.append(name)

    def menu(name):
        tap_here("button", "Menu")
        tap("link", name)

    visitor.open("/sign-in")
    visitor.enter("officer")
    taps.append("Enter as officer")
    menu("New notice")
    tap("button", "Begin with the sample notice")
    tap("button", "Submit for approval")
    page.wait_for_url("**/notices/*")
    ref = page.url.rpartition("/")[2].partition("?")[0]
    tap("button", re.compile("Sign out"))
    visitor.enter("director")
    taps.append("Enter as director")
    menu(re.compile("Waiting for you"))
    visitor.follow(page.locator(f"section[aria-labelledby='h-{ref}']").get_by_role("button", name="Read and decide"))
    taps.append("Read and decide")
    tap_here("link", "Go to the decision")
    tap_all(page, taps)
    tap("button", "Approve", exact=True)
    until(lambda: live_channels(council.here.bot, ref) == 4, "it is up on every channel")
    assert council.seen(ref) == {"website", "facebook", "instagram", "x"}
    visitor.open(f"/notices/{ref}?all=1")
    tap("button", "Retract now")
    page.get_by_label(re.compile("An appeal was lodged")).check()
    taps.append("An appeal was lodged")
    tap("button", "Retract", exact=True)
    expect(page.get_by_role("heading", name=GONE)).to_be_visible(timeout=SOON)
    assert council.seen(ref) == set()
    assert len(taps) <= 17, taps


def tap_all(page, taps):
    for each in page.locator("form#approve").get_by_role("checkbox").all():
        each.check()
        taps.append("a tick")


def test_a_newcomer_queues_the_sample_approves_it_sees_it_up_retracts_it_and_sees_it_gone(council, visit):
    """The journey of the README: copy the sample notice, and bring the copy through its whole life."""
    sample = council.up(case_ref="EH/2026/8000")
    officer = visit("desk").as_(council.person("officer"))
    officer.open(f"/notices/{sample}")
    officer.press("Copy as new")
    officer.follow(officer.page.get_by_role("link", name="The case", exact=True))
    officer.page.get_by_label("Case reference").fill("EH/2026/8001")
    officer.press("Save and continue")
    officer.follow(officer.page.get_by_role("link", name="All parts of this draft"))
    ref = queued(officer)
    director = visit("phone").as_(council.person("director"))
    approved_by(director, council, ref)
    until(lambda: live_channels(council.here.bot, ref) == 4, "it is up on every channel")
    assert council.seen(ref) == {"website", "facebook", "instagram", "x"}
    phone = visit("phone").as_(council.person("officer"))
    phone.open("/")
    if phone.page.get_by_role("search").count():
        phone.page.get_by_label("Part of a name, case or reference").fill(ref)
        phone.press("Search")
    taps(phone, of=ref)
    expect(phone.page.get_by_role("heading", name=GONE)).to_be_visible(timeout=SOON)
    assert council.seen(ref) == set()


def test_every_question_of_the_sample_is_answered_in_the_browser_and_it_is_submitted(size, council, visit):
    case = "EH/2026/8100" if size == "phone" else "EH/2026/8101"
    body = with_changes(news(), {"case_ref": case, "content__pictures": [], "channels": ["website"]})
    visitor = visit(size, scripts=size == "desk").as_(council.person("officer"))
    written_out(visitor, body)
    if size == "desk":
        assert visitor.look() == []
    ref = queued(visitor)
    expect(visitor.page.get_by_text(body["content"]["headline"]).first).to_be_visible()
    expect(visitor.page.get_by_text(re.compile(f"Submitted as {ref}|{ref}")).first).to_be_visible()


def test_a_page_left_unanswered_says_so_takes_the_focus_and_keeps_what_was_typed(size, council, visit):
    visitor = visit(size).as_(council.person("officer"))
    page = visitor.page
    visitor.open("/new")
    visitor.press("Begin")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.locator("[name='kind'][value='case_outcome']").check()
    visitor.press("Begin")
    page.wait_for_url("**/drafts/*")
    visitor.open(page.url.removeprefix(visitor.base) + "/case")
    page.get_by_label("Case reference").fill("EH/2026/8200")
    visitor.press("Save and continue")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert page.get_by_label("Case reference").input_value() == "EH/2026/8200"
    assert visitor.look() == []


def test_the_keyboard_alone_is_enough_to_queue(size, council, visit):
    """A part is mended after its mistake was told, and the notice is submitted."""
    visitor = visit(size).as_(council.person("officer"))
    page = visitor.page
    visitor.open("/new")

    def strike(role, name):
        visitor.strike(page.get_by_role(role, name=name, exact=True).first)

    strike("button", "Begin with the sample notice")
    page.wait_for_url("**/check")
    strike("link", "Change The case")
    page.wait_for_url("**/case")
    visitor.tab_to(page.get_by_label("Case reference"))
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    strike("button", "Save and continue")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    visitor.tab_to(page.get_by_role("link", name=re.compile("Case reference")))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Case reference")).to_be_focused()
    page.keyboard.type("EH/2026/8300" if size == "phone" else "EH/2026/8301")
    visitor.tab_to(page.get_by_role("radio", checked=True).first)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    visitor.tab_to(page.get_by_label("Month"))
    page.keyboard.type("2")
    strike("button", "Save and continue")
    strike("link", "All parts of this draft")
    strike("button", "Check your answers")
    page.wait_for_url("**/check")
    strike("button", "Submit for approval")
    page.wait_for_url("**/notices/*")
    expect(page.get_by_text(re.compile("Submitted as"))).to_be_visible()
