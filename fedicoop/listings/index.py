"""What the search knows of a listing: kept in the commit that changes the listing, and asked in terms.

Only what is published is here.  Besides the words of a text (`words/tokens.py`) a listing has tokens for
what can be chosen: `k` kind, `m` mode, `l` whose house, `o` its owner and author, `a` its audience, and
`c` category, `g` squares of the map and both together.

Every question names an audience.  Nearly all listings have one and the same, and going through it for
each hit is what costs most where there are many; so the tokens of category and square say it too, for
whom they are, and a question that asks for either need not name it besides.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from zlib import crc32

from fedicoop import meta
from fedicoop.db import Tx
from fedicoop.i18n import LANGUAGES, t
from fedicoop.listings import engine
from fedicoop.listings.cells import cells, covering
from fedicoop.listings.hits import Entry
from fedicoop.listings.listing import Listing, Status, Visibility
from fedicoop.listings.question import Question, Source
from fedicoop.places.geometry import Point, blur, on_globe
from fedicoop.words import tokens
from fedicoop.words.tokens import Term, Token, all_of, any_of

_VERSION = f"{tokens.VERSION}.4"
_PUBLIC = "public"
_DONE = "search.version"  # in meta: the version of the tokens that every listing has
_AT = "search.taken_in"  # in meta: how far taking in anew has come


async def keep(tx: Tx, listing: Listing) -> None:
    """Know the listing as it now stands; what is not published is not known."""
    if listing.status is not Status.PUBLISHED:
        await engine.remove(tx, listing.id)
        return
    await engine.put(tx, entry_of(listing), tokens_of(listing))


def entry_of(listing: Listing) -> Entry:
    """What is kept of it beside its tokens."""
    place = public_place(listing)
    return Entry(
        number=_number(listing),
        listing_id=listing.id,
        owner=crc32((listing.coop_id or listing.actor_id).encode()),
        place=on_globe(place) if place else None,
        available_from=listing.available_from,
        available_to=listing.available_to,
    )


def tokens_of(listing: Listing) -> list[str]:
    """Everything that a question may ask of it but its distance and its dates."""
    return [*_choices(listing), *_places(listing), *_words(listing)]


def public_place(listing: Listing) -> Point | None:
    """Where it is for everybody; None where it says no place, or only a name."""
    where = listing.where
    if where is None or where.latitude is None or where.longitude is None:
        return None
    return blur(where.latitude, where.longitude)


async def forget(tx: Tx, listing_id: str) -> None:
    await engine.remove(tx, listing_id)


def _number(listing: Listing) -> int:
    """The later published, the larger; listings of one millisecond are told apart by their ids."""
    shown = listing.published_at or listing.created_at
    return int(shown.timestamp() * 1000) << 12 | crc32(listing.id.encode()) & 0xFFF


def _choices(listing: Listing) -> Iterator[str]:
    yield f"k{listing.sort}"
    yield f"m{listing.mode}"
    yield "llocal" if listing.local else "lpeers"
    yield from dict.fromkeys(_of(id) for id in (listing.coop_id, listing.actor_id) if id)
    yield from (f"a{audience}" for audience in _audiences(listing))


def _places(listing: Listing) -> Iterator[str]:
    """Category, squares, and both together, each for every audience."""
    place, category = public_place(listing), listing.category
    squares = cells(place) if place else []
    kinds = [f"c{category}", f"c{category.partition('.')[0]}"] if category else []
    both = [f"{square}_{kind}" for square in squares for kind in dict.fromkeys(kinds)]
    for audience in _audiences(listing):
        yield from (_for(audience, token) for token in (*kinds, *squares, *both))


def _audiences(listing: Listing) -> list[str]:
    """Everybody, or the members of these coops of ours; nobody, where there is none."""
    if listing.visibility is Visibility.PUBLIC:
        return [_PUBLIC]
    return [_members_of(id) for id in (listing.coop_id, *listing.heard_by) if id]


def _for(audience: str, token: str) -> str:
    return token if audience == _PUBLIC else f"{token}_a{audience}"


def _of(actor_id: str) -> str:
    return f"o{sha256(actor_id.encode()).hexdigest()[:24]}"


def _members_of(coop_id: str) -> str:
    return sha256(coop_id.encode()).hexdigest()[:24]


def _words(listing: Listing) -> list[str]:
    """Title, text, tags, town and the category's names; the text last, as it may be long."""
    names = (
        [t(f"category.{listing.category}", language) for language in LANGUAGES] if listing.category else []
    )
    parts = [listing.title, *listing.tags, listing.where.name if listing.where else "", *names]
    return tokens.written(" . ".join([*parts, listing.text or listing.html]), listing.language)


def term_of(
    question: Question, words: Iterable[Term], *, seen_by: str | None, radius_km: float | None = None
) -> Term:
    """Everything that a listing must have to answer; its distance and its dates are looked at afterwards."""
    audiences = [_PUBLIC, *([_members_of(seen_by)] if seen_by else [])]
    seen_from, category = question.seen_from, f"c{question.category}" if question.category else ""
    squares = covering(seen_from, radius_km) if seen_from and radius_km is not None else None
    narrowest = [f"{square}_{category}" if category else square for square in squares or ()]
    narrowest = narrowest or ([category] if category else [])
    bound = [_for(audience, token) for audience in audiences for token in narrowest]
    wanted: list[Term] = [
        *words,
        any_of(Token(token) for token in bound or [f"a{audience}" for audience in audiences]),
    ]
    if question.kind:
        wanted.append(Token(f"k{question.kind}"))
    if question.mode:
        wanted.append(Token(f"m{question.mode}"))
    if question.owner_id:
        wanted.append(Token(_of(question.owner_id)))
    if question.source is not Source.ALL:
        wanted.append(Token(f"l{question.source}"))
    return all_of(wanted)


async def begin_anew(tx: Tx) -> None:
    """Every listing is to be taken in again; what is known of them serves meanwhile."""
    await meta.put(tx, _DONE, "")
    await meta.put(tx, _AT, "")


async def is_whole(tx: Tx) -> bool:
    """Whether every listing was taken in with the tokens of this version."""
    return await meta.find(tx, _DONE) == _VERSION


async def taken_in(tx: Tx) -> str:
    """The id of the last listing that was taken in anew; "" where none was yet."""
    return await meta.find(tx, _AT) or ""


async def note_taken_in(tx: Tx, last_id: str | None) -> None:
    """How far it has come; None: to the end."""
    await meta.put(tx, _AT, last_id or "")
    if last_id is None:
        await engine.tidy(tx)
        await meta.put(tx, _DONE, _VERSION)
