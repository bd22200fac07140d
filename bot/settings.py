"""The settings, read once: files < environment < credentials. The only module that reads the environment.

Every mistake is reported, each with its file or variable and its key; nothing starts on half of a configuration.
"""

import itertools
import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, SecretStr, ValidationError

from bot import settings_layers as layers
from bot.settings_layers import FILES, Given, Key, dotted, hint, is_secret, shipped_folder
from bot.settings_model import LedgerSettings, Settings
from bot.settings_rehearsal import as_environment, rehearsal_defaults
from bot.settings_safe import cautions, refusal, unsafe
from bot.settings_values import spoken

__all__ = [
    "Settings", "SettingsRefused", "acting_token", "as_environment", "cautions", "credentials_folder", "load",
    "notify_socket", "rehearsal_defaults", "shipped_folder", "shown", "state_folder",
]  # fmt: skip

MARK = "init --rehearsal marks a ledger for good"
_SHOWN_VALUE = 60


class SettingsRefused(Exception):  # the house names errors after what happened
    """The settings are not usable; `problems` names every reason, none of them with a secret in it.

    `ledger` is where the ledger lies, if that much is known: its mark decides which reasons are meant.
    """

    def __init__(self, problems: list[str], *, ledger: LedgerSettings | None = None) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.ledger = ledger


def _environment(environ: Mapping[str, str] | None) -> Mapping[str, str]:
    return os.environ if environ is None else environ  # noqa: TID251  # the one place


