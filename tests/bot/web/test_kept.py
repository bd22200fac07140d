"""What was typed survives: a proof of identity, signing in again, and a form that was open too long."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest

from bot import intake, signing_in
from bot.intake_requests import log_request
from bot.standing import publication_standing
from bot.web.access import TABLE
from bot.web.forms import page_path
from bot.web.kept import LASTS
from policies.lifecycle import Standing
from policies.requests import Allegation, RequestKind
from policies.terms import Channel, Reason
from store import drafts, publications
from tests.bot.office import document
from tests.bot.web.browser import Browser, address, routes, words
from tests.bot.web.writing import Writer, form_of, hidden, summary

NOTE = "Weighed with the ward’s officers, <b>twice</b>"


@pytest.fixture
def ref(office) -> str:
    return office.submit("image_appeal", channels=["website"]).ref


def onward(answer) -> str:
    """Where the detour ends, as an address of ours."""
    return parse_qs(urlsplit(answer.headers["Location"]).query)["next"][0]


def standing(office, ref):
    with office.bot.ledger.read() as tx:
        return publication_standing(office.bot, tx, publications.find(tx, ref), office.clock()).standing


def textarea(answer, name):
    return unescape(re.search(rf'<textarea[^>]* name="{name}"[^>]*>(.*?)</textarea>', answer.text, re.DOTALL)[1])


def ticked(text):
    return set(re.findall(r'name="tick"[^>]*value="([^"]+)"[^>]*checked', text))


def stale_approval(desk: Browser, office, ref):
    """The Director reads it with a fresh proof, which lapses before Approve is pressed."""
    desk.as_(office.staff.director)
    page = desk.get(f"/notices/{ref}/approve")
    sent = {name: hidden(page, name) for name in ("digest", "seen")}
    every = re.findall(r'name="tick"[^>]*value="([^"]+)"', page.text)
    office.clock.advance(office.bot.settings.console.strong_for * 1.01)
    return every, desk.post(f"/notices/{ref}/approve", sent | {"tick": every, "note": NOTE})


def test_the_note_and_the_ticks_survive_the_proof_that_approving_asks_for(desk, office, ref):
    every, answer = stale_approval(desk, office, ref)
    assert answer.headers["Location"].startswith("/prove?next=")
    assert "ward" not in answer.headers["Location"]
    assert onward(answer).endswith("#decide")
    page = desk.as_(office.staff.director).get(onward(answer).partition("#")[0])
    assert textarea(page, "note") == NOTE
    assert ticked(page.text) == set(every)
    assert "press Approve now" in words(page)
    sent = {name: hidden(page, name) for name in ("digest", "seen")}
    assert desk.post(f"/notices/{ref}/approve", sent | {"tick": every, "note": NOTE}).status_code == 303
    assert standing(office, ref) is Standing.QUEUED
    # Once it has come back, nothing of it is kept.
    assert desk.app.extensions["downdate kept forms"] == {}


def test_what_changed_on_the_way_to_the_proof_voids_the_approval_and_is_told(desk, office):
    ref = office.submit(channels=["website"]).ref
    _, answer = stale_approval(desk, office, ref)
    office.amend(ref, channels=["website"], content__headline="Two fined in Another Lane")
    page = desk.as_(office.staff.director).get(onward(answer).partition("#")[0])
    assert page.status_code == 409
    assert "What changed meanwhile" in words(page)
    assert textarea(page, "note") == NOTE
    assert ticked(page.text) == set()


def test_what_one_person_typed_is_shown_to_nobody_else_and_not_for_long(desk, office, ref):
    _, answer = stale_approval(desk, office, ref)
    path = onward(answer).partition("#")[0]
    assert textarea(desk.as_(office.staff.deputy).get(path), "note") == ""
    assert textarea(desk.as_(office.staff.director).get(f"/notices/{ref}/approve"), "note") == ""
    office.clock.advance(LASTS + timedelta(seconds=1))
    assert textarea(desk.as_(office.staff.director).get(path), "note") == ""


def test_a_password_is_kept_nowhere(desk, office):
    desk.has_login(office.staff.comms, "sample.comms")
    desk.as_(office.staff.comms, strong=False)
    answer = desk.post("/account/password", {"password": "lantern copper teapot valley"})
    assert onward(answer) == "/account/password"


def test_what_was_typed_into_a_draft_survives_being_signed_out(desk, office):
    desk.as_(office.staff.comms)
    writer = Writer(desk, document())
    writer.begin()
    sent = form_of(writer.at("words"), {"headline": "Two fined", "body": "A long text\nthat took an hour"})
    sent["version"] = writer.version("words")
    token = desk.token()
    office.clock.advance(office.bot.settings.console.idle_for * 1.01)
    answer = desk.ask(
        "POST",
        f"{writer.draft}/words",
        data=sent.to_dict(flat=False) | {"csrf_token": token},
        headers={"Origin": desk.origin},
    )
    assert answer.headers["Location"].startswith("/sign-in?")
    page = desk.as_(office.staff.comms).get(onward(answer))
    assert textarea(page, "body") == "A long text\nthat took an hour"
    with office.bot.ledger.read() as tx:
        assert drafts.load(tx, writer.draft.rpartition("/")[2]).body["content"]["body"] == ""


def test_the_note_of_a_retraction_survives_being_signed_out(desk, office):
    ref = office.up(channels=["website"])
    desk.as_(office.staff.comms)
    token = desk.token()
    signing_in.end(
        office.bot,
        signing_in.resume(office.bot, desk.cookie("dd_session"), office.bot.settings.console, office.clock()),
        office.clock(),
    )
    sent = {"csrf_token": token, "reason": "appeal_lodged", "scope": "case", "note": NOTE}
    answer = desk.ask("POST", f"/notices/{ref}/retract", data=sent, headers={"Origin": desk.origin})
    page = desk.as_(office.staff.comms).get(onward(answer))
    assert textarea(page, "note") == NOTE
    assert re.search(r'value="appeal_lodged"[^>]*checked', page.text)
    assert re.search(r'value="case"[^>]*checked', page.text)


def test_a_form_that_was_open_too_long_is_sent_again_with_one_more_tap(desk, office):
    desk.as_(office.staff.comms)
    writer = Writer(desk, document())
    writer.begin()
    sent = form_of(writer.at("case"), {"case_ref": "EH/2026/0417", "service": "environment"})
    sent.setlist("version", [writer.version("case")])
    path = f"{writer.draft}/case"
    answer = desk.post(path, sent.to_dict() | {"csrf_token": "of another time", "later": "1"})
    assert answer.status_code == 400
    assert "Nothing was sent yet" in words(answer)
    assert "EH/2026/0417" in words(answer)
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text))
    assert desk.ask("POST", path, data=again, headers={"Origin": desk.origin}).status_code == 303
    with office.bot.ledger.read() as tx:
        assert drafts.load(tx, writer.draft.rpartition("/")[2]).body["case_ref"] == "EH/2026/0417"


def test_a_sign_in_page_that_was_open_too_long_is_shown_anew(desk, office):
    desk.has_login(office.staff.comms, "sample.comms")
    sent = {"csrf_token": "of another time", "name": "sample.comms", "password": "anything"}
    answer = desk.ask("POST", "/sign-in", data=sent, headers={"Origin": desk.origin})
    assert answer.status_code == 400
    assert "Type it once more" in words(answer)
    assert hidden(answer, "csrf_token")
    assert 'value="sample.comms"' in answer.text


@pytest.mark.parametrize("field", ["note", "why"])
def test_a_note_that_is_too_long_is_told_so_and_not_cut(desk, office, ref, field):
    desk.as_(office.staff.director)
    page = desk.get(f"/notices/{ref}/approve")
    sent = {name: hidden(page, name) for name in ("digest", "seen")}
    every = re.findall(r'name="tick"[^>]*value="([^"]+)"', page.text)
    long = "word " * 3000
    path = "approve" if field == "note" else "send-back"
    answer = desk.post(f"/notices/{ref}/{path}", sent | {"tick": every, field: long})
    assert answer.status_code == 400
    assert "5,000 characters too long" in words(answer)
    assert textarea(answer, field) == long
    assert standing(office, ref) is Standing.AWAITING_APPROVAL


# Forms that stand on a page of another address, and what is typed into each.
APART = {
    "evidence": "evidence-facebook",
    "attest": "attest-facebook",
}


@pytest.fixture
def leaving(office) -> str:
    """A notice coming down on an account that is refused as a whole."""
    ref = office.up(channels=["website", "facebook"])
    office.channels[Channel.FACEBOOK].revoked = True
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.REQUEST_UPHELD)
    office.run(ref)
    return ref


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
