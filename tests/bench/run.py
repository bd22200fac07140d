"""`make bench`: ratios, each measured side by side in one run. Not a test: it prints, and exits 1 over a bound."""

import statistics
import sys
import tempfile
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import insert

from bot.assemble import wall_clock
from bot.attempt import seen_by_adapter
from bot.daemon import Loop
from bot.demo_samples import sample_of, written
from bot.intake import retract
from bot.reconcile import run_post
from bot.rehearsal import Rehearsal, check_all, rehearsing
from bot.running import live_channels, publish_sample
from bot.site import serving_site
from bot.urgent import take_down_now
from policies.lifecycle import State
from policies.terms import Channel, Reason
from store import artefacts, people, posts, publications
from store.ledger import create
from store.schema import artefacts as artefacts_table
from store.schema import posts as posts_table
from store.types import make_key
from tests.bench.answering import retraction_under_load, told_apart
from tests.bot.works import Works

ROUNDS = 3


def another_notice(folder: Path, number: int) -> Path:
    return written(folder, sample_of(wall_clock().date()), f"EH/2026/9{number:04}")


def bring_up(here: Rehearsal, folder: Path, number: int) -> int:
    ref = publish_sample(here, another_notice(folder, number))
    with here.bot.ledger.read() as tx:
        known = publications.find(tx, ref)
    until = perf_counter() + 60
    while live_channels(here.bot, ref) < 4 and perf_counter() < until:
        with here.bot.ledger.read() as tx:
            waiting = posts.of_publication(tx, known.id)
        for post in waiting:
            run_post(here.bot, post.id, owner="daemon@bench")
    return known.id


def own_time(here: Rehearsal, publication_id: int) -> float:
    """The slowest channel's own delete and verify, by the adapter alone."""
    times = []
    with here.bot.ledger.read() as tx:
        rows = {post.channel: artefacts.of_post(tx, post.id) for post in posts.of_publication(tx, publication_id)}
    for channel, adapter in here.bot.adapters.items():
        made = tuple(replace(seen_by_adapter(row), acknowledged=True) for row in rows[channel] if row.open)
        removable = tuple(each for each in made if each.kind not in {"container", "media"})
        started = perf_counter()
        adapter.remove(removable)
        adapter.presence(removable)
        times.append(perf_counter() - started)
    return max(times)


def retraction_latency() -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with rehearsing(folder, period=timedelta(hours=2), latency=timedelta(milliseconds=100)) as here:
            site = here.bot.settings.site
            with serving_site(site.root, site.host, site.port):
                check_all(here.bot)
                with here.bot.ledger.read() as tx:
                    officer = people.by_token(tx, here.officer.token, here.bot.now)
                ours, theirs = [], []
                for number in range(ROUNDS):
                    alone = bring_up(here, folder, 2 * number)
                    theirs.append(own_time(here, alone))
                    together = bring_up(here, folder, 2 * number + 1)
                    with here.bot.ledger.read() as tx:
                        ref = publications.by_id(tx, together).ref
                    started = perf_counter()
                    down = retract(here.bot, officer, ref=ref, reason=Reason.INACCURATE)
                    assert take_down_now(here.bot, down), "not proven gone"
                    ours.append(perf_counter() - started)
    return statistics.median(ours) / statistics.median(theirs)


def fill(folder: Path, count: int):
    folder.mkdir()
    ledger = create(f"sqlite:///{folder}/ledger.db", make_key(folder / "key"), folder, rehearsal=True)
    now = Works.__init__.__globals__["NOW"]
    with ledger.write() as tx:
        rows = [
            {
                "channel": list(Channel)[number % 4].value,
                "revision": 1,
                "marker": f"m{number}",
                "state": "removing",
                "created_at": now,
                "due_at": now if number < 100 else now + timedelta(days=9),
            }
            for number in range(count)
        ]
        for start in range(0, count, 10_000):
            tx.c.execute(insert(posts_table), rows[start : start + 10_000])
            ids = [
                {"post_id": start + n + 1, "channel": "x", "kind": "post", "platform_id": "1", "intended_at": now}
                for n in range(len(rows[start : start + 10_000]))
            ]
            tx.c.execute(insert(artefacts_table), ids)
        tx.c.exec_driver_sql("UPDATE posts SET state = 'live'")
    return ledger, now


