"""An authenticator app with a known key, and what a wrong sign-in is told."""

from datetime import timedelta

import pyotp

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = "Name, password or code is not right"


def code(office, *, later=timedelta()):
    return pyotp.TOTP(SECRET).at(office.clock() + later)
