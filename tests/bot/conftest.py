"""The office, opened anew for each test, and the folders that settings come from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.context import Bot
from bot.settings import shipped_folder
from bot.settings_layers import FILES
from store.ledger import Tx
from tests.bot.office import Office, copy_office, open_office
from tests.bot.settings_samples import SECRETS
from tests.bot.terminal import Council, Terminal, open_council


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Office:
    made = open_office(tmp_path_factory.mktemp("office"))
    made.bot.ledger.close()
    return made


@pytest.fixture
def office(template: Office, tmp_path: Path) -> Iterator[Office]:
    opened = copy_office(template, tmp_path)
    yield opened
    opened.bot.ledger.close()


@pytest.fixture
def bot(office: Office) -> Bot:
    return office.bot


@pytest.fixture
def tx(bot: Bot) -> Iterator[Tx]:
    """The bot's ledger, open for writing."""
    with bot.ledger.write() as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration folder with the shipped files, to be spoilt."""
    target = tmp_path / "etc"
    target.mkdir()
    for name in FILES:
        (target / name).write_text((shipped_folder() / name).read_text())
    return target


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """A folder of credentials as systemd gives it, with every secret there is."""
    target = tmp_path / "credentials"
    target.mkdir()
    for name, secret in SECRETS.items():
        (target / name).write_text(secret)
        (target / name).chmod(0o600)
    return target


@pytest.fixture(scope="session")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Council]:
    with open_council(tmp_path_factory.mktemp("council")) as made:
        yield made


@pytest.fixture
def downdate(council: Council) -> Terminal:
    """The command, in a council with people and one notice that is up."""
    return council.again()
