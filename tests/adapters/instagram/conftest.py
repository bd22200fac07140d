"""An adapter before Graph's stand-in, and the site that hosts its pictures."""

import pytest

from adapters.standin.core import mount as put_on_wire
from adapters.standin.graph import GraphStandin
from tests.adapters.contract import Platform
from tests.adapters.fake import Clock
from tests.adapters.instagram.wiring import BASE, Hosting, platform_at


@pytest.fixture
def host() -> Hosting:
    return Hosting()


@pytest.fixture
def platform(wire, host) -> Platform:
    clock = Clock()
    standin = GraphStandin(clock=clock, fetch=host.fetch)
    put_on_wire(standin, wire, BASE)
    return platform_at(BASE, standin, clock, host)
