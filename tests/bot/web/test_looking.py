"""Looking changes nothing: every GET of the console and of the API, really opened, in an office full of everything."""

import pytest

from tests.bot.web.browser import routes
from tests.bot.web.caller import API, Caller
from tests.bot.web.everything import everything_in, paths

# What a link in a mail could bring along, and what a form would send.
SENT = (
    "reason=inaccurate&scope=case&note=x&act=add&confirm=yes&csrf_token=x&version=1&channel=website&what=appeal_lodged"
)
ASKED = (("GET", f"?all=1&kept=1&{SENT}&token={{}}"), ("HEAD", ""), ("OPTIONS", ""))
# Nobody who is signed in sees the first; without Entra the others are not there.
NEVER_OPEN = {"signin.form", "entra.begin", "entra.back", "entra.code_form"}


@pytest.fixture
def everything(office, desk):
    return everything_in(office, desk)


def test_no_page_that_is_opened_changes_anything_or_asks_a_platform(app, office, everything):
    """Mail scanners and browsers that look ahead open links (stack: pitfall 20)."""
    desk, opened = everything.desk, set()
    desk.get("/")
    before, asked = office.everything(), {each: list(office.channels[each].calls) for each in office.channels}
    for rule, _ in routes(app, methods=("GET",)):
        for path in paths(app, rule, everything):
            for method, query in ASKED:
                answer = desk.ask(method, path + query.format(everything.feed))
                assert answer.status_code < 500, path
                opened |= {rule.endpoint} if answer.status_code == 200 and method == "GET" else set()
    assert office.everything() == before
    assert {each: office.channels[each].calls for each in office.channels} == asked
    pages = {rule.endpoint for rule, _ in routes(app, methods=("GET",)) if not rule.rule.startswith(API)}
    assert pages - opened == NEVER_OPEN


def test_no_link_that_is_opened_without_signing_in_changes_anything_or_asks_a_platform(
    app, office, everything, open_browser
):
    """As a mail scanner has it: nobody's session, and the links of invitations, of feeds and of coming back from Entra."""
    stranger, opened = open_browser(), set()
    stranger.get("/sign-in")
    before, asked = office.everything(), {each: list(office.channels[each].calls) for each in office.channels}
    for rule, _ in routes(app, methods=("GET",)):
        for path in paths(app, rule, everything):
            for method, query in (*ASKED, ("GET", "?code=x&state=y")):
                answer = stranger.ask(method, path + query.format(everything.feed))
                assert answer.status_code < 500, path
                opened |= {rule.endpoint} if answer.status_code == 200 and method == "GET" else set()
    assert office.everything() == before
    assert {each: office.channels[each].calls for each in office.channels} == asked
    assert opened >= {"signin.form", "signin.invitation", "calendar.feed"}


def test_no_program_that_looks_changes_anything_or_asks_a_platform(app, office, everything):
    caller, opened = Caller(office, app), set()
    before, asked = office.everything(), {each: list(office.channels[each].calls) for each in office.channels}
    for rule, _ in routes(app, methods=("GET",)):
        if not rule.rule.startswith(API):
            continue
        for path in paths(app, rule, everything):
            for headers in ({}, {"Idempotency-Key": "a-key-of-a-program"}):
                answer = caller.get(path.removeprefix(API), everything.token, headers=headers)
                opened |= {rule.endpoint} if answer.status_code == 200 else set()
    assert office.everything() == before
    assert {each: office.channels[each].calls for each in office.channels} == asked
    assert opened == {rule.endpoint for rule, _ in routes(app, methods=("GET",)) if rule.rule.startswith(API)}
