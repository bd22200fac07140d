"""Which settings are safe for real notices, and which addresses a rehearsal may use.

Outside a rehearsal no value may be weaker than design.md's safe one. Inside a rehearsal every value may, but no
address may leave this machine.
"""

import ipaddress
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.settings_law import LawSettings, loosened
from bot.settings_layers import Key, credential_name, dotted, is_secret, shipped_folder, variable
from bot.settings_model import INFORMATIVE, POLICY_CONTACT, Settings
from bot.settings_values import WEEK, duration, is_loopback, spoken
from policies.terms import Channel

REMEDY = "only a ledger made by init --rehearsal may go beyond"
LOOPBACK_ONLY = "a rehearsal uses loopback addresses only; use 127.0.0.1"

AT_LEAST: dict[str, str] = {
    "retention.lead": "2h",
    "retention.minimum_display": "1h",
    "loop.lease": "5m",
    "loop.second_look": "1m",
    "loop.marker_slack": "2m",
    "loop.leave_to_expire": "24h",
    "loop.recheck_for": "30d",
    "loop.compare_overlap": "1h",
    "loop.alert_credential": "14d",
    "channels.facebook.settle": "15m",
    "channels.x.settle": "15m",
    "channels.instagram.settle": "15m",
}
AT_MOST: dict[str, str] = {
    "retention.approval_lapses": "7d",
    "retention.confirmation_valid": "24h",
    "loop.poll": "5s",
    "loop.late_after": "60s",
    "loop.lease": "15m",
    "loop.publish_deadline": "120s",
    "loop.call_deadline": "30s",
    "loop.trace_delays": "60s",
    "loop.removal_retry_delays": "5m",
    "loop.recheck_after": "10m",
    "loop.recheck_every": "1d",
    "loop.compare_every": "15m",
    "loop.compare_every_x": "1h",
    "loop.seen_at_max_age": "60s",
    "loop.alert_removal": "15m",
    "loop.alert_urgent": "60s",
    "loop.alert_urgent_second": "15m",
    "loop.alert_doubt": "15m",
    "loop.alert_page_unseen": "10m",
    "loop.alert_approval_waiting": "1d",
    "channels.website.deadline": "30s",
    "channels.facebook.deadline": "30s",
    "channels.x.deadline": "30s",
    "channels.instagram.deadline": "30s",
    "alerts.repeat_every": "4h",
}
# Without these a channel can neither post nor, which is worse, remove.
NEEDED: dict[Channel, tuple[str, ...]] = {
    Channel.WEBSITE: (),
    Channel.FACEBOOK: ("page_id", "app_id", "app_secret", "access_token"),
    Channel.X: ("user_id", "consumer_key", "consumer_secret", "access_token", "access_token_secret"),
    Channel.INSTAGRAM: ("user_id", "app_id", "app_secret", "access_token"),
}
EVERYBODY = frozenset({"common", "organizations", "consumers"})
ONE_TENANT = (
    "names no single tenant, so anybody's account could sign in; "
    "use https://login.microsoftonline.com/<tenant id>/v2.0/.well-known/openid-configuration"
)
_NOT_PUBLIC = ("local", "localhost", "internal", "lan", "home", "test", "invalid", "example")


@dataclass(frozen=True, kw_only=True)
class Unsafe:
    """One value that is refused, and why; the value itself is left out where it is a secret."""

    key: Key
    value: str | None
    why: str


def _at(settings: Settings, key: Key) -> Any:
    here: Any = settings
    for part in key:
        here = getattr(here, part)
    return here


def _refuse(settings: Settings, dotted_key: str, why: str) -> Unsafe:
    key = tuple(dotted_key.split("."))
    value = _at(settings, key)
    if isinstance(value, timedelta):
        said: str | None = spoken(value)
    elif isinstance(value, time):
        said = value.isoformat("minutes")
    elif isinstance(value, tuple):
        said = " ".join(spoken(item) if isinstance(item, timedelta) else str(item) for item in value)
    else:
        said = None if value is None or is_secret(key) else str(value)
    return Unsafe(key=key, value=said, why=why)


def unsafe(settings: Settings) -> Iterator[Unsafe]:
    """Everything that forbids starting with these settings."""
    yield from _consistent(settings)
    yield from _complete(settings)
    yield from _rehearsal(settings) if settings.rehearsal else _real(settings)


