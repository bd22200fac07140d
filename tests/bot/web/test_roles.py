"""Who may open what, asked of every route as every role; and that what is not written down is closed."""

import pytest

from bot import signing_in
from bot.web import access
from policies.terms import Role
from store import people
from tests.bot.office import SERVICE
from tests.bot.web.browser import Browser, address, routes

EVERY = {"comms", "officer", "director", "other_director", "dpo", "legal", "auditor", "admin"}
MAY_RETRACT = EVERY - {"auditor"}
MAY_ADVISE = {"comms", "officer", "dpo", "legal"}
MAY_CONFIRM = {"comms", "officer", "director", "other_director", "legal"}
WRITE = {"comms", "officer"}
PUBLIC = EVERY | {"nobody", "no_role"}

# The written table. `other_director` directs another service than the one whose notice is asked for.
MAY_OPEN = {
    "static": PUBLIC,
    "signin.form": PUBLIC,
    "signin.enter": PUBLIC,
    "signin.invitation": PUBLIC,
    "signin.accept": PUBLIC,
    "signin.leave": EVERY,
    "signin.again": EVERY,
    "signin.proved": EVERY,
    "entra.begin": PUBLIC,
    "entra.back": PUBLIC,
    "entra.code_form": PUBLIC,
    "entra.code": PUBLIC,
    "account.home": EVERY,
    "account.end": EVERY,
    "account.end_others": EVERY,
    "account.password_form": EVERY,
    "account.password": EVERY,
    "account.factor_form": EVERY,
    "account.factor": EVERY,
    "about.accessibility": PUBLIC,
    "live.home": EVERY,
    "live.search": EVERY,
    "live.listed": EVERY,
    "notice.page": EVERY,
    "notice.copies": EVERY,
    "retract.form": MAY_RETRACT,
    "retract.act": MAY_RETRACT,
    "retract.progress": EVERY,
    "retract.part": EVERY,
    "retract.case_progress": EVERY,
    "retract.case_part": EVERY,
    "retract.sheet": EVERY,
    "approve.waiting": {"director", "other_director"},
    "approve.form": {"director"},
    "approve.act": {"director"},
    "approve.send_back": {"director"},
    "advice.wanted": MAY_ADVISE,
    "advice.form": MAY_ADVISE,
    "advice.act": MAY_ADVISE,
    "notice.picture": EVERY,
    "acts.confirm_form": MAY_CONFIRM,
    "acts.confirm": MAY_CONFIRM,
    "acts.requeue": {"comms", "officer", "director", "other_director", "admin"},
    "acts.evidence": MAY_RETRACT,
    "acts.attest": MAY_RETRACT,
    "case.page": EVERY,
    "case.event_form": MAY_RETRACT,
    "case.event": MAY_RETRACT,
    "drafts.home": WRITE,
    "drafts.begin": WRITE,
    "drafts.tasks": WRITE,
    "drafts.edit": WRITE,
    "drafts.write": WRITE,
    "drafts.remove": WRITE,
    "drafts.upload_form": WRITE,
    "drafts.upload": WRITE,
    "drafts.picture": WRITE,
    "drafts.preview": WRITE,
    "drafts.framed": WRITE,
    "drafts.stylesheet": PUBLIC,
    "drafts.check": WRITE,
    "drafts.submit": WRITE,
    "drafts.discard": WRITE,
    "drafts.copy": WRITE,
    "drafts.amend": WRITE,
    "drafts.lesser": WRITE,
    "drafts.correct": WRITE,
    "tasks.home": EVERY,
    "tasks.page": EVERY,
    "tasks.act": MAY_RETRACT,
    "tasks.alarms_raised": EVERY,
    "tasks.acknowledge": MAY_RETRACT,
    "requests.home": EVERY,
    "requests.form": MAY_RETRACT,
    "requests.log": MAY_RETRACT,
    "requests.page": EVERY,
    "requests.act": MAY_RETRACT,
    "channels.home": EVERY,
    "channels.act": MAY_RETRACT,
    "channels.canary_form": {"comms", "director", "other_director", "admin"},
    "channels.fly": {"comms", "director", "other_director", "admin"},
    "record.home": EVERY,
    "record.filtered": EVERY,
    "record.verify": EVERY,
    "record.export_form": EVERY - {"comms", "officer"},
    "record.export": EVERY - {"comms", "officer"},
    "record.hold_form": {"dpo", "legal", "admin"},
    "record.hold": {"dpo", "legal", "admin"},
    "record.schedule": EVERY,
    "record.report": EVERY,
    "people.home": {"admin"},
    "people.add_form": {"admin"},
    "people.add": {"admin"},
    "people.page": {"admin"},
    "people.act": {"admin"},
    "calendar.home": EVERY,
    "calendar.act": EVERY,
    "calendar.feed": PUBLIC,
    # The API asks for a token by itself: test_api_scopes.
    "api_document.document": PUBLIC,
    "api.submit": PUBLIC,
    "api.overview": PUBLIC,
    "api.status": PUBLIC,
    "api.preview": PUBLIC,
    "api.approve": PUBLIC,
    "api.confirm": PUBLIC,
    "api_urgent.retract": PUBLIC,
    "api_urgent.retract_case": PUBLIC,
    "api_urgent.event": PUBLIC,
    "api_urgent.retraction": PUBLIC,
    "api_urgent.case_retraction": PUBLIC,
    "api_record.tasks": PUBLIC,
    "api_record.answer": PUBLIC,
    "api_record.export": PUBLIC,
    "api_record.verify": PUBLIC,
}
# Only after a fresh proof of identity.
STRONG = {
    "approve.act",
    "account.password_form",
    "account.password",
    "account.factor_form",
    "account.factor",
    "channels.canary_form",
    "channels.fly",
    "record.export_form",
    "record.export",
    "people.add_form",
    "people.add",
    "people.page",
    "people.act",
}


