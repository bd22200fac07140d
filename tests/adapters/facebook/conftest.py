"""An adapter before Graph's stand-in."""

import pytest

from adapters.standin.core import mount as put_on_wire
from adapters.standin.graph import GraphStandin
from tests.adapters.contract import Platform
from tests.adapters.facebook.wiring import BASE, platform_at
from tests.adapters.fake import Clock


@pytest.fixture
def platform(wire) -> Platform:
    clock = Clock()
    standin = GraphStandin(clock=clock)
    put_on_wire(standin, wire, BASE)
    return platform_at(BASE, standin, clock)
