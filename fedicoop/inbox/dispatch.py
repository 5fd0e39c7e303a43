"""Every activity that we understand, on one page.  FEDERATION.md is held against this table."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from fedicoop.boards import relaying
from fedicoop.db import Tx
from fedicoop.enquiries import hearing as enquiries
from fedicoop.follows import federation as follows
from fedicoop.inbox import moving
from fedicoop.listings import flagging
from fedicoop.listings import hearing as listings
from fedicoop.reactions import hearing as reactions
from fedicoop.reactions import quotes
from fedicoop.vocabulary.received import Received
from fedicoop.vocabulary.types import (
    Accept,
    Activity,
    Actor,
    Announce,
    Block,
    Collection,
    Create,
    Delete,
    Flag,
    Follow,
    Move,
    Note,
    Proposal,
    Reject,
    Tombstone,
    Undo,
    Update,
)
from fedicoop.vocabulary.verbs import EmojiReact, Like, QuoteRequest

Any_ = Received[Any, Any]


def anyone(_: Any_) -> bool:
    """Whoever signed may say it."""
    return True


def by_its_author(received: Received[Any, Note]) -> bool:
    """Only the one to whom the thing is attributed."""
    return received.object.by == received.sender.id


def by_itself(received: Received[Any, Actor]) -> bool:
    """An actor speaks of itself only."""
    return received.object.id == received.sender.id


def by_the_followed(received: Received[Any, Follow]) -> bool:
    """Only the one whom we asked (the Follow comes from our own table)."""
    return received.object.object == received.sender.id


def by_the_doer(received: Received[Any, Activity]) -> bool:
    """Only the one who did what is undone (the deed comes from our own table)."""
    return received.object.actor == received.sender.id


async def on_follow(tx: Tx, received: Received[Follow, Actor]) -> None:
    """The server itself is followed by relays alone."""
    if received.object.type == "Application":
        await relaying.on_follow_back(tx, received)
    else:
        await follows.on_follow(tx, received)


async def on_accept(tx: Tx, received: Received[Accept, Follow]) -> None:
    if not await relaying.on_answer(tx, received.object, yes=True):
        await follows.on_accept(tx, received)


async def on_reject(tx: Tx, received: Received[Reject, Follow]) -> None:
    if not await relaying.on_answer(tx, received.object, yes=False):
        await follows.on_reject(tx, received)


async def on_announce(tx: Tx, received: Received[Announce, Proposal]) -> None:
    """By a relay, or by somebody who has a voice of their own."""
    if not await relaying.on_announce(tx, received):
        await reactions.on_announce(tx, received)


async def on_delete(tx: Tx, received: Received[Delete, Tombstone]) -> None:
    """Whatever of theirs it was: a listing, or something that was said about one."""
    await enquiries.on_delete(tx, received)
    await quotes.on_delete(tx, received)
    await listings.on_delete(tx, received)


async def on_delete_actor(tx: Tx, received: Received[Delete, Actor]) -> None:
    await enquiries.on_delete_actor(tx, received)
    await reactions.on_delete_actor(tx, received)
    await listings.on_delete_actor(tx, received)


def of_itself(received: Received[Move, Actor]) -> bool:
    """Only who moves; that the new one says the same was asked of its own house."""
    return received.activity.object == received.sender.id


class Entry(NamedTuple):
    allowed: Callable[[Any_], bool]
    handle: Callable[[Tx, Any_], Awaitable[None]]


TABLE: dict[tuple[type, type], Entry] = {
    (Follow, Actor): Entry(anyone, on_follow),
    (Accept, Follow): Entry(by_the_followed, on_accept),
    (Reject, Follow): Entry(by_the_followed, on_reject),
    (Undo, Follow): Entry(by_the_doer, follows.on_undo),
    (Block, Actor): Entry(anyone, follows.on_block),
    (Undo, Block): Entry(by_the_doer, follows.on_undo_block),
    (Flag, Collection): Entry(anyone, flagging.on_flag),
    (Create, Proposal): Entry(by_its_author, listings.on_create),
    (Update, Proposal): Entry(by_its_author, listings.on_update),
    (Create, Note): Entry(by_its_author, enquiries.on_create),
    (Update, Note): Entry(by_its_author, enquiries.on_update),
    (Update, Actor): Entry(by_itself, listings.on_update_actor),
    (Delete, Tombstone): Entry(anyone, on_delete),
    (Delete, Actor): Entry(by_itself, on_delete_actor),
    (Move, Actor): Entry(of_itself, moving.on_move),
    (Announce, Proposal): Entry(anyone, on_announce),
    (Undo, Announce): Entry(by_the_doer, reactions.on_undo_announce),
    (Like, Proposal): Entry(anyone, reactions.on_like),
    (EmojiReact, Proposal): Entry(anyone, reactions.on_like),
    (QuoteRequest, Proposal): Entry(anyone, quotes.on_quote_request),
    (Undo, Like): Entry(by_the_doer, reactions.on_undo_like),
}
"""A pair that is not here is kept as ignored.  `Delete` of a Tombstone compares the sender with the
stored owner where the listing is known, and with the origin of the id where it is not."""


def entry_for(received: Any_) -> Entry | None:
    return TABLE.get((type(received.activity), type(received.object)))
