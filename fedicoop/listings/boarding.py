"""On which board a listing of ours stands, and the promise that the board passes on what is said of it."""

from dataclasses import dataclass, replace

from fedicoop import meta
from fedicoop.actors import boards
from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.listings.listing import Listing, Visibility
from fedicoop.listings.rows import COLUMNS, Row, listing_of
from fedicoop.vocabulary.types import Activity

LANE = "boards"
CARRIED = "somebody passes listings on"
"""The fact that a relay, or the board of a search, waits for whatever is said of any public listing."""


@dataclass(frozen=True, slots=True)
class PassOn:
    """Let the boards that have, or should have, this listing say what was just said of it."""

    listing_id: str
    activity_id: str


async def placed(tx: Tx, listing: Listing) -> Listing:
    """The listing with the board of its category; what is not for everybody stands on none."""
    public = listing.local and listing.coop_id and listing.visibility is Visibility.PUBLIC
    found = await boards.of_category(tx, listing.coop_id or "", listing.category) if public else None
    return listing if found == listing.board else replace(listing, board=found)


async def pass_on(tx: Tx, listing: Listing, said: Activity, *, was: str | None = None) -> None:
    """Promise it in the commit that says it; `was`: the board on which it stood until now."""
    public = listing.visibility is Visibility.PUBLIC
    if listing.board or was or (public and await meta.find(tx, CARRIED)):
        await queue.enqueue(tx, PassOn(listing.id, said.id), lane=LANE, thread=listing.id)


async def standing_on(tx: Tx, board_id: str) -> list[Listing]:
    """Every listing of ours that names this board, in whatever status."""
    sql = f"SELECT {COLUMNS} FROM listings WHERE board = :id ORDER BY id"
    return [listing_of(row) for row in await tx.all(Row, sql, id=board_id)]
