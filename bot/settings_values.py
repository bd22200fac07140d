"""The values settings are made of: durations, addresses, secrets, names. A wrong one says what it should be."""

import ipaddress
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_PART = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(ms|[smhdw])")


def duration(given: Any) -> timedelta:
    """A duration from text such as "15m", "1h30m" or "28d"; a bare number is refused, for it has no unit."""
    if isinstance(given, timedelta):
        span = given
    elif isinstance(given, str) and re.fullmatch(rf"(?:{_PART.pattern})+", given.strip()):
        span = sum((timedelta(**{_UNITS[u]: float(n)}) for n, u in _PART.findall(given)), timedelta())
    else:
        raise ValueError('not a duration; write a number and a unit, such as "30s", "15m", "2h" or "28d"')
    if span < timedelta():
        raise ValueError("a duration cannot be negative")
    return span


def spoken(span: timedelta) -> str:
    """A duration the way it is written in the configuration, exactly."""
    left, parts = span // timedelta(milliseconds=1), []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def in_words(span: timedelta) -> str:
    """A duration as people say it, to the minute; what is shorter, to the second."""
    left = max(span, timedelta()) // timedelta(seconds=1)
    parts: list[str] = []
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, left = divmod(left, size)
        if count and (unit != "second" or not parts):
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(parts) or "0 seconds"


def _positive(span: timedelta) -> timedelta:
    if not span:
        raise ValueError("must be longer than nothing")
    return span


def is_loopback(host: str) -> bool:
    """Whether a host, by name or address, can only be this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(url: str) -> SplitResult:
    parts = urlsplit(url)  # an impossible bracket or port raises ValueError, which is reported like any other mistake
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0 or re.search(r"\s", url):
        raise ValueError("not a web address; write it with https:// and a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a web address must not hold a user name or password")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("plain http is accepted on loopback only; use https")
    return parts


def _base_url(url: str) -> str:
    if _split(url).query or urlsplit(url).fragment:
        raise ValueError("a base address has no query and no fragment")
    return url.rstrip("/")


def _link(url: str) -> str:
    _split(url)
    return url


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("must be an absolute path; nothing is written to the current folder")
    return path


class Secret(SecretStr):
    """A value that shows as '***' wherever it is printed; `get_secret_value()` hands it out."""

    def __repr__(self) -> str:
        return "'***'"

    def __str__(self) -> str:
        return "***"


def _no_blank(secret: Secret) -> Secret:
    if not secret.get_secret_value().strip():
        raise ValueError("is empty")
    return secret


Duration = Annotated[timedelta, BeforeValidator(duration)]
Span = Annotated[timedelta, BeforeValidator(duration), AfterValidator(_positive)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
Link = Annotated[str, AfterValidator(_link)]
AbsolutePath = Annotated[Path, AfterValidator(_absolute)]
Hidden = Annotated[Secret, AfterValidator(_no_blank)]
Port = Annotated[int, Field(ge=1, le=65535)]
Contact = Annotated[str, Field(pattern=r"^(?:\+?[\d ()-]{7,20}|[^@\s]+@[^@\s]+\.[^@\s]+)$")]
Words = Annotated[str, Field(min_length=1, pattern=r"\S")]
PlatformId = Annotated[str, Field(pattern=r"^\d{1,32}$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, coerce_numbers_to_str=True)
