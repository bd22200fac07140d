"""A small identity provider on loopback that answers like one tenant of Entra ID: real keys, codes, PKCE and tokens."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from adapters.standin.core import Answer, Request, Standin, json_answer

TENANT = "11111111-2222-3333-4444-555555555555"
OBJECT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
CLIENT, SECRET = "console-client", "canary-entra-client-secret"
# Made once: it takes a while.
KEYS = {kid: RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}) for kid in ("first", "second")}


@dataclass
class Asked:
    """What the browser came with, and what its code stands for."""

    redirect_uri: str
    nonce: str
    challenge: str
    used: bool = False


@dataclass
class Says:
    """What the next tokens say instead of the truth, and how they are signed."""

    claims: dict[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    key: str = "first"
    published: tuple[str, ...] = ("first",)
    alg: str = "RS256"
    error: str | None = None


class Issuer(Standin):
    name = "issuer"

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(clock=clock)
        self.says = Says()
        self.asked: dict[str, Asked] = {}
        self.metadata: dict[str, Any] = {}
        self.seen: dict[str, str] = {}

    def throttled(self, reset: datetime | None) -> Answer:
        return json_answer(429, {"error": "temporarily_unavailable"})

    def answer(self, request: Request) -> Answer:
        base = f"{urlsplit(request.url).scheme}://{urlsplit(request.url).netloc}/{TENANT}"
        match request.path.removeprefix(f"/{TENANT}"):
            case "/v2.0/.well-known/openid-configuration":
                return json_answer(200, self.known(base) | self.metadata)
            case "/discovery/v2.0/keys":
                return json_answer(200, {"keys": [KEYS[kid].as_dict(private=False) for kid in self.says.published]})
            case "/oauth2/v2.0/token":
                return self.token(base, dict(parse_qsl(request.body.decode())))
            case _:
                return json_answer(404, {})

    def known(self, base: str) -> dict[str, Any]:
        return {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def authorize(self, address: str) -> str:
        """The person signs in there; returns where Entra sends the browser back to."""
        said = dict(parse_qsl(urlsplit(address).query))
        self.seen = said
        assert said["response_type"] == "code"
        assert said["client_id"] == CLIENT
        assert said["code_challenge_method"] == "S256"
        assert "openid" in said["scope"]
        code = secrets.token_urlsafe(16)
        self.asked[code] = Asked(said["redirect_uri"], said["nonce"], said["code_challenge"])
        return f"{said['redirect_uri']}?{urlencode({'code': code, 'state': said['state']})}"

    def token(self, base: str, said: dict[str, str]) -> Answer:
        asked = self.asked.get(said.get("code", ""))
        verifier = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        right = (said.get("client_id"), said.get("client_secret")) == (CLIENT, SECRET)
        if self.says.error or not right or asked is None or asked.used or proof != asked.challenge:
            return json_answer(400, {"error": self.says.error or "invalid_grant", "error_description": "canary-detail"})
        if said.get("redirect_uri") != asked.redirect_uri:
            return json_answer(400, {"error": "invalid_grant"})
        asked.used = True
        now = int(self.clock().timestamp())
        claims = {
            "iss": f"{base}/v2.0", "aud": CLIENT, "exp": now + 3600, "iat": now, "nbf": now, "nonce": asked.nonce,
            "sub": "pairwise", "tid": TENANT, "oid": OBJECT, "name": "canary-claim-name",
        } | self.says.claims  # fmt: skip
        claims = {name: value for name, value in claims.items() if name not in self.says.without}
        return json_answer(200, {"token_type": "Bearer", "access_token": "opaque", "id_token": self.signed(claims)})

    def signed(self, claims: dict[str, Any]) -> str:
        if self.says.alg == "none":
            parts = ({"alg": "none", "typ": "JWT"}, claims)
            return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts) + "."
        if self.says.alg == "HS256":
            # The classic confusion: the public key as a shared secret.
            public = KEYS["first"].as_pem(private=False)
            head = {"alg": "HS256", "kid": "first"}
            body = ".".join(
                base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in (head, claims)
            )
            mac = hmac.new(public, body.encode(), hashlib.sha256).digest()
            return f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
        return jwt.encode({"alg": "RS256", "kid": self.says.key}, claims, KEYS[self.says.key])
