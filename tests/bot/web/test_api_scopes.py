"""Which token opens which operation: every operation x scope x role, and that nothing else than a token opens any."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.scopes import GRANTABLE, OF_SYSTEMS, Scope
from bot.web import access
from bot.web.api import LIMIT
from policies.terms import Role
from store import people
from tests.bot.web.browser import address, routes
from tests.bot.web.caller import API, Caller, notice

EVERY = {"comms", "officer", "director", "other_director", "dpo", "legal", "auditor", "admin"}
OFFICERS = EVERY - {"auditor"}
WRITERS = {"comms", "officer"}
RECORD = {"dpo", "legal", "auditor", "admin", "director", "other_director"}
REF = "DBC-ZZZZZZ"
REASON = {"reason": "inaccurate"}

# Each operation: its scope, the roles it opens for, and a request that comes as far as the roles being asked.
OPERATIONS = {
    "submit": ("submit", WRITERS | {"system"}, lambda: ("POST", "/notices", notice())),
    "overview": ("read", EVERY | {"system"}, lambda: ("GET", "/notices", None)),
    "status": ("read", EVERY | {"system"}, lambda: ("GET", f"/notices/{REF}", None)),
    "preview": ("preview", EVERY | {"system"}, lambda: ("GET", f"/notices/{REF}/preview", None)),
    "confirm": ("confirm", WRITERS | {"director", "other_director", "legal"}, lambda: ("POST", f"/notices/{REF}/confirmation", {})),
    "retract": ("retract", OFFICERS, lambda: ("POST", f"/notices/{REF}/retraction", REASON)),
    "retract_case": ("retract", OFFICERS, lambda: ("POST", "/cases/NONE1/retraction", REASON)),
    "event": ("event", OFFICERS, lambda: ("POST", "/events", {"case": "NONE1", "what": "appeal_lodged"})),
    "retraction": ("read", EVERY | {"system"}, lambda: ("GET", f"/notices/{REF}/retraction", None)),
    "case_retraction": ("read", EVERY | {"system"}, lambda: ("GET", "/cases/NONE1/retraction", None)),
    "tasks": ("tasks", EVERY | {"system"}, lambda: ("GET", "/tasks", None)),
    "answer": ("tasks", OFFICERS, lambda: ("POST", "/tasks/999/answer", {})),
    "export": ("journal", RECORD, lambda: ("GET", "/journal", None)),
    "verify": ("journal", RECORD, lambda: ("GET", "/journal/verification", None)),
}  # fmt: skip


@pytest.fixture
def workers(office, staff):
    """Somebody of every role, and a system."""
    return {name: person for name, person in staff.items() if person is not None} | {"system": office.staff.system}


def send(caller: Caller, asked, token):
    method, path, body = asked
    return caller.ask(method, path, token, **({} if body is None else {"json": body}))


def opened(answer) -> bool:
    return answer.status_code not in {401, 403}


def test_the_table_of_operations_is_whole(app):
    named = {each.rpartition(".")[2] for each in access.TABLE if each.partition(".")[0] in {"api", "api_urgent", "api_record"}}  # fmt: skip
    assert named == {*OPERATIONS, "approve"}
    routed = {each.endpoint for each in app.url_map.iter_rules() if each.rule.startswith(API)}
    assert {each.rpartition(".")[2] for each in routed} == named
    assert {scope for scope, _, _ in OPERATIONS.values()} | {"approve"} == set(Scope)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_opens_for_its_roles_with_a_personal_token_and_for_no_other(name, caller, workers):
    _, roles, asked = OPERATIONS[name]
    for who, person in workers.items():
        answer = send(caller, asked(), caller.token(person))
        assert opened(answer) == (who in roles), (who, answer.text)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_limited_token_opens_what_its_scope_names_and_nothing_else(name, caller, workers):
    scope, roles, asked = OPERATIONS[name]
    for who in sorted(roles - {"other_director"}):
        person = workers[who]
        for each in sorted(OF_SYSTEMS if person.system else GRANTABLE):
            answer = send(caller, asked(), caller.token(person, each))
            assert opened(answer) == (each == scope), (who, each, answer.text)
            if each != scope:
                assert answer.json["type"].endswith(":scope")


def test_approving_takes_a_directors_own_whole_token(caller, office, workers):
    ref = office.submit().ref
    digest = "0" * 64
    for who, person in workers.items():
        tokens = {scope: caller.token(person, scope) for scope in Scope} | {"whole": caller.token(person)}
        for kind, token in tokens.items():
            answer = caller.post(f"/notices/{ref}/approval", token, {"digest": digest})
            reached = who == "director" and kind == "whole"
            assert answer.status_code == (422 if reached else 403), (who, kind, answer.text)


def test_a_system_neither_approves_nor_confirms_whatever_its_token_says(caller, office):
    ref = office.submit().ref
    for scopes in ((), ("approve", "confirm"), ("confirm",)):
        token = caller.token(office.staff.system, *scopes)
        assert caller.post(f"/notices/{ref}/approval", token, {"digest": "0" * 64}).status_code == 403
        assert caller.post(f"/notices/{ref}/confirmation", token, {}).status_code == 403


@pytest.mark.parametrize("name", [*OPERATIONS, "approve"])
def test_nothing_but_a_token_opens_an_operation(name, caller, office, desk, given):
    app, browser = caller.app, desk.as_(office.staff.second)
    rule, method = next(each for each in routes(app) if each[0].endpoint.startswith("api") and each[0].endpoint.endswith(f".{name}"))  # fmt: skip
    path = address(app, rule, given)
    before = office.everything()
    for headers in ({}, {"Origin": "https://elsewhere.example"}, {"Origin": browser.origin}):
        answer = browser.ask(method, path, json={}, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "Set-Cookie" not in answer.headers
        assert not [each for each in dict(answer.headers) if each.startswith("Access-Control")]
    for said in ("", "Basic eDp5", "Bearer", "Bearer  ", "Bearer dd_unknown", "Bearer \xe9"):
        answer = caller.ask(method, path.removeprefix(API), None, headers={"Authorization": said}, json={})
        assert answer.status_code == 401
    assert office.everything() == before


def test_a_sessions_cookie_is_not_even_looked_up_at_the_api(caller, office, desk):
    """People are known there by their tokens alone."""
    browser, token, asked = desk.as_(office.staff.second), caller.token(office.staff.comms), []
    office.clock.advance(timedelta(minutes=2))
    event.listen(office.bot.ledger.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    for path in (f"{API}/notices", f"{API}/nowhere", "/openapi.json"):
        for headers in ({}, {"Authorization": f"Bearer {token}"}):
            browser.get(path, headers=headers)
    browser.ask("POST", f"{API}/events", json={})
    assert asked
    assert not [each for each in asked if "web_sessions" in each]
    browser.get("/")
    assert [each for each in asked if "web_sessions" in each]


def test_a_token_ends_with_its_person_its_withdrawal_or_its_role(caller, office):
    tokens = [caller.token(office.staff.second), caller.token(office.staff.second, "read")]
    assert all(caller.get("/notices", each).status_code == 200 for each in tokens)
    with office.bot.ledger.write() as tx:
        people.revoke_tokens(tx, office.staff.second.id, office.clock())
    assert all(caller.get("/notices", each).status_code == 401 for each in tokens)
    leaver = caller.token(office.staff.comms)
    with office.bot.ledger.write() as tx:
        people.revoke(tx, office.staff.comms.id, Role.COMMS, None, office.clock())
    assert caller.get("/notices", leaver).status_code == 403


def test_tokens_are_kept_as_hashes_only(caller, office):
    token = caller.token(office.staff.comms, "read")
    assert token not in office.everything()[0]


def test_requests_are_limited_for_each_token_but_never_what_takes_down(caller, office):
    allowed = int(LIMIT.split()[0])
    token, other, ref = caller.token(office.staff.comms), caller.token(office.staff.comms), office.approved()
    statuses = [caller.get("/tasks", token).status_code for _ in range(allowed + 1)]
    assert statuses == [200] * allowed + [429]
    late = caller.get("/notices", token)
    assert late.status_code == 429
    assert late.mimetype == "application/problem+json"
    assert int(late.headers["Retry-After"]) >= 1
    assert caller.get("/notices", other).status_code == 200
    for _ in range(allowed + 5):
        assert caller.post(f"/notices/{ref}/retraction", token, REASON).status_code == 202
        assert caller.get(f"/notices/{ref}/retraction", token).status_code == 200


def test_a_submission_of_a_system_counts_as_of_whoever_answers_for_it(caller, office):
    made = caller.post("/notices", caller.token(office.staff.system, "submit"), notice())
    assert made.status_code == 201
    refused = caller.approve(made.json["ref"], caller.token(office.staff.deputy))
    assert {each["clause"] for each in refused.json["objections"]} >= {"R21"}
