"""Actors as accounts, in the shape that Mastodon's clients insist on."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fedicoop.access import Member
from fedicoop.actors import addresses
from fedicoop.actors import store as actors
from fedicoop.clients import avatars
from fedicoop.db import Tx
from fedicoop.follows import overview
from fedicoop.listings import counting
from fedicoop.members import store as members
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor, Image, Iri
from fedicoop.web.clean import clean

_LONGEST_ID = 2800
_HTTPS = "https://"
_ID = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one actor: how many it has published, when last, who hears it, whom it hears."""

    published: int = 0
    last_at: datetime | None = None
    followers: int = 0
    following: int = 0


def id_of(actor_id: str) -> str:
    """An actor's address as one word for a path; it says itself whose it is, so no table is asked."""
    return urlsafe_b64encode(actor_id.removeprefix(_HTTPS).encode()).rstrip(b"=").decode()


def actor_id_of(id: str) -> str:
    """The address in an account's id; "" for what is none."""
    if len(id) > _LONGEST_ID or not _ID.fullmatch(id):
        return ""
    try:
        text = urlsafe_b64decode(id + "=" * (-len(id) % 4)).decode()
    except ValueError:
        return ""
    if not text.isprintable():
        return ""
    return text if "://" in text else _HTTPS + text


async def of(tx: Tx, origin: str, actor_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Those of these actors that we know, by id, with their numbers: four questions for a whole page."""
    wanted = sorted({id for id in actor_ids if id})
    found = await actors.several(tx, wanted)
    counts = await counted(tx, wanted)
    return {id: account(actor, origin, counts.get(id, Counts())) for id, actor in found.items()}


async def counted(tx: Tx, actor_ids: Iterable[str]) -> dict[str, Counts]:
    wanted = sorted(set(actor_ids))
    published = await counting.published_by(tx, wanted)
    heard, hearing = await overview.counts(tx, wanted)
    return {
        id: Counts(
            published[id].number if id in published else 0,
            published[id].last_at if id in published else None,
            heard.get(id, 0),
            hearing.get(id, 0),
        )
        for id in wanted
    }


def account(actor: Actor, origin: str, counts: Counts) -> dict[str, Any]:
    """Every field of Mastodon 4's Account; what nobody here has is told as empty."""
    host, home = normal_host(actor.id), normal_host(origin)
    picture = _own(actor.icon, origin) or _drawn(actor, origin)
    acct = actor.handle if host == home else actor.webfinger or f"{actor.handle}@{host}"
    wide = _own(actor.image, origin) or f"{origin}{avatars.wide(host)}"
    return {
        "id": id_of(actor.id),
        "username": actor.handle,
        "acct": acct,
        "display_name": actor.name or actor.handle,
        "locked": actor.manually_approves,
        "bot": actor.type in ("Application", "Service"),
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "group": actor.type == "Group",
        "created_at": moment(actor.published) if actor.published else "1970-01-01T00:00:00.000Z",
        "note": str(clean(actor.summary)) if actor.summary else "",
        "url": actor.url or actor.id,
        "uri": actor.id,
        "avatar": picture,
        "avatar_static": picture,
        "avatar_description": "",
        "header": wide,
        "header_static": wide,
        "header_description": "",
        "followers_count": counts.followers,
        "following_count": counts.following,
        "statuses_count": counts.published,
        "last_status_at": counts.last_at.date().isoformat() if counts.last_at else None,
        "hide_collections": True,
        "noindex": not actor.indexable,
        "emojis": [],
        "roles": [],
        "fields": [
            {"name": one.name, "value": str(clean(one.value)), "verified_at": None} for one in actor.fields
        ],
    }


async def own(tx: Tx, origin: str, who: Member) -> dict[str, Any]:
    """A member's own account, with what only they see of it."""
    id = who.actor_id or addresses.actor_id(origin, who.handle)
    told = (await of(tx, origin, [id])).get(id)
    if told is None:  # somebody without a voice outside: what the roll says of them
        inbox = addresses.shared_inbox(origin)
        nobody = Actor(id=Iri(id), type="Person", handle=who.handle, name=who.name, inbox=inbox)
        told = account(nobody, origin, Counts())
    profile = await members.profile(tx, who.id)
    source = {
        "privacy": "direct",
        "sensitive": False,
        "language": profile.language or "",
        "note": profile.about,
        "fields": [],
        "follow_requests_count": 0,
        "hide_collections": True,
        "discoverable": told["discoverable"],
        "indexable": told["indexable"],
        "quote_policy": "nobody",
        "attribution_domains": [],
    }
    role = {"id": "-99", "name": "", "permissions": "0", "color": "", "highlighted": False}
    return told | {"display_name": who.name, "source": source, "role": role}


def moment(at: datetime) -> str:
    """2030-05-01T09:00:00.000Z, as Mastodon writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _own(image: Image | None, origin: str) -> str | None:
    """A picture that is here; nobody's application is sent to a third party for one."""
    if image and image.here:
        return f"{origin}/media/{image.here}"
    return image.url if image and image.url.startswith(f"{origin}/media/") else None


def _drawn(actor: Actor, origin: str) -> str:
    return f"{origin}{avatars.path(actor.name or actor.handle, normal_host(actor.id))}"


def somebody(origin: str) -> dict[str, Any]:
    """In the place of one who left, or whom we do not know any more."""
    nobody = Iri(f"{origin}/actors/-")
    return account(Actor(id=nobody, type="Person", handle="-", name="…", inbox=nobody), origin, Counts())
