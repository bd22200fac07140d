"""Settings for tests: every secret there is, an environment with all channels on, a rehearsal, and what is refused."""

from pathlib import Path

import pytest

from bot import settings as bot_settings
from bot.settings import SettingsRefused, load

SECRETS = {
    "x_consumer_key": "canary-consumer-key",
    "x_consumer_secret": "canary-consumer-secret",
    "x_access_token": "canary-access-token",
    "x_access_token_secret": "canary-access-token-secret",
    "facebook_access_token": "canary-page-token",
    "facebook_app_secret": "canary-app-secret",
    "instagram_access_token": "canary-user-token",
    "instagram_app_secret": "canary-instagram-secret",
    "alerts_urls": "mailtos://u:canary-mail@mail.example\njson://127.0.0.1/canary-hook\n",
    "alerts_ping_url": "https://ping.example/canary-ping",
}
LIVE = {
    "DOWNDATE__CHANNELS__X__ENABLED": "true",
    "DOWNDATE__CHANNELS__X__USER_ID": "42",
    "DOWNDATE__CHANNELS__FACEBOOK__ENABLED": "yes",
    "DOWNDATE__CHANNELS__FACEBOOK__PAGE_ID": "43",
    "DOWNDATE__CHANNELS__FACEBOOK__APP_ID": "44",
    "DOWNDATE__CHANNELS__INSTAGRAM__ENABLED": "1",
    "DOWNDATE__CHANNELS__INSTAGRAM__USER_ID": "45",
    "DOWNDATE__CHANNELS__INSTAGRAM__APP_ID": "44",
    "DOWNDATE__SITE__PUBLIC_URL": "https://notices.council.gov.uk/",
}


def rehearsed(tmp_path, **changes):
    return bot_settings.rehearsal_defaults(
        tmp_path,
        x_url="http://127.0.0.1:7001",
        graph_url="http://localhost:7002",
        site_port=7003,
        serve_port=7004,
        **changes,
    )


def refused(*, environ=None, rehearsal=False, config_dir=None, overrides=None):
    with pytest.raises(SettingsRefused) as caught:
        load(config_dir, rehearsal=rehearsal, environ=environ or {}, overrides=overrides)
    return caught.value.problems


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
