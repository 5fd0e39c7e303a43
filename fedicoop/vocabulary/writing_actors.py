"""Actors, outward: who speaks, where to write to them, and with which keys they sign."""

from fedicoop.vocabulary import types as t
from fedicoop.vocabulary.dates import moment_text
from fedicoop.vocabulary.writing_media import Json, present, write_image

_CAPABILITIES = {
    "https://w3id.org/fep/0837": "FEP-0837: Federated Marketplace",
    "https://datatracker.ietf.org/doc/html/rfc9421": "RFC-9421: HTTP Message Signatures",
}


def write_actor(actor: t.Actor) -> Json:
    """An actor as JSON.  An Application has no public profile: it only signs."""
    social = actor.type != "Application"
    return {
        "id": actor.id,
        "type": actor.type,
        "preferredUsername": actor.handle,
        **present(webfinger=actor.webfinger),
        "name": actor.name,
        **({"summary": actor.summary} if social else present(summary=actor.summary)),
        **present(url=actor.url),
        "inbox": actor.inbox,
        **present(
            outbox=actor.outbox,
            followers=actor.followers,
            following=actor.following,
            featured=actor.featured,
            featuredTags=actor.featured_tags,
            offers=actor.offers,
            needs=actor.needs,
            endpoints=present(sharedInbox=actor.shared_inbox),
        ),
        "manuallyApprovesFollowers": actor.manually_approves,
        **(_profile(actor) if social else {}),
        **present(movedTo=actor.moved_to),
        **({"published": moment_text(actor.published)} if actor.published else {}),
        **({"icon": write_image(actor.icon)} if actor.icon else {}),
        **({"image": write_image(actor.image)} if actor.image else {}),
        **_capabilities(actor),
        **_keys(actor),
    }


def _profile(actor: t.Actor) -> Json:
    return {
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "attachment": [{"type": "PropertyValue", "name": f.name, "value": f.value} for f in actor.fields],
        "tag": [],
        "alsoKnownAs": list(actor.also_known_as),
    }


def _capabilities(actor: t.Actor) -> Json:
    """FEP-844e: an application says what it implements; anybody else says what its application does."""
    items = [present(href=href, name=_CAPABILITIES.get(href)) for href in actor.implements]
    if not items:
        return {}
    if actor.type == "Application":
        return {"implements": items}
    return {"generator": {"type": "Application", "implements": items}}


def _keys(actor: t.Actor) -> Json:
    """RSA under `publicKey`, for everybody; Ed25519 under `assertionMethod` (FEP-521a)."""
    rsa = [
        {"id": key.id, "owner": key.owner, "publicKeyPem": key.public}
        for key in actor.keys
        if key.algorithm == "rsa"
    ]
    multikeys = [
        {"id": key.id, "type": "Multikey", "controller": key.owner, "publicKeyMultibase": key.public}
        for key in actor.keys
        if key.algorithm == "ed25519"
    ]
    return present(publicKey=rsa[0] if len(rsa) == 1 else rsa, assertionMethod=multikeys)
