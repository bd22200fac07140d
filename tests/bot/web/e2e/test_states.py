"""What the walk over all routes does not come to: every part of a draft, full and empty lists, and pages with mistakes."""

import re

import pytest
from playwright.sync_api import expect

from bot.web import journey
from policies.terms import Kind
from tests.bot.web.e2e.busy import begun, busy

# A code of the machinery, a command, a number of ours for a rule or a person, or an instant written for machines.
INSIDE = re.compile(
    r"\b[a-z]+_[a-z_]+\b|`|\b20\d\d-\d\d-\d\dT|\b\d+d\d*h?\b|\b(?:True|False)\b|\bR\d\d?\b|\bperson p\d"
)


@pytest.fixture
def there(served):
    return busy(served)


def strange(page):
    """What a page says that its readers do not."""
    text = re.sub(r"Sample \w+", "", page.locator("main").inner_text())
    return [f"{page.url}: says {found[0]}" for found in INSIDE.finditer(text)]


def low(page):
    """Main acts that are lower than a finger is wide."""
    acts = page.locator("main .govuk-button:not(.govuk-button--secondary)").all()
    boxes = [(act.inner_text(), act.bounding_box()) for act in acts if act.is_visible()]
    return [f"{page.url}: {name} is {box['height']} high" for name, box in boxes if box["height"] < 44]


def told_well(page):
    """What is wrong with how a page tells of mistakes: title, focus, and links that lead to a field."""
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    for link in page.locator(".govuk-error-summary a").all():
        target = (link.get_attribute("href") or "").removeprefix("#")
        assert page.locator(f"[id='{target}']").count() == 1, (page.url, target)
    return []


def test_every_part_of_a_draft_of_every_kind_is_accessible_and_says_what_it_asks(there, served, look_in):
    visitor = look_in("phone").as_(served.staff.second)
    wrong, seen = [], set()
    for kind in Kind:
        for name in journey.names(begun(kind)):
            if name not in seen:
                seen.add(name)
                assert visitor.open(f"/drafts/{there.drafts[kind]}/{name}") == 200
                wrong += [*visitor.look(), *strange(visitor.page)]
    assert len(seen) > 30
    assert sorted(set(wrong)) == []


def listed(there):
    """Where whom to send: each state of a page that looks different."""
    r, t = there.refs, there.tasks
    notices = [("second", f"/notices/{ref}?all=1") for ref in r.values()]
    tasks = [("second", f"/tasks/{number}") for number in t.values()]
    drafts = [
        ("second", f"/drafts/{draft}{part}")
        for draft in (there.written, there.refused)
        for part in ("", "/check", "/preview", "/subjects/0", "/channels")
    ]
    return [
        *notices,
        *tasks,
        *drafts,
        *(
            ("director", f"/notices/{r[name]}/approve")
            for name in ("waiting", "amended", "held", "refused", "sent-back")
        ),
        *(("second", f"/list/{name}") for name in ("stuck", "coming-down", "waiting", "down")),
        *(("second", f"/requests/{number}") for number in range(1, 5)),
        *(("second", f"/notices/{r[name]}/progress") for name in ("by-hand", "down", "up", "waiting")),
        *(("second", f"/notices/{r[name]}/retract") for name in ("by-hand", "down", "waiting")),
        *(("second", path) for path in ("/", "/new", "/tasks?all=1", "/alarms", "/requests", "/channels", "/calendar")),
        *(("second", f"/cases/{there.case}{part}") for part in ("", "/event", "/sheet", "/progress")),
        ("dpo", "/advice"),
        ("dpo", f"/notices/{r['held']}/advice"),
        ("dpo", "/record"),
        ("dpo", "/record/schedule"),
        ("director", "/approve"),
        ("admin", "/people"),
    ]


def test_every_state_of_a_page_is_accessible_and_speaks_the_readers_language(there, served, look_in):
    wrong, visitors = [], {}
    for who, path in listed(there):
        if who not in visitors:
            visitors[who] = look_in("phone").as_(getattr(served.staff, who))
        visitor = visitors[who]
        assert visitor.open(path) == 200, path
        wrong += [*visitor.look(), *strange(visitor.page)]
    assert sorted(set(wrong)) == []


def mistakes(there):
    """Each form left empty or half filled: who, where, which of its forms, and what is typed."""
    r, t = there.refs, there.tasks
    draft = f"/drafts/{there.drafts[Kind.CASE_OUTCOME]}"
    return [
        *(("second", f"{draft}/{name}", "", {}) for name in ("case", "words", "channels", "rows/1")),
        ("second", f"{draft}/case", "", {"[name=on-day]": "31", "[name=on-month]": "2", "[name=on-year]": "2026"}),
        ("second", f"/drafts/{there.drafts[Kind.IMAGE_APPEAL]}/pictures/0/file", "", {}),
        ("second", f"/notices/{r['by-hand']}", "[action$=evidence]", {}),
        ("second", f"/notices/{r['up']}/confirm", "", {}),
        ("second", f"/cases/{there.case}/event", "", {"[name=day]": "31", "[name=month]": "2"}),
        ("second", f"/tasks/{t['picture_elsewhere']}", "", {}),
        ("second", f"/tasks/{t['appeal_check']}", "", {}),
        ("second", "/requests/new", "", {"[name=received-day]": "31", "[name=received-month]": "2"}),
        ("second", "/requests/1", ":has(#decision)", {}),
        ("director", f"/notices/{r['waiting']}/approve", "[action$=send-back]", {}),
        ("dpo", f"/notices/{r['held']}/advice", "", {}),
        ("dpo", "/record", "[action$=verify]", {"#checkpoint": "x"}),
        ("dpo", "/record", ":has(#about)", {"#about": "none-such"}),
        ("dpo", "/record/export", "", {}),
        ("dpo", "/record/hold", "", {}),
        ("admin", "/people/add", "", {"[name=until-day]": "31", "[name=until-month]": "2"}),
        ("admin", f"/people/{there.person}", ":has(#role)", {"[name=until-day]": "31", "[name=until-month]": "2"}),
    ]


def test_every_form_tells_its_mistakes_where_the_focus_goes_and_stays_accessible(there, served, look_in):
    wrong, visitors = [], {}
    for who, path, form, typed in mistakes(there):
        if who not in visitors:
            visitors[who] = look_in("phone").as_(getattr(served.staff, who))
        visitor, page = visitors[who], visitors[who].page
        assert visitor.open(path) == 200, path
        for field, value in typed.items():
            page.locator(f"main {field}").fill(value)
        with page.expect_navigation():
            page.locator(f"main form[method=post]{form}").first.evaluate("form => form.requestSubmit()")
        wrong += [*told_well(page), *visitor.look(), *strange(page), *low(page)]
    assert sorted(set(wrong)) == []


def test_an_office_where_nothing_has_happened_yet_says_so_on_every_page(served, look_in, staff):
    wrong = []
    for who, paths in (
        (
            "officer",
            ("/", "/list/stuck", "/list/coming-down", "/list/waiting", "/list/down", "/new", "/tasks", "/alarms"),
        ),
        ("officer", ("/requests", "/calendar", "/channels", "/advice", "/record")),
        ("director", ("/approve", "/record/schedule", "/record/report/2026")),
    ):
        visitor = look_in("phone").as_(staff[who])
        for path in paths:
            assert visitor.open(path) == 200, path
            assert len(visitor.page.locator("main").inner_text().splitlines()) > 1, path
            wrong += [*visitor.look(), *strange(visitor.page)]
    assert sorted(set(wrong)) == []
