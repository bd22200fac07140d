"""The pages, one module for each part of the work."""

from flask import Blueprint

from bot.web.pages import about, live, notice, retract, signin

BLUEPRINTS: tuple[Blueprint, ...] = (signin.pages, about.pages, live.pages, retract.pages, notice.pages)
