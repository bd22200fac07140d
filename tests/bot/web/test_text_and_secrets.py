"""Hostile text is shown as text, and neither logs nor error pages nor headers hold what must not leave."""

import io
import logging
import re
import threading
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
import structlog
from flask import Flask

from bot import logs
from bot.submission_checks import InputRefused
from bot.web.access import COOKIE, TABLE, allowed
from bot.web.app import console_app
from bot.web.words import visible
from policies.terms import Role
from store import desk as accounts
from store import people
from tests.bot.office import SERVICE
from tests.bot.web.browser import PASSWORD, Browser, address, routes, words
from tests.bot.web.sign_in.codes import SECRET, code

HOSTILE = {
    "markup": '<script>alert("x")</script>',
    "an image": "<img src=x onerror=alert(1)>",
    "the end of an attribute": '" onmouseover="alert(1)" x="',
    "the end of another": "' onfocus='alert(1)' autofocus '",
    "the end of a text area": "</textarea><script>alert(1)</script>",
    "an address": "javascript:alert(1)",
    "a template": "{{7*7}}{% raw %}${7*7}#{7*7}<%= 7*7 %>",
    "a formula": '=HYPERLINK("http://elsewhere.example";"x")',
    "another formula": "@SUM(1+1)*cmd|'/c calc'!A0",
    "sql": "'; DROP TABLE people; --",
    "a path": "../../../../etc/passwd",
    "an entity": "&lt;script&gt; &amp; &#x3c;",
    "a log line": "x\r\n2026-03-02 level=info forged",
    "right to left": "fine \u202edrow\u202c here",
    "nothing wide": "zero\u200bwidth\u2060joined\ufeff",
    "marks on marks": "Z̸̡̢̛a̶l̷g̵o̴ text",
}


@pytest.fixture
def officer(desk: Browser, office) -> Browser:
    return desk.as_(office.staff.second)


def raw(text: str) -> bool:
    """Whether any of the table stands in a page as what it pretends to be."""
    return bool(
        re.search(r'<script>alert|<img src=x|"\s*onmouseover="alert|\'\s*onfocus=\'alert|href="javascript:', text)
        or re.search(r"</textarea><script", text)
        or re.search(r"[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff]", text)
    )


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_headline_is_refused_with_a_reason_or_shown_as_text(app, officer, office, kind):
    try:
        ref = office.approved(channels=["website"], content__headline=f"Fined {HOSTILE[kind]}")
    except InputRefused as refused:
        assert all(problem.what and problem.remedy for problem in refused.problems)
        return
    seen = 0
    for path in ("/", "/list/waiting", f"/notices/{ref}", f"/notices/{ref}/retract"):
        answer = officer.get(path)
        assert answer.status_code == 200
        assert not raw(answer.text), path
        assert "Fined 49" not in words(answer)
        seen += " ".join(visible(f"Fined {HOSTILE[kind]}").split()) in " ".join(words_with_entities(answer).split())
    assert seen >= 2


