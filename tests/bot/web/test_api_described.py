"""What /openapi.json says is what the API does: asked of every operation with made-up requests, good and bad."""

from urllib.parse import urlsplit

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from tests.bot.web.caller import Caller

# What is well formed may still be refused by the policy.
CONFIG = {"checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422"]}}}
MODES = {"good": GenerationMode.POSITIVE, "bad": GenerationMode.NEGATIVE}
OPERATIONS = (
    "POST /notices", "GET /notices", "GET /notices/{ref}", "GET /notices/{ref}/preview",
    "POST /notices/{ref}/approval", "POST /notices/{ref}/confirmation", "POST /notices/{ref}/retraction",
    "GET /notices/{ref}/retraction", "POST /cases/{case}/retraction", "GET /cases/{case}/retraction", "POST /events",
    "GET /tasks", "POST /tasks/{number}/answer", "GET /journal", "GET /journal/verification",
)  # fmt: skip

# As many again in the other mode.
TEN = settings(
    max_examples=10,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def unlimited(app: Flask) -> Flask:
    for each in app.extensions["limiter"]:
        each.enabled = False
    return app


def described(office, app):
    return schemathesis.openapi.from_wsgi(
        "/openapi.json",
        app,
        config=SchemathesisConfig.from_dict(CONFIG),
        base_url=office.bot.settings.console.public_url,
    )


def test_every_operation_is_described_and_asked(office, app):
    document = described(office, app).raw_schema
    assert document["openapi"].startswith("3.1")
    found = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, item in document["paths"].items()
        for method in item
    }
    assert found == set(OPERATIONS)
    assert document["components"]["securitySchemes"] == {"bearer": {"type": "http", "scheme": "bearer"}}
    assert all(each["security"] == [{"bearer": []}] for item in document["paths"].values() for each in item.values())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_answers_as_it_is_described(name, mode, office, unlimited):
    there = {"ref": office.up(channels=["website"]), "case": "eh20260417", "number": "1"}
    method, path = name.split()
    operation = described(office, unlimited)[f"/api/v1{path}"][method]
    host = urlsplit(office.bot.settings.console.public_url).netloc
    token = Caller(office, unlimited).token(office.staff.deputy)

    @TEN
    @given(st.data())
    def asked(data):
        case = data.draw(operation.as_strategy(generation_mode=MODES[mode]))
        if mode == "good" and case.path_parameters:
            # Else nothing made up is ever there.
            case.path_parameters.update({name: there[name] for name in case.path_parameters})
        case.call_and_validate(headers={"Authorization": f"Bearer {token}", "Host": host})

    asked()
