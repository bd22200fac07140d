"""The index and the feed, edits, and what a reader or a look at the folder finds there."""

import re
from datetime import timedelta

import pytest
import requests

from adapters.base import Artefact, ArtefactKind, CalledOff, Presence, Rejected, Unauthorised
from adapters.noticeboard import STYLESHEET
from tests.adapters.contract import MARKER
from tests.adapters.website.site import BASE, Website, feed, get


class TestLists:
    def test_index_and_feed_name_nobody_and_the_feed_moves_forward_at_a_takedown(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(words="Alex Sample, fined"), attempt)
        page_id = platform.rendered().page_id
        before = feed(platform)
        for text in (before, (platform.root / "index.html").read_text()):
            assert f"n/{page_id}/" in text
            assert "Sample" not in text
            assert MARKER not in text
        first = re.findall(r"<updated>([^<]+)", before)[0]
        platform.clock.advance(timedelta(hours=-2))
        platform.adapter.remove(attempt.made)
        after = feed(platform)
        assert re.findall(r"<updated>([^<]+)", after)[0] > first
        assert "deleted-entry" in after
        assert page_id not in after
        assert page_id not in (platform.root / "index.html").read_text()
        assert re.findall(r'ref="([^"]+)"', after)[0] in before

    def test_a_conditional_get_after_a_takedown_gets_the_tombstone(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(), attempt)
        etag = get("feed.atom").headers["ETag"]
        with requests.Session() as session:
            conditional = {"If-None-Match": etag, "Host": "127.0.0.1"}
            platform.adapter.remove(attempt.made)
            answer = session.request("GET", f"{BASE}/feed.atom", headers=conditional, timeout=5)
        assert answer.status_code == 200
        assert "deleted-entry" in answer.text

    def test_tombstones_are_kept_for_90_days(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(), attempt)
        platform.adapter.remove(attempt.made)
        platform.clock.advance(timedelta(days=90))
        platform.adapter.check()
        assert "deleted-entry" in feed(platform)
        platform.clock.advance(timedelta(days=1))
        platform.adapter.check()
        assert "deleted-entry" not in feed(platform)

    def test_an_entry_cut_off_by_a_crash_is_unsure_until_the_next_check_lists_it(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered("DBC-4H8W2R-1"), platform.attempt())
        lists = {each: (platform.root / each).read_bytes() for each in ("index.html", "feed.atom")}
        platform.adapter.publish(platform.rendered(), attempt)
        for each, content in lists.items():
            (platform.root / each).write_bytes(content)
        entry = tuple(each for each in attempt.made if each.kind is ArtefactKind.FEED_ENTRY)
        assert set(platform.adapter.presence(entry).values()) == {Presence.UNSURE}
        platform.adapter.check()
        assert set(platform.adapter.presence(entry).values()) == {Presence.VISIBLE}

    def test_a_page_deleted_by_hand_leaves_the_lists_at_the_next_check(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(), attempt)
        platform.page().unlink()
        platform.adapter.check()
        assert "deleted-entry" in feed(platform)
        assert set(platform.adapter.presence(attempt.made).values()) == {Presence.GONE}

    def test_a_damaged_record_of_one_notice_does_not_hold_up_another(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(), attempt)
        (platform.root / ".state/notices" / f"{platform.rendered().page_id}.json").write_text("{")
        other = platform.attempt()
        platform.adapter.publish(platform.rendered("DBC-4H8W2R-1"), other)
        platform.adapter.remove((*other.made, *attempt.made))
        assert platform.standin.visible() == []

    @pytest.mark.parametrize("record", ["{}", "[]", '{"updated": "soon"}', '{"updated": 5, "digest": "x"}', "{"])
    def test_a_damaged_record_of_the_feed_keeps_nothing_up(self, platform: Website, record: str):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(), attempt)
        (platform.root / ".state/feed.json").write_text(record)
        platform.adapter.remove(attempt.made)
        assert set(platform.adapter.presence(attempt.made).values()) == {Presence.GONE}

    @pytest.mark.parametrize("record", ['{"page_id": "x"}', '{"published": "soon"}', '{"published": 5}'])
    def test_a_record_that_is_none_of_ours_keeps_nothing_up(self, platform: Website, record: str):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(), attempt)
        for name in ("other.json", "a copy.json~", f"{platform.rendered().page_id}.json"):
            (platform.root / ".state/notices" / name).write_text(record)
        platform.adapter.remove(attempt.made)
        assert set(platform.adapter.presence(attempt.made).values()) == {Presence.GONE}


