"""Live now answers at once however much lies behind it, and says first what a person has to do."""

import re

from sqlalchemy import event

from bot import intake
from policies.terms import Channel, Reason
from tests.bot.web.browser import words


def statements(office, desk, path):
    """How often opening a page asks the ledger."""
    asked = []

    def note(*_args):
        asked.append(path)

    engine = office.bot.ledger.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert desk.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(asked)


def gone(office, case):
    ref = office.up(channels=["website"], case_ref=case)
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.REQUEST_UPHELD)
    office.run(ref)


def test_what_is_down_and_what_waits_do_not_slow_the_way_to_the_red_button(office, desk):
    desk.as_(office.staff.comms)
    office.up(channels=["website"], case_ref="EH/2026/1000")
    desk.get("/")
    before = statements(office, desk, "/")
    for number in range(4):
        gone(office, f"EH/2026/200{number}")
        office.submit(channels=["website"], case_ref=f"EH/2026/300{number}")
    # Of each of the eight its row is read, and little more.
    assert statements(office, desk, "/") <= before + 2 * 8


def test_what_is_down_is_shown_a_page_at_a_time_the_latest_first_and_each_once(office, desk):
    desk.as_(office.staff.comms)
    refs = [office.submit(channels=["website"], case_ref=f"EH/2026/{2000 + number}").ref for number in range(23)]
    for ref in refs[1:]:
        intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.NOT_WANTED)
    first = desk.get("/list/down").text
    (onward,) = re.findall(r'href="(/list/down[^"]+)">Earlier notices', first)
    second = desk.get(onward).text
    listed = [re.findall(r'id="h-([^"]+)"', page) for page in (first, second)]
    assert listed == [refs[:2:-1], refs[2:0:-1]]
    assert "Earlier notices" not in second
    assert desk.get("/list/down?before=nothing").status_code == 200


def test_what_waits_is_shown_a_page_at_a_time_and_what_left_it_meanwhile_repeats_nothing(office, desk):
    desk.as_(office.staff.comms)
    refs = [office.submit(channels=["website"], case_ref=f"EH/2026/{3000 + number}").ref for number in range(23)]
    first = desk.get("/list/waiting").text
    (onward,) = re.findall(r'href="(/list/waiting[^"]+)">Earlier notices', first)
    # The one that the first page ends with does not wait any more when the second is opened.
    intake.retract(office.bot, office.staff.second, ref=refs[3], reason=Reason.NOT_WANTED)
    second = desk.get(onward).text
    listed = [re.findall(r'id="h-([^"]+)"', page) for page in (first, second)]
    assert listed == [refs[:2:-1], refs[2::-1]]
    assert "Earlier notices" not in second
    assert 'href="/list/waiting">Back to the latest notices' in second


def test_a_page_of_what_waits_asks_no_more_the_more_there_is(office, desk):
    desk.as_(office.staff.comms)
    for number in range(23):
        office.submit(channels=["website"], case_ref=f"EH/2026/{3000 + number}")
    before = statements(office, desk, "/list/waiting")
    for number in range(23, 33):
        ref = office.submit(channels=["website"], case_ref=f"EH/2026/{2000 + number}").ref
        intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.NOT_WANTED)
        office.submit(channels=["website"], case_ref=f"EH/2026/{3000 + number}")
    assert statements(office, desk, "/list/waiting") == before


def test_what_is_up_and_what_is_stuck_is_listed_and_nothing_else(office, desk):
    desk.as_(office.staff.comms)
    ref = office.up(channels=["facebook"], case_ref="EH/2026/1000")
    gone(office, "EH/2026/2000")
    waits = office.submit(channels=["website"], case_ref="EH/2026/3000").ref
    office.channels[Channel.FACEBOOK].revoked = True
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.REQUEST_UPHELD)
    office.run(ref)
    office.clock.advance(office.bot.settings.loop.alert_urgent)
    page = words(desk.get("/"))
    assert ref in page
    assert waits not in page
    assert "1 stuck: what to do" in page
    assert "signed in as the Page: Move to trash" in words(desk.get("/list/stuck"))
    assert waits in words(desk.get("/list/waiting"))


def test_what_was_retracted_and_is_still_there_says_so_and_names_no_later_date(office, desk):
    ref = office.refused(Reason.INACCURATE)
    page = " ".join(words(desk.as_(office.staff.second).get("/")).split())
    assert f"{ref} Coming down, retracted because something in it is wrong Retract now" in page
    assert "days left" not in page
    form = words(desk.get(f"/notices/{ref}/retract"))
    assert "It was retracted already, and is coming down" in form
    assert "Why does it come down?" in form
