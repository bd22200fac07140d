"""A console that knows an issuer on loopback, and people who are linked to it."""

from dataclasses import replace

import pytest

from adapters.standin.server import serving
from bot import accounts
from bot.settings_values import Secret
from tests.bot.web.browser import Browser
from tests.bot.web.compiled import console_of
from tests.bot.web.issuer import CLIENT, OBJECT, SECRET, TENANT, Issuer
from tests.bot.web.sign_in.codes import SECRET as AUTHENTICATOR


@pytest.fixture
def issuer(office):
    return Issuer(office.clock)


@pytest.fixture
def there(issuer):
    with serving(issuer) as address:
        yield address


@pytest.fixture
def desk(office, there):
    """A console that knows the issuer."""
    console = office.bot.settings.console.model_copy(
        update={
            "entra_metadata_url": f"{there}/{TENANT}/v2.0/.well-known/openid-configuration",
            "entra_client_id": CLIENT,
            "entra_client_secret": Secret(SECRET),
            "entra_strong_context": "c1",
        }
    )
    settings = office.bot.settings.model_copy(update={"console": console})
    office.bot = replace(office.bot, settings=settings)
    return Browser(office, console_of(office.bot))


@pytest.fixture
def officer(office, desk):
    accounts.link(office.bot, office.staff.admin, office.staff.second.id, tenant=TENANT, subject=OBJECT)
    return office.staff.second


@pytest.fixture
def director(office, desk):
    accounts.link(office.bot, office.staff.admin, office.staff.director.id, tenant=TENANT, subject=OBJECT)
    return office.staff.director


@pytest.fixture
def code_at_hand(desk, director):
    """The Director has set up an authenticator here."""
    desk.has_login(director, "director", secret=AUTHENTICATOR)
