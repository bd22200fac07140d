"""The notices that rehearsal and demo show: the sample with its dates moved, so that it is news on any day."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.settings import shipped_folder
from policies.retention import LONDON

_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_SPOKEN = re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}\b")
_LONG_YEAR = timedelta(days=366)


def sample_notice() -> Path:
    """The submission that the rehearsal and the demo start from."""
    return shipped_folder() / "samples" / "case_outcome.json"


def sample_of(today: date, *, court: date | None = None, age: int = 42) -> dict[str, Any]:
    """The sample as if the court had decided on that day, by default a week ago or a little more."""
    text = sample_notice().read_text(encoding="utf-8")
    was = date.fromisoformat(json.loads(text)["court_event"]["on"])
    by = (court or was + timedelta(weeks=(today - was).days // 7 - 1)) - was
    text = _ISO.sub(lambda found: (date.fromisoformat(found[0]) + by).isoformat(), text)
    text = _SPOKEN.sub(lambda found: _moved(found[0], by), text)
    made: dict[str, Any] = json.loads(text)
    made["subjects"][0]["date_of_birth"] = (today - age * _LONG_YEAR).isoformat()
    made["content"]["facts"][0]["age"] = age
    return made


def _moved(spoken: str, by: timedelta) -> str:
    day = datetime.strptime(spoken, "%d %B %Y").replace(tzinfo=LONDON).date() + by
    return f"{day.day} {day:%B %Y}"


def with_neighbour(notice: dict[str, Any]) -> dict[str, Any]:
    """The same notice, which tells of a third party (5.5)."""
    notice["checklist"]["answers"]["17"]["values"] |= {"third_party": "yes", "who": ["A neighbour"]}
    return notice


def spent_on(day: date, *, today: date) -> dict[str, Any]:
    """The sample with a fine that is spent from that day on (5.7.4(a)): it was imposed a year before."""
    return sample_of(today, court=day.replace(year=day.year - 1))


def written(folder: Path, notice: Mapping[str, Any], case: str | None = None) -> Path:
    """The notice as a file, of that case."""
    given = dict(notice) | ({"case_ref": case} if case else {})
    path = folder / f"{given['case_ref'].replace('/', '-')}.json"
    path.write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
    return path
