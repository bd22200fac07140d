"""Bad input, row by row: the exit code, a message that names place, value, clause and remedy, and nothing changed."""

import shlex
import shutil
from datetime import timedelta

import pytest

from bot.assemble import wall_clock
from bot.settings import shipped_folder
from tests.bot.terminal import NOTICE

LONG = "Two fined for fly-tipping in Sample Lane " * 60
Z = "0" * 64


def refused(downdate, argv, by):
    """Run it, as nobody may notice: ledger, journal, pictures and site stay byte for byte."""
    before = downdate.everything()
    ran = downdate(*argv, by=by)
    assert downdate.everything() == before
    assert ran.out == ""
    assert "Traceback" not in ran.err
    return ran


# Command line, who, exit code, what the message says. UP is the notice that is up, DRAFT one that waits.
LINES = [
    ("retract UP", "officer", 2, ["--reason", "It is missing", "5.7.4", "appeal_lodged"]),
    ("retract UP --reason because", "officer", 2, ["--reason = because", "not known", "5.7.4", "eliminated"]),
    ("retract UP --reason apeal_lodged", "officer", 2, ["--reason = apeal_lodged", "Did you mean appeal_lodged?"]),
    ("retract UP --reason superseded", "officer", 2, ["--reason = superseded", "not known"]),
    ("retract --reason inaccurate", "officer", 2, ["REF", "Either a reference or a case", "--case CASE"]),
    ("retract UP --case CASE --reason inaccurate", "officer", 2, ["REF", "Give REF, or --case CASE"]),
    ("retract DBC-NNNNNN --reason inaccurate", "officer", 3, ["REF = DBC-NNNNNN", "not in the ledger", "downdate status"]),
    ("retract nonsense --reason inaccurate", "officer", 3, ["REF = nonsense", "not in the ledger"]),
    ("retract --case EH/1 --reason inaccurate", "officer", 3, ["--case = EH/1", "not in the ledger", "downdate status"]),
    ("retract --case / --reason inaccurate", "officer", 3, ["--case = /", "not in the ledger"]),
    ("retract UP --reason inaccurate --subject S9", "officer", 3, ["--subject = S9", "Nobody", "S1, S2"]),
    ("retract UP --reason inaccurate --patience soon", "officer", 2, ["--patience = soon", "not a duration", "60s"]),
    ("retract UP --reason inaccurate --patience 60", "officer", 2, ["--patience = 60", "60s"]),
    ("event CASE arrested", "officer", 2, ["WHAT = arrested", "not known", "5.7.4", "appeal_lodged"]),
    ("event CASE APPEAL_LODGED", "officer", 2, ["WHAT = APPEAL_LODGED", "not known"]),
    ("event EH/9999/1 eliminated", "officer", 3, ["CASE = EH/9999/1", "not in the ledger"]),
    ("event CASE eliminated --subject S3", "officer", 3, ["--subject = S3", "S1, S2"]),
    ("event CASE eliminated --at yesterday", "officer", 2, ["--at = yesterday", "not a time", "+00:00"]),
    ("event CASE eliminated --at 2026-11-01T09:00", "officer", 2, ["--at = 2026-11-01T09:00", "no time zone", "+00:00"]),
    ("event CASE eliminated --at 2026-02-30T09:00Z", "officer", 2, ["--at = 2026-02-30T09:00Z", "not a time"]),
    ("event CASE eliminated --at 2199-01-01T09:00Z", "officer", 2, ["--at = 2199-01-01T09:00Z", "not a possible time"]),
    ("event CASE eliminated --at 1999-01-01T09:00Z", "officer", 2, ["--at = 1999-01-01T09:00Z", "not a possible time"]),
    ("event CASE eliminated --at TOMORROW", "officer", 2, ["--at = 20", "lies in the future", "at which it happened"]),
    ("event CASE eliminated --at 0001-01-01T00:00+14:00", "officer", 2, ["--at = 0001", "not a possible time"]),
    ("preview DBC-NNNNNN", "director", 3, ["REF = DBC-NNNNNN", "not in the ledger"]),
    ("preview UP --channel tiktok", "director", 2, ["--channel = tiktok", "not known", "6.6", "instagram"]),
    ("preview UP --channel facebok", "director", 2, ["--channel = facebok", "Did you mean facebook?"]),
    ("approve DBC-NNNNNN --digest Z", "director", 3, ["REF = DBC-NNNNNN", "not in the ledger"]),
    ("approve DRAFT --digest Z", "director", 3, ["approval.digest", "R22", "refuse", "--digest = 000", "Preview it again"]),
    ("approve DRAFT --digest x", "director", 3, ["approval.digest", "--digest = x:"]),
    ("approve DRAFT", "director", 2, ["--digest"]),
    ("approve DRAFT --digest Z --tick yes", "director", 2, ["--tick = yes", "not known", "12.1", "another_person"]),
    ('send-back DRAFT --note " "', "director", 2, ["--note", "It is empty", "Say what has to change"]),
    ("send-back UP --note no", "director", 3, ["REF = UP", "approved already", "approval_withdrawn"]),
    ("confirm DBC-NNNNNN", "comms", 3, ["REF = DBC-NNNNNN", "not in the ledger"]),
    ("requeue UP --channel fax", "comms", 2, ["--channel = fax", "not known", "6.6"]),
    ("requeue UP --channel x", "comms", 3, ["--channel = x", "live, not refused", "downdate status UP"]),
    ("requeue DRAFT --channel x", "comms", 3, ["REF = DRAFT", "not approved", "12.1"]),
    ("pause --channel fax", "officer", 2, ["--channel = fax", "not known", "6.6"]),
    ("resume --channel fax", "director", 2, ["--channel = fax", "not known", "6.6"]),
    ("doctor --channel fax", "admin", 2, ["--channel = fax", "not known", "6.6"]),
    ("doctor --patience never", "admin", 2, ["--patience = never", "not a duration"]),
    ("status DBC-NNNNNN", None, 3, ["REF = DBC-NNNNNN", "not in the ledger", "notice's foot"]),
    ("sweep --patience never", None, 2, ["--patience = never", "not a duration"]),
    ("audit --patience -1s", None, 2, ["--patience = -1s", "not a duration"]),
    ("serve --only kiosk", None, 2, ["--only = kiosk", "not known", "daemon, site, console, watch"]),
    ("tasks done 999", "comms", 3, ["ID = 999", "downdate tasks"]),
    ("tasks done first", "comms", 2, ["ID = first", "not a task's number", "downdate tasks"]),
    ("alerts ack nothing", "comms", 3, ["KEY = nothing", "downdate alerts"]),
    ("journal verify --checkpoint 5", None, 2, ["--checkpoint = 5", "no checkpoint", "number and hash"]),
    ("journal export --after -1", None, 2, ["--after"]),
    ("submit none.json", "comms", 3, ["FILE = none.json", "cannot be read", "Name a file"]),
    ("amend UP none.json", "comms", 3, ["FILE = none.json", "cannot be read"]),
    ('submit GOOD --idempotency-key " "', "comms", 2, ["--idempotency-key", "empty or too long"]),
    ("amend DBC-NNNNNN GOOD", "comms", 3, ["REF = DBC-NNNNNN", "not in the ledger"]),
    ("amend UP GOOD", "comms", 3, ["case_ref", "An amendment cannot change it", "R45", "new publication"]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "by", "code", "said"), LINES, ids=[row[0] for row in LINES])
