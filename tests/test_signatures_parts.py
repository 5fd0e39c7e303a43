"""What both forms of signature are made of: addresses, digests and dates."""

import hashlib
from base64 import b64encode
from datetime import timedelta

import pytest

from fedicoop.errors import Refused
from fedicoop.signatures import cavage, rfc9421
from fedicoop.signatures.digest import (
    content_digest_header,
    digest_header,
    matches_content_digest,
    matches_digest,
)
from tests.letters import (
    BODY,
    CREATED,
    KEY_ID,
    NOON,
    RSA_PRIVATE,
    a_cavage_letter,
    arrived,
    is_nords,
    refusal,
)

SHA256 = b64encode(hashlib.sha256(BODY).digest()).decode()
SHA512 = b64encode(hashlib.sha512(BODY).digest()).decode()


@pytest.mark.parametrize("form", [cavage, rfc9421])
@pytest.mark.parametrize(
    ("url", "host", "path", "query"),
    [
        ("https://Sud.Test:443/inbox#top", "sud.test", "/inbox", ""),
        ("http://sud.test:8080", "sud.test:8080", "/", ""),
        ("https://sud.test/é?q=à b", "sud.test", "/%C3%A9", "q=%C3%A0%20b"),
        ("https://sud.test/a%20b/(c)", "sud.test", "/a%20b/(c)", ""),
        ("https://[2001:db8::1]/inbox", "[2001:db8::1]", "/inbox", ""),
    ],
)
def test_an_address_is_signed_as_it_travels(form, url, host, path, query):
    headers = form.sign("POST", url, BODY, KEY_ID, RSA_PRIVATE, NOON)

    request = arrived(headers, path=path, query=query, origin=f"{url.partition(':')[0]}://{host}")

    assert headers["host"] == host
    assert is_nords(request)


@pytest.mark.parametrize("form", [cavage, rfc9421])
@pytest.mark.parametrize(
    "url",
    [
        "ftp://sud.test/",
        "https:///inbox",
        "inbox",
        "https://a@sud.test/",
        "https://süd.test/",
        "https://[::/",
        "https://sud.test:99999/",
        "https://sud.test:0/",
        "https://sud test/",
    ],
)
def test_an_address_that_nobody_can_be_sent_to_is_refused(form, url):
    with pytest.raises(Refused, match=r"signature\.target_unusable"):
        form.sign("POST", url, BODY, KEY_ID, RSA_PRIVATE, NOON)


def test_a_digest_says_what_the_body_is():
    assert digest_header(BODY) == f"SHA-256={SHA256}"
    assert content_digest_header(BODY) == f"sha-256=:{SHA256}:"


@pytest.mark.parametrize(
    "header",
    [
        f"SHA-256={SHA256}",
        f"sha-256={SHA256}",
        f"SHA-512={SHA512}",
        f"SHA-256={SHA256}, SHA-512={SHA512}",
        f"MD5=AAAA,unixsum=30637,SHA-256={SHA256}",
    ],
)
def test_a_true_digest_is_believed(header):
    assert matches_digest(header, BODY)
    assert not matches_digest(header, BODY + b" ")


@pytest.mark.parametrize(
    "header",
    [
        f"SHA-256={SHA512}",
        f"SHA-256={SHA256},SHA-512={SHA256}",
        f"SHA-256={SHA256},SHA-256=AAAA",
        f"SHA-256=!{SHA256}",
        f"SHA={SHA256}",
        "MD5=AAAA",
        "SHA-256=",
        "SHA-256",
        "",
        f"SHA-256={SHA256}" + "," * 9000,
        "SHA-256=\ud800",
    ],
)
def test_a_digest_that_is_false_weak_or_unreadable_is_not_believed(header):
    assert not matches_digest(header, BODY)


@pytest.mark.parametrize(
    "header",
    [
        f"sha-256=:{SHA256}:",
        f"sha-512=:{SHA512}:",
        f"sha-512=:{SHA512}:, sha-256=:{SHA256}:",
        f"md5=:AAAA:, sha-256=:{SHA256}:",
    ],
)
def test_a_true_content_digest_is_believed(header):
    assert matches_content_digest(header, BODY)
    assert not matches_content_digest(header, BODY + b" ")


@pytest.mark.parametrize(
    "header",
    [
        f"sha-256={SHA256}",
        f'sha-256="{SHA256}"',
        f"sha-256=:{SHA512}:",
        f"sha-256=:{SHA256}:, sha-512=:{SHA256}:",
        f"sha-256=:AAAA:, sha-256=:{SHA256}:",
        "md5=:AAAA:",
        "sha-256=(:AAAA:)",
        "sha-256",
        "",
        "é",
    ],
)
def test_a_content_digest_that_is_false_weak_or_unreadable_is_not_believed(header):
    assert not matches_content_digest(header, BODY)


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Wed, 01 May 2030 12:00:00",
        "Wed, 01 May 2030 12:00:00 -0000",
        "Wed, 01 May 2030 12:00:00 +0200",
        "Wed, 31 Feb 2030 12:00:00 GMT",
        "Wed, 01 May 2030 23:59:60 GMT",
        "Mon, 01 Jan 0000 00:00:00 GMT",
        "Wed, ٠١ May 2030 12:00:00 GMT",
        "Wednesday, 01-May-30 12:00:00 GMT",
        "Wed May  1 12:00:00 2030",
        "Wed, 01 May 2030 12:00:00 GMT" + " " * 9000 + "x",
    ],
)
def test_a_date_that_cannot_be_read_is_refused(date):
    """Trap T9: each of these made one of the usual parsers fail or give a time without a zone."""
    letter = a_cavage_letter() | {"date": date}

    assert refusal(arrived(letter)) == "signature.date_unreadable"


@pytest.mark.parametrize("zone", ["GMT", "UTC", "+0000"])
def test_a_date_may_spell_its_zone_in_three_ways(zone):
    letter = a_cavage_letter(headers={"date": f"Wed, 1 May 2030 12:00:00 {zone}"})

    assert is_nords(arrived(letter), now=NOON + timedelta(minutes=65))


@pytest.mark.parametrize(
    "created", ['""', "0", "1e9", "-1", "99999999999", "9" * 13, "1.2.3", "nan", f"{CREATED}.", "'1'"]
)
def test_a_time_that_cannot_be_read_is_refused(created):
    letter = a_cavage_letter("(request-target) host digest (created)", created=CREATED)
    letter["signature"] = letter["signature"].replace(f"created={CREATED}", f"created={created}")

    assert refusal(arrived(letter)) in {"signature.date_unreadable", "signature.malformed"}


@pytest.mark.parametrize(
    "created", ["0", "-1", "1.5", '"1"', "?1", "@1904212800", "999999999999999", f"{CREATED}.0", "abc"]
)
def test_a_time_of_the_newer_form_is_whole_seconds_of_this_century(created):
    headers = rfc9421.sign("POST", "https://sud.test/inbox", BODY, KEY_ID, RSA_PRIVATE, NOON)
    headers["signature-input"] = headers["signature-input"].replace(CREATED, created)

    assert refusal(arrived(headers)) == "signature.date_unreadable"
