"""What to do is told to somebody at a page: where a remedy names a command, the page says where it is here."""

import ast
import re
from pathlib import Path

import pytest

from bot import intake
from bot.alert_kinds import ADVICE
from bot.cli_explain import VERDICTS
from bot.cli_status import held_words
from bot.web.errors import Errors
from bot.web.remedies import here
from policies.effects import Tick
from tests.bot.web.browser import words

ROOT = Path(__file__).parents[3]
# The words of the command line and of the API; no page shows them.
ELSEWHERE = re.compile(
    r"bot/(cli\w*|forms|rehearsal|alerts|__main__)\.py|bot/web/remedies\.py|bot/web/api_record\.py|store/ledger\.py"
)


def told():
    """Every text of ours that names a command, with something in the place of what is filled in."""
    for package in ("bot", "policies", "store"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if not ELSEWHERE.fullmatch(str(path.relative_to(ROOT))):
                yield from ((path.name, text) for text in texts(ast.parse(path.read_text())) if "`downdate " in text)


def texts(tree):
    """Whole texts, without docstrings; what stands between the braces of an f-string is an X."""
    said = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    parts = {id(part) for each in ast.walk(tree) if isinstance(each, ast.JoinedStr) for part in each.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(each.value) if isinstance(each, ast.Constant) else "X" for each in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said | parts:
            yield node.value


@pytest.mark.parametrize(("module", "text"), sorted(set(told())))
def test_every_remedy_that_names_a_command_names_a_page_at_the_console(module, text):
    assert "downdate" not in here(text), (module, here(text))


def test_alarms_verdicts_and_waits_name_no_command_at_the_console():
    said = [each.do for each in ADVICE.values()] + list(VERDICTS.values())
    said += [held_words(code) for code in ("sibling", "page-unseen", "R23")]
    assert [each for each in map(here, said) if "downdate" in each or "`" in each] == []


def test_what_a_form_is_told_is_told_for_the_console():
    errors = Errors()
    errors.add("case", "No case has this reference. Check the case reference; see `downdate status`.")
    assert errors.summary()[0]["text"].endswith("Check the case reference; see Live now.")


def test_the_waiting_list_says_for_each_channel_why_nothing_is_queued_and_what_to_do(desk, office):
    office.submit(channels=["website", "x"])
    page = words(desk.as_(office.staff.comms).get("/list/waiting"))
    assert page.count("It is queued once a Director approves it.") == 2
    assert "Waits for a Director's approval" in page


def test_a_notice_that_was_sent_back_says_on_the_list_what_its_author_does(desk, office):
    ref = office.submit(channels=["website"]).ref
    intake.send_back(office.bot, office.staff.director, ref, "Another street", read=1)
    page = words(desk.as_(office.staff.comms).get("/list/waiting"))
    assert "The Director sent it back: amend it." in page


def test_a_tick_that_is_missing_is_told_in_the_words_that_stand_beside_it(desk, office):
    ref = office.submit(channels=["website"], checklist__answers__12__values__under_18="yes").ref
    page = words(desk.as_(office.staff.second).get(f"/notices/{ref}"))
    assert "the Director's tick “Somebody under 18 may be identified, and that is justified”" in page
    for each in Tick:
        assert each.value not in here(f"Missing: the Director's tick {each.value}.").split()
