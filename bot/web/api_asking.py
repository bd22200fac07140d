"""How an operation of the HTTP API is asked: whose token, which scope, what was sent, and whether sent before."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import wraps
from typing import Any, get_type_hints

from flask import Response, abort, current_app, g, request
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ValidationError

from bot.context import Bot
from bot.intake import Conflict, InputRefused
from bot.scopes import Scope, opens
from bot.submission import tree_of
from bot.submission_checks import Problem, problem_of
from bot.web.api_models import Once, OnceWithCode
from bot.web.api_problems import MEDIA, ScopeRefused, Unreadable, teach
from bot.web.current import now, the_bot
from policies.terms import Person
from store import desk, people
from store.ledger import Tx
from store.people import Bearer

_SMALL = 64 * 1024
_JSON = "application/json"
_PROBLEM = {"content": {MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}}
_ALWAYS = (400, 401, 403, 404, 413, 415, 422, 500, 503)
_UNKNOWN = Problem(path="query", what="There is no such parameter.", remedy="Leave it out; see /openapi.json.")
View = Callable[..., "Answer | Response"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is answered, and what is kept of it for a replay."""

    body: dict[str, Any]
    status: int = 200
    location: str | None = None

    def response(self) -> Response:
        text = json.dumps(self.body, ensure_ascii=False)
        made: Response = current_app.response_class(text, status=self.status, mimetype=_JSON)
        if self.location is not None:
            made.headers["Location"] = self.location
        return made


def made_blueprint(name: str) -> APIBlueprint:
    """A part of the API. Its errors are problem details."""
    made = APIBlueprint(name, __name__, url_prefix="/api/v1", abp_security=[{"bearer": []}])
    teach(made)
    return made


def operation(
    declare: Callable[..., Callable[..., Any]],
    rule: str,
    *,
    scope: Scope,
    answer: type[BaseModel] | dict[str, Any],
    status: int = 200,
    further: Iterable[int] = (),
    largest: int = _SMALL,
) -> Callable[[View], View]:
    """Declare a view by what its arguments are annotated with: `path`, `query`, `header`, `body`."""

    def declared(view: View) -> View:
        models: dict[str, type[BaseModel]] = {
            name: kind for name, kind in get_type_hints(view).items() if name in _READERS
        }
        reads_itself = "body" in models and largest != _SMALL

        @wraps(view)
        def asked(**named: str) -> Response:
            request.max_content_length = largest
            g.bearer = _bearer()
            if not opens(g.bearer, scope):
                raise ScopeRefused(scope)
            if "query" not in models and request.args:
                raise InputRefused([_UNKNOWN])
            given = {
                name: _READERS[name](model, named)
                for name, model in models.items()
                if not (name == "body" and reads_itself)
            }
            made = view(**given | ({"body": None} if reads_itself else {}))
            return made.response() if isinstance(made, Answer) else made

        # What was sent is read above, after the token; the library only describes it.
        asked.__dict__["__delay_validate_request__"] = True
        codes = sorted({*_ALWAYS, *further})
        declare(
            rule,
            operation_id=view.__name__,
            summary=(view.__doc__ or "").split("\n", 1)[0],
            description=f"Scope: `{scope.value}`.",
            responses={status: answer} | {code: dict(_PROBLEM) for code in codes},
            provide_automatic_options=False,
        )(asked)
        return view

    return declared


def who() -> Person:
    """Whoever's token it is."""
    bearer: Bearer = g.bearer
    return bearer.person


def _bearer() -> Bearer:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        abort(401)
    with the_bot().ledger.read() as tx:
        found = people.bearer(tx, token.strip(), now())
    if found is None:
        abort(401)
    return found


def _read(model: type[BaseModel], given: Mapping[str, Any]) -> BaseModel:
    try:
        return model.model_validate(given)
    except ValidationError as refused:
        raise InputRefused(problems_of(refused, model)) from None


def problems_of(refused: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """Each mistake once, in our words; a field that does not exist is not named, since it may be anything."""
    found: dict[tuple[str, str], Problem] = {}
    for error in refused.errors(include_url=False):
        made = problem_of(error, names=frozenset(model.model_fields))
        unknown = error["type"] in {"extra_forbidden", "unexpected_keyword_argument"}
        path = made.path.rpartition(".")[0] or "$" if unknown else made.path
        found.setdefault((path, made.what), replace(made, path=path))
    return list(found.values())


def _path(model: type[BaseModel], named: Mapping[str, str]) -> BaseModel:
    try:
        return model.model_validate(named)
    except ValidationError:
        abort(404)


def _query(model: type[BaseModel], _: Mapping[str, str]) -> BaseModel:
    given = request.args.to_dict(flat=False)
    return _read(model, {name: said[0] if len(said) == 1 else said for name, said in given.items()})


def _header(model: type[BaseModel], _: Mapping[str, str]) -> BaseModel:
    names = [field.alias for field in model.model_fields.values() if field.alias]
    return _read(model, {name: request.headers[name] for name in names if name in request.headers})


def _body(model: type[BaseModel], _: Mapping[str, str]) -> BaseModel:
    if request.mimetype != _JSON:
        abort(415)
    raw = request.get_data()
    try:
        made = model.model_validate_json(raw, strict=True)
    except ValidationError as refused:
        raise unreadable(problems_of(refused, model), refused) from None
    _, twice = tree_of(raw)
    if twice:
        raise InputRefused(twice)
    return made


def unreadable(problems: list[Problem], refused: ValidationError) -> InputRefused:
    """Where it is no JSON, that alone is told."""
    broken = any(error["type"] == "json_invalid" for error in refused.errors(include_url=False))
    return Unreadable(problems) if broken else InputRefused(problems)


_READERS: dict[str, Callable[[type[BaseModel], Mapping[str, str]], BaseModel]] = {
    "path": _path,
    "query": _query,
    "header": _header,
    "body": _body,
}


def saved(header: Once | OnceWithCode) -> Answer | None:
    """What was answered to this very request before, by its key. Raises Conflict for a key used for another."""
    with the_bot().ledger.read() as tx:
        return _saved(tx, header.key)


def once(header: Once | OnceWithCode, act: Callable[[Bot], Answer]) -> Answer:
    """Act, and keep the answer in the same transaction; the same request again is answered without acting."""
    bot = the_bot()
    if not header.key:
        return act(bot)
    with bot.ledger.write() as tx:
        before = _saved(tx, header.key)
        if before is not None:
            return before
        answer = act(replace(bot, ledger=bot.ledger.joined(tx)))
        kept = json.dumps(asdict(answer), ensure_ascii=False)
        desk.remember(tx, person=who().id, key=header.key, body=_fingerprint(), answer=kept, now=now())
        return answer


def _saved(tx: Tx, key: str) -> Answer | None:
    if not key:
        return None
    try:
        kept = desk.replayed(tx, person=who().id, key=key, body=_fingerprint())
    except desk.KeyReusedError:
        raise reused() from None
    return None if kept is None else Answer(**json.loads(kept))


def reused() -> Conflict:
    what, remedy = "The key was used for something else.", "Use a new key for another request."
    return Conflict("Idempotency-Key", "", what, remedy)


def _fingerprint() -> bytes:
    return f"{request.method} {request.path}\n".encode() + request.get_data()