def test_the_table_names_every_route_and_no_other(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(MAY_OPEN)
    assert set(access.TABLE) == set(MAY_OPEN)


def test_the_table_of_strong_proofs_is_what_is_written_here():
    assert {endpoint for endpoint, found in access.TABLE.items() if found.strong} == STRONG


@pytest.mark.parametrize("who", sorted(PUBLIC))
def test_every_route_opens_for_exactly_those_written_down(who, app, staff, given, open_browser):
    for rule, method in routes(app):
        desk = open_browser()
        if staff[who] is not None:
            desk.as_(staff[who])
        path = address(app, rule, given)
        answer = desk.get(path) if method == "GET" else desk.post(path)
        to_sign_in = answer.status_code in {302, 303} and "/sign-in?" in answer.headers["Location"]
        # The table refuses with words of its own; 403 of a page that was opened says something else.
        denied = to_sign_in or "Your roles do not allow it" in answer.text
        assert (not denied) == (who in MAY_OPEN[rule.endpoint]), (rule.endpoint, method, answer.status)
        assert answer.status_code < 500


def test_what_asks_for_a_fresh_proof_sends_everybody_else_to_give_it_first(app, staff, given, desk, office):
    for rule, method in routes(app):
        if rule.endpoint in STRONG:
            desk.as_(staff[min(MAY_OPEN[rule.endpoint])], strong=False)
            answer = desk.get(address(app, rule, given)) if method == "GET" else desk.post(address(app, rule, given))
            assert answer.headers["Location"].startswith("/prove?next=")


def test_a_proof_of_identity_counts_for_ten_minutes(staff, desk, office):
    desk.as_(staff["director"])
    assert "/prove" not in desk.get("/account/password").headers.get("Location", "")
    office.clock.advance(office.bot.settings.console.strong_for * 1.01)
    assert desk.get("/account/password").headers["Location"].startswith("/prove?next=")


def test_a_route_that_is_not_in_the_table_is_closed_to_all(app, staff, open_browser):
    app.add_url_rule("/new-page", endpoint="new.page", view_func=lambda: "hello")
    for who in sorted(PUBLIC):
        desk = open_browser()
        if staff[who] is not None:
            desk.as_(staff[who])
        assert desk.get("/new-page").status_code == 403


def test_a_page_may_be_opened_only_in_its_own_method(desk, staff):
    desk.as_(staff["comms"])
    assert desk.post("/account").status_code == 405
    assert desk.get("/account/end").status_code == 405


def test_a_role_that_ends_closes_its_pages_at_once(office, staff, desk, given):
    now = office.clock()
    with office.bot.ledger.write() as tx:
        deputy, _ = people.add(tx, name="Sample deputy of a day", held=[(Role.AUDITOR, None)], now=now)
        ends = now + office.bot.settings.console.strong_for
        people.grant(tx, deputy.id, Role.DIRECTOR, SERVICE, starts=now, ends=ends)
    desk.as_(deputy)
    assert desk.get(f"/notices/{given['ref']}/retract").status_code == 200
    office.clock.advance(office.bot.settings.console.strong_for)
    assert desk.get(f"/notices/{given['ref']}/retract").status_code == 403
    assert desk.get("/").status_code == 200


def test_who_is_disabled_is_out_at_the_next_request(office, staff, desk: Browser):
    desk.as_(staff["comms"])
    assert desk.is_in
    with office.bot.ledger.write() as tx:
        people.disable(tx, staff["comms"].id, office.clock())
    assert not desk.is_in


def test_nobody_retracts_through_a_page_what_their_role_may_not(office, staff, desk, given):
    before = office.everything()
    desk.as_(staff["auditor"])
    begun = office.everything()
    assert before != begun
    answer = desk.post(f"/notices/{given['ref']}/retract", {"reason": "inaccurate", "scope": "notice"})
    assert answer.status_code == 403
    assert office.everything() == begun


def test_a_form_cannot_bring_along_more_than_its_fields(office, staff, desk):
    """Mass assignment (ASVS 15.3.3): who one is and what one may do are never read from a form."""
    desk.as_(staff["comms"])
    desk.post("/search", {"words": "x", "role": "admin", "person_id": staff["admin"].id, "state": "approved"})
    found = signing_in.resume(office.bot, desk.cookie("dd_session"), office.bot.settings.console, office.clock())
    assert found.person == staff["comms"]
