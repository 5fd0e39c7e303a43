"""What we would make of a document: an actor to follow, a listing that is kept or not, or nothing."""

from typing import Any

from fedicoop.actors import directory, names
from fedicoop.actors import store as actors
from fedicoop.actors.fetching import read_answer
from fedicoop.db import Tx
from fedicoop.desk.findings import Finding, fine, fine_in_words
from fedicoop.errors import Problem
from fedicoop.follows import store as follows
from fedicoop.listings import store as listings
from fedicoop.listings.importing import from_note
from fedicoop.listings.listing import Listing
from fedicoop.node import Node
from fedicoop.outward import Answer
from fedicoop.peers.verdicts import of_problem, verdict
from fedicoop.relations.asking import failed
from fedicoop.vocabulary.hosts import normal_host, same_origin
from fedicoop.vocabulary.types import Activity, Actor, Collection, Note, Proposal, Thing, Tombstone

Told = dict[str, Any]
"""Facts for machines: the keys stay."""
Judged = tuple[list[Finding], Told]


async def of_document(node: Node, answer: Answer, us: Actor | None, asked: str = "") -> Judged:
    """What its house answered, read as we read everything, and what it becomes here; for the coop `us`.

    `asked` is the name that led there.
    """
    told: Told = {"id": None, "type": None, "owner": None}
    host = normal_host(answer.url)
    try:
        thing = read_answer(node, answer)
    except Problem as problem:
        return [failed("document", of_problem(problem, host))], told | {"becomes": "ignored"}
    id = thing if isinstance(thing, str) else thing.id
    told |= {"id": id, "type": type_of(thing)}
    steps = [fine("document", f"{told['type']} · {_title(thing) or id}")]
    if not same_origin(id, answer.url):
        return [*steps, _ignored("foreign_id", host)], told | {"becomes": "ignored"}
    more, facts = await _of_thing(node, thing, us, host, asked)
    return [*steps, *more], told | facts


def type_of(thing: Thing) -> str:
    """The word that the document used for itself, as far as we keep it."""
    return "Note" if isinstance(thing, Proposal) else str(getattr(thing, "type", type(thing).__name__))


def _title(thing: Thing) -> str:
    if isinstance(thing, Proposal):
        return thing.publishes.name or thing.name
    return thing.name if isinstance(thing, Actor) else ""


def _ignored(reason: str, host: str) -> Finding:
    return failed("becomes", verdict(reason, host=host))


async def _of_thing(node: Node, thing: Thing, us: Actor | None, host: str, asked: str) -> Judged:
    match thing:
        case Actor():
            return await of_actor(node, thing, us, asked)
        case Proposal():
            return await _of_listing(node, thing, host)
        case Note():
            return [_ignored("only_a_note", host)], {"owner": thing.by, "becomes": "ignored"}
        case Tombstone():
            return [_ignored("deleted", host)], {"becomes": "ignored"}
        case Collection():
            return [_ignored("only_a_list", host)], {"total": thing.total, "becomes": "ignored"}
        case Activity():
            return [_ignored("only_an_activity", host)], {"owner": thing.actor, "becomes": "ignored"}
    return [_ignored("unspoken", host)], {"becomes": "ignored"}


async def of_actor(node: Node, actor: Actor, us: Actor | None, asked: str = "") -> Judged:
    """Somebody: the name that both sides confirm, the keys that would verify, and what is between us."""
    host = normal_host(actor.id)
    try:
        await directory.actor(node, actor.id, refresh=True)
    except Problem as problem:
        return [failed("document", of_problem(problem, host))], {"owner": actor.id, "becomes": "ignored"}
    confirmed = await names.confirm(node, actor)
    async with node.db.read() as tx:
        ours = await follows.between(tx, us.id, actor.id) if us else None
        theirs = await follows.between(tx, actor.id, us.id) if us else None
    told = {
        "owner": actor.id,
        "becomes": "actor",
        "actor_type": actor.type,
        "name": actor.name,
        "handle": f"@{confirmed}" if confirmed else None,
        "keys": [{"id": key.id, "algorithm": key.algorithm} for key in actor.keys],
        "followed": ours.status if ours else None,
        "follower": theirs.status if theirs else None,
    }
    algorithms = ", ".join(sorted({key.algorithm for key in actor.keys}))
    name = f"{actor.handle}@{host}"
    if asked and asked.rpartition("@")[0].lower() != actor.handle.lower():
        confirmed, name = None, asked  # the name leads to somebody who is called otherwise
        await _somebody_else(node, asked)
    return [
        fine("keys", algorithms) if algorithms else failed("keys", verdict("no_key", host=host)),
        fine("loop", f"@{confirmed}") if confirmed else failed("loop", verdict("loop", host=host, name=name)),
        fine_in_words("becomes", "relation.becomes.actor"),
    ], told


