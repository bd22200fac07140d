"""Where the answers of a page stand in the submission: read out of it, written into it, taken out of it."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.web.sections import Place
from policies.answers import Value
from policies.retention import LONDON

_YES_NO_NAMES = frozenset({"until_further_order", "no_end_stated", "mentioned_only"})
_TIMES = (("opens", "00:00"), ("closes", "23:59"))


def taken(body: dict[str, Any], at: Place) -> dict[str, Value]:
    """The answers that stand in the body, as the form shows them."""
    if at.name == "case":
        event = body.get("court_event", {})
        return _shown({**body, **event}, at)
    if at.name == "channels":
        return _shown(body | _window_shown(body.get("window") or {}), at)
    here: Any = body
    for key in at.keys:
        if isinstance(here, list):
            here = here[key] if isinstance(key, int) and key < len(here) else {}
        else:
            here = here.get(key, {}) if isinstance(here, dict) else {}
    inside = here if isinstance(here, dict) else {}
    deeper = "term" if "/sentence/" in at.name else "facts" if at.name.startswith("pictures/") else ""
    return _shown({**inside, **(inside.get(deeper) or {})}, at)


def _window_shown(window: Mapping[str, Any]) -> dict[str, str]:
    """Its instants as London's clock shows them."""
    found: dict[str, str] = {}
    for name, _ in _TIMES:
        if window.get(name):
            local = datetime.fromisoformat(window[name]).astimezone(LONDON)
            found |= {name: local.date().isoformat(), f"{name}_at": f"{local:%H:%M}"}
    return found


def wrong(at: Place, values: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    """What is wrong with answers taken together: the field, and what to do."""
    if at.name != "channels":
        return
    times = []
    for name, usual in _TIMES:
        said = str(values.get(f"{name}_at", usual))
        if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", said):
            yield f"{name}_at", "It is not a time. Write it such as 09:30."
        elif f"{name}_at" in values and name not in values:
            yield name, "Give the day as well, or leave out its time."
        elif name in values:
            times.append(f"{values[name]} {said.zfill(5)}")
    if len(times) == len(_TIMES) and times[0] >= times[1]:
        yield "closes", "It ends before it begins. Choose a later day or time."


def _shown(given: Mapping[str, Any], at: Place) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for question in at.questions:
        value = given.get(question.name)
        if isinstance(value, bool):
            found[question.name] = "yes" if value else "no"
        elif isinstance(value, list) and value:
            found[question.name] = tuple(str(each) for each in value)
        elif value not in (None, "", []):
            found[question.name] = value if isinstance(value, int) else str(value)
    return found


def kept(body: dict[str, Any], at: Place, values: Mapping[str, Value]) -> None:
    """Write the answers into the body, shaped as the submission wants them."""
    plain: dict[str, Any] = {
        name: value == "yes" if name in _YES_NO_NAMES else list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
    }
    if at.name == "case":
        body["court_event"] = {key: plain.pop(key) for key in ("on", "document") if key in plain}
        for key in ("case_ref", "service"):
            body[key] = plain.get(key, "")
        return
    if at.name == "channels":
        body["channels"] = plain.get("channels", [])
        body["window"] = {name: _instant(plain, name, usual) for name, usual in _TIMES if name in plain}
        return
    here = _reach(body, at.keys)
    for question in at.questions:
        here.pop(question.name, None)
    here.pop("term", None)
    here |= _nested(at, plain)


def _instant(plain: Mapping[str, Any], name: str, usual: str) -> str:
    """A day and time of London's clock; a time stands for its whole minute where something ends then."""
    hour, minute = (int(part) for part in str(plain.get(f"{name}_at", usual)).split(":"))
    ends = timedelta(seconds=59) if f"{name}_at" not in plain and name == "closes" else timedelta()
    local = datetime.combine(date.fromisoformat(plain[name]), time(hour, minute), LONDON)
    return (local + ends).isoformat()


def _nested(at: Place, plain: dict[str, Any]) -> dict[str, Any]:
    """Terms and facts about pictures stand one level deeper."""
    if "/sentence/" in at.name:
        term = {key: plain.pop(key) for key in ("years", "months", "weeks", "days") if plain.get(key)}
        return plain | ({"term": term} if term else {})
    if at.name.startswith("pictures/"):
        alt_text = plain.pop("alt_text", "")
        return {"alt_text": alt_text, "facts": plain}
    return plain


def _reach(body: dict[str, Any], keys: tuple[str | int, ...]) -> dict[str, Any]:
    """The object at these keys, made where it is not there yet. Lists grow by one entry at most."""
    here: Any = body
    for n, key in enumerate(keys):
        fresh: Any = [] if n + 1 < len(keys) and isinstance(keys[n + 1], int) else {}
        if isinstance(here, list):
            assert isinstance(key, int)  # as `place` reads the name
            if key >= len(here):
                here.append(fresh)
            here = here[min(key, len(here) - 1)]
        else:
            here = here.setdefault(key, fresh)
    made: dict[str, Any] = here
    return made


def removed(body: dict[str, Any], at: Place) -> None:
    """Take an entry of a list, or the order, out of the body."""
    *above, last = at.keys
    here: Any = body
    for key in above:
        here = here[key]
    if isinstance(here, list) and isinstance(last, int) and last < len(here):
        del here[last]
    elif isinstance(here, dict):
        here.pop(last, None)