def test_a_command_line_that_cannot_be_meant(line, by, code, said, downdate):
    words = {"UP": downdate.up, "CASE": NOTICE, "Z": Z, "TOMORROW": (wall_clock() + timedelta(days=1)).isoformat()}
    if "DRAFT" in line:
        words["DRAFT"] = downdate.submitted()
    if "GOOD" in line:
        words["GOOD"] = str(downdate.write())
    ran = refused(downdate, [words.get(each, each) for each in shlex.split(line)], by)
    assert ran.code == code, ran.err
    told = " ".join(ran.err.split())
    for part in said:
        meant = part.replace(" UP", f" {downdate.up}").replace(" DRAFT", f" {words.get('DRAFT')}")
        assert meant in told, told


WHEN = "2026-11-30T09:00:00"
# Changes to the sample, what the message says. All end with 3.
FILES = [
    ({"kind": "press_release"}, ["kind = press_release", "not known", "1.5", "case_outcome"]),
    ({"channels": ["website", "tiktok"]}, ["channels.1 = tiktok", "not known", "6.6", "instagram"]),
    ({"headline": "x"}, ["headline", "No field has this name here", "remove it"]),
    ({"content__headlin": "x"}, ["content.headlin", "No field has this name", "5.2", "Write headline"]),
    ({"window": {"opens": WHEN}}, [f"window.opens = {WHEN}", "no time zone", "5.7.4(d)", "offset from UTC"]),
    ({"window": {"opens": "2026-13-30T09:00:00Z"}}, ["window.opens = 2026-13", "not a time", "5.7.4(d)"]),
    ({"window": {"closes": "9999-12-31T00:00:00Z"}}, ["window.closes = 9999", "not a possible time", "a year from now"]),
    ({"court_event__on": "2199-01-01"}, ["court_event.on = 2199-01-01", "future", "5.7.4(g)"]),
    ({"court_event__on": "2026-02-30"}, ["court_event.on = 2026-02-30", "not a date", "2026-11-30"]),
    ({"subjects__0__number": "Alex"}, ["subjects.0.number = Alex", "not a subject's number", "2.2", "S1"]),
    ({"copied_from": "DBC-NNNNNN"}, ["copied_from = DBC-NNNNNN", "not in the ledger", "12.1"]),
    ({"content__pictures": [{"file": "gone.png", "alt_text": "A card"}]}, ["content.pictures.0.file = gone.png", "6.3"]),
    ({"content__pictures": [{"file": "words.png", "alt_text": "A card"}]}, ["content.pictures.0.file = words.png", "6.3"]),
    ({"content__pictures": [{"file": "../card.png", "alt_text": "A card"}]}, ["content.pictures.0.file", "6.3"]),
    ({"content__pictures": [{"file": "card.png"}]}, ["content.pictures.0.alt_text", "It is missing", "10.3"]),
    ({"checklist__answers__99": {"answer": "x"}}, ["checklist.answers.99", "no such row", "Annex A"]),
    ({"case_ref": " / "}, ["case_ref = ", "not a case reference", "5.7.4(g)"]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), FILES, ids=[str(row[0])[:60] for row in FILES])
