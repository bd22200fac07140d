"""What an officer writes, as JSON: read strictly, every problem told at once with its path, nothing guessed."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from bot.pictures import Cleaned, PictureLimits, PictureRefused, clean
from bot.scanning import Scan
from bot.settings import shipped_folder
from bot.submission_checks import InputRefused, Problem, check, problem_of
from policies.answers import Checklist
from policies.pictures import PictureFacts
from policies.sentences import STRICT
from policies.terms import Channel, CourtEvent, Facts, Kind, Subject

LARGEST = 1_000_000
SCHEMA = "submission.schema.json"


@dataclass(frozen=True, kw_only=True)
class PictureFile:
    """A picture beside the JSON file, with the mandatory words for those who cannot see it (policy 10)."""

    __pydantic_config__ = STRICT

    file: str
    alt_text: str
    facts: PictureFacts | None = None


@dataclass(frozen=True, kw_only=True)
class Written:
    """The notice in the officer's words."""

    __pydantic_config__ = STRICT

    headline: str
    body: str
    facts: tuple[Facts, ...] = ()
    pictures: tuple[PictureFile, ...] = ()


@dataclass(frozen=True, kw_only=True)
class When:
    """When posting may begin, at once unless `opens` says later, and after which moment it is stale."""

    __pydantic_config__ = STRICT

    opens: AwareDatetime | None = None
    closes: AwareDatetime | None = None


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One notice to be published. Times carry their offset from UTC; dates are London's."""

    __pydantic_config__ = STRICT

    kind: Kind
    case_ref: str
    service: str
    court_event: CourtEvent
    subjects: tuple[Subject, ...]
    content: Written
    channels: tuple[Channel, ...]
    window: When = field(default_factory=When)
    checklist: Checklist = field(default_factory=Checklist)
    follows: str | None = None
    """The publication that this one corrects or brings back."""
    copied_from: str | None = None
    """The publication whose words it began with."""


_SUBMISSION: TypeAdapter[Submission] = TypeAdapter(Submission)


