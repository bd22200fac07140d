"""The pages, one module for each part of the work."""

from flask import Blueprint

from bot.web.pages import (
    about,
    account,
    asked,
    calendar,
    channels,
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
    tasks.pages,
    asked.pages,
    channels.pages,
    record.pages,
    people.pages,
    calendar.pages,
)
