"""The loop: removals first, quotas kept, one failing thing delays nothing else, one daemon at a time."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import update

from adapters.standin.core import Fault, Rule
from bot import standing
from bot.alerts import Sender
from bot.daemon import AlreadyRunningError, Loop, only_daemon
from bot.rehearsal import free_port
from bot.serving import LoopEndedError, serve
from bot.urgent import copies, take_down_now
from policies.lifecycle import State
from policies.terms import Channel, Reason
from store import artefacts, desk, journal, posts, signins
from store.schema import revisions
from tests.bot.works import Works
from tests.policies.samples import notice


@pytest.fixture
def works(tmp_path):
    made = Works(tmp_path, channels=(Channel.WEBSITE, Channel.FACEBOOK))
    yield made
    made.ledger.close()


def quick(works):
    loop = works.bot.settings.loop.model_copy(update={"poll": timedelta(milliseconds=50)})
    return replace(works.bot, settings=works.bot.settings.model_copy(update={"loop": loop}))


class Running:
    """A loop on its own thread, stopped at the end."""

    def __init__(self, works) -> None:
        self.loop = Loop(quick(works), Sender((), (), link_base=None))
        self.thread = threading.Thread(target=self.loop.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self.loop

    def __exit__(self, *_):
        self.loop.stop()
        self.thread.join(10)
        assert not self.thread.is_alive()


def until(holds, patience=20.0):
    end = monotonic() + patience
    while not holds():
        assert monotonic() < end, "it did not happen in time"
        threading.Event().wait(0.02)


def test_the_loop_brings_a_notice_up_and_leaves_a_sign_of_life(works):
    works.approved()
    with Running(works) as loop:
        until(lambda: all(post.state is State.LIVE for post in works.posts()))
    assert loop.turned is not None
    with works.ledger.read() as tx:
        assert desk.last_beat(tx, "sweep") == works.clock()


def test_r50_the_loop_asks_about_appeals_once_a_notice_is_up(works):
    def asked():
        with works.ledger.read() as tx:
            return [each.what for each in desk.open_tasks(tx)]

    works.approved()
    with Running(works):
        until(lambda: all(post.state is State.LIVE for post in works.posts()))
        works.clock.advance(timedelta(minutes=5))
        until(lambda: "appeal_check:day0" in asked())
    assert asked().count("appeal_check:day0") == 1


def test_the_loop_tells_how_many_sign_ins_were_refused_once_their_hour_is_over(works):
    def told():
        with works.ledger.read() as tx:
            return [entry.codes.get("tries") for entry in journal.entries(tx, subject="unknown")]

    with works.ledger.write() as tx:
        for _ in range(5):
            signins.refused(tx, None, works.clock())
    with Running(works):
        works.clock.advance(timedelta(hours=1))
        until(lambda: told() == [1, 4])


def test_one_channel_that_hangs_delays_no_other(works):
    release = threading.Event()
    works.fakes[Channel.FACEBOOK].on_call = lambda operation, phase: release.wait(10) and None
    works.approved()
    try:
        with Running(works):
            until(lambda: works.post(Channel.WEBSITE).state is State.LIVE)
            until(lambda: works.post(Channel.FACEBOOK).state is State.POSTING)
            release.set()
            until(lambda: works.post(Channel.FACEBOOK).state is State.LIVE)
    finally:
        release.set()


def test_an_error_nobody_foresaw_stops_neither_the_loop_nor_the_others(works):
    def broken(*_):
        raise ZeroDivisionError

    works.fakes[Channel.FACEBOOK].publish = broken
    works.approved()
    with Running(works):
        until(lambda: works.post(Channel.WEBSITE).state is State.LIVE)


def test_the_loop_carries_on_with_a_retraction_another_process_recorded(works):
    publication_id = works.approved()
    with Running(works):
        until(lambda: all(post.state is State.LIVE for post in works.posts()))
        works.retract(publication_id)
        until(lambda: all(post.state is State.REMOVED for post in works.posts()))
    assert works.visible() == []


def test_only_one_daemon_holds_a_ledger(tmp_path):
    with only_daemon(tmp_path), pytest.raises(AlreadyRunningError), only_daemon(tmp_path):
        pass
    with only_daemon(tmp_path):
        pass


def test_a_share_of_the_quota_is_kept_for_urgent_removals(tmp_path):
    works = Works(tmp_path, channels=(Channel.FACEBOOK,))
    fake = works.fakes[Channel.FACEBOOK]
    fake.capabilities = replace(fake.capabilities, removals_per_window=(12, timedelta(minutes=15)))
    loop = Loop(works.bot, Sender((), (), link_base=None))
    with works.ledger.write() as tx:
        for number in range(6):
            post_id = posts.add_extra(tx, None, Channel.FACEBOOK, revision=1, marker=f"m{number}", now=works.clock())
            posts.change(tx, post_id, 0, urgent=number < 3)
        due = posts.due(tx, works.clock(), channel=Channel.FACEBOOK, states=posts.REMOVALS, most=50)
        chosen = loop._within_quota(tx, Channel.FACEBOOK, due, works.clock())
    assert [post.urgent for post in chosen] == [True, True, True, False, False]
    works.ledger.close()


def test_an_urgent_retraction_works_at_once_without_any_daemon(works):
    publication_id = works.approved()
    works.pass_time(timedelta(minutes=1))
    works.retract(publication_id, Reason.ELIMINATED)
    told = []
    down = [post.id for post in works.posts()]
    assert take_down_now(works.bot, down, patience=timedelta(seconds=10), on_turn=told.append)
    assert works.visible() == []
    assert {copy.word for copy in told[-1]} == {"Gone"}
    assert all(copy.at is not None for copy in told[-1])


def test_an_urgent_retraction_that_cannot_be_proven_says_so_and_leaves_it_to_the_loop(works):
    publication_id = works.approved()
    works.pass_time(timedelta(minutes=1))
    works.fakes[Channel.FACEBOOK].rules.append(Rule(fault=Fault.LIE, method="remove", times=0))
    works.retract(publication_id)
    down = [post.id for post in works.posts()]
    assert not take_down_now(works.bot, down, patience=timedelta(seconds=1))
    assert "Gone" in {copy.word for copy in copies(works.bot, down)}
    assert works.post(Channel.FACEBOOK).state is State.REMOVING
    assert works.post(Channel.FACEBOOK).due_at is not None


def test_an_extra_copy_found_while_retracting_is_followed_too(tmp_path):
    works = Works(tmp_path, channels=(Channel.FACEBOOK,))
    publication_id = works.approved(notice(channels=(Channel.FACEBOOK,), service="environment"))
    works.pass_time(timedelta(minutes=1))
    with works.ledger.write() as tx:
        extra = posts.add_extra(
            tx, publication_id, Channel.FACEBOOK, revision=1, marker=works.posts()[0].marker, now=works.clock()
        )
    works.retract(publication_id)
    assert take_down_now(works.bot, [works.posts()[0].id], patience=timedelta(seconds=5))
    with works.ledger.read() as tx:
        assert posts.get(tx, extra).state is State.REMOVED
    works.ledger.close()


def test_i11_a_channel_full_of_hanging_calls_still_takes_an_urgent_removal(tmp_path):
    works = Works(tmp_path, channels=(Channel.FACEBOOK,))
    fake, release = works.fakes[Channel.FACEBOOK], threading.Event()
    fake.on_call = lambda operation, phase: operation == "publish" and phase == "before" and release.wait(10) and None
    loop = works.bot.settings.loop.model_copy(update={"workers": 1})
    works.bot = replace(works.bot, settings=works.bot.settings.model_copy(update={"loop": loop}))
    for number in range(3):
        works.approved(
            notice(
                ref=f"DBC-AAAA{number}B",
                case_ref=f"EH/{number}",
                page_id=f"{number}{'x' * 20}",
                channels=(Channel.FACEBOOK,),
                service="environment",
            )
        )
    try:
        with Running(works):
            until(lambda: sum(post.claimed_until is not None for post in works.posts()) == 2)
            with works.ledger.write() as tx:
                extra = posts.add_extra(tx, None, Channel.FACEBOOK, revision=1, marker="m", now=works.clock())
                row = artefacts.intend(
                    tx, posts.get(tx, extra), "post", now=works.clock(), actor="daemon", platform_id="stray"
                )
                artefacts.acknowledge(tx, [row.id], works.clock())
            until(lambda: state_of(works, extra) is State.REMOVED)
            assert not release.is_set()
            release.set()
    finally:
        release.set()
        works.ledger.close()


def state_of(works, post_id):
    with works.ledger.read() as tx:
        return posts.get(tx, post_id).state


def test_fault_21_a_clock_that_went_back_puts_no_removal_off(works):
    publication_id = works.approved()
    works.pass_time(timedelta(minutes=1))
    works.fakes[Channel.FACEBOOK].rules.append(Rule(fault=Fault.LIE, method="remove", times=0))
    with Running(works):
        works.retract(publication_id)
        until(lambda: works.post(Channel.FACEBOOK).asked_at is not None)
        works.fakes[Channel.FACEBOOK].rules.clear()
        works.clock.advance(-timedelta(hours=1))
        until(lambda: all(post.state is State.REMOVED for post in works.posts()))


def test_fault_15_a_credential_that_was_mended_is_used_again_after_the_next_comparison(works):
    def may_remove():
        with works.ledger.read() as tx:
            return desk.account(tx, Channel.FACEBOOK).can_remove

    def may_remove_later():
        works.clock.advance(timedelta(minutes=16))
        return may_remove()

    fake = works.fakes[Channel.FACEBOOK]
    fake.revoked = True
    with Running(works):
        until(lambda: may_remove() is False)
        fake.revoked = False
        until(may_remove_later)


def test_what_breaks_one_part_of_a_turn_keeps_the_others_going_and_proves_no_work(works):
    given = notice(channels=tuple(works.fakes), service="environment")
    works.approved(given)
    works.pass_time(timedelta(minutes=1))
    works.retract(works.approved(replace(given, revision=2)))
    other = notice(
        ref="DBC-BBBBBB",
        case_ref="EH/2",
        page_id="y" * 21,
        channels=tuple(works.fakes),
        service="environment",
    )
    works.approved(other)
    broken = works.approved(replace(other, revision=2))
    with works.ledger.write() as tx:
        tx.c.execute(update(revisions).where(revisions.c.publication_id == broken).values(body=b"damaged"))
    with Running(works) as loop:
        until(lambda: all(post.state is State.REMOVED for post in works.posts()[:2]))
    assert loop.turned is None


def test_the_watch_page_ends_without_a_trace(works):
    # A thread that breaks off is an error of the test that it ran in.
    given = works.bot.settings
    here = given.model_copy(update={"serve": given.serve.model_copy(update={"host": "127.0.0.1", "port": free_port()})})
    stop = threading.Event()
    stop.set()
    for _ in range(20):
        serve(replace(works.bot, settings=here), parts=("watch",), stop=stop)


@pytest.mark.enable_socket  # a socket of this machine's file system
def test_systemd_hears_of_a_loop_that_turns_whatever_a_platform_refuses(works, monkeypatch, tmp_path):
    publication_id = works.approved()
    works.pass_time(timedelta(minutes=1))
    works.fakes[Channel.FACEBOOK].rules.append(Rule(fault=Fault.LIE, method="remove", times=0))
    works.retract(publication_id)
    works.clock.advance(timedelta(minutes=2))
    stop = threading.Event()
    given = {"parts": ("daemon",), "stop": stop}
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        serving = threading.Thread(target=serve, args=(quick(works),), kwargs=given, daemon=True)
        serving.start()
        assert systemd.recv(100) == b"READY=1"
        assert systemd.recv(100) == b"WATCHDOG=1"
        stop.set()
        serving.join(20)
    with works.ledger.read() as tx:
        assert standing.snapshot(works.bot, tx, works.clock()).overdue > 0


@pytest.mark.enable_socket  # a socket of this machine's file system
def test_systemd_hears_of_a_part_that_runs_without_the_loop_as_well(works, monkeypatch, tmp_path):
    """Else it would end the console every two minutes."""
    given = works.bot.settings
    here = given.model_copy(update={"serve": given.serve.model_copy(update={"host": "127.0.0.1", "port": free_port()})})
    stop = threading.Event()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        told = {"parts": ("watch",), "stop": stop}
        serving = threading.Thread(target=serve, args=(replace(works.bot, settings=here),), kwargs=told, daemon=True)
        serving.start()
        assert systemd.recv(100) == b"READY=1"
        assert systemd.recv(100) == b"WATCHDOG=1"
        stop.set()
        serving.join(20)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_fault_36_a_process_whose_loop_has_died_ends_instead_of_living_on(works):
    def clock():
        if threading.current_thread().name == "loop":
            raise SystemExit
        return works.clock()

    with ThreadPoolExecutor(1) as pool, pytest.raises(LoopEndedError):
        pool.submit(serve, replace(works.bot, clock=clock), parts=("daemon",)).result(10)
