"""What was typed survives on forms that stand on a page of another address, and is shown where it comes too late."""

import re
from html import unescape
from io import BytesIO

import pytest

from bot import intake
from bot.intake_requests import log_request
from bot.web.access import TABLE
from bot.web.forms import page_path
from policies.requests import Allegation, RequestKind
from policies.terms import Reason
from tests.bot.office import document
from tests.bot.web.browser import Browser, address, routes, words
from tests.bot.web.test_kept import NOTE, onward, textarea
from tests.bot.web.writing import Writer, form_of, hidden, summary

# Forms that stand on a page of another address, and what is typed into each.
APART = {
    "evidence": "evidence-facebook",
    "attest": "attest-facebook",
}


@pytest.fixture
def ref(office) -> str:
    return office.submit("image_appeal", channels=["website"]).ref


@pytest.fixture
def leaving(office) -> str:
    """A notice coming down on an account that is refused as a whole."""
    return office.refused(Reason.REQUEST_UPHELD)


def ended(desk: Browser, office, how: str) -> str:
    """The session is over in one of these ways; the token of the forms that are still open."""
    token = desk.token()
    if how == "signed out in another window":
        desk.post("/sign-out")
        assert desk.cookie("dd_session") is None
    else:
        office.clock.advance(office.bot.settings.console.idle_for * 1.01)
    return token


def by_id(answer, name):
    return unescape(re.search(rf'<textarea[^>]* id="{name}"[^>]*>(.*?)</textarea>', answer.text, re.DOTALL)[1])


@pytest.mark.parametrize("how", ["idle for too long", "signed out in another window"])
@pytest.mark.parametrize("form", APART)
def test_what_was_typed_into_a_form_of_the_notices_page_is_there_after_signing_in_again(
    desk, office, leaving, form, how
):
    desk.as_(office.staff.second).get(f"/notices/{leaving}")
    sent = {"csrf_token": ended(desk, office, how), "channel": "facebook", "note": NOTE}
    answer = desk.ask("POST", f"/notices/{leaving}/{form}", data=sent, headers={"Origin": desk.origin})
    assert "ward" not in answer.headers["Location"]
    path, _, place = onward(answer).partition("#")
    assert place == APART[form]
    page = desk.as_(office.staff.second).get(path)
    assert {name: by_id(page, name) for name in APART.values()} == dict.fromkeys(APART.values(), "") | {
        APART[form]: NOTE
    }
    assert desk.post(f"/notices/{leaving}/{form}", sent | {"csrf_token": desk.token()}).status_code == 303
    assert desk.app.extensions["downdate kept forms"] == {}


def test_after_signing_out_another_person_at_the_same_browser_does_not_see_what_was_typed(desk, office, leaving):
    desk.as_(office.staff.second).get(f"/notices/{leaving}")
    sent = {"csrf_token": ended(desk, office, "signed out in another window"), "channel": "facebook", "note": NOTE}
    answer = desk.ask("POST", f"/notices/{leaving}/evidence", data=sent, headers={"Origin": desk.origin})
    path = onward(answer).partition("#")[0]
    assert by_id(desk.as_(office.staff.comms).get(path), "evidence-facebook") == ""


def test_whose_pages_are_open_in_a_browser_cannot_be_made_up(desk, office, leaving):
    desk.as_(office.staff.second).get("/")
    token = ended(desk, office, "signed out in another window")
    desk.client.set_cookie("dd_whose", office.staff.comms.id, domain=desk.host)
    sent = {"csrf_token": token, "channel": "facebook", "note": NOTE}
    answer = desk.ask("POST", f"/notices/{leaving}/evidence", data=sent, headers={"Origin": desk.origin})
    assert "kept" not in answer.headers["Location"]
    assert "downdate kept forms" not in desk.app.extensions


def test_the_reason_to_send_back_survives_being_signed_out(desk, office, ref):
    desk.as_(office.staff.director)
    page = desk.get(f"/notices/{ref}/approve")
    sent = {name: hidden(page, name) for name in ("digest", "seen")} | {"why": NOTE}
    sent["csrf_token"] = ended(desk, office, "idle for too long")
    answer = desk.ask("POST", f"/notices/{ref}/send-back", data=sent, headers={"Origin": desk.origin})
    assert textarea(desk.as_(office.staff.director).get(onward(answer).partition("#")[0]), "why") == NOTE


def test_a_form_that_has_expired_opens_anew_with_what_was_typed(desk, office, leaving):
    desk.as_(office.staff.second)
    sent = {"csrf_token": "of another time", "channel": "facebook", "note": NOTE}
    answer = desk.post(f"/notices/{leaving}/evidence", sent)
    assert (answer.status_code, NOTE in unescape(answer.text)) == (400, True)
    anew = unescape(re.search(r'href="([^"]+)">Open the page anew', answer.text)[1])
    assert by_id(desk.get(anew.partition("#")[0]), "evidence-facebook") == NOTE