class SubmissionRefused(InputRefused):
    """A submission is not in order; nothing was kept of it."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """A submission that could be read, its pictures made of pixels alone, in order, and the bytes as they came."""

    submission: Submission
    pictures: tuple[Cleaned, ...] = field(default=(), repr=False)
    raw: bytes = field(repr=False)

    @property
    def masters(self) -> dict[str, bytes]:
        return {each.sha256: each.master for each in self.pictures}

    @property
    def fingerprint(self) -> bytes:
        """What must be the same for a request to count as sent again: the text and every picture."""
        return b"\n".join([self.raw, *(each.sha256.encode() for each in self.pictures)])


def receive_file(path: Path, *, now: datetime, scan: Scan | None = None) -> Received:
    """Read a submission from a file; its pictures lie beside it. Raises SubmissionRefused."""
    try:
        raw = path.read_bytes()
    except OSError:
        what, remedy = "The file cannot be read.", "Name a file that exists and that you may read."
        raise SubmissionRefused([Problem(path="FILE", value=path.name, what=what, remedy=remedy)]) from None
    return receive(raw, folder=path.parent, now=now, scan=scan)


def receive(
    raw: bytes,
    *,
    folder: Path | None = None,
    sent: Mapping[str, bytes] | None = None,
    known: Mapping[str, Cleaned] | None = None,
    now: datetime,
    limits: PictureLimits | None = None,
    scan: Scan | None = None,
) -> Received:
    """Read a submission and its pictures, which lie in `folder` or were `sent` along under their names.

    Those that are `known` were made of pixels alone before, and are not made again. `scan` sees the bytes of any other
    before they are decoded.
    Raises SubmissionRefused with every problem.
    """
    if len(raw) > LARGEST:
        what, remedy = (
            "It is too large.",
            f"Send at most {LARGEST // 1000} kB of JSON; pictures are files of their own.",
        )
        raise SubmissionRefused([Problem(path="$", what=what, remedy=remedy)])
    problems: dict[str, Problem] = {}
    submission: Submission | None = None
    try:
        submission = _SUBMISSION.validate_json(raw, strict=True)
    except ValidationError as refused:
        for error in refused.errors(include_url=False):
            found = problem_of(error, names=FIELDS)
            problems.setdefault(found.path, found)
    if "$" in problems:
        raise SubmissionRefused([problems["$"]])
    tree, twice = tree_of(raw)
    for found in (*twice, *check(tree, now)):
        problems.setdefault(found.path, found)
    taken = _Taking(folder=folder, sent=sent or {}, known=known or {}, limits=limits or PictureLimits(), scan=scan)
    pictures, refused_pictures = taken.pictures(tree)
    for found in refused_pictures:
        problems.setdefault(found.path, found)
    if problems or submission is None:
        raise SubmissionRefused(list(problems.values()))
    return Received(submission=submission, pictures=pictures, raw=raw)


def tree_of(raw: bytes) -> tuple[Any, list[Problem]]:
    """The JSON as it stands, and each name given twice, of which readers would silently keep the last."""
    twice: list[Problem] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        counted = Counter(name for name, _ in pairs)
        again = [name for name, times in counted.items() if times > 1]
        twice.extend(Problem(path=name, what="It is given twice.", remedy="Keep one of them.") for name in again)
        return dict(pairs)

    return json.loads(raw, object_pairs_hook=once), twice


@dataclass(frozen=True, kw_only=True)
class _Taking:
    """Where the pictures of a submission come from, and what is asked of them."""

    folder: Path | None
    sent: Mapping[str, bytes]
    known: Mapping[str, Cleaned]
    limits: PictureLimits
    scan: Scan | None

    def pictures(self, tree: Any) -> tuple[tuple[Cleaned, ...], list[Problem]]:
        content = tree.get("content") if isinstance(tree, dict) else None
        given = content.get("pictures") if isinstance(content, dict) else None
        cleaned, problems = [], []
        for n, each in enumerate(given if isinstance(given, list) else []):
            name = each.get("file") if isinstance(each, dict) else None
            if not isinstance(name, str):
                continue
            try:
                cleaned.append(self._taken(name))
            except PictureRefused as refused:
                path, what = f"content.pictures.{n}.file", f"It cannot be used: {refused.code}."
                problems.append(Problem(path=path, value=name, clause="6.3", what=what, remedy=refused.remedy))
        return tuple(cleaned), problems

    def _taken(self, name: str) -> Cleaned:
        if name in self.known:
            return self.known[name]
        data = self.sent[name] if name in self.sent else _bytes_of(name, self.folder, self.limits)
        return clean(data, self.limits, scan=self.scan)


def _bytes_of(name: str, folder: Path | None, limits: PictureLimits) -> bytes:
    """The file's bytes. It lies in the folder itself or below it; links that lead out of it are not followed."""
    missing = PictureRefused("picture-missing", "Put the file beside the submission and give its name.")
    if folder is None or not name.strip() or "\0" in name:
        raise missing
    home = folder.resolve()
    try:
        path = (home / name).resolve()
        if Path(name).is_absolute() or not path.is_relative_to(home):
            raise PictureRefused("picture-elsewhere", "Give a name within the submission's own folder, without `..`.")
        if not path.is_file():
            raise missing
        if path.stat().st_size > limits.max_bytes:
            size = limits.max_bytes // 1_000_000
            raise PictureRefused("picture-too-large", f"Use a file of at most {size} MB.")
        return path.read_bytes()
    except OSError:
        raise missing from None


def schema() -> str:
    """The JSON Schema of a submission, generated from the types."""
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_SUBMISSION.json_schema()}
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _names() -> frozenset[str]:
    """Every field's name, for a hint at a misspelt one."""
    made = _SUBMISSION.json_schema()
    objects = [made, *made["$defs"].values()]
    return frozenset(name for each in objects for name in each.get("properties", {}))


FIELDS = _names()
"""The name of every field there is, at any depth."""

if __name__ == "__main__":
    (shipped_folder() / SCHEMA).write_text(schema(), encoding="utf-8")
