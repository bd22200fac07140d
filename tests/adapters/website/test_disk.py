"""What only a disk can do wrong, and the check that the site shows what the disk holds."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.base import (
    AdapterError,
    Artefact,
    ArtefactKind,
    Found,
    InDoubt,
    NotDone,
    Presence,
    Rejected,
    Throttled,
    Unauthorised,
    Unreachable,
    Unsure,
)
from adapters.files import Folder, PathRefused
from adapters.standin.core import Fault
from adapters.website import WebsiteAdapter
from tests.adapters.contract import lasting
from tests.adapters.fake import FakeAttempt
from tests.adapters.website.site import Website, feed


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
