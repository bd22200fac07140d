"""What every channel must honour, written once; each channel's test class inherits it and supplies `platform`.

`AdapterContract` needs a platform that can be made to fail; `CalmContract` is the part that needs no faults.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from adapters.base import (
    EXPIRING,
    Adapter,
    AdapterError,
    ArtefactKind,
    Artefacts,
    CalledOff,
    Edit,
    Found,
    InDoubt,
    NotDone,
    Presence,
    Rejected,
    Rendered,
    RenderedPicture,
    Throttled,
    Unauthorised,
)
from adapters.standin.core import Fault, Rule
from tests.adapters.fake import Clock, FakeAttempt

MARKER = "DBC-7K3Q9M-1"
# The smallest thing that is a JPEG by its first and last bytes; a channel that decodes pictures brings its own.
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@dataclass(kw_only=True)
class Platform:
    """A channel and the far side it talks to.

    `standin` needs `visible()`, `objects`, `rules` and `revoked` (as `Standin` and `FakeAdapter` have). `steps` says
    what a rule must match for "publish" (the request that makes it public), "remove" and "read" (any read):
    (method, part of the path). `post_kinds` are the kinds of object that count as one copy of a notice.
    """

    adapter: Adapter
    standin: Any
    clock: Clock
    steps: Mapping[str, tuple[str, str]]
    post_kinds: frozenset[str] = frozenset({"post"})
    picture: bytes = JPEG
    short_lived: frozenset[ArtefactKind] = frozenset()
    """What is public only on the way to the post and gone before it is up."""
    template: Callable[[str, str], str] = field(default=lambda marker, words: f"{words} {marker}")

    def rendered(self, marker: str = MARKER, *, pictures: int = 0, words: str = "A court outcome.") -> Rendered:
        return Rendered(
            marker=marker,
            text=self.template(marker, words),
            page_id="a" * 22,
            pictures=tuple(
                RenderedPicture(
                    sha256=f"{number:064x}", alt_text=f"Picture {number}", media_type="image/jpeg", data=self.picture
                )
                for number in range(pictures)
            ),
        )

    def attempt(self, **options: Any) -> FakeAttempt:
        return FakeAttempt(self.clock(), **options)

    def fail(self, step: str, fault: Fault, **options: Any) -> None:
        method, path = self.steps[step]
        self.standin.rules.append(Rule(fault=fault, method=method, path=path, **options))

    def mend(self) -> None:
        self.standin.rules.clear()

    def revoke(self) -> None:
        self.standin.revoked = True

    def copies(self) -> list[str]:
        """The ids of the notices the public sees now."""
        return [each.id for each in self.standin.visible() if each.kind in self.post_kinds]

    def lasting(self, artefacts: Artefacts) -> Artefacts:
        """Those that are up as long as the notice is."""
        return tuple(each for each in lasting(artefacts) if each.kind not in self.short_lived)

    def made(self) -> int:
        """How many objects were ever made."""
        return len(self.standin.objects)


def lasting(artefacts: Artefacts) -> Artefacts:
    """Those that someone must take down; the others expire unseen."""
    return tuple(each for each in artefacts if each.kind not in EXPIRING)


class CalmContract:
    """What holds while nothing fails."""

    pictures = 0
    """How many pictures the contract publishes with; a channel that needs one says 1."""

    def up(self, platform: Platform, marker: str = MARKER) -> FakeAttempt:
        attempt = platform.attempt()
        platform.adapter.publish(platform.rendered(marker, pictures=self.pictures), attempt)
        return attempt

    def test_publishing_makes_exactly_one_visible_copy_and_notes_every_id(self, platform: Platform):
        attempt = self.up(platform)
        assert len(platform.copies()) == 1
        assert attempt.made
        assert all(each.platform_id for each in attempt.made)
        assert platform.copies()[0] in {each.platform_id for each in attempt.made}

    def test_every_object_is_intended_before_it_is_made_and_nothing_shows_before_go(self, platform: Platform):
        seen: list[tuple[str, int, int]] = []
        before = platform.made()

        def watch(call: str) -> None:
            seen.append((call, platform.made() - before, len(platform.standin.visible())))

        attempt = platform.attempt(watch=watch)
        platform.adapter.publish(platform.rendered(pictures=max(self.pictures, 1)), attempt)
        intents = 0
        gone = False
        for call, made, visible in [*seen, ("end", platform.made() - before, len(platform.standin.visible()))]:
            assert made <= intents, "an object was made before its intent"
            assert gone or not visible, "something was visible before go()"
            intents += call == "intend"
            gone = gone or call == "go"
        assert gone

    @pytest.mark.parametrize("step", ["intend", "go"])
    def test_called_off_at_any_step_leaves_nothing_visible(self, platform: Platform, step: str):
        for nth in range(1, 20):
            attempt = platform.attempt(call_off={step: nth})
            try:
                platform.adapter.publish(platform.rendered(pictures=max(self.pictures, 1)), attempt)
            except CalledOff:
                assert platform.copies() == []
            else:
                break
        assert nth > 1, f"{step} was never called"
        assert len(platform.copies()) == 1

    def test_called_off_at_the_first_intent_makes_nothing_at_all(self, platform: Platform):
        before = platform.made()
        with pytest.raises(CalledOff):
            platform.adapter.publish(
                platform.rendered(pictures=self.pictures), platform.attempt(call_off={"intend": 1})
            )
        assert platform.made() == before

    def test_what_is_up_is_seen_and_traced_by_the_same_id(self, platform: Platform):
        attempt = self.up(platform)
        seen = platform.adapter.presence(platform.lasting(attempt.made))
        assert set(seen.values()) == {Presence.VISIBLE}
        trace = platform.adapter.trace(platform.rendered(pictures=self.pictures), attempt)
        assert isinstance(trace, Found)
        assert [each.platform_id for each in trace.sightings] == platform.copies()

    def test_another_notice_with_a_longer_marker_is_not_ours(self, platform: Platform):
        self.up(platform, MARKER + "7")
        trace = platform.adapter.trace(platform.rendered(pictures=self.pictures), platform.attempt())
        assert not isinstance(trace, Found)

    def test_removed_is_gone_and_removing_twice_is_success(self, platform: Platform):
        attempt = self.up(platform)
        platform.adapter.remove(platform.lasting(attempt.made))
        platform.adapter.remove(platform.lasting(attempt.made))
        assert platform.copies() == []
        seen = platform.adapter.presence(platform.lasting(attempt.acknowledged()))
        assert set(seen.values()) == {Presence.GONE}

    def test_recent_lists_the_post_with_its_marker(self, platform: Platform):
        since = platform.clock() - timedelta(minutes=2)
        self.up(platform)
        listed = list(platform.adapter.recent(since))
        assert [each.platform_id for each in listed if MARKER in each.text] == platform.copies()

    def test_an_edit_is_made_in_place_or_refused_as_the_capabilities_say(self, platform: Platform):
        attempt = self.up(platform)
        before = platform.copies()
        other = platform.rendered(pictures=self.pictures, words="Corrected words.")
        if platform.adapter.capabilities.edit is Edit.NONE:
            with pytest.raises(Rejected):
                platform.adapter.edit(platform.lasting(attempt.made), other, platform.attempt(made=attempt.made))
            return
        platform.adapter.edit(platform.lasting(attempt.made), other, platform.attempt(made=attempt.made))
        platform.adapter.edit(platform.lasting(attempt.made), other, platform.attempt(made=attempt.made))
        assert platform.copies() == before
        texts = [each.text for each in platform.adapter.recent(platform.clock() - timedelta(minutes=2))]
        assert any("Corrected words." in text for text in texts)

    def test_the_account_is_shown_to_post_and_to_remove_or_to_need_a_canary(self, platform: Platform):
        health = platform.adapter.check()
        assert health.account
        assert health.can_post
        assert health.can_remove or health.needs_canary


class AdapterContract(CalmContract):
    """What holds whatever the platform and the network do."""

    @pytest.mark.parametrize("fault", [Fault.LOSE_AFTER, Fault.FAIL_AFTER, Fault.GARBLE])
    def test_a_lost_answer_is_in_doubt_and_found_by_tracing(self, platform: Platform, fault: Fault):
        platform.fail("publish", fault)
        attempt = platform.attempt()
        rendered = platform.rendered(pictures=self.pictures)
        with pytest.raises(InDoubt):
            platform.adapter.publish(rendered, attempt)
        assert len(platform.copies()) == 1
        trace = platform.adapter.trace(rendered, attempt)
        assert isinstance(trace, Found)
        assert [each.platform_id for each in trace.sightings] == platform.copies()
        assert len(platform.copies()) == 1

    @pytest.mark.parametrize(
        ("fault", "status"), [(Fault.FAIL_BEFORE, 400), (Fault.FAIL_BEFORE, 503), (Fault.LOSE_BEFORE, 0)]
    )
    def test_a_failure_before_the_effect_is_not_done_or_in_doubt_and_never_found(
        self, platform: Platform, fault: Fault, status: int
    ):
        platform.fail("publish", fault, status=status)
        attempt = platform.attempt()
        rendered = platform.rendered(pictures=self.pictures)
        with pytest.raises(NotDone if status == 400 else InDoubt):
            platform.adapter.publish(rendered, attempt)
        assert platform.copies() == []
        assert not isinstance(platform.adapter.trace(rendered, attempt), Found)

    def test_a_late_effect_is_in_doubt_and_found_once_it_lands(self, platform: Platform):
        platform.fail("publish", Fault.LATE, delay=timedelta(minutes=3))
        attempt = platform.attempt()
        rendered = platform.rendered(pictures=self.pictures)
        with pytest.raises(InDoubt):
            platform.adapter.publish(rendered, attempt)
        assert not isinstance(platform.adapter.trace(rendered, attempt), Found)
        platform.clock.advance(timedelta(minutes=4))
        trace = platform.adapter.trace(rendered, attempt)
        assert isinstance(trace, Found)
        assert [each.platform_id for each in trace.sightings] == platform.copies()

    @pytest.mark.parametrize("fault", [Fault.LOSE_AFTER, Fault.FAIL_AFTER, Fault.GARBLE])
    def test_a_removal_whose_answer_is_lost_is_in_doubt_and_seen_gone(self, platform: Platform, fault: Fault):
        attempt = self.up(platform)
        platform.fail("remove", fault)
        with pytest.raises(InDoubt):
            platform.adapter.remove(platform.lasting(attempt.made))
        platform.adapter.remove(platform.lasting(attempt.made))
        assert platform.copies() == []
        assert set(platform.adapter.presence(platform.lasting(attempt.acknowledged())).values()) == {Presence.GONE}

    def test_a_platform_that_says_removed_and_does_nothing_is_not_believed(self, platform: Platform):
        attempt = self.up(platform)
        platform.fail("remove", Fault.LIE, times=0)
        platform.adapter.remove(platform.lasting(attempt.made))
        assert len(platform.copies()) == 1
        seen = platform.adapter.presence(platform.lasting(attempt.acknowledged()))
        posts = [each.id for each in attempt.made if each.platform_id in platform.copies()]
        assert posts
        assert all(seen[each] is Presence.VISIBLE for each in posts)

    def test_with_a_revoked_token_nothing_is_removed_and_nothing_counts_as_gone(self, platform: Platform):
        attempt = self.up(platform)
        platform.revoke()
        with pytest.raises(Unauthorised):
            platform.adapter.remove(platform.lasting(attempt.made))
        assert len(platform.copies()) == 1
        assert set(platform.adapter.presence(platform.lasting(attempt.acknowledged())).values()) == {Presence.UNSURE}
        trace = platform.adapter.trace(platform.rendered(pictures=self.pictures), attempt)
        assert not isinstance(trace, Found)
        with pytest.raises(Unauthorised):
            platform.adapter.check()

    def test_what_was_removed_before_the_token_was_revoked_is_unsure_too(self, platform: Platform):
        attempt = self.up(platform)
        platform.adapter.remove(platform.lasting(attempt.made))
        platform.revoke()
        assert set(platform.adapter.presence(platform.lasting(attempt.acknowledged())).values()) == {Presence.UNSURE}

    @pytest.mark.parametrize("fault", [Fault.FAIL_BEFORE, Fault.LOSE_BEFORE, Fault.GARBLE, Fault.THROTTLE])
    def test_a_look_that_fails_never_says_gone(self, platform: Platform, fault: Fault):
        attempt = self.up(platform)
        platform.fail("read", fault, times=0)
        assert set(platform.adapter.presence(platform.lasting(attempt.acknowledged())).values()) == {Presence.UNSURE}

    @pytest.mark.parametrize("step", ["publish", "remove"])
    def test_throttled_is_said_with_its_time(self, platform: Platform, step: str):
        attempt = self.up(platform) if step == "remove" else platform.attempt()
        platform.fail(step, Fault.THROTTLE, delay=timedelta(minutes=5), times=0)
        with pytest.raises(Throttled) as raised:
            if step == "remove":
                platform.adapter.remove(platform.lasting(attempt.made))
            else:
                platform.adapter.publish(platform.rendered(pictures=self.pictures), attempt)
        assert len(platform.copies()) == (1 if step == "remove" else 0)
        assert raised.value.until is None or raised.value.until >= platform.clock()

    def test_one_failing_removal_does_not_keep_the_others_up(self, platform: Platform):
        first, second = self.up(platform), self.up(platform, "DBC-4H8W2R-1")
        both = lasting((*first.made, *second.made))
        platform.fail("remove", Fault.FAIL_BEFORE)
        with pytest.raises(AdapterError):
            platform.adapter.remove(both)
        assert len(platform.copies()) <= 1

    @pytest.mark.parametrize("fault", [Fault.FAIL_BEFORE, Fault.LOSE_BEFORE, Fault.GARBLE])
    def test_recent_raises_rather_than_omits(self, platform: Platform, fault: Fault):
        self.up(platform)
        platform.fail("read", fault, times=0)
        with pytest.raises(AdapterError):
            list(platform.adapter.recent(platform.clock() - timedelta(minutes=2)))

    def test_recent_raises_when_the_token_is_revoked(self, platform: Platform):
        self.up(platform)
        platform.revoke()
        with pytest.raises(Unauthorised):
            list(platform.adapter.recent(platform.clock() - timedelta(minutes=2)))
