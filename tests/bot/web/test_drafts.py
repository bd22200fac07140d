"""Writing a notice in the console: the whole journey without JavaScript, mistakes, stale pages, other people."""

import re
from html import unescape

import pytest

from bot import drafting, intake
from store import drafts, publications
from tests.bot.office import document
from tests.bot.web.browser import Browser, words
from tests.bot.web.test_text_and_secrets import HOSTILE, raw
from tests.bot.web.writing import Writer, hidden, summary


@pytest.fixture
def officer(desk: Browser, office) -> Browser:
    return desk.as_(office.staff.second)


@pytest.fixture
def write(officer):
    def begun(name: str = "case_outcome", **changes) -> Writer:
        writer = Writer(officer, document(name, **changes))
        writer.begin()
        return writer

    return begun


@pytest.mark.parametrize("name", ["case_outcome", "image_appeal"])
def test_a_notice_is_written_from_nothing_and_submitted_as_previewed(write, officer, office, name):
    writer = write(name)
    assert "Not yet started" in officer.get(writer.draft).text
    writer.write_all()
    if name == "case_outcome":
        assert writer.send("facts/1").status_code == 303
        for more in ("subjects/1", "subjects/1/convictions/0", "subjects/1/convictions/0/sentence/0"):
            assert writer.send(more).status_code == 303
        for n in (1, 2):
            assert writer.send(f"subjects/0/convictions/0/sentence/{n}").status_code == 303
    listed = officer.get(writer.draft)
    assert "stands in the way" not in words(listed)
    assert not re.search(r"Not yet started|Incomplete|Problem", words(listed))
    seen = officer.get(f"{writer.draft}/preview")
    page = officer.get(f"{writer.draft}/page")
    check = officer.get(f"{writer.draft}/check")
    assert "Nothing but the approval of a Director." in words(check)
    assert "What happens if it is approved late" in words(check)
    sent = officer.post(f"{writer.draft}/submit", {"version": hidden(check, "version")})
    ref = sent.headers["Location"].rsplit("/", 1)[-1]
    shown = intake.preview(office.bot, office.staff.director, ref)
    assert [each.path for each in shown.objections] == []
    for rendition in shown.renditions.values():
        if rendition.channel != "website":
            assert rendition.text in _texts(seen)
    website = shown.renditions["website"].text
    fixed = [re.escape(part) for part in re.split(r"\{(?:down_by|picture:[0-9a-f]+)\}", website)]
    assert re.fullmatch("(?:.+?)".join(fixed), page.get_data(as_text=True), re.DOTALL)
    assert office.approve(ref).ref == ref


def _texts(answer) -> list[str]:
    return [
        unescape(each)
        for each in re.findall(r'<div class="app-preview govuk-body">(.*?)</div>', answer.text, re.DOTALL)
    ]


def test_what_is_foreseen_is_what_is_stored_byte_for_byte(write, officer, office):
    writer = write("image_appeal")
    writer.write_all()
    draft_id = writer.draft.rsplit("/", 1)[-1]
    with office.bot.ledger.read() as tx:
        draft = drafts.load(tx, draft_id)
    before = office.everything()
    foreseen = drafting.foreseen(office.bot, office.staff.second, draft)
    assert office.everything() == before
    check = officer.get(f"{writer.draft}/check")
    officer.post(f"{writer.draft}/submit", {"version": hidden(check, "version")})
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, draft.ref)
        stored = publications.renditions_of(tx, known.id, 1)
        assert foreseen.preview.renditions == stored
        for rendition in stored.values():
            for picture in rendition.pictures:
                assert office.bot.media.get(tx, picture.sha256) == foreseen.files[picture.sha256]


def test_a_draft_is_submitted_once(write, officer, office):
    writer = write("case_outcome", channels=["website"])
    writer.write_all()
    version = hidden(officer.get(f"{writer.draft}/check"), "version")
    first = officer.post(f"{writer.draft}/submit", {"version": version})
    again = officer.post(f"{writer.draft}/submit", {"version": version})
    assert first.status_code == again.status_code == 303
    assert first.headers["Location"] == again.headers["Location"]
    assert officer.get(f"{writer.draft}/case").headers["Location"] == first.headers["Location"]
    with office.bot.ledger.read() as tx:
        assert drafts.load(tx, writer.draft.rsplit("/", 1)[-1]).body == {}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "A Director of the service decides now."),
        (
            {"third_party": "yes", "who": ["A neighbour"]},
            "It waits for the clearance of the Data Protection Officer; then a Director of the service decides.",
        ),
    ],
)
def test_whoever_submits_is_told_who_acts_next(write, officer, changes, said):
    writer = write("case_outcome", channels=["website"])
    writer.write_all()
    assert writer.send("rows/17", **changes).status_code == 303
    sent = officer.post(f"{writer.draft}/submit", {"version": hidden(officer.get(f"{writer.draft}/check"), "version")})
    assert said in words(officer.get(sent.headers["Location"]))


