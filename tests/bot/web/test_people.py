"""People at the desk: an administrator alone adds, grants, revokes, disables and invites, each after a fresh proof."""

import re
from datetime import timedelta

import pytest

from policies.terms import Role
from store import desk as alerts
from store import people
from tests.bot.office import SERVICE
from tests.bot.web.browser import words
from tests.bot.web.test_text_and_secrets import HOSTILE, raw


@pytest.fixture
def admin(desk, office):
    return desk.as_(office.staff.admin)


def everyone(office):
    with office.bot.ledger.read() as tx:
        return people.everyone(tx, office.clock())


def newest(office):
    return max(everyone(office), key=lambda each: int(each.id.removeprefix("p")))


def held(office, person):
    with office.bot.ledger.read() as tx:
        found = people.get(tx, person.id, office.clock())
    return None if found is None else found.roles


def until(day, month, year="2026", name="until"):
    return {f"{name}-day": day, f"{name}-month": month, f"{name}-year": year}


def test_names_stand_here_and_on_no_other_page(office, admin, given):
    assert office.staff.dpo.name in admin.get("/people").text
    for path in ("/tasks?all=1", "/alarms", "/requests", "/channels", "/record", "/record/schedule", "/calendar"):
        assert office.staff.dpo.name not in admin.get(path).text, path
    for path in ("/people", f"/people/{office.staff.dpo.id}"):
        assert not re.search(r'(href|action)="[^"]*Sample', admin.get(path).text)


def test_a_person_is_added_with_a_dated_role_and_every_director_is_told(office, admin):
    answer = admin.post(
        "/people/add", {"name": "Robin Sample", "role": "director", "service": SERVICE} | until("24", "12")
    )
    made = newest(office)
    assert answer.headers["Location"] == f"/people/{made.id}"
    assert (made.name, made.roles) == ("Robin Sample", frozenset({(Role.DIRECTOR, SERVICE)}))
    assert "until and including 24 December 2026" in words(admin.get("/people"))
    with office.bot.ledger.read() as tx:
        assert "person_added" in {row.kind for row in alerts.open_alerts(tx)}
    office.clock.advance(timedelta(days=298))
    assert held(office, made) == frozenset()
    assert "Robin" not in office.everything()[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "  "}, "Give the person’s name"),
        ({"role": "system"}, "Choose a role"),
        ({"role": ""}, "Choose a role"),
        ({"role": "director", "service": ""}, "Choose the service"),
        ({"role": "director", "service": "none-such"}, "Choose the service"),
        (until("31", "2"), "It is not a day"),
        (until("1", "3"), "It is over before it begins"),
    ],
)
def test_a_mistake_is_told_keeps_what_was_typed_and_adds_nobody(office, admin, changes, said):
    before = len(everyone(office))
    answer = admin.post("/people/add", {"name": "Robin Sample", "role": "officer"} | changes)
    assert answer.status_code == 400
    assert words(answer).count(said) == 2
    assert changes.get("name") or "Robin Sample" in answer.text
    assert len(everyone(office)) == before


@pytest.mark.parametrize("kind", ["markup", "the end of an attribute", "a template", "right to left"])
def test_a_hostile_name_is_shown_as_text(office, admin, kind):
    admin.post("/people/add", {"name": HOSTILE[kind], "role": "officer"})
    made = newest(office)
    assert made.name == HOSTILE[kind].strip()
    for path in ("/people", f"/people/{made.id}"):
        assert not raw(admin.get(path).text), path


def test_a_deputys_role_is_given_between_two_days_and_ended_before(office, admin):
    second = office.staff.second
    dates = until("3", "3", name="since") | until("9", "3")
    path = f"/people/{second.id}"
    given = {"act": "grant", "role": "director", "service": SERVICE} | dates
    assert admin.post(path, given).headers["Location"] == path
    assert (Role.DIRECTOR, SERVICE) not in held(office, second)
    assert "from 3 March 2026, until and including 9 March 2026" in words(admin.get(path))
    office.clock.advance(timedelta(hours=13))
    assert (Role.DIRECTOR, SERVICE) in held(office, second)
    admin.as_(office.staff.admin)
    assert admin.post(path, {"act": "revoke", "role": "director", "service": SERVICE}).status_code == 303
    assert held(office, second) == frozenset({(Role.OFFICER, None)})
    again = admin.post(path, {"act": "revoke", "role": "director", "service": SERVICE})
    assert again.status_code == 400
    assert "The person does not have it." in words(again)


def test_who_is_disabled_is_out_at_once_and_the_last_administrator_stays(office, admin, open_browser):
    second = office.staff.second
    theirs = open_browser().as_(second)
    assert theirs.is_in
    assert admin.post(f"/people/{second.id}", {"act": "disable"}).headers["Location"] == "/people"
    assert not theirs.is_in
    assert held(office, second) is None
    assert admin.get(f"/people/{second.id}").status_code == 404
    for act in ({"act": "disable"}, {"act": "revoke", "role": "admin"}):
        refused = admin.post(f"/people/{office.staff.admin.id}", act)
        assert refused.status_code == 400
        assert "Nobody else is an administrator for good." in words(refused)
    assert held(office, office.staff.admin)


def test_an_invitation_is_shown_once_and_works(office, admin, open_browser):
    path = f"/people/{office.staff.second.id}"
    answer = admin.post(path, {"act": "invite"})
    assert answer.status_code == 200
    link = re.search(r"http://[^<\s]+/set-up/([\w-]{43})", answer.text)
    assert link is not None
    assert link[1] not in admin.get(path).text
    assert link[1] not in office.everything()[0]
    assert f'href="{link[0]}' not in answer.text
    assert open_browser().get(f"/set-up/{link[1]}").status_code == 200


def test_a_system_signs_in_nowhere_and_gets_no_role(office, admin):
    path = f"/people/{office.staff.system.id}"
    page = admin.get(path)
    assert "acts with its token" in words(page)
    assert 'value="invite"' not in page.text
    assert "A system does not sign in." in words(admin.post(path, {"act": "invite"}))
    assert "A system has no other role." in words(admin.post(path, {"act": "grant", "role": "officer"}))


def test_where_a_person_is_signed_in_is_shown_and_ended(office, admin, open_browser):
    second = office.staff.second
    theirs = open_browser().as_(second)
    path = f"/people/{second.id}"
    assert "A test: since 2 March 2026, midday" in words(admin.get(path))
    admin.post(path, {"act": "end-sessions"})
    assert "Signed out of 1 browser." in words(admin.get(path))
    assert not theirs.is_in


@pytest.mark.parametrize("act", ["grant", "revoke", "disable", "invite", "end-sessions"])
def test_without_a_fresh_proof_or_the_role_nothing_happens(office, desk, open_browser, act):
    given = {"act": act, "role": "officer"}
    path = f"/people/{office.staff.second.id}"
    stale, director = desk.as_(office.staff.admin, strong=False), open_browser().as_(office.staff.director)
    before = office.everything()
    assert stale.post(path, given).headers["Location"] == f"/prove?next={path}?kept%3D1"
    assert director.post(path, given).status_code == 403
    assert office.everything() == before


def test_an_act_that_there_is_not_does_nothing(office, admin):
    before = office.everything()
    assert admin.post(f"/people/{office.staff.second.id}", {"act": "promote"}).status_code == 400
    assert office.everything() == before
