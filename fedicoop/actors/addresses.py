"""The addresses of our own actors: one place that spells them."""

import re

from fedicoop.errors import Misused
from fedicoop.vocabulary.types import Iri

HANDLE = re.compile(r"[a-z0-9_]{1,30}")
RESERVED = frozenset({"actor", "admin", "administrator", "root", "support", "fedicoop", "instance"})


def checked_handle(handle: str) -> str:
    """The handle itself, if every peer takes it: small letters, digits and `_`, at most 30.

    Mastodon is wider (letters, dots and hyphens inside), Misskey and GoToSocial are not; what all
    take is this (M app/models/account.rb USERNAME_RE, K core/UtilityService).  Raises Misused.
    """
    if not HANDLE.fullmatch(handle):
        raise Misused("actor.handle", handle, handle=handle)
    if handle in RESERVED:
        raise Misused("actor.handle_reserved", handle, handle=handle)
    return handle


def actor_id(origin: str, handle: str) -> Iri:
    return Iri(f"{origin}/actors/{handle}")


def server_id(origin: str) -> Iri:
    """The actor of the server itself, which signs our look-ups."""
    return Iri(f"{origin}/actor")


def page(origin: str, handle: str) -> Iri:
    return Iri(f"{origin}/@{handle}")


def shared_inbox(origin: str) -> Iri:
    return Iri(f"{origin}/inbox")
