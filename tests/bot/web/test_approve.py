"""Approving on a phone: exactly what goes up, its ticks, sending back; void when anything changed meanwhile."""

import re
from datetime import timedelta

import pytest

from bot import intake
from bot.standing import publication_standing
from bot.web.page_text import page_text
from bot.web.ticks import TICKS
from policies.answers import Consultee
from policies.effects import Tick
from policies.lifecycle import Standing
from policies.terms import Channel, EventType
from store import publications
from tests.bot.office import document
from tests.bot.web.browser import Browser, words

NO_ROLE = "Your roles do not allow it"


@pytest.fixture
def director(desk: Browser, office) -> Browser:
    return desk.as_(office.staff.director)


@pytest.fixture
def ref(office) -> str:
    return office.submit(channels=["website", "x"]).ref


def field(text: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', text)[1]


def shown(desk: Browser, ref: str) -> dict[str, str]:
    """The hidden fields of the page as it is now."""
    text = desk.get(f"/notices/{ref}/approve").text
    return {name: field(text, name) for name in ("digest", "seen")}


def approve(desk: Browser, ref: str, **more):
    return desk.post(f"/notices/{ref}/approve", shown(desk, ref) | more)


def standing(office, ref):
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, ref)
        return publication_standing(office.bot, tx, known, office.clock()).standing


def test_the_link_of_a_mail_leads_a_director_to_the_decision_and_everybody_else_to_the_notice(
    desk, director, office, ref, open_browser
):
    assert director.get(f"/notices/{ref}").headers["Location"] == f"/notices/{ref}/approve"
    assert director.get(f"/notices/{ref}?all=1").status_code == 200
    assert open_browser().as_(office.staff.comms).get(f"/notices/{ref}").status_code == 200


def test_the_page_shows_each_channels_text_its_picture_its_date_and_its_answers(director, office, ref):
    text = words(director.get(f"/notices/{ref}/approve"))
    preview = intake.preview(office.bot, office.staff.director, ref)
    for line in preview.renditions[Channel.X].text.splitlines():
        assert line in text
    assert "Two fined for fly-tipping in Sample Lane" in text
    assert "If it goes up as planned, it must be down by 30 March 2026, midday" in text
    assert "because the retention period ends (5.7.4(d))" in text
    assert "Checklist answers" in text
    assert "This is its first version" in text


def test_its_pictures_are_served_to_those_signed_in_and_kept_by_nobody(director, office, open_browser):
    ref = office.submit("image_appeal").ref
    other = office.submit(channels=["website"]).ref
    path = re.search(r'src="(/notices/[^"]+/pictures/[0-9a-f]{64})"', director.get(f"/notices/{ref}/approve").text)[1]
    answer = director.get(path)
    assert answer.content_type == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data.startswith(b"\xff\xd8")
    assert director.get(path.replace(ref, other)).status_code == 404
    assert open_browser().get(path).status_code == 302


def test_what_waits_for_a_director_is_counted_in_the_menu_and_on_live_now(director, office, ref, open_browser):
    other = open_browser().as_(office.staff.other_director)
    assert "Waiting for you (1)" in words(director.get("/tasks"))
    home = director.get("/")
    assert "Waiting for your decision: 1" in words(home)
    assert "Waiting for your decision" not in words(other.get("/"))
    approve(director, ref)
    assert "Waiting for you (" not in words(director.get("/tasks"))


def test_the_page_says_first_what_goes_where_and_until_when(director, ref):
    page = director.get(f"/notices/{ref}/approve")
    brief = words(page).partition("Exactly what goes up")[0]
    for said in (
        "Outcome of a court case on Website, X",
        "as soon as it is approved",
        "Comes down by 30 March 2026, midday",
    ):
        assert said in brief


def test_approving_queues_exactly_what_was_shown(director, office, ref):
    answer = approve(director, ref, note="Proportionate")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/notices/{ref}"
    assert standing(office, ref) is Standing.QUEUED
    page = words(director.get(f"/notices/{ref}"))
    assert "Approved: revision 1" in page
    assert "Proportionate" in page


def test_approving_needs_a_fresh_proof_and_keeps_the_ticks_on_the_way(desk, office, ref):
    desk.as_(office.staff.director, strong=False)
    page = desk.get(f"/notices/{ref}/approve").text
    assert "Confirm that it is you, then approve" in page
    assert ">Approve</button>" not in re.sub(r"\s+", "", page)
    digest = intake.preview(office.bot, office.staff.director, ref).digest
    answer = desk.post(
        f"/notices/{ref}/approve", {"digest": digest, "seen": "1.0.0", "tick": "under_18", "note": "a name"}
    )
    assert answer.headers["Location"].startswith("/prove?next=")
    assert "tick%3Dunder_18" in answer.headers["Location"]
    assert "name" not in answer.headers["Location"]
    assert standing(office, ref) is Standing.AWAITING_APPROVAL


