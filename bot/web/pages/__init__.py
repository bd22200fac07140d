"""The pages, one module for each part of the work."""

from flask import Blueprint

from bot.web.pages import (
    about,
    account,
    acts,
    advice,
    approve,
    case,
    drafts,
    drafts_sending,
    drafts_showing,
    entra,
    live,
    notice,
    retract,
    signin,
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
)
# They add their routes to `drafts.pages`.
_ = (drafts_sending, drafts_showing)
