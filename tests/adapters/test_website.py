"""The website channel: the contract of every channel, and what only a disk can do wrong.

The far side is the folder itself, so the contract's faults of a write (a lost answer, a late effect, a lie, a revoked
token, a throttle) do not exist here: a write is a rename, done or not done when it returns. Their place is taken by
faults of a disk below. The faults of a look do exist, for presence is read over HTTP, and are inherited.
"""

import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

from adapters.base import (
    Absent,
    AdapterError,
    Artefact,
    ArtefactKind,
    CalledOff,
    Found,
    InDoubt,
    NotDone,
    Presence,
    Rejected,
    Rendered,
    Throttled,
    Unauthorised,
    Unreachable,
    Unsure,
)
from adapters.files import Folder, PathRefused
from adapters.noticeboard import STYLESHEET
from adapters.standin.core import Answer, Fault, Object, Request, Standin, mount
from adapters.website import WebsiteAdapter, WebsiteSettings
from bot.site import public_site
from tests.adapters.contract import MARKER, AdapterContract, CalmContract, Platform, lasting
from tests.adapters.fake import Clock, FakeAttempt

BASE = "http://127.0.0.1:8480"
OWN = frozenset({"site.css", "index.html", "feed.atom"})


class PublicSite(Standin):
    """The folder behind its real server, with fault rules on the way to it."""

    name = "site"

    def __init__(self, root: Path, clock: Clock) -> None:
        super().__init__(clock=clock)
        self.root = root
        self.site = public_site(root)
        self.ever: dict[str, Object] = {}

    @property
    def objects(self) -> dict[str, Object]:
        """Every public file of a notice there ever was when somebody looked."""
        for path in self.root.glob("n/*/*"):
            relative = str(path.relative_to(self.root))
            kind = "page" if path.name == "index.html" else "file"
            self.ever.setdefault(
                relative, Object(id=relative, kind=kind, created_at=self.clock(), fields={}, public=True)
            )
        return self.ever

    @objects.setter
    def objects(self, _: dict[str, Object]) -> None:
        """The disk is what it is."""

    def visible(self) -> list[Object]:
        return [each for each in self.objects.values() if (self.root / each.id).exists()]

    def answer(self, request: Request) -> Answer:
        said: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Any:
            said.update(status=int(status[:3]), headers=dict(headers))

        environ = {
            "REQUEST_METHOD": request.method,
            "PATH_INFO": request.path,
            "HTTP_HOST": "127.0.0.1",
            "wsgi.input": BytesIO(),
        }
        body = b"".join(self.site(environ, start))
        return Answer(status=said["status"], headers=said["headers"], body=body)

    def throttled(self, reset: datetime | None) -> Answer:
        return Answer(status=429)


@dataclass(kw_only=True)
class Website(Platform):
    """One page id per marker, as each publication has its own; pictures stand in the page by their placeholders."""

    root: Path
    template: Any = field(default=lambda marker, words: f"<p>{words}</p><p>{marker}</p>")

    def rendered(self, marker: str = MARKER, *, pictures: int = 0, words: str = "A court outcome.") -> Rendered:
        plain = super().rendered(marker, pictures=pictures, words=words)
        shown = "".join(f'<img src="{{picture:{each.sha256}}}">' for each in plain.pictures)
        page_id = marker.replace("-", "").ljust(22, "x")
        return replace(plain, text=plain.text + shown, page_id=page_id)

    def page(self, marker: str = MARKER) -> Path:
        return self.root / "n" / self.rendered(marker).page_id / "index.html"


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Website]:
    clock = Clock()
    root = tmp_path / "site"
    root.mkdir()
    site = PublicSite(root, clock)
    settings = WebsiteSettings(root=root, public_url=BASE, deadline=timedelta(seconds=5), council="Testbury Council")
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mount(site, mock, BASE)
        yield Website(
            adapter=WebsiteAdapter(settings, clock, wait=lambda _: None),
            standin=site,
            clock=clock,
            steps={"read": ("GET", "")},
            post_kinds=frozenset({"page"}),
            root=root,
        )


def feed(platform: Website) -> str:
    return (platform.root / "feed.atom").read_text()


def get(path: str) -> requests.Response:
    return requests.request("GET", f"{BASE}/{path}", timeout=5)


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


