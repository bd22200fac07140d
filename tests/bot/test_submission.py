"""Bad input: every problem at once, each with its place, its value where it may be shown, clause and remedy."""

import json
import shutil
from datetime import timedelta

import pytest

from bot import submission
from bot.settings import shipped_folder
from bot.submission import SubmissionRefused, receive, receive_file
from policies.terms import Kind
from tests.adapters.fake import NOON
from tests.bot.office import SAMPLES, document

ROW = "checklist.answers.5"


def refused(raw, folder=SAMPLES):
    with pytest.raises(SubmissionRefused) as caught:
        receive(raw if isinstance(raw, bytes) else json.dumps(raw).encode(), folder=folder, now=NOON)
    return {each.path: each for each in caught.value.problems}


def picture(file, alt_text="A plain card"):
    return [{"file": file, "alt_text": alt_text}]


# What is written, where it is told, what of it is shown, the clause, a word of the remedy.
BAD = [
    ({"kind": "press_release"}, "kind", "press_release", "1.5", "case_outcome"),
    ({"channels__1": "tiktok"}, "channels.1", "tiktok", "6.6", "'website'"),
    ({"headline": "x"}, "headline", None, None, "Write headline, or remove it"),
    ({"content__headlin": "x"}, "content.headlin", None, "5.2", "headline"),
    ({"content__headline": 7}, "content.headline", "1 characters", "5.2", "quotation marks"),
    ({"content__facts__0__age": "42"}, "content.facts.0.age", "2 characters", "5.2", "without quotation marks"),
    ({"subjects": "S1"}, "subjects", "S1", "2.2", "square brackets"),
    ({"subjects__0__number": "Alex"}, "subjects.0.number", "Alex", "2.2", "S1"),
    ({"subjects__0__number": "S01"}, "subjects.0.number", "S01", "2.2", "S1"),
    ({"subjects__0__category": "thief"}, "subjects.0.category", "thief", "2.2", "convicted"),
    ({"subjects__0__date_of_birth": "2026-03-03"}, "subjects.0.date_of_birth", "10 characters", "2.2", "happened"),
    ({"subjects__0__spent_from": "9999-12-31"}, "subjects.0.spent_from", "10 characters", "5.7.4(a)", "2200"),
    ({"subjects__0__order_ends": "2026-02-30"}, "subjects.0.order_ends", "2026-02-30", "5.7.4(c)", "exists"),
    ({"court_event__on": "2026-03-03"}, "court_event.on", "2026-03-03", "5.7.4(g)", "happened"),
    ({"court_event__on": 20260216}, "court_event.on", "20260216", "5.7.4(g)", "2026-11-30"),
    ({"case_ref": " / "}, "case_ref", " / ", "5.7.4(g)", "case's reference"),
    ({"case_ref": "C" * 61}, "case_ref", "C" * 59 + "…", "5.7.4(g)", "60"),
    ({"follows": "the last one"}, "follows", "the last one", "12.1", "DBC-7K3Q9M"),
    ({"copied_from": "DBC"}, "copied_from", "DBC", "12.1", "DBC-7K3Q9M"),
    ({"window__opens": "2026-03-02T12:00:00"}, "window.opens", "2026-03-02T12:00:00", "5.7.4(d)", "offset"),
    ({"window__opens": 1772452800}, "window.opens", "1772452800", "5.7.4(d)", "offset"),
    ({"window__opens": "2026-13-02T12:00:00Z"}, "window.opens", "2026-13-02T12:00:00Z", "5.7.4(d)", "offset"),
    ({"window__closes": "9999-12-31T23:59:59Z"}, "window.closes", "9999-12-31T23:59:59Z", "5.7.4(d)", "a year"),
    ({"window__opens": "0001-01-01T00:00:00+14:00"}, "window.opens", "0001-01-01T00:00:00+14:00", "5.7.4(d)", "2000"),
    (
        {"checklist__answers__5": {"values": {}, "answered_at": "2026-03-01T12:00:00"}},
        f"{ROW}.answered_at",
        "19 characters",
        "Annex A",
        "offset",
    ),
    (
        {"checklist__answers__5": {"values": {}, "answered_at": "2026-03-02T12:01:00Z"}},
        f"{ROW}.answered_at",
        "20 characters",
        "Annex A",
        "happened",
    ),
    ({"checklist__answers__35": {"values": {}}}, "checklist.answers.35", None, "Annex A", "1 to 34"),
    (
        {"checklist__answers__5": {"values": {"purpose": ["reassure"]}}},
        f"{ROW}.values.purpose",
        None,
        "Annex A",
        "purposes",
    ),
    (
        {"checklist__answers__5": {"values": {"purposes": ["shame"], "reason": "It deters"}}},
        f"{ROW}.values.purposes",
        "1 entries",
        "Annex A",
        "reassure",
    ),
    ({"content__pictures": picture("nothing.png")}, "content.pictures.0.file", "nothing.png", "6.3", "beside"),
    (
        {"content__pictures": picture("case_outcome.json")},
        "content.pictures.0.file",
        "case_outcome.json",
        "6.3",
        "JPEG",
    ),
    ({"content__pictures": picture("../policy.toml")}, "content.pictures.0.file", "../policy.toml", "6.3", "folder"),
    ({"content__pictures": picture("/etc/hostname")}, "content.pictures.0.file", "/etc/hostname", "6.3", "folder"),
    ({"content__pictures": picture("a\0b")}, "content.pictures.0.file", "a\0b", "6.3", "beside"),
    (
        {"content__pictures": picture("card.png", "x" * 1001)},
        "content.pictures.0.alt_text",
        "1001 characters",
        "10.3",
        "1000",
    ),
    ({"content__pictures": [{"file": "card.png"}]}, "content.pictures.0.alt_text", None, "10.3", "Add it"),
]


