"""The pages, one module for each part of the work."""

from flask import Blueprint

from bot.web.pages import (
    about,
    account,
    acts,
    advice,
    approve,
    asked,
    calendar,
    case,
    channels,
    drafts,
    drafts_sending,
    drafts_showing,
    entra,
    live,
    notice,
    people,
    record,
    retract,
    signin,
    tasks,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    signin.pages,
    entra.pages,
    account.pages,
    about.pages,
    live.pages,
    retract.pages,
    notice.pages,
    approve.pages,
    advice.pages,
    acts.pages,
    case.pages,
    drafts.pages,
    tasks.pages,
    asked.pages,
    channels.pages,
    record.pages,
    people.pages,
    calendar.pages,
)
# The way to a retraction: nothing limits it (reliability: 6).
UNLIMITED = frozenset({signin.pages, entra.pages, account.pages, about.pages, live.pages, retract.pages})
# They add their routes to `drafts.pages`.
_ = (drafts_sending, drafts_showing)
