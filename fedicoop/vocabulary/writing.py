"""The border, outward: values become the bytes that we sign and send.

The shapes are those that every peer takes (federation.md 6): a listing is a `Note`, `attachment` and
`tag` are lists, `cc` is always there, owner and addresses are plain strings, and a Note never carries
a `name` (to one peer that is a content warning, to another a vote, to a third a reason to hide it).
"""

import json
from decimal import Decimal
from typing import Any

from fedicoop.vocabulary import types as t
from fedicoop.vocabulary.context import context_of
from fedicoop.vocabulary.dates import moment_text
from fedicoop.vocabulary.verbs import QuoteAuthorization, QuoteRequest
from fedicoop.vocabulary.writing_actors import write_actor
from fedicoop.vocabulary.writing_media import Json, present, write_image, write_place


def write(thing: t.Thing | QuoteAuthorization, *, context: bool = True, proved: bool = False) -> bytes:
    """Write a document as UTF-8 JSON, `@context` first; without it, as a part of another document.

    `proved`: a proof will stand in it, whose terms the context must know.
    """
    document = {"@context": context_of(thing, proved=proved), **to_json(thing)} if context else to_json(thing)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def to_json(thing: t.Thing | QuoteAuthorization) -> Json:
    """Give a thing as JSON values, without `@context`.

    What is an address only, or other people's words (`Other`, `Unspoken`), is a TypeError.
    """
    match thing:
        case t.Activity() if not isinstance(thing, t.Unspoken):
            return _activity(thing)
        case t.Note():
            return _note(thing)
        case t.Actor():
            return write_actor(thing)
        case t.Collection():
            return _collection(thing)
        case QuoteAuthorization():
            return {
                "id": thing.id,
                "type": "QuoteAuthorization",
                "attributedTo": thing.by,
                "interactingObject": thing.quoting,
                "interactionTarget": thing.quoted,
            }
        case t.Tombstone():
            times = {"deleted": moment_text(thing.deleted)} if thing.deleted else {}
            return {"id": thing.id, "type": "Tombstone", "formerType": thing.former_type, **times}
    raise TypeError(f"we do not say a {type(thing).__name__}")


def _activity(activity: t.Activity) -> Json:
    return {
        "id": activity.id,
        "type": type(activity).__name__,
        "actor": activity.actor,
        **({"published": moment_text(activity.published)} if activity.published else {}),
        "to": list(activity.to),
        "cc": list(activity.cc),
        "object": _object(activity.object, whole=isinstance(activity, t.Announce)),
        **({"target": activity.target} if isinstance(activity, t.Move) else {}),
        **(present(result=activity.result) if isinstance(activity, t.Accept) else {}),
        **(present(instrument=activity.instrument) if isinstance(activity, QuoteRequest) else {}),
        **(_flagged(activity) if isinstance(activity, t.Flag) else {}),
    }


def _flagged(flag: t.Flag) -> Json:
    """Several things in one report, and why: to the server of whom it is about."""
    return {"object": [_object(flag.object), *flag.others], "content": flag.content}


def _object(thing: t.Thing, *, whole: bool = False) -> Any:
    """An activity inside another is named, not told again: id, type, actor and object.

    A group passes on the `whole` of it (FEP-1b12): its followers act upon it as if it came to them.
    """
    match thing:
        case str():
            return thing
        case t.Activity():
            said = to_json(thing)
            return said if whole else {name: said[name] for name in _NAMING if said.get(name)}
    return to_json(thing)


_NAMING = ("id", "type", "actor", "object", "instrument")


