"""The website channel: a folder of static files that any web server serves, of which every byte is ours.

A notice is `n/<page id>/index.html` with its pictures beside it under random names. Going up: picture, page, lists.
Coming down: picture, page, marker of the 410, lists. See platforms: website, section 3.
"""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from adapters.base import (
    Absent,
    AdapterError,
    Artefact,
    ArtefactKind,
    Artefacts,
    Attempt,
    CalledOff,
    Capabilities,
    Edit,
    Found,
    Health,
    InDoubt,
    PictureRules,
    Presence,
    Rejected,
    Rendered,
    Sighting,
    Trace,
    Unsure,
    worst,
)
from adapters.files import SEGMENT, Folder, PathRefused, disk_outcome, withdrawn
from adapters.noticeboard import Board, Notice
from adapters.site_page import Page, laid_out, page_path, shows
from adapters.site_reader import Reader
from policies.terms import Channel


@dataclass(frozen=True, kw_only=True)
class WebsiteSettings:
    """Where the folder is and how the public reaches it. `deadline` is for one HTTP call in all."""

    root: Path
    public_url: str
    deadline: timedelta
    settle: timedelta = timedelta(0)
    council: str = ""
    proxies: dict[str, str] | None = field(default=None, repr=False)


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except (OSError, PathRefused) as error:
        raise disk_outcome(error) from None


def _lock(page_id: str) -> str:
    return f"n-{page_id}"


def _page_of(artefact: Artefact) -> str:
    parts = str(artefact.platform_id).split("/")
    if artefact.kind is ArtefactKind.FEED_ENTRY:
        return parts[0]
    if len(parts) != 3 or parts[0] != "n":
        raise Rejected("not-of-the-website", "The ledger names a file that is no part of a notice.")
    return parts[1]


