"""What we would make of a document: the judgement that `inspect` tells."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fedicoop.cli import opening
from fedicoop.cli.words import language, t
from fedicoop.errors import NotFound, Problem

if TYPE_CHECKING:
    from fedicoop.listings.listing import Listing
    from fedicoop.node import Node
    from fedicoop.outward import Answer
    from fedicoop.vocabulary.types import Actor, Proposal, Thing

Told = dict[str, Any]
_NOTHING: Told = {"id": None, "type": None, "owner": None}


def ignored(reason: str) -> Told:
    """`reason` is a key of `cli.inspect.reason.…`, and its sentence."""
    return {"becomes": "ignored", "reason": t(f"cli.inspect.reason.{reason}")}


async def of_document(node: "Node", answer: "Answer") -> Told:
    """What its house answered, read as we read everything, and what it becomes here."""
    from fedicoop.actors.fetching import read_answer
    from fedicoop.i18n import explain
    from fedicoop.vocabulary.hosts import same_origin

    try:
        thing = read_answer(node, answer)
    except Problem as problem:
        said = explain(problem, language())
        return _NOTHING | {"becomes": "ignored", "reason": said.what, "code": said.code}
    id = thing if isinstance(thing, str) else thing.id
    told = _NOTHING | {"id": id, "type": type_of(thing)}
    if not same_origin(id, answer.url):
        return told | ignored("foreign_id")
    return told | await of_thing(node, thing)


def type_of(thing: "Thing") -> str:
    """The word that the document used for itself, as far as we keep it."""
    from fedicoop.vocabulary.types import Proposal

    return "Note" if isinstance(thing, Proposal) else str(getattr(thing, "type", type(thing).__name__))


async def of_thing(node: "Node", thing: "Thing") -> Told:
    from fedicoop.vocabulary.types import Activity, Actor, Collection, Note, Proposal, Tombstone

    match thing:
        case Actor():
            return await _of_actor(node, thing)
        case Proposal():
            return await _of_listing(node, thing)
        case Note():
            return {"owner": thing.by} | ignored("note")
        case Tombstone():
            return ignored("tombstone")
        case Collection():
            return {"total": thing.total} | ignored("collection")
        case Activity():
            return {"owner": thing.actor} | ignored("activity")
    return ignored("unspoken")


async def _of_actor(node: "Node", actor: "Actor") -> Told:
    """Somebody: the name that both sides confirm, the keys that would verify, and what is between us."""
    from fedicoop.actors import directory, names
    from fedicoop.follows import store as follows

    await directory.actor(node, actor.id, refresh=True)
    confirmed = await names.confirm(node, actor)
    async with node.db.read() as tx:
        us = await opening.our_coop(tx)
        ours, theirs = await follows.between(tx, us.id, actor.id), await follows.between(tx, actor.id, us.id)
    return {
        "owner": actor.id,
        "becomes": "actor",
        "actor_type": actor.type,
        "name": actor.name,
        "handle": f"@{confirmed}" if confirmed else None,
        "keys": [{"id": key.id, "algorithm": key.algorithm} for key in actor.keys],
        "followed": ours.status if ours else None,
        "follower": theirs.status if theirs else None,
    }


async def _of_listing(node: "Node", note: "Proposal") -> Told:
    from fedicoop.actors import directory
    from fedicoop.follows import store as follows
    from fedicoop.listings import store
    from fedicoop.listings.importing import from_note
    from fedicoop.vocabulary.hosts import same_origin

    if not same_origin(note.id, note.by):
        return {"owner": note.by} | ignored("foreign_author")
    author = await directory.actor(node, note.by)
    async with node.db.read() as tx:
        known, gone = await store.find(tx, note.id), await store.is_gone(tx, note.id)
        heard, now = await follows.heard_by_us(tx, note.by), tx.now
    if gone:
        return {"owner": note.by} | ignored("deleted")
    listing = from_note(note, key="", now=now)
    told = {"owner": note.by, "owner_name": opening.name_of(author), "becomes": "listing"}
    return told | listing_told(listing) | {"known": known is not None, "followed": heard}


def listing_told(listing: "Listing") -> Told:
    """The fields of a listing that somebody who wonders about it wants to see."""
    price, deposit = listing.price, listing.deposit
    return {
        "title": listing.title,
        "kind": listing.kind,
        "mode": listing.mode,
        "state": str(listing.status),
        "price": {"amount": str(price.amount), "currency": price.currency} if price else None,
        "counterpart": listing.counterpart,
        "deposit": {"amount": str(deposit.amount), "currency": deposit.currency} if deposit else None,
        "category": listing.category,
        "place": listing.where.name if listing.where else None,
        "photos": len(listing.photos),
        "language": listing.language,
        "visibility": listing.visibility,
    }


async def of_ours(node: "Node", address: str) -> Told:
    """Something of this house: seen in our own tables, for we never ask ourselves over HTTP."""
    from fedicoop.actors import store as actors
    from fedicoop.listings import store

    key = address.rstrip("/").rpartition("/")[2]
    told = {"url": address, "fetched": False, "status": None, "media_type": None, "signature": "ours"}
    async with node.db.read() as tx:
        actor = await actors.own(tx, address) or await actors.find_local(tx, key.removeprefix("@"))
        listing = await store.find(tx, address) or await store.find_by_key(tx, key)
    if listing is not None:
        told |= {"id": listing.id, "type": "Note", "owner": listing.actor_id, "becomes": "listing"}
        return told | listing_told(listing) | {"known": True, "followed": True}
    if actor is not None:
        told |= {
            "id": actor.id,
            "type": actor.type,
            "owner": actor.id,
            "becomes": "actor",
            "name": actor.name,
        }
        keys = [{"id": key.id, "algorithm": key.algorithm} for key in actor.keys]
        return told | {"handle": opening.name_of(actor), "keys": keys, "followed": None, "follower": None}
    raise NotFound("cli.inspect_not_ours", address, url=address)


def in_words(told: Told) -> Iterator[tuple[str, str, str]]:
    """Lines of (label, mark, text) for people."""
    if told["fetched"]:
        yield "answer", "✓", f"{told['status']}, {told['media_type']}"
    yield "signature", "✓", t(f"cli.inspect.signature.{told['signature'].replace(' ', '_')}")
    if told["type"]:
        yield "what", "✓", f"{told['type']} · {told.get('name') or told.get('title') or told['id']}"
    match told["becomes"]:
        case "actor":
            yield from _actor_in_words(told)
        case "listing":
            yield from _listing_in_words(told)
        case _:
            yield "becomes", "✗", t("cli.inspect.becomes.ignored", reason=told["reason"])


def _actor_in_words(told: Told) -> Iterator[tuple[str, str, str]]:
    if told["handle"]:
        yield "name", "✓", told["handle"]
    else:
        yield "name", "!", t("cli.inspect.name_unconfirmed")
    algorithms = ", ".join(sorted({key["algorithm"] for key in told["keys"]}))
    yield "keys", "✓" if algorithms else "✗", algorithms or t("cli.inspect.no_keys")
    yield "becomes", "✓", t("cli.inspect.becomes.actor")
    yield "between", "✓", t(f"cli.inspect.followed.{told['followed'] or 'none'}")


def _listing_in_words(told: Told) -> Iterator[tuple[str, str, str]]:
    from decimal import Decimal

    from fedicoop.i18n import money

    words = [t(f"kind.{told['kind']}"), t(f"mode.{told['mode']}")]
    if told["price"]:
        words.append(money(Decimal(told["price"]["amount"]), told["price"]["currency"], language()))
    words += [told[name] for name in ("counterpart", "place") if told[name]]
    yield "becomes", "✓", t("cli.inspect.becomes.listing", words=" · ".join(words))
    shown = "known" if told["known"] else "followed" if told["followed"] else "stranger"
    yield "shown", "✓" if shown != "stranger" else "!", t(f"cli.inspect.shown.{shown}")
