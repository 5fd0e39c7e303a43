"""The border, inward: bytes from a peer become values, or a Malformed that says where.

We read compact JSON-LD by its names and never fetch a context, nor honour `@graph`, `@included` or
`@reverse`.  Every habit of the wire is met in this room (here, `cursor.py`, `reading_actors.py`,
`reading_notes.py`, `imports.py`) and nowhere else.
"""

from collections.abc import Callable, Set
from typing import Any

from fedicoop.errors import Malformed
from fedicoop.vocabulary import types as t
from fedicoop.vocabulary import verbs
from fedicoop.vocabulary.cursor import MAX_RECIPIENTS, Cursor, local_name
from fedicoop.vocabulary.imports import dialect_of
from fedicoop.vocabulary.parsing import parse_untrusted
from fedicoop.vocabulary.reading_actors import ACTOR_TYPES, read_actor, read_key_document
from fedicoop.vocabulary.reading_notes import NOTE_TYPES, is_note, read_note
from fedicoop.vocabulary.reading_verbs import read_more

MAX_ITEMS = 1000
MAX_FLAGGED = 50  # things in one report
MAX_REASON = 5000  # letters; Mastodon takes as many
COLLECTIONS = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})
OBJECTS = ACTOR_TYPES | COLLECTIONS | NOTE_TYPES | {"Tombstone"}

OTHER_ACTIVITIES = frozenset(
    {"Add", "Arrive", "Dislike", "FeatureRequest", "Ignore", "Invite", "Join"}
    | {"Leave", "Listen", "Offer", "Read", "Remove", "TentativeAccept"}
    | {"TentativeReject", "Travel", "View"}
)
"""Activities that we do not speak; `Question` is missing because peers use it as an object."""


def read(body: bytes, *, plain_http: Set[str] = frozenset()) -> t.Thing:
    """Read one ActivityStreams document.

    `plain_http` holds the exact `host:port` of peers whose ids may be plain http.  Gives an activity
    (`Unspoken` if we do not speak its type), an actor, a note (a `Proposal` if it carries a listing),
    a tombstone, a collection, or `Other`.  Raises Malformed (`federation.…`), and nothing else.
    """
    return read_object(parse_untrusted(body), plain_http=plain_http)


def read_envelope(body: bytes, *, plain_http: Set[str] = frozenset()) -> t.Thing:
    """Read what must be known of a letter before it is kept: what is created or updated stays an id.

    The whole costs more than all else at the door, and is read when it is processed anyway; what cannot
    be understood then is refused then, with its reason beside the receipt.  Raises as `read` does.
    """
    at = Cursor(parse_untrusted(body), plain_http=plain_http)
    kind = _activity_type(at)
    if kind not in ("Create", "Update"):
        return _thing(at)
    inner = at.find_child("object")
    if inner is not None and inner.get("type") is not None and not inner.types():
        raise at.fail("object.type", "expected a type")
    return _activity(at, kind, _id_only)


def read_object(raw: dict[str, Any], *, plain_http: Set[str] = frozenset()) -> t.Thing:
    """Read one document that `parse_untrusted` has parsed.  See `read`."""
    return _thing(Cursor(raw, plain_http=plain_http))


def read_key(body: bytes, key_id: str, *, plain_http: Set[str] = frozenset()) -> t.Key:
    """Find the key `key_id` in the document that was fetched from there (federation.md 2.2, rule 3).

    Takes an actor, GoToSocial's stub of one, and a Key or Multikey document of its own.  The owner is
    what the document *claims*: whoever asks must still see that this owner's actor lists the key.
    Raises Malformed (`federation.no_key`, `federation.foreign_key`, …).
    """
    return read_key_document(Cursor(parse_untrusted(body), plain_http=plain_http), key_id)


def _thing(at: Cursor, said: Cursor | None = None) -> t.Thing:
    """Read anything; `said` is the activity round it, for what an object leaves to its activity."""
    if kind := _activity_type(at):
        return _activity(at, kind)
    dialect = dialect_of(at.raw)
    at = at.at(dialect.translate(at.raw), "")
    types = at.types()
    if not types:
        raise at.fail("type", "expected a type")
    if not ACTOR_TYPES.isdisjoint(types):
        return read_actor(at)
    if not COLLECTIONS.isdisjoint(types):
        return _collection(at)
    if "Tombstone" in types:
        return _tombstone(at)
    if is_note(at):
        return read_note(at, said, dialect)
    by = at.find_iri("attributedTo") or at.find_iri("actor")
    return t.Other(id=at.iri("id"), type=types[0][:256], by=by)


def _activity_type(at: Cursor) -> str | None:
    """The type of an activity is one string; peers drop anything else (federation.md 1.1)."""
    value = at.get("type")
    if isinstance(value, str):
        name = local_name(value)
        if name in SPOKEN or name in OTHER_ACTIVITIES:
            return name
        owned = {"attributedTo", "inbox", "purpose", "content"} & at.raw.keys()
        return name if "actor" in at.raw and not owned and name not in OBJECTS and ":" not in name else None
    if "actor" in at.raw and not (SPOKEN.keys() | OTHER_ACTIVITIES).isdisjoint(at.types()):
        raise at.fail("type", "an activity has one type, a string")
    return None


