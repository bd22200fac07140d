"""The channels: what each may do and until when, what is left there; pausing, and looking again beside the answer."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from adapters.base import AdapterError
from bot import canary, intake
from bot.audit import check_account
from bot.context import Bot
from bot.intake_refusals import NotAllowedHere
from bot.standing import Copy, unverified
from bot.sweep import compare_all
from bot.web.current import me, now, the_bot
from bot.web.kept import typed
from bot.web.notices import NAMES
from policies.authority import Act, may
from policies.terms import Channel
from store import desk
from store.ledger import LedgerBusyError, Tx, fact, set_fact

pages = Blueprint("channels", __name__)
log = structlog.get_logger()
_KEY = "downdate channel jobs"
_KEPT = "channel job "
_ONE_AT_A_TIME = threading.Lock()


@dataclass(kw_only=True)
class Job:
    """Something asked of a channel here; `said` is empty while it goes on."""

    what: str
    began: datetime
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A channel in words."""

    channel: Channel
    in_use: bool
    account: str
    known: desk.Account
    paused: bool
    left: tuple[Copy, ...]
    job: Job | None


@pages.get("/channels")
def home() -> str:
    bot = the_bot()
    with bot.ledger.read() as tx:
        left = unverified(bot, tx, now())
        shown = [_shown(bot, tx, each, left) for each in Channel]
    skew = bot.clock_skew
    return render_template(
        "channels.html",
        shown=shown,
        names=NAMES,
        skew=None if skew is None else round(skew.total_seconds()),
        clock_wrong=bot.clock_wrong,
        resumes=may(me(), Act.RESUME),
        flies=may(me(), Act.CANARY),
    )


def _shown(bot: Bot, tx: Tx, channel: Channel, left: tuple[Copy, ...]) -> Shown:
    return Shown(
        channel=channel,
        in_use=channel in bot.adapters,
        account=_account(bot, channel),
        known=desk.account(tx, channel),
        paused=channel in desk.paused(tx),
        left=tuple(copy for copy in left if copy.channel is channel),
        job=_jobs().get(channel) or _kept(tx, channel),
    )


def _account(bot: Bot, channel: Channel) -> str:
    """Which account the settings name."""
    chosen = bot.settings.channels
    named = {
        Channel.WEBSITE: bot.settings.site.public_url,
        Channel.FACEBOOK: chosen.facebook.page_id,
        Channel.X: chosen.x.user_id,
        Channel.INSTAGRAM: chosen.instagram.user_id,
    }
    return named[channel] or "Not set"


def _jobs() -> dict[Channel, Job]:
    found: dict[Channel, Job] = current_app.extensions.setdefault(_KEY, {})
    return found


def _keep(bot: Bot, channel: Channel, job: Job) -> None:
    """So that what came of it is still shown after a restart."""
    told = {"what": job.what, "began": job.began.isoformat(), "said": job.said}
    with suppress(LedgerBusyError), bot.ledger.write() as tx:
        set_fact(tx, f"{_KEPT}{channel.value}", json.dumps(told))


def _kept(tx: Tx, channel: Channel) -> Job | None:
    told = fact(tx, f"{_KEPT}{channel.value}")
    if told is None:
        return None
    found = json.loads(told)
    said = found["said"] or "The console was restarted before it had ended. Ask again."
    return Job(what=found["what"], began=datetime.fromisoformat(found["began"]), said=said)


@pages.post("/channels")
def act() -> Response:
    """Pause, resume, check or compare. Whoever may not is told by the act itself."""
    channel, what = _named(request.form.get("channel", "")), request.form.get("act", "")
    try:
        if what == "pause":
            intake.pause(the_bot(), me(), channel)
            flash(f"{NAMES[channel]}: paused. Nothing new goes up; what is up still comes down.")
        elif what == "resume":
            intake.resume(the_bot(), me(), channel)
            flash(f"{NAMES[channel]}: resumed. What waits goes up again.")
        elif what in _WORK:
            _begin(channel, *_WORK[what])
        else:
            abort(400)
    except NotAllowedHere:
        abort(403)
    return redirect(url_for("channels.home"), code=303)


@pages.get("/channels/canary")
def canary_form() -> str:
    return render_template(
        "canary.html", channel=_named(request.args.get("channel") or typed().get("channel", "")), names=NAMES
    )


@pages.post("/channels/canary")
def fly() -> Response:
    channel = _named(request.form.get("channel", ""))
    if _begin(channel, "Test line", _fly):
        canary.asked(the_bot(), me(), channel)
    return redirect(url_for("channels.home"), code=303)


def _named(said: str) -> Channel:
    """The channel, if it is one that is in use."""
    if said not in set(Channel) or Channel(said) not in the_bot().adapters:
        abort(404)
    return Channel(said)


def _begin(channel: Channel, what: str, run: Callable[[Bot, Channel], str]) -> bool:
    """Work beside the answer; the page shows what came of it. False where something is still going on there."""
    job, jobs = Job(what=what, began=now()), _jobs()
    with _ONE_AT_A_TIME:
        before = jobs.get(channel)
        if before is not None and not before.said:
            flash(f"{NAMES[channel]}: {before.what.lower()} is still going on. Look again in a moment.", "important")
            return False
        jobs[channel] = job
    _keep(the_bot(), channel, job)
    flash(f"{NAMES[channel]}: {what.lower()} has begun. Reload the page to see what came of it.")
    given: dict[str, Any] = {"bot": the_bot(), "channel": channel, "job": job, "run": run}
    threading.Thread(target=_work, kwargs=given, daemon=True, name=f"console-{channel.value}").start()
    return True


def _work(*, bot: Bot, channel: Channel, job: Job, run: Callable[[Bot, Channel], str]) -> None:
    said = "It broke off. See the log."
    try:
        said = run(bot, channel)
    except AdapterError as error:
        log.warning("channel_asked", channel=channel.value, code=error.code)
        said = f"The channel did not do it: {error.code}."
    finally:
        job.said = said
        _keep(bot, channel, job)


def _check(bot: Bot, channel: Channel) -> str:
    check_account(bot, channel)
    return "Asked which account it is, and what it may do. It stands above."


def _compare(bot: Bot, channel: Channel) -> str:
    found, broken = compare_all(bot, [channel])
    if broken:
        return "The account could not be listed. See Alarms."
    return f"Compared: {found} unknown {'copy' if found == 1 else 'copies'} found."


def _fly(bot: Bot, channel: Channel) -> str:
    if canary.fly(bot, channel):
        return "The test line went up and is proven gone."
    return "The test line is not proven gone yet. It stays due, and Downdate goes on."


_WORK: dict[str, tuple[str, Callable[[Bot, Channel], str]]] = {
    "check": ("Check", _check),
    "compare": ("Comparison", _compare),
}