def state_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where the ledger lies unless `ledger.folder` says otherwise."""
    given = _environment(environ).get("STATE_DIRECTORY", "").split(":")[0]
    return Path(given) if given else platformdirs.user_state_path("downdate", appauthor=False)


def acting_token(environ: Mapping[str, str] | None = None) -> SecretStr | None:
    """The personal token of whoever runs a command, from DOWNDATE_TOKEN."""
    given = _environment(environ).get("DOWNDATE_TOKEN", "").strip()
    return SecretStr(given) if given else None


def notify_socket(environ: Mapping[str, str] | None = None) -> str | None:
    """Where systemd listens for READY and WATCHDOG; None when not started by it."""
    return _environment(environ).get("NOTIFY_SOCKET") or None


def credentials_folder(environ: Mapping[str, str] | None = None) -> Path | None:
    """Where secrets lie, one a file; None where they come from the environment alone."""
    given = _environment(environ).get("CREDENTIALS_DIRECTORY")
    return Path(given) if given else None


def load(
    config_dir: Path | None = None,
    *,
    rehearsal: bool,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """The settings in force, or `SettingsRefused` with every mistake. `rehearsal` is the ledger's permanent mark.

    `overrides` lie over the files and under the environment, as `rehearsal_defaults` makes them.
    """
    around = _environment(environ)
    given, problems = _gather(config_dir, around, overrides or {})
    _fill(given, around)
    tree = layers.nest(given) | {"rehearsal": rehearsal}
    settings, wrong = _validate(tree)
    problems += [_mistake(error, given) for error in wrong]
    bad = {_key(error) for error in wrong}
    if settings is None:
        settings = _mended(given, bad, rehearsal=rehearsal)
    if settings is not None:
        checked = (found for found in unsafe(settings) if not _concerns(found.key, bad))
        problems += [refusal(found, _origin(found.key, given)) for found in checked]
    if problems:
        raise SettingsRefused(problems, ledger=settings.ledger if settings is not None else None)
    assert settings is not None  # a tree that did not validate has left a problem
    return settings


def _gather(
    config_dir: Path | None, environ: Mapping[str, str], overrides: Mapping[str, Any]
) -> tuple[dict[Key, Given], list[str]]:
    named = config_dir or environ.get(layers.CONFIG_DIR) or environ.get("CONFIGURATION_DIRECTORY", "").split(":")[0]
    folder = Path(named) if named else shipped_folder()
    rising = [layers.from_file(folder / name) for name in FILES]
    rising.append(layers.from_values(overrides, "override"))
    rising.append(layers.from_environment(environ))
    secrets = credentials_folder(environ)
    if secrets is not None:
        rising.append(layers.from_credentials(secrets))
    given: dict[Key, Given] = {}
    for layer in rising:
        given |= layer.given
    problems = [problem for layer in rising for problem in layer.problems]
    marks = {key for key in given if key[0] == "rehearsal"}
    problems += [f"{given.pop(key).origin}: {dotted(key)}: not a setting; {MARK}" for key in sorted(marks)]
    return given, problems


def _fill(given: dict[Key, Given], environ: Mapping[str, str]) -> None:
    """What follows from other settings where nobody set it."""

    def default(key: Key, value: Any) -> None:
        given.setdefault(key, Given(value=value, origin="default"))

    default(("ledger", "folder"), state_folder(environ))
    folder = Path(str(given["ledger", "folder"].value))
    folder = folder if folder.is_absolute() else state_folder(environ)  # a relative one is refused, and once is enough
    default(("ledger", "url"), f"sqlite:///{folder / 'ledger.sqlite'}")
    default(("ledger", "key_file"), folder / "ledger.key")
    default(("site", "root"), folder / "site")
    if call := given.get(("loop", "call_deadline")):
        for channel in ("website", "facebook", "x", "instagram"):
            given.setdefault(("channels", channel, "deadline"), call)


def _validate(tree: dict[str, Any]) -> tuple[Settings | None, list[Any]]:
    try:
        return Settings(**tree), []
    except ValidationError as refused:
        return None, list(refused.errors(include_url=False, include_context=False))


def _key(error: Any) -> tuple[str | int, ...]:
    return tuple(part for part in error["loc"] if isinstance(part, int) or not part.startswith(("function-", "is-")))


def _concerns(key: Key, bad: set[tuple[str | int, ...]]) -> bool:
    return any(key[: len(other)] == other or other[: len(key)] == key for other in bad)


def _mended(given: Mapping[Key, Given], bad: set[tuple[str | int, ...]], *, rehearsal: bool) -> Settings | None:
    """The settings without the mistakes, so that what else is wrong can be told at the same time."""
    sound = {key: value for key, value in given.items() if not _concerns(key, bad)}
    for name in FILES:
        for key, value in layers.from_file(shipped_folder() / name).given.items():
            sound.setdefault(key, value)
    _fill(sound, {})
    return _validate(layers.nest(sound) | {"rehearsal": rehearsal})[0]


def _origin(key: tuple[str | int, ...], given: Mapping[Key, Given]) -> str:
    """The place a key was written in, else the place it belongs into."""
    for length in range(len(key), 0, -1):
        found = given.get(tuple(str(part) for part in key[:length]))
        if found is not None and found.origin != "default":
            return found.origin
    inside = [value.origin for other, value in given.items() if other[: len(key)] == key and value.origin != "default"]
    return inside[0] if inside else next((name for name, sections in FILES.items() if key[0] in sections), "settings")


def _mistake(error: Any, given: Mapping[Key, Given]) -> str:
    key = _key(error)
    where = f"{_origin(key, given)}: {dotted(key)}"
    if error["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        names = [dotted(other) for other in layers.known()]
        return f"{where}: no setting has this name{hint(dotted(key), names)}"
    if error["type"] == "missing":
        return f"{where}: is missing"
    if error["type"] == "less_than_equal" and key == ("retention", "period"):
        return f"{where}{_said(key, given)}: longer than the 28 days of policy 5.7.4(d); set 28d or less"
    text = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}{_said(key, given)}: {text[:1].lower()}{text[1:]}"


def _said(key: tuple[str | int, ...], given: Mapping[Key, Given]) -> str:
    """The refused value, unless it is or may hold a secret."""
    plain = tuple(str(part) for part in itertools.takewhile(lambda part: isinstance(part, str), key))
    found = given.get(plain)
    if found is None or is_secret(plain):
        return ""
    value = found.value
    for part in key[len(plain) :]:
        value = value[part]
    text = spoken(value) if isinstance(value, timedelta) else str(value)
    return "" if "@" in text or "?" in text else f" = {text[:_SHOWN_VALUE]}"


def shown(settings: Settings) -> dict[str, Any]:
    """The settings for people and for JSON, every secret as '***'."""
    return {name: _shown(getattr(settings, name)) for name in type(settings).model_fields}


def _shown(value: Any) -> Any:
    if isinstance(value, BaseModel):
        value = {name: getattr(value, name) for name in type(value).model_fields}
    elif is_dataclass(value):
        value = {each.name: getattr(value, each.name) for each in fields(value)}
    if isinstance(value, Mapping):
        return {name: _shown(item) for name, item in value.items()}
    if isinstance(value, SecretStr):
        return "***"
    if isinstance(value, tuple):
        return [_shown(item) for item in value]
    if isinstance(value, timedelta):
        return spoken(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value
