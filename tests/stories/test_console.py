"""The console as a process of its own: it retracts while no loop runs and no platform answers, and says so."""

import re
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import requests

from adapters.http import EdgeSession
from adapters.standin.core import Fault, Rule
from bot import signing_in
from bot.web.access import COOKIE
from policies.terms import Channel
from tests.bot.office import document
from tests.stories.processes import until
from tests.stories.town import FOR_EVER, town

LATE = {"loop": {"late_after": "2s"}}
BANNER = "loop has stopped"
SECRET = {"app_secret", "access_token", "consumer_key", "consumer_secret", "access_token_secret"}


def secrets_of(here):
    """What a rehearsal knows and nobody may read anywhere: tokens, credentials, the key, whom a notice is about."""
    channels = here.here.overrides["channels"]
    given = [each for channel in channels.values() for name, each in channel.items() if name in SECRET]
    assert len(given) > 6
    who = [document()["subjects"][0]["name"], here.here.officer.person.name]
    key = here.here.bot.settings.ledger.key_file.read_text().strip()
    return [*given, *who, key, here.here.officer.token, here.here.director.token]


class Phone:
    """An officer's browser, signed in before."""

    def __init__(self, here):
        self.base = here.here.bot.settings.console.public_url
        person = here.here.officer.person
        self.jar = {COOKIE: signing_in.begin(here.here.bot, person, device="x", strong=False, now=here.here.bot.now)}

    def ask(self, method, path, **more):
        headers = {"Origin": self.base, "Cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())}
        with EdgeSession(deadline=timedelta(seconds=10)) as session:
            answer = session.request(method, self.base + path, headers=headers | more.pop("headers", {}), **more)
        self.jar |= answer.cookies.get_dict()
        return answer

    def page(self, path="/"):
        try:
            return self.ask("GET", path).text
        except requests.RequestException:
            return ""

    def retract(self, ref):
        """As the form does it."""
        path = f"/notices/{ref}/retract"
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.page(path))[1]
        answer = self.ask("POST", path, data={"csrf_token": token, "reason": "inaccurate", "scope": "notice"})
        assert answer.status_code == 303, answer.text
        assert answer.headers["Location"].endswith(f"/notices/{ref}/progress")


def test_the_console_alone_retracts_by_page_and_by_api_while_the_loop_is_dead_and_no_platform_answers(tmp_path, cradle):
    with town(tmp_path, cradle, **LATE) as here, ExitStack() as stack:
        for part in ("site", "console"):
            console = stack.enter_context(here.serve(part))
        phone = Phone(here)
        until(lambda: BANNER in phone.page(), "no loop has ever run, and the console says so")
        with here.serve("daemon") as daemon:
            here.ready()
            refs = [here.publish(case_ref=f"EH/2026/{number}") for number in (1001, 1002)]
            until(lambda: all(here.live(ref, each) for ref in refs for each in Channel), "both are up everywhere")
            assert BANNER not in phone.page()
            daemon.kill()
        until(lambda: BANNER in phone.page(), "the console sees by the ledger that the loop is late")
        # One process that starts no other: what is counted in its memory is counted once.
        assert Path(f"/proc/{console.number}/task/{console.number}/children").read_text() == ""

        standins = (here.here.x, here.here.graph)
        silent = Rule(fault=Fault.HANG, times=0, delay=FOR_EVER)
        for each in standins:
            each.rules.append(silent)
        # Each is answered though no platform ever answers; how soon is measured by `make bench`.
        phone.retract(refs[0])
        bearer = {"Authorization": f"Bearer {here.here.officer.token}"}
        path, given = f"/api/v1/notices/{refs[1]}/retraction", {"reason": "inaccurate"}
        asked = phone.ask("POST", path, json=given, headers=bearer)
        assert asked.status_code == 202
        assert phone.ask("GET", asked.json()["status"], headers=bearer).json()["all_gone"] is False
        for each in standins:
            each.rules.remove(silent)
        until(lambda: all(here.down(ref) for ref in refs), "the console alone has taken them down, proven")
        here.check_end(*refs)

        with here.serve("daemon") as daemon:
            until(lambda: BANNER not in phone.page() != "", "the loop runs again, and the console sees it")
            told = here.told_by_processes([console, daemon])
            daemon.stop()
        assert told
        for secret in (*phone.jar.values(), *secrets_of(here)):
            assert secret.encode() not in told
