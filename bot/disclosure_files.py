"""Writes a disclosure bundle into a folder: page, data, journal extract, pictures, and a manifest to verify them by."""

import hashlib
import json
import os
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.cli_output import misused
from bot.context import Bot
from bot.disclosure import export
from bot.render import LABEL
from policies.terms import Kind, Person

PAGE, DATA, JOURNAL, MANIFEST = "record.html", "record.json", "journal.jsonl", "manifest.sha256"


def _utc(moment: str | datetime | None) -> str:
    """To the second, in UTC, as a court reads it."""
    if not moment:
        return "–"
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _words(code: object) -> str:
    said = str(code).replace("_", " ")
    return said[:1].upper() + said[1:]


# What stands for itself in a string of a style sheet.
_IN_A_SHEET = frozenset(" ,:-/.")


def _css(text: str) -> str:
    """As a string of a style sheet may hold it: nothing in it ends the string, or the sheet."""
    return "".join(
        each if each.isascii() and (each.isalnum() or each in _IN_A_SHEET) else f"\\{ord(each):x} " for each in text
    )


_TEMPLATES = Environment(
    loader=PackageLoader("bot"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_TEMPLATES.filters.update(css=_css, utc=_utc, words=_words)


def page_of(bundle: dict[str, Any]) -> str:
    """The bundle as one page that prints: no scripts, nothing from elsewhere, everything escaped."""
    labels = {kind.value: LABEL[kind] for kind in Kind}
    return _TEMPLATES.get_template("disclosure.html").render(bundle=bundle, labels=labels, people=bundle["people"])


def files_of(bot: Bot, person: Person, case: str) -> dict[str, bytes]:
    """The bundle as files by name, put on record first. Raises NotFound."""
    bundle, pictures = export(bot, person, case)
    files = {
        PAGE: page_of(bundle).encode(),
        DATA: (json.dumps(bundle, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode(),
        JOURNAL: "".join(_line(entry) for entry in bundle["journal"]["entries"]).encode(),
        **pictures,
    }
    listed = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())]
    files[MANIFEST] = "".join(listed).encode()
    return files


def zipped(files: dict[str, bytes]) -> bytes:
    """The files as one archive; the same files give the same bytes."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return made.getvalue()


def export_case(bot: Bot, person: Person, case: str, folder: Path) -> list[str]:
    """Write the bundle into a folder that is new or empty, for its owner alone; returns the names of its files."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise misused("FOLDER", folder.name, "It is not empty.", "Name a folder that is new or empty.")
    files = files_of(bot, person, case)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in files.items():
        _write(folder / name, content)
    return sorted(files)


def _line(entry: dict[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
