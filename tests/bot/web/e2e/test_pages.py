"""Every page as every role, on a phone and at a desk: accessible, quiet, narrow enough, and asking nobody else."""

import re

import pytest

from tests.bot.web.browser import address, routes
from tests.bot.web.test_roles import PUBLIC

# What differs from one opening to the next, or from one person to the next, and makes no other page of it.
_CHANGING = re.compile(
    r'nonce="[^"]*"|name="(csrf_token|next|secret)" value="[^"]*"|<svg.*?</svg>|app-mono">[^<]*'
    r"|Sign out Sample [^<]*|You are </span>[^<]*",
    re.DOTALL,
)


def is_page(answer):
    return "text/html" in answer.headers.get("content-type", "") and "<html" in answer.text()


@pytest.fixture
def filled(served, given):
    """A notice in every list, so that no page is empty."""
    served.up(case_ref="EH/2026/2001")
    served.submit(case_ref="EH/2026/2002")
    return given


def test_every_page_is_accessible_quiet_and_narrow_enough_for_every_role(size, app, staff, filled, look_in):
    wrong, seen = [], set()
    for who in sorted(PUBLIC):
        visitor = look_in(size)
        if staff[who] is not None:
            visitor.as_(staff[who])
        for rule, _ in routes(app, methods=("GET",)):
            path = address(app, rule, filled)
            # What is no page, such as a calendar, cannot be opened in a tab; the same page is looked at once.
            answer = visitor.page.request.get(visitor.base + path)
            content = _CHANGING.sub("", answer.text()) if is_page(answer) else ""
            if content and content not in seen:
                seen.add(content)
                assert visitor.open(path) == answer.status, (who, path)
                wrong += [f"{who}: {each}" for each in visitor.look()]
    assert wrong == []
    assert len(seen) >= len({rule.endpoint for rule, _ in routes(app, methods=("GET",))}) / 2


def test_what_goes_wrong_is_told_on_a_page_that_is_as_good(size, app, served, staff, look_in):
    visitor = look_in(size).as_(staff["auditor"])
    app.add_url_rule("/closed", endpoint="closed", view_func=lambda: "hello")
    assert visitor.open("/closed") == 403
    assert visitor.look() == []
    assert visitor.open("/none-such") == 404
    assert visitor.look() == []
    visitor.as_(staff["comms"]).open("/account")
    visitor.page.context.clear_cookies(name="dd_form")
    visitor.press("Sign out Sample comms")
    assert visitor.page.get_by_role("heading", name="Send it once more").count() == 1
    assert visitor.look() == []
    visitor.press("Send it again")
    assert visitor.page.get_by_role("heading", name="Sign in", exact=True).count() == 1


def test_the_look_at_a_page_sees_what_is_wrong_with_it(served, staff, look_in):
    """What finds nothing everywhere has to find something somewhere."""
    visitor = look_in("phone").as_(staff["comms"])
    visitor.open("/")
    visitor.page.evaluate(
        """() => {
            const main = document.querySelector("main"), wide = main.appendChild(document.createElement("div"));
            wide.style.cssText = "height: 1px; width: 900px";
            const made = main.appendChild(document.createElement("img"));
            made.src = "/static/none.png";
            console.error("a complaint");
            return fetch("http://localhost:1/").catch(() => 0);
        }"""
    )
    found = " ".join(visitor.look())
    for part in ("image-alt", "scrolls sideways", "a complaint", "http://localhost:1/"):
        assert part in found
