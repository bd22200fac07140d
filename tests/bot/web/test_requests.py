"""What every request has to satisfy and every answer says: origin, token, host, size, headers, and that a GET never acts."""

import re
import socket
from contextlib import ExitStack
from datetime import timedelta
from functools import wraps
from urllib.parse import urlsplit

import pytest
from flask import Flask

from bot import serving
from bot.rehearsal import free_port
from bot.web.access import TABLE
from bot.web.api import PAGES
from bot.web.security import LARGEST_FORM
from policies.terms import Role
from store import people
from tests.bot.office import SERVICE
from tests.bot.web.browser import Browser, address, routes
from tests.bot.web.compiled import console_of

ELSEWHERE = "https://elsewhere.example"
OFFICER = frozenset({Role.OFFICER})


@pytest.fixture
def officer(desk: Browser, office) -> Browser:
    return desk.as_(office.staff.second)


def posts(app):
    """Every form's address. The API reads no cookie: test_api_scopes."""
    return [rule for rule, _ in routes(app, methods=("POST",)) if not rule.rule.startswith("/api/")]


@pytest.fixture
def reached(app) -> list[str]:
    """Which forms' own functions were called: some refuse an empty form with the same status as the guards."""
    called: list[str] = []

    def noted(endpoint, view):
        return wraps(view)(lambda **given: called.append(endpoint) or view(**given))

    for rule in posts(app):
        app.view_functions[rule.endpoint] = noted(rule.endpoint, app.view_functions[rule.endpoint])
    return called


@pytest.fixture
def anybody(desk: Browser, office) -> Browser:
    """Somebody for whom no page is closed by role."""
    held = [(role, SERVICE if role is Role.DIRECTOR else None) for role in Role if role is not Role.SYSTEM]
    with office.bot.ledger.write() as tx:
        person, _ = people.add(tx, name="Sample of all trades", held=held, now=office.clock())
    return desk.as_(person)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ELSEWHERE},
        {"Origin": "null"},
        {"Referer": f"{ELSEWHERE}/page"},
        {"Origin": ELSEWHERE, "Referer": "http://127.0.0.1:8484/"},
        {"Origin": "http://127.0.0.1:8484.elsewhere.example"},
        {"Origin": "https://127.0.0.1:8484"},
        {},
    ],
)
def test_every_state_change_from_another_site_is_refused_even_with_a_good_token(app, anybody, given, reached, headers):
    token, before = anybody.token(), anybody.office.everything()
    for rule in posts(app):
        answer = anybody.ask("POST", address(app, rule, given), data={"csrf_token": token}, headers=headers)
        assert answer.status_code == 403, rule.endpoint
    assert reached == []
    assert anybody.office.everything() == before


@pytest.mark.parametrize("token", ["", "forged", None])
def test_every_state_change_without_the_forms_token_is_refused(app, anybody, given, reached, token):
    before = anybody.office.everything()
    for rule in posts(app):
        data = {} if token is None else {"csrf_token": token}
        answer = anybody.ask("POST", address(app, rule, given), data=data, headers={"Origin": anybody.origin})
        assert answer.status_code == 400, rule.endpoint
    assert reached == []
    assert anybody.office.everything() == before


def test_a_token_of_another_browser_is_refused(officer, open_browser):
    foreign = open_browser().token()
    answer = officer.ask("POST", "/sign-out", data={"csrf_token": foreign}, headers={"Origin": officer.origin})
    assert answer.status_code == 400
    assert officer.is_in


def test_a_referer_of_our_own_is_enough_where_the_browser_sends_no_origin(officer):
    answer = officer.post("/search", {"words": "x"}, headers={"Referer": f"{officer.origin}/"})
    assert answer.status_code == 200


def test_an_expired_retraction_keeps_its_choices_and_costs_one_more_tap(officer, given, office):
    data = {"reason": "inaccurate", "scope": "case", "note": "Seen by the desk", "csrf_token": "from last week"}
    path = f"/notices/{given['ref']}/retract"
    answer = officer.ask("POST", path, data=data, headers={"Origin": officer.origin})
    assert answer.status_code == 400
    assert "press Cancel it once more" in answer.text
    assert re.search(r'value="inaccurate"[^>]* checked', answer.text)
    assert re.search(r'value="case"[^>]* checked', answer.text)
    assert "Seen by the desk" in answer.text
    again = officer.post(path, {"reason": "inaccurate", "scope": "case", "note": "Seen by the desk"})
    assert again.status_code == 303
    assert again.headers["Location"].endswith("/progress")


