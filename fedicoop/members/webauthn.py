"""Passkeys by WebAuthn (level 2), with the `fido2` package of the extra `passkeys`: no table, no page.

Whoever holds a passkey has shown it who they are, by a finger or a code: that is asked for, and
looked at, both when one is made and when one is used.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fedicoop.errors import Misused

if TYPE_CHECKING:
    from fido2.server import Fido2Server

LARGEST = 20_000  # characters of an answer; an honest one has some two thousand


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey as its browser made it: both base64url."""

    id: str
    credential: str
    sign_count: int


@cache
def _installed() -> bool:
    return find_spec("fido2") is not None


def offered(origin: str) -> bool:
    """Whether passkeys work here: with the extra, and under a name; browsers make none for an address."""
    host = urlsplit(origin).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return _installed() and (origin.startswith("https://") or host == "localhost")
    return False


def ask_for_new(
    origin: str, name: str, *, member_id: str, handle: str, known: list[str]
) -> tuple[dict[str, Any], str]:
    """What the browser is given to make a passkey of, and the state to keep until it answers."""
    from fido2.webauthn import (
        AttestedCredentialData,
        PublicKeyCredentialUserEntity,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options, state = _server(origin, name).register_begin(
        PublicKeyCredentialUserEntity(id=member_id.encode(), name=handle, display_name=name),
        [AttestedCredentialData(_decoded(one)) for one in known],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options)["publicKey"], json.dumps(state)


def made(origin: str, state: str, answer: str) -> Made:
    """The passkey that a browser made.  Raises Misused `passkey.not_made` for any other answer."""
    try:
        data = _server(origin, "").register_complete(json.loads(state), _read(answer))
        found = data.credential_data
        assert found is not None
    except Exception as error:  # fido2 raises what it likes for what is not as it should be
        raise Misused("passkey.not_made", repr(error)[:200]) from error
    return Made(_encoded(found.credential_id), _encoded(bytes(found)), data.counter)


def ask_who(origin: str) -> tuple[dict[str, Any], str]:
    """What the browser is given to sign with whichever passkey of ours it holds, and the state to keep."""
    from fido2.webauthn import UserVerificationRequirement

    options, state = _server(origin, "").authenticate_begin(
        user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(options)["publicKey"], json.dumps(state)


def claimed(answer: str) -> str:
    """The id of the passkey that an answer claims to come from; "" where it says none."""
    try:
        return str(_read(answer)["id"])[:1500]
    except (ValueError, KeyError, TypeError):
        return ""


def sign_count(origin: str, state: str, answer: str, credential: str) -> int:
    """Verify an answer against the passkey; how often it says that it signed.

    Raises Misused `passkey.wrong` for anything but an honest answer.
    """
    from fido2.webauthn import AttestedCredentialData, AuthenticationResponse

    try:
        response = _read(answer)
        known = [AttestedCredentialData(_decoded(credential))]
        _server(origin, "").authenticate_complete(json.loads(state), known, response)
        return AuthenticationResponse.from_dict(response).response.authenticator_data.counter
    except Exception as error:
        raise Misused("passkey.wrong", repr(error)[:200]) from error


def _server(origin: str, name: str) -> "Fido2Server":
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    host = urlsplit(origin).hostname or ""
    return Fido2Server(
        PublicKeyCredentialRpEntity(name=name or host, id=host), verify_origin=lambda given: given == origin
    )


def _read(answer: str) -> dict[str, Any]:
    found = json.loads(answer) if len(answer) <= LARGEST else None
    if not isinstance(found, dict):
        raise ValueError("not an object, or far too large a one")
    return found


def _encoded(data: bytes) -> str:
    from fido2.utils import websafe_encode

    return websafe_encode(data)


def _decoded(text: str) -> bytes:
    from fido2.utils import websafe_decode

    return websafe_decode(text)