class TestEdit:
    def test_a_picture_no_longer_shown_goes_with_the_edit(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(pictures=2), attempt)
        files = [str(each.platform_id) for each in attempt.made if each.kind is ArtefactKind.FILE]
        platform.adapter.edit(attempt.made, platform.rendered(pictures=1), platform.attempt(made=attempt.made))
        kept, dropped = files
        assert get(kept).status_code == 200
        assert get(dropped).status_code == 410
        assert len([each for each in platform.standin.visible() if each.kind == "file"]) == 1

    def test_an_edit_never_puts_a_page_up_again(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(), attempt)
        platform.adapter.remove(attempt.made)
        with pytest.raises(Rejected):
            platform.adapter.edit(attempt.made, platform.rendered(words="New"), platform.attempt(made=attempt.made))
        assert platform.standin.visible() == []

    def test_an_edit_called_off_leaves_the_page_as_it_was(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(), attempt)
        before = platform.page().read_bytes()
        with pytest.raises(CalledOff):
            platform.adapter.edit(
                attempt.made, platform.rendered(words="New"), platform.attempt(made=attempt.made, call_off={"go": 1})
            )
        assert platform.page().read_bytes() == before

    def test_an_edit_tells_the_readers_of_the_feed(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(), attempt)
        platform.clock.advance(timedelta(hours=1))
        platform.adapter.edit(attempt.made, platform.rendered(words="New"), platform.attempt(made=attempt.made))
        assert feed(platform).count(platform.clock().isoformat()) == 2


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    full = colour if len(colour) == 6 else "".join(2 * each for each in colour)
    parts = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


class TestReading:
    def test_every_colour_of_words_can_be_read_on_the_page(self):
        words = re.findall(r"(?<![\w-])color: #([0-9a-f]{3,6})", STYLESHEET)
        assert min(contrast(each, "fff") for each in words) >= 4.5

    def test_what_has_the_focus_can_be_told(self):
        """WCAG 2.2, 1.4.11 and 2.4.7: yellow alone does not stand out from white."""
        (rule,) = re.findall(r"a:focus-visible \{([^}]*)\}", STYLESHEET)
        ground = re.search(r"background: #(\w+)", rule)
        words = re.search(r"(?<!-)color: #(\w+)", rule)
        line = re.search(r"0 4px #(\w+)", rule)
        assert ground
        assert words
        assert line
        assert contrast(words[1], ground[1]) >= 4.5
        assert contrast(line[1], "fff") >= 3

    def test_each_link_of_the_index_tells_its_notice_by_the_date(self, platform: Website):
        platform.adapter.publish(platform.rendered(), platform.attempt())
        links = re.findall(r"<a [^>]*>(.*?)</a>", (platform.root / "index.html").read_text())
        assert [re.sub(r"<[^>]*>", "", each) for each in links] == ["Enforcement notice, 2 March 2026"]


class TestRecent:
    def test_a_page_no_ledger_knows_is_seen_with_its_text_and_pictures(self, platform: Website):
        folder = platform.root / "n" / "restored-from-a-backup"
        folder.mkdir(parents=True)
        (folder / "index.html").write_text("<p>DBC-9Z9Z9Z-1</p>")
        (folder / "face.jpg").write_bytes(b"x")
        (seen,) = platform.adapter.recent(platform.clock())
        assert seen.platform_id == "n/restored-from-a-backup/index.html"
        assert "DBC-9Z9Z9Z-1" in seen.text
        assert [each[1] for each in seen.parts] == ["n/restored-from-a-backup/face.jpg"]
        stray = Artefact(id=1, kind=seen.kind, platform_id=seen.platform_id)
        platform.adapter.remove((stray,))
        assert not folder.exists()

    def test_pictures_without_their_page_are_seen_with_the_marker(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(pictures=2), attempt)
        platform.page().unlink()
        (seen,) = platform.adapter.recent(platform.clock())
        assert seen.kind is ArtefactKind.FILE
        assert seen.text == MARKER
        assert [each[0] for each in seen.parts] == [ArtefactKind.FILE, ArtefactKind.FEED_ENTRY]

    def test_a_link_among_the_notices_is_told_rather_than_left_out(self, platform: Website):
        (platform.root / "n").mkdir()
        (platform.root / "n" / "link").symlink_to(platform.root.parent)
        with pytest.raises(Unauthorised):
            list(platform.adapter.recent(platform.clock()))
