"""What every channel honours: the Adapter protocol, what it is given, what it answers, and how it fails.

The error tree answers one question: could it have happened?

    AdapterError
      NotDone                  certainly not
        Rejected                 and never will as it stands: a person must change something
        Throttled                not now: `until` or `after` says when
        Unauthorised             not with these credentials: takedowns are blocked too
        Unreachable              the request never left this machine
      CalledOff                certainly not: the ledger forbade it before the request
      InDoubt                  perhaps: look before doing it again
      ByHand                   a removal that failed in the end: a person must do it; keep looking until it is gone

An error carries a short machine code and a remedy, never a URL, a token, a name or text of the platform's answer.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from policies.terms import Channel


class AdapterError(Exception):
    """Root of what an adapter raises. `code` is short and safe to log; `remedy` tells a person what to do."""

    def __init__(self, code: str, remedy: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.remedy = remedy


class NotDone(AdapterError):
    """The platform certainly did not do it."""


class Rejected(NotDone):
    """Refused for what was asked; asking the same again will be refused again."""


class Throttled(NotDone):
    """Refused for now. `until` (aware UTC) or `after`; neither when the platform did not say."""

    def __init__(
        self, code: str, remedy: str = "", *, until: datetime | None = None, after: timedelta | None = None
    ) -> None:
        super().__init__(code, remedy)
        self.until = until
        self.after = after


class Unauthorised(NotDone):
    """Refused for the credentials or rights; the platform can neither be posted to nor cleared with them."""


class Unreachable(NotDone):
    """No connection could be made, so nothing was sent."""


class CalledOff(AdapterError):
    """The ledger forbade the next request: retracted, superseded, lease lost or approval no longer valid."""


class InDoubt(AdapterError):
    """The answer was lost or makes no sense; the effect may be there, now or later."""


class ByHand(AdapterError):
    """Removal by API is finally impossible. `steps` for a person, and the `link` to what must go."""

    def __init__(self, code: str, *, steps: str, link: str) -> None:
        super().__init__(code, steps)
        self.steps = steps
        self.link = link


class ArtefactKind(StrEnum):
    """What can exist on a platform because of us."""

    POST = "post"
    PHOTO = "photo"
    CONTAINER = "container"
    MEDIA = "media"
    PAGE = "page"
    FILE = "file"
    FEED_ENTRY = "feed_entry"


# Neither deletable nor listable on their platform, and never public: they expire by themselves (design.md section 4).
EXPIRING = frozenset({ArtefactKind.CONTAINER, ArtefactKind.MEDIA})


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """One object on a platform. `platform_id` is None between the intent and the answer that names it."""

    id: int
    kind: ArtefactKind
    platform_id: str | None
    url: str | None = None
    created_at: datetime | None = None
    acknowledged: bool = False
    """The platform has acknowledged its deletion, or it was once read back: absence may be believed at once."""


Artefacts = tuple[Artefact, ...]


class Presence(StrEnum):
    """Three-valued truth. GONE needs positive evidence, with credentials that are shown to work."""

    VISIBLE = "visible"
    GONE = "gone"
    UNSURE = "unsure"


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """Something seen on the account. `text` and `pictures` serve matching only and are never stored."""

    kind: ArtefactKind
    platform_id: str
    url: str | None
    created_at: datetime | None
    text: str = field(default="", repr=False)
    parts: tuple[tuple[ArtefactKind, str, str | None], ...] = ()
    """Further objects that belong to it, such as its photos: (kind, platform id, url)."""
    pictures: tuple[Callable[[], bytes], ...] = field(default=(), repr=False, compare=False)
    """Each fetches one picture it shows, as the public gets it. Raises Rejected where there is none to be had."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Our post is there. More than one sighting: the first is kept, the rest are extra copies."""

    sightings: tuple[Sighting, ...]


@dataclass(frozen=True)
class Absent:
    """A complete look with working credentials did not show it. The caller applies settle."""


@dataclass(frozen=True)
class Unsure:
    """The look failed, was partial or contradictory."""

    code: str = "unsure"


Trace = Found | Absent | Unsure


