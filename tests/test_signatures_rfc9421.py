"""RFC 9421: its own test vectors, what we send, and what we do not take.

The security cases of both forms stand in test_signatures_security.py.
"""

import pytest

from fedicoop.signatures import rfc9421
from fedicoop.signatures.claims import claim, verifies
from fedicoop.signatures.digest import content_digest_header
from tests.letters import (
    BODY,
    CREATED,
    INBOX,
    KEY_ID,
    MALLORY_PUBLIC,
    NOON,
    PAIRS,
    RSA_PRIVATE,
    an_rfc_letter,
    arrived,
    is_nords,
    refusal,
)


@pytest.mark.parametrize("key", PAIRS)
@pytest.mark.parametrize(("method", "body"), [("POST", BODY), ("POST", b""), ("GET", b"")])
def test_what_we_sign_is_what_we_verify(method, body, key):
    headers = rfc9421.sign(method, INBOX + "?page=2", body, KEY_ID, PAIRS[key][0], NOON)

    request = arrived(headers, method=method, query="page=2", body=body)

    assert claim(request, NOON).key_id == KEY_ID
    assert is_nords(request, key)
    assert not verifies(claim(request, NOON), "ed25519", MALLORY_PUBLIC)
    assert not is_nords(arrived(headers, method=method, query="page=3", body=body), key)


@pytest.mark.parametrize(("key", "alg"), [("rsa", "rsa-v1_5-sha256"), ("ed25519", "ed25519")])
def test_our_post_covers_what_mastodon_asks_for(key, alg):
    headers = rfc9421.sign("POST", INBOX, BODY, KEY_ID, PAIRS[key][0], NOON)

    assert list(headers) == ["host", "content-type", "content-digest", "signature-input", "signature"]
    assert headers["content-digest"] == content_digest_header(BODY)
    assert headers["signature-input"] == (
        f'sig1=("@method" "@target-uri" "content-digest");created={CREATED};keyid="{KEY_ID}";alg="{alg}"'
    )
    assert headers["signature"].startswith("sig1=:")


def test_our_get_covers_where_it_goes():
    headers = rfc9421.sign("GET", INBOX, b"", KEY_ID, RSA_PRIVATE, NOON, accept="application/ld+json")

    assert list(headers) == ["host", "accept", "signature-input", "signature"]
    assert headers["accept"] == "application/ld+json"
    assert headers["signature-input"].startswith('sig1=("@method" "@target-uri");created=')


@pytest.mark.parametrize(
    "letter",
    [
        an_rfc_letter(alg="rsa-v1_5-sha256"),
        an_rfc_letter(label="any-label.1", nonce="abc", tag="activitypub"),
        an_rfc_letter(("@method", "@authority", "@request-target", "content-digest")),
        an_rfc_letter(("@method", "@authority", "@path", "content-digest")),
        an_rfc_letter(("@method", "@authority", "@path", "@query", "@scheme", "content-digest", "host")),
        an_rfc_letter(expires=int(CREATED) + 300),
        an_rfc_letter(headers={"host": "SUD.test:443"}),
    ],
)
def test_what_honest_peers_send_is_understood(letter):
    assert is_nords(arrived(letter))


def test_our_name_is_taken_from_the_settings_where_no_host_is_given():
    letter = an_rfc_letter()
    del letter["host"]

    assert is_nords(arrived(letter))


@pytest.mark.parametrize(("key", "alg"), [("rsa", "ed25519"), ("ed25519", "rsa-v1_5-sha256")])
def test_an_algorithm_that_is_not_the_keys_verifies_nothing(key, alg):
    assert not is_nords(arrived(an_rfc_letter(key=key, alg=alg)), key)


@pytest.mark.parametrize(
    "component",
    [
        '"content-type";sf',
        '"content-digest";key="sha-256"',
        '"content-type";bs',
        '"@method";req',
        '"content-type";tr',
        '"@query-param";name="page"',
        '"@status"',
        '"@unheard-of"',
        '"Content-Type"',
        "content-type",
        "7",
    ],
)
def test_a_component_that_we_cannot_rebuild_is_refused_and_never_skipped(component):
    letter = an_rfc_letter(headers={"content-type": "a/b"})
    letter["signature-input"] = letter["signature-input"].replace(")", f" {component})")

    assert refusal(arrived(letter)) == "signature.component_unknown"


@pytest.mark.parametrize("alg", ["hmac-sha256", "ecdsa-p256-sha256", "rsa-sha256", "", 7, True])
def test_an_algorithm_that_we_do_not_speak_is_refused(alg):
    assert refusal(arrived(an_rfc_letter(alg=alg))) == "signature.algorithm_unknown"


@pytest.mark.parametrize("keyid", [None, "", 7, "x" * 2049])
def test_a_key_that_cannot_be_looked_up_is_refused(keyid):
    assert refusal(arrived(an_rfc_letter(keyid=keyid))) == "signature.malformed"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("signature-input", ""),
        ("signature-input", "sig1"),
        ("signature-input", "sig1=7"),
        ("signature-input", 'sig1=("@method"'),
        ("signature-input", 'sig1=("é")'),
        ("signature-input", 'sig2=("@method");created=1;keyid="x"'),
        ("signature", ""),
        ("signature", "sig1"),
        ("signature", 'sig1="AAAA"'),
        ("signature", "sig1=:AAAA"),
        ("signature", "sig2=:AAAA:"),
        ("signature", "sig1=:AAAA:, sig2=:AAAA:"),
    ],
)
def test_a_signature_that_cannot_be_read_is_refused(name, value):
    assert refusal(arrived(an_rfc_letter() | {name: value})) == "signature.malformed"


@pytest.mark.parametrize("name", ["signature-input", "signature"])
def test_a_signature_without_end_is_refused_before_it_is_read(name):
    letter = an_rfc_letter()
    letter[name] += " " * 8192 + ","

    assert refusal(arrived(letter)) in {"signature.too_long", "signature.malformed"}
    letter[name] += "x"
    assert refusal(arrived(letter)) == "signature.too_long"


@pytest.mark.parametrize("value", ['a/b\n"@method": GET', "é"])
def test_a_signed_value_that_is_not_one_line_of_ascii_is_refused(value):
    letter = an_rfc_letter(("@method", "@target-uri", "content-digest", "accept"), headers={"accept": "a/b"})

    assert refusal(arrived(letter | {"accept": value})) == "signature.malformed"


def test_a_header_that_was_signed_and_is_not_there_is_refused():
    letter = an_rfc_letter(("@method", "@target-uri", "content-digest", "accept"), headers={"accept": "a/b"})
    del letter["accept"]

    assert refusal(arrived(letter)) == "signature.header_missing"
