"""A platform token in the wrong hands: found by the running loop, publishing halted, replaced first, then revoked."""

import threading
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from adapters.graph import GraphClient, GraphSettings
from adapters.http import PLATFORM_TIME
from adapters.standin.graph_state import GraphToken
from bot import audit
from bot.alert_kinds import AlertKind
from bot.alerts import Sender
from bot.assemble import wall_clock
from bot.daemon import Loop
from bot.rehearsal import check_all, rehearsing
from bot.settings import as_environment
from bot.site import serving_site
from policies.lifecycle import State
from policies.terms import Channel
from store import desk
from tests.adapters.fake import Clock
from tests.adapters.standin_x.caller import Caller, keys
from tests.bot.terminal import call, news
from tests.stories.processes import until
from tests.stories.town import Town

FACEBOOK, X = Channel.FACEBOOK, Channel.X
# As shipped, where every read of X costs money.
AS_SHIPPED = {"compare_every": "15m", "compare_every_x": "1h", "compare_overlap": "1h", "poll": "50ms"}
WITHIN = {FACEBOOK: timedelta(minutes=15), X: timedelta(hours=1)}
SECOND = timedelta(seconds=1)
STOLEN, FRESH = "rehearsal-page-token", "a-new-page-token"


@pytest.fixture
def clock():
    yield Clock(wall_clock())
    # Whoever comes next in this process hears the right time again.
    PLATFORM_TIME.hear(format_datetime(wall_clock()))


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """The credentials folder of the service, with the token that somebody has copied."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    put(folder, "facebook_access_token", STOLEN)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    return folder


def put(folder, name, secret):
    """In place of what was there, whole or not at all."""
    aside = folder / f".{name}"
    aside.write_text(secret + "\n")
    aside.chmod(0o600)
    aside.rename(folder / name)


@pytest.fixture
def here(tmp_path, clock, vault, cradle):
    with ExitStack() as stack:
        made = rehearsing(tmp_path / "council", period=timedelta(days=28), clock=clock, extra={"loop": AS_SHIPPED})
        council = stack.enter_context(made)
        site = council.bot.settings.site
        stack.enter_context(serving_site(site.root, port=site.port))
        check_all(council.bot)
        # The clock stands while the platforms' goes on.
        bot = replace(council.bot, platform_time=lambda: None)
        yield Town(replace(council, bot=bot), cradle, tmp_path)


@contextmanager
def turning(here):
    """The loop as `downdate serve` runs it."""
    loop = Loop(here.here.bot, Sender((), (), link_base=None))
    thread = threading.Thread(target=loop.run, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.stop()
        thread.join(20)


def turns(loop):
    """Wait for a whole turn that began after this."""
    for _ in range(2):
        before = loop.turned
        until(lambda before=before: loop.turned != before, "the loop turns")


def compared(here, channel):
    """Whether the next comparison is one of the running schedule."""
    with here.here.bot.ledger.read() as tx:
        account = desk.account(tx, channel)
    return account.compared_since is not None and account.compare_due_at > here.here.bot.now


def raised(here, kind):
    with here.here.bot.ledger.read() as tx:
        return [row.channel for row in desk.open_alerts(tx) if row.kind == kind]


class Thief:
    """Somebody with copies of the bot's own tokens, on another machine."""

    def __init__(self, here):
        self.page = GraphClient(
            GraphSettings(token=STOLEN, app_secret="rehearsal-app-secret", base_url=here.here.graph_url)
        )
        self.x = Caller(here.here.x, here.here.x_url)
        self.keys = keys(here.here.x.account)

    def post(self, channel, text):
        if channel is X:
            answer = self.x("POST", "/2/tweets", {"text": text}, auth=self.keys)
            assert answer.status_code == 201, answer.text
            return answer.json()["data"]["id"]
        return self.page.put_object("2001", "feed", message=text)["id"]


@pytest.mark.parametrize("channel", [FACEBOOK, X])
def test_what_a_thief_posts_as_one_of_ours_is_found_alarmed_and_taken_down(here, clock, channel):
    ref = here.publish(channels=["website", "facebook", "x"])
    with turning(here) as loop:
        until(lambda: clock.advance(SECOND) or here.live(ref, channel), "the notice is up")
        until(lambda: compared(here, channel), "the account was compared")
        said = news()["content"]["body"].splitlines()[-1]
        marked = Thief(here).post(channel, f"Another one. {ref[:-6]}ABCDEF-1")
        plain = Thief(here).post(channel, f"Seen in town: {said}")
        standin = here.standin(channel)
        turns(loop)
        assert raised(here, AlertKind.UNKNOWN_COPY) == []
        clock.advance(WITHIN[channel])
        until(lambda: raised(here, AlertKind.UNKNOWN_COPY) == [channel], "the alarm of a copy nobody knew")
        until(lambda: raised(here, AlertKind.PICTURE_ELSEWHERE) == [channel], "the alarm of what shows a notice")
        until(lambda: not standin.objects[marked].visible, "the copy is taken down")
        # What has no reference of ours is a person's to decide.
        assert standin.objects[plain].visible
        assert here.live(ref, channel)


def test_one_command_halts_publishing_removal_goes_on_and_a_new_token_is_used_without_a_restart(here, clock, vault):
    graph = here.here.graph
    first, second = (here.publish(channels=["facebook"], case_ref=f"EH/2026/{each}") for each in (701, 702))
    with turning(here) as loop:
        until(lambda: here.live(first, FACEBOOK) and here.live(second, FACEBOOK), "both are up")
        around = as_environment(here.here.overrides) | {"DOWNDATE_TOKEN": here.here.officer.token}
        assert call(["pause"], around).code == 0
        third = here.publish(channels=["facebook"], case_ref="EH/2026/703")
        here.retract(first)
        until(lambda: here.down(first), "the first is proven gone while publishing is halted")
        turns(loop)
        assert [post.state for post in here.posts(third, FACEBOOK)] == [State.QUEUED]
        assert here.copies(third, FACEBOOK) == []

        # Replaced first: at no moment is the bot without the means to take down.
        graph.account.tokens[FRESH] = GraphToken(kind="page")
        put(vault, "facebook_access_token", FRESH)
        audit.check_account(here.here.bot, FACEBOOK)
        del graph.account.tokens[STOLEN]
        here.retract(second)
        until(lambda: here.down(second), "the second is proven gone with the new token")
        assert raised(here, AlertKind.CREDENTIAL_REVOKED) == []

        assert call(["resume"], around).code == 0
        clock.advance(timedelta(minutes=2))
        until(lambda: here.live(third, FACEBOOK), "the third goes up with the new token")
        here.retract(third)
        until(lambda: here.down(third), "and comes down")


def test_what_cannot_be_used_as_it_lies_there_is_not_taken_and_the_old_one_goes_on(here, vault):
    channels = here.here.bot.adapters
    before = {each: channels[each] for each in channels}
    # Nothing, a name that no secret has, and what a rehearsal may never be told.
    unusable = {"facebook_access_token": "", "facebook_acess_token": "x", "facebook_proxy": "http://proxy.example:3128"}
    for name, secret in unusable.items():
        put(vault, name, secret)
        assert {each: channels[each] for each in channels} == before
        audit.check_account(here.here.bot, FACEBOOK)
        (vault / name).unlink()
        assert channels[FACEBOOK] is before[FACEBOOK]
    put(vault, "facebook_access_token", "another")
    # Only the channel whose secret it is begins anew.
    assert [each for each in channels if channels[each] is not before[each]] == [FACEBOOK]
