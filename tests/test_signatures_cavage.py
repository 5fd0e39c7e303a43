"""draft-cavage: what we send, what honest peers send, and what cannot be read.

The security cases of both forms stand in test_signatures_security.py.
"""

import pytest

from fedicoop.signatures import cavage
from fedicoop.signatures.claims import claim, verifies
from fedicoop.signatures.digest import digest_header
from tests.letters import (
    BODY,
    CREATED,
    INBOX,
    KEY_ID,
    MALLORY_PUBLIC,
    NOON,
    PAIRS,
    RSA_PRIVATE,
    a_cavage_letter,
    arrived,
    is_nords,
    refusal,
)


@pytest.mark.parametrize("key", PAIRS)
@pytest.mark.parametrize(("method", "body"), [("POST", BODY), ("POST", b""), ("GET", b"")])
def test_what_we_sign_is_what_we_verify(method, body, key):
    headers = cavage.sign(method, INBOX + "?page=2", body, KEY_ID, PAIRS[key][0], NOON)

    request = arrived(headers, method=method, query="page=2", body=body)

    assert claim(request, NOON).key_id == KEY_ID
    assert is_nords(request, key)
    assert not verifies(claim(request, NOON), "ed25519", MALLORY_PUBLIC)


def test_our_post_is_signed_as_mastodon_signs():
    headers = cavage.sign("POST", INBOX, BODY, KEY_ID, RSA_PRIVATE, NOON)

    given = cavage.parameters(headers["signature"])

    assert list(headers) == ["host", "date", "digest", "content-type", "signature"]
    assert headers["host"] == "sud.test"
    assert headers["date"] == "Wed, 01 May 2030 12:00:00 GMT"
    assert headers["digest"] == digest_header(BODY)
    assert headers["content-type"] == "application/activity+json"
    assert given["headers"] == "(request-target) host date digest content-type"
    assert (given["keyid"], given["algorithm"]) == (KEY_ID, "rsa-sha256")


def test_our_get_is_signed_with_what_it_accepts():
    headers = cavage.sign("GET", f"{INBOX}/7", b"", KEY_ID, RSA_PRIVATE, NOON, accept="application/ld+json")

    given = cavage.parameters(headers["signature"])

    assert list(headers) == ["host", "date", "accept", "signature"]
    assert headers["accept"] == "application/ld+json"
    assert given["headers"] == "(request-target) host date accept"


@pytest.mark.parametrize(
    "letter",
    [
        a_cavage_letter(algorithm="hs2019"),
        a_cavage_letter(algorithm=None),
        a_cavage_letter("(request-target) content-type date digest host", headers={"content-type": "x/y"}),
        a_cavage_letter("(request-target) host digest (created)", created=CREATED, algorithm="hs2019"),
        a_cavage_letter("(created) (request-target) host digest", created=f'"{CREATED}"'),
        a_cavage_letter(
            "(request-target) host digest (created) (expires)", created=CREATED, expires=f"{CREATED}.5"
        ),
        a_cavage_letter(headers={"host": "sud.test:443"}),
        a_cavage_letter(headers={"host": "Sud.Test"}),
        a_cavage_letter(headers={"digest": digest_header(BODY).replace("SHA", "sha")}),
    ],
)
def test_what_honest_peers_send_is_understood(letter):
    assert is_nords(arrived(letter))


def test_a_peer_may_sign_with_ed25519_under_hs2019():
    letter = a_cavage_letter(algorithm="hs2019", key="ed25519")

    assert is_nords(arrived(letter), "ed25519")
    assert not is_nords(arrived(letter), "rsa")


def test_an_algorithm_that_is_not_the_keys_verifies_nothing():
    letter = a_cavage_letter(algorithm="rsa-sha256", key="ed25519")

    assert not is_nords(arrived(letter), "ed25519")


@pytest.mark.parametrize("signed", ["post /inbox?page=2", "post /inbox"])
def test_the_query_may_be_signed_or_not(signed):
    letter = a_cavage_letter(target=signed)

    assert is_nords(arrived(letter, query="page=2"))


