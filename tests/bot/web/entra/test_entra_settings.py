"""Settings for Entra ID that are refused at the start."""

import pytest

from bot.settings import SettingsRefused, load, rehearsal_defaults
from tests.bot.web.issuer import TENANT


def settings(**console):
    environ = {f"DOWNDATE__CONSOLE__{name.upper()}": value for name, value in console.items()}
    with pytest.raises(SettingsRefused) as refused:
        load(rehearsal=False, environ=environ)
    return refused.value.problems


@pytest.mark.parametrize("tenant", ["common", "organizations", "consumers", "Common", "%63ommon", "", "x/common"])
def test_an_address_for_everybodys_accounts_is_refused_at_the_start(tenant):
    url = f"https://login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration"
    problems = settings(entra_metadata_url=url, entra_client_id="x")
    place = "DOWNDATE__CONSOLE__ENTRA_METADATA_URL: console.entra_metadata_url"
    assert any(each.startswith(place) and "<tenant id>/v2.0/" in each for each in problems)


def test_tokens_of_version_1_are_refused_at_the_start():
    url = f"https://login.microsoftonline.com/{TENANT}/.well-known/openid-configuration"
    assert any("console.entra_metadata_url" in each for each in settings(entra_metadata_url=url))


def test_what_is_missing_for_entra_is_named_with_its_place():
    url = f"https://login.microsoftonline.com/{TENANT}/v2.0/.well-known/openid-configuration"
    problems = settings(entra_metadata_url=url)
    assert len(problems) == 2
    assert any("console.entra_client_id" in each and "bot.toml" in each for each in problems)
    assert any("credentials file console_entra_client_secret" in each for each in problems)
    assert any("console.entra_metadata_url" in each for each in settings(entra_client_id="x"))


def test_a_rehearsal_never_asks_the_real_entra(tmp_path):
    url = f"https://login.microsoftonline.com/{TENANT}/v2.0/.well-known/openid-configuration"
    over = rehearsal_defaults(
        tmp_path, x_url="http://127.0.0.1:1", graph_url="http://127.0.0.1:1", site_port=1, serve_port=2
    )
    environ = {"DOWNDATE__CONSOLE__ENTRA_METADATA_URL": url, "DOWNDATE__CONSOLE__ENTRA_CLIENT_ID": "x"}
    with pytest.raises(SettingsRefused) as refused:
        load(rehearsal=True, environ=environ, overrides=over)
    assert any("console.entra_metadata_url" in each and "loopback" in each for each in refused.value.problems)
