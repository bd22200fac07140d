"""Where settings come from: files, environment, credentials. Every value keeps the name of its place.

pydantic-settings reads the TOML. Its own environment and secrets sources stop at the first value they cannot decode,
pass over misspelt section names and forget which variable a value came from, so those two are read here.
"""

import json
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic_settings import TomlConfigSettingsSource

from bot.settings_model import Settings

Key = tuple[str, ...]

FILES = {
    "bot.toml": frozenset({"ledger", "site", "serve", "console", "loop", "channels", "alerts"}),
    "policy.toml": frozenset({"council", "retention", "record"}),
    "law.toml": frozenset({"law"}),
}
PREFIX = "DOWNDATE__"
CONFIG_DIR = f"{PREFIX}CONFIG_DIR"
_MAX_CREDENTIAL = 64 * 1024
# systemd puts this before each name when LoadCredential= is given a whole folder (systemd.exec).
_LOADED = "downdate_"


def shipped_folder() -> Path:
    """The configuration that comes with the product: inside the wheel, or beside the packages in the repository."""
    here = Path(__file__).resolve().parent
    return here / "defaults" if (here / "defaults").is_dir() else here.parent / "config"


@dataclass(frozen=True, kw_only=True)
class Given:
    """A value and the place it was written in."""

    value: Any = field(repr=False)
    origin: str


@dataclass(frozen=True, kw_only=True)
class Layer:
    given: dict[Key, Given]
    problems: tuple[str, ...] = ()


def _inner(annotation: Any) -> list[Any]:
    """An annotation and everything inside it: the parts of a union, the items of a tuple, what Annotated wraps."""
    return [annotation, *(part for arg in get_args(annotation) for part in _inner(arg))]


@cache
def known() -> dict[Key, Any]:
    """Every key that can be set, with its annotation. A list of tables is one key."""

    def walk(model: type[BaseModel], at: Key) -> dict[Key, Any]:
        found: dict[Key, Any] = {}
        for name, info in model.model_fields.items():
            if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
                found |= walk(info.annotation, (*at, name))
            else:
                found[(*at, name)] = info.annotation
        return found

    keys = walk(Settings, ())
    del keys[("rehearsal",)]
    return keys


def is_secret(key: Key) -> bool:
    return any(isinstance(part, type) and issubclass(part, SecretStr) for part in _inner(known().get(key)))


def is_list(key: Key) -> bool:
    return any(getattr(part, "__origin__", None) is tuple for part in _inner(known().get(key)))


@cache
def credentials() -> dict[str, Key]:
    """The file name of each secret: its key with underscores, channels without their section's name."""
    names = {"_".join(key[1:] if key[0] == "channels" else key): key for key in known() if is_secret(key)}
    return names | {"ledger_key": ("ledger", "key_file")}


def credential_name(key: Key) -> str:
    return next(name for name, other in credentials().items() if other == key)


def dotted(key: tuple[str | int, ...]) -> str:
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def hint(key: str, among: list[str]) -> str:
    near = get_close_matches(key, among, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def _flat(tree: Mapping[str, Any], at: Key = ()) -> dict[Key, Any]:
    flat: dict[Key, Any] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, (*at, name))
        else:
            flat[(*at, name)] = value
    return flat


def nest(given: Mapping[Key, Given]) -> dict[str, Any]:
    """The tree the flat keys describe. Where one key is a value and another lies beneath it, the value stays."""
    tree: dict[str, Any] = {}
    for key in sorted(given, key=len):
        here: Any = tree
        for part in key[:-1]:
            here = here.setdefault(part, {}) if isinstance(here, dict) else None
        if isinstance(here, dict):
            here[key[-1]] = given[key].value
    return tree


def from_values(tree: Mapping[str, Any], origin: str) -> Layer:
    return Layer(given={key: Given(value=value, origin=origin) for key, value in _flat(tree).items()})


