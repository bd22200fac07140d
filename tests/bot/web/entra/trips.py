"""Trips of a browser to the issuer and back."""

from datetime import timedelta

import pyotp

from tests.bot.web.issuer import Says
from tests.bot.web.sign_in.codes import SECRET as AUTHENTICATOR

SORRY = "We could not sign you in"
NOT_FRESH = "Microsoft did not show a fresh second factor"


# A second factor at some time, which is enough to come in and proves nothing fresh.
TWICE = {"acrs": ["c1"]}


def went(desk, **query):
    """To the issuer, and what it answers the browser with."""
    answer = desk.get("/entra", query_string=query)
    assert answer.status_code == 302
    return answer.headers["Location"]


def through(desk, issuer, **query):
    return desk.get(issuer.authorize(went(desk, **query)))


def strong(office, *, away=timedelta(), by="amr"):
    proof = {"amr": ["pwd", "mfa"]} if by == "amr" else {"acrs": ["c1"]}
    return Says(claims=proof | {"auth_time": int((office.clock() + away).timestamp())})


def shown(office, later=timedelta()):
    return pyotp.TOTP(AUTHENTICATOR).at(office.clock() + later)


def second_trip(desk, issuer):
    """Sign in by one factor: Entra is asked for the other at once; returns what comes of that."""
    answer = through(desk, issuer, next="/list/waiting")
    assert answer.status_code == 302
    assert issuer.seen.get("claims") is None
    return desk.get(issuer.authorize(answer.headers["Location"]))
