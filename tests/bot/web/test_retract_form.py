"""The form of a retraction: what it says of a notice that is up, waits, comes down, is gone, or was cancelled."""

from datetime import timedelta

import pytest

from policies.lifecycle import State
from policies.terms import Channel
from tests.bot.web.browser import Browser, words


@pytest.fixture
def officer(desk: Browser, office) -> Browser:
    return desk.as_(office.staff.second)


def test_a_notice_that_waits_can_be_cancelled_and_tells_the_date_it_would_come_down(officer, office):
    ref = office.approved(channels=["website"])
    text = words(officer.get(f"/notices/{ref}?all=1"))
    assert "If it goes up as planned, it comes down by 30 March 2026, midday" in text
    assert "Cancel it" in text
    assert "Retract now" not in text
    form = words(officer.get(f"/notices/{ref}/retract"))
    assert "Nothing of it is up" in form
    assert "Why does it not go up?" in form
    assert "It is not wanted any more (12.1)" in form
    done = officer.post(f"/notices/{ref}/retract", {"reason": "not_wanted", "scope": "notice"})
    assert "because it was not wanted any more" in words(officer.get(done.headers["Location"]))
    assert {post.state for post in office.posts(ref)} == {State.NOT_POSTED}
    assert "Cancel it" not in words(officer.get(f"/notices/{ref}?all=1"))
    again = officer.get(f"/notices/{ref}/retract")
    assert "It was cancelled already" in words(again)
    assert f"/notices/{ref}/progress" in again.text


def test_the_form_of_a_notice_that_has_come_down_says_so_and_what_it_is_still_good_for(officer, office):
    refs = [office.up(channels=["website"]), office.up(channels=["website"], content__headline="Another of the case")]
    done = officer.post(f"/notices/{refs[0]}/retract", {"reason": "request_upheld", "scope": "notice"})
    assert done.status_code == 303
    office.run(refs[0])
    page = officer.get(f"/notices/{refs[0]}/retract")
    text = words(page)
    assert "It has come down already" in text
    assert f"What comes down? This notice, on every channel Every notice of the case {refs[1]}" in " ".join(
        text.split()
    )
    assert "Nothing of it is up" not in text
    assert "Cancel" not in text
    assert f"/notices/{refs[0]}/progress" in page.text
    other = officer.get(f"/notices/{refs[1]}/retract")
    assert "already" not in words(other)


def test_the_form_of_a_notice_that_is_gone_from_one_channel_and_waits_for_another_does_not_call_it_down(
    officer, office
):
    office.channels[Channel.FACEBOOK].revoked = True
    ref = office.up(channels=["website", "facebook"])
    office.taken_down_by_hand(ref, Channel.WEBSITE)
    assert {each.state for each in office.posts(ref)} == {State.REMOVED, State.QUEUED}
    text = words(officer.get(f"/notices/{ref}/retract"))
    assert "Nothing of it is up. What waits to go up is called off" in text
    assert "come down already" not in text
    # It was seen, so that a reason of the policy's is needed.
    assert "It is not wanted any more" not in text


def test_the_form_of_a_notice_whose_amendment_waits_for_approval_does_not_call_it_down(officer, office):
    ref = office.up(channels=["website"])
    office.taken_down_by_hand(ref, Channel.WEBSITE)
    assert "It has come down already" in words(officer.get(f"/notices/{ref}/retract"))
    office.amend(ref, channels=["website"], content__body="Another text of it.")
    assert "Nothing of it is up. What waits" in words(officer.get(f"/notices/{ref}/retract"))


def test_however_a_reference_is_written_a_notice_is_not_another_one_of_its_case(officer, office):
    ref = office.up(channels=["website"])
    office.clock.advance(timedelta(days=40))
    office.run(ref)
    officer.as_(office.staff.second)
    text = words(officer.get(f"/notices/{ref.lower()}/retract"))
    assert "It has come down already" in text
    assert "other notices of the case" not in text
