"""Hostile text in every field of every form, where the form leads to something: refused, or text wherever it shows."""

import re

import pytest
from markupsafe import escape

from bot import intake
from policies.terms import Reason
from store import artefacts
from tests.bot.web.browser import address, routes
from tests.bot.web.caller import API
from tests.bot.web.everything import everything_in, paths
from tests.bot.web.test_text_and_secrets import HOSTILE, fields, raw

REFUSED = {"right to left", "nothing wide", "a log line"}
TOGETHER = {
    "what is text": " ".join(text for kind, text in HOSTILE.items() if kind not in REFUSED),
    "what no reader sees": " ".join(HOSTILE[kind] for kind in sorted(REFUSED)),
}
# What a form would send in the fields that choose, so that the others are looked at.
CHOSEN = {
    "reason": "inaccurate", "scope": "notice", "kind": "case_outcome", "act": "add", "channel": "website",
    "role": "officer", "allegation": "other", "answer": "yes", "cleared": "no", "decision": "upheld", "version": "1",
}  # fmt: skip


@pytest.mark.parametrize("kind", TOGETHER)
def test_it_breaks_no_form_and_is_text_on_every_page_afterwards(app, office, desk, kind):
    given, asked = everything_in(office, desk), 0
    names = sorted(fields())
    for rule, _ in routes(app, methods=("POST",)):
        if rule.rule.startswith("/api/"):
            continue
        for path in paths(app, rule, given)[:2]:
            desk.as_(office.staff.second)
            answer = desk.post(path, dict.fromkeys(names, TOGETHER[kind]) | CHOSEN)
            assert answer.status_code < 500, (rule.endpoint, answer.status)
            # A field is given back as it was typed, to be mended.
            assert not raw(answer.text.replace(f'value="{escape(TOGETHER[kind])}"', "")), rule.endpoint
            assert not raw(str(answer.headers)), rule.endpoint
            asked += 1
    assert asked > 40
    desk.as_(office.staff.second)
    for rule, _ in routes(app, methods=("GET",)):
        for path in paths(app, rule, given)[:2]:
            answer = desk.get(path)
            assert answer.status_code < 500, path
            assert answer.mimetype != "text/html" or not raw(answer.text), path


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "//x.example", {}]
)
def test_what_a_platform_gives_as_an_address_is_a_link_only_if_it_is_one(office, desk, address):
    ref = office.up(channels=["facebook"])
    with office.bot.ledger.write() as tx:
        for post in office.posts(ref):
            for row in artefacts.of_post(tx, post.id):
                told = {"url": address, "created_at": None, "now": office.clock(), "actor": "daemon"}
                artefacts.note(tx, row.id, platform_id=row.platform_id, **told)
    desk.as_(office.staff.second)
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.INACCURATE, note="")
    for path in ("/", f"/notices/{ref}?all=1", f"/notices/{ref}/progress", "/list/coming-down"):
        answer = desk.get(path)
        assert answer.status_code == 200
        assert ref in answer.text
        assert not re.search(r'(?i)href="(?:javascript|data:text|//)', answer.text), path


BODIES = {
    "brackets without end": b"[" * 100_000,
    "objects without end": b'{"a":' * 100_000,
    "a number without end": b'{"reason": ' + b"9" * 10_000 + b"}",
    "no number": b'{"reason": NaN}',
    "half a character": b'{"reason": "\\ud800"}',
    "other bytes": b"\xff\xfe" + '{"reason": 1}'.encode("utf-16-le"),
    "a word without end": b'{"reason": "' + b"x" * 3_000_000 + b'"}',
    "markup": b'{"reason": "<script>alert(1)</script>", "<script>alert(1)</script>": 1}',
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_hostile_body_is_refused_by_every_operation_and_not_repeated(app, caller, office, given, kind):
    token = caller.token(office.staff.second)
    before, headers = office.everything(), {"Content-Type": "application/json"}
    for rule, _ in routes(app, methods=("POST",)):
        if not rule.rule.startswith(API):
            continue
        path = address(app, rule, given).removeprefix(API)
        answer = caller.ask("POST", path, token, data=BODIES[kind], headers=headers)
        assert answer.status_code in {400, 403, 404, 413, 422}, (rule.endpoint, answer.status)
        assert answer.mimetype == "application/problem+json"
        assert "script" not in answer.text
        assert len(answer.text) < 5000
    assert office.everything() == before
