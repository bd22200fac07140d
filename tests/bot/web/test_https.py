"""Under https: every cookie is secure, of this host alone, and out of reach of scripts."""

from dataclasses import replace

from tests.bot.office import copy_office
from tests.bot.web.browser import Browser
from tests.bot.web.compiled import console_of


def https(template, folder) -> Browser:
    office = copy_office(template, folder)
    console = office.bot.settings.console.model_copy(update={"public_url": "https://desk.council.example"})
    settings = office.bot.settings.model_copy(update={"console": console})
    office = replace(office, bot=replace(office.bot, settings=settings))
    return Browser(office, console_of(office.bot))


def test_under_https_every_cookie_is_secure_and_out_of_reach_of_scripts(template, tmp_path):
    desk = https(template, tmp_path)
    desk.has_login(desk.office.staff.second, "second")
    form = desk.get("/sign-in").headers.getlist("Set-Cookie")
    answer = desk.sign_in("second")
    given_out = form + answer.headers.getlist("Set-Cookie")
    names = {cookie.split("=")[0] for cookie in given_out}
    assert names == {"__Host-dd_form", "__Host-dd_session", "__Host-dd_device"}
    for cookie in given_out:
        parts = [part.strip().lower() for part in cookie.split(";")]
        assert "httponly" in parts
        assert "secure" in parts
        assert "path=/" in parts
        assert not any(part.startswith("domain=") for part in parts)
        assert "samesite=lax" in parts or "samesite=strict" in parts
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    secret = next(cookie for cookie in given_out if cookie.startswith("__Host-dd_session")).split("=")[1].split(";")[0]
    assert len(secret) >= 43
    assert desk.is_in
    # A browser takes a cookie of that name, its end as well, only with every one of these.
    (ended,) = [each for each in desk.post("/sign-out").headers.getlist("Set-Cookie") if "dd_session" in each]
    assert "; Secure" in ended
    assert "; Path=/" in ended
    assert not desk.is_in
    desk.office.bot.ledger.close()
