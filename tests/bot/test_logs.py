import io
import json
import logging

import pytest
import structlog

from bot import logs


@pytest.fixture
def lines():
    """Logging as the product sets it up, into a buffer; put back as it was."""
    root, names = logging.getLogger(), ["", *logs.QUIET]
    before = root.handlers[:], {name: logging.getLogger(name).level for name in names}
    stream = io.StringIO()
    logs.configure(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before[0]
    for name, level in before[1].items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()


def test_an_event_is_one_line_of_json_with_its_time_and_level(lines):
    structlog.get_logger("downdate.loop").info("post-live", ref="DBC-7K3Q9M", channel="x", tries=2, late=None)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "post-live", "ref": "DBC-7K3Q9M", "channel": "x", "tries": 2, "late": None,
        "level": "info", "logger": "downdate.loop",
    }  # fmt: skip


def test_what_is_bound_to_the_context_is_on_every_line(lines):
    with structlog.contextvars.bound_contextvars(sweep=7, access_token="canary"):
        structlog.get_logger("downdate").info("a")
        logging.getLogger("other").warning("b")
    assert [line["sweep"] for line in lines()] == [7, 7]
    assert "canary" not in str(lines())


@pytest.mark.parametrize(
    "key",
    [
        "token", "access_token", "x_access_token", "Authorization", "name", "full_name", "text", "alt_text", "headline",
        "body", "caption", "secret", "app_secret", "appsecret_proof", "password", "consumer_key", "api-key", "cookie",
        "date_of_birth", "summary_address", "message", "note",
    ],
)  # fmt: skip
def test_a_key_that_holds_a_secret_or_a_person_is_hidden(lines, key):
    log = structlog.get_logger("downdate")
    log.info("flat", **{key: "canary"})
    log.info("deep", request={"headers": [{key: "canary"}]})
    assert "canary" not in str(lines())
    assert lines()[0][key] == "***"


@pytest.mark.parametrize(
    "key", ["ref", "channel", "kind", "text_code", "state", "seq", "error", "dedupe_key", "digest"]
)
def test_a_key_that_tells_what_happened_is_kept(lines, key):
    structlog.get_logger("downdate").info("event", **{key: "shown"})
    assert lines()[0][key] == "shown"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://graph.example/v26.0/me?access_token=canary", "https://graph.example/***"),
        ("GET https://u:canary@ping.example/canary failed", "GET https://ping.example/*** failed"),
        ("sent to slack://canary/canary", "sent to slack://***"),
        ("mailtos://u:canary@mail.example", "mailtos://***"),
        ("Retrying /v26.0/me?access_token=canary&x=1", "Retrying /v26.0/me?access_token=***&x=1"),
        ("{'Authorization': 'Bearer canary'}", "{'Authorization': '***'}"),
        ("Authorization: OAuth canary", "Authorization: ***"),
        ("used Bearer canary.canary", "used ***"),
        ("oauth_token%3Dcanary", "oauth_token%3D***"),
        ("appsecret_proof=canary", "appsecret_proof=***"),
        ("http://[canary", "***"),
        ("3 of 4: a token was refused", "3 of 4: a token was refused"),
    ],
)
def test_addresses_and_tokens_inside_a_sentence_are_cut(lines, text, kept):
    assert logs.scrubbed(text) == kept
    logging.getLogger("foreign").warning("%s", text)
    structlog.get_logger("downdate").info("event", detail=text, nested=[{"detail": text}])
    foreign, ours = lines()
    assert foreign["event"] == kept
    assert ours["detail"] == kept
    assert ours["nested"] == [{"detail": kept}]


def test_an_object_is_logged_by_its_words_and_those_are_cut_too(lines):
    structlog.get_logger("downdate").info("event", reason=ValueError("token=canary"))
    assert lines()[0]["reason"] == "token=***"


def test_an_exception_is_told_by_kind_and_place_never_by_its_text(lines):
    log = structlog.get_logger("downdate")
    try:
        int("canary")
    except ValueError as error:
        log.exception("failed")
        log.warning("failed", exc_info=error)
        logging.getLogger("foreign").exception("failed")
    assert len(lines()) == 3
    for line in lines():
        assert line["error"] == "ValueError"
        assert line["at"].startswith(f"{__name__}:")
    assert "canary" not in str(lines())


@pytest.mark.parametrize("name", ["tweepy", "tweepy.client", "urllib3.connectionpool", "apprise", "requests_oauthlib"])
def test_the_libraries_speak_up_only_when_something_is_wrong(lines, name):
    log = logging.getLogger(name)
    log.debug("canary")
    log.info("canary")
    log.warning("heard")
    assert len(lines()) == 1
    assert "canary" not in str(lines())


def test_asking_for_debug_does_not_open_the_libraries(lines):
    stream = io.StringIO()
    logs.configure(stream, level=logging.DEBUG)
    logging.getLogger("tweepy").debug("canary")
    structlog.get_logger("downdate").debug("ours")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["ours"]


def test_a_line_break_cannot_forge_a_second_line(lines):
    structlog.get_logger("downdate").info('one\n{"event": "two"}')
    assert len(lines()) == 1
