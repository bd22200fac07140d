"""An adapter on the wire: before the stand-in, or before answers the test gives."""

import pytest

from adapters.standin.core import mount as put_on_wire
from adapters.standin.x import XStandin
from adapters.x import XAdapter
from tests.adapters.contract import Platform
from tests.adapters.fake import Clock
from tests.adapters.x.wiring import BASE, platform_at, settings


@pytest.fixture
def platform(wire) -> Platform:
    clock = Clock()
    standin = XStandin(clock=clock)
    put_on_wire(standin, wire, BASE)
    return platform_at(BASE, standin, clock)


@pytest.fixture
def bare(wire) -> XAdapter:
    """An adapter whose account is shown; every other answer is the test's."""
    clock = Clock()
    standin = XStandin(clock=clock)
    me = {"data": {"id": standin.account.id, "username": "samplecouncil"}}
    wire.add("GET", BASE + "/2/users/me", json=me, headers={"x-access-level": "read-write"})
    return XAdapter(settings(standin), clock=clock)
