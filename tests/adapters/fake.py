"""A channel in memory, and an attempt in memory: the reconciler's tests run on them, and they pass the same contract.

Faults are scripted with the stand-ins' `Rule`, whose method names an operation: upload, publish, look (trace), edit,
remove, presence, recent, picture, check. Two faults mean something else than on a wire: FAIL_BEFORE and FAIL_AFTER read
`status` (400 Rejected, 401 Unauthorised, 0 Unreachable, else InDoubt), and LIE on a look says absent or gone of what
is there.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

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
    Throttled,
    Trace,
    Unauthorised,
    Unreachable,
    Unsure,
    worst,
)
from adapters.standin.core import Fault, Object, Rule
from adapters.x_posts import carries
from policies.terms import Channel

T = TypeVar("T")
LOOK_BACK = timedelta(minutes=2)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


class FakeAttempt:
    """An Attempt in memory. `order` lists what the adapter called; `watch` sees each call before it counts.

    `call_off` raises CalledOff at the n-th call: {"go": 1} at the first go(), {"intend": 2} at the second intend().
    """

    def __init__(
        self,
        started_at: datetime,
        *,
        made: Artefacts = (),
        call_off: Mapping[str, int] | None = None,
        watch: Callable[[str], None] | None = None,
    ) -> None:
        self.started_at = started_at
        self.order: list[str] = []
        self._rows = {each.id: each for each in made}
        self._call_off = dict(call_off or {})
        self._watch = watch or (lambda _: None)

    @property
    def made(self) -> Artefacts:
        return tuple(self._rows.values())

    def artefacts(self) -> Artefacts:
        return self.made

    def acknowledged(self) -> Artefacts:
        """What was made, once read back: its absence may be believed at once."""
        return tuple(replace(each, acknowledged=True) for each in self.made)

    def intend(self, kind: ArtefactKind, *, platform_id: str | None = None, url: str | None = None) -> Artefact:
        self._called("intend", kind)
        row = Artefact(id=len(self._rows) + 1, kind=kind, platform_id=platform_id, url=url)
        self._rows[row.id] = row
        return row

    def note(
        self, artefact: Artefact, *, platform_id: str, url: str | None = None, created_at: datetime | None = None
    ) -> Artefact:
        self._watch("note")
        self.order.append(f"note {artefact.kind}")
        known = self._rows.get(artefact.id, artefact)
        row = replace(known, platform_id=platform_id, url=url or known.url, created_at=created_at or known.created_at)
        self._rows[row.id] = row
        return row

    def go(self) -> None:
        self._called("go")

    def _called(self, what: str, kind: ArtefactKind | None = None) -> None:
        self._watch(what)
        self.order.append(f"{what} {kind}" if kind else what)
        if sum(1 for each in self.order if each.split()[0] == what) == self._call_off.get(what):
            raise CalledOff("called-off")


def capabilities(edit: Edit = Edit.NONE, settle: timedelta = timedelta(minutes=15)) -> Capabilities:
    return Capabilities(
        text_limit=280,
        measure=len,
        pictures=PictureRules(max_bytes=5_000_000, max_side=4096, max_count=4),
        edit=edit,
        settle=settle,
    )


@dataclass(kw_only=True)
class _Late:
    at: datetime
    effect: Callable[[], object]


@dataclass
class FakeAdapter:
    """A channel in memory that does what its rules say. Every object ever made is kept in `objects`.

    `on_call(operation, phase)` runs outside the lock, phase "before" and "after" the effect: a test may retract,
    or raise to play a crash. `lag` hides new posts from looks for that long.
    """

    channel: Channel
    capabilities: Capabilities = field(default_factory=capabilities)
    clock: Callable[[], datetime] = field(default_factory=Clock)
    rules: list[Rule] = field(default_factory=list)
    on_call: Callable[[str, str], None] = lambda _operation, _phase: None
    lag: timedelta = timedelta(0)
    health: Health = field(default_factory=lambda: Health(account="fake", can_post=True, can_remove=True))
    objects: dict[str, Object] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    revoked: bool = False
    _late: list[_Late] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def visible(self) -> list[Object]:
        """What the public sees now."""
        with self._lock:
            self._land()
            return [each for each in self.objects.values() if each.visible]

    def check(self) -> Health:
        self._call("check", "", lambda: None, lambda: None)
        return self.health

    def publish(self, rendered: Rendered, attempt: Attempt) -> None:
        photos = [each for each in attempt.made if each.kind is ArtefactKind.PHOTO and each.platform_id]
        for _ in rendered.pictures[len(photos) :]:
            row = attempt.intend(ArtefactKind.PHOTO)
            made = self._call("upload", rendered.marker, lambda: self._make("photo", rendered, public=False), self._id)
            photos.append(attempt.note(row, platform_id=made, created_at=self.clock()))
        row = attempt.intend(ArtefactKind.POST)
        attempt.go()
        made = self._call("publish", rendered.marker, lambda: self._post(rendered, photos), self._id)
        attempt.note(row, platform_id=made, url=f"https://fake.example/{made}", created_at=self.clock())

    def trace(self, rendered: Rendered, attempt: Attempt) -> Trace:
        try:
            seen = self._call("look", rendered.marker, lambda: self._listed(attempt.started_at - LOOK_BACK), list)
        except AdapterError as error:
            return Unsure(error.code)
        ours = tuple(each for each in seen if carries(each.text, rendered.marker))
        return Found(sightings=ours) if ours else Absent()

    def edit(self, artefacts: Artefacts, rendered: Rendered, attempt: Attempt) -> None:
        if self.capabilities.edit is Edit.NONE:
            raise Rejected("edit-not-possible", "Remove and publish again.")
        attempt.go()
        self._call("edit", rendered.marker, lambda: self._reword(artefacts, rendered), lambda: None)

    def remove(self, artefacts: Artefacts) -> None:
        errors: list[AdapterError] = []
        for each in artefacts:
            if each.platform_id is None:
                continue
            try:
                self._call("remove", each.platform_id, lambda key=each.platform_id: self._delete(key), lambda: None)
            except AdapterError as error:
                errors.append(error)
        if errors:
            raise worst(errors)

    def presence(self, artefacts: Artefacts) -> Mapping[int, Presence]:
        try:
            return self._call(
                "presence",
                "",
                lambda: {each.id: self._presence(each) for each in artefacts},
                lambda: {each.id: Presence.GONE for each in artefacts},
            )
        except AdapterError:
            return {each.id: Presence.UNSURE for each in artefacts}

    def recent(self, since: datetime) -> Iterator[Sighting]:
        yield from self._call("recent", "", lambda: self._listed(since), list)

    def plant(self, text: str, *, pictures: tuple[bytes, ...] = ()) -> Object:
        """A post that someone made by hand."""
        key = f"{self.channel}-post-{len(self.objects) + 1}"
        now = self.clock()
        fields = {"text": text, "marker": "", "pictures": pictures}
        self.objects[key] = Object(id=key, kind="post", created_at=now, fields=fields, public=True, published_at=now)
        return self.objects[key]

    def _call(self, operation: str, path: str, effect: Callable[[], T], pretence: Callable[[], T]) -> T:
        """One call over the imagined wire, with the first rule that matches applied."""
        self.on_call(operation, "before")
        with self._lock:
            self._land()
            self.calls.append(operation)
            rule = next((each for each in self.rules if each.hits(operation, path)), None)
            answer = self._faulty(rule, effect, pretence) if rule else self._allowed(effect)
        self.on_call(operation, "after")
        return answer

    def _allowed(self, effect: Callable[[], T]) -> T:
        if self.revoked:
            raise Unauthorised("revoked", "Renew the token.")
        return effect()

    def _faulty(self, rule: Rule, effect: Callable[[], T], pretence: Callable[[], T]) -> T:
        match rule.fault:
            case Fault.FAIL_BEFORE:
                raise _by_status(rule.status)
            case Fault.FAIL_AFTER:
                self._allowed(effect)
                raise _by_status(rule.status)
            case Fault.LOSE_BEFORE:
                raise InDoubt("lost-answer")
            case Fault.LOSE_AFTER | Fault.HANG | Fault.GARBLE:
                self._allowed(effect)
                raise InDoubt("lost-answer")
            case Fault.LATE:
                self._late.append(_Late(at=self.clock() + rule.delay, effect=effect))
                raise InDoubt("lost-answer")
            case Fault.LIE:
                return pretence()
            case Fault.THROTTLE:
                raise Throttled("throttled", until=self.clock() + rule.delay if rule.delay else None)
            case Fault.REVOKE:
                self.revoked = True
                return self._allowed(effect)
            case Fault.SLOW:
                return self._allowed(effect)

    def _land(self) -> None:
        due = [each for each in self._late if each.at <= self.clock()]
        self._late = [each for each in self._late if each.at > self.clock()]
        for each in due:
            each.effect()

    def _id(self) -> str:
        """The id of something that was never made, for a platform that says yes and does nothing."""
        return f"{self.channel}-none-{len(self.calls)}"

    def _make(self, kind: str, rendered: Rendered, *, public: bool) -> str:
        key = f"{self.channel}-{kind}-{len(self.objects) + 1}"
        fields = {"text": rendered.text, "marker": rendered.marker}
        now = self.clock()
        self.objects[key] = Object(
            id=key, kind=kind, created_at=now, fields=fields, public=public, published_at=now if public else None
        )
        return key

    def _post(self, rendered: Rendered, photos: list[Artefact]) -> str:
        for photo in photos:
            known = self.objects.get(photo.platform_id or "")
            if known is not None:
                known.public = True
        return self._make("post", rendered, public=True)

    def _reword(self, artefacts: Artefacts, rendered: Rendered) -> None:
        for each in artefacts:
            known = self.objects.get(each.platform_id or "")
            if known is not None and known.kind == "post":
                known.fields.update(text=rendered.text, marker=rendered.marker)

    def _delete(self, key: str) -> None:
        known = self.objects.get(key)
        if known is not None and known.deleted_at is None:
            known.deleted_at = self.clock()

    def _presence(self, artefact: Artefact) -> Presence:
        known = self.objects.get(artefact.platform_id or "")
        if known is not None and known.deleted_at is None:
            return Presence.VISIBLE
        born = artefact.created_at or (known.created_at if known else None)
        settled = artefact.acknowledged or (born is not None and born + self.capabilities.settle <= self.clock())
        return Presence.GONE if artefact.platform_id and settled else Presence.UNSURE

    def _listed(self, since: datetime) -> list[Sighting]:
        until = self.clock() - self.lag
        return [
            Sighting(
                kind=ArtefactKind.POST,
                platform_id=each.id,
                url=f"https://fake.example/{each.id}",
                created_at=each.created_at,
                text=each.fields["text"],
                pictures=tuple(
                    partial(self._call, "picture", each.id, partial(bytes, picture), bytes)
                    for picture in each.fields.get("pictures", ())
                ),
            )
            for each in self.objects.values()
            if each.kind == "post" and each.visible and since <= each.created_at <= until
        ]


def _by_status(status: int) -> AdapterError:
    match status:
        case 0:
            return Unreachable("unreachable")
        case 400:
            return Rejected("refused", "Change the notice.")
        case 401:
            return Unauthorised("revoked", "Renew the token.")
        case _:
            return InDoubt(f"http-{status}")