def test_a_submission_that_is_not_in_order_is_told_by_place_and_leaves_nothing(changes, said, downdate):
    file = downdate.write(**changes)
    (file.parent / "words.png").write_text("these are words")
    shutil.copy(shipped_folder() / "samples" / "card.png", file.parent)
    ran = refused(downdate, ["submit", file, "--json"], "comms")
    assert ran.code == 3
    for part in said:
        assert part in ran.err
    assert "Alex Example" not in ran.err


def test_every_problem_of_a_submission_is_told_at_once(downdate):
    file = downdate.write(kind="press_release", channels=["tiktok"], headline="x", window={"opens": WHEN})
    ran = refused(downdate, ["submit", file], "comms")
    for place in ("kind", "channels.0", "headline", "window.opens"):
        assert f"\n  {place}" in ran.err


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff\xfe{}", b'"text"', b"null", b"{" * 5000])
def test_what_is_no_submission_at_all_is_refused(raw, downdate, tmp_path):
    file = tmp_path / "notice.json"
    file.write_bytes(raw)
    assert refused(downdate, ["submit", file], "comms").code == 3
    assert refused(downdate, ["submit", tmp_path], "comms").code == 3


def test_the_same_key_with_another_body_is_refused(downdate):
    downdate.done("submit", downdate.write(), "--idempotency-key", "k1", by="comms")
    other = downdate.write("other.json", case_ref="EH/2026/0999")
    ran = refused(downdate, ["submit", other, "--idempotency-key", "k1"], "comms")
    assert ran.code == 3
    assert "--idempotency-key = k1" in ran.err
    assert "Use a new key" in ran.err
    assert refused(downdate, ["amend", downdate.up, other, "--idempotency-key", "k1"], "comms").code == 3


@pytest.mark.parametrize("channel", ["instagram"])
def test_a_text_too_long_by_the_channels_own_rule_is_a_refusal_that_keeps_the_draft_and_one_entry(channel, downdate):
    before, (dump, files) = downdate.journal(), downdate.everything()
    ran = downdate("submit", downdate.write(content__body=LONG), "--json", by="comms")
    assert ran.code == 3
    (objection,) = [each for each in ran.json["objections"] if channel in each["path"]]
    assert objection["effect"] == "refuse"
    assert objection["clause"]
    assert objection["remedy"]
    assert "2200" in objection["what"]
    assert downdate.everything()[0] != dump
    assert {name for name in downdate.everything()[1] if name.startswith("site")} == {
        name for name in files if name.startswith("site")
    }
    (entry,) = downdate.journal()[len(before) :]
    assert (entry["event"], entry["subject"]) == ("refused", ran.json["ref"])
    again = downdate.everything()
    assert downdate("approve", ran.json["ref"], "--digest", ran.json["digest"], by="director").code == 3
    assert downdate.everything() == again


def test_an_approval_of_what_it_said_before_it_was_amended_is_refused(downdate):
    ref = downdate.submitted()
    old = downdate.digest(ref)
    downdate.done("amend", ref, downdate.write(content__headline="Two fined in Sample Lane"), by="comms")
    ran = refused(downdate, ["approve", ref, "--digest", old], "director")
    assert ran.code == 3
    assert "digest" in ran.err


def test_after_a_retraction_nothing_brings_it_back_and_the_way_on_is_told(downdate):
    downdate.done("retract", downdate.up, "--reason", "inaccurate", by="officer")
    digest = downdate.digest(downdate.up)
    file = downdate.write(case_ref=NOTICE)
    for argv, by in (
        (["approve", downdate.up, "--digest", digest], "director"),
        (["amend", downdate.up, file], "comms"),
        (["requeue", downdate.up, "--channel", "x"], "comms"),
        (["confirm", downdate.up], "comms"),
        (["send-back", downdate.up, "--note", "no"], "director"),
    ):
        ran = refused(downdate, argv, by)
        assert ran.code == 3
        assert f"`follows` set to {downdate.up}" in ran.err