@pytest.mark.parametrize(
    ("changes", "path", "value", "clause", "remedy"), BAD, ids=lambda v: v if isinstance(v, str) else ""
)
def test_a_mistake_is_told_alone_with_place_value_clause_and_remedy(changes, path, value, clause, remedy):
    problems = refused(document(**changes))
    assert list(problems) == [path]
    problem = problems[path]
    assert (problem.value, problem.clause) == (value, clause)
    assert remedy in problem.remedy
    assert problem.path in str(problem)


def test_every_mistake_is_told_at_once():
    several = [BAD[n][0] for n in (0, 1, 2, 4, 7, 10, 13, 15, 17, 19, 24, 26, 29)]
    spoilt = document(**{key: value for changes in several for key, value in changes.items()})
    del spoilt["service"]
    assert set(refused(spoilt)) == {BAD[n][1] for n in (0, 1, 2, 4, 7, 10, 13, 15, 17, 19, 24, 26, 29)} | {"service"}


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'"\xff"', b"[" * 100_000, b" " * 1_000_001])
def test_what_is_no_json_object_is_refused_as_a_whole(raw):
    assert "$" in refused(raw)


def test_a_name_given_twice_is_refused_rather_than_the_last_one_taken():
    raw = json.dumps(document()).replace('"service": "environment"', '"service": "housing", "service": "environment"')
    assert set(refused(raw.encode())) == {"service"}


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.png").write_bytes((SAMPLES / "card.png").read_bytes())
    (tmp_path / "in" / "card.png").symlink_to(tmp_path / "secret.png")
    found = refused(document(content__pictures=picture("card.png")), folder=tmp_path / "in")
    assert "picture-elsewhere" in found["content.pictures.0.file"].what


def test_the_error_itself_holds_no_words_of_the_submission():
    with pytest.raises(SubmissionRefused) as caught:
        receive(json.dumps(document(subjects__0__name=["CANARY"], kind="CANARY")).encode(), folder=None, now=NOON)
    assert "CANARY" not in f"{caught.value} {caught.value!r} {caught.value.problems!r}"
    assert "CANARY" not in str({each.path: each for each in caught.value.problems}["subjects.0.name"])


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(SubmissionRefused) as caught:
        receive_file(tmp_path / "none.json", now=NOON)
    assert caught.value.problems[0].path == "FILE"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_the_samples_are_in_order(path):
    received = receive_file(path, now=NOON)
    assert received.submission.kind in Kind
    assert len(received.pictures) == len(received.submission.content.pictures)


def test_a_time_with_any_offset_is_the_same_instant():
    given = document(window__opens="2026-07-01T09:00:00+01:00")
    opens = receive(json.dumps(given).encode(), folder=SAMPLES, now=NOON).submission.window.opens
    assert opens.utcoffset() in (timedelta(0), timedelta(hours=1))
    assert opens.timestamp() == NOON.replace(month=7, day=1, hour=8).timestamp()


def test_the_schema_that_is_shipped_is_current():
    assert (shipped_folder() / submission.SCHEMA).read_text() == submission.schema()


def test_5_7_2_a_file_named_after_somebody_protected_is_refused_without_repeating_the_name(tmp_path):
    shutil.copy(SAMPLES / "card.png", tmp_path / "other_van2.png")
    written = document("image_appeal", content__pictures__0__file="other_van2.png")
    written["checklist"]["answers"]["16"]["values"]["protected"] = ["Sam Other"]
    with pytest.raises(SubmissionRefused) as refused:
        receive(json.dumps(written).encode(), folder=tmp_path, now=NOON)
    (found,) = refused.value.problems
    assert (found.path, found.clause) == ("content.pictures.0.file", "5.7.2")
    assert "other" not in str(found).casefold().replace("another", "")