class TestDisk:
    def test_a_picture_that_cannot_be_written_leaves_nothing_up(self, platform: Website):
        platform.root.joinpath("n").write_text("a file where a folder belongs")
        attempt = platform.attempt()
        with pytest.raises((NotDone, InDoubt)):
            platform.adapter.publish(platform.rendered(pictures=1), attempt)
        assert platform.standin.visible() == []
        assert not isinstance(platform.adapter.trace(platform.rendered(), attempt), Found)

    def test_a_page_up_without_its_lists_is_in_doubt_and_found_by_tracing(self, platform: Website):
        platform.adapter.check()
        platform.root.joinpath("index.html").unlink()
        platform.root.joinpath("index.html").mkdir()
        attempt = platform.attempt()
        with pytest.raises(InDoubt):
            platform.adapter.publish(platform.rendered(), attempt)
        assert isinstance(platform.adapter.trace(platform.rendered(), attempt), Found)

    def test_one_file_that_cannot_be_deleted_keeps_no_other_up_and_counts_as_up(self, platform: Website):
        attempt, other = platform.attempt(), platform.attempt()
        platform.adapter.publish(platform.rendered(pictures=2), attempt)
        platform.adapter.publish(platform.rendered("DBC-4H8W2R-1"), other)
        stuck = next(each for each in attempt.made if each.kind is ArtefactKind.FILE)
        path = platform.root / str(stuck.platform_id)
        path.unlink()
        os.mkfifo(path)  # nothing can be truncated here, not even by root
        with pytest.raises(InDoubt):
            platform.adapter.remove((*attempt.made, *other.made))
        assert [each.id for each in platform.standin.visible()] == [stuck.platform_id]
        seen = platform.adapter.presence(attempt.made)
        assert seen[stuck.id] is not Presence.GONE
        path.unlink()
        platform.adapter.remove(attempt.made)
        assert set(platform.adapter.presence(attempt.made).values()) == {Presence.GONE}

    def test_a_link_in_place_of_a_page_is_never_followed(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(), attempt)
        folder = platform.page().parent
        elsewhere = platform.root.parent / "elsewhere"
        folder.rename(elsewhere)
        folder.symlink_to(elsewhere)
        with pytest.raises(Unauthorised):
            platform.adapter.remove(attempt.made)
        assert (elsewhere / "index.html").read_text()
        page = tuple(each for each in attempt.made if each.kind is ArtefactKind.PAGE)
        assert set(platform.adapter.presence(page).values()) == {Presence.UNSURE}

    def test_a_file_is_empty_before_it_is_unlinked(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(pictures=1), attempt)
        picture = next(platform.page().parent.glob("*.jpg"))
        with picture.open("rb") as held, platform.page().open("rb") as held_page:
            platform.adapter.remove(attempt.made)
            assert held.read() == b""
            assert held_page.read() == b""

    def test_unfinished_and_foreign_files_go_with_the_page(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(), attempt)
        folder = platform.page().parent
        (folder / ".tmp-0011").write_bytes(b"left by a crash")
        (folder / "a copy (1).jpg").write_bytes(b"put there by hand")
        (folder / "more").mkdir()
        (folder / "more" / "x.jpg").write_bytes(b"x")
        platform.adapter.remove(lasting(attempt.made))
        assert not folder.exists()

    def test_while_another_process_holds_the_notice_a_look_is_unsure_and_a_removal_not_done(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(), attempt)
        with Folder(root=platform.root).locked(f"n-{platform.rendered().page_id}"):
            assert platform.adapter.trace(platform.rendered(), attempt) == Unsure("site-busy")
            with pytest.raises(Unreachable):
                platform.adapter.remove(attempt.made)
        assert len(platform.copies()) == 1

    def test_a_full_disk_is_not_now(self, platform: Website):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        platform.adapter.check()
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        try:
            with pytest.raises(Throttled) as full:
                platform.adapter.publish(platform.rendered(words="x" * 10_000), platform.attempt())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert full.value.code == "site-disk-full"
        assert platform.standin.visible() == []
        assert list(platform.page().parent.iterdir()) == []

    def test_a_disk_that_fills_up_between_two_pictures_leaves_neither_up(self, platform: Website):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        platform.adapter.check()
        rendered = platform.rendered(pictures=2)
        small, large = rendered.pictures
        rendered = replace(rendered, pictures=(small, replace(large, data=large.data + bytes(10_000))))
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
        attempt = platform.attempt()
        try:
            with pytest.raises(Throttled):
                platform.adapter.publish(rendered, attempt)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert platform.standin.visible() == []
        platform.adapter.publish(rendered, platform.attempt(made=attempt.made))
        assert len(platform.copies()) == 1

    def test_an_id_the_website_never_made_is_refused_and_the_rest_removed(self, platform: Website):
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(), attempt)
        foreign = Artefact(id=99, kind=ArtefactKind.FILE, platform_id="../../x")
        with pytest.raises(Rejected):
            platform.adapter.remove((foreign, *attempt.made))
        assert platform.copies() == []

    def test_eight_writers_at_once_lose_no_entry(self, platform: Website):
        markers = [f"DBC-4H8W2R-{number}" for number in range(1, 9)]
        errors: list[Exception] = []

        def put_up(marker: str) -> None:
            adapter = WebsiteAdapter(platform.adapter.settings, platform.clock)
            try:
                adapter.publish(platform.rendered(marker), FakeAttempt(platform.clock()))
            except (AdapterError, OSError, ValueError) as error:
                errors.append(error)

        threads = [threading.Thread(target=put_up, args=(each,)) for each in markers]
        for each in threads:
            each.start()
        for each in threads:
            each.join(20)
        assert errors == []
        assert feed(platform).count("<entry>") == 8

    @pytest.mark.parametrize("path", ["..", "n/../../x", "/etc/passwd", "n//x", "", ".hidden", "n/.state", "n/a b"])
    def test_a_path_out_of_the_folder_is_refused(self, tmp_path: Path, path: str):
        with pytest.raises(PathRefused):
            Folder(root=tmp_path).write(path, b"x")
        assert list(tmp_path.iterdir()) == []

    def test_a_write_is_readable_by_the_web_server_whatever_the_umask(self, tmp_path: Path):
        before = os.umask(0o077)
        try:
            Folder(root=tmp_path).write("n/a/index.html", b"x")
        finally:
            os.umask(before)
        assert (tmp_path / "n/a/index.html").stat().st_mode & 0o777 == 0o644
        assert (tmp_path / "n/a").stat().st_mode & 0o777 == 0o755


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


