"""Instagram over the wire keeps the contract of every channel, with one picture and several and on a real socket."""

import pytest
import requests

from adapters.standin.graph import GraphStandin
from adapters.standin.server import serving
from tests.adapters.contract import JPEG, AdapterContract
from tests.adapters.fake import Clock
from tests.adapters.instagram.wiring import Hosting, platform_at


class TestInstagram(AdapterContract):
    """Through `responses`, one picture."""

    pictures = 1


class TestInstagramCarousel(AdapterContract):
    pictures = 3


class TestInstagramOnASocket(AdapterContract):
    """Graph's stand-in really fetches the picture over HTTP."""

    pictures = 1

    @pytest.fixture
    def platform(self):
        clock, host = Clock(), Hosting()
        standin = GraphStandin(clock=clock)
        with serving(host) as site, serving(standin) as base_url:
            host.public_url, host.on_the_wire = site, True
            yield platform_at(base_url, standin, clock, host)


def test_the_hosting_of_these_tests_answers_as_a_site_does():
    hosting = Hosting()
    with serving(hosting) as site:
        hosting.public_url = site
        url = hosting.put("h/a.jpg", JPEG)
        assert requests.Session().get(url, timeout=2).content == JPEG
        hosting.take_down("h/a.jpg")
        assert requests.Session().get(url, timeout=2).status_code == 404
