"""Signing in with Microsoft Entra ID, without a web framework: OpenID Connect's code flow with PKCE.

People are known by tenant id and object id, which nobody can rename. The ledger gives roles; the token's `roles` claim
can only take some of them away for a session.
"""

import hmac
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry

from adapters.http import EdgeSession
from bot.settings_model import ConsoleSettings
from policies.terms import Role

# How long somebody may take at Entra, and how far its clock may be from ours.
PATIENCE = timedelta(minutes=15)
_LEEWAY = timedelta(minutes=1)
_DEADLINE = timedelta(seconds=10)
# Fewer than the console has workers: a slow issuer keeps nobody from retracting.
_AT_ONCE = threading.BoundedSemaphore(4)
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
# What a token may call our roles (stack: pitfall 13).
APP_ROLES = {role.value: role for role in Role if role is not Role.SYSTEM} | {"approver": Role.DIRECTOR}


class EntraFailed(Exception):
    """Nobody was signed in. `kind` says what failed in one word of ours or an error's type, never its text."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a browser went to Entra with; it keeps this, signed, until it comes back."""

    state: str
    nonce: str
    verifier: str
    at: int


@dataclass(frozen=True, kw_only=True)
class Proved:
    """Whom Entra has sent back.

    `only`: the roles the token names. `twice`: whether it shows a second factor; `strong_at`: when that was.
    """

    tenant: str
    subject: str
    only: frozenset[Role] | None
    twice: bool
    strong_at: datetime | None


def begin(console: ConsoleSettings, *, back: str, again: bool, now: datetime, twice: bool = False) -> tuple[str, Asked]:
    """Where to send the browser, and what it has to come back with.

    `again`: Entra is to ask, whoever is signed in; `twice`: for a second factor, where the tenant has a way to say so.
    """
    asked = Asked(
        state=generate_token(43), nonce=generate_token(43), verifier=generate_token(64), at=int(now.timestamp())
    )
    with _plainly(), _session() as edge:
        metadata = _metadata(console, edge)
        more: dict[str, Any] = {"prompt": "login", "max_age": "0"} if again else {}
        if (again or twice) and console.entra_strong_context:
            more["claims"] = f'{{"id_token":{{"acrs":{{"essential":true,"value":"{console.entra_strong_context}"}}}}}}'
        address, _ = _client(console, edge, back).create_authorization_url(
            metadata["authorization_endpoint"],
            state=asked.state,
            code_verifier=asked.verifier,
            nonce=asked.nonce,
            **more,
        )
    return str(address), asked


def come_back(console: ConsoleSettings, asked: Asked, said: Mapping[str, str], *, back: str, now: datetime) -> Proved:
    """Whom the answer in the browser's address proves. Raises EntraFailed."""
    if not hmac.compare_digest(said.get("state", "").encode(), asked.state.encode()):
        raise EntraFailed("state")
    if not timedelta() <= now - datetime.fromtimestamp(asked.at, UTC) <= PATIENCE:
        raise EntraFailed("too-late")
    if "error" in said or not said.get("code"):
        raise EntraFailed("refused-there")
    with _plainly(), _session() as edge:
        metadata = _metadata(console, edge)
        token = _client(console, edge, back).fetch_token(
            metadata["token_endpoint"],
            grant_type="authorization_code",
            code=said["code"],
            code_verifier=asked.verifier,
        )
        # Read anew at each sign-in, so that a key that was replaced is never one too old.
        keys = KeySet.import_key_set(KeySetSerialization(keys=_json(edge, metadata["jwks_uri"])["keys"]))
        signed = jwt.decode(
            str(token["id_token"]), keys, registry=JWSRegistry(algorithms=["RS256"], strict_check_header=False)
        )
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            {
                "iss": {"essential": True, "value": metadata["issuer"]},
                "aud": {"essential": True, "value": console.entra_client_id},
                "exp": {"essential": True},
                "iat": {"essential": True},
            },
            {"nonce": asked.nonce, "client_id": console.entra_client_id},
        )
        claims.validate(now=int(now.timestamp()), leeway=int(_LEEWAY.total_seconds()))
        return _proved(console, claims, metadata["issuer"], now)