def words_with_entities(answer) -> str:
    """As `words`, but with what only looks like a tag left in."""
    return unescape(re.sub(r"<(?!script>alert|img src=x)[^>]*>", " ", answer.text))


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_note_comes_back_as_text(officer, office, kind):
    ref = office.approved(channels=["website"])
    note = HOSTILE[kind]
    answers = [
        officer.post(f"/notices/{ref}/retract", {"reason": "none-such", "scope": "notice", "note": note}),
        officer.ask("POST", f"/notices/{ref}/retract", data={"note": note}, headers={"Origin": officer.origin}),
        officer.get(f"/notices/{ref}/retract", query_string={"note": note, "reason": note, "scope": note}),
        officer.post("/search", {"words": note}),
    ]
    assert [each.status_code for each in answers] == [400, 400, 200, 200]
    for answer in answers:
        assert not raw(answer.text.replace(note, "")), answer.text
        assert "49" not in re.findall(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_part_of_an_address_is_not_found_and_not_repeated(app, officer, office, kind):
    hostile = quote(HOSTILE[kind], safe="")
    before = office.everything()
    for rule, method in routes(app):
        if rule.arguments:
            path = re.sub(r"<(?:path:)?(\w+)>", lambda _: hostile, rule.rule)
            answer = officer.get(path) if method == "GET" else officer.post(path)
            closed = {403} if not allowed(rule.endpoint, frozenset({Role.OFFICER})) else set()
            # A browser's session opens nothing of the API, and other roles' pages are refused before anything is looked up.
            expected = {401, 404} if rule.rule.startswith("/api/") else {400, 404, 308} | closed
            assert answer.status_code in expected, (rule.endpoint, answer.status)
            assert not raw(answer.text)
            assert "forged" not in answer.text
    assert office.everything() == before


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_sign_in_name_comes_back_as_text(desk, kind):
    answer = desk.sign_in(HOSTILE[kind], "a wrong guess at it", next=HOSTILE[kind])
    assert answer.status_code == 403
    field = re.search(r'<input[^>]*id="name"[^>]*>', answer.text)[0]
    assert "<script" not in field
    assert not re.search(r'\son\w+="', field)


def test_a_notice_with_hostile_text_still_comes_down(officer, office):
    ref = office.up(channels=["website"], content__headline='{{7*7}} & "quoted"')
    answer = officer.post(
        f"/notices/{ref}/retract", {"reason": "inaccurate", "scope": "notice", "note": HOSTILE["sql"]}
    )
    assert answer.status_code == 303
    assert officer.get(answer.headers["Location"]).status_code == 200


NAME = "Canary-Surname"
CANARIES = {
    "password": PASSWORD,
    "wrong password": "canary-wrong-password",
    "search": "canary-searched-name",
    "note": "canary-note-of-a-retraction",
    "headline": "canary-headline",
    "key": SECRET,
}


def journey(desk: Browser, office, app: Flask) -> list:
    """A day at the desk, with mistakes; everything the console answered."""

    def broken() -> str:
        raise ValueError("canary-note-of-a-retraction")

    app.add_url_rule("/broken", endpoint="test.broken", view_func=broken, methods=["GET", "POST"])
    ref = office.approved(channels=["website"], content__headline="Fined canary-headline")
    desk.has_login(office.staff.director, "canary.director", secret=SECRET)
    answers = [
        desk.sign_in("canary.director", "canary-wrong-password"),
        desk.sign_in("canary.director", code=code(office)),
        desk.post("/search", {"words": "canary-searched-name"}),
        desk.post(f"/notices/{ref}/retract", {"reason": "none-such", "note": "canary-note-of-a-retraction"}),
        desk.ask("POST", f"/notices/{ref}/retract", data={"note": "canary-note-of-a-retraction"}),
        desk.ask("POST", "/search", data={"words": "canary-searched-name"}, headers={"Origin": "https://e.example"}),
        desk.get("/none/canary-searched-name"),
        desk.get("/", headers={"Host": "canary-searched-name.example"}),
        desk.post("/prove", {"password": "canary-wrong-password", "code": "123456"}),
    ]

    TABLE["test.broken"] = TABLE["about.accessibility"]
    try:
        answers += [desk.get("/broken"), desk.post("/broken", {"note": "canary-note-of-a-retraction"})]
    finally:
        del TABLE["test.broken"]
    return answers


@contextmanager
def logged_at_every_level():
    """Logging as the product sets it up, down to the least."""
    stream = io.StringIO()
    before = structlog.get_config()
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        logs.configure(stream, level=logging.DEBUG)
        yield stream.getvalue
    finally:
        structlog.configure(**before)
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)


def test_logs_hold_no_secret_no_name_and_nothing_that_was_typed(desk, office, app):
    with logged_at_every_level() as told:
        journey(desk, office, app)
    logged = told()
    # Refusals and errors are there (ASVS 16.3), each in a line of its own.
    assert '"console_refused"' in logged
    assert "ValueError" in logged
    for what in (*CANARIES.values(), "canary", "Sample", desk.cookie(COOKIE), desk.cookie("dd_device"), desk.token()):
        assert what not in logged, what
    for line in logged.splitlines():
        assert line.startswith("{")


FIELD = re.compile(r"""(?:form|values)\.get(?:list)?\("([\w-]+)"|name="([\w-]+)"|"name": "([\w-]+)\"""")
SOURCES = Path(__file__).parent.parent.parent.parent / "bot" / "web"


def fields() -> set[str]:
    """Every name that any form of the console has, or reads."""
    found = {name for path in SOURCES.rglob("*") if path.suffix in {".py", ".html"} and "node_modules" not in path.parts
             for pair in FIELD.findall(path.read_text()) for name in pair if name}  # fmt: skip
    assert {"note", "password", "name", "words", "reason", "code", "secret", "headline"} - found == {"headline"}
    return found | {"headline", "body", "alt_text", "answer"}