class TestCheck:
    def adapter(self, platform: Website, url: str) -> WebsiteAdapter:
        settings = replace(platform.adapter.settings, public_url=url)
        return WebsiteAdapter(settings, platform.clock, wait=lambda _: None)

    def test_the_probe_leaves_nothing_behind_not_even_one_of_an_earlier_crash(self, platform: Website):
        left = platform.root / "n" / "probe-0123"
        left.mkdir(parents=True)
        (left / "index.html").write_text("x")
        platform.adapter.check()
        assert list((platform.root / "n").iterdir()) == []

    @pytest.mark.parametrize("url", ["http://notices.example.org", "ftp://127.0.0.1", "http://10.0.0.1"])
    def test_plain_http_is_accepted_on_loopback_only(self, platform: Website, url: str):
        with pytest.raises(Unauthorised) as refused:
            self.adapter(platform, url).check()
        assert refused.value.code == "plain-http"

    @pytest.mark.parametrize(
        ("fault", "status", "raised"),
        [
            (Fault.FAIL_BEFORE, 404, Unauthorised),
            (Fault.FAIL_BEFORE, 301, Unauthorised),
            (Fault.GARBLE, 200, Unauthorised),
            (Fault.FAIL_BEFORE, 503, InDoubt),
            (Fault.LOSE_BEFORE, 0, InDoubt),
        ],
    )
    def test_a_site_that_does_not_show_the_folder_may_not_be_posted_to(
        self, platform: Website, fault: Fault, status: int, raised: type[Exception]
    ):
        platform.fail("read", fault, status=status)
        with pytest.raises(raised):
            platform.adapter.check()
        assert list((platform.root / "n").iterdir()) == []

    def test_a_site_that_goes_on_serving_what_was_deleted_may_not_be_posted_to(self, platform: Website):
        platform.fail("read", Fault.FAIL_BEFORE, nth=2, times=0, status=200)
        with pytest.raises(Unauthorised) as refused:
            platform.adapter.check()
        assert refused.value.code == "takedown-unseen"

    def test_a_takedown_seen_late_is_seen(self, platform: Website):
        platform.fail("read", Fault.LOSE_BEFORE, nth=2, times=3)
        assert platform.adapter.check().can_remove