def test_whoever_is_asked_whether_the_preview_was_read_finds_it_there(write, officer):
    draft = write("case_outcome").draft
    assert f'href="{draft}/preview"' in officer.get(f"{draft}/rows/30").text
    assert f'href="{draft}/preview"' not in officer.get(f"{draft}/rows/31").text


def test_every_part_that_the_list_leads_to_can_be_opened_and_the_others_say_that_they_cannot_yet(write, officer):
    writer = write()
    page = officer.get(writer.draft)
    assert "Cannot start yet" in words(page)
    for path in (writer.draft, f"{writer.draft}/check"):
        ways = set(re.findall(rf'href="({writer.draft}/[^"#]+)"', officer.get(path).text))
        assert len(ways) > 20
        assert {way: officer.get(way, follow_redirects=True).status_code for way in ways} == dict.fromkeys(ways, 200)
    assert writer.send("subjects/0").status_code == 303
    assert f'href="{writer.draft}/subjects/0/convictions/0"' in officer.get(writer.draft).text


def test_a_kind_has_to_be_chosen(officer):
    answer = officer.post("/new", {"kind": "gossip"})
    assert answer.status_code == 400
    assert summary(answer) == [("kind", "Choose what kind of notice it is")]


def test_what_is_left_out_is_told_in_the_summary_and_beside_the_field_and_nothing_typed_is_lost(write):
    writer = write()
    answer = writer.send("case", case_ref="EH/2026/0417", service="environment", on="2026-02-30", document="")
    assert answer.status_code == 400
    told = dict(summary(answer))
    assert "It is not a date that exists" in told["on-day"]
    assert told["document"].endswith("Answer this.")
    assert 'id="on-error"' in answer.text
    assert 'id="document-error"' in answer.text
    assert 'value="EH/2026/0417"' in answer.text
    assert 'value="30"' in answer.text


@pytest.mark.parametrize(
    ("name", "field", "value", "said"),
    [
        ("case", "on", "2126-02-16", "It lies in the future"),
        ("case", "case_ref", "x" * 61, "It is not a case reference"),
        ("subjects/0", "number", "first", "not a subject"),
        ("facts/0", "age", "forty", "It is not a whole number"),
        ("channels", "closes_at", "25:00", "It is not a time"),
        ("channels", "opens_at", "09:30", "Give the day as well"),
        ("rows/12", "under_18", "perhaps", "It is not one of the answers"),
    ],
)
def test_each_kind_of_mistake_is_told_beside_its_field(write, name, field, value, said):
    writer = write()
    answer = writer.send(name, **{field: value})
    assert answer.status_code == 400
    (told,) = [text for where, text in summary(answer) if where.startswith(field) or said in text]
    assert said in told


def test_a_window_that_ends_before_it_begins_is_refused(write):
    answer = write().send("channels", opens="2026-04-02", closes="2026-04-01")
    assert answer.status_code == 400
    assert "It ends before it begins" in answer.text


def test_a_window_is_kept_in_londons_time(write, office):
    writer = write()
    writer.send("channels", opens="2026-07-01", opens_at="09:30", closes="2026-07-03")
    with office.bot.ledger.read() as tx:
        body = drafts.load(tx, writer.draft.rsplit("/", 1)[-1]).body
    assert body["window"] == {"opens": "2026-07-01T09:30:00+01:00", "closes": "2026-07-03T23:59:59+01:00"}
    assert 'value="09:30"' in writer.desk.get(f"{writer.draft}/channels").text


def test_an_objection_is_told_in_plain_words_with_its_clause_as_soon_as_its_answer_is_there(write, officer):
    writer = write()
    answer = writer.send("rows/11", restrictions="unknown")
    assert "saved=1" in answer.headers["Location"]
    page = words(officer.get(answer.headers["Location"]))
    assert "It is not known whether there are restrictions." in page
    assert "(5.3)" in page
    listed = words(officer.get(writer.draft))
    assert "What stands in the way now" in listed
    assert "Problem" in listed


def test_a_part_can_be_saved_with_gaps_to_come_back_to(write, officer):
    writer = write()
    sent = {"case_ref": "EH/2026/0417", "later": "1", "version": writer.version("case")}
    assert officer.post(f"{writer.draft}/case", sent).headers["Location"] == writer.draft
    assert "Incomplete" in officer.get(writer.draft).text
    assert 'value="EH/2026/0417"' in officer.get(f"{writer.draft}/case").text


