"""A Facebook Page over the wire keeps the contract of every channel, without and with pictures and on a real socket."""

import pytest

from adapters.standin.graph import GraphStandin
from adapters.standin.server import serving
from tests.adapters.contract import AdapterContract
from tests.adapters.facebook.wiring import platform_at
from tests.adapters.fake import Clock


class TestFacebook(AdapterContract):
    """Through `responses`, without pictures."""


class TestFacebookWithPictures(AdapterContract):
    pictures = 2


class TestFacebookOnASocket(AdapterContract):
    pictures = 1

    @pytest.fixture
    def platform(self):
        clock = Clock()
        standin = GraphStandin(clock=clock)
        with serving(standin) as base_url:
            yield platform_at(base_url, standin, clock)
