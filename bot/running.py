"""`downdate rehearse`, behind `make run`: the whole product on loopback with sample people and a sample notice."""

import tempfile
import threading
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from bot.context import Bot
from bot.demo_samples import sample_of, written
from bot.intake import approve, submit
from bot.rehearsal import Rehearsal, free_port, rehearsing
from bot.rehearsal_people import PASSWORD, SampleSignIn, shown, sign_ins
from bot.serving import PARTS, serve
from bot.submission import receive_file
from policies.lifecycle import State
from policies.retention import LONDON
from store import people, posts, publications

PORTS = (8482, 8483, 8480, 8481, 8484)
PERIOD = timedelta(minutes=30)
PATIENCE = 60.0


def publish_sample(here: Rehearsal, notice: Path | None = None) -> str:
    """The sample officer submits, the sample Director approves, each with their own token; returns the reference."""
    bot = here.bot
    notice = notice or written(bot.ledger.folder, sample_of(bot.now.astimezone(LONDON).date()))
    with bot.ledger.read() as tx:
        officer = people.by_token(tx, here.officer.token, bot.now)
        director = people.by_token(tx, here.director.token, bot.now)
    assert officer is not None
    assert director is not None
    submitted = submit(bot, officer, receive_file(notice, now=bot.now))
    approve(bot, director, submitted.ref, submitted.digest)
    return submitted.ref


def live_channels(bot: Bot, ref: str) -> int:
    """On how many channels the publication is up, read back."""
    with bot.ledger.read() as tx:
        known = publications.find(tx, ref)
        assert known is not None
        up = [post for post in posts.of_publication(tx, known.id) if post.state is State.LIVE]
        return len([post for post in up if post.seen_at is not None])


def _usable_ports() -> tuple[int, int, int, int, int]:
    """The usual ports where they are free, so that addresses stay the same from run to run."""
    import socket

    for port in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return (free_port(), free_port(), free_port(), free_port(), free_port())
    return PORTS


def _announce(here: Rehearsal, ref: str, out: Console, stop: threading.Event, made: list[SampleSignIn]) -> None:
    waited = 0.0
    while live_channels(here.bot, ref) < len(here.bot.adapters) and waited < PATIENCE:
        if stop.wait(0.2):
            return
        waited += 0.2
    up = live_channels(here.bot, ref)
    page = here.bot.settings.serve
    out.print(f"\n[bold]READY[/bold] {ref} is live on {up} of {len(here.bot.adapters)} channels")
    out.print(f"  Console      {here.bot.settings.console.public_url}/sign-in  (enter there with one tap, or as:)")
    for each in made:
        code = ", with the code that the page shows" if each.secret else ""
        out.print(f"               {each.name:<9} {PASSWORD}  {each.who}{code}")
    out.print(f"  Website      {here.site_url}/")
    out.print(f"  Facebook     {here.graph_url}/public/page       (stand-in)")
    out.print(f"  Instagram    {here.graph_url}/public/instagram  (stand-in)")
    out.print(f"  X            {here.x_url}/                      (stand-in)")
    out.print(f"  Health       http://{page.host}:{page.port}/healthz")
    out.print(f"It comes down by itself within {PERIOD.seconds // 60} minutes. Ctrl-C ends the rehearsal.")


def run_here(folder: Path | None = None) -> None:
    """Run in the foreground until SIGTERM or Ctrl-C. Everything is kept in `folder`, a temporary one by default."""
    out = Console()
    with (
        tempfile.TemporaryDirectory(prefix="downdate-") as temporary,
        rehearsing(folder or Path(temporary), period=PERIOD, ports=_usable_ports()) as here,
    ):
        stop = threading.Event()

        def begin() -> None:
            ref = publish_sample(here)
            threading.Thread(target=_announce, args=(here, ref, out, stop, made), daemon=True).start()

        made = sign_ins(here.bot, {"officer": here.officer.person, "director": here.director.person})
        serve(here.bot, parts=PARTS, stop=stop, ready=begin, samples=shown(here.bot, made))
    out.print("Ended cleanly.")
