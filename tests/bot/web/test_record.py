"""The record at the desk: the journal by hundreds, its proof, a case as an archive, holds, the schedule, the year."""

import hashlib
import io
import json
import re
import sqlite3
import zipfile

import pytest

from store import journal
from tests.bot.web.browser import words
from tests.bot.web.test_text_and_secrets import HOSTILE, raw

CASE = "EH/2026/0417"


@pytest.fixture
def ref(office):
    return office.up(channels=["website"])


@pytest.fixture
def auditor(desk, office, ref):
    return desk.as_(office.staff.auditor)


def numbers(answer):
    return [int(each) for each in re.findall(r'data-label="Number">(\d+)<', answer.text)]


def head(office):
    with office.bot.ledger.read() as tx:
        return journal.head(tx)


def test_the_journal_is_shown_newest_first_a_hundred_at_a_time(office, auditor):
    with office.bot.ledger.write() as tx:
        for number in range(230):
            journal.append(tx, now=office.clock(), actor="daemon", event="tried", subject=f"x-{number}")
    last, _ = head(office)
    first = auditor.get("/record")
    assert numbers(first) == list(range(last, last - 100, -1))
    second = auditor.post("/record", {"before": str(last - 99)})
    assert numbers(second) == list(range(last - 100, last - 200, -1))
    assert 'name="before" value="' in first.text


def test_the_journal_says_how_a_copy_stands_in_the_words_of_the_other_pages(auditor, ref):
    page = words(auditor.get("/record"))
    assert "(before: Waiting; now: Not known yet)" in page
    assert "(before: Not known yet; now: Live)" in page
    assert not re.search(r"\b(queued|posting|not_posted) to\b", page)


def test_it_is_narrowed_to_a_notice_or_a_case_whose_name_stays_out_of_addresses(office, auditor, ref):
    of_ref = auditor.get(f"/record?ref={ref}")
    assert set(re.findall(r'data-label="About">([^<]+)<', of_ref.text)) == {ref}
    of_case = auditor.post("/record", {"about": CASE})
    assert of_case.status_code == 200
    assert set(numbers(of_ref)) < set(numbers(of_case))
    assert not re.search(r'(href|action)="[^"]*(2026/0417|eh2026)', of_case.text)
    assert "Nothing in the journal is about this" in words(auditor.post("/record", {"about": "none-such"}))


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_words_come_back_as_text(auditor, kind):
    for given in ({"about": HOSTILE[kind]}, {"before": HOSTILE[kind]}):
        answer = auditor.post("/record", given)
        assert answer.status_code == 200
        assert not raw(answer.text.replace(HOSTILE[kind], ""))
    assert not raw(auditor.post("/record/verify", {"checkpoint": HOSTILE[kind]}).text.replace(HOSTILE[kind], ""))


def test_the_journal_names_nobody_whom_a_notice_is_about_and_its_page_says_who_acted(office, auditor):
    page = auditor.get("/record").text.partition("<footer")[0]
    assert "Example" not in page
    assert f"{office.staff.director.name} ({office.staff.director.id})" in page
    with office.bot.ledger.read() as tx:
        kept = json.dumps([each.as_json() for each in journal.entries(tx)])
    assert office.staff.director.id in kept
    assert not re.search("Sample|Example", kept)


def test_verifying_gives_a_checkpoint_that_holds_later_and_for_no_other(office, auditor):
    whole = words(auditor.post("/record/verify"))
    assert "The journal is whole" in whole
    number, digest = re.search(r"(\d+):([0-9a-f]{64})", whole).groups()
    office.approved(channels=["website"])
    assert "your checkpoint holds" in words(auditor.post("/record/verify", {"checkpoint": f"{number}:{digest}"}))
    wrong = words(auditor.post("/record/verify", {"checkpoint": f"{number}:{'0' * 64}"}))
    assert f"Entry {number} does not fit" in wrong


@pytest.mark.parametrize("said", ["x", "1:abc", "0:" + "0" * 64, ":" + "0" * 64, "9" * 40 + ":" + "0" * 64])
def test_what_is_no_checkpoint_is_told(auditor, said):
    answer = auditor.post("/record/verify", {"checkpoint": said})
    assert answer.status_code == 400
    assert "It is no checkpoint" in words(answer)
    assert said in answer.text