@pytest.mark.parametrize("good", [False, True], ids=["made up", "as the form has it"])
def test_a_name_that_is_typed_into_any_form_reaches_no_log_no_address_and_no_title(app, office, given, desk, good):
    """Every form with it in every field; then with what the form itself would send in the fields that choose."""
    held = [(role, SERVICE if role is Role.DIRECTOR else None) for role in Role if role is not Role.SYSTEM]
    with office.bot.ledger.write() as tx:
        person, _ = people.add(tx, name="Sample of all trades", held=held, now=office.clock())
    chosen = {"reason": "inaccurate", "scope": "case", "kind": "case_outcome", "what": "appeal_lodged", "act": "check",
              "channel": "website", "role": "officer", "case_ref": "EH/2026/0417"} if good else {}  # fmt: skip
    typed = dict.fromkeys(sorted(fields()), NAME) | chosen
    sent = 0
    with logged_at_every_level() as told:
        for rule, _ in routes(app, methods=("POST",)):
            if rule.rule.startswith("/api/"):
                continue
            desk.as_(person)
            answer = desk.post(address(app, rule, given), typed)
            assert answer.status_code < 500, (rule.endpoint, answer.status)
            assert NAME not in str(answer.headers), rule.endpoint
            title = re.search(r"<title[^>]*>(.*?)</title>", answer.text, re.DOTALL)
            assert title is None or NAME not in title[1], rule.endpoint
            for link in re.findall(r'(?:href|action|src|data-part)="([^"]*)"', answer.text):
                assert NAME not in link, (rule.endpoint, link)
            sent += 1
        for thread in threading.enumerate():
            if thread.name.startswith("console-"):
                thread.join(10)
        for thread in threading.enumerate():
            assert not thread.name.startswith("console-")
    assert sent > 35
    for what in (NAME, "Canary", "canary", "Sample"):
        assert what not in told(), what


def test_what_breaks_on_a_page_with_a_secret_in_its_address_names_the_route_alone(app, desk, office):
    def broken(invitation: str) -> str:
        raise ValueError(invitation)

    app.view_functions["signin.invitation"] = broken
    with logged_at_every_level() as told:
        assert desk.get("/set-up/canary-invitation").status_code == 500
        assert desk.get("/set-up/canary-invitation?next=canary-next").status_code == 500
    assert "canary" not in told()
    assert "signin.invitation" in told()
    assert "ValueError" in told()


def test_a_ledger_that_cannot_be_read_is_told_plainly_and_nothing_of_it_leaves(office):
    bot = office.bot

    def age():
        with bot.ledger.read() as tx:
            return accounts.last_beat(tx, "sweep")

    desk = Browser(office, console_app(bot, loop_age=age))
    Path(bot.settings.ledger.url.removeprefix("sqlite:///")).write_bytes(b"canary, and no ledger" * 1000)
    bot.ledger.close()
    with logged_at_every_level() as told:
        answer = desk.get("/sign-in")
        desk.put("canary")
        page = desk.get("/list/waiting")
    for each in (answer, page):
        assert each.status_code == 500
        assert "tell IT" in words(each)
        assert "canary" not in each.text
    assert "canary" not in told()


def test_error_pages_and_headers_hold_no_secret_and_no_word_of_a_notice(desk, office, app):
    for answer in journey(desk, office, app):
        told = str(answer.headers)
        for name in ("password", "wrong password", "search", "note", "headline", "key"):
            assert CANARIES[name] not in told.replace(str(desk.cookie(COOKIE)), "")
        if answer.status_code >= 400 and "<form" not in answer.text.partition("<footer")[0]:
            for what in CANARIES.values():
                assert what not in answer.text, (answer.status, what)
        for secret in (PASSWORD, "canary-wrong-password", SECRET):
            assert secret not in answer.text


def test_what_is_kept_of_a_sign_in_is_sealed_or_hashed(desk, office, app):
    journey(desk, office, app)
    dump, _ = office.everything()
    for what in (
        PASSWORD,
        "canary-wrong-password",
        SECRET,
        "canary.director",
        "canary-searched-name",
        desk.cookie(COOKIE),
    ):
        assert what not in dump
    assert "$argon2" not in dump


def test_an_answer_names_no_software(app, officer, given):
    for rule, _ in routes(app, methods=("GET",)):
        headers = officer.get(address(app, rule, given)).headers
        assert "X-Powered-By" not in headers
        assert "Server" not in headers or "ython" not in headers["Server"]
