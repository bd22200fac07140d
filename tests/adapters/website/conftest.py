"""The website, with its public side on the wire."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import responses

from adapters.standin.core import mount
from adapters.website import WebsiteAdapter, WebsiteSettings
from tests.adapters.fake import Clock
from tests.adapters.website.site import BASE, PublicSite, Website


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Website]:
    clock = Clock()
    root = tmp_path / "site"
    root.mkdir()
    site = PublicSite(root, clock)
    settings = WebsiteSettings(root=root, public_url=BASE, deadline=timedelta(seconds=5), council="Testbury Council")
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mount(site, mock, BASE)
        yield Website(
            adapter=WebsiteAdapter(settings, clock, wait=lambda _: None),
            standin=site,
            clock=clock,
            steps={"read": ("GET", "")},
            post_kinds=frozenset({"page"}),
            root=root,
        )
