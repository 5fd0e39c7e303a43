"""What the search knows of a listing: kept in the commit that changes the listing, and asked in terms.

Only what is published is here.  Besides the words of a text (`words/tokens.py`) a listing has tokens for
what can be chosen: `k` kind, `m` mode, `c` category, `l` whose house, `o` its owner and
author, `g` squares of the map, and `a` its audience, which every question must name.
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

_VERSION = f"{tokens.VERSION}.3"
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
    place = public_place(listing)
    return [*_choices(listing), *(cells(place) if place else ()), *_words(listing)]


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
    yield f"k{listing.kind}"
    yield f"m{listing.mode}"
    yield "llocal" if listing.local else "lpeers"
    yield from dict.fromkeys(_of(id) for id in (listing.coop_id, listing.actor_id) if id)
    if listing.visibility is Visibility.PUBLIC:
        yield "apublic"
    else:  # the members of these coops of ours; nobody, where there is none
        yield from (_audience(id) for id in (listing.coop_id, *listing.heard_by) if id)
    if listing.category:
        yield f"c{listing.category}"
        yield f"c{listing.category.partition('.')[0]}"


def _of(actor_id: str) -> str:
    return f"o{sha256(actor_id.encode()).hexdigest()[:24]}"


def _audience(coop_id: str) -> str:
    """The members of a coop of ours."""
    return f"a{sha256(coop_id.encode()).hexdigest()[:24]}"


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
    audiences = [Token("apublic"), *([Token(_audience(seen_by))] if seen_by else [])]
    wanted: list[Term] = [*words, any_of(audiences)]
    if question.kind:
        wanted.append(Token(f"k{question.kind}"))
    if question.mode:
        wanted.append(Token(f"m{question.mode}"))
    if question.category:
        wanted.append(Token(f"c{question.category}"))
    if question.owner_id:
        wanted.append(Token(_of(question.owner_id)))
    if question.source is not Source.ALL:
        wanted.append(Token(f"l{question.source}"))
    seen_from = question.seen_from
    squares = covering(seen_from, radius_km) if seen_from and radius_km is not None else None
    if squares:
        wanted.append(any_of(Token(square) for square in squares))
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
