"""What was filled into a form whose sender had to sign in or prove who they are first.

It is kept in memory, for minutes and for that person alone.
Nothing of it reaches an address, a cookie or the disk; a restart forgets it.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from flask import Response, current_app, request
from werkzeug.datastructures import MultiDict

from bot.web.current import cookie, now, signed_in, the_bot, under_https
from bot.web.forms import page_path

LASTS = timedelta(minutes=30)
_KEY = "downdate kept forms"
# Nobody can fill the memory: one form per person and page, so many in all, of that many characters.
_MOST = 200
_LONGEST = 100_000
# What proves who somebody is, or belongs to the one page it stood on.
_NEVER = frozenset({"csrf_token", "password", "code", "secret"})
# What a page writes into its forms for itself.
_UNSEEN = frozenset({"version", "digest", "seen", "next", "revision", "act", "channel", "later", "before", "key"})
_WHOSE = "dd_whose"
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, kw_only=True)
class _Kept:
    at: datetime
    to: str
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
        found[person_id, path] = _Kept(at=now(), to=request.endpoint or "", form=form)
    return True


def without_secrets(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """The fields that may be kept, each with all its values."""
    return MultiDict([(name, value) for name, value in form.items(multi=True) if name not in _NEVER])


def readable(form: MultiDict[str, str]) -> list[str]:
    """What a person filled into the form, to be read again and copied."""
    return [value for name, value in without_secrets(form).items(multi=True) if name not in _UNSEEN and value.strip()]


def belongs_to(response: Response) -> Response:
    """Leave word in the browser of whose pages are open in it: they stay open after signing out.

    It lets nobody in; it only tells for whom something typed there is kept.
    """
    found = signed_in()
    if found is not None and whose() != found.person.id:
        said = f"{found.person.id}.{_proof(found.person.id)}"
        response.set_cookie(cookie(_WHOSE), said, httponly=True, secure=under_https(), samesite="Strict")
    return response


def whose() -> str | None:
    """Whose pages are open in this browser; None where that is not known."""
    person_id, _, proof = request.cookies.get(cookie(_WHOSE), "").partition(".")
    return person_id if hmac.compare_digest(proof.encode(), _proof(person_id).encode()) else None


def _proof(person_id: str) -> str:
    return hmac.new(the_bot().ledger.cipher.derived("whose pages"), person_id.encode(), hashlib.sha256).hexdigest()


def sent_to() -> str:
    """Which route the form that was kept on the way was sent to, where several stand on one page; "": none was."""
    kept = _mine()
    return kept.to if kept is not None else ""


def came_back() -> bool:
    """Whether the page is opened again by somebody whose form was kept on the way."""
    return _mine() is not None


def typed() -> MultiDict[str, str]:
    """What was filled into the form of this page: as it was sent, or as it was kept on the way to a proof."""
    found = signed_in()
    if request.method == "POST":
        # It has come back: what was kept of it is not needed any more.
        if found is not None:
            with _ONE_AT_A_TIME:
                _all().pop((found.person.id, page_path()), None)
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