async def _somebody_else(node: Node, asked: str) -> None:
    user, _, host = asked.rpartition("@")
    async with node.db.write() as tx:
        if known := await actors.find_by_handle(tx, user, host):
            await names.note_unconfirmed(tx, known.id)


async def _of_listing(node: Node, note: Proposal, host: str) -> Judged:
    """A listing: who writes it, what it says, and whether it would be kept here."""
    told: Told = {"owner": note.by, "becomes": "ignored"}
    if not same_origin(note.id, note.by):
        return [_ignored("foreign_author", host)], told
    try:
        author = await directory.actor(node, note.by)
    except Problem as problem:
        return [failed("author", of_problem(problem, host))], told
    name = f"@{author.webfinger or f'{author.handle}@{host}'}"
    steps = [fine("author", name)]
    if not author.keys:
        steps.append(failed("keys", verdict("no_key", host=host)))
    async with node.db.read() as tx:
        known, decision = await _kept(tx, note, name, host)
        listing = from_note(note, key="", now=tx.now)
        heard = await follows.heard_by_us(tx, note.by)
    told |= {"owner_name": name, "becomes": "listing", "known": known, "followed": heard}
    if decision.problem and decision.problem.key == "verdict.deleted":
        told["becomes"] = "ignored"
    return [*steps, decision], told | listing_told(listing)


async def _kept(tx: Tx, note: Proposal, name: str, host: str) -> tuple[bool, Finding]:
    """Whether it is here already, and what is decided about it (listings/hearing.py decides so)."""
    known = await listings.find(tx, note.id)
    if await listings.is_gone(tx, note.id):
        return False, _ignored("deleted", host)
    if known and known.status == "removed":
        return True, failed("becomes", verdict("taken_down", host=host))
    if known:
        return True, fine_in_words("becomes", "relation.becomes.known")
    if not await follows.heard_by_us(tx, note.by):
        return False, failed("becomes", verdict("stranger", host=host, name=name))
    return False, fine_in_words("becomes", "relation.becomes.kept")


def listing_told(listing: Listing) -> Told:
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


async def of_ours(node: Node, address: str) -> Judged:
    """Something of this house: seen in our own tables, for we never ask ourselves over HTTP."""
    key = address.rstrip("/").rpartition("/")[2]
    ours = fine_in_words("signature", "relation.step.ours")
    async with node.db.read() as tx:
        actor = await actors.own(tx, address) or await actors.find_local(tx, key.removeprefix("@"))
        listing = await listings.find(tx, address) or await listings.find_by_key(tx, key)
    if listing is not None and listing.local:
        told: Told = {"id": listing.id, "type": "Note", "owner": listing.actor_id, "becomes": "listing"}
        steps = [ours, fine("document", f"Note · {listing.title}")]
        return [*steps, fine_in_words("becomes", "relation.becomes.ours")], (
            told | listing_told(listing) | {"known": True, "followed": True}
        )
    if actor is not None:
        told = {"id": actor.id, "type": actor.type, "owner": actor.id, "becomes": "actor", "name": actor.name}
        keys = [{"id": key.id, "algorithm": key.algorithm} for key in actor.keys]
        told |= {"handle": f"@{actor.webfinger or actor.handle}", "keys": keys}
        told |= {"followed": None, "follower": None}
        steps = [ours, fine("document", f"{actor.type} · {actor.name}")]
        return [*steps, fine_in_words("becomes", "relation.becomes.ours")], told
    return [failed("document", verdict("not_ours", url=address))], {
        "id": None,
        "type": None,
        "owner": None,
        "becomes": "ignored",
    }
