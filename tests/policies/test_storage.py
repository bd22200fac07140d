"""When what a notice was about is erased: in order, to the second, and never while something stands in the way."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from policies.answers import Checklist
from policies.pictures import Picture
from policies.storage import Kept, Part, RecordPlan, Stays, bare, stays
from policies.terms import EventType
from tests.policies.samples import NOW, event, notice

DAY = timedelta(days=1)
PLAN = RecordPlan(pictures_after=30 * DAY, content_after=180 * DAY, content_at_latest=730 * DAY, rechecks=30 * DAY)
SETTLED = Kept(settled_at=NOW, case_may_be_visible=False, held=False)
BEFORE = timedelta(seconds=1)
UNSETTLED = ("sentence_changed", "inaccurate", "restriction_imposed", "order_ended", "abducted")


def told(kept=SETTLED, after=181 * DAY, plan=PLAN) -> dict[Part, Stays | None]:
    return {part: stays(part, kept, NOW + after, plan) for part in Part}


@pytest.mark.parametrize(
    ("after", "pictures", "content"),
    [
        (30 * DAY - BEFORE, Stays.NOT_YET, Stays.NOT_YET),
        (30 * DAY, None, Stays.NOT_YET),
        (180 * DAY - BEFORE, None, Stays.NOT_YET),
        (180 * DAY, None, None),
    ],
)
def test_r67_pictures_go_first_then_content_each_to_the_second(after, pictures, content):
    assert told(after=after) == {Part.PICTURES: pictures, Part.CONTENT: content}


def test_r67_nothing_goes_before_the_last_re_check_however_short_the_schedule():
    short = replace(PLAN, pictures_after=DAY, content_after=2 * DAY)
    assert set(told(after=30 * DAY - BEFORE, plan=short).values()) == {Stays.NOT_YET}
    assert set(told(after=30 * DAY, plan=short).values()) == {None}


def test_r66_what_may_be_visible_and_a_legal_hold_stop_everything_for_good():
    for stop, why in (("case_may_be_visible", Stays.MAY_BE_VISIBLE), ("held", Stays.LEGAL_HOLD)):
        assert set(told(replace(SETTLED, **{stop: True}), after=5000 * DAY).values()) == {why}


def test_r66_an_appeal_stops_everything_until_it_is_decided():
    lodged = event(EventType.APPEAL_LODGED)
    decided = replace(event(EventType.APPEAL_DISMISSED), recorded_at=lodged.recorded_at + DAY)
    assert set(told(replace(SETTLED, events=(lodged,)), after=5000 * DAY).values()) == {Stays.APPEAL_OPEN}
    assert set(told(replace(SETTLED, events=(lodged, decided))).values()) == {None}


@pytest.mark.parametrize("what", UNSETTLED)
def test_r67_an_open_matter_holds_content_back_but_not_pictures_and_not_for_ever(what):
    kept = replace(SETTLED, events=(event(what),))
    assert told(kept) == {Part.PICTURES: None, Part.CONTENT: Stays.MATTER_OPEN}
    assert told(kept, after=730 * DAY - BEFORE)[Part.CONTENT] is Stays.MATTER_OPEN
    assert told(kept, after=730 * DAY)[Part.CONTENT] is None


@pytest.mark.parametrize("what", sorted(set(EventType) - {*UNSETTLED, EventType.APPEAL_LODGED}))
def test_r67_nobody_is_kept_longer_for_having_been_eliminated_identified_or_cleared(what):
    assert set(told(replace(SETTLED, events=(event(what),))).values()) == {None}


def test_r54_an_undecided_request_is_an_open_matter():
    kept = replace(SETTLED, request_open=True)
    assert told(kept) == {Part.PICTURES: None, Part.CONTENT: Stays.MATTER_OPEN}


def test_r67_what_is_kept_holds_nobodys_data_and_all_that_decides_the_dates():
    pictured = replace(notice().content, pictures=(Picture(sha256="a" * 64, alt_text="CANARY"),))
    written = notice(content=pictured, follows="DBC-222222")
    left = bare(written)
    for name in ("Alex", "Example", "CANARY", written.content.body, written.court_event.document):
        assert name not in repr(left)
    assert left.checklist == Checklist()
    assert [picture.sha256 for picture in left.content.pictures] == ["a" * 64]
    kept = {"ref", "revision", "service", "kind", "channels", "window", "page_id", "follows", "copied_from", "authors"}
    assert {each.name for each in fields(left) if getattr(left, each.name) == getattr(written, each.name)} >= kept
    for old, new in zip(written.subjects, left.subjects, strict=True):
        assert (new.number, new.category, new.spent_from, new.order_ends) == (
            old.number, old.category, old.spent_from, old.order_ends,
        )  # fmt: skip
        assert (new.name, new.date_of_birth, new.convictions, new.order) == (None, None, (), None)
    assert left.court_event.on == written.court_event.on
    assert bare(left) == left
