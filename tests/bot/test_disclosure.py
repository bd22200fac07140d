"""The disclosure bundle: everything on record about one case and nothing of another, verifiable, and always the same."""

import hashlib
import json
import re
import subprocess
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot import intake
from bot.audit import refresh_all
from bot.disclosure_files import DATA, JOURNAL, MANIFEST, PAGE, export_case, page_of
from bot.erasure import erase_due
from bot.intake import NotAllowedHere, NotFound
from bot.submission_checks import InputRefused
from policies.lifecycle import State
from policies.terms import Channel, Reason
from store.journal import entry_hash
from tests.bot.office import Office, document

CASE = "EH/2026/0533"
NOTE = "The person was found <script>alert(1)</script> at home"


@pytest.fixture
def told(office: Office) -> Office:
    """A case with a refusal, an approved picture, a retraction with its reason, and proof that all of it went."""
    office.usual = {"channels": ["website", "facebook"]}
    office.submit("image_appeal", checklist__answers={})
    ref = office.up("image_appeal")
    intake.retract(office.bot, office.staff.comms, ref=ref, reason=Reason.IDENTIFIED, note=NOTE)
    office.run(ref)
    assert {post.state for post in office.posts(ref)} == {State.REMOVED}
    office.up("case_outcome")
    return office


def exported(office: Office, folder: Path, by=None) -> dict:
    export_case(office.bot, by or office.staff.dpo, CASE, folder)
    return json.loads((folder / DATA).read_text())


