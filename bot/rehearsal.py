"""A whole council on loopback: a rehearsal ledger, stand-ins of the platforms, the public site, sample people.

Used by `make run`, the demo, the bench and the tests. Nothing here reaches a real platform: such a ledger refuses any
address that is not loopback, for good.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.standin.graph import GraphStandin
from adapters.standin.server import serving
from adapters.standin.x import XStandin
from adapters.standin.x_wire import XAccount
from bot.assemble import assemble, wall_clock
from bot.audit import check_account
from bot.context import Bot
from bot.layout import policy_version
from bot.settings import load, rehearsal_defaults
from policies.terms import Person, Role
from store import people
from store.ledger import Ledger, create
from store.types import make_key, read_key

SERVICE = "environment"


@dataclass(frozen=True, kw_only=True)
class Someone:
    """A sample person with the token that proves it."""

    person: Person
    token: str


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """What is running. The stand-ins know the truth: `x.visible()` and `graph.visible()`."""

    bot: Bot
    x: XStandin
    graph: GraphStandin
    x_url: str
    graph_url: str
    site_url: str
    officer: Someone
    director: Someone
    overrides: dict[str, Any]


def free_port() -> int:
    """A port of loopback that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def sample_people(ledger: Ledger, now: datetime) -> tuple[Someone, Someone]:
    """The sample officer and the sample Director; they may be used in a rehearsal ledger only."""
    if not ledger.rehearsal:
        raise ValueError("sample people are for a rehearsal ledger only: add real people with `downdate person add`")
    with ledger.write() as tx:
        officer = people.add(tx, name="Sample Officer", held=[(Role.COMMS, None), (Role.OFFICER, None)], now=now)
        director = people.add(tx, name="Sample Director", held=[(Role.DIRECTOR, SERVICE)], now=now)
    return (
        Someone(person=officer[0], token=officer[1]),
        Someone(person=director[0], token=director[1]),
    )


def _x_account(folder: Path) -> XAccount:
    """The account whose made-up credentials the rehearsal's settings hold."""
    given = rehearsal_defaults(folder, x_url="", graph_url="", site_port=0, serve_port=0)["channels"]["x"]
    return XAccount(
        id=given["user_id"],
        consumer_key=given["consumer_key"],
        consumer_secret=given["consumer_secret"],
        access_token=given["access_token"],
        access_token_secret=given["access_token_secret"],
    )


def _over(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The settings with the changes laid over them, section by section."""
    inner = {key: _over(base[key], each) for key, each in changes.items() if isinstance(base.get(key), dict)}
    return base | changes | inner


@contextmanager
def rehearsing(
    folder: Path,
    *,
    period: timedelta = timedelta(minutes=2),
    latency: timedelta = timedelta(0),
    clock: Callable[[], datetime] = wall_clock,
    ports: tuple[int, int, int, int, int] | None = None,
    extra: dict[str, Any] | None = None,
) -> Iterator[Rehearsal]:
    """Start the stand-ins and make a rehearsal ledger in `folder`; the public site and the loop are the caller's.

    `ports` are those of X, Graph, the site, the watch page and the console; None takes free ones. Stand-ins go by the
    same clock.
    """
    x_port, graph_port, site_port, watch_port, console_port = ports or (0, 0, free_port(), free_port(), free_port())
    x = XStandin(account=_x_account(folder), clock=clock, latency=latency)
    graph = GraphStandin(clock=clock, latency=latency)
    with ExitStack() as stack:
        x_url = stack.enter_context(serving(x, port=x_port))
        graph_url = stack.enter_context(serving(graph, port=graph_port))
        overrides = rehearsal_defaults(
            folder,
            x_url=x_url,
            graph_url=graph_url,
            site_port=site_port,
            serve_port=watch_port,
            console_port=console_port,
            period=period,
        )
        overrides = _over(overrides, extra or {})
        settings = load(rehearsal=True, environ={}, overrides=overrides)
        key = settings.ledger.key_file
        cipher = read_key(key) if key.exists() else make_key(key)
        ledger = create(
            settings.ledger.url, cipher, settings.ledger.folder, rehearsal=True, policy=policy_version(settings)
        )
        stack.callback(ledger.close)
        bot = assemble(settings, ledger, clock=clock)
        officer, director = sample_people(ledger, clock())
        yield Rehearsal(
            bot=bot,
            x=x,
            graph=graph,
            x_url=x_url,
            graph_url=graph_url,
            site_url=settings.site.public_url,
            officer=officer,
            director=director,
            overrides=overrides,
        )


def check_all(bot: Bot) -> None:
    """Ask every channel whether it may post and remove; without that nothing is posted."""
    for channel in bot.adapters:
        check_account(bot, channel)
