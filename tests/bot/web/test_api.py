"""The HTTP API, operation by operation: what is answered, and how each mistake is told."""

import json
import sqlite3
from dataclasses import replace
from io import BytesIO

import pyotp
import pytest

from store import journal, publications, signins, sqlite
from store.ledger import REHEARSAL, Ledger, set_fact
from tests.bot.office import SAMPLES, document
from tests.bot.web.caller import API, Caller, notice
from tests.bot.web.compiled import console_of

NOBODYS_REF = "DBC-ZZZZZZ"
FIELDS = {"type", "title", "status", "detail", "clause", "remedy", "problems", "objections", "ticks"}


@pytest.fixture
def comms(caller, office) -> str:
    return caller.token(office.staff.comms)


@pytest.fixture
def director(caller, office) -> str:
    return caller.token(office.staff.director)


def told(answer, status: int):
    """The problem that an answer tells; in order with RFC 9457 and without anything that was sent."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert set(answer.json) == FIELDS
    assert answer.json["status"] == status
    assert answer.json["type"].startswith("urn:downdate:problem:")
    assert answer.json["title"]
    assert answer.json["remedy"]
    return answer.json


def paths(problem) -> list[str]:
    return [each["path"] for each in problem["problems"]]


def test_a_notice_is_submitted_previewed_approved_and_looked_at(caller, office, comms, director):
    made = caller.post("/notices", comms, notice())
    assert made.status_code == 201, made.text
    ref = made.json["ref"]
    assert made.headers["Location"] == f"{API}/notices/{ref}"
    assert made.json["refused"] is False
    shown = caller.get(f"/notices/{ref}/preview", director).json
    assert shown["digest"] == made.json["digest"]
    assert list(shown["channels"]) == ["website", "facebook", "x", "instagram"]
    assert ref in shown["channels"]["x"]["text"]
    approved = caller.approve(ref, director)
    assert approved.status_code == 200, approved.text
    assert set(approved.json["queued"]) == set(shown["channels"])
    office.run(ref)
    assert caller.get(f"/notices/{ref}", comms).json["group"] == "Live"
    everything = caller.get("/notices", comms).json
    assert everything["overdue"] == 0
    assert [each["ref"] for each in everything["publications"]] == [ref]


def test_a_notice_with_its_picture_comes_as_one_document_or_as_a_form(caller, office, comms):
    whole = notice("image_appeal")
    assert whole["pictures"]
    assert caller.post("/notices", comms, whole).status_code == 201
    written = document("image_appeal", case_ref="EH/2026/0999")
    files = [(BytesIO((SAMPLES / each["file"]).read_bytes()), each["file"]) for each in written["content"]["pictures"]]
    form = {"submission": json.dumps(written), "picture": files}
    made = caller.ask("POST", "/notices", comms, data=form, content_type="multipart/form-data")
    assert made.status_code == 201, made.text
    assert caller.get(f"/notices/{made.json['ref']}/preview", comms).json["channels"]["website"]["pictures"]


def test_what_the_policy_refuses_is_kept_as_a_draft_with_its_objections(caller, comms, director):
    made = caller.post("/notices", comms, notice(checklist={"answers": {}}))
    assert made.status_code == 201
    assert made.json["refused"] is True
    first = made.json["objections"][0]
    assert {"clause", "path", "what", "remedy", "effect"} <= set(first)
    refused = told(caller.approve(made.json["ref"], director), 422)
    assert refused["type"].endswith(":policy")
    assert refused["clause"] == refused["objections"][0]["clause"]
    assert any(each["effect"] == "refuse" for each in refused["objections"])


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        (b"{", 400, "$"),
        (b"", 400, "$"),
        (b"\xff\xfe", 400, "$"),
        (b"[" * 50_000, 400, "$"),
        (b"[]", 422, "$"),
        (b"{}", 422, "submission"),
        (b'{"submission": null}', 422, "submission"),
        (b'{"submission": {"Sample Name": 1}}', 422, "submission"),
    ],
)
def test_a_body_that_is_no_notice_is_refused_with_the_place(caller, comms, body, status, path):
    before = caller.office.everything()
    answer = caller.ask("POST", "/notices", comms, data=body, content_type="application/json")
    assert path in paths(told(answer, status))
    assert "Sample Name" not in answer.text
    assert caller.office.everything() == before


@pytest.mark.parametrize(
    ("spoil", "path"),
    [
        (lambda sent: sent["submission"].update(case_ref=""), "case_ref"),
        (lambda sent: sent["submission"]["court_event"].update(on="2026-02-30"), "submission.court_event.on"),
        (lambda sent: sent["submission"]["court_event"].update(on="2199-01-01"), "court_event.on"),
        (lambda sent: sent["pictures"][0].update(content="*"), "pictures.0.content"),
        (lambda sent: sent["pictures"][0].update(content="QUJD"), "content.pictures.0.file"),
        (lambda sent: sent["pictures"][0].update(name="other.png"), "content.pictures.0.file"),
        (lambda sent: sent["pictures"].append(dict(sent["pictures"][0])), "pictures.1.name"),
        (lambda sent: sent["pictures"].append({"name": "further.png", "content": sent["pictures"][0]["content"]}), "pictures"),
    ],
)  # fmt: skip
def test_each_mistake_in_a_notice_is_told_with_its_place_and_remedy(caller, office, comms, spoil, path):
    sent, before = notice("image_appeal"), office.everything()
    spoil(sent)
    assert path in paths(told(caller.post("/notices", comms, sent), 422))
    assert office.everything() == before


def test_a_name_given_twice_is_told_and_never_silently_dropped(caller, comms):
    raw = json.dumps(notice()).replace('"case_ref"', '"case_ref": "EH/1", "case_ref"', 1)
    answer = caller.ask("POST", "/notices", comms, data=raw, content_type="application/json")
    assert paths(told(answer, 422)) == ["case_ref"]


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"submission": "{}", "extra": "1"},
        {"submission": "not json"},
        {"submission": "{}", "picture": "text"},
        {"submission": json.dumps(document()), "picture": (BytesIO(b"x"), "")},
    ],
)
def test_a_form_that_is_no_notice_is_refused(caller, office, comms, form):
    before = office.everything()
    told(caller.ask("POST", "/notices", comms, data=form, content_type="multipart/form-data"), 422)
    assert office.everything() == before


def test_other_forms_of_body_are_refused(caller, comms):
    for path in ("/notices", f"/notices/{NOBODYS_REF}/retraction", "/events"):
        told(caller.ask("POST", path, comms, data="<a/>", content_type="text/xml"), 415)
        told(caller.ask("POST", path, comms), 415)


def test_a_body_that_is_too_large_is_refused_by_its_length(caller, office, comms, director):
    told(caller.post(f"/notices/{NOBODYS_REF}/retraction", comms, {"reason": "spent", "note": "x" * 70_000}), 413)
    told(caller.ask("POST", "/notices", comms, content_length=46 * 1024 * 1024), 413)
    long = {"reason": "spent", "note": "x" * 20_000}
    assert paths(told(caller.post(f"/notices/{NOBODYS_REF}/retraction", comms, long), 422)) == ["note"]


def test_what_is_not_there_is_told_as_a_problem_too(caller, comms):
    told(caller.get(f"/notices/{NOBODYS_REF}", comms), 404)
    told(caller.get(f"/notices/{NOBODYS_REF}/preview", comms), 404)
    told(caller.get("/notices/a_b", comms), 404)
    told(caller.get("/nowhere", comms), 404)
    told(caller.get("/cases/NONE/retraction", comms), 404)
    told(caller.post("/tasks/999/answer", comms, {}), 404)
    told(caller.post("/events", comms, {"case": "NONE/1", "what": "appeal_lodged"}), 404)
    other = caller.ask("DELETE", "/notices", comms)
    told(other, 405)
    assert set(other.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    told(caller.ask("OPTIONS", "/notices", comms), 405)
    told(caller.ask("GET", "/notices", comms, headers={"Host": "elsewhere.example"}), 400)


def test_parameters_that_do_not_exist_or_cannot_be_are_refused(caller, comms, office):
    auditor = caller.token(office.staff.auditor)
    told(caller.get("/notices?name=x", comms), 422)
    for query in ("whose=others", "whose=mine&whose=all", "who=me"):
        told(caller.get(f"/tasks?{query}", comms), 422)
    for query in ("after=-1", "after=1.0", "after=x", "after="):
        told(caller.get(f"/journal?{query}", auditor), 422)
    told(caller.get("/journal/verification?checkpoint=1:abc", auditor), 422)
    told(caller.post(f"/notices/{NOBODYS_REF}/retraction", comms, {"reason": "spent"}, key="a b"), 422)
    told(caller.post(f"/notices/{NOBODYS_REF}/retraction", comms, {"reason": "whim"}), 422)


def test_a_director_with_a_second_factor_approves_with_a_fresh_code_only(caller, office, desk, director):
    secret = pyotp.random_base32()
    desk.has_login(office.staff.director, "director", secret=secret)
    ref, before = office.submit().ref, office.everything()
    missing = told(caller.approve(ref, director), 403)
    assert missing["type"].endswith(":code")
    assert missing["clause"] == "12.1"
    code = pyotp.TOTP(secret).at(office.clock())
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert office.everything() == before
    told(caller.approve(ref, director, code=wrong), 403)
    told(caller.approve(ref, director, code="12345"), 422)
    assert caller.approve(ref, director, code=code, key="k1").status_code == 200
    # The same request again is answered without another code; the code itself is used up.
    assert caller.approve(ref, director, code=code, key="k1").status_code == 200
    told(caller.approve(office.submit(case_ref="EH/2026/0777").ref, director, code=code), 403)


def test_whoever_guesses_codes_waits(caller, office, desk, director):
    desk.has_login(office.staff.director, "director", secret=pyotp.random_base32())
    ref = office.submit().ref
    statuses = [caller.approve(ref, director, code="000000").status_code for _ in range(7)]
    assert statuses[:5] == [403] * 5
    assert statuses[-1] == 429
    late = caller.approve(ref, director, code="000000")
    assert int(late.headers["Retry-After"]) >= 1
    assert caller.post(f"/notices/{ref}/retraction", director, {"reason": "inaccurate"}).status_code == 202


def test_without_a_second_factor_only_a_rehearsal_lets_one_approve(office, director):
    ref = office.submit().ref
    with office.bot.ledger.write() as tx:
        set_fact(tx, REHEARSAL, "no")
    old = office.bot.ledger
    real = replace(office.bot, ledger=Ledger(old.engine, old.cipher, old.folder, policy=old.policy))
    refused = told(Caller(office, console_of(real)).approve(ref, director), 403)
    assert "downdate person invite" in refused["remedy"]


def test_only_a_director_of_the_service_approves_and_never_an_author(caller, office, comms):
    ref = office.submit(by=office.staff.deputy).ref
    told(caller.approve(ref, comms), 403)
    told(caller.approve(ref, caller.token(office.staff.other_director)), 403)
    refused = told(caller.approve(ref, caller.token(office.staff.deputy)), 422)
    assert refused["objections"]


def test_a_confirmation_names_each_fact_it_states(caller, office, comms):
    ref = office.approved()
    made = caller.post(f"/notices/{ref}/confirmation", comms, {"note": "Looked up today"})
    assert made.status_code == 200
    assert made.json["confirmed"]
    with office.bot.ledger.read() as tx:
        assert publications.confirmations_of(tx, publications.find(tx, ref).id)


def test_tasks_are_listed_and_answered(caller, office, comms):
    office.up()
    assert caller.post("/events", comms, {"case": "EH/2026/0417", "what": "appeal_lodged"}).status_code == 202
    found = caller.get("/tasks", comms).json["tasks"]
    assert found
    assert caller.get("/tasks?whose=mine", caller.token(office.staff.auditor)).json["tasks"] == []
    done = caller.post(f"/tasks/{found[0]['id']}/answer", comms, {})
    assert done.status_code == 200, done.text
    assert done.json["task"] == found[0]["id"]
    told(caller.post(f"/tasks/{found[0]['id']}/answer", comms, {}), 404)


def test_the_journal_is_streamed_as_lines_and_verifies(caller, office):
    office.approved()
    auditor = caller.token(office.staff.auditor)
    answer = caller.get("/journal", auditor)
    assert answer.mimetype == "application/x-ndjson"
    entries = [json.loads(line) for line in answer.text.splitlines()]
    assert journal.verify(iter(entries)).whole
    assert [each["seq"] for each in entries] == list(range(1, len(entries) + 1))
    rest = caller.get(f"/journal?after={len(entries) - 2}", auditor).text.splitlines()
    assert [json.loads(line)["seq"] for line in rest] == [len(entries) - 1, len(entries)]
    checkpoint = f"{len(entries)}:{entries[-1]['hash']}"
    assert caller.get(f"/journal/verification?checkpoint={checkpoint}", auditor).json["whole"] is True
    other = f"{len(entries)}:{'0' * 64}"
    assert caller.get(f"/journal/verification?checkpoint={other}", auditor).json["whole"] is False


def test_nothing_personal_and_no_token_stands_in_any_problem(caller, comms, capsys):
    name = document()["subjects"][0]["name"]
    spoilt = notice(subjects=[{"number": name, "name": name, name: name}])
    listed = notice(checklist={"answers": {name: {"answer": "yes", "values": {name: name}}}})
    form = {"submission": json.dumps(spoilt["submission"])}
    for answer in (
        caller.post("/notices", comms, spoilt),
        caller.post("/notices", comms, listed),
        caller.post("/notices", comms, {name: 1}),
        caller.ask("POST", "/notices", comms, data=form, content_type="multipart/form-data"),
        caller.get(f"/notices/{name}", comms),
        caller.get(f"/tasks?whose={name}", comms),
        caller.post("/events", comms, {"case": name, "what": "appeal_lodged"}),
        caller.get("/notices", comms + name),
    ):
        assert answer.status_code >= 400
        assert name not in answer.text
        assert comms not in answer.text
    printed = capsys.readouterr()
    assert name not in printed.out + printed.err
    assert comms not in printed.out + printed.err


def test_a_busy_ledger_is_told_with_when_to_come_back(office, comms):
    other = sqlite.open_engine(office.bot.settings.ledger.url, 0.05)
    old = office.bot.ledger
    quick = replace(office.bot, ledger=Ledger(other, old.cipher, old.folder, policy=old.policy))
    with office.bot.ledger.write():
        answer = Caller(office, console_of(quick)).post("/events", comms, {"case": "X/1", "what": "appeal_lodged"})
    told(answer, 503)
    assert answer.headers["Retry-After"]
    other.dispose()


def test_what_goes_wrong_inside_is_told_as_a_problem_that_says_nothing_of_the_inside(caller, office, comms):
    with sqlite3.connect(office.bot.settings.ledger.url.removeprefix("sqlite:///")) as connection:
        connection.execute("DROP TABLE tasks")
    answer = caller.get("/tasks", comms)
    broken = told(answer, 500)
    assert "tell IT" in broken["remedy"]
    for inside in ("tasks", "sqlite", "Error", "bot/"):
        assert inside not in json.dumps({**broken, "remedy": ""})


def test_a_code_is_never_asked_of_who_may_not_approve_anyway(caller, office, desk, comms):
    with office.bot.ledger.write() as tx:
        signins.set_second_factor(tx, office.staff.comms.id, pyotp.random_base32(), office.clock(), used_step=0)
    refused = told(caller.approve(office.submit().ref, comms), 403)
    assert refused["type"].endswith(":role")
