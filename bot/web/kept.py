"""What was filled into a form whose sender had to sign in or prove who they are first.

It is kept in memory, for minutes and for that person alone.
Nothing of it reaches an address, a cookie or the disk; a restart forgets it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from flask import current_app, request
from werkzeug.datastructures import MultiDict

from bot.web.current import now, signed_in

LASTS = timedelta(minutes=30)
_KEY = "downdate kept forms"
# Nobody can fill the memory: one form per person and page, so many in all, of that many characters.
_MOST = 200
_LONGEST = 100_000
# What proves who somebody is, or belongs to the one page it stood on.
_NEVER = frozenset({"csrf_token", "password", "code", "secret"})
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, kw_only=True)
class _Kept:
    at: datetime
    form: MultiDict[str, str] = field(repr=False)


def keep(person_id: str, path: str) -> bool:
    """Keep what this request sent until the person comes back to that page; False where it was nothing, or too much."""
    form = without_secrets(request.form)
    if not form or sum(len(value) for _, value in form.items(multi=True)) > _LONGEST:
        return False
    found = _all()
    with _ONE_AT_A_TIME:
        over = [key for key, each in found.items() if now() - each.at > LASTS or key == (person_id, path)]
        # In the order in which they came, so that the oldest make room.
        room = max(0, len(found) - len(over) + 1 - _MOST)
        for key in [*over, *[each for each in found if each not in over][:room]]:
            del found[key]
        found[person_id, path] = _Kept(at=now(), form=form)
    return True


def without_secrets(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """The fields that may be kept, each with all its values."""
    return MultiDict([(name, value) for name, value in form.items(multi=True) if name not in _NEVER])


def came_back() -> bool:
    """Whether the page is opened again by somebody whose form was kept on the way."""
    return _mine() is not None


def typed() -> MultiDict[str, str]:
    """What was filled into the form of this page: as it was sent, or as it was kept on the way to a proof."""
    if request.method == "POST":
        return request.form
    kept = _mine()
    return kept.form if kept is not None else MultiDict()


def _mine() -> _Kept | None:
    found = signed_in()
    if found is None or request.method == "POST" or "kept" not in request.args:
        return None
    kept = _all().get((found.person.id, request.path))
    return kept if kept is not None and now() - kept.at <= LASTS else None


def _all() -> dict[tuple[str, str], _Kept]:
    found: dict[tuple[str, str], _Kept] = current_app.extensions.setdefault(_KEY, {})
    return found