@cache
def shipped_law() -> LawSettings:
    """The law's tables that come with the product."""
    return LawSettings(**tomllib.loads((shipped_folder() / "law.toml").read_text(encoding="utf-8"))["law"])


def _longest(value: timedelta | tuple[timedelta, ...]) -> timedelta:
    return max(value) if isinstance(value, tuple) else value


def _real(settings: Settings) -> Iterator[Unsafe]:
    for key, limit in AT_LEAST.items():
        if _longest(_at(settings, tuple(key.split(".")))) < duration(limit):
            yield _refuse(settings, key, f"at least {limit}; {REMEDY}")
    for key, limit in AT_MOST.items():
        if _longest(_at(settings, tuple(key.split(".")))) > duration(limit):
            yield _refuse(settings, key, f"at most {limit}; {REMEDY}")
    yield from _working_hours(settings)
    for path, why in loosened(settings.law.law(), shipped_law().law()):
        yield Unsafe(key=("law", *path), value=None, why=f"{why}; {REMEDY}")


def _working_hours(settings: Settings) -> Iterator[Unsafe]:
    hours = settings.retention
    if hours.working_from < time(8):
        yield _refuse(settings, "retention.working_from", f"not before 08:00; {REMEDY}")
    if hours.working_until > time(18):
        yield _refuse(settings, "retention.working_until", f"not after 18:00; {REMEDY}")
    if hours.last_start > time(14):
        yield _refuse(settings, "retention.last_start", f"not after 14:00; {REMEDY}")
    if set(hours.working_days) - set(WEEK[:5]):
        yield _refuse(settings, "retention.working_days", f"Monday to Friday only; {REMEDY}")
    if not hours.bank_holidays:
        yield _refuse(settings, "retention.bank_holidays", f"must be true; {REMEDY}")


def _rehearsal(settings: Settings) -> Iterator[Unsafe]:
    urls = {"site.public_url": settings.site.public_url, "console.public_url": settings.console.public_url}
    if settings.console.entra_metadata_url is not None:
        urls["console.entra_metadata_url"] = settings.console.entra_metadata_url
    for channel in settings.channels.enabled:
        chosen = settings.channels.of(channel)
        urls |= {f"channels.{channel}.proxy": url for url in chosen.proxies.values()}
        if channel is not Channel.WEBSITE:
            urls[f"channels.{channel}.base_url"] = _at(settings, ("channels", channel.value, "base_url"))
    for key, url in urls.items():
        if not is_loopback(_host(url)):
            yield _refuse(settings, key, LOOPBACK_ONLY)
    for key in ("site.host", "serve.host", "console.host"):
        if not is_loopback(_at(settings, tuple(key.split(".")))):
            yield _refuse(settings, key, LOOPBACK_ONLY)


def _host(url: str) -> str:
    """The host of an address; empty, hence never loopback, when it cannot be told."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_public(host: str) -> bool:
    """Whether a platform could fetch from that host: a global address, or a name with a public ending."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host.rstrip(".") and host.rstrip(".").rpartition(".")[2].lower() not in _NOT_PUBLIC


def _consistent(settings: Settings) -> Iterator[Unsafe]:
    loop, hours = settings.loop, settings.retention
    if loop.lease <= 2 * loop.publish_deadline:
        # design.md section 10: else a second worker claims a post while the first may still be calling.
        yield _refuse(settings, "loop.lease", f"must be longer than twice publish_deadline, {_said(settings)}")
    for key in ("loop.call_deadline", *(f"channels.{channel}.deadline" for channel in Channel)):
        if _at(settings, tuple(key.split("."))) > loop.publish_deadline:
            yield _refuse(settings, key, "one call may not take longer than loop.publish_deadline")
    if not hours.working_from <= hours.last_start <= hours.working_until or hours.working_from == hours.working_until:
        yield _refuse(settings, "retention.last_start", "must lie between working_from and working_until")
    if hours.lead + hours.minimum_display >= hours.period:
        yield _refuse(settings, "retention.lead", "with minimum_display it leaves no time of the period to be up")
    if (settings.site.host, settings.site.port) == (settings.serve.host, settings.serve.port):
        yield _refuse(settings, "serve.port", "is the site's port as well; give each its own")
    taken = {(settings.site.host, settings.site.port), (settings.serve.host, settings.serve.port)}
    if (settings.console.host, settings.console.port) in taken:
        yield _refuse(settings, "console.port", "is the port of the site or of the watch page; give each its own")


