"""The `downdate` command: what stands before every sub-command, and the exit code each ending has.

Exit codes: 0 done, 1 failure, 2 the command line was wrong, 3 refused or not found, 4 something may still be up,
5 something is overdue, 75 try again later.
"""

import logging
import sys
import tomllib
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Annotated

import typer

from adapters.base import AdapterError
from bot import (
    cli_case,
    cli_checklist,
    cli_explain,
    cli_notices,
    cli_reading,
    cli_records,
    cli_requests,
    cli_retract,
    cli_serving,
    cli_sign_ins,
    cli_signs,
    cli_strays,
    cli_tasks,
    logs,
)
from bot.cli_opening import Doorway, NobodyError, TroubleError
from bot.cli_output import Exit, Misused, objection_line, tell
from bot.daemon import AlreadyRunningError
from bot.intake import NotAllowedHere, Refused
from bot.settings import SettingsRefused
from bot.submission_checks import InputRefused
from store.backup import BackupRefusedError
from store.ledger import LedgerBusyError, LedgerDamagedError, LedgerRefusedError
from store.media import MissingPictureError
from store.sqlite import BUSY
from store.types import SealBrokenError

app = typer.Typer(
    name="downdate",
    no_args_is_help=True,
    # Locals in a traceback could hold a name or a token.
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 done, 1 failure, 2 wrong command line, 3 refused or not found, 4 something may still be up, "
    "5 something is overdue, 75 try again later.",
)
for each in (
    cli_serving, cli_sign_ins, cli_checklist, cli_notices, cli_signs, cli_explain, cli_retract, cli_reading,
    cli_records, cli_tasks, cli_requests, cli_strays, cli_case,
):  # fmt: skip
    app.add_typer(each.commands)


def _version(asked: bool) -> None:  # noqa: FBT001  # as Typer calls it
    if asked:
        typer.echo(f"downdate {_installed()}")
        raise typer.Exit


def _installed() -> str:
    """The version, also of a working copy that was never installed (`make run`)."""
    try:
        return version("downdate")
    except PackageNotFoundError:
        project = Path(__file__).resolve().parent.parent / "pyproject.toml"
        return str(tomllib.loads(project.read_text())["project"]["version"])


@app.callback()
def before(
    ctx: typer.Context,
    *,
    config_dir: Annotated[
        Path | None,
        typer.Option(
            "--config-dir",
            metavar="FOLDER",
            help="Where bot.toml, policy.toml and law.toml lie; also DOWNDATE__CONFIG_DIR. Default: the shipped ones.",
        ),
    ] = None,
    wait: Annotated[
        float,
        typer.Option(
            "--wait",
            metavar="SECONDS",
            min=0.0,
            help="How long to wait while another process writes to the ledger, before ending with 75.",
        ),
    ] = BUSY,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Publishes approved notices of court outcomes for a limited time, and takes each one down again, proven.

    Your own token, in the environment variable DOWNDATE_TOKEN, says who you are.
    """
    ctx.obj = Doorway(config_dir=config_dir, wait=wait)


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code. What went wrong is told on standard error, with the remedy."""
    logs.configure(sys.stderr, level=logging.WARNING)
    try:
        app(list(arguments), prog_name="downdate")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else Exit.FAILURE
    except _KNOWN as error:
        return _told(error)
    finally:
        # The command line's own library puts its hook there while it runs: with messages, which could quote a notice.
        sys.excepthook = _unexpected
    return Exit.OK


_KNOWN = (
    InputRefused, Refused, NotAllowedHere, NobodyError, LedgerRefusedError, LedgerBusyError, AlreadyRunningError,
    LedgerDamagedError, TroubleError, SettingsRefused, BackupRefusedError, AdapterError, SealBrokenError,
    MissingPictureError, OSError,
)  # fmt: skip


def _told(error: Exception) -> Exit:
    """Say what stands in the way, and what that means for the exit code."""
    match error:
        case InputRefused():
            _lines("Not in order; nothing was done:", [str(each) for each in error.problems])
            return Exit.USAGE if isinstance(error, Misused) else Exit.REFUSED
        case Refused():
            _lines("Refused by the policy; nothing was done:", [objection_line(each) for each in error.objections])
            if error.ticks:
                tell(f"Ticks that its approval needs: {', '.join(error.ticks)}.")
        case NotAllowedHere():
            tell(f"{error.act.value}: Your roles do not allow it (12.1). {error.remedy}")
        case NobodyError():
            tell(str(error))
        case LedgerRefusedError():
            tell(f"Ledger: {error}.")
        case _:
            return _busy(error) or _failed(error)
    return Exit.REFUSED


def _busy(error: Exception) -> Exit | None:
    """What only takes patience; None for anything else."""
    match error:
        case LedgerBusyError():
            tell("Another process is writing to the ledger. Nothing was done; try again.")
        case AlreadyRunningError():
            tell("Another daemon holds this ledger. Stop that one first; never delete the lock file.")
        case _:
            return None
    return Exit.TRY_LATER


def _failed(error: Exception) -> Exit:
    match error:
        case SettingsRefused():
            _lines("The settings cannot be used:", error.problems)
        case TroubleError() | BackupRefusedError():
            tell(str(error))
        case AdapterError():
            tell(f"The channel answered {error.code}. {error.remedy}".rstrip())
        case LedgerDamagedError():
            tell("The ledger's file is damaged. Stop the service and follow the runbook restore-from-backup.")
        case SealBrokenError():
            tell("The ledger's key does not open what is in the ledger. Put the right key back.")
        case MissingPictureError():
            tell("A picture of the ledger is missing or damaged. Restore it from the backup.")
        case OSError():
            # Its file name could be somebody's.
            tell(f"The system refused: {error.strerror or type(error).__name__}.")
    return Exit.FAILURE


def _lines(title: str, lines: Sequence[str]) -> None:
    tell(title)
    for line in lines:
        tell(f"  {line}")


def _unexpected(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    """Python ends with 1 after this. What an exception says could hold a name or a token, so that stays unsaid."""
    tell(f"Downdate stopped at {logs.place(error)}: {kind.__name__}. That is a fault of the program; please report it.")
