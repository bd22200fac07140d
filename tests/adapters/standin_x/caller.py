"""An account at the stand-in of X, and its signed requests."""

import base64
from datetime import timedelta

import requests
from requests_oauthlib import OAuth1

from adapters.http import EdgeSession
from adapters.standin.x import XStandin
from adapters.standin.x_wire import XAccount
from tests.adapters.contract import JPEG

BASE = "https://x.example"
ACCOUNT = XAccount()


def keys(account: XAccount = ACCOUNT) -> OAuth1:
    secrets = (account.consumer_key, account.consumer_secret, account.access_token, account.access_token_secret)
    return OAuth1(*secrets, decoding=None)


class Caller:
    """Signed requests to a stand-in."""

    def __init__(self, standin: XStandin, base: str) -> None:
        self.standin = standin
        self.base = base
        self.session = EdgeSession(deadline=timedelta(seconds=5))

    def __call__(self, method: str, path: str, json=None, auth=None, **params) -> requests.Response:
        return self.session.request(method, self.base + path, json=json, params=params or None, auth=auth or keys())

    def post(self, text: str = "A court outcome.", **more) -> str:
        answer = self("POST", "/2/tweets", {"text": text, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]["id"]

    def upload(self, picture: bytes = JPEG) -> requests.Response:
        body = {"media": base64.b64encode(picture).decode(), "media_category": "tweet_image"}
        return self("POST", "/2/media/upload", body)
