"""What the HTTP API says when it refuses: problem details (RFC 9457) with clause and remedy, never what was sent."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog
from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from bot.intake import Conflict, NotAllowedHere, NotFound, Refused
from bot.second_proof import CodeRefused
from bot.submission import FIELDS
from bot.submission_checks import InputRefused, Problem
from policies.checklist import ROWS
from policies.dossier import Objection
from policies.effects import Tick
from policies.terms import Channel
from store.ledger import LedgerBusyError

log = structlog.get_logger()
MEDIA = "application/problem+json"
SOME_SECONDS = "5"
_TITLES: dict[int, tuple[str, str]] = {
    400: ("The request cannot be understood", "Compare it with /openapi.json."),
    401: ("No valid token", "Send `Authorization: Bearer …` with a token that an administrator issued."),
    403: ("Not allowed", "An administrator gives roles, and issues tokens with scopes."),
    404: ("Not found", "Check the address, the reference or the case."),
    405: ("Not in this way", "Use a method that /openapi.json names for this address."),
    409: ("It does not fit what is there now", "Look at it again."),
    413: ("Too large", "Send pictures of at most 40 MB together, and anything else in at most 64 kB."),
    415: ("Not in this form", "Send application/json, or multipart/form-data where /openapi.json names it."),
    422: ("Not in order; nothing was done", "Mend what is listed, and send it again."),
    429: ("Too many requests", "Wait as long as Retry-After says. Retracting is never limited."),
    500: ("Something went wrong", "Nothing was done that was not answered. Try again; if it stays, tell IT."),
    503: ("The ledger is busy", "Nothing was done. Send it again with the same Idempotency-Key."),
}


# Whatever may stand in a place that is told.
_WORDS = frozenset(
    {
        "$", "query", "ref", "case", "what", "at", "id", "code", "key", "subject", "reason", "answer", "tick", "digest",
        "ticks", "note", "source", "submission", "pictures", "picture", "name", "content", "whose", "after",
        "checkpoint", "Idempotency-Key", "X-TOTP", "retraction", *Channel, *FIELDS,
        *(question.name for row in ROWS for question in row.questions),
    }
)  # fmt: skip


class Unreadable(InputRefused):
    """The body is no JSON at all."""


class ScopeRefused(Exception):
    """The token does not open the operation."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


def is_api(path: str) -> bool:
    """Whether errors at this path are told as problem details."""
    return path.startswith("/api/") or path == "/openapi.json"


def problem(
    status: int,
    *,
    kind: str | None = None,
    detail: str | None = None,
    remedy: str | None = None,
    clause: str | None = None,
    places: Sequence[Mapping[str, Any]] = (),
    objections: Sequence[Mapping[str, Any]] = (),
    ticks: Iterable[Tick] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    title, usual = _TITLES.get(status, _TITLES[500])
    first = next(iter((*places, *objections)), {})
    told = {
        "type": f"urn:downdate:problem:{kind or status}",
        "title": title,
        "status": status,
        "detail": detail or first.get("what") or f"{title}.",
        "clause": clause or first.get("clause"),
        "remedy": remedy or first.get("remedy") or usual,
        "problems": [dict(each) for each in places],
        "objections": [dict(each) for each in objections],
        "ticks": [each.value for each in ticks],
    }
    if status in {401, 403, 409, 429} or kind == "policy":
        bearer = g.get("bearer")
        log.warning("api_refused", status=status, route=request.endpoint, person=bearer and bearer.person.id)
    answer: Response = current_app.response_class(json.dumps(told, ensure_ascii=False), status=status, mimetype=MEDIA)
    answer.headers.update(headers or {})
    return answer


def unread() -> tuple[str, str]:
    """What is too large to be looked at, told outside the application: body and media type."""
    title, remedy = _TITLES[413]
    told = {"type": "urn:downdate:problem:413", "title": title, "status": 413, "remedy": remedy}
    return json.dumps(told), MEDIA


def _place(found: Problem) -> dict[str, Any]:
    return {
        "path": _path(found.path),
        "clause": found.clause,
        "what": found.what,
        "remedy": found.remedy,
        "effect": None,
    }


def _path(path: str) -> str:
    """The place, in the words of the API where the command line has others; what somebody made up is not repeated."""
    parts = path.removeprefix("--").split(".")
    plain = [each.lower() if each.isupper() else each for each in parts]
    return ".".join(each if each in _WORDS or each.isdecimal() else "?" for each in plain)


def _objection(found: Objection) -> dict[str, Any]:
    return {
        "path": found.path,
        "clause": found.clause,
        "what": found.what,
        "remedy": found.remedy,
        "effect": found.effect.value,
    }


def _input_refused(error: InputRefused) -> Response:
    places = [_place(each) for each in error.problems]
    match error:
        case Unreadable():
            return problem(400, kind="unreadable", places=places)
        case CodeRefused():
            if error.wait is None:
                return problem(403, kind="code", places=places)
            seconds = str(int(error.wait.total_seconds()) + 1)
            return problem(429, kind="code", places=places, headers={"Retry-After": seconds})
        case NotFound():
            return problem(404, kind="not-found", places=places)
        case Conflict():
            return problem(409, kind="conflict", places=places)
    return problem(422, kind="not-in-order", places=places)


def _refused(error: Refused) -> Response:
    objections = [_objection(each) for each in error.objections]
    return problem(422, kind="policy", objections=objections, ticks=error.ticks)


def _not_allowed(error: NotAllowedHere) -> Response:
    detail = f"Your roles do not allow `{error.act.value}`."
    return problem(403, kind="role", detail=detail, clause="12.1", remedy=error.remedy)


def _scope(error: ScopeRefused) -> Response:
    detail = f"This token does not open `{error.scope}`."
    remedy = "Use your own personal token, or ask an administrator for one with this scope."
    return problem(403, kind="scope", detail=detail, clause="12.1", remedy=remedy)


def _busy(_: LedgerBusyError) -> Response:
    return problem(503, kind="busy", headers={"Retry-After": SOME_SECONDS})


def of_http(error: HTTPException) -> Response:
    """What the framework refuses: unknown addresses, other methods, bodies that are too large."""
    status = error.code if error.code in _TITLES else 500 if (error.code or 500) >= 500 else 400
    kept = {"Allow", "Retry-After", "WWW-Authenticate"}
    headers = {name: value for name, value in error.get_headers(request.environ) if name in kept}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="downdate"'
    if status == 429:
        headers.setdefault("Retry-After", SOME_SECONDS)
    return problem(status or 500, headers=headers)


def broken(_: Exception) -> Response:
    return problem(500)


def teach(blueprint: Blueprint) -> None:
    """Let every refusal of the blueprint's operations be told in this way."""
    blueprint.register_error_handler(InputRefused, _input_refused)
    blueprint.register_error_handler(Refused, _refused)
    blueprint.register_error_handler(NotAllowedHere, _not_allowed)
    blueprint.register_error_handler(ScopeRefused, _scope)
    blueprint.register_error_handler(LedgerBusyError, _busy)
    blueprint.register_error_handler(HTTPException, of_http)
    blueprint.register_error_handler(500, broken)
