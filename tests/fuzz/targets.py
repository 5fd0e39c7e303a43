"""The doors through which strangers' bytes come, each with what must be true of whatever comes out.

A target takes bytes and returns. A `Problem` is a refusal, and right; any other exception, and any
assertion that does not hold, is a find.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from html.parser import HTMLParser

from fedicoop import addresses
from fedicoop.errors import Problem
from fedicoop.signatures.claims import SignedRequest, claim
from fedicoop.vocabulary import dates, hosts
from fedicoop.vocabulary.parsing import parse_untrusted
from fedicoop.vocabulary.reading import read, read_envelope, read_key
from fedicoop.web.clean import SCHEMES, TAGS, clean_html, markdown, plain

NOW = datetime(2030, 5, 1, 9, tzinfo=UTC)


def parser(data: bytes) -> None:
    """JSON of strangers: what is read can be written, kept and read again."""
    with suppress(Problem):
        read_envelope(data)
    with suppress(Problem):
        read_key(data, "https://friend.test/actors/alice#main-key")
    with suppress(Problem):
        read(data)
    with suppress(Problem):
        read_it = parse_untrusted(data)
        again = json.dumps(read_it, ensure_ascii=False, allow_nan=False).encode()
        assert b"\0" not in again
        assert parse_untrusted(again) == read_it


def signature(data: bytes) -> None:
    """Signature headers in both forms: read, or refused; nothing that was signed is skipped."""
    lines = data.decode("latin-1").split("\n")
    names = ("signature", "signature-input", "digest", "content-digest", "date", "authorization", "host")
    headers = [(names[min(ord(line[0]) % 8, 6)], line[1:]) for line in lines if line]
    request = SignedRequest(
        method="POST",
        path="/inbox",
        query="",
        headers=headers,
        body=b"{}",
        origin="https://nord.test",
    )
    with suppress(Problem):
        found = claim(request, NOW)
        assert found.key_id
        assert found.signature
        for base in found.bases:
            assert b"/inbox" in base or b"nord.test" in base
            assert all(b": " in line for line in base.split(b"\n"))


def host(data: bytes) -> None:
    """Hosts and addresses: one normal form, whatever reads it, and nothing inside is ever a destination."""
    text = data.decode("latin-1" if data[:1] == b"!" else "utf-8", "replace")
    with suppress(Problem):
        normal = hosts.normal_host(text)
        assert hosts.normal_host(normal) == normal
        assert normal == normal.lower()
        assert normal.isascii()
        assert not normal.endswith(".")
    with suppress(Problem):
        assert hosts.same_origin(text, hosts.origin_of(text) + "/anything")
    with suppress(Problem):
        id = hosts.check_id(text)
        assert id.isprintable() or not id.isascii()
        assert "\\" not in id
    with suppress(Problem):
        goal = addresses.destination(text)
        assert (goal.scheme, goal.port) == ("https", 443)
        assert hosts.normal_host(goal.url) == goal.netloc
        literal = addresses.literal(goal.host)
        assert literal is None or addresses.is_public(literal)


def html(data: bytes) -> None:
    """Text of others: nothing of what is shown acts, and cleaning what is clean changes nothing."""
    text = data.decode("utf-8", "replace")
    for cleaned in (clean_html(text), markdown(text[:5000])):
        eye = Eye()
        eye.feed(cleaned)
        eye.close()
    assert clean_html(clean_html(text)) == clean_html(text)
    assert "\n" not in plain(text)


class Eye(HTMLParser):
    """Looks at what a browser would be given."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS | {"a"}, tag
        for name, value in attrs:
            assert name in ("href", "rel"), name
            if name == "href":
                assert (value or "").strip().lower().partition(":")[0] in SCHEMES, value


def moment(data: bytes) -> None:
    """Dates: within a human lifetime, with a zone, or refused."""
    text = data.decode("latin-1")
    for reading in (dates.parse_moment, dates.http_date):
        with suppress(Problem):
            found = reading(text)
            assert found.tzinfo is not None
            assert dates.parse_moment(dates.moment_text(found)) == found.replace(microsecond=0)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "parser": parser,
    "signature": signature,
    "host": host,
    "html": html,
    "moment": moment,
}

SEEDS: dict[str, tuple[bytes, ...]] = {
    "parser": (
        b'{"@context":"https://www.w3.org/ns/activitystreams","id":"https://friend.test/a/1","type":"Create",'
        b'"actor":"https://friend.test/actors/alice","object":{"id":"https://friend.test/listings/1",'
        b'"type":"Note","attributedTo":"https://friend.test/actors/alice","content":"<p>x</p>",'
        b'"to":["https://www.w3.org/ns/activitystreams#Public"],"purpose":"offer","tag":[],'
        b'"attachment":[{"type":"Image","url":"https://friend.test/a.jpg"}],"published":"2030-05-01T09:00:00Z"}}',
        b'{"type":"Person","id":"https://friend.test/actors/bob","inbox":"https://friend.test/actors/bob/inbox",'
        b'"publicKey":{"id":"https://friend.test/actors/bob#main-key","owner":"https://friend.test/actors/bob",'
        b'"publicKeyPem":"x"}}',
        b'{"a":[1e5,-0,9223372036854775807,"\\ud83d\\ude00"]}',
    ),
    "signature": (
        b'0keyId="https://friend.test/actors/alice#main-key",algorithm="rsa-sha256",'
        b'headers="(request-target) host date digest",signature="AAAA"\n'
        b"2SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=\n"
        b"4Wed, 01 May 2030 09:00:00 GMT\n6nord.test",
        b'1sig1=("@method" "@target-uri" "content-digest");created=1903597200;keyid="https://friend.test/k"\n'
        b"0sig1=:AAAA:\n3sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:\n6nord.test",
    ),
    "host": (
        b"https://Friend.Test:443/a?b#c",
        b"https://[2606:4700::1111]/",
        "https://bücher.example./".encode(),
        b"https://0x7f.1/",
        b"friend.test:8443",
    ),
    "html": (
        b'<p>a <a href="https://x.test" onclick="y">b</a><script>z</script><img src=x onerror=y></p>',
        b"[a](javascript:b) <svg><style><a title='</style><img>'>",
        b"# a\n\n* b **c** `d`\n\n> e\n\n<details open ontoggle=f>",
    ),
    "moment": (b"2030-05-01T09:00:00.5+02:00", b"Wed, 01 May 2030 09:00:00 GMT", b"2030-05-01"),
}
"""Where the search begins."""
