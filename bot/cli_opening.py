"""How a command gets at the council's ledger: settings, permanent mark, bot, and the person whose token is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.assemble import assemble
from bot.context import Bot
from bot.hardening import keep_files_private
from bot.settings import Settings, SettingsRefused, acting_token, load
from bot.settings_model import LedgerSettings
from policies.terms import Person
from store import people
from store.ledger import Ledger, LedgerRefusedError, open_ledger
from store.sqlite import BUSY
from store.types import read_key


class TroubleError(Exception):
    """Something outside the policy stands in the way; the text says what, and the remedy."""


class NobodyError(Exception):
    """Nobody known is acting."""


@dataclass(frozen=True, kw_only=True)
class Doorway:
    """What the options before the command say: which configuration, and how long to wait for other processes."""

    config_dir: Path | None = None
    wait: float = BUSY

    @contextmanager
    def bot(self) -> Iterator[Bot]:
        """Everything a command works with; closed afterwards."""
        settings, ledger = self._opened()
        try:
            yield assemble(settings, ledger)
        finally:
            ledger.close()

    def settings(self, *, rehearsal: bool) -> Settings:
        return load(self.config_dir, rehearsal=rehearsal)

    def settings_in_force(self) -> Settings:
        """As `bot` has them; the strict ones where there is no ledger yet."""
        try:
            settings, ledger = self._opened()
        except (LedgerRefusedError, TroubleError):
            return self.settings(rehearsal=False)
        ledger.close()
        return settings

    def _opened(self) -> tuple[Settings, Ledger]:
        """Strict settings, unless the ledger they lead to was marked as a rehearsal's when it was made.

        A ledger without that mark never works with settings that only a rehearsal may have.
        """
        try:
            settings = self.settings(rehearsal=False)
        except SettingsRefused as strict:
            return self._opened_for_rehearsal(strict)
        ledger = self._ledger(settings.ledger)
        if not ledger.rehearsal:
            return settings, ledger
        try:
            return self.settings(rehearsal=True), ledger
        except SettingsRefused:
            ledger.close()
            raise

    def _opened_for_rehearsal(self, strict: SettingsRefused) -> tuple[Settings, Ledger]:
        """The mark decides whose reasons are told: without one, those that hold for every other ledger."""
        try:
            settings = self.settings(rehearsal=True)
        except SettingsRefused as lax:
            marked = self._marked(lax.ledger)
            if marked is None:
                raise strict from None
            marked.close()
            raise lax from None
        ledger = self._marked(settings.ledger)
        if ledger is None:
            raise strict
        return settings, ledger

    def _marked(self, given: LedgerSettings | None) -> Ledger | None:
        """The ledger that lies there, if it is a rehearsal's."""
        if given is None:
            return None
        try:
            ledger = self._ledger(given)
        except (LedgerRefusedError, TroubleError):
            return None
        if ledger.rehearsal:
            return ledger
        ledger.close()
        return None

    def _ledger(self, given: LedgerSettings) -> Ledger:
        ledger = Path(given.url.removeprefix("sqlite:///"))
        keep_files_private(ledger, given.key_file)
        try:
            return open_ledger(given.url, read_key(given.key_file), given.folder, busy=self.wait)
        except FileNotFoundError:
            if ledger.exists():
                text = "The ledger's key is not there. Put it back from where it is kept (setting ledger.key_file)."
                raise TroubleError(text) from None
            raise LedgerRefusedError("there is no ledger here: run `downdate init` first") from None
        except ValueError:
            raise TroubleError("The ledger's key is not a key: it must be 64 hexadecimal digits.") from None
        except PermissionError:
            text = "This user may not read the ledger. Run the command as the user of the service."
            raise TroubleError(text) from None


def acting(bot: Bot) -> Person:
    """Whoever's token is in DOWNDATE_TOKEN. Raises NobodyError."""
    token = acting_token()
    if token is None:
        raise NobodyError("DOWNDATE_TOKEN: It is not set. Set it to your own token; an administrator issues one.")
    with bot.ledger.read() as tx:
        bearer = people.bearer(tx, token.get_secret_value(), bot.now)
    if bearer is None:
        text = "DOWNDATE_TOKEN: Nobody has this token, or it was withdrawn. Ask an administrator for a new one."
        raise NobodyError(text)
    if bearer.scopes is not None:
        text = "DOWNDATE_TOKEN: This token is limited to the HTTP API. Set it to your own personal token."
        raise NobodyError(text)
    return bearer.person
