"""Steps that are skipped, repeated or taken by the wrong person: refused, on the log by route and person, and no more."""

import json

import pytest

from bot import intake
from policies.lifecycle import Standing
from policies.terms import Reason
from tests.bot.web.browser import routes
from tests.bot.web.everything import everything_in, paths
from tests.bot.web.test_approve import shown, standing
from tests.bot.web.test_text_and_secrets import logged_at_every_level

# What a form or a program could bring along to be more than it is.
MORE = {
    "state": "approved", "status": "live", "standing": "queued", "approved": "yes", "approved_by": "1", "author": "1",
    "author_id": "1", "actor": "1", "person": "1", "person_id": "1", "role": "director", "roles": "admin",
    "service": "other", "ref": "DBC-ZZZZZZ", "revision": "1", "rehearsal": "no", "now": "2020-01-01T00:00:00Z",
    "first_up_at": "2040-01-01T00:00:00Z", "down_by": "2040-01-01T00:00:00Z", "epoch": "9",
}  # fmt: skip


def told(logged: str) -> list[tuple[str, int, str]]:
    lines = [json.loads(line) for line in logged.splitlines()]
    return [(each["route"], each["status"], each["person"]) for each in lines if each["event"] == "console_refused"]


@pytest.fixture
def own(office):
    """A notice of somebody who may approve others."""
    return office.submit(by=office.staff.deputy, channels=["website"]).ref


def test_an_approval_of_ones_own_of_an_old_version_or_of_another_notice_is_refused_and_logged(desk, office, own):
    s = office.staff
    ref, other = (office.submit(channels=["website"], case_ref=f"EH/2026/{each}").ref for each in (11, 12))
    desk.as_(s.director)
    old, of_another = shown(desk, ref), shown(desk, other)
    office.amend(ref, case_ref="EH/2026/11", channels=["website"], content__headline="Two fined in Other Lane")
    digest = intake.preview(office.bot, s.director, own).digest
    tries = [(s.deputy, own, {"digest": digest, "seen": "1.0.0"}), (s.director, ref, old),
             (s.director, other, of_another | {"digest": old["digest"]}), (s.comms, other, of_another)]  # fmt: skip
    with logged_at_every_level() as logged:
        for person, what, sent in tries:
            desk.as_(person)
            answer = desk.post(f"/notices/{what}/approve", sent)
            assert answer.status_code == (403 if person is s.comms else 409)
    assert [standing(office, each) for each in (own, ref, other)] == [Standing.AWAITING_APPROVAL] * 3
    assert told(logged()) == [("approve.act", 403 if person is s.comms else 409, person.id) for person, _, _ in tries]


def test_an_approval_sent_again_queues_nothing_twice_and_after_a_retraction_nothing_at_all(desk, office):
    ref = office.submit(channels=["website"]).ref
    desk.as_(office.staff.director)
    sent = shown(desk, ref)
    assert desk.post(f"/notices/{ref}/approve", sent).status_code == 303
    queued = office.posts(ref)
    desk.post(f"/notices/{ref}/approve", sent)
    assert office.posts(ref) == queued
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.INACCURATE, note="")
    posts, entries = office.posts(ref), office.journal(ref)
    assert desk.post(f"/notices/{ref}/approve", sent).status_code == 409
    assert (office.posts(ref), office.journal(ref)) == (posts, entries)


def test_no_form_brings_along_more_than_its_fields(desk, office, own):
    """Mass assignment (ASVS 15.3.3): the same is on record as without it."""
    desk.as_(office.staff.director)
    plain, laden = (office.submit(channels=["website"], case_ref=f"EH/2026/{each}").ref for each in (21, 22))
    assert desk.post(f"/notices/{plain}/approve", shown(desk, plain)).status_code == 303
    assert desk.post(f"/notices/{laden}/approve", MORE | shown(desk, laden)).status_code == 303
    first, second = ([(each.actor, each.event) for each in office.journal(ref)] for ref in (plain, laden))
    assert first == second
    desk.as_(office.staff.second)
    for ref in (plain, laden):
        more = MORE if ref == laden else {}
        sent = more | {"reason": "inaccurate", "scope": "notice"}
        assert desk.post(f"/notices/{ref}/retract", sent).status_code == 303
    first, second = ([(each.actor, each.event) for each in office.journal(ref)] for ref in (plain, laden))
    assert first == second
    assert standing(office, own) is Standing.AWAITING_APPROVAL


@pytest.mark.parametrize("name", sorted(set(MORE) - {"service"}))
def test_no_program_brings_along_more_than_its_fields(caller, office, name):
    token, ref = caller.token(office.staff.second), office.submit(channels=["website"]).ref
    before = office.everything()
    for path, body in ((f"/notices/{ref}/retraction", {"reason": "inaccurate"}), (f"/notices/{ref}/confirmation", {})):
        answer = caller.post(path, token, body | {name: MORE[name]})
        assert answer.status_code in {400, 422}, answer.text
    assert office.everything() == before


def test_an_approval_that_the_policy_refuses_to_a_program_is_logged(caller, office, own):
    token = caller.token(office.staff.deputy)
    with logged_at_every_level() as logged:
        assert caller.approve(own, token).status_code == 422
    assert '"api_refused"' in logged()
    assert office.staff.deputy.id in logged()


def test_a_draft_of_somebody_else_is_not_there_by_any_route(app, office, desk):
    """Each address with a draft in it (ASVS 8.2.2)."""
    given = everything_in(office, desk)
    asked = [(rule, method) for rule, method in routes(app) if "draft_id" in rule.arguments]
    assert len(asked) > 10
    desk.as_(office.staff.comms)
    before = office.everything()
    for rule, method in asked:
        path = paths(app, rule, given)[0]
        answer = desk.get(path) if method == "GET" else desk.post(path, {"version": "1"})
        assert answer.status_code == 404, (rule.endpoint, method, answer.status)
    assert office.everything() == before


def test_what_was_done_with_a_key_is_told_again_to_no_token_that_could_not_have_done_it(caller, office):
    second, ref = office.staff.second, office.approved(channels=["website"])
    path, body = f"/notices/{ref}/retraction", {"reason": "inaccurate"}
    assert caller.post(path, caller.token(second, "retract"), body, key="a-key-of-a-program").status_code == 202
    again = caller.post(path, caller.token(second, "read"), body, key="a-key-of-a-program")
    assert again.status_code == 403
    assert again.json["type"].endswith(":scope")
