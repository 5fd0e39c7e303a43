"""Fedify and we check each other's signatures, in both forms, whole and broken.

No letter here carries an object proof: Fedify accepts on a proof alone, even when the HTTP
signature fails.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

import httpx
import pytest

from fedicoop.errors import Unauthenticated
from fedicoop.signatures import cavage, rfc9421
from fedicoop.signatures.claims import SignedRequest, claim, verifies
from fedicoop.signatures.digest import content_digest_header, digest_header
from fedicoop.signatures.keys import generate_rsa
from tests.oracles.actor_page import actor_page
from tests.oracles.fedify.judge import FedifyPeer, wait_for

pytestmark = pytest.mark.judge

SPECS = {"cavage": "draft-cavage-http-signatures-12", "rfc9421": "rfc9421"}
SIGNERS = {"cavage": cavage.sign, "rfc9421": rfc9421.sign}
PLACE = "https://coop.example/actors/velo/inbox"
LETTER = '{"type":"Create","object":"Vélo cargo"}'.encode()
both_forms = pytest.mark.parametrize("form", ["cavage", "rfc9421"])


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Coop:
    """One of our actors, whose document Fedify can read."""

    actor: str
    private_pem: str
    key_id: str

    def sign(self, form, method="POST", url=PLACE, body=LETTER, *, at=None, private_pem=None):
        """The headers that we would send."""
        return SIGNERS[form](method, url, body, self.key_id, private_pem or self.private_pem, at or now())


@pytest.fixture(scope="module")
def coop():
    private_pem, public_pem = generate_rsa()
    with actor_page(public_pem) as actor:
        yield Coop(actor, private_pem, f"{actor}#main-key")


# --- Fedify judges us ---------------------------------------------------------------------------


@both_forms
async def test_fedify_accepts_a_letter_that_we_signed(fedify: FedifyPeer, coop, form):
    headers = coop.sign(form)

    verdict = await fedify.verify("POST", PLACE, headers, LETTER)

    assert verdict == {"ok": True, "keyId": coop.key_id}


@both_forms
async def test_fedify_accepts_a_question_that_we_signed(fedify, coop, form):
    headers = coop.sign(form, "GET", body=b"")

    verdict = await fedify.verify("GET", PLACE, headers)

    assert verdict == {"ok": True, "keyId": coop.key_id}


async def test_fedify_accepts_our_question_with_a_query_in_the_newer_form(fedify, coop):
    # In draft-cavage it reads the path alone, so there our question would be refused: hence the double knock.
    url = "https://coop.example/?author=1"

    verdict = await fedify.verify("GET", url, coop.sign("rfc9421", "GET", url, b""))

    assert verdict == {"ok": True, "keyId": coop.key_id}


def refused(verdict) -> bool:
    """For what was signed, that is: a key that Fedify could not fetch would prove nothing."""
    return not verdict["ok"] and verdict["reason"] in ("invalidSignature", "noSignature")


def with_other_body(headers):
    return PLACE, headers, LETTER.replace(b"cargo", b"pliant")


def with_other_digest(headers):
    other = LETTER.replace(b"cargo", b"pliant")
    digests = {"digest": digest_header(other), "content-digest": content_digest_header(other)}
    return PLACE, {name: digests.get(name.lower(), value) for name, value in headers.items()}, LETTER


def with_other_body_and_digest(headers):
    _, other_headers, _ = with_other_digest(headers)
    return PLACE, other_headers, LETTER.replace(b"cargo", b"pliant")


def with_other_path(headers):
    return PLACE.replace("velo", "pain"), headers, LETTER


def without_signature(headers):
    return PLACE, {name: value for name, value in headers.items() if "signature" not in name.lower()}, LETTER


BROKEN = [with_other_body, with_other_digest, with_other_body_and_digest, with_other_path, without_signature]


@both_forms
@pytest.mark.parametrize("broken", BROKEN)
async def test_fedify_refuses_our_letter_once_it_was_touched(fedify, coop, form, broken):
    url, headers, body = broken(coop.sign(form))

    verdict = await fedify.verify("POST", url, headers, body)

    assert refused(verdict)


@both_forms
@pytest.mark.parametrize("days", [-2, 2])
async def test_fedify_refuses_our_letter_of_another_day(fedify, coop, form, days):
    headers = coop.sign(form, at=now() + timedelta(days=days))

    verdict = await fedify.verify("POST", PLACE, headers, LETTER)

    assert refused(verdict)


@both_forms
async def test_fedify_refuses_our_name_under_another_key(fedify, coop, form):
    stranger, _ = generate_rsa()

    verdict = await fedify.verify("POST", PLACE, coop.sign(form, private_pem=stranger), LETTER)

    assert refused(verdict)


@both_forms
async def test_a_letter_that_we_signed_arrives_in_fedifys_inbox(fedify, coop, form):
    note = {"id": f"{coop.actor}/notes/{form}", "type": "Note", "content": "Bonjour"}
    letter = {"@context": "https://www.w3.org/ns/activitystreams", "id": f"{coop.actor}/letters/{form}"}
    body = json.dumps({**letter, "type": "Create", "actor": coop.actor, "object": note}).encode()

    headers = coop.sign(form, url=fedify.inbox, body=body)
    async with httpx.AsyncClient(trust_env=False) as client:
        good = await client.post(fedify.inbox, content=body, headers=headers)
        touched = await client.post(fedify.inbox, content=body.replace(b"jour", b"soir"), headers=headers)

    assert (good.status_code, touched.status_code) == (202, 401)
    (arrived,) = await wait_for(lambda: fedify.seen("Create", note["id"]))
    assert arrived["actor"] == coop.actor
    assert arrived["object"]["content"] == "Bonjour"


# --- we judge Fedify ----------------------------------------------------------------------------


@pytest.fixture
async def fedifys_key(fedify) -> str:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(fedify.actor, headers={"accept": "application/activity+json"})
    return answer.json()["publicKey"]["publicKeyPem"]


def accepted(request: SignedRequest, public_pem: str, at: datetime) -> bool:
    """Would we let this in, if `public_pem` is the key that its keyId names?"""
    try:
        said = claim(request, at)
    except Unauthenticated:
        return False
    return verifies(said, "rsa", public_pem)


async def signed_by(fedify, form, method="POST", url=PLACE, body=LETTER) -> SignedRequest:
    plain = {"content-type": "application/activity+json"} if body else {"accept": "application/activity+json"}
    headers = await fedify.sign(method, url, plain, body, spec=SPECS[form])
    target = urlsplit(url)
    origin = f"{target.scheme}://{target.netloc}"
    return SignedRequest(method, target.path, target.query, list(headers.items()), body, origin)


@both_forms
@pytest.mark.parametrize("url", [PLACE, f"{PLACE}?page=1"])
@pytest.mark.parametrize(("method", "body"), [("POST", LETTER), ("GET", b"")])
async def test_we_accept_what_fedify_signed(fedify, fedifys_key, form, method, body, url):
    request = await signed_by(fedify, form, method, url, body)

    said = claim(request, now())

    assert (said.key_id, said.form) == (fedify.key_id, form)
    assert accepted(request, fedifys_key, now())


def with_header(request, name, value):
    return replace(request, headers=[(key, value if key == name else old) for key, old in request.headers])


def unsigned(request):
    return replace(request, headers=[header for header in request.headers if "signature" not in header[0]])


BREAKS = {
    "another body": lambda request: replace(request, body=b"{}"),
    "no body": lambda request: replace(request, body=b""),
    "another path": lambda request: replace(request, path="/actors/pain/inbox"),
    "another method": lambda request: replace(request, method="PUT"),
    "another house": lambda request: replace(request, origin="https://voisins.example"),
    "another host header": lambda request: with_header(request, "host", "voisins.example"),
    "another date": lambda request: with_header(
        request, "date", format_datetime(now() + timedelta(minutes=30), True)
    ),
    "no signature": unsigned,
}


@both_forms
@pytest.mark.parametrize("how", BREAKS)
async def test_we_refuse_what_fedify_signed_once_it_was_touched(fedify, fedifys_key, form, how):
    request = await signed_by(fedify, form)

    touched = BREAKS[how](request)

    assert touched != request
    assert not accepted(touched, fedifys_key, now())


@both_forms
@pytest.mark.parametrize("hours", [-3, 3])
async def test_we_refuse_what_fedify_signed_at_another_hour(fedify, fedifys_key, form, hours):
    request = await signed_by(fedify, form)

    assert not accepted(request, fedifys_key, now() + timedelta(hours=hours))


@both_forms
async def test_we_refuse_fedifys_signature_under_another_key(fedify, form):
    _, strangers_key = generate_rsa()

    assert not accepted(await signed_by(fedify, form), strangers_key, now())
