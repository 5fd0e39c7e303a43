"""What strangers send is parsed within bounds, and every refusal is a Malformed."""

import contextlib
import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedicoop.errors import Malformed
from fedicoop.vocabulary.dates import http_date, moment_text, parse_moment
from fedicoop.vocabulary.parsing import MAX_BODY, MAX_DEPTH, parse_untrusted


def refusal(body):
    with pytest.raises(Malformed) as refused:
        parse_untrusted(body)
    return refused.value.key


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"", "federation.not_json"),
        (b"{", "federation.not_json"),
        (b'{"a": 1,}', "federation.not_json"),
        (b"{'a': 1}", "federation.not_json"),
        (b'{"a": "\n"}', "federation.not_json"),
        (b'{"a": 1} {}', "federation.not_json"),
        (b'{"a": NaN}', "federation.bad_number"),
        (b'{"a": -Infinity}', "federation.bad_number"),
        (b'{"a": 1e999}', "federation.bad_number"),
        (b'{"a": 9223372036854775808}', "federation.bad_number"),
        (b'{"a": -9223372036854775809}', "federation.bad_number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "federation.bad_number"),
        (b'{"a": 0.' + b"9" * 5000 + b"}", "federation.bad_number"),
        (b'{"actor": "x", "actor": "y"}', "federation.duplicate_name"),
        (b'{"o": {"actor": "x", "act\\u006fr": "y"}}', "federation.duplicate_name"),
        (b"[]", "federation.not_an_object"),
        (b'"text"', "federation.not_an_object"),
        (b"12", "federation.not_an_object"),
        (b"null", "federation.not_an_object"),
        (b'{"a": "\xff"}', "federation.not_utf8"),
        (b'{"a": "\xed\xa0\x80"}', "federation.not_utf8"),
        (b'\xef\xbb\xbf{"a": 1}', "federation.not_utf8"),
        ('{"a": "é"}'.encode("utf-16"), "federation.not_utf8"),
        ('{"a": 1}'.encode("utf-16-le"), "federation.not_json"),
        ('{"a": 1}'.encode("utf-32-be"), "federation.not_json"),
        (b'{"a": "' + b"x" * MAX_BODY + b'"}', "federation.too_large"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "federation.too_deep"),
        (b"[" * 1_000_000, "federation.too_deep"),
    ],
    ids=lambda value: repr(value[:30]),
)
def test_what_is_not_plain_json_is_refused(body, key):
    assert refusal(body) == key


def test_a_document_may_be_as_deep_as_the_bound_and_no_deeper():
    def nested(depth):
        return b'{"a":' * depth + b'"[[[["' + b"}" * depth

    assert parse_untrusted(nested(MAX_DEPTH))
    assert refusal(nested(MAX_DEPTH + 1)) == "federation.too_deep"


def test_brackets_inside_texts_do_not_count_as_depth():
    body = json.dumps({"content": '[{"' * 500 + '\\" [', "list": [1] * 3}).encode()

    assert parse_untrusted(body)["list"] == [1, 1, 1]


def test_the_largest_whole_numbers_are_kept():
    assert parse_untrusted(b'{"a": 9223372036854775807, "b": 1e308}') == {"a": 2**63 - 1, "b": 1e308}


def test_control_and_direction_characters_are_taken_out_of_texts():
    body = (
        rb'{"a": ["x\u0000\u0007y", {"b": "ab\u202egpj\u2066\u200f.exe\ttab\n"}], "c": "\ud800z\ud83d\ude00"}'
    )

    assert parse_untrusted(body) == {"a": ["xy", {"b": "abgpj.exe\ttab\n"}], "c": "z😀"}


