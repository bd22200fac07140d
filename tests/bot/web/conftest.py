"""The console of an office, and browsers at it."""

from collections.abc import Callable

import pytest
from flask import Flask

from bot.web.app import console_app
from tests.bot.office import Office
from tests.bot.web.browser import Browser

FEW = {"channels": ["website"]}


@pytest.fixture
def app(office: Office) -> Flask:
    return console_app(office.bot)


@pytest.fixture
def open_browser(office: Office, app: Flask) -> Callable[[], Browser]:
    return lambda: Browser(office, app)


@pytest.fixture
def desk(open_browser: Callable[[], Browser]) -> Browser:
    return open_browser()
