"""What agreements take of a listing: days of what is lent, hours of a service, pieces of what is given.

The rooms above agree, and write it here through `take`, `finish` and `free`; pages read it.  What takes
is known by an id alone.  The only file that names these tables.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fedicoop.db import Tx
from fedicoop.listings.listing import Kind, Listing, Mode

_COLUMNS = "id, listing_id, starts_on, ends_on, at, quantity, finished, paused"


@dataclass(frozen=True, slots=True)
class Taking:
    """What one agreement takes.  Days are ISO text, both included; `at` is the hour of an appointment."""

    id: str
    listing_id: str
    quantity: Decimal = Decimal(1)
    starts_on: str | None = None
    ends_on: str | None = None
    at: str | None = None
    finished: bool = False
    paused: bool = False

    def covers(self, day: date) -> bool:
        last = self.ends_on or self.starts_on
        return bool(self.starts_on and last and self.starts_on <= day.isoformat() <= last)


def lasts(listing: Listing) -> bool:
    """Whether it can be had again and again: what is lent, what is done for others.  The rest is used up."""
    return listing.kind is Kind.OFFER and listing.mode in (Mode.LOAN, Mode.SERVICE, Mode.SKILL)


def left(listing: Listing, takings: Iterable[Taking], wanted: Taking) -> Decimal:
    """How much of it is left for `wanted`, before it takes its share.  Never less than none."""
    others = [taking for taking in takings if taking.id != wanted.id]
    whole = _whole(listing)
    if not lasts(listing):
        return max(whole - sum(taking.quantity for taking in others), Decimal(0))
    if listing.mode is not Mode.LOAN:
        same = [
            one for one in others if wanted.at and (one.starts_on, one.at) == (wanted.starts_on, wanted.at)
        ]
        return max(whole - sum(taking.quantity for taking in same), Decimal(0))
    busy = (sum(one.quantity for one in others if one.covers(day)) for day in _days(wanted))
    return max(whole - max(busy, default=Decimal(0)), Decimal(0))


def _whole(listing: Listing) -> Decimal:
    """How much there is at a time; what is lent or done counts in pieces."""
    if listing.quantity is None or (lasts(listing) and listing.unit != "one"):
        return Decimal(1)
    return listing.quantity


def _days(taking: Taking) -> Iterable[date]:
    if not taking.starts_on:
        return
    day, last = date.fromisoformat(taking.starts_on), date.fromisoformat(taking.ends_on or taking.starts_on)
    while day <= last:
        yield day
        day += timedelta(days=1)


def busy_days(listing: Listing, takings: Iterable[Taking]) -> frozenset[date]:
    """The days on which nothing of what is lent is left."""
    if listing.kind is not Kind.OFFER or listing.mode is not Mode.LOAN:
        return frozenset()
    held, whole = defaultdict[date, Decimal](Decimal), _whole(listing)
    for taking in takings:
        for day in _days(taking):
            held[day] += taking.quantity
    return frozenset(day for day, much in held.items() if much >= whole)


async def take(tx: Tx, listing: Listing, wanted: Taking) -> bool:
    """Take it, or change what this id took; False where not enough is left.

    Whoever takes of one listing waits for whoever takes of it now, on every database, so that two
    never take the same.
    """
    await tx.run(
        """INSERT INTO taken_turns (listing_id, turn) VALUES (:listing, 1)
           ON CONFLICT (listing_id) DO UPDATE SET turn = taken_turns.turn + 1""",
        listing=listing.id,
    )
    if left(listing, await of_listing(tx, listing.id), wanted) < wanted.quantity:
        return False
    await tx.run(
        f"""INSERT INTO taken ({_COLUMNS})
            VALUES (:id, :listing, :starts_on, :ends_on, :at, :quantity, FALSE, FALSE)
            ON CONFLICT (id) DO UPDATE SET starts_on = excluded.starts_on, ends_on = excluded.ends_on,
                at = excluded.at, quantity = excluded.quantity""",
        id=wanted.id,
        listing=listing.id,
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
        at=wanted.at,
        quantity=wanted.quantity,
    )
    return True


async def find(tx: Tx, id: str) -> Taking | None:
    return await tx.maybe(Taking, f"SELECT {_COLUMNS} FROM taken WHERE id = :id", id=id)


async def of_listing(tx: Tx, listing_id: str, *, since: date | None = None) -> list[Taking]:
    """What is taken of a listing, by day; with `since`, without the days before."""
    return await tx.all(
        Taking,
        f"""SELECT {_COLUMNS} FROM taken WHERE listing_id = :listing
            AND (:since = '' OR starts_on IS NULL OR coalesce(ends_on, starts_on) >= :since)
            ORDER BY starts_on, at, id""",
        listing=listing_id,
        since=since.isoformat() if since else "",
    )


async def finish(tx: Tx, id: str) -> None:
    """It was given, or done, and does not come back."""
    await tx.run("UPDATE taken SET finished = TRUE WHERE id = :id", id=id)


async def rest(tx: Tx, id: str) -> None:
    """The listing rests because of this one."""
    await tx.run("UPDATE taken SET paused = TRUE WHERE id = :id", id=id)


async def free(tx: Tx, id: str) -> None:
    """It is not taken after all, or came back."""
    await tx.run("DELETE FROM taken WHERE id = :id", id=id)
