"""The settings of a rehearsal: seconds instead of days, stand-ins instead of platforms, loopback only."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.settings_layers import from_values, variable
from bot.settings_values import WEEK, spoken


def rehearsal_defaults(
    folder: Path,
    *,
    x_url: str,
    graph_url: str,
    site_port: int,
    serve_port: int,
    console_port: int = 8484,
    period: timedelta = timedelta(minutes=2),
) -> dict[str, Any]:
    """Overrides for `load`: all four channels on, each against its stand-in, a month shrunk to `period`.

    The credentials are made up; a stand-in is told them from the settings that come out.
    """
    app = {"app_id": "1001", "app_secret": "rehearsal-app-secret", "deadline": "3s", "settle": "1s", "enabled": True}
    return {
        "ledger": {"folder": str(folder)},
        "site": {"public_url": f"http://127.0.0.1:{site_port}", "host": "127.0.0.1", "port": site_port},
        "console": {"public_url": f"http://127.0.0.1:{console_port}", "host": "127.0.0.1", "port": console_port},
        "serve": {"host": "127.0.0.1", "port": serve_port},
        "retention": _retention(period),
        "loop": _loop(),
        "channels": {
            "website": {"enabled": True, "deadline": "3s"},
            "facebook": app | {"base_url": graph_url, "page_id": "2001", "access_token": "rehearsal-page-token"},
            "instagram": app | {"base_url": graph_url, "user_id": "3001", "access_token": "rehearsal-user-token"},
            "x": {
                "enabled": True,
                "base_url": x_url,
                "settle": "1s",
                "deadline": "3s",
                "user_id": "4001",
                "consumer_key": "rehearsal-consumer-key",
                "consumer_secret": "rehearsal-consumer-secret",
                "access_token": "4001-rehearsal-access-token",
                "access_token_secret": "rehearsal-access-token-secret",
            },
        },
        "alerts": {
            "urls": ["log://"],
            "repeat_every": "30s",
            "link_base": f"http://127.0.0.1:{console_port}",
        },
    }


def _retention(period: timedelta) -> dict[str, Any]:
    return {
        "period": period,
        "lead": period / 8,
        "minimum_display": period / 8,
        "working_days": list(WEEK),
        "working_from": "00:00",
        "working_until": "23:59:59",
        "last_start": "23:59:59",
        "bank_holidays": False,
    }


def _loop() -> dict[str, Any]:
    return {
        "poll": "200ms",
        "lease": "20s",
        "publish_deadline": "9s",
        "call_deadline": "3s",
        "trace_delays": ["200ms", "500ms", "1s"],
        "second_look": "300ms",
        "removal_retry_delays": ["200ms", "500ms", "1s", "2s"],
        "marker_slack": "5s",
        "leave_to_expire": "30s",
        "recheck_after": "2s",
        "recheck_every": "5s",
        "recheck_for": "60s",
        "compare_every": "5s",
        "compare_every_x": "5s",
        "compare_overlap": "30s",
        "seen_at_max_age": "10s",
        "alert_removal": "10s",
        "alert_urgent": "5s",
        "alert_urgent_second": "15s",
        "alert_doubt": "10s",
        "alert_page_unseen": "10s",
    }


def as_environment(overrides: Mapping[str, Any]) -> dict[str, str]:
    """The same overrides as environment variables, for a process of its own."""
    return {variable(key): _text(given.value) for key, given in from_values(overrides, "").given.items()}


def _text(value: Any) -> str:
    if isinstance(value, timedelta):
        return spoken(value)
    if isinstance(value, list | tuple):
        return json.dumps([_text(item) if isinstance(item, timedelta) else item for item in value])
    return str(value).lower() if isinstance(value, bool) else str(value)