@pytest.mark.parametrize("form", APART)
def test_what_was_typed_about_a_copy_that_is_gone_meanwhile_is_told_and_shown(desk, office, leaving, form):
    desk.as_(office.staff.second)
    answer = desk.post(f"/notices/{leaving}/{form}", {"channel": "website", "note": NOTE})
    assert answer.status_code == 409
    assert summary(answer)[0][0] == f"{form}-website"
    assert f'id="{form}-website"' in answer.text
    assert NOTE in unescape(answer.text)


def test_what_was_typed_about_a_task_that_is_done_meanwhile_is_shown_and_not_recorded(desk, office):
    desk.as_(office.staff.second)
    before = office.everything()
    answer = desk.post("/tasks/123456", {"answer": "no_appeal", "note": NOTE})
    assert answer.status_code == 409
    assert "That task is not open any more" in words(answer)
    assert NOTE in unescape(answer.text)
    assert office.everything() == before


def test_what_was_typed_into_a_draft_that_was_submitted_meanwhile_is_shown(desk, office):
    writer = Writer(desk.as_(office.staff.comms), document(channels=["website"]))
    writer.begin()
    writer.write_all()
    sent = form_of(writer.at("words"), {"headline": "Two fined", "body": NOTE})
    sent["version"] = writer.version("words")
    desk.post(f"{writer.draft}/submit", {"version": hidden(desk.get(f"{writer.draft}/check"), "version")})
    answer = desk.post(f"{writer.draft}/words", sent.to_dict(flat=False))
    assert answer.status_code == 409
    assert NOTE in unescape(answer.text)


@pytest.mark.parametrize("signed_in", [True, False], ids=["the form has expired", "the session has ended"])
def test_a_picture_that_did_not_arrive_is_asked_for_again_in_plain_words(desk, office, signed_in):
    writer = Writer(desk.as_(office.staff.comms), document("image_appeal"))
    writer.begin()
    token = "of another time" if signed_in else ended(desk, office, "idle for too long")
    sent = {"csrf_token": token, "version": "x", "picture": (BytesIO(b"x"), "card.png")}
    how = {"headers": {"Origin": desk.origin}, "content_type": "multipart/form-data"}
    answer = desk.ask("POST", f"{writer.draft}/pictures/0/file", data=sent, **how)
    if not signed_in:
        answer = desk.as_(office.staff.comms).get(onward(answer))
    ((where, text),) = summary(answer)
    assert where == "picture"
    assert "Choose it again: no browser can keep a file" in text
    assert hidden(answer, "version") != "x"


def test_every_form_that_is_sent_to_an_address_of_its_own_leads_back_to_a_page(app, office, given):
    """Otherwise what was typed into it would be kept for a page that shows none of it."""
    opened = {rule.rule for rule, _ in routes(app, methods=("GET",))}
    with app.test_request_context():
        pages = app.url_map.bind("")
    for rule, _ in routes(app, methods=("POST",)):
        if rule.rule in opened or TABLE[rule.endpoint].public:
            continue
        with app.test_request_context(address(app, rule, given), method="POST"):
            endpoint, _ = pages.match(page_path(), method="GET")
            assert TABLE[endpoint].roles >= TABLE[rule.endpoint].roles, rule.endpoint


def test_what_was_typed_into_a_draft_that_is_thrown_away_meanwhile_is_shown(desk, office):
    writer = Writer(desk.as_(office.staff.comms), document())
    writer.begin()
    desk.post(f"{writer.draft}/discard")
    answer = desk.post(f"{writer.draft}/words", {"headline": "Two fined", "body": NOTE, "version": "x"})
    assert answer.status_code == 404
    assert "What you wrote is not on record" in words(answer)
    assert NOTE in unescape(answer.text)


def test_the_reasons_for_a_request_that_is_decided_meanwhile_are_shown(desk, office, ref):
    made = {"ref": None, "case": None, "allegation": Allegation.OTHER, "received_at": office.clock(), "note": "x"}
    number = log_request(office.bot, office.staff.second, RequestKind.REMOVAL, **made | {"ref": ref}).id
    sent = {"decision": "rejected", "note": "It is right as it stands", "with_person": office.staff.dpo.id}
    assert desk.as_(office.staff.second).post(f"/requests/{number}", sent).status_code == 303
    again = desk.post(f"/requests/{number}", sent | {"note": NOTE})
    assert again.status_code == 400
    assert summary(again)[0][0] == "decision"
    assert 'id="decision"' in again.text
    assert NOTE in unescape(again.text)


def test_advice_on_a_notice_that_is_retracted_meanwhile_is_shown(desk, office, ref):
    desk.as_(office.staff.dpo)
    revision = hidden(desk.get(f"/notices/{ref}/advice"), "revision")
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.NOT_WANTED)
    sent = {"revision": revision, "role": "dpo", "says": "clear", "note": NOTE}
    answer = desk.post(f"/notices/{ref}/advice", sent)
    assert answer.status_code == 409
    assert summary(answer)[0][0] == "note"
    assert 'id="note"' in answer.text
    assert NOTE in unescape(answer.text)
