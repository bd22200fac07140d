"""A caller of the stand-in, on a wire in memory or on a socket."""

import pytest
import responses

from adapters.standin.core import mount
from adapters.standin.server import serving
from adapters.standin.x import XStandin
from tests.adapters.fake import Clock
from tests.adapters.standin_x.caller import BASE, Caller


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def call(clock):
    standin = XStandin(clock=clock)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mount(standin, mock, BASE)
        yield Caller(standin, BASE)


@pytest.fixture
def socketed(clock):
    standin = XStandin(clock=clock)
    with serving(standin) as base:
        yield Caller(standin, base)