def test_a_retraction_sent_after_the_session_ended_comes_back_with_its_choices_after_signing_in(desk, given, office):
    path = f"/notices/{given['ref']}/retract"
    answer = desk.post(path, {"reason": "inaccurate", "scope": "case", "note": "a name"})
    assert answer.status_code == 303
    location = answer.headers["Location"]
    assert "reason%3Dinaccurate%26scope%3Dcase" in location
    assert "name" not in location
    desk.has_login(office.staff.second, "second")
    next_page = desk.sign_in("second", next=f"{path}?reason=inaccurate&scope=case").headers["Location"]
    assert re.search(r'value="inaccurate"[^>]* checked', desk.get(next_page).text)


def test_a_form_only_address_never_becomes_where_one_goes_on(desk, office):
    """After signing in the browser asks with GET, which such an address does not answer."""
    desk.has_login(office.staff.second, "second")
    location = desk.post("/account/end-others").headers["Location"]
    assert "next=/account&" in location
    assert desk.sign_in("second", next="/account/end-others").headers["Location"] == "/"


def answers(app: Flask, officer: Browser, given) -> dict[int, object]:
    """One answer of every kind there is."""
    app.add_url_rule("/broken", endpoint="about.accessibility2", view_func=lambda: 1 / 0)
    TABLE["about.accessibility2"] = TABLE["about.accessibility"]
    try:
        broken = officer.get("/broken")
    finally:
        del TABLE["about.accessibility2"]
    return {
        200: officer.get("/"),
        302: officer.get("/sign-in"),
        400: officer.ask("POST", "/search", data={}, headers={"Origin": officer.origin}),
        403: officer.ask("POST", "/search", data={}, headers={"Origin": ELSEWHERE}),
        404: officer.get("/nowhere"),
        405: officer.get("/search"),
        413: officer.ask("POST", "/search", content_length=LARGEST_FORM + 1, headers={"Origin": officer.origin}),
        500: broken,
    }


def test_every_kind_of_answer_carries_the_headers(app, officer, given):
    seen = set()
    for status, answer in answers(app, officer, given).items():
        assert answer.status_code == status
        policy = answer.headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"):
            assert part in policy
        assert "unsafe" not in policy
        nonce = re.search(r"'nonce-([^']{20,})'", policy)[1]
        seen.add(nonce)
        assert f'nonce="{nonce}"' in answer.text or status == 302
        assert len(re.findall(r"<script(?![^>]*nonce=)[^>]*>", answer.text)) == 0
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert len(seen) == 8


def test_an_error_page_says_what_to_do_and_nothing_of_the_inside(app, officer, given):
    for status, answer in answers(app, officer, given).items():
        if status >= 400:
            assert "<h1" in answer.text
            for inside in ("Traceback", "ZeroDivisionError", "werkzeug", "bot/web", "jinja"):
                assert inside not in answer.text
                assert inside.lower() not in str(answer.headers).lower()


@pytest.mark.parametrize(
    "host", ["elsewhere.example", "127.0.0.1:8484.elsewhere.example", "127.0.0.1", "localhost:8484", "a b", ""]
)
def test_another_host_name_is_refused_and_never_repeated(officer, host):
    answer = officer.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "elsewhere" not in answer.text
    assert "elsewhere" not in str(answer.headers)


def test_a_forwarded_host_or_scheme_is_not_believed(desk):
    headers = {
        "X-Forwarded-Host": "elsewhere.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=elsewhere.example",
    }
    assert "elsewhere" not in str(desk.get("/", headers=headers).headers)


@pytest.mark.parametrize(
    "onward",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example/",
        "///elsewhere.example",
        "/\t/elsewhere.example",
        "\\\\elsewhere.example",
        "javascript:alert(1)",
        "/%0d%0aLocation: https://elsewhere.example",
        " https://elsewhere.example",
        "elsewhere.example",
        "/sign-out",
        "",
    ],
)
def test_one_never_goes_on_to_another_site(desk, office, onward):
    desk.has_login(office.staff.second, "second")
    assert "elsewhere" not in (desk.get("/sign-in", query_string={"next": onward}).text)
    first = desk.sign_in("second", next=onward)
    assert first.headers["Location"] == "/"
    assert desk.get("/sign-in", query_string={"next": onward}).headers["Location"] == "/"
    assert desk.post("/prove", {"password": "wrong", "next": onward}).text.count("elsewhere") == 0


def test_one_goes_on_to_a_page_of_ours(desk, office, given):
    desk.has_login(office.staff.second, "second")
    page = f"/notices/{given['ref']}/retract?reason=inaccurate"
    assert desk.sign_in("second", next=page).headers["Location"] == page


