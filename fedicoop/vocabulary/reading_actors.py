"""Actors and their keys, as peers show them.

The rules about origins stand here: an actor speaks for its own house only, so an inbox elsewhere is
refused (security.md, case 39) and a key that belongs to somebody else is not one of its keys.
"""

import re

from fedicoop.errors import Malformed
from fedicoop.vocabulary import types as t
from fedicoop.vocabulary.cursor import MAX_CONTENT, MAX_SUMMARY, Cursor
from fedicoop.vocabulary.hosts import normal_host, same_origin
from fedicoop.vocabulary.reading_media import page_address, read_image

ACTOR_TYPES = frozenset({"Application", "Group", "Organization", "Person", "Service"})
MAX_KEYS = 10
MAX_FIELDS = 16
MAX_ALIASES = 32
_MAX_PEM = 8192
_HANDLE = re.compile(r"[^\s@/\\<>\"'&#?%]{1,256}")
_ED25519 = re.compile(r"z6Mk[1-9A-HJ-NP-Za-km-z]{40,46}", re.ASCII)


def read_actor(at: Cursor) -> t.Actor:
    """Read an actor.  Raises Malformed, `federation.foreign_inbox` if its inbox is in another house."""
    id, endpoints = at.iri("id"), at.find_child("endpoints") or at.at({}, ".endpoints")
    name, _ = at.translated("name")
    handle = _handle(at, id)
    return t.Actor(
        id=id,
        type=next(kind for kind in at.types() if kind in ACTOR_TYPES),
        handle=handle,
        name=name.strip() or handle,
        inbox=_inbox(at, id),
        outbox=_own(at, "outbox", id),
        shared_inbox=_own(endpoints, "sharedInbox", id) or _own(at, "sharedInbox", id),
        followers=_own(at, "followers", id),
        following=_own(at, "following", id),
        featured=_own(at, "featured", id),
        featured_tags=_own(at, "featuredTags", id),
        offers=_own(at, "offers", id) or _own(endpoints, "offers", id),
        needs=_own(at, "needs", id) or _own(endpoints, "wanted", id),
        webfinger=at.text("webfinger", "") or None,
        summary=at.translated("summary", MAX_SUMMARY)[0],
        url=page_address(at, id),
        icon=_picture(at, "icon"),
        image=_picture(at, "image"),
        fields=_fields(at),
        manually_approves=at.flag("manuallyApprovesFollowers"),
        discoverable=at.flag("discoverable"),
        indexable=at.flag("indexable"),
        published=at.find_moment("published"),
        also_known_as=at.iris("alsoKnownAs")[:MAX_ALIASES],
        moved_to=at.find_iri("movedTo"),
        implements=_implements(at),
        keys=_keys(at, id),
    )


def read_key_document(at: Cursor, key_id: str) -> t.Key:
    """See `reading.read_key`."""
    owner = at.find_iri("id")
    embedded = [*at.children("publicKey", MAX_KEYS), *at.children("assertionMethod", MAX_KEYS)]
    alone = "publicKeyPem" in at.raw or "publicKeyMultibase" in at.raw
    for place in [at] if alone else embedded:
        key = _key(place, None if alone else owner)
        if key is None or key.id != key_id:
            continue
        if not same_origin(key.id, key.owner) or (not alone and key.owner != owner):
            raise Malformed("federation.foreign_key", f"{key.id} says that {key.owner} owns it")
        return key
    raise Malformed("federation.no_key", f"the document of {owner} does not hold {key_id[:2048]}")


def _handle(at: Cursor, id: t.Iri) -> str:
    """`preferredUsername`, else the user of `webfinger` (FEP-2c59), else the host (Lemmy's site actor)."""
    claimed = at.text("webfinger", "").removeprefix("acct:").removeprefix("@").partition("@")[0]
    handle = at.text("preferredUsername", "", limit=257) or claimed or normal_host(id).partition(":")[0]
    if not _HANDLE.fullmatch(handle):
        raise at.fail("preferredUsername", "not a handle")
    return handle


def _inbox(at: Cursor, id: t.Iri) -> t.Iri:
    inbox = at.iri("inbox")
    if not same_origin(inbox, id):
        raise Malformed("federation.foreign_inbox", f"{at.path}.inbox: {inbox} for {id}")
    return inbox


def _own(at: Cursor, name: str, id: t.Iri) -> t.Iri | None:
    """An address of the actor's own house; elsewhere it would speak for others."""
    found = at.find_iri(name)
    return found if found is not None and same_origin(found, id) else None


def _picture(at: Cursor, name: str) -> t.Image | None:
    return next((image for one in at.many(name)[:4] if (image := read_image(at, one))), None)


def _fields(at: Cursor) -> tuple[t.Field, ...]:
    lines = (line for line in at.children("attachment", 64) if "PropertyValue" in _bare_types(line))
    found = [
        t.Field(name=line.get("name")[:256], value=line.get("value")[:MAX_CONTENT])
        for line in lines
        if isinstance(line.get("name"), str) and isinstance(line.get("value"), str)
    ]
    return tuple(found[:MAX_FIELDS])


def _bare_types(at: Cursor) -> set[str]:
    return {name.removeprefix("schema:") for name in at.types()}


def _implements(at: Cursor) -> tuple[str, ...]:
    """What the software can do (FEP-844e): on the application itself, or on an actor's `generator`."""
    places = [at, *at.children("generator", 1)]
    items = [item for place in places for item in place.many("implements")][:64]
    hrefs = (item.get("href") if isinstance(item, dict) else item for item in items)
    return tuple(href[:2048] for href in hrefs if isinstance(href, str))


def _keys(at: Cursor, id: t.Iri) -> tuple[t.Key, ...]:
    """The keys that an actor lists and owns, each id once.

    A key with an id in another house is left out as well: kept, it could take the place of the key
    that really has this id.
    """
    found: dict[t.Iri, t.Key] = {}
    for place in [*at.children("publicKey", MAX_KEYS), *at.children("assertionMethod", MAX_KEYS)]:
        key = _key(place, id)
        if key is not None and key.owner == id and same_origin(key.id, id):
            found.setdefault(key.id, key)
    return tuple(found.values())[:MAX_KEYS]


def _key(at: Cursor, holder: t.Iri | None) -> t.Key | None:
    """A PEM key (security/v1) or a Multikey (FEP-521a); `holder` is the actor round it, if there is one."""
    id = at.find_iri("id")
    named = "owner" if at.get("owner") is not None else "controller"
    owner = at.find_iri(named) if at.get(named) is not None else holder
    pem, multibase = at.get("publicKeyPem"), at.get("publicKeyMultibase")
    if id is None or owner is None:
        return None
    if isinstance(pem, str) and "PUBLIC KEY-----" in pem[:_MAX_PEM] and len(pem) <= _MAX_PEM:
        return t.Key(id=id, owner=owner, algorithm="rsa", public=pem)
    if isinstance(multibase, str) and _ED25519.fullmatch(multibase):
        return t.Key(id=id, owner=owner, algorithm="ed25519", public=multibase)
    return None
