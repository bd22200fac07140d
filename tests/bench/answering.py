"""How soon the console answers: a retraction under load while no platform answers, and a sign-in that is refused."""

import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from time import perf_counter

from adapters.standin.core import Fault, Rule
from bot import hashing, signing_in
from bot.rehearsal import rehearsing
from policies.terms import Channel, Role
from store import people, signins
from tests.bot.web.wire import Wire, session_of
from tests.stories.processes import Cradle, until
from tests.stories.town import FOR_EVER, Town, town

SLOW_CLIENTS, STRANGERS, PRESSES = 200, 16, 40
TRIES = 25


def strangers(host: str, port: int, there: Event, stop: Event) -> None:
    """In a process of its own: slow clients, and those who guess at names as fast as they are answered."""
    wire = Wire(host, port)
    token, cookie = wire.ask("GET", "/sign-in").form()

    def guess(number: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            data = {"csrf_token": token, "name": f"stranger-{number}-{turn}", "password": "a wrong guess at it"}
            wire.ask("POST", "/sign-in", cookies=cookie, data=data)
            if turn == 3:
                there.set()

    with wire.slow_clients(SLOW_CLIENTS):
        threads = [threading.Thread(target=guess, args=(number,)) for number in range(STRANGERS)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()


@contextmanager
def load(wire: Wire) -> Iterator[None]:
    spawning = get_context("spawn")
    there, stop = spawning.Event(), spawning.Event()
    attack = spawning.Process(target=strangers, args=(wire.host, wire.port, there, stop))
    attack.start()
    try:
        assert there.wait(60), "the load never came"
        yield
    finally:
        stop.set()
        attack.join(60)


def slowest(act: Callable[[], object], times: int = PRESSES) -> float:
    took = []
    for _ in range(times):
        began = perf_counter()
        act()
        took.append(perf_counter() - began)
    return max(took)


def _pressed(wire: Wire, ref: str, cookie: str, token: str) -> tuple[float, float, float]:
    """The slowest of the form, of what it sends, and of the API's answer."""

    def by_api() -> None:
        assert wire.retract_by_api(ref, token).status == 202

    path = f"/notices/{ref}/retract"
    form, given = wire.ask("GET", path, cookies=cookie).form()[::-1], {"reason": "inaccurate", "scope": "notice"}

    def page() -> None:
        assert wire.ask("GET", path, cookies=cookie).status == 200

    def press() -> None:
        data = given | {"csrf_token": form[1]}
        assert wire.ask("POST", path, cookies=f"{cookie}; {form[0]}", data=data).status == 303

    return slowest(page), slowest(press), slowest(by_api)


def _up(here: Town) -> str:
    with here.serve("daemon") as daemon:
        here.ready()
        ref = here.publish()
        until(lambda: all(here.live(ref, each) for each in Channel), "it is up everywhere")
        daemon.stop()
    return ref


def retraction_under_load() -> tuple[float, float]:
    """Seconds of the slowest answer, page or API, under attack; and of the API's slowest without one."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        cradle = Cradle()
        stack.callback(cradle.close)
        here = stack.enter_context(town(Path(name), cradle))
        stack.enter_context(here.serve("site"))
        ref = _up(here)
        bot = here.here.bot
        wire = Wire(bot.settings.console.host, bot.settings.console.port)
        stack.enter_context(here.serve("console"))
        until(lambda: _answers(wire), "the console answers")
        for each in (here.here.x, here.here.graph):
            each.rules.append(Rule(fault=Fault.HANG, times=0, delay=FOR_EVER))
        cookie, token = session_of(bot, here.here.officer.person), here.here.officer.token
        *_, alone = _pressed(wire, ref, cookie, token)
        with load(wire):
            attacked = _pressed(wire, ref, cookie, token)
        for each in (here.here.x, here.here.graph):
            each.rules.clear()
    return max(attacked), alone


def _answers(wire: Wire) -> bool:
    try:
        return wire.ask("GET", "/sign-in").status == 200
    except OSError:
        return False


def told_apart() -> float:
    """By how much the times of a refusal differ: of an unknown name, or a wrong code, over that of a wrong password."""
    with tempfile.TemporaryDirectory() as name, rehearsing(Path(name)) as here:
        bot, secret = here.bot, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
        kept = hashing.hashed("lantern copper teapot meadow")
        with bot.ledger.write() as tx:
            for number in range(TRIES):
                person, _ = people.add(tx, name=f"Sample {number}", held=[(Role.OFFICER, None)], now=bot.now)
                signins.set_login(tx, person.id, f"known-{number}", kept, bot.now)
                signins.set_second_factor(tx, person.id, secret, bot.now, used_step=0)
        tried: dict[str, list[float]] = {"unknown": [], "password": [], "code": []}
        for number in range(TRIES):
            for what, who, password in (
                ("unknown", f"unknown-{number}", "a wrong guess at it"),
                ("password", f"known-{number}", "a wrong guess at it"),
                ("code", f"known-{number}", "lantern copper teapot meadow"),
            ):
                began = perf_counter()
                try:
                    signing_in.sign_in(bot, who, password, "000000x", device="unknown", now=bot.now)
                except signing_in.SignInRefused:
                    tried[what].append(perf_counter() - began)
    middle = {what: statistics.median(times) for what, times in tried.items()}
    return max(abs(middle[what] / middle["password"] - 1) for what in ("unknown", "code"))
