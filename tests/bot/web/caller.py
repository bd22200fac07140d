"""Another system of the council at the HTTP API: sends what a caller sends, with a token and without cookies."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from policies.terms import Person
from store import people
from tests.bot.office import SAMPLES, Office, document

API = "/api/v1"


@dataclass
class Caller:
    office: Office
    app: Flask

    def token(self, person: Person, *scopes: str) -> str:
        """A personal token, or one that is limited to these scopes."""
        with self.office.bot.ledger.write() as tx:
            return people.issue_token(tx, person.id, self.office.clock(), scopes=scopes or None)

    def ask(
        self, method: str, path: str, token: str | None, *, headers: dict[str, str] | None = None, **more: Any
    ) -> TestResponse:
        sent = ({"Authorization": f"Bearer {token}"} if token else {}) | (headers or {})
        return self.app.test_client(use_cookies=False).open(
            API + path,
            method=method,
            base_url=self.office.bot.settings.console.public_url,
            headers=sent,
            buffered=True,
            **more,
        )

    def get(self, path: str, token: str | None, **more: Any) -> TestResponse:
        return self.ask("GET", path, token, **more)

    def post(
        self, path: str, token: str | None, body: Any = None, *, key: str = "", code: str = "", **more: Any
    ) -> TestResponse:
        headers = ({"Idempotency-Key": key} if key else {}) | ({"X-TOTP": code} if code else {})
        return self.ask("POST", path, token, json={} if body is None else body, headers=headers, **more)

    def approve(self, ref: str, token: str, **more: Any) -> TestResponse:
        """Approve whatever the preview shows."""
        digest = self.get(f"/notices/{ref}/preview", token).json["digest"]
        return self.post(f"/notices/{ref}/approval", token, {"digest": digest}, **more)


def notice(name: str = "case_outcome", *, pictures: bool = True, **changes: Any) -> dict[str, Any]:
    """A sample submission as the API takes it, with its pictures."""
    written = document(name, **changes)
    files = [each["file"] for each in written["content"].get("pictures", [])] if pictures else []
    sent = [{"name": each, "content": b64encode((SAMPLES / each).read_bytes()).decode()} for each in files]
    return {"submission": written, "pictures": sent}
