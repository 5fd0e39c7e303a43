import io
import json
import logging
import re
import subprocess
import sys

import pytest
import structlog

from fedicoop.log import _logger, configure, during, log, wants_colour

forget_logger = _logger.cache_clear

TEXT_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (debug|info|warning|error) +[\w.]+( [\w.]+=\S.*)?")
NASTY = [
    "curl/8\r\n2026-11-23T22:00:00Z error   all.lost",
    "\x1b[31mred\x1b[0m",
    "null\x00bell\x07backspace\x08delete\x7f",
    "line\u2028and\u2029paragraph\x85next\x0b\x0c",
    "bidi \u202e reversed \u2066 isolated",
    "lone \udc80 surrogate",
    'quote" forged=yes \\" also=yes',
    "back\\",
]


@pytest.fixture
def lines(capsys):
    """What was written since the last look, line by line; the log is put back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield lambda: capsys.readouterr().err.split("\n")[:-1]
    root.handlers, root.level = before
    structlog.reset_defaults()
    forget_logger()


@pytest.mark.parametrize("nasty", NASTY)
def test_a_value_from_outside_stays_inside_its_own_line_of_text(lines, nasty):
    configure("info", "text")

    log.info("inbox.received", agent=nasty, id=f"https://{nasty}", after="end")

    (line,) = lines()
    assert line.isprintable()
    assert TEXT_LINE.fullmatch(line)
    assert line.endswith(" after=end")
    assert set(re.findall(r'(\w+)=(?:"(?:[^"\\]|\\.)*"|\S+)', line)) == {"agent", "id", "after"}


@pytest.mark.parametrize("nasty", NASTY)
def test_a_value_from_outside_stays_inside_its_own_line_of_json(lines, nasty):
    configure("info", "json")

    log.info("inbox.received", agent=nasty)

    (line,) = lines()
    assert line.isprintable()
    assert line.isascii()
    assert json.loads(line)["agent"] == nasty
    assert list(json.loads(line)) == ["timestamp", "level", "event", "agent"]


@pytest.mark.parametrize("format", ["text", "json"])
def test_what_looks_like_a_secret_is_never_written(lines, format):
    configure("debug", format)

    log.info(
        "member.signed_in",
        password="hunter2",
        new_token="hunter2",
        client_secret="hunter2",
        private_key="hunter2",
        signature="hunter2",
        headers={
            "Cookie": "hunter2",
            "authorization": "hunter2",
            "x-api-key": "hunter2",
            "host": "coop.example",
        },
        nested=[{"deep": {"PASSWORD": "hunter2"}}],
        url="smtps://coop:hunter2@mail.example:465",
        text="-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
    )
    try:
        raise ValueError("cannot read -----BEGIN PRIVATE KEY-----\nhunter2")
    except ValueError:
        log.exception("keys.broken")

    written = "\n".join(lines())
    assert "hunter2" not in written
    assert "coop.example" in written
    assert "mail.example:465" in written


def test_a_traceback_is_one_line_too(lines):
    configure("info", "text")

    try:
        raise RuntimeError("two\nlines")
    except RuntimeError:
        log.exception("job.failed", id="01J")

    (line,) = lines()
    assert "RuntimeError: two\\nlines" in line


def test_an_endless_value_is_cut_and_tells_how_long_it_was(lines):
    configure("info", "text")

    log.info("inbox.received", sender="x" * 1_000_000, many=["y"] * 1_000_000)

    (line,) = lines()
    assert len(line) < 2_000
    assert "(1000000)" in line


def test_values_of_a_request_come_with_each_of_its_events(lines):
    configure("info", "json")

    with during(request="r1"):
        log.info("inbox.received")
    log.info("inbox.received")

    assert [json.loads(line).get("request") for line in lines()] == ["r1", None]


def test_below_the_level_nothing_is_written(lines):
    configure("warning", "text")

    log.info("inbox.received")
    log.debug("inbox.received")
    log.warning("clock.differs", minutes=11)

    assert len(lines()) == 1


def test_libraries_join_in_and_keep_to_one_line(lines):
    configure("info", "json")
    logging.getLogger().handlers[:-1] = []  # pytest's own, which raise for what does not fit

    logging.getLogger("uvicorn.error").error("boom %s", "a\nb")
    logging.getLogger("httpx").info("HTTP Request: GET https://peer.example")
    logging.getLogger("some.library").warning("odd %s %s", "one")

    boom, garbled = map(json.loads, lines())
    assert (boom["event"], boom["level"], boom["message"]) == ("uvicorn.error", "error", "boom a\nb")
    assert (garbled["event"], garbled["logger"]) == ("log.garbled", "some.library")


def test_a_request_is_told_without_visitor_query_and_one_time_link(lines):
    configure("debug", "json")

    for target in ("/listings?q=perceuse", "/bienvenue/x7K2-9QPD"):
        logging.getLogger("uvicorn.access").info(
            '%s - "%s %s HTTP/%s" %d', "203.0.113.7:1234", "GET", target, "1.1", 200
        )

    written = lines()
    assert [json.loads(line)["path"] for line in written] == ["/listings", "/bienvenue/***"]
    assert not re.search("203.0.113.7|perceuse|x7K2", "".join(written))


def test_a_log_that_nobody_can_take_any_more_stops_nothing(lines, monkeypatch):
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    configure("info", "text")

    log.info("inbox.received")


def test_colour_is_for_terminals_that_did_not_refuse_it(lines):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    assert wants_colour(Terminal(), {})
    assert not wants_colour(Terminal(), {"NO_COLOR": "1"})
    assert not wants_colour(io.StringIO(), {})
    configure("info", "text", colour=True)
    log.error("job.failed")
    assert "\x1b[31merror" in lines()[0]


def test_the_log_costs_nothing_until_its_first_event():
    heavy = "{'structlog', 'msgspec', 'asyncio'}"
    asked = f"import sys, fedicoop.log, fedicoop.settings, fedicoop.i18n; print({heavy} & {{*sys.modules}})"

    printed = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout

    assert printed == "set()\n"