class WebsiteAdapter:
    """The embedded static site as a channel. `clock` dates the lists; `wait` waits that many seconds."""

    channel = Channel.WEBSITE

    def __init__(
        self,
        settings: WebsiteSettings,
        clock: Callable[[], datetime],
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self.settings = settings
        self.capabilities = Capabilities(
            text_limit=1_000_000,
            measure=lambda text: len(text.encode()),
            pictures=PictureRules(max_bytes=2_000_000, max_side=2000, max_count=8),
            edit=Edit.CLEAN,
            settle=settings.settle,
            look_twice=False,
        )
        self._clock = clock
        self._wait = wait or threading.Event().wait
        self._public = settings.public_url.rstrip("/")
        self._folder = Folder(root=settings.root, wait=self._wait)
        self._board = Board(folder=self._folder, public_url=self._public, council=settings.council)

    def publish(self, rendered: Rendered, attempt: Attempt) -> None:
        """Put the notice up. If it is called off half-way, what this call wrote is taken back before it says so."""
        wrote: list[str] = []
        page_path(rendered.page_id)
        with _disk(), self._folder.locked(_lock(rendered.page_id)):
            page = laid_out(rendered, self._names(rendered.page_id))
            standing = self._folder.read(page.path)
            if standing is not None and not shows(standing, rendered.marker):
                raise Rejected("page-taken", "Another notice stands at this address; it must come down first.")
            self._board.prepare()
            try:
                self._put_up(page, attempt, wrote)
            except CalledOff:
                if wrote:
                    self._take_back(page.page_id)
                raise
            except (OSError, PathRefused):
                if self._folder.exists(page.path):
                    raise InDoubt("site-disk") from None
                if any(self._folder.exists(each) for each in wrote):
                    # A picture is public without its page; where this fails too, its row sees to it.
                    with suppress(InDoubt):
                        self._take_back(page.page_id)
                raise

    def trace(self, rendered: Rendered, attempt: Attempt) -> Trace:  # noqa: ARG002  the page's address says it all
        """Look on the disk, under the notice's lock: while another process publishes it, the look is unsure."""
        try:
            path = page_path(rendered.page_id)
            with _disk(), self._folder.locked(_lock(rendered.page_id)):
                page = self._folder.read(path)
                if not shows(page, rendered.marker):
                    return Absent()
                return Found(sightings=(self._sighting(rendered.page_id),))
        except AdapterError as error:
            return Unsure(error.code)

    def edit(self, artefacts: Artefacts, rendered: Rendered, attempt: Attempt) -> None:
        """Replace the page at its address, atomically; pictures it no longer shows go. Returns once read back."""
        page_path(rendered.page_id)
        with _disk(), self._folder.locked(_lock(rendered.page_id)):
            page = laid_out(rendered, self._names(rendered.page_id))
            standing = self._folder.read(page.path)
            if standing is None:
                raise Rejected("page-missing", "The page is no longer up, and an edit never puts one up again.")
            known = self._board.notice(page.page_id) or self._new_notice(page.page_id, rendered.marker)
            changed = standing != page.content
            updated = self._clock() if changed else known.updated
            notice = replace(known, marker=rendered.marker, updated=updated, pictures=known.pictures | page.names)
            rows = {path: self._row(attempt, ArtefactKind.FILE, path, artefacts) for path in page.pictures}
            self._board.keep(notice)
            self._write_pictures(page, rows, attempt, [])
            if changed:
                attempt.go()
                self._folder.write(page.path, page.content)
            self._drop_unused(page)
            self._board.keep(replace(notice, pictures=page.names))
            self._board.refresh(self._clock())
            if self._folder.read(page.path) != page.content:
                raise InDoubt("read-back-differs")

    def remove(self, artefacts: Artefacts) -> None:
        """Take the files down, emptied first. A page takes everything in its folder and its entries along."""
        failures: list[AdapterError] = []
        pages: dict[str, list[Artefact]] = {}
        for each in artefacts:
            try:
                pages.setdefault(_page_of(each), []).append(each)
            except Rejected as foreign:
                failures.append(foreign)
        for page_id, parts in pages.items():
            try:
                with _disk(), self._folder.locked(_lock(page_id)):
                    self._take_down(page_id, parts)
            except AdapterError as error:
                failures.append(error)
        if failures:
            raise worst(failures)

    def presence(self, artefacts: Artefacts) -> Mapping[int, Presence]:
        """What an anonymous reader gets under the public name; GONE only if the disk agrees."""
        with self._reader() as reader:
            if not reader.meets_our_site():
                return {each.id: Presence.UNSURE for each in artefacts}
            return {each.id: reader.presence(each) for each in artefacts}

    def recent(self, since: datetime) -> Iterator[Sighting]:  # noqa: ARG002  a restored file may carry any date
        """Everything under the notices' folder, whatever its date, known to the ledger or not."""
        with _disk():
            # An empty folder shows nothing to anybody.
            found = [self._sighting(name) for name in self._folder.names("n") if self._folder.names(f"n/{name}")]
        yield from found

    def check(self) -> Health:
        """Write a probe, read it as the public does, unlink it, and see it gone. Also puts the lists right."""
        probe = f"n/probe-{secrets.token_hex(16)}"
        words = secrets.token_hex(16).encode()
        with self._reader() as reader, _disk():
            host = reader.require_https()
            with self._folder.locked("probe"):
                self._clear_old_probes()
                self._board.prepare()
                self._board.refresh(self._clock())
                self._folder.write(f"{probe}/index.html", words)
                try:
                    reader.require(f"{probe}/", words)
                finally:
                    self._folder.clear(probe)
                reader.require_gone(f"{probe}/", self._wait)
        return Health(account=host, can_post=True, can_remove=True)

    def _clear_old_probes(self) -> None:
        for left in self._folder.names("n"):
            if left.startswith("probe-"):
                self._folder.clear(f"n/{left}")

    def _put_up(self, page: Page, attempt: Attempt, wrote: list[str]) -> None:
        files = {path: self._row(attempt, ArtefactKind.FILE, path) for path in page.pictures}
        page_row = self._row(attempt, ArtefactKind.PAGE, page.path)
        entry = self._row(attempt, ArtefactKind.FEED_ENTRY, page.page_id)
        self._board.keep(replace(self._new_notice(page.page_id, page.marker), pictures=page.names))
        self._write_pictures(page, files, attempt, wrote)
        attempt.go()
        wrote.append(page.path)
        self._folder.write(page.path, page.content)
        self._note(attempt, page_row)
        attempt.go()
        self._board.refresh(self._clock())
        self._note(attempt, entry)

    def _write_pictures(self, page: Page, rows: Mapping[str, Artefact], attempt: Attempt, wrote: list[str]) -> None:
        for path, encoded in page.pictures.items():
            if self._folder.read(path) != encoded:
                attempt.go()
                wrote.append(path)
                self._folder.write(path, encoded)
            self._note(attempt, rows[path])

    def _take_back(self, page_id: str) -> None:
        try:
            self._take_down(page_id, [Artefact(id=0, kind=ArtefactKind.PAGE, platform_id=f"n/{page_id}/index.html")])
        except (OSError, PathRefused):
            raise InDoubt("take-back-failed") from None

    def _take_down(self, page_id: str, parts: list[Artefact]) -> None:
        kinds = {each.kind for each in parts}
        paths = [str(each.platform_id) for each in parts if each.kind is ArtefactKind.FILE]
        failures: list[OSError | PathRefused] = []
        if ArtefactKind.PAGE in kinds:
            inside = self._folder.names(f"n/{page_id}")
            paths += [f"n/{page_id}/{name}" for name in (*inside, "index.html") if SEGMENT.fullmatch(name)]
        try:
            if ArtefactKind.PAGE in kinds:
                self._folder.clear(f"n/{page_id}", last="index.html")
            for path in paths:
                self._folder.erase(path)
        except (OSError, PathRefused) as error:
            failures.append(error)
        self._board.prepare()
        for path in dict.fromkeys(paths):
            self._folder.write(withdrawn(path), b"")
        if kinds & {ArtefactKind.PAGE, ArtefactKind.FEED_ENTRY}:
            self._board.withdraw(page_id, self._clock())
        if failures:
            raise failures[0]

    def _drop_unused(self, page: Page) -> None:
        for name in self._folder.names(f"n/{page.page_id}"):
            path = f"n/{page.page_id}/{name}"
            if path != page.path and path not in page.pictures:
                self._folder.erase(path)
                self._folder.write(withdrawn(path), b"")

    def _names(self, page_id: str) -> Mapping[str, str]:
        known = self._board.notice(page_id)
        return known.pictures if known else {}

    def _new_notice(self, page_id: str, marker: str) -> Notice:
        now = self._clock()
        return Notice(page_id=page_id, marker=marker, published=now, updated=now)

    def _row(self, attempt: Attempt, kind: ArtefactKind, platform_id: str, others: Artefacts = ()) -> Artefact:
        for each in (*attempt.made, *others):
            if each.kind is kind and each.platform_id == platform_id:
                return each
        return attempt.intend(kind, platform_id=platform_id, url=self._url(kind, platform_id))

    def _note(self, attempt: Attempt, row: Artefact) -> None:
        attempt.note(row, platform_id=str(row.platform_id), url=row.url, created_at=row.created_at or self._clock())

    def _url(self, kind: ArtefactKind, platform_id: str) -> str:
        if kind is ArtefactKind.FEED_ENTRY:
            return f"{self._public}/feed.atom"
        return f"{self._public}/{platform_id.removesuffix('index.html')}"

    def _sighting(self, page_id: str) -> Sighting:
        """What stands under a page id. Pictures without their page are seen by the first of them."""
        paths = [f"n/{page_id}/{name}" for name in self._folder.names(f"n/{page_id}")]
        notice = self._board.notice(page_id)
        page = self._folder.read(f"n/{page_id}/index.html")
        files = [(ArtefactKind.FILE, path, self._url(ArtefactKind.FILE, path)) for path in paths]
        if page is None:
            kind, path, text = ArtefactKind.FILE, paths[0] if paths else f"n/{page_id}", notice.marker if notice else ""
        else:
            kind, path, text = ArtefactKind.PAGE, f"n/{page_id}/index.html", page.decode("utf-8", "replace")
        parts = tuple(each for each in files if each[1] != path)
        if self._board.mentions(page_id):
            entry = (ArtefactKind.FEED_ENTRY, page_id, self._url(ArtefactKind.FEED_ENTRY, page_id))
            parts = (*parts, entry)
        return Sighting(
            kind=kind,
            platform_id=path,
            url=self._url(kind, path),
            created_at=notice.published if notice else None,
            text=text,
            parts=parts,
        )

    def _reader(self) -> Reader:
        return Reader(board=self._board, deadline=self.settings.deadline, proxies=self.settings.proxies)
