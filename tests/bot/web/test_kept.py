"""What was typed survives: a proof of identity, signing in again, and a form that was open too long."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from bot import signing_in
from bot.standing import publication_standing
from bot.web.kept import LASTS
from policies.lifecycle import Standing
from store import drafts, publications
from tests.bot.office import document
from tests.bot.web.browser import Browser, words
from tests.bot.web.writing import Writer, form_of, hidden

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