def _flag(at: Cursor) -> t.Flag:
    """A report names one thing or several, alone among activities (M app/lib/…/activity/flag.rb)."""
    about = at.iris("object", MAX_FLAGGED)
    if not about:
        raise at.fail("object", "expected what is reported")
    words = at.get("content")
    return t.Flag(
        id=_activity_id(at),
        actor=at.iri("actor"),
        object=about[0],
        others=about[1:],
        content=words[:MAX_REASON] if isinstance(words, str) else "",
    )


def _activity(at: Cursor, kind: str, reading: Callable[[Cursor], t.Thing] | None = None) -> t.Activity:
    if kind == "Flag":
        return _flag(at)
    for name in ("actor", "object") if kind in SPOKEN else ("actor",):
        if isinstance(at.get(name), list):
            raise at.fail(name, "expected one, got a list")
    to, cc = at.iris("to"), at.iris("cc")
    if len(at.many("to")) + len(at.many("cc")) > MAX_RECIPIENTS:
        raise Malformed("federation.too_many", f"{at.path}: over {MAX_RECIPIENTS} recipients", place=at.path)
    if kind not in SPOKEN:
        id, about = at.find_iri("id") or t.Iri(""), at.find_iri("object") or t.Iri("")
        return t.Unspoken(id=id, actor=at.iri("actor"), object=about, to=to, cc=cc, type=kind[:256])
    make, read_its_object = SPOKEN[kind]
    return make(
        id=_activity_id(at),
        actor=at.iri("actor"),
        object=(reading or read_its_object)(at),
        to=to,
        cc=cc,
        published=at.moment("published"),
        **({"target": at.iri("target")} if kind == "Move" else {}),
        **read_more(kind, at),
    )


def _activity_id(at: Cursor) -> t.Iri:
    """An activity needs an id; one inside another (the Follow that is undone) may lack it: "" then."""
    return t.Iri("") if at.get("id") is None and at.path.endswith(".object") else at.iri("id")


def _whole(at: Cursor) -> t.Thing:
    """What is created or updated, whole if it came whole."""
    inner = at.find_child("object")
    return at.iri("object") if inner is None or inner.get("type") is None else _thing(inner, at)


def _id_only(at: Cursor) -> t.Thing:
    """What is announced, followed or deleted is looked up; a copy of it in the activity proves nothing."""
    return at.iri("object")


def _said_before(at: Cursor) -> t.Thing:
    """The activity that is accepted, rejected or undone, as an id or embedded."""
    inner = at.find_child("object")
    if inner is None or _activity_type(inner) is None or not {"actor", "object"} <= inner.raw.keys():
        return at.iri("object")
    return _thing(inner)


def _deleted(at: Cursor) -> t.Thing:
    gone = at.find_child("object")
    return _tombstone(gone) if gone is not None and "Tombstone" in gone.types() else at.iri("object")


SPOKEN: dict[str, tuple[type[t.Activity], Callable[[Cursor], t.Thing]]] = {
    "Create": (t.Create, _whole),
    "Update": (t.Update, _whole),
    "Delete": (t.Delete, _deleted),
    "Follow": (t.Follow, _id_only),
    "Announce": (t.Announce, _id_only),
    "Block": (t.Block, _id_only),
    "Flag": (t.Flag, _id_only),
    "Accept": (t.Accept, _said_before),
    "Reject": (t.Reject, _said_before),
    "Undo": (t.Undo, _said_before),
    "Move": (t.Move, _id_only),
    "Like": (verbs.Like, _id_only),
    "EmojiReact": (verbs.EmojiReact, _id_only),
    "QuoteRequest": (verbs.QuoteRequest, _id_only),
}
"""What we speak, and how each type's object is read."""


def _tombstone(at: Cursor) -> t.Tombstone:
    former = next((item for item in at.many("formerType") if isinstance(item, str)), "Note")
    return t.Tombstone(
        id=at.iri("id"), former_type=local_name(former)[:256], deleted=at.find_moment("deleted")
    )


def _collection(at: Cursor) -> t.Collection:
    """A collection or a page of it.  A first page that came embedded lends its items and its `next`."""
    first = at.find_child("first")
    shown = first if first is not None and not {"items", "orderedItems"} & at.raw.keys() else at
    name = "orderedItems" if shown.get("orderedItems") is not None else "items"
    found = (_item(shown, name, i, raw) for i, raw in enumerate(shown.many(name)[:MAX_ITEMS]))
    return t.Collection(
        id=at.iri("id"),
        total=at.whole("totalItems", 0, 2**53),
        first=at.find_iri("first"),
        last=at.find_iri("last"),
        next=shown.find_iri("next"),
        prev=at.find_iri("prev"),
        part_of=at.find_iri("partOf"),
        items=tuple(item for item in found if item is not None),
    )


def _item(at: Cursor, name: str, number: int, raw: object) -> t.Thing | None:
    """One item, or None: an item that cannot be read must not hide the others."""
    try:
        item = Cursor({"item": raw}, f"{at.path}.{name}[{number}]", at.plain_http)
        return _thing(item.child("item")) if isinstance(raw, dict) else item.iri("item")
    except Malformed:
        return None