def _note(note: t.Note) -> Json:
    quotable = isinstance(note, t.Proposal) and t.PUBLIC in (*note.to, *note.cc)
    return {
        "id": note.id,
        "type": "Note",
        "attributedTo": note.by,
        **present(inReplyTo=note.in_reply_to, summary=note.summary),
        "content": note.content,
        **({"contentMap": {note.language: note.content}} if note.language else {}),
        "mediaType": "text/html",
        "published": moment_text(note.published),
        **present(url=note.url),
        "to": list(note.to),
        "cc": list(note.cc),
        "sensitive": note.sensitive,
        **(_listing(note) if isinstance(note, t.Proposal) else {}),
        **({"location": write_place(note.location)} if note.location else {}),
        "attachment": [write_image(image) for image in note.images],
        "tag": [present(type=tag.type, name=tag.name, href=tag.href) for tag in note.tags],
        **present(context=note.context, conversation=note.conversation, audience=note.audience),
        **({"replies": _replies(note.replies)} if note.replies else {}),
        **_counted("likes", note.likes, note.totals and note.totals[0]),
        **_counted("shares", note.shares, note.totals and note.totals[1]),
        **({"interactionPolicy": {"canQuote": {"automaticApproval": [t.PUBLIC]}}} if quotable else {}),
        **present(alsoKnownAs=list(note.also_known_as)),
        **({"updated": moment_text(note.updated)} if note.updated else {}),
        **({"endTime": moment_text(note.ends)} if note.ends else {}),
    }


def _listing(proposal: t.Proposal) -> Json:
    reciprocal, deposit = proposal.reciprocal, proposal.deposit
    return {
        "purpose": proposal.purpose,
        "publishes": _intent(proposal.publishes, f"{proposal.id}#primary"),
        **({"reciprocal": _intent(reciprocal, f"{proposal.id}#reciprocal")} if reciprocal else {}),
        **({"deposit": _intent(deposit, f"{proposal.id}#deposit")} if deposit else {}),
        "unitBased": proposal.unit_based,
        **present(exchangeMode=proposal.mode),
    }


def _intent(intent: t.Intent, id: str) -> Json:
    return {
        "type": "Intent",
        "id": intent.id or id,
        **present(name=intent.name),
        "action": intent.action,
        **present(
            resourceConformsTo=intent.conforms_to,
            resourceClassifiedAs=list(intent.classified_as),
            resourceQuantity=_measure(intent.quantity),
            availableQuantity=_measure(intent.available),
            minimumQuantity=_measure(intent.minimum),
            hasBeginning=intent.begins and moment_text(intent.begins),
            hasEnd=intent.ends and moment_text(intent.ends),
            finished=intent.finished,
        ),
    }


def _measure(measure: t.Measure | None) -> Json | None:
    """Amounts travel in quotes (FEP-0837), without exponent and without needless zeros."""
    if measure is None:
        return None
    amount = (
        measure.amount if measure.amount != measure.amount.to_integral() else Decimal(int(measure.amount))
    )
    return {"hasUnit": measure.unit, "hasNumericalValue": format(amount, "f")}


def _replies(id: t.Iri) -> Json:
    """Where the answers to a note are found, with the empty first page that Mastodon expects inside."""
    page = {"type": "CollectionPage", "partOf": id, "next": f"{id}?page=1", "items": []}
    return {"id": id, "type": "Collection", "first": page}


def _counted(name: str, id: t.Iri | None, total: int | None) -> Json:
    """Where a count is served; in the note as it is fetched, with the count inside, as Mastodon reads it."""
    if id is None or total is None:
        return present(**{name: id})
    return {name: {"id": id, "type": "OrderedCollection", "totalItems": total}}


def _collection(collection: t.Collection) -> Json:
    """A collection, or a page of one (it is part of something).

    Items that are not shown are left out, not shown as none: followers stay private this way.
    """
    paged = collection.part_of is not None
    listed = paged or collection.items or (collection.total == 0 and collection.first is None)
    total = {"totalItems": collection.total} if collection.total is not None else {}
    items = {"orderedItems": [_item(item) for item in collection.items]} if listed else {}
    return {
        "id": collection.id,
        "type": "OrderedCollectionPage" if paged else "OrderedCollection",
        **present(partOf=collection.part_of),
        **total,
        **present(first=collection.first, last=collection.last, next=collection.next, prev=collection.prev),
        **items,
    }


def _item(thing: t.Thing) -> Any:
    return thing if isinstance(thing, str) else to_json(thing)
