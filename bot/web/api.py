"""The HTTP API for the council's other systems: `/api/v1` with bearer tokens, described at `/openapi.json`."""

import hashlib
from collections.abc import Iterable
from functools import cache
from typing import Any

from flask import Blueprint, Flask, jsonify, request
from flask_limiter import Limiter
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from bot.web import api_notices, api_record, api_urgent
from bot.web.api_models import ProblemDetails
from bot.web.current import signed_in

LIMIT = "120 per minute"
# For one signed-in browser; ten a second is more than any person opens (reliability: 6).
PAGES = "600 per minute"
# Taking down is limited by nothing (reliability: 6).
LIMITED = (api_notices.operations, api_record.operations)
BLUEPRINTS = (*LIMITED, api_urgent.operations)
_ABOUT = (
    "Publishes a council's approved notices for a limited time and takes each one down, proven. Every operation takes "
    "a bearer token; what it may do is decided by the roles of its person and by its scopes."
)
_FORM = {
    "type": "object",
    "properties": {
        "submission": {"type": "string", "contentMediaType": "application/json"},
        "picture": {"type": "array", "maxItems": 20, "items": {"type": "string", "format": "binary"}},
    },
    "required": ["submission"],
    "additionalProperties": False,
}

described = Blueprint("api_document", __name__)


@described.get("/openapi.json")
def document() -> Response:
    """What the API takes and answers. It holds no data, so it takes no token."""
    return jsonify(_document())


@cache
def _document() -> dict[str, Any]:
    made = OpenAPI(
        "bot.web.api",
        info=Info(title="Downdate", version="1", description=_ABOUT),
        security_schemes={"bearer": {"type": "http", "scheme": "bearer"}},
        validation_error_model=ProblemDetails,
        doc_ui=False,
    )
    for each in BLUEPRINTS:
        made.paths.update(each.paths)
        made.components_schemas.update(each.components_schemas)
    whole: dict[str, Any] = made.api_doc
    content = whole["paths"]["/api/v1/notices"]["post"]["requestBody"]["content"]
    content["multipart/form-data"] = {"schema": _FORM}
    return whole


def join(app: Flask, csrf: CSRFProtect, pages: Iterable[Blueprint]) -> None:
    """Add the API. It reads no cookie, so that no other site can make a browser act: it needs no form's token.

    `pages` are limited as well, for each browser that is signed in: strangers at one address never use up another's.
    """
    limiter = Limiter(_caller, app=app, storage_uri="memory://", strategy="moving-window", headers_enabled=True)
    for each in BLUEPRINTS:
        csrf.exempt(each)
    for each in LIMITED:
        limiter.shared_limit(LIMIT, scope="api")(each)
    for page in pages:
        limiter.shared_limit(PAGES, scope="pages", key_func=_browser, exempt_when=_is_nobody)(page)
    for one in (*BLUEPRINTS, described):
        app.register_blueprint(one)


def _is_nobody() -> bool:
    return signed_in() is None


def _browser() -> str:
    found = signed_in()
    return found.session.hash if found else ""


def _caller() -> str:
    """Each token for itself; who sends none shares one with everybody at the same address."""
    said = request.headers.get("Authorization") or request.remote_addr or ""
    return hashlib.sha256(said.encode()).hexdigest()