def test_a_stale_page_never_overwrites_a_newer_one_and_keeps_what_was_typed(write, officer):
    writer = write()
    old = writer.version("words")
    assert writer.send("words", headline="The newer headline").status_code == 303
    answer = writer.send("words", version=old, headline="The stale headline")
    assert answer.status_code == 409
    assert "Nothing was saved" in answer.text
    assert "The newer headline" in words(answer)
    assert 'value="The stale headline"' in answer.text
    assert "The newer headline" in officer.get(f"{writer.draft}/words").text
    again = writer.send("words", version=hidden(answer, "version"), headline="The stale headline")
    assert again.status_code == 303
    assert "The stale headline" in officer.get(f"{writer.draft}/words").text


def test_pages_about_different_parts_do_not_stand_in_one_anothers_way(write):
    writer = write()
    version = writer.version("words")
    assert writer.send("case").status_code == 303
    assert writer.send("words", version=version).status_code == 303


def test_a_stale_check_page_submits_nothing(write, officer, office):
    writer = write(channels=["website"])
    writer.write_all()
    version = hidden(officer.get(f"{writer.draft}/check"), "version")
    writer.send("words", headline="Fined for fly-tipping")
    answer = officer.post(f"{writer.draft}/submit", {"version": version})
    assert answer.status_code == 409
    with office.bot.ledger.read() as tx:
        assert publications.everything(tx) == []


def test_nobody_else_sees_a_draft(write, office, open_browser):
    writer = write("image_appeal")
    writer.upload()
    sha = re.search(r"/media/([0-9a-f]{64})", writer.desk.get(f"{writer.draft}/pictures/0").text)[1]
    other = open_browser().as_(office.staff.comms)
    for path in ("", "/case", "/preview", "/page", "/check", "/pictures/0/file", f"/media/{sha}.jpg"):
        assert writer.desk.get(f"{writer.draft}{path}").status_code in {200, 404}
        assert other.get(f"{writer.draft}{path}").status_code == 404
    for path in ("/case", "/submit", "/discard", "/remove", "/pictures/0/file"):
        assert other.post(f"{writer.draft}{path}").status_code == 404
    assert writer.draft not in other.get("/new").text
    assert writer.draft in writer.desk.get("/new").text


def test_a_session_that_ends_keeps_the_draft(write, office, open_browser):
    writer = write()
    writer.send("words")
    writer.desk.post("/sign-out")
    again = open_browser().as_(office.staff.second)
    assert document()["content"]["headline"] in again.get(f"{writer.draft}/words").text


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_shows_as_text_or_is_refused(write, officer, kind):
    writer = write()
    writer.send("case")
    writer.send("subjects/0")
    answer = writer.send("words", headline=f"Fined {HOSTILE[kind]}", body=HOSTILE[kind])
    assert answer.status_code in {303, 400}
    for path in ("", "/words", "/check", "/preview"):
        answer = officer.get(f"{writer.draft}{path}")
        assert answer.status_code == 200
        assert not raw(answer.text), path
    assert not raw(officer.get("/new").text)


def test_an_entry_can_be_added_and_taken_out(write, officer):
    writer = write()
    writer.send("subjects/0")
    assert officer.get(f"{writer.draft}/subjects/2").status_code == 404
    assert officer.get(f"{writer.draft}/subjects/1/convictions/0").status_code == 404
    assert 'value="S2"' in officer.get(f"{writer.draft}/subjects/1").text
    writer.send("subjects/1")
    version = writer.version("subjects/0")
    sent = {"name": "subjects/0", "version": version}
    assert officer.post(f"{writer.draft}/remove", sent).status_code == 303
    assert "Example Haulage Ltd" in officer.get(f"{writer.draft}/subjects/0").text
    assert officer.post(f"{writer.draft}/remove", sent).status_code == 409
    assert "Example Haulage Ltd" in officer.get(f"{writer.draft}/subjects/0").text


def test_a_page_that_no_kind_has_is_not_found(write, officer):
    writer = write()
    for name in ("rows/33", "rows/99", "rows/25", "nothing", "facts/9", "subjects/0/order/1"):
        assert officer.get(f"{writer.draft}/{name}").status_code == 404, name


def test_a_get_never_changes_anything(write, officer, office):
    writer = write("image_appeal")
    writer.write_all()
    before = _but_sessions(office.everything()[0])
    for path in ("", "/case", "/preview", "/page", "/check", "/pictures/0"):
        assert officer.get(f"{writer.draft}{path}").status_code == 200
    assert _but_sessions(office.everything()[0]) == before


def _but_sessions(dump: str) -> str:
    return "\n".join(line for line in dump.splitlines() if "web_sessions" not in line)
