"""The console of an office, and browsers at it."""

from collections.abc import Callable

import pytest
from flask import Flask

from policies.terms import Person, Role
from store import people, publications
from tests.bot.office import Office
from tests.bot.web.browser import Browser
from tests.bot.web.caller import Caller
from tests.bot.web.compiled import console_of


@pytest.fixture
def app(office: Office) -> Flask:
    return console_of(office.bot)


@pytest.fixture
def open_browser(office: Office, app: Flask) -> Callable[[], Browser]:
    return lambda: Browser(office, app)


@pytest.fixture
def desk(open_browser: Callable[[], Browser]) -> Browser:
    return open_browser()


@pytest.fixture
def staff(office: Office) -> dict[str, Person | None]:
    """Somebody of every role, somebody whose roles have ended, and nobody."""
    with office.bot.ledger.write() as tx:
        legal, _ = people.add(tx, name="Sample legal", held=[(Role.LEGAL, None)], now=office.clock())
        no_role, _ = people.add(tx, name="Sample leaver", held=[], now=office.clock())
    s = office.staff
    return {
        "comms": s.comms,
        "officer": s.second,
        "director": s.director,
        "other_director": s.other_director,
        "dpo": s.dpo,
        "legal": legal,
        "auditor": s.auditor,
        "admin": s.admin,
        "no_role": no_role,
        "nobody": None,
    }


@pytest.fixture
def given(office: Office) -> dict[str, str]:
    """What the arguments of routes stand for: a real notice, its case, and so on."""
    ref = office.approved(channels=["website"])
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, ref)
    assert known is not None
    return {
        "ref": ref,
        "key": known.case_key,
        "name": "waiting",
        "case": known.case_key,
        "invitation": "none-such",
        "filename": "console.css",
        "draft_id": "0123456789abcdef",
        "sha256": "0" * 64,
        "number": "1",
        "year": "2026",
        "person_id": office.staff.comms.id,
    }


@pytest.fixture
def caller(office: Office, app: Flask) -> Caller:
    return Caller(office, app)