@pytest.mark.parametrize("path", ["approve", "send-back"])
def test_a_director_of_another_service_neither_reads_nor_decides(desk, office, ref, path):
    desk.as_(office.staff.other_director)
    before = office.everything()
    assert NO_ROLE in desk.get(f"/notices/{ref}/approve").text
    assert desk.post(f"/notices/{ref}/{path}", {"digest": "x", "why": "x"}).status_code == 403
    assert office.everything() == before


def test_an_author_cannot_approve_and_is_told_who_does(desk, office):
    ref = office.submit(by=office.staff.deputy, channels=["website"]).ref
    desk.as_(office.staff.deputy)
    page = words(desk.get(f"/notices/{ref}/approve"))
    assert "It cannot be approved as it stands" in page
    assert re.search(r"Another Director or a deputy of the service approves it\.\s+\(12\.1\)", page)
    with office.bot.ledger.read() as tx:
        digest = publications.digest_of(tx, publications.find(tx, ref).id, 1)
    answer = desk.post(f"/notices/{ref}/approve", {"digest": digest, "seen": "1.0.0"})
    assert answer.status_code == 409
    assert standing(office, ref) is Standing.AWAITING_APPROVAL
    assert "You wrote a version of it" in words(desk.get("/approve"))


def test_a_page_that_is_no_longer_true_approves_nothing_and_says_what_changed(director, office, ref):
    old = shown(director, ref)
    office.amend(ref, channels=["website", "x"], content__headline="Two fined in Other Lane")
    before = office.journal(ref)
    answer = director.post(f"/notices/{ref}/approve", old | {"note": "kept words"})
    assert answer.status_code == 409
    page = words(answer)
    assert "Nothing was approved" in page
    assert re.search(r"Was:\s+Two fined for fly-tipping in Sample Lane", page)
    assert re.search(r"Now:\s+Two fined in Other Lane", page)
    assert "kept words" in page
    assert office.journal(ref) == before
    assert approve(director, ref).status_code == 303


@pytest.mark.parametrize("seen", ["", "9.0.0", "0.0.0", "1.x.0", "1.0", "١.0.0", "1.0.0.0"])
def test_a_form_that_does_not_say_what_was_read_approves_nothing(director, office, ref, seen):
    digest = shown(director, ref)["digest"]
    assert director.post(f"/notices/{ref}/approve", {"digest": digest, "seen": seen}).status_code == 409
    assert standing(office, ref) is Standing.AWAITING_APPROVAL


def test_another_digest_approves_nothing(director, office, ref):
    given = shown(director, ref) | {"digest": "0" * 64}
    answer = director.post(f"/notices/{ref}/approve", given)
    assert answer.status_code == 409
    assert "another version now" in answer.text


def test_advice_and_events_that_came_meanwhile_void_the_page(director, office, ref):
    old = shown(director, ref)
    intake.advise(office.bot, office.staff.dpo, ref, role=Consultee.DPO, cleared=True, note="Fine")
    answer = director.post(f"/notices/{ref}/approve", old)
    assert answer.status_code == 409
    assert "The Data Protection Officer cleared it" in words(answer)
    old = shown(director, ref)
    case = document()["case_ref"]
    intake.record_event(office.bot, office.staff.second, case, EventType.APPEAL_LODGED, happened_at=office.clock())
    answer = director.post(f"/notices/{ref}/approve", old)
    assert answer.status_code == 409
    assert "An appeal was lodged" in words(answer)
    assert "It cannot be approved as it stands" in answer.text
    assert standing(office, ref) is Standing.REFUSED


def test_advice_against_holds_it_with_its_clause_and_remedy(director, office, ref):
    intake.advise(office.bot, office.staff.dpo, ref, role=Consultee.DPO, cleared=False, note="Leave out the street")
    page = words(director.get(f"/notices/{ref}/approve"))
    assert "Advised against by the Data Protection Officer." in page
    assert "Leave out the street" in page
    assert "(5.5)" in page
    assert approve(director, ref).status_code == 409


def test_a_tick_is_asked_for_with_its_reason_and_nothing_is_approved_without_it(director, office):
    office.approved(channels=["website"])
    new_date = office.submit(channels=["website"], court_event__on="2026-02-23").ref
    with office.bot.ledger.read() as tx:
        assert publications.find(tx, new_date) is not None
    page = words(director.get(f"/notices/{new_date}/approve"))
    assert TICKS[Tick.NEW_COURT_EVENT] in page
    assert "would start a fresh 28 days" in page
    answer = approve(director, new_date, note="kept")
    assert answer.status_code == 400
    assert 'href="#tick"' in answer.text
    assert "kept" in answer.text
    assert standing(office, new_date) is Standing.AWAITING_APPROVAL
    assert approve(director, new_date, tick="new_court_event").status_code == 303
    (told,) = [each for each in office.journal(new_date) if each.event == "approved"]
    assert told.codes["ticks"] == "new_court_event"


def test_every_tick_has_words():
    assert set(TICKS) == set(Tick)