def content_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_r65_the_manifest_verifies_and_only_the_owner_reads_the_files(told: Office, tmp_path: Path):
    folder = tmp_path / "bundle"
    names = export_case(told.bot, told.staff.auditor, CASE, folder)
    assert set(names) == set(content_of(folder))
    done = subprocess.run(["sha256sum", "-c", "--strict", MANIFEST], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0
    assert len((folder / MANIFEST).read_text().splitlines()) == len(names) - 1
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert folder.stat().st_mode & 0o077 == 0


def test_r65_the_same_ledger_gives_the_same_bytes_but_for_the_exports_own_time(told: Office, tmp_path: Path):
    exported(told, tmp_path / "first")
    exported(told, tmp_path / "second")
    first, second = content_of(tmp_path / "first"), content_of(tmp_path / "second")
    assert first == second
    then = told.clock()
    told.clock.advance(timedelta(hours=1))
    exported(told, tmp_path / "third")
    third = content_of(tmp_path / "third")
    said = [(then.isoformat(), told.clock().isoformat()), (f"{then:%H:%M:%S}", f"{told.clock():%H:%M:%S}")]
    for name in set(first) - {MANIFEST}:
        old = first[name].decode(errors="replace")
        new = third[name].decode(errors="replace")
        changed = set(new.splitlines()) - set(old.splitlines())
        assert all(any(now.removesuffix("+00:00") in line for _, now in said) for line in changed), name


def test_r66_the_bundle_tells_who_decided_what_when_why_under_which_clause_and_policy(told: Office, tmp_path: Path):
    bundle = exported(told, tmp_path / "bundle")
    lines = {line["what"]: line for line in bundle["timeline"]}
    assert "4.1" in lines["refused"]["clauses"].split(",")
    retracted = lines["retracted"]
    assert retracted["actor"] == told.staff.comms.id
    assert (retracted["reason"], retracted["note"], retracted["clauses"]) == ("identified", NOTE, "6.4")
    assert all(line["policy"] for line in bundle["timeline"])
    assert lines["proven_gone"]["reason"] == "identified"
    assert bundle["people"][told.staff.comms.id] == "Sample comms"
    approved = next(each for each in bundle["publications"] if each["approvals"])
    assert approved["approvals"][0]["director"] == told.staff.director.id
    assert {each["case_key"] for each in bundle["publications"]} == {"eh20260533"}
    assert bundle["on_legal_hold"] is False


def test_r42_the_rationale_of_the_picture_is_in_it_in_the_words_it_was_asked(told: Office, tmp_path: Path):
    bundle = exported(told, tmp_path / "bundle")
    rows = {row["number"]: row for row in bundle["publications"][1]["revisions"][0]["content"]["checklist"]["rows"]}
    written = document("image_appeal")["checklist"]["answers"]
    assert set(rows) == {int(number) for number in written}
    assert written["6"]["values"]["necessity"] in [said for each in rows[6]["said"] for said in each["answer"]]
    page = (tmp_path / "bundle" / PAGE).read_text()
    assert written["8"]["values"]["balance"] in page


def test_r57_every_object_is_listed_with_what_was_read_and_when(told: Office, tmp_path: Path):
    bundle = exported(told, tmp_path / "bundle")
    made = [each for copy in bundle["publications"][1]["copies"] for each in copy["artefacts"]]
    assert made
    assert all(each["gone_at"] and each["evidence"] == "read-absent" for each in made)


def test_r65_the_pictures_are_the_approved_bytes_under_their_digest(told: Office, tmp_path: Path):
    bundle = exported(told, tmp_path / "bundle")
    shown = [picture for each in bundle["publications"][1]["revisions"][0]["shown"] for picture in each["pictures"]]
    assert {each["channel"] for each in bundle["publications"][1]["revisions"][0]["shown"]} == {"website", "facebook"}
    for picture in shown:
        content = (tmp_path / "bundle" / picture["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == picture["sha256"]
    assert shown


def test_r65_the_journal_extract_holds_its_hashes_and_a_checkpoint_that_verifies(told: Office, tmp_path: Path):
    bundle = exported(told, tmp_path / "bundle")
    lines = [json.loads(line) for line in (tmp_path / "bundle" / JOURNAL).read_text().splitlines()]
    assert lines == bundle["journal"]["entries"]
    assert all(entry["hash"] == entry_hash(entry) for entry in lines)
    assert bundle["journal"]["checkpoint"] == f"{lines[-1]['seq']}:{lines[-1]['hash']}"
    assert bundle["journal"]["whole"]
    assert not {"EH/2026/0417", "eh20260417"} & {entry["subject"] for entry in lines}


class Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_r64_the_page_has_no_scripts_asks_nothing_of_elsewhere_and_describes_itself(told: Office, tmp_path: Path):
    exported(told, tmp_path / "bundle")
    page = (tmp_path / "bundle" / PAGE).read_text()
    read = Read()
    read.feed(page)
    tags = [tag for tag, _ in read.tags]
    assert not {"script", "iframe", "link", "object", "form", "video"} & set(tags)
    assert "&lt;script&gt;" in page
    for tag, attributes in read.tags:
        assert not [name for name in attributes if name.startswith("on")]
        if tag == "img":
            assert attributes["alt"]
            assert re.fullmatch(r"pictures/[0-9a-f]{64}\.(jpg|png)", attributes["src"] or "")
        if tag == "a":
            assert (attributes["href"] or "").startswith("#")
        if tag == "th":
            assert attributes["scope"] == "col"
    assert "url(" not in page
    assert "@import" not in page
    assert tags.count("h1") == tags.count("main") == 1
    assert dict(read.tags)["html"]["lang"] == "en-GB"
    assert page.count("<h2") == len([tag for tag in tags if tag == "h2"])


def test_r64_on_paper_each_sheet_says_of_which_case_it_is_and_how_many_there_are(told: Office, tmp_path: Path):
    bundle = exported(told, tmp_path / "bundle")
    page = (tmp_path / "bundle" / PAGE).read_text()
    at = f"{told.clock():%Y-%m-%d %H:%M:%S} UTC"
    assert f'@bottom-left {{ content: "Record of case {CASE}, exported {at}"' in page
    assert '"Page " counter(page) " of " counter(pages)' in page
    # Whatever a case is called, it ends neither the string nor the sheet.
    hostile = page_of(bundle | {"case": '"}</style><script>x\\22 '})
    (said,) = re.findall(r"@bottom-left \{ content: (.*?); font", hostile)
    assert re.fullmatch(r'"(?:[A-Za-z0-9 ,:/.-]|\\[0-9a-f]+ )*"', said)
    assert hostile.count("</style>") == 1


def test_r65_every_time_of_the_page_can_be_read_by_a_program_and_keeps_its_day_in_one_piece(
    told: Office, tmp_path: Path
):
    exported(told, tmp_path / "bundle")
    page = (tmp_path / "bundle" / PAGE).read_text()
    body = page.partition("</style>")[2]
    times = re.findall(r'<time class="time" datetime="([^"]+)"><span class="whole">([\d-]+)</span> <span', body)
    assert len(times) > 20
    assert all(at.startswith(day) for at, day in times)
    assert len(times) == len(re.findall(r"\d\d:\d\d:\d\d UTC", body))


def test_r66_only_those_who_may_export_can_and_each_export_is_put_on_record(told: Office, tmp_path: Path):
    for person in (told.staff.comms, told.staff.second, told.staff.system):
        with pytest.raises(NotAllowedHere):
            export_case(told.bot, person, CASE, tmp_path / "bundle")
    with pytest.raises(NotFound):
        export_case(told.bot, told.staff.dpo, "EH/2026/9999", tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()
    exported(told, tmp_path / "bundle")
    assert [entry.actor for entry in told.journal("eh20260533") if entry.event == "exported"] == [told.staff.dpo.id]


def test_a_folder_that_holds_something_is_left_alone(told: Office, tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")
    for folder in (tmp_path, tmp_path / "mine.txt"):
        with pytest.raises(InputRefused):
            export_case(told.bot, told.staff.dpo, CASE, folder)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_r67_after_erasure_the_bundle_says_what_was_erased_and_still_tells_the_decisions(told: Office, tmp_path: Path):
    told.clock.advance(timedelta(days=200))
    refresh_all(told.bot)
    erase_due(told.bot)
    bundle = exported(told, tmp_path / "bundle")
    appeal = bundle["publications"][1]
    assert appeal["erased"] == ["content", "pictures"]
    assert [each["what"] for each in appeal["erasures"]] == ["pictures", "content"]
    assert appeal["approvals"][0]["digest"] == appeal["revisions"][0]["digest"]
    retracted = next(line for line in bundle["timeline"] if line["what"] == "retracted")
    assert (retracted["reason"], retracted["note"], retracted["note_erased"]) == ("identified", None, True)
    page = (tmp_path / "bundle" / PAGE).read_text()
    assert "erased on schedule" in page
    assert "Sample Lane" not in page
    assert not (tmp_path / "bundle" / "pictures").exists()
    assert {copy["channel"] for copy in appeal["copies"]} == {Channel.WEBSITE, Channel.FACEBOOK}
