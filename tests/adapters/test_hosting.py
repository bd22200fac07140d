"""Pictures hosted for another platform: there for a moment, under a path nobody can guess, and proven gone."""

from datetime import timedelta
from pathlib import Path

import pytest
import requests
import responses

from adapters.base import AdapterError, InDoubt, Presence, Rejected
from adapters.hosting import SitePictureHost
from bot.site import serving_site

SHA = "0" * 63 + "a"
PUBLIC = "https://notices.example.org"


def host(root: Path, public_url: str) -> SitePictureHost:
    return SitePictureHost(root=root, public_url=public_url, deadline=timedelta(seconds=5))


def test_a_picture_is_public_only_between_put_and_take_down(tmp_path: Path):
    with serving_site(tmp_path) as base:
        hosted = host(tmp_path, base)
        path = hosted.path_for(SHA)
        assert hosted.presence(path) is Presence.GONE
        url = hosted.put(path, b"jpeg")
        assert hosted.presence(path) is Presence.VISIBLE
        assert requests.request("GET", url, timeout=5).content == b"jpeg"
        hosted.take_down(path)
        hosted.take_down(path)
        assert hosted.presence(path) is Presence.GONE
        assert requests.request("GET", url, timeout=5).status_code == 410


def test_a_path_is_random_and_says_nothing_of_the_picture(tmp_path: Path):
    hosted = host(tmp_path, PUBLIC)
    paths = {hosted.path_for(SHA) for _ in range(20)}
    assert len(paths) == 20
    assert all(len(each) == len("h/") + 32 + len(".jpg") for each in paths)


@pytest.mark.parametrize("sha256", ["", "../x", "0" * 63, "G" * 64])
def test_a_hash_that_is_none_gets_no_path(tmp_path: Path, sha256: str):
    with pytest.raises(Rejected):
        host(tmp_path, PUBLIC).path_for(sha256)


@pytest.mark.parametrize("path", ["index.html", "h/../index.html", "h/x.jpg", "n/a/b.jpg", "", f"/h/{'0' * 32}.jpg"])
def test_only_its_own_paths_are_touched(tmp_path: Path, path: str):
    hosted = host(tmp_path, PUBLIC)
    for act in (lambda: hosted.put(path, b"x"), lambda: hosted.take_down(path), lambda: hosted.presence(path)):
        with pytest.raises(Rejected):
            act()
    assert list(tmp_path.iterdir()) == []


def test_a_file_held_open_elsewhere_is_empty_after_the_takedown(tmp_path: Path):
    hosted = host(tmp_path, PUBLIC)
    path = hosted.path_for(SHA)
    hosted.put(path, b"jpeg")
    with (tmp_path / path).open("rb") as held:
        hosted.take_down(path)
        assert held.read() == b""


@pytest.mark.parametrize("status", [404, 410])
def test_a_picture_still_on_the_disk_is_never_gone(tmp_path: Path, status: int):
    hosted = host(tmp_path, PUBLIC)
    path = hosted.path_for(SHA)
    hosted.put(path, b"jpeg")
    with responses.RequestsMock() as mock:
        mock.add("GET", f"{PUBLIC}/{path}", status=status)
        assert hosted.presence(path) is Presence.UNSURE


@pytest.mark.parametrize(
    ("status", "seen"),
    [
        (200, Presence.VISIBLE),
        (404, Presence.GONE),
        (410, Presence.GONE),
        (301, Presence.UNSURE),
        (403, Presence.UNSURE),
        (503, Presence.UNSURE),
    ],
)
def test_only_404_and_410_prove_that_it_is_gone(tmp_path: Path, status: int, seen: Presence):
    hosted = host(tmp_path, PUBLIC)
    path = hosted.path_for(SHA)
    with responses.RequestsMock() as mock:
        mock.add("GET", f"{PUBLIC}/{path}", status=status, headers={"Location": f"{PUBLIC}/"} if status == 301 else {})
        assert hosted.presence(path) is seen


def test_a_site_that_cannot_be_reached_proves_nothing(tmp_path: Path):
    hosted = host(tmp_path, "http://127.0.0.1:9")
    assert hosted.presence(hosted.path_for(SHA)) is Presence.UNSURE


def test_a_folder_that_cannot_be_written_is_told_without_its_path(tmp_path: Path):
    (tmp_path / "h").write_text("a file where a folder belongs")
    hosted = host(tmp_path, PUBLIC)
    with pytest.raises(AdapterError) as failed:
        hosted.put(hosted.path_for(SHA), b"jpeg")
    assert isinstance(failed.value, InDoubt)
    assert str(tmp_path) not in repr(failed.value)
