"""The website channel: the contract of every channel, and what a page must be.

The far side is the folder itself, so the contract's faults of a write (a lost answer, a late effect, a lie, a revoked
token, a throttle) do not exist here: a write is a rename, done or not done when it returns. Their place is taken by
faults of a disk (test_disk). The faults of a look do exist, for presence is read over HTTP, and are inherited.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.base import Absent, ArtefactKind, CalledOff, Presence, Rejected
from adapters.standin.core import Fault
from tests.adapters.contract import MARKER, AdapterContract, CalmContract
from tests.adapters.website.site import Website, get


class TestWebsite(CalmContract):
    pictures = 2

    test_a_look_that_fails_never_says_gone = AdapterContract.test_a_look_that_fails_never_says_gone

    def test_a_fault_on_the_way_never_makes_a_removed_page_gone(self, platform: Website):
        attempt = self.up(platform)
        platform.adapter.remove(attempt.made)
        platform.fail("read", Fault.FAIL_BEFORE, times=0, status=404)
        assert set(platform.adapter.presence(attempt.acknowledged()).values()) == {Presence.UNSURE}

    def test_r58_removal_leaves_no_file_under_the_id_and_410_at_every_address(self, platform: Website):
        attempt = self.up(platform)
        addresses = [str(each.platform_id) for each in attempt.made if each.kind is not ArtefactKind.FEED_ENTRY]
        platform.adapter.remove(attempt.made)
        assert not platform.page().parent.exists()
        page_id = platform.page().parent.name
        for address in (*addresses, f"n/{page_id}/", f"n/{page_id}"):
            assert get(address).status_code == 410

    def test_no_address_ever_redirects(self, platform: Website):
        attempt = self.up(platform)
        page_id = platform.page().parent.name
        before = {get(each).status_code for each in (f"n/{page_id}", f"n/{page_id}/", "n/", "n", "", ".gone/")}
        platform.adapter.remove(attempt.made)
        after = {get(each).status_code for each in (f"n/{page_id}", f"n/{page_id}/", "n/", "n", "", ".gone/")}
        assert before == {200, 404}
        assert after == {200, 404, 410}

    def test_each_go_comes_right_before_the_write_it_covers(self, platform: Website):
        seen: list[list[str]] = []

        def watch(call: str) -> None:
            if call == "go":
                listed = platform.root.joinpath("index.html")
                entry = ["entry"] if listed.exists() and "/n/" in listed.read_text() else []
                seen.append(sorted(each.kind for each in platform.standin.visible()) + entry)

        platform.adapter.publish(platform.rendered(pictures=2), platform.attempt(watch=watch))
        assert seen == [[], ["file"], ["file", "file"], ["file", "file", "page"]]

    def test_the_intents_name_every_path_before_it_exists(self, platform: Website):
        attempt = platform.attempt(call_off={"go": 1})
        with pytest.raises(CalledOff):
            platform.adapter.publish(platform.rendered(pictures=1), attempt)
        kinds = [each.kind for each in attempt.made]
        assert kinds == [ArtefactKind.FILE, ArtefactKind.PAGE, ArtefactKind.FEED_ENTRY]
        assert all(each.platform_id for each in attempt.made)
        assert platform.standin.visible() == []

    @pytest.mark.parametrize("nth", [2, 3])
    def test_called_off_half_way_takes_the_picture_back_too(self, platform: Website, nth: int):
        with pytest.raises(CalledOff):
            platform.adapter.publish(platform.rendered(pictures=1), platform.attempt(call_off={"go": nth}))
        assert platform.standin.visible() == []
        assert platform.rendered().page_id not in (platform.root / "index.html").read_text()

    def test_a_worker_that_comes_too_late_does_not_take_anothers_page_down(self, platform: Website):
        self.up(platform)
        with pytest.raises(CalledOff):
            platform.adapter.publish(platform.rendered(pictures=2), platform.attempt(call_off={"intend": 1, "go": 1}))
        assert len(platform.copies()) == 1

    def test_a_second_try_uses_the_names_and_rows_of_the_first(self, platform: Website):
        first = platform.attempt(call_off={"go": 1})
        with pytest.raises(CalledOff):
            platform.adapter.publish(platform.rendered(pictures=1), first)
        second = platform.attempt(made=first.made)
        platform.adapter.publish(platform.rendered(pictures=1), second)
        assert {each.platform_id for each in second.made} == {each.platform_id for each in first.made}

    def test_the_page_shows_its_picture_by_a_random_name_and_the_down_date_in_london(self, platform: Website):
        plain = platform.rendered(pictures=1)
        rendered = replace(plain, text=plain.text + "<p>{down_by}</p>", down_by=datetime(2026, 7, 1, 8, 30, tzinfo=UTC))
        platform.adapter.publish(rendered, platform.attempt())
        page = platform.page().read_text()
        assert "1 July 2026, 9:30am BST" in page
        assert "{" not in page
        (name,) = re.findall(r'<img src="([0-9a-f]{32}\.jpg)">', page)
        assert (platform.page().parent / name).read_bytes() == platform.picture

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            ("<p>{marker}</p>{down_by}", "down-date-missing"),
            ("<p>{marker}</p>{{picture:" + "f" * 64 + "}}", "picture-missing"),
            ("<p>{marker}2</p>", "marker-missing"),
        ],
    )
    def test_a_page_that_could_not_be_shown_or_found_is_refused(self, platform: Website, words: str, code: str):
        text = words.replace("{marker}", MARKER).replace("{{", "{").replace("}}", "}")
        with pytest.raises(Rejected) as refused:
            platform.adapter.publish(replace(platform.rendered(), text=text), platform.attempt())
        assert refused.value.code == code
        assert platform.standin.visible() == []

    @pytest.mark.parametrize("page_id", ["../../etc/passwd-of-all", "short", "", "n" * 22 + "/.."])
    def test_a_page_id_that_is_none_is_refused_before_anything(self, platform: Website, page_id: str):
        with pytest.raises(Rejected):
            platform.adapter.publish(replace(platform.rendered(), page_id=page_id), platform.attempt())
        assert list(platform.root.iterdir()) == []

    def test_another_notices_address_is_never_overwritten(self, platform: Website):
        self.up(platform)
        other = replace(platform.rendered("DBC-4H8W2R-1"), page_id=platform.rendered().page_id)
        with pytest.raises(Rejected):
            platform.adapter.publish(other, platform.attempt())
        assert isinstance(platform.adapter.trace(other, platform.attempt()), Absent)
        assert MARKER in platform.page().read_text()

    def test_a_longer_marker_at_the_same_address_is_not_ours(self, platform: Website):
        self.up(platform, MARKER + "7")
        shorter = replace(platform.rendered(), page_id=platform.rendered(MARKER + "7").page_id)
        assert isinstance(platform.adapter.trace(shorter, platform.attempt()), Absent)
