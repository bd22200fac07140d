"""An office full of everything, somebody for whom none of its pages is closed, and every address it has."""

import re
from dataclasses import dataclass
from itertools import zip_longest

from flask import Flask
from werkzeug.routing import Rule

from bot import accounts
from bot.coming import make_feed
from bot.web import journey
from policies.terms import Role
from store import people
from tests.bot.office import SERVICE, Office, document
from tests.bot.web.browser import Browser, address
from tests.bot.web.caller import Caller
from tests.bot.web.e2e.busy import Busy, busy
from tests.bot.web.writing import Writer


@dataclass(frozen=True, kw_only=True)
class Everything:
    """A person for whom no page is closed, with a token, and what the arguments of routes can stand for."""

    desk: Browser
    token: str
    feed: str
    stands_for: dict[str, list[str]]


def everything_in(office: Office, desk: Browser) -> Everything:
    """At this desk, in an office with something in every list."""
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


def paths(app: Flask, rule: Rule, given: Everything) -> list[str]:
    """Addresses of the route in which each thing of the office that an argument can stand for is once."""
    named = {"live.listed": "of a list", "notice.picture": "of a notice"}
    of = {
        each: given.stands_for[named.get(rule.endpoint, "of a draft") if each == "name" else each]
        for each in rule.arguments
    }
    rows = zip_longest(*of.values()) if of else [()]
    return [
        address(app, rule, {name: one or every[0] for (name, every), one in zip(of.items(), row, strict=True)})
        for row in rows
    ]