def due_time(ledger, now) -> float:
    times = []
    for _ in range(60):
        started = perf_counter()
        found = 0
        with ledger.read() as tx:
            for channel in Channel:
                found += len(posts.due(tx, now, channel=channel, states=posts.LOOKS, most=25))
        times.append(perf_counter() - started)
        assert found == 100
    return statistics.median(times)


def due_ratio() -> float:
    with tempfile.TemporaryDirectory() as name:
        small, now = fill(Path(name) / "small", 10_000)
        large, _ = fill(Path(name) / "large", 300_000)
        due_time(small, now)
        due_time(large, now)
        ratio = due_time(large, now) / due_time(small, now)
        small.close()
        large.close()
    return ratio


LATENCY = 0.05
SLOTS = 20
REMOVALS = 500


def pool_share() -> float:
    """Removals a second as a share of what 20 slots could do if only the channel's latency counted."""
    with tempfile.TemporaryDirectory() as name:
        works = Works(Path(name), channels=(Channel.FACEBOOK,))
        fake = works.fakes[Channel.FACEBOOK]
        loop_settings = works.bot.settings.loop.model_copy(update={"workers": SLOTS})
        settings = works.bot.settings.model_copy(update={"loop": loop_settings})
        bot = replace(works.bot, settings=settings)
        with works.ledger.write() as tx:
            now = works.clock()
            tx.c.execute(
                insert(posts_table),
                [
                    {
                        "channel": "facebook",
                        "revision": 1,
                        "marker": f"DBC-{number:06}-1",
                        "state": "removing",
                        "reason": "retention_ended",
                        "created_at": now,
                        "removing_at": now,
                        "due_at": now,
                    }
                    for number in range(REMOVALS)
                ],
            )
            tx.c.execute(
                insert(artefacts_table),
                [
                    {
                        "post_id": number + 1,
                        "channel": "facebook",
                        "kind": "post",
                        "platform_id": f"f{number}",
                        "intended_at": now,
                        "acknowledged_at": now,
                    }
                    for number in range(REMOVALS)
                ],
            )
        calls_each = 2
        wait = threading.Event().wait
        fake.on_call = lambda _operation, phase: wait(LATENCY) if phase == "before" else None
        sender = type("Quiet", (), {"send": lambda *_: None})()
        loop = Loop(bot, sender)
        started = perf_counter()
        turning = threading.Thread(target=loop.run, daemon=True)
        turning.start()
        while True:
            with works.ledger.read() as tx:
                left = posts.counts(tx)[State.REMOVING]
            if left == 0 or perf_counter() - started > 120:
                break
            wait(0.05)
        took = perf_counter() - started
        loop.stop()
        turning.join(10)
        works.ledger.close()
    assert left == 0, f"{left} left"
    return (REMOVALS * calls_each * LATENCY / SLOTS) / took


def main() -> int:
    attacked, by_api = retraction_under_load()
    figures = (
        (
            "slowest retraction, page or API, while 200 slow clients and 16 guessers are there, s",
            attacked,
            1.0,
            "at most",
        ),
        ("slowest retraction by the API while no platform answers, s", by_api, 0.5, "at most"),
        ("how far refusals of a sign-in can be told apart by their time", told_apart(), 0.1, "at most"),
        ("retraction latency / slowest channel's own delete + verify", retraction_latency(), 1.25, "at most"),
        ("time to find what is due, 300,000 / 10,000 live posts", due_ratio(), 1.5, "at most"),
        ("500 removals at once, share of the pool's limit", pool_share(), 0.9, "at least"),
    )
    failed = False
    for words, ratio, bound, word in figures:
        held = ratio <= bound if word == "at most" else ratio >= bound
        failed |= not held
        sys.stdout.write(f"{'ok  ' if held else 'OVER'} {words}: {ratio:.2f} ({word} {bound})\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
