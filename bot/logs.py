"""One JSON line per event on standard output, with what must not be logged taken out at the last moment."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO
from urllib.parse import urlsplit

import structlog

HIDDEN = "***"
# Compared by the whole key or its last word, so that `access_token` and `alt_text` are caught by `token` and `text`.
SECRET_WORDS = frozenset(
    {"token", "tokens", "secret", "password", "passphrase", "authorization", "cookie", "key", "credential", "proof"}
    | {"signature", "name", "text", "headline", "body", "caption", "message", "note", "address", "birth", "digest_salt"}
)
OURS = frozenset({"dedupe_key"})
QUIET = ("tweepy", "urllib3", "apprise", "requests", "oauthlib", "requests_oauthlib", "PIL", "alembic", "apscheduler")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)
# In a foreign library's sentence: `access_token=abc`, `Authorization: Bearer abc`, also percent-encoded or quoted.
_PAIR = re.compile(
    r"(?i)\b([\w-]*(?:token|secret|password|signature|proof|authorization|consumer_key|api_key))"
    r"(['\"]?\s*(?:=|:|%3D)\s*['\"]?)(?:(?:bearer|oauth|basic)\s+)?[^\s&,;'\"]+|\bbearer\s+[^\s,;'\"]+"
)


def _bare(match: re.Match[str]) -> str:
    """Scheme and host of a web address, whose path may be a password; of any other, whose host may be, the scheme."""
    try:
        parts = urlsplit(match.group())
    except ValueError:
        return HIDDEN
    host = parts.netloc.rpartition("@")[2] if parts.scheme.lower() in {"http", "https"} else ""
    return f"{parts.scheme}://{host}/{HIDDEN}" if host else f"{parts.scheme}://{HIDDEN}"


def scrubbed(text: str) -> str:
    """A text without the secrets an address or a header in it may hold."""
    text = _PAIR.sub(lambda match: f"{match[1]}{match[2]}{HIDDEN}" if match[1] else HIDDEN, text)
    return _URL.sub(_bare, text)


def _is_hidden(key: str) -> bool:
    words = key.lower().replace("-", "_")
    return words not in OURS and (words in SECRET_WORDS or words.rpartition("_")[2] in SECRET_WORDS)


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: HIDDEN if _is_hidden(str(key)) else _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner) for inner in value]
    if isinstance(value, str):
        return scrubbed(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return scrubbed(str(value))


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last processor but one: whatever an event carries, no secret and no personal detail leaves."""
    return {key: HIDDEN if _is_hidden(key) else _clean(value) for key, value in event.items()}


def place(error: BaseException) -> str:
    """Where it arose, as module and line; nothing of what it says."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


def _exception_type(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The kind of an exception and where it arose. Its text may quote a notice or a request, so it is left out."""
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else given
    error = sys.exc_info()[1] if error is True else error
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        if error.__traceback__ is not None:
            event["at"] = place(error)
    return event


def configure(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Send all logging, ours and the libraries', through one formatter to `stream` (standard output)."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Redacting is the formatter's work, after a library's sentence has been put together with its arguments.
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _exception_type,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    out = logging.StreamHandler(stream or sys.stdout)
    out.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [out]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
