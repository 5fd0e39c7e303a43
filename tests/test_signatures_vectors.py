"""The published test vectors: draft-cavage-12, appendix C, and RFC 9421, section 4.3 and appendix B."""

from base64 import b64decode
from datetime import UTC, datetime

import base58
import http_sf
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from fedicoop.signatures import cavage, keys, rfc9421
from fedicoop.signatures.claims import SignedRequest, claim
from fedicoop.signatures.digest import matches_digest
from tests.letters import arrived, refusal

# draft-cavage-http-signatures-12, appendix C.  Its key has 1024 bits, so our own `verify` refuses it.
APPENDIX_KEY = """-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----
"""
APPENDIX_BODY = b'{"hello": "world"}'
APPENDIX_HEADERS = {
    "host": "example.com",
    "date": "Sun, 05 Jan 2014 21:31:40 GMT",
    "content-type": "application/json",
    "digest": "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
    "content-length": "18",
}
APPENDIX = {
    "date": (
        "SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEaDV5lp7"
        "q25WqS+lavg7T8hc0GppauB6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM="
    ),
    "(request-target) host date": (
        "qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe"
        "8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0="
    ),
    "(request-target) host date content-type digest content-length": (
        "vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52LaEU"
        "HFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE="
    ),
}


@pytest.mark.parametrize("names", APPENDIX)
def test_the_signature_base_is_that_of_the_drafts_appendix(names):
    key = serialization.load_pem_public_key(APPENDIX_KEY.encode())

    base = cavage.signature_base("POST", "/foo?param=value&pet=dog", APPENDIX_HEADERS, names.split())

    key.verify(b64decode(APPENDIX[names]), base, padding.PKCS1v15(), hashes.SHA256())
    assert matches_digest(APPENDIX_HEADERS["digest"], APPENDIX_BODY)


# RFC 9421, appendix B.1: keys for tests and for nothing else.
TEST_KEY_RSA = """-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw
WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq
MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg
kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P
uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ
PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB
-----END RSA PUBLIC KEY-----
"""
TEST_KEY_RSA_PSS = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----
"""
TEST_KEY_ED25519 = "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="
TEST_KEY_ED25519_PRIVATE = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""
CONTENT_DIGEST = (
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
)
B2_1 = (
    'sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
    "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsck"
    "zXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehh"
    "WwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho"
    "8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==",
)
B2_2_INPUT = (
    'sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473'
    ';keyid="test-key-rsa-pss";tag="header-example"'
)
B2_3 = (
    'sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" '
    '"content-length");created=1618884473;keyid="test-key-rsa-pss"',
    "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768"
    "ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd"
    "7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbh"
    "l5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==",
)
B2_6 = (
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
    ';created=1618884473;keyid="test-key-ed25519"',
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
)
SECTION_4_3 = (
    'proxy_sig=("@method" "@authority" "@path" "content-digest" "content-type" "content-length" "forwarded")'
    ';created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540',
    "S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCp"
    "XJleXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnI"
    "m9y+7X5kXQfi8NMaZaA8i2ZHwpBdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtzn"
    "bLVdp770I6VHR6WfgS9ddzirrswsE1w5o0LV/g==",
)


def the_test_request(host="example.com", date="Tue, 20 Apr 2021 02:07:55 GMT", **more) -> SignedRequest:
    """The request of appendix B.2."""
    headers = {
        "host": host,
        "date": date,
        "content-type": "application/json",
        "content-digest": CONTENT_DIGEST,
        "content-length": "18",
    }
    return arrived(
        headers | more,
        path="/foo",
        query="param=Value&Pet=dog",
        body=b'{"hello": "world"}',
        origin=f"https://{host}",
    )


def the_base(request: SignedRequest, signature_input: str) -> bytes:
    label, _, written = signature_input.partition("=")
    items, _ = http_sf.parse(signature_input.encode(), tltype="dictionary")[label]
    return rfc9421.signature_base(request, [name for name, _ in items], written)


def multibase_of(spki: str) -> str:
    return "z" + base58.b58encode(b"\xed\x01" + b64decode(spki)[-32:]).decode()


@pytest.mark.parametrize(("written", "signature"), [B2_1, B2_3])
def test_the_vectors_of_appendix_b2_with_rsa_pss_verify(written, signature):
    base = the_base(the_test_request(), written)

    assert keys.verify("rsa", TEST_KEY_RSA_PSS, base, b64decode(signature), pss=True)
    assert not keys.verify("rsa", TEST_KEY_RSA_PSS, base, b64decode(signature))


def test_the_vector_of_section_4_3_with_rsa_verifies():
    request = the_test_request(
        "origin.host.internal.example",
        "Tue, 20 Apr 2021 02:07:56 GMT",
        forwarded="for=192.0.2.123;host=example.com;proto=https",
    )
    written, signature = SECTION_4_3

    assert keys.verify("rsa", TEST_KEY_RSA, the_base(request, written), b64decode(signature))


def test_the_vector_of_appendix_b2_6_with_ed25519_is_what_we_sign_and_verify():
    written, signature = B2_6

    base = the_base(the_test_request(), written)

    assert keys.sign(TEST_KEY_ED25519_PRIVATE, base) == b64decode(signature)
    assert keys.verify("ed25519", multibase_of(TEST_KEY_ED25519), base, b64decode(signature))


def test_the_whole_request_of_appendix_b2_3_is_a_claim():
    written, signature = B2_3
    label = written.partition("=")[0]
    whole = the_test_request(**{"signature-input": written, "signature": f"{label}=:{signature}:"})

    read = claim(whole, datetime.fromtimestamp(1618884473, UTC))

    assert read.key_id == "test-key-rsa-pss"
    assert keys.verify("rsa", TEST_KEY_RSA_PSS, read.bases[0], read.signature, pss=True)


def test_the_selective_vector_of_appendix_b2_2_is_refused():
    """It covers a query parameter by name, and neither verb nor path."""
    letter = {"signature-input": B2_2_INPUT, "signature": "sig-b22=:AAAA:"}

    assert refusal(the_test_request(**letter)) == "signature.component_unknown"
