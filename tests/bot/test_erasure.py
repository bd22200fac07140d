"""Erasure on schedule: nothing is left to be found, the record stays whole, and a hold, an appeal or a copy stops it."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.website import WebsiteAdapter, WebsiteSettings
from bot import intake, standing
from bot.audit import check_account, compare, refresh_all
from bot.erasure import erase_due, hold, release, survey
from bot.intake import Conflict, NotAllowedHere, NotFound
from bot.site import serving_site
from policies.authority import Act
from policies.lifecycle import Standing, State
from policies.storage import Part, Stays
from policies.terms import Channel, EventType, Reason
from store import cases, erasure, journal, posts, publications
from store.journal import GENESIS
from store.ledger import read_note
from store.media import MissingPictureError
from tests.bot.office import Office, document

NAME, TEXT, ALT, NOTE = "Canary Surname", "CANARYBODY of waste", "CANARYALT drawing of a van", "CANARYNOTE from Legal"
APPEAL = "EH/2026/0533"
OUTCOME = "EH/2026/0417"


@pytest.fixture
def office(office: Office, tmp_path: Path) -> Iterator[Office]:
    """The office with the real website: its folder is one of the places where nothing may be left."""
    root = tmp_path / "site"
    root.mkdir()
    with serving_site(root) as base:
        settings = WebsiteSettings(root=root, public_url=base, deadline=timedelta(seconds=5))
        office.channels[Channel.WEBSITE] = WebsiteAdapter(settings, office.clock)
        check_account(office.bot, Channel.WEBSITE)
        yield office


def appeal(office: Office) -> str:
    """A CCTV appeal that is up, with a picture and words to be looked for."""
    pictures = document("image_appeal")["content"]["pictures"]
    pictures[0]["alt_text"] = ALT
    return office.up(
        "image_appeal", content__body=f"{TEXT}\n\nPlease call comms@dartford.gov.uk.", content__pictures=pictures
    )


def outcome(office: Office, **changes) -> str:
    facts = document()["content"]["facts"]
    facts[0]["name"] = NAME
    return office.up(subjects__0__name=NAME, content__facts=facts, **changes)


def down(office: Office, ref: str, after: timedelta = timedelta(days=27, hours=22)) -> None:
    """Let the days pass until the notice has come down by itself."""
    office.clock.advance(after)
    refresh_all(office.bot)
    office.run(ref)
    assert {post.state for post in office.posts(ref)} == {State.REMOVED}


def files(office: Office) -> dict[str, bytes]:
    """Every file below the office: database, write-ahead log, pictures, site."""
    home = office.bot.ledger.folder
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def sealed(office: Office) -> list[bytes]:
    """The bytes that names, words, notes and pictures have on the disk now: plain ones, and sealed ones in part."""
    bare = sqlite3.connect(str(office.bot.ledger.engine.url.database))
    rows = [
        row[0] for table in ("revisions", "renditions", "notes") for row in bare.execute(f"SELECT body FROM {table}")
    ]
    rows += [row[0] for row in bare.execute("SELECT salt FROM notes")]
    bare.close()
    pictures = [path.read_bytes() for path in office.bot.media.folder.iterdir()]
    with office.bot.ledger.read() as tx:
        plain = [office.bot.media.get(tx, path.name) for path in office.bot.media.folder.iterdir()]
    # A long row is parted over pages; its first bytes stand together.
    return [each[:64] for each in (*rows, *pictures, *plain)] + [each.encode() for each in (NAME, TEXT, ALT, NOTE)]


def hits(office: Office, canaries: list[bytes]) -> list[str]:
    return [name for name, content in files(office).items() for canary in canaries if canary in content]


def findings(office: Office) -> dict[tuple[str, Part], Stays | None]:
    with office.bot.ledger.read() as tx:
        return {(found.ref, found.part): found.stays for found in survey(office.bot, tx, office.clock())}


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Conflict) as conflict:
        act()
    return conflict.value.problems[0].what


def test_r67_after_erasure_no_byte_of_names_words_pictures_or_notes_is_left_anywhere(office: Office):
    refs = [appeal(office), outcome(office)]
    intake.retract(office.bot, office.staff.comms, ref=refs[0], reason=Reason.IDENTIFIED, note=NOTE)
    office.run(refs[0])
    down(office, refs[1])
    canaries = sealed(office)
    assert hits(office, canaries)
    entries = len([entry for ref in refs for entry in office.journal(ref)])
    office.clock.advance(timedelta(days=31))
    assert {found.part for found in erase_due(office.bot)} == {Part.PICTURES}
    assert list(office.bot.media.folder.iterdir()) == []
    office.clock.advance(timedelta(days=150))
    assert {(found.ref, found.part) for found in erase_due(office.bot)} == {(ref, Part.CONTENT) for ref in refs}
    assert hits(office, canaries) == []
    with office.bot.ledger.read() as tx:
        assert journal.verify_ledger(tx).whole
    assert len([entry for ref in refs for entry in office.journal(ref)]) == entries + 4
    assert erase_due(office.bot) == []


def test_r66_a_legal_hold_stops_it_until_it_is_released(office: Office):
    ref = outcome(office)
    down(office, ref)
    legal = office.staff.dpo
    hold(office.bot, legal, "eh 2026/0417", NOTE)
    office.clock.advance(timedelta(days=1000))
    assert erase_due(office.bot) == []
    assert set(findings(office).values()) == {Stays.LEGAL_HOLD}
    assert refused(lambda: hold(office.bot, legal, OUTCOME, "")) == "It is on legal hold already."
    release(office.bot, legal, OUTCOME)
    assert refused(lambda: release(office.bot, legal, OUTCOME)) == "It is not on legal hold."
    assert {found.part for found in erase_due(office.bot)} == set(Part)
    assert [entry.event for entry in office.journal("eh20260417")][:2] == ["held", "released"]


def test_r66_a_case_that_is_not_there_cannot_be_held_nor_by_whom_it_is_not_for(office: Office):
    with pytest.raises(NotFound):
        hold(office.bot, office.staff.dpo, "EH/2026/9999", "")
    for person in (office.staff.comms, office.staff.director, office.staff.auditor, office.staff.system):
        with pytest.raises(NotAllowedHere) as refused:
            hold(office.bot, person, OUTCOME, "")
        assert refused.value.act is Act.HOLD


def test_r66_nothing_is_erased_while_anything_of_the_case_may_be_visible(office: Office):
    ref = outcome(office)
    office.clock.advance(timedelta(days=1000))
    assert set(findings(office).values()) == {Stays.MAY_BE_VISIBLE}
    refresh_all(office.bot)
    assert erase_due(office.bot) == []
    office.run(ref)
    assert set(findings(office).values()) == {Stays.NOT_YET}


def test_r66_an_open_appeal_stops_it_until_the_court_has_decided(office: Office):
    ref = outcome(office)
    lodged = office.clock()
    intake.record_event(office.bot, office.staff.comms, OUTCOME, EventType.APPEAL_LODGED, happened_at=lodged)
    office.run(ref)
    office.clock.advance(timedelta(days=1000))
    assert set(findings(office).values()) == {Stays.APPEAL_OPEN}
    dismissed = office.clock()
    intake.record_event(office.bot, office.staff.comms, OUTCOME, EventType.APPEAL_DISMISSED, happened_at=dismissed)
    assert {found.part for found in erase_due(office.bot)} == set(Part)


def test_r66_a_draft_that_was_never_up_is_erased_too_and_can_no_longer_be_approved(office: Office):
    submitted = office.submit(subjects__0__name=NAME)
    office.clock.advance(timedelta(days=31))
    assert [found.part for found in erase_due(office.bot)] == [Part.PICTURES]
    for act in (
        lambda: intake.preview(office.bot, office.staff.comms, submitted.ref),
        lambda: intake.approve(office.bot, office.staff.director, submitted.ref, submitted.digest),
        lambda: intake.amend(office.bot, office.staff.comms, submitted.ref, office.read(document())),
        lambda: intake.confirm(office.bot, office.staff.comms, submitted.ref),
        lambda: intake.requeue(office.bot, office.staff.comms, submitted.ref, Channel.WEBSITE),
    ):
        assert refused(act) == "Its pictures or its content have been erased."
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, submitted.ref)
        assert standing.publication_standing(office.bot, tx, known, office.clock()).standing is Standing.NEVER_UP


def test_r67_after_erasure_status_re_checks_removal_and_comparison_work_as_before(office: Office):
    ref = appeal(office)
    down(office, ref)
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, ref)
        before = standing.publication_standing(office.bot, tx, known, office.clock())
        digest = publications.digest_of(tx, known.id, 1)
    office.clock.advance(timedelta(days=400))
    erase_due(office.bot)
    with office.bot.ledger.read() as tx:
        assert standing.publication_standing(office.bot, tx, known, office.clock()) == before
        assert publications.digest_of(tx, known.id, 1) == digest
        left = publications.load(tx, known.id, 1)
        assert left.content.body == ""
        assert left.subjects[0].name is None
        (picture,) = left.content.pictures
        with pytest.raises(MissingPictureError):
            office.bot.media.get(tx, picture.sha256)
    # Somebody brings a copy back: it is known by its id, comes down and is proven gone once more.
    fake = office.channels[Channel.FACEBOOK]
    brought_back = next(each for each in fake.objects.values() if each.deleted_at and each.kind == "post")
    brought_back.deleted_at, brought_back.created_at = None, office.clock()
    assert compare(office.bot, Channel.FACEBOOK, everything=True) == 1
    assert office.last(ref)[Channel.FACEBOOK].state is State.REMOVING
    office.run(ref)
    assert office.last(ref)[Channel.FACEBOOK].state is State.REMOVED


def test_r51_what_an_event_bars_stays_barred_after_erasure(office: Office):
    ref = outcome(office)
    intake.retract(office.bot, office.staff.comms, ref=ref, reason=Reason.INACCURATE)
    office.run(ref)
    office.clock.advance(timedelta(days=731))
    assert {found.part for found in erase_due(office.bot)} == set(Part)
    facts = office.clock()
    intake.record_event(office.bot, office.staff.comms, OUTCOME, EventType.FACTS_RECORDED, happened_at=facts)
    again = office.submit(follows=ref, window={})
    assert "R51" in {each.clause for each in again.objections}


def test_r67_an_open_matter_holds_the_content_back_but_not_for_ever(office: Office):
    ref = outcome(office)
    intake.retract(office.bot, office.staff.comms, ref=ref, reason=Reason.INACCURATE)
    office.run(ref)
    office.clock.advance(timedelta(days=200))
    erase_due(office.bot)
    assert findings(office) == {(ref, Part.CONTENT): Stays.MATTER_OPEN}


def test_r67_a_picture_that_another_notice_needs_stays_until_that_one_goes(office: Office):
    first = appeal(office)
    down(office, first)
    office.clock.advance(timedelta(days=20))
    second = office.submit("image_appeal", case_ref="EH/2026/0534")
    office.clock.advance(timedelta(days=11))
    assert [(found.ref, found.part) for found in erase_due(office.bot)] == [(first, Part.PICTURES)]
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, second.ref)
        assert all(office.bot.media.get(tx, each) for each in erasure.pictures_of(tx, known.id))


def test_r67_a_note_of_the_case_stays_while_another_of_its_notices_keeps_its_content(office: Office):
    first = outcome(office)
    down(office, first)
    office.clock.advance(timedelta(days=160))
    happened = office.clock()
    intake.record_event(
        office.bot, office.staff.comms, OUTCOME, EventType.FACTS_RECORDED, happened_at=happened, note=NOTE
    )
    office.submit(court_event__document="Another memorandum")
    office.clock.advance(timedelta(days=30))
    assert (first, Part.CONTENT) in {(found.ref, found.part) for found in erase_due(office.bot)}
    note = next(entry.codes["note"] for entry in office.journal("eh20260417") if "note" in entry.codes)
    with office.bot.ledger.read() as tx:
        assert read_note(tx, note) == NOTE
    office.clock.advance(timedelta(days=181))
    erase_due(office.bot)
    with office.bot.ledger.read() as tx:
        assert read_note(tx, note) is None


def test_r45_the_clocks_and_the_chain_are_kept_by_an_erasure(office: Office):
    ref = outcome(office)
    down(office, ref)
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, ref)
        clocks = cases.clocks_of(tx, known.id)
        seq, head = journal.head(tx)
        made = posts.of_publication(tx, known.id)
    office.clock.advance(timedelta(days=400))
    erase_due(office.bot)
    with office.bot.ledger.read() as tx:
        assert cases.clocks_of(tx, known.id) == clocks
        assert posts.of_publication(tx, known.id) == made
        assert head != GENESIS
        assert journal.verify((entry.as_json() for entry in journal.entries(tx)), checkpoint=(seq, head)).whole
