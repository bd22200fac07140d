"""Chromium, a council that runs, and an office whose console a browser can reach."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright

from bot.rehearsal import free_port
from bot.serving import _Listener
from bot.web.security import LARGEST_FORM
from tests.bot.office import Office
from tests.bot.web.e2e.council import RunningCouncil, running_council
from tests.bot.web.e2e.visitor import FLAGS, SIZES, Visitor, visiting


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "Chromium is not installed, and these tests need it: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCouncil]:
    with running_council(tmp_path_factory.mktemp("running")) as made:
        yield made


@pytest.fixture(params=sorted(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def visit(chromium: Browser, council: RunningCouncil) -> Iterator[Callable[..., Visitor]]:
    """A browser of its own at the council that runs; its complaints are asked for at the end."""
    with ExitStack() as stack:
        visitors: list[Visitor] = []

        def open_one(size: str, **how: bool) -> Visitor:
            visitors.append(stack.enter_context(visiting(chromium, council.here.bot, size, **how)))
            return visitors[-1]

        yield open_one
        assert [each for visitor in visitors for each in visitor.complaints] == []


@pytest.fixture
def office(office: Office) -> Office:
    """The office with a console at an address where a browser finds it."""
    port = free_port()
    console = office.bot.settings.console.model_copy(update={"public_url": f"http://127.0.0.1:{port}", "port": port})
    office.bot = replace(office.bot, settings=office.bot.settings.model_copy(update={"console": console}))
    return office


@pytest.fixture
def served(office: Office, app: Flask) -> Iterator[Office]:
    console = office.bot.settings.console
    with _Listener(app, host=console.host, port=console.port, largest=LARGEST_FORM):
        yield office


@pytest.fixture
def look_in(chromium: Browser, served: Office) -> Iterator[Callable[..., Visitor]]:
    """A browser of its own at the office, whose clock stands and whose channels are in memory."""
    with ExitStack() as stack:
        yield lambda size, **how: stack.enter_context(visiting(chromium, served.bot, size, **how))