def from_file(path: Path) -> Layer:
    """One of the files. Secrets and another file's sections are mistakes, and are not taken over."""
    name = path.name
    if not path.is_file():
        return Layer(given={}, problems=(f"{name}: not found in the configuration folder; copy the shipped one there",))
    try:
        tree = TomlConfigSettingsSource(Settings, toml_file=path).toml_data
    except tomllib.TOMLDecodeError as error:
        # The parser's text names line and column only; it never quotes the file.
        return Layer(given={}, problems=(f"{name}: is not valid TOML: {error}",))
    except UnicodeDecodeError:
        return Layer(given={}, problems=(f"{name}: is not UTF-8",))
    except OSError as error:
        return Layer(given={}, problems=(f"{name}: cannot be read: {error.strerror}",))
    given: dict[Key, Given] = {}
    problems: list[str] = []
    for key, value in _flat(tree).items():
        home = next((file for file, sections in FILES.items() if key[0] in sections), name)
        if home != name:
            problems.append(f"{name}: {dotted(key)}: belongs into {home}")
        elif is_secret(key) and not (key[-1] == "proxy" and "@" not in str(value)):
            problems.append(
                f"{name}: {dotted(key)}: a secret does not belong into a file of settings; "
                f"put it into the credentials file {credential_name(key)} or into {variable(key)}"
            )
        else:
            given[key] = Given(value=value, origin=name)
    return Layer(given=given, problems=tuple(problems))


def variable(key: Key) -> str:
    return PREFIX + "__".join(key).upper()


def _items(key: Key, text: str) -> Any:
    """The items of a list in one text: a JSON list, else one a line for secrets and split at blanks and commas else."""
    if text.lstrip().startswith("["):
        return json.loads(text)
    if is_secret(key):
        return text.split()
    return text.replace(",", " ").split()


def from_environment(environ: Mapping[str, str]) -> Layer:
    """Every variable that starts with DOWNDATE__; one that names no setting is a mistake."""
    given: dict[Key, Given] = {}
    problems: list[str] = []
    names = {variable(key): key for key in known()}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name == CONFIG_DIR:
            continue
        key = names.get(name)
        if key is None:
            problems.append(f"{name}: no setting has this name{hint(name, list(names))}")
            continue
        try:
            value = _items(key, environ[name]) if is_list(key) else environ[name]
        except json.JSONDecodeError:
            problems.append(f"{name}: starts like a JSON list and is none")
            continue
        given[key] = Given(value=value, origin=name)
    return Layer(given=given, problems=tuple(problems))


def _credential(path: Path, key: Key) -> Any:
    if key == ("ledger", "key_file"):
        return path
    raw = path.read_bytes()
    if len(raw) > _MAX_CREDENTIAL:
        raise ValueError("is larger than any secret")
    try:
        text = raw.decode().strip()
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    return text.split() if is_list(key) else text


def from_credentials(folder: Path) -> Layer:
    """One file per secret, as systemd lays them out. A misspelt name would be a secret that is silently missing."""
    given: dict[Key, Given] = {}
    problems: list[str] = []
    names = credentials()
    try:
        files = sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.is_file())
    except OSError as error:
        return Layer(given={}, problems=(f"credentials folder: cannot be read: {error.strerror}",))
    for path in files:
        origin = f"credentials file {path.name}"
        key = names.get(path.name.removeprefix(_LOADED))
        if key is None:
            problems.append(f"{origin}: no secret has this name{hint(path.name, list(names))}")
            continue
        try:
            if stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO:
                problems.append(f"{origin}: every user of this machine may read it; chmod 600 it")
            given[key] = Given(value=_credential(path, key), origin=origin)
        except OSError as error:
            problems.append(f"{origin}: cannot be read: {error.strerror}")
        except ValueError as error:
            problems.append(f"{origin}: {error}")
    return Layer(given=given, problems=tuple(problems))