def test_taking_characters_out_never_makes_another_address():
    body = rb'{"id": "https://frie\u0000nd.example/1", "url": "\u202ehttps://friend.example/"}'

    assert "\ufffd" in parse_untrusted(body)["id"]
    assert "\ufffd" in parse_untrusted(body)["url"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "' + b'\\"' * 500_000,
        b'{"a": "' + b'\\"' * 500_000 + b"\\",
        b"{" + b'"' * 1_000_000,
        b"[" + b"{},[]," * 170_000,
        b'{"a": [' + b"{}," * 340_000 + b"1]}",
        b"{" + b",".join(b'"%d":1' % i for i in range(80_000)) + b',"79999":2}',
        b'{"a": "' + rb"\u0000" * 170_000 + b'"}',
    ],
    ids=["escaped quotes", "lone backslash", "quotes", "brackets", "objects", "names", "controls"],
)
def test_reading_takes_time_in_proportion_to_the_size(body):
    started = time.process_time()
    with contextlib.suppress(Malformed):
        parse_untrusted(body)

    assert time.process_time() - started < 1


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(body):
    try:
        parsed = parse_untrusted(body)
    except Malformed:
        return

    assert isinstance(parsed, dict)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(codec=None), max_size=20),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(codec=None), max_size=8), ANY_JSON, max_size=5))
@settings(max_examples=150, deadline=None)
def test_what_comes_out_can_be_stored_and_shown(raw):
    try:
        parsed = parse_untrusted(json.dumps(raw).encode())
    except Malformed:
        return

    texts = json.dumps(list(parsed.values()), ensure_ascii=False)
    assert "\\u0000" not in texts
    assert "\u202e" not in texts


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-09-01T10:00:00Z", datetime(2026, 9, 1, 10, tzinfo=UTC)),
        ("2026-09-01T10:00:00.123456789Z", datetime(2026, 9, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2026-09-01t12:00:00.5+02:00", datetime(2026, 9, 1, 10, 0, 0, 500000, tzinfo=UTC)),
        ("2026-09-01 12:00:00+0200", datetime(2026, 9, 1, 10, tzinfo=UTC)),
        ("2026-09-01T10:00Z", datetime(2026, 9, 1, 10, tzinfo=UTC)),
        ("2026-09-01T10:00:00", datetime(2026, 9, 1, 10, tzinfo=UTC)),
        ("2026-09-01", datetime(2026, 9, 1, tzinfo=UTC)),
    ],
)
def test_the_forms_of_a_moment_that_peers_send_are_read_in_utc(text, moment):
    assert parse_moment(text) == moment
    assert parse_moment(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1999-12-31T23:59:59Z"),
        *(
            "2101-01-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-12-31T23:59:60Z",
            "2026-09-01T10:00:00+99:99",
        ),
        *(
            "2026-W36-2",
            "20260901",
            "٢٠٢٦-٠٩-٠١T10:00:00Z",
            "2026-09-01T10:00:00Z" * 50,
            "2026-09-01T25:00:00Z",
        ),
    ],
)
def test_a_moment_that_is_none_or_too_far_away_is_refused(text):
    with pytest.raises(Malformed, match=r"federation\.bad_date"):
        parse_moment(text)


def test_http_dates_are_read_in_their_three_forms_and_without_a_zone():
    noon = datetime(1994, 11, 6, 12, 0, 0, tzinfo=UTC).replace(year=2026)

    assert http_date("Fri, 06 Nov 2026 12:00:00 GMT") == noon
    assert http_date("Friday, 06-Nov-26 12:00:00 GMT") == noon
    assert http_date("Fri Nov  6 12:00:00 2026") == noon
    assert http_date("Fri, 06 Nov 2026 12:00:00 -0000") == noon
    assert http_date("Fri, 06 Nov 2026 13:00:00 +0100") == noon


@given(
    st.text(max_size=80)
    | st.from_regex(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{1,5} \d\d:\d\d:\d\d [+-]?\w{3,5}")
)
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_date_or_refused(text):
    for read in (http_date, parse_moment):
        with contextlib.suppress(Malformed):
            assert 2000 <= read(text).year <= 2100


def test_moments_are_written_in_utc_with_a_z_and_whole_seconds():
    assert moment_text(parse_moment("2026-09-01T12:00:00.987+02:00")) == "2026-09-01T10:00:00Z"