def test_a_journal_that_was_tampered_with_is_told_in_capitals(office, auditor):
    connection = sqlite3.connect(office.bot.settings.ledger.url.removeprefix("sqlite:///"))
    for (trigger,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute("UPDATE journal SET actor = 'p9' WHERE seq = 2")
    connection.commit()
    connection.close()
    assert "The journal is NOT whole" in words(auditor.post("/record/verify"))


def test_r65_a_case_is_handed_out_as_an_archive_that_verifies_and_its_taking_is_on_record(office, auditor):
    answer = auditor.post("/record/export", {"case": CASE})
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == "attachment; filename=case-record.zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for line in files["manifest.sha256"].decode().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    assert json.loads(files["record.json"])["case"] == CASE
    with office.bot.ledger.read() as tx:
        (taken,) = [entry for entry in journal.entries(tx) if entry.event == "exported"]
    assert taken.actor == office.staff.auditor.id


def test_r66_an_export_takes_its_roles_a_fresh_proof_and_a_case_that_there_is(office, desk, open_browser, ref):
    desk.as_(office.staff.second)
    assert "Export a case" not in words(desk.get("/record"))
    assert desk.post("/record/export", {"case": CASE}).status_code == 403
    stale = open_browser().as_(office.staff.auditor, strong=False)
    assert stale.post("/record/export", {"case": CASE}).headers["Location"].startswith("/prove?next=/record/export")
    auditor = open_browser().as_(office.staff.auditor)
    missed = auditor.post("/record/export", {"case": "EH/1999/1"})
    assert missed.status_code == 400
    assert "EH/1999/1" in missed.text
    with office.bot.ledger.read() as tx:
        assert not [entry for entry in journal.entries(tx) if entry.event == "exported"]


def test_r66_a_case_is_put_on_hold_and_released_and_mistakes_are_told(office, desk, ref):
    desk.as_(office.staff.dpo)
    empty = desk.post("/record/hold", {})
    assert empty.status_code == 400
    assert words(empty).count("Give the case reference") == 2
    assert "Say why it is kept" in words(desk.post("/record/hold", {"case": CASE, "act": "hold", "note": " "}))
    given = {"case": CASE, "act": "hold", "note": "CANARY: a claim"}
    assert desk.post("/record/hold", given).headers["Location"] == "/record/schedule"
    assert "CANARY" not in office.everything()[0]
    again = desk.post("/record/hold", given)
    assert again.status_code == 409
    assert "It is on legal hold already." in words(again)
    assert "CANARY: a claim" in again.text
    assert desk.post("/record/hold", {"case": CASE, "act": "release"}).status_code == 303
    assert [entry.event for entry in office.journal("eh20260417")][-2:] == ["held", "released"]


def test_r66_a_hold_takes_its_roles(office, auditor):
    assert auditor.post("/record/hold", {"case": CASE, "act": "hold", "note": "x"}).status_code == 403
    assert "held" not in {entry.event for entry in office.journal("eh20260417")}


def test_r67_the_schedule_says_what_stays_and_why(office, auditor, ref):
    page = words(auditor.get("/record/schedule"))
    assert ref in page
    assert "something of the case may be visible" in page


def test_r64_the_figures_of_a_year_name_nobody_and_other_years_are_not_found(auditor):
    page = auditor.get("/record/report/2026")
    assert page.status_code == 200
    assert "publicity about enforcement in 2026" in words(page)
    assert "Notices that went up, by kind" in words(page)
    assert re.search(r"Outcome of a court case\s+1\s", words(page))
    assert not re.search(r"\b[a-z]+_[a-z]+\b|\d+d\d*h?", words(page).partition("Figures")[2].partition("document.")[0])
    assert "Sample" not in page.text.partition("<main")[2].partition("</main>")[0]
    for year in ("2027", "1999", "abcd", "20260", "٢٠٢٦", "-1"):
        assert auditor.get(f"/record/report/{year}").status_code == 404
