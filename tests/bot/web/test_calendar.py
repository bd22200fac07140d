"""Coming up and coming down: London's days, and a feed that is one's own, can be ended and names nobody."""

import io
import logging
import re
from datetime import timedelta

import pytest
import structlog
from icalendar import Calendar

from bot import intake, logs
from policies.terms import Channel, Reason
from store import people
from tests.bot.web.browser import words


@pytest.fixture
def comms(desk, office):
    return desk.as_(office.staff.comms)


def address(desk):
    """Make a feed; its address as the page shows it, without the host."""
    link = re.search(r"/calendar\.ics\?token=[\w-]{43}", desk.post("/calendar", {"act": "make"}).text)
    assert link is not None
    return link[0]


def test_each_day_of_london_lists_what_goes_up_what_starts_to_come_down_and_by_when(office, comms):
    up = office.up(channels=["website", "x"])
    opens = (office.clock() + timedelta(days=1)).isoformat()
    waits = office.approved(channels=["website"], case_ref="EH/2026/0999", window={"opens": opens})
    page = " ".join(words(comms.get("/calendar")).split())
    assert f"Tuesday 3 March 2026 midday Goes up, not before: {waits} on Website" in page
    assert re.search(r'<time datetime="2026-03-03T12:00:\d\d\+00:00">midday</time>', comms.get("/calendar").text)
    assert f"Removal starts: {up} on Website, X" in page
    assert f"Down by: {up} on Website, X" in page
    assert "30 March 2026" in page


def test_what_was_retracted_is_told_by_the_moment_it_is_to_be_gone_and_no_longer_by_its_earlier_date(office, comms):
    ref = office.up(channels=["website", "x"])
    office.channels[Channel.X].revoked = True
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.INACCURATE)
    retracted_at = office.clock()
    office.run(ref)
    page = " ".join(words(comms.get("/calendar")).split())
    assert f"Monday 2 March 2026 midday Retracted, not proven gone yet: {ref} on X" in page
    assert "30 March 2026" not in page
    feed = Calendar.from_ical(comms.get(address(comms)).data)
    (event,) = feed.walk("VEVENT")
    assert event.decoded("dtstart") == retracted_at.replace(microsecond=0)
    assert event["summary"] == f"Retracted, not proven gone yet: {ref} (X)"
    office.clock.advance(timedelta(days=29))
    comms.as_(office.staff.comms)
    page = " ".join(words(comms.get("/calendar")).split())
    assert f"Monday 30 March 2026 Overdue midday Down by: {ref} on X" in page


def test_dates_are_shown_a_page_at_a_time_the_nearest_first_and_each_once(office, comms):
    opens = office.clock() + timedelta(days=1)
    refs = [
        office.approved(
            channels=["website"],
            case_ref=f"EH/2026/{3000 + number}",
            window={"opens": (opens + timedelta(hours=number)).isoformat()},
        )
        for number in range(23)
    ]
    first = comms.get("/calendar").text
    (onward,) = re.findall(r'href="(/calendar[?][^"]+)">Later dates', first)
    second = comms.get(onward).text
    listed = [re.findall(r'href="/notices/([^"?]+)"', page) for page in (first, second)]
    assert listed == [refs[:20], refs[20:]]
    assert "Later dates" not in second
    assert 'href="/calendar">Back to the nearest dates' in second
    assert re.findall(r'href="/notices/([^"?]+)"', comms.get("/calendar?after=nothing").text) == refs[:20]


def test_what_is_past_its_date_and_may_be_visible_is_overdue(office, comms):
    ref = office.up(channels=["website"])
    office.clock.advance(timedelta(days=40))
    page = " ".join(words(comms.as_(office.staff.comms).get("/calendar")).split())
    assert re.search(rf"Overdue [\w:]+ Down by: {ref}", page)


def test_what_is_down_is_gone_from_it(office, comms):
    ref = office.up(channels=["website"])
    comms.post(f"/notices/{ref}/retract", {"reason": "inaccurate", "scope": "notice"})
    office.run(ref)
    assert "Nothing is up or waits to go up." in words(comms.get("/calendar"))


def test_the_feed_tells_references_channels_and_times_and_nothing_else(office, comms, open_browser):
    ref = office.up(channels=["website"], content__headline="Fined CANARY")
    answer = open_browser().get(address(comms))
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Cache-Control"] == "no-store"
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert [str(each["summary"]) for each in events] == [
        f"Removal starts: {ref} (Website)",
        f"Down by: {ref} (Website)",
    ]
    assert all(each["dtstart"].dt.tzinfo is not None for each in events)
    assert {name for each in events for name in each} == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "TRANSP"}
    for word in ("CANARY", "Sample", "EH/2026", "eh2026", "fly-tipping", office.staff.comms.id):
        assert word.lower() not in answer.text.lower()


def test_only_the_newest_address_is_good_until_it_is_ended(office, comms, open_browser):
    calendar = open_browser()
    first = address(comms)
    second = address(comms)
    assert [calendar.get(each).status_code for each in (first, second)] == [404, 200]
    assert "You have an address since 2 March 2026" in words(comms.get("/calendar"))
    assert comms.post("/calendar", {"act": "end"}).headers["Location"] == "/calendar"
    assert calendar.get(second).status_code == 404
    events = [entry.event for entry in office.journal(office.staff.comms.id)]
    assert events == ["calendar_feed_made", "calendar_feed_made", "calendar_feed_ended"]


def test_the_address_is_shown_once_and_kept_only_as_a_hash(office, comms):
    token = address(comms).partition("token=")[2]
    assert token not in comms.get("/calendar").text
    assert token not in office.everything()[0]


@pytest.mark.parametrize("query", ["", "?token=", "?token=none-such", "?token=%00", "?token=a&token=b"])
def test_without_a_good_token_there_is_no_feed(office, comms, query):
    address(comms)
    answer = comms.get(f"/calendar.ics{query}")
    assert answer.status_code == 404
    assert "VCALENDAR" not in answer.text


def test_the_feed_of_somebody_who_may_not_act_any_more_is_closed(office, comms, open_browser):
    link = address(comms)
    with office.bot.ledger.write() as tx:
        people.disable(tx, office.staff.comms.id, office.clock())
    assert open_browser().get(link).status_code == 404


def test_no_log_holds_the_token(office, comms, open_browser):
    stream, before = io.StringIO(), structlog.get_config()
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        logs.configure(stream, level=logging.DEBUG)
        link = address(comms)
        open_browser().get(link)
        open_browser().get(f"{link}x")
        open_browser().post(link)
    finally:
        structlog.configure(**before)
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)
    assert link.partition("token=")[2] not in stream.getvalue()


def test_an_act_that_there_is_not_does_nothing(office, comms):
    before = office.everything()
    assert comms.post("/calendar", {"act": "publish"}).status_code == 400
    assert office.everything() == before