@contextmanager
def _plainly() -> Iterator[None]:
    """Whatever goes wrong at or on the way to Entra is one kind of error (stack: pitfall 14)."""
    if not _AT_ONCE.acquire(blocking=False):
        raise EntraFailed("busy")
    try:
        yield
    except (AuthlibBaseError, JoseError, requests.RequestException, ValueError, TypeError, KeyError) as error:
        raise EntraFailed(type(error).__name__) from None
    finally:
        _AT_ONCE.release()


def _session() -> EdgeSession:
    return EdgeSession(deadline=_DEADLINE)


def _client(console: ConsoleSettings, edge: EdgeSession, back: str) -> Any:
    secret = console.entra_client_secret
    client = OAuth2Session(
        client_id=console.entra_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106  # a method's name
        scope="openid",
        redirect_uri=back,
        code_challenge_method="S256",
    )
    # Every call has the total deadline and the bounds that every call of ours has.
    client.session = edge
    return client


def _json(edge: EdgeSession, url: str) -> dict[str, Any]:
    answer = edge.get(url)
    if answer.status_code != 200:
        raise EntraFailed(f"http-{answer.status_code}")
    body = answer.json()
    if not isinstance(body, dict):
        raise EntraFailed("not-json")
    return body


def _metadata(console: ConsoleSettings, edge: EdgeSession) -> dict[str, str]:
    """The tenant's metadata. Everything it names is on its own host, and its issuer is one tenant."""
    found = _json(edge, console.entra_metadata_url or "")
    ours = urlsplit(console.entra_metadata_url or "")
    needed = {name: found.get(name) for name in _NEEDED}
    for name, url in needed.items():
        parts = urlsplit(url) if isinstance(url, str) else None
        if parts is None or (parts.scheme, parts.netloc) != (ours.scheme, ours.netloc) or "{" in parts.path:
            raise EntraFailed(f"metadata-{name}")
    return {name: str(url) for name, url in needed.items()}


def _proved(console: ConsoleSettings, claims: Mapping[str, Any], issuer: str, now: datetime) -> Proved:
    tenant, subject, roles = claims.get("tid"), claims.get("oid"), claims.get("roles")
    if not isinstance(tenant, str) or not isinstance(subject, str) or not tenant or not subject:
        raise EntraFailed("no-ids")
    if tenant.lower() not in urlsplit(issuer).path.lower().split("/"):
        raise EntraFailed("other-tenant")
    only = None
    if roles is not None:
        named = {str(each).casefold() for each in roles} if isinstance(roles, list) else set()
        only = frozenset(APP_ROLES[each] for each in named if each in APP_ROLES)
    twice = _twice(console, claims)
    strong_at = _proved_at(claims, now) if twice else None
    return Proved(tenant=tenant.lower(), subject=subject.lower(), only=only, twice=twice, strong_at=strong_at)


def _twice(console: ConsoleSettings, claims: Mapping[str, Any]) -> bool:
    """Whether the token shows a second factor. Those of version 2.0 name an authentication context, never a method."""
    methods, contexts = claims.get("amr"), claims.get("acrs")
    wanted = console.entra_strong_context
    by_context = wanted is not None and isinstance(contexts, list) and wanted in contexts
    return by_context or (isinstance(methods, list) and "mfa" in methods)


def _proved_at(claims: Mapping[str, Any], now: datetime) -> datetime | None:
    """When the person last proved it; None where the tenant's app is not set to say so."""
    at = claims.get("auth_time")
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at <= (now + _LEEWAY).timestamp():
        return None
    return min(datetime.fromtimestamp(at, UTC), now)