def test_a_tick_that_nobody_asked_for_is_not_recorded(director, office, ref):
    assert approve(director, ref, tick="under_18").status_code == 303
    (told,) = [each for each in office.journal(ref) if each.event == "approved"]
    assert "ticks" not in told.codes


def test_an_amendment_shows_what_changed_since_the_last_approved_version(director, office):
    ref = office.approved(channels=["website", "x"])
    office.amend(ref, channels=["website"], content__headline="Two fined in Other Lane")
    page = words(director.get(f"/notices/{ref}/approve"))
    assert "since the last approved version (revision 1)" in page
    assert re.search(r"Channels\s+Was:\s+X", page)
    assert re.search(r"Text on Website\s+Was:\s+Two fined for fly-tipping in Sample Lane", page)
    assert f"{ref}-1" not in page.partition("What changed since")[2].partition("Advice given")[0]


def test_sending_back_needs_a_reason_and_gives_it_to_the_author(director, office, ref, open_browser):
    answer = director.post(f"/notices/{ref}/send-back", shown(director, ref) | {"why": "  "})
    assert answer.status_code == 400
    assert 'href="#why"' in answer.text
    answer = director.post(f"/notices/{ref}/send-back", shown(director, ref) | {"why": "Leave out the street"})
    assert answer.status_code == 303
    assert standing(office, ref) is Standing.SENT_BACK
    assert "Leave out the street" in words(open_browser().as_(office.staff.comms).get(f"/notices/{ref}"))
    assert "This revision was sent back" in words(director.get(f"/notices/{ref}/approve"))
    assert "Nothing waits" in words(director.get("/approve"))


def test_what_was_not_read_is_not_sent_back(director, office, ref):
    old = shown(director, ref)
    office.amend(ref, channels=["website", "x"], content__headline="Two fined in Other Lane")
    answer = director.post(f"/notices/{ref}/send-back", old | {"why": "Leave out the street"})
    assert answer.status_code == 409
    assert "Leave out the street" in answer.text
    assert standing(office, ref) is Standing.AWAITING_APPROVAL
    with pytest.raises(intake.Conflict):
        intake.send_back(office.bot, office.staff.director, ref, "x", read=1)


def test_what_waits_stands_oldest_first_and_only_for_ones_own_services(desk, office):
    first = office.submit(channels=["website"]).ref
    office.clock.advance(timedelta(days=2))
    second = office.submit(channels=["website"], case_ref="EH/2026/0999").ref
    page = desk.as_(office.staff.director).get("/approve")
    assert page.text.index(first) < page.text.index(second)
    assert "2 days ago" in page.text
    assert "Nothing waits" in desk.as_(office.staff.other_director).get("/approve").text


def test_an_approval_that_does_not_count_any_more_waits_again(director, office):
    ref = office.approved(channels=["website"])
    assert "Nothing waits" in director.get("/approve").text
    office.clock.advance(timedelta(minutes=1))
    intake.advise(office.bot, office.staff.dpo, ref, role=Consultee.DPO, cleared=True, note="Fine")
    assert "Has to be approved again" in words(director.get("/approve"))
    assert approve(director, ref).status_code == 303
    assert "Nothing waits" in director.get("/approve").text


def test_hostile_text_shows_as_text(director, office):
    ref = office.submit(channels=["website"], content__headline='Fined <script>alert("x")</script> & "two"').ref
    intake.advise(
        office.bot,
        office.staff.dpo,
        ref,
        role=Consultee.DPO,
        cleared=True,
        note="</div><img src=x onerror=alert(1)>\u202e",
    )
    answer = director.post(f"/notices/{ref}/send-back", {"why": "</textarea><script>alert(1)</script>"})
    for page in (director.get(f"/notices/{ref}/approve"), director.get("/approve"), answer):
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "\u202e" not in page.text


def test_a_page_of_the_website_reads_as_its_readers_see_it():
    page = (
        "<!DOCTYPE html><html><head><title>Unseen</title><style>p{}</style></head><body><h1>Fined &amp; ordered</h1>\n"
        '<dl><dt>Name</dt>\n<dd>Alex  Example</dd></dl><p>See <a href="https://council.example/privacy">privacy</a></p>'
        '<img src="x" alt="A van"><script>alert(1)</script></body></html>'
    )
    assert page_text(page).splitlines() == [
        "Fined & ordered",
        "Name: Alex Example",
        "See privacy (https://council.example/privacy)",
        "[Picture: A van]",
    ]


def test_a_card_that_only_tells_another_revision_is_no_change(director, office):
    ref = office.approved(channels=["website", "instagram"])
    office.amend(ref, channels=["website", "instagram"], window__opens="2026-03-03T09:00:00+00:00")
    page = words(director.get(f"/notices/{ref}/approve"))
    changed = page.partition("What changed since")[2].partition("Advice given")[0]
    assert "When it goes up" in changed
    assert "Picture" not in changed
