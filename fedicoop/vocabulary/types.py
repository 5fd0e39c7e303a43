"""The words of the wire that we speak, as values.

These mirror what travels, not what we keep: a `Proposal` here is what a peer published; what we
make of it is a `Listing` (fedicoop/listings/listing.py).  Every shape that peers use for the same
thing has become one of these by the time it leaves `reading.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fedicoop.vocabulary.market import Intent as Intent
from fedicoop.vocabulary.market import Iri as Iri
from fedicoop.vocabulary.market import Measure as Measure
from fedicoop.vocabulary.market import Place as Place

PUBLIC = Iri("https://www.w3.org/ns/activitystreams#Public")
NAMESPACE = "https://fedicoop.example/ns#"
"""Where our private terms (`exchangeMode`, `deposit`) and the category keys live.  A name, not a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A public key: PEM for `rsa`, multibase (z…, base58btc of 0xed01 and 32 bytes) for `ed25519`."""

    id: Iri
    owner: Iri
    algorithm: Literal["rsa", "ed25519"]
    public: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    url: Iri
    media_type: str = "image/jpeg"
    alt: str = ""
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None
    focal: tuple[float, float] | None = None
    here: str = ""  # never on the wire: the name of our copy of a peer's


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of an actor's profile (`PropertyValue`); `value` is HTML."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who can speak.  `type` is one of Application, Group, Organization, Person, Service."""

    id: Iri
    type: str
    handle: str  # preferredUsername
    name: str
    inbox: Iri
    outbox: Iri | None = None
    shared_inbox: Iri | None = None
    followers: Iri | None = None
    following: Iri | None = None
    featured: Iri | None = None
    featured_tags: Iri | None = None
    offers: Iri | None = None
    needs: Iri | None = None
    webfinger: str | None = None  # user@host as the actor claims it (FEP-2c59)
    summary: str = ""  # HTML
    url: Iri | None = None
    icon: Image | None = None
    image: Image | None = None  # the wide one above a profile
    fields: tuple[Field, ...] = ()
    manually_approves: bool = False
    discoverable: bool = False
    indexable: bool = False
    published: datetime | None = None
    also_known_as: tuple[Iri, ...] = ()
    moved_to: Iri | None = None
    implements: tuple[str, ...] = ()  # FEP-844e, hrefs
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    type: Literal["Hashtag", "Mention"]
    name: str
    href: Iri | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    id: Iri
    by: Iri  # attributedTo
    content: str  # HTML, as it came: never shown without the sanitiser
    published: datetime
    name: str = ""  # read only: never written (protocol: the name trap)
    summary: str = ""
    language: str | None = None
    updated: datetime | None = None
    ends: datetime | None = None  # endTime
    url: Iri | None = None
    to: tuple[Iri, ...] = ()
    cc: tuple[Iri, ...] = ()
    in_reply_to: Iri | None = None
    context: Iri | None = None
    conversation: str | None = None  # any URI (Mastodon: tag:…): what its server calls the thread
    replies: Iri | None = None
    likes: Iri | None = None
    shares: Iri | None = None
    totals: tuple[int, int] | None = None  # of likes and shares; written only
    audience: Iri | None = None  # the group that it is for (FEP-1b12)
    tags: tuple[Tag, ...] = ()
    images: tuple[Image, ...] = ()
    location: Place | None = None
    sensitive: bool = False
    also_known_as: tuple[Iri, ...] = ()  # ids that it had before its author moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(Note):
    """A Note that carries ValueFlows properties: a listing on the wire (FEP-0837)."""

    purpose: Literal["offer", "request"]
    publishes: Intent
    reciprocal: Intent | None = None
    deposit: Intent | None = None  # money that goes and comes back: custody, not rights
    unit_based: bool = False
    mode: str | None = None  # exchangeMode
    event: bool = False  # read only: an Event, put into these words
    software: str = ""  # read only: what wrote it, as its shape tells; "" where the shape is everybody's


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    id: Iri
    former_type: str = "Note"
    deleted: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection or one page of it; `items` are embedded things or ids."""

    id: Iri
    total: int | None = None
    first: Iri | None = None
    last: Iri | None = None
    next: Iri | None = None
    prev: Iri | None = None
    part_of: Iri | None = None
    items: tuple["Thing", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    id: Iri
    actor: Iri
    object: "Thing"
    to: tuple[Iri, ...] = ()
    cc: tuple[Iri, ...] = ()
    published: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Activity):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Activity):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Activity):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow(Activity):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Activity):
    result: Iri | None = None  # of a QuoteRequest: the permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Activity):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Activity):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce(Activity):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Activity):
    """The actor, which is the object too, is now `target`."""

    target: Iri


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Activity):
    """The actor wants nothing to do with the object, an actor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Activity):
    """A report: `object` is the first of what is reported, `others` the rest, `content` why (plain text)."""

    others: tuple[Iri, ...] = ()
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unspoken(Activity):
    """A well-formed activity of a type that we do not speak: kept as ignored, answered 202."""

    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A well-formed object of a type that we do not speak; only its id and owner matter."""

    id: Iri
    type: str
    by: Iri | None = None


Thing = Iri | Actor | Note | Tombstone | Collection | Activity | Other
