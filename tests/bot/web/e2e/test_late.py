"""The loop is late: everybody is told in red, and the red button still stands in the first screenful of a phone."""

from datetime import timedelta

import pytest

from adapters.standin.core import Fault, Rule
from bot.web.app import console_app
from policies.terms import Channel
from tests.bot.web.e2e.test_live import retract_now

LONG = "Two fined for leaving a lorry load of builders’ waste beside the river path " * 2


@pytest.fixture
def app(office):
    return console_app(office.bot, loop_age=lambda: timedelta(hours=1))


@pytest.fixture
def crowded(served):
    """All that can stand above the button: an overdue notice with the longest headline, stuck ones, many, and more."""
    served.channels[Channel.FACEBOOK].rules.append(Rule(fault=Fault.LIE, method="remove", times=0))
    overdue = served.up(content__headline=LONG, channels=["website", "facebook"])
    served.clock.advance(timedelta(days=29))
    served.run(overdue)
    for number in range(6):
        served.up(case_ref=f"EH/2026/{1000 + number}", channels=["website"])
    served.submit(case_ref="EH/2026/2000", channels=["website"])
    return served


def test_a_late_loop_is_told_in_red_on_every_page_in_the_same_letters_as_the_rest(size, served, look_in):
    visitor = look_in(size).as_(served.staff.comms)
    for path in ("/", "/tasks"):
        visitor.open(path)
        banner = visitor.page.get_by_role("alert")
        assert "Nothing comes down by itself" in banner.inner_text()
        style = "element => [getComputedStyle(element).backgroundColor, getComputedStyle(element).fontFamily]"
        assert banner.evaluate(style) == ["rgb(202, 53, 53)", visitor.page.locator("h1").evaluate(style)[1]]
        assert visitor.look() == []


@pytest.mark.parametrize("who", ["comms", "director"])
@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_the_red_button_is_in_the_first_screenful_below_all_that_can_stand_above_it(who, scripts, crowded, look_in):
    visitor = look_in("phone", scripts=scripts).as_(getattr(crowded.staff, who))
    visitor.open("/")
    page = visitor.page
    assert page.get_by_role("search").count() == 1
    assert page.get_by_text("Overdue", exact=True).first.is_visible()
    assert page.get_by_role("link", name="1 stuck: what to do").is_visible()
    assert page.get_by_role("link", name="Waiting for your decision").count() == (who == "director")
    box = retract_now(page).first.bounding_box()
    assert box["y"] + box["height"] <= 664, box
