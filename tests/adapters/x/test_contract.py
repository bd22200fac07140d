"""X over the wire keeps the contract of every channel, without and with pictures and on a real socket."""

import pytest

from adapters.standin.server import serving
from adapters.standin.x import XStandin
from tests.adapters.contract import AdapterContract
from tests.adapters.fake import Clock
from tests.adapters.x.wiring import platform_at


class TestX(AdapterContract):
    """Through `responses`, without pictures."""


class TestXWithPictures(AdapterContract):
    pictures = 2


class TestXOnASocket(AdapterContract):
    @pytest.fixture
    def platform(self):
        clock = Clock()
        standin = XStandin(clock=clock)
        with serving(standin) as base_url:
            yield platform_at(base_url, standin, clock)
