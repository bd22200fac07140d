"""Live now: the red button stands in the first screenful of a phone, however many notices are up."""

import pytest

from policies.terms import Role
from store import people


def retract_now(page):
    return page.get_by_role("button", name="Retract now")


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize("many", [1, 5, 6, 30])
def test_the_red_button_is_in_the_first_screenful_of_a_phone(many, scripts, served, look_in):
    for number in range(many):
        # Several channels make a card taller; the site alone is quicker where many are up.
        channels = {} if number == 0 else {"channels": ["website"]}
        served.up(case_ref=f"EH/2026/{1000 + number}", **channels)
    visitor = look_in("phone", scripts=scripts).as_(served.staff.comms)
    visitor.open("/")
    page = visitor.page
    assert retract_now(page).count() == many
    box = retract_now(page).first.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert box["y"] >= 0 and box["y"] + box["height"] <= 664
    search = page.get_by_role("search")
    if many > 5:
        assert search.bounding_box()["y"] < box["y"]
    else:
        assert search.count() == 0
    if scripts:
        assert visitor.look() == []


def test_the_search_finds_by_part_of_a_name_case_or_reference_and_names_nobody_in_the_address(served, look_in):
    refs = [served.up(case_ref=f"EH/2026/{1000 + number}", channels=["website"]) for number in range(6)]
    visitor = look_in("phone").as_(served.staff.comms)
    page = visitor.page
    for words, count in (("2026/1003", 1), (refs[2], 1), ("alex exam", 6), ("nobody of that name", 0)):
        visitor.open("/")
        page.get_by_label("Part of a name, case or reference").fill(words)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_role("status").wait_for()
        assert retract_now(page).count() == count
        assert page.url == f"{visitor.base}/search"
        assert visitor.look() == []


def test_a_reader_who_may_not_retract_is_not_offered_it(served, look_in):
    served.up(channels=["website"])
    with served.bot.ledger.write() as tx:
        auditor, _ = people.add(tx, name="Sample reader", held=[(Role.AUDITOR, None)], now=served.clock())
    visitor = look_in("phone").as_(auditor)
    visitor.open("/")
    assert retract_now(visitor.page).count() == 0


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_without_javascript_the_menu_is_one_tap_away_on_a_phone_and_there_at_a_desk(size, served, look_in):
    visitor = look_in(size, scripts=False).as_(served.staff.comms)
    visitor.open("/")
    page = visitor.page
    menu, channels = page.get_by_role("link", name="Menu", exact=True), page.get_by_role("link", name="Channels")
    if size == "desk":
        assert menu.count() == 0
    else:
        assert not channels.is_visible()
        menu.click()
    visitor.follow(channels)
    page.wait_for_url("**/channels")