@pytest.mark.parametrize(
    ("path", "said"), [("/search", "a picture may have at most 20 MB"), ("/api/v1/notices", '"remedy"')]
)
def test_too_large_a_form_is_refused_in_words_before_it_is_read(office, path, said):
    """By the length it announces: not a byte of it is sent here (ASVS 5.2.1)."""
    port = free_port()
    app = console_of(office.bot)
    with ExitStack() as stack:
        stack.enter_context(serving._Listener(app, host="127.0.0.1", port=port, largest=LARGEST_FORM))
        client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:8484\r\nContent-Length: {LARGEST_FORM + 1}\r\n\r\n"
        client.sendall(head.encode())
        answer = b"".join(iter(lambda: client.recv(4096), b"")).decode()
    assert answer.startswith("HTTP/1.1 413 ")
    assert said in answer
    assert "generated by" not in answer


def test_a_form_of_too_many_parts_or_too_long_a_field_is_refused(officer):
    many = {f"f{number}": "x" for number in range(501)}
    assert officer.post("/search", many, content_type="multipart/form-data").status_code == 413
    long = (
        b'--x\r\nContent-Disposition: form-data; name="words"\r\n\r\n' + b"x" * (2 * 1024 * 1024 + 1) + b"\r\n--x--\r\n"
    )
    headers = {"Origin": officer.origin, "Content-Type": "multipart/form-data; boundary=x"}
    assert officer.ask("POST", "/search", data=long, headers=headers).status_code == 413


def test_no_address_of_a_page_holds_a_name_or_a_secret(app, officer, given, office):
    """Names and secrets of a notice and its case never stand in a link, a form's address or a redirect."""
    officer.get("/")
    for path in (
        "/",
        "/list/waiting",
        f"/notices/{given['ref']}",
        f"/notices/{given['ref']}/retract",
        f"/cases/{given['key']}/sheet",
    ):
        text = officer.get(path).text
        links = re.findall(r'(?:href|action|src|data-part)="([^"]*)"', text)
        assert links
        for link in links:
            assert not re.search(r"(?i)sample|token|fly-tipping|EH/2026", link), link
    found = officer.post("/search", {"words": "Sample Lane"})
    assert found.status_code == 200
    assert "Location" not in found.headers


def test_no_page_asks_another_host_for_anything(app, officer, given):
    for rule, _ in routes(app, methods=("GET",)):
        answer = officer.get(address(app, rule, given))
        for link in re.findall(r'(?:src|href|action|data-part)="([^"]*)"', answer.text):
            parts = urlsplit(link)
            assert not parts.netloc or f"//{parts.netloc}" in officer.origin or parts.netloc.startswith("127.0.0.1"), (
                link
            )
        assert not re.search(r'(?:src|srcset|poster|background)="(?:https?:)?//', answer.text)


def test_a_browser_that_asks_without_end_is_stopped_but_never_from_retracting(officer, open_browser, given, office):
    """Limits are of one signed-in browser, and no stranger can use up anybody's."""
    allowed, ref = int(PAGES.split()[0]), given["ref"]
    stranger = open_browser()
    for _ in range(allowed):
        assert officer.get("/site.css").status_code == 200
    for _ in range(2):
        assert officer.get("/site.css").status_code == 429
    refused = officer.get("/tasks")
    assert refused.status_code == 429
    assert "Live now and retracting always work" in refused.text
    for path in ("/", f"/notices/{ref}/retract"):
        assert officer.get(path).status_code == 200
    assert officer.post(f"/notices/{ref}/retract", {"reason": "inaccurate", "scope": "notice"}).status_code == 303
    assert officer.get(f"/notices/{ref}/progress/part").status_code == 200
    assert stranger.get("/site.css").status_code == 200
    assert open_browser().as_(office.staff.second).get("/tasks").status_code == 200


def test_the_retraction_answers_while_slow_clients_hold_connections(office, given):
    """Denial: clients that never finish their request take no worker (reliability: section 6)."""
    port = free_port()
    app = console_of(office.bot)
    with ExitStack() as stack:
        stack.enter_context(serving._Listener(app, host="127.0.0.1", port=port, threads=4))
        for _ in range(50):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            slow.sendall(b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:8484\r\nContent-Length: 100\r\n\r\na")
        client = stack.enter_context(
            socket.create_connection(("127.0.0.1", port), timeout=timedelta(seconds=1).total_seconds())
        )
        path = f"/notices/{given['ref']}/retract"
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:8484\r\nConnection: close\r\n\r\n".encode())
        assert client.recv(4096).startswith(b"HTTP/1.1 302 ")