@dataclass(frozen=True, kw_only=True)
class RenderedPicture:
    """A picture ready for its channel; `data` holds the encoded bytes that were approved."""

    sha256: str
    alt_text: str = field(repr=False)
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """The exact approved content for one channel. On the website `text` is the whole HTML page."""

    marker: str
    text: str = field(repr=False)
    page_id: str
    pictures: tuple[RenderedPicture, ...] = ()
    down_by: datetime | None = None


class Edit(StrEnum):
    """What an in-place correction leaves behind (design.md section 6)."""

    NONE = "none"
    KEEPS_HISTORY = "keeps_history"
    CLEAN = "clean"


@dataclass(frozen=True, kw_only=True)
class PictureRules:
    """What a channel accepts. Sides in pixels, sizes in bytes, ratio as width / height."""

    media_type: str = "image/jpeg"
    max_bytes: int
    max_side: int
    max_count: int
    min_side: int = 1
    min_ratio: float = 0.0
    max_ratio: float = float("inf")
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a channel can do. `measure` counts a text the channel's own way; it may not exceed `text_limit`."""

    text_limit: int
    measure: Callable[[str], int]
    pictures: PictureRules
    edit: Edit
    settle: timedelta
    """How long "absent" must not be believed after a request whose outcome is unknown."""
    look_twice: bool = True
    """Absence needs a second look a minute after the first."""
    removals_per_window: tuple[int, timedelta] | None = None


@dataclass(frozen=True, kw_only=True)
class Health:
    """Which account the credentials reach, whether they may post and remove, and until when."""

    account: str
    can_post: bool
    can_remove: bool
    expires_at: datetime | None = None
    needs_canary: bool = False
    """Only a real post and its deletion can show the right to remove."""


class Attempt(Protocol):
    """One try at publishing or editing, seen from the adapter; everything it says is durable before it returns."""

    started_at: datetime

    @property
    def made(self) -> Artefacts:
        """What this and earlier tries made and still have; resume with it rather than make it twice."""
        ...

    def intend(self, kind: ArtefactKind, *, platform_id: str | None = None, url: str | None = None) -> Artefact:
        """Record that an object is about to be made. Call before every request that creates one.

        Pass `platform_id` where we choose the name ourselves (a file's path). Raises CalledOff.
        """
        ...

    def note(
        self,
        artefact: Artefact,
        *,
        platform_id: str,
        url: str | None = None,
        created_at: datetime | None = None,
    ) -> Artefact:
        """Fill in the id the moment it is known. Always succeeds in recording it, whatever the epoch."""
        ...

    def go(self) -> None:
        """Call immediately before every request that can make something visible. Raises CalledOff."""
        ...


class Adapter(Protocol):
    """One channel. Only `bot.reconcile` calls publish, edit and remove."""

    channel: Channel
    capabilities: Capabilities

    def check(self) -> Health:
        """Prove account and rights. Raises Unauthorised, Unreachable or InDoubt."""
        ...

    def publish(self, rendered: Rendered, attempt: Attempt) -> None:
        """Put it up once. Returns only when it is up and every id is noted; otherwise raises."""
        ...

    def trace(self, rendered: Rendered, attempt: Attempt) -> Trace:
        """Look for what the attempt may have made, by its ids, then by marker and time. Never creates."""
        ...

    def edit(self, artefacts: Artefacts, rendered: Rendered, attempt: Attempt) -> None:
        """Change the text in place, idempotently: read, edit, read. Raises Rejected where `Edit.NONE`."""
        ...

    def remove(self, artefacts: Artefacts) -> None:
        """Ask for the removal of each. Already gone is success. Proves nothing: `presence` does.

        A failure on one artefact does not keep the others from being asked; the worst is raised at the end.
        """
        ...

    def presence(self, artefacts: Artefacts) -> Mapping[int, Presence]:
        """What an independent look shows now, by artefact id."""
        ...

    def recent(self, since: datetime) -> Iterator[Sighting]:
        """Every item of the account created since then. Raises rather than omits."""
        ...


def worst(errors: list[AdapterError]) -> AdapterError:
    """The error to raise when several artefacts failed: doubt before refusal, a person's help last."""
    order = (InDoubt, Unauthorised, Throttled, Unreachable, Rejected, ByHand)
    return min(errors, key=lambda e: next((n for n, kind in enumerate(order) if isinstance(e, kind)), len(order)))