def _said(settings: Settings) -> str:
    return spoken(settings.loop.publish_deadline)


def _complete(settings: Settings) -> Iterator[Unsafe]:
    for channel in settings.channels.enabled:
        for name in NEEDED[channel]:
            key = ("channels", channel.value, name)
            if _at(settings, key) is None:
                place = f"credentials file {credential_name(key)}" if is_secret(key) else "bot.toml"
                why = f"needed while the channel is enabled; set it in {place} or {variable(key)}"
                yield Unsafe(key=key, value=None, why=why)
    council = settings.council
    words = council.informative
    if _plain(words.text) != _plain(INFORMATIVE.format(council=council.name)):
        why = f"differs from policy 5.7.4(e), which ends with {council.name!r}; copy the shipped text word for word"
        yield Unsafe(key=("council", "informative", "text"), value=None, why=why)
    if words.contact != POLICY_CONTACT and not (words.contact_approved_by.strip() and words.contact_approved_at):
        why = "is not the policy's contact; name contact_approved_by and contact_approved_at (policy 5.7.4(e))"
        yield _refuse(settings, "council.informative.contact", why)
    yield from _instagram(settings)
    yield from _entra(settings)


def _entra(settings: Settings) -> Iterator[Unsafe]:
    """One tenant's own metadata or none (stack: pitfall 12)."""
    console = settings.console
    said = {
        name: _at(settings, ("console", name))
        for name in ("entra_metadata_url", "entra_client_id", "entra_client_secret")
    }
    for name in said if any(said.values()) else ():
        if said[name] is None:
            key = ("console", name)
            place = f"credentials file {credential_name(key)}" if is_secret(key) else "bot.toml"
            why = f"needed to sign in with Entra ID; set it in {place} or {variable(key)}"
            yield Unsafe(key=key, value=None, why=why)
    if console.entra_metadata_url is None:
        return
    parts = [part.casefold() for part in unquote(urlsplit(console.entra_metadata_url).path).split("/") if part]
    if parts[-3:] != ["v2.0", ".well-known", "openid-configuration"] or len(parts) < 4 or EVERYBODY & set(parts):
        yield _refuse(settings, "console.entra_metadata_url", ONE_TENANT)


def _plain(text: str) -> str:
    """Compared after collapsing white space and quote style only (R61)."""
    return " ".join(text.replace("’", "'").replace("‘", "'").split())


def _instagram(settings: Settings) -> Iterator[Unsafe]:
    """Instagram fetches its pictures from our site (design.md section 9)."""
    instagram = settings.channels.instagram
    if not instagram.enabled or is_loopback(_host(instagram.base_url)):
        return
    site = urlsplit(settings.site.public_url)
    if site.scheme != "https" or not is_public(site.hostname or ""):
        why = "Instagram fetches pictures from it: https on a public host, or channels.instagram.enabled = false"
        yield _refuse(settings, "site.public_url", why)


def cautions(settings: Settings) -> tuple[str, ...]:
    """What `doctor` should say: nothing here forbids starting, each of it weakens the promise."""
    alerts, console = settings.alerts, settings.console
    entra = console.entra_metadata_url is not None
    first = {url.get_secret_value().partition("://")[0] for url in alerts.urls}
    said = {
        "alerts.urls: alarms reach the log only; add a mail or Teams address": first == {"log"},
        "alerts.second_urls: no second route for the time when the first fails": not alerts.second_urls,
        "alerts.ping_url: nobody outside notices when this machine is dead": alerts.ping_url is None,
        "alerts.link_base: alarms carry no link": alerts.link_base is None,
        "console.help_line: case sheets do not say whom to ring when the network is down": not console.help_line,
        "console.entra_strong_context: Microsoft shows no second factor, so Directors and administrators need a code "
        "kept here as well": entra and console.entra_strong_context is None,
        "site.public_url: the public cannot reach a loopback address": is_loopback(_host(settings.site.public_url)),
    }
    return () if settings.rehearsal else tuple(text for text, applies in said.items() if applies)


def refusal(found: Unsafe, origin: str) -> str:
    """One problem as a line: place, key, value, limit, remedy."""
    value = "" if found.value is None else f" = {found.value}"
    return f"{origin}: {dotted(found.key)}{value}: {found.why}"