def test_a_query_that_was_signed_cannot_be_taken_off_or_changed():
    letter = a_cavage_letter(target="post /inbox?page=2")

    assert not is_nords(arrived(letter))
    assert not is_nords(arrived(letter, query="page=3"))


def test_spaces_between_the_parameters_are_forgiven():
    letter = a_cavage_letter()
    letter["signature"] = letter["signature"].replace(",", " ,\t ").replace("=", " = ", 1)

    assert is_nords(arrived(letter))


def test_a_signature_may_stand_in_the_authorization_header():
    letter = a_cavage_letter()
    letter["authorization"] = "Signature " + letter.pop("signature")

    assert is_nords(arrived(letter))


def test_another_authorization_is_no_signature():
    assert is_nords(arrived(a_cavage_letter() | {"authorization": "Bearer abc"}))
    assert refusal(arrived({"host": "sud.test", "authorization": "Bearer abc"})) == "signature.absent"


def test_a_letter_to_our_port_is_ours():
    letter = a_cavage_letter(headers={"host": "sud.test:8443"})

    assert is_nords(arrived(letter, origin="https://sud.test:8443"))
    assert refusal(arrived(letter)) == "signature.other_host"


def test_a_header_that_is_signed_twice_is_refused():
    letter = a_cavage_letter("(request-target) host date digest date")

    assert refusal(arrived(letter)) == "signature.repeated"


@pytest.mark.parametrize("algorithm", ["rsa-sha1", "hmac-sha256", "ecdsa-sha256", "none", "rsa-sha512"])
def test_an_algorithm_that_we_do_not_speak_is_refused(algorithm):
    assert refusal(arrived(a_cavage_letter(algorithm=algorithm))) == "signature.algorithm_unknown"


def test_a_header_that_was_signed_and_is_not_there_is_refused():
    letter = a_cavage_letter("(request-target) host date digest accept", headers={"accept": "*/*"})
    del letter["accept"]

    assert refusal(arrived(letter)) == "signature.header_missing"


def test_an_unknown_pseudo_header_is_refused():
    letter = a_cavage_letter()
    letter["signature"] = letter["signature"].replace(" digest", " digest (key-id)")

    assert refusal(arrived(letter)) == "signature.header_missing"


def test_a_header_that_comes_in_several_lines_is_signed_as_one():
    letter = a_cavage_letter("(request-target) host date digest accept", headers={"accept": "a/b, c/d"})
    del letter["accept"]

    assert is_nords(arrived([*letter.items(), ("accept", "a/b "), ("accept", " c/d")]))


@pytest.mark.parametrize(
    "header",
    [
        "",
        ",",
        "keyId",
        'keyId="x"',
        'keyId="x",',
        'keyId="x" signature="AAAA"',
        'keyId="x\\"y",signature="AAAA"',
        'keyId="x,signature="AAAA"',
        'keyId=x y,signature="AAAA"',
        'keyId="",signature="AAAA"',
        'keyId="x",signature=""',
        'keyId="x",signature="not base64 !"',
        'keyId="x",signature="AA!AA"',
        'keyId="x\n",signature="AAAA"',
        f'keyId="{"x" * 2049}",signature="AAAA"',
    ],
)
def test_a_signature_that_cannot_be_read_is_refused(header):
    letter = a_cavage_letter() | {"signature": header}

    assert refusal(arrived(letter)) == "signature.malformed"


def test_a_signature_without_end_is_refused_before_it_is_read():
    letter = a_cavage_letter(padding=f'"{"x" * 8192}"')

    assert refusal(arrived(letter)) == "signature.too_long"


def test_a_signed_value_that_is_not_one_line_of_latin_1_is_refused():
    """A line break would let one signed line pass for two."""
    letter = a_cavage_letter("(request-target) host date digest accept", headers={"accept": "a/b"})

    assert refusal(arrived(letter | {"accept": "a/b\ndate: x"})) == "signature.malformed"
    assert refusal(arrived(letter | {"accept": "€"})) == "signature.malformed"
    assert refusal(arrived(letter, path="/inbox\nhost: x")) == "signature.malformed"
