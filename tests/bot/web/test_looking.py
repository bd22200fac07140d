"""Looking changes nothing: every GET of the console and of the API, really opened, in an office full of everything."""

import re
from dataclasses import dataclass
from itertools import zip_longest

import pytest

from bot import accounts
from bot.coming import make_feed
from bot.web import journey
from policies.terms import Role
from store import people
from tests.bot.office import SERVICE, document
from tests.bot.web.browser import Browser, address, routes
from tests.bot.web.caller import API, Caller
from tests.bot.web.e2e.busy import Busy, busy
from tests.bot.web.writing import Writer

# What a link in a mail could bring along, and what a form would send.
SENT = (
    "reason=inaccurate&scope=case&note=x&act=add&confirm=yes&csrf_token=x&version=1&channel=website&what=appeal_lodged"
)
ASKED = (("GET", f"?all=1&kept=1&{SENT}&token={{}}"), ("HEAD", ""))
# Nobody who is signed in sees the first; without Entra the others are not there.
NEVER_OPEN = {"signin.form", "entra.begin", "entra.back", "entra.code_form"}


@dataclass(frozen=True, kw_only=True)
class Everything:
    """A person for whom no page is closed, with a token, and what the arguments of routes can stand for."""

    desk: Browser
    token: str
    feed: str
    stands_for: dict[str, list[str]]


@pytest.fixture
def everything(office, desk) -> Everything:
    there, person = busy(office), office.staff.second
    with office.bot.ledger.write() as tx:
        for role in set(Role) - {Role.SYSTEM, Role.OFFICER}:
            people.grant(tx, person.id, role, SERVICE if role is Role.DIRECTOR else None, starts=office.clock())
    desk.has_login(person, "second")
    writer = Writer(desk.as_(person), document("image_appeal"))
    writer.begin()
    writer.write_all()
    shown = office.submit("image_appeal", case_ref="EH/2026/0009").ref
    pictures = re.findall(rf"{shown}/pictures/([0-9a-f]{{64}})", desk.get(f"/notices/{shown}/approve").text)
    uploaded = re.findall(r"/media/([0-9a-f]{64})", desk.get(f"{writer.draft}/pictures/0").text)
    own = writer.draft.rpartition("/")[2]
    # One of each form of page: they differ by numbers alone.
    named = {re.sub(r"\d+", "0", each): each for each in journey.names(document("image_appeal"))}
    return Everything(
        desk=desk,
        token=Caller(office, desk.app).token(person),
        feed=make_feed(office.bot, person),
        stands_for=_stands_for(there)
        | {
            "draft_id": [own, there.written, there.refused],
            "invitation": [accounts.invite(office.bot, office.staff.admin, office.staff.comms.id)],
            "ref": [shown, *there.refs.values()],
            "of a notice": pictures[:1],
            "sha256": uploaded[:1],
            "of a draft": sorted(named.values()),
        },
    )


def _stands_for(there: Busy) -> dict[str, list[str]]:
    return {
        "key": [there.case],
        "case": ["EH-2026-0001"],
        "of a list": ["stuck", "coming-down", "waiting", "down"],
        "number": [str(each) for each in (0, *range(1, 5), *there.tasks.values())],
        "year": ["2026"],
        "filename": ["console.css"],
        "person_id": [there.person],
    }


def paths(app, rule, given: Everything) -> list[str]:
    """Addresses of the route in which each thing of the office that an argument can stand for is once."""
    named = {"drafts.edit": "of a draft", "live.listed": "of a list", "notice.picture": "of a notice"}
    of = {each: given.stands_for[named.get(rule.endpoint, "") if each == "name" else each] for each in rule.arguments}
    rows = zip_longest(*of.values()) if of else [()]
    return [
        address(app, rule, {name: one or every[0] for (name, every), one in zip(of.items(), row, strict=True)})
        for row in rows
    ]


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
