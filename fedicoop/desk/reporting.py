"""Reporting a listing, and deciding about it.  One function is one transaction's worth of change."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import coops
from fedicoop.db import Tx
from fedicoop.desk import reports
from fedicoop.desk.report import Outcome, Reason, Report
from fedicoop.errors import Conflict
from fedicoop.follows import store as follows
from fedicoop.listings import actions as listings
from fedicoop.listings import store
from fedicoop.listings.listing import Listing, Status
from fedicoop.members import store as members
from fedicoop.members.hub import Waiting
from fedicoop.members.keeping import plain
from fedicoop.notices.kinds import Pace
from fedicoop.notices.tell import tell

HERE = "/admin/signalements"
_OPEN = (Status.PUBLISHED, Status.PAUSED, Status.CLOSED, Status.EXPIRED)


async def report(
    tx: Tx, listing: Listing, who: Member | None, address: str, *, reason: Reason, text: str, contact: str
) -> None:
    """Say that a listing is wrong, once for each who says it; its stewards are told at once.

    `address` is the network's, for a visitor.  Who reports is never told to the author (case 126).
    """
    coop_id = await _who_decides(tx, listing, who)
    said = Report(
        id=tx.new_id(),
        listing_id=listing.id,
        listing_key=listing.key,
        title=listing.title,
        coop_id=coop_id,
        source=sha256(f"report {who.id if who else address}".encode()).hexdigest()[:32],
        member_id=who.id if who else None,
        contact=contact,
        reason=reason,
        text=text,
        created_at=tx.now,
    )
    await keep(tx, said)


async def keep(tx: Tx, said: Report) -> None:
    """Keep a report and tell the stewards who decide: one notice for all that is said of one thing."""
    await reports.put(tx, said)
    first = (await reports.of_listing(tx, said.coop_id, said.listing_id))[0].id
    carers = [one.id for one in await members.stewards(tx, said.coop_id)]
    await tell(
        tx,
        carers,
        "report.new",
        path=f"{HERE}#{said.listing_key}",
        key=first,
        pace=Pace.INSTANT,
        title=said.title,
    )


async def _who_decides(tx: Tx, listing: Listing, who: Member | None) -> str:
    """The coop whose listing it is; of a peer's, the reporter's, else the first that hears its author."""
    if listing.coop_id:
        return listing.coop_id
    if who:
        return who.coop_id
    ours = {
        follow.follower_id
        for follow in await follows.all_of_ours(tx)
        if follow.followed_id == listing.actor_id
    }
    oldest = (await coops.first(tx)).actor_id
    return oldest if oldest in ours or not ours else min(ours)


async def settle(tx: Tx, who: Member, listing_id: str, outcome: Outcome, answer: str) -> None:
    """Decide everything that was said of a listing; its author and the members who said it are told.

    Raises Conflict where nothing waits any more, and what taking down raises.
    """
    access.require(who, Act.REPORT_SETTLE, OfCoop(who.coop_id))
    waits = await reports.of_listing(tx, who.coop_id, listing_id)
    if not waits:
        raise Conflict("report.settled", listing_id)
    listing = await store.find(tx, listing_id)
    if outcome is Outcome.REMOVED and listing is not None and listing.status in _OPEN:
        await _take_down(tx, who, listing, answer)
    await reports.settle(tx, who.coop_id, listing_id, who.id, outcome, answer)
    told = [one.member_id for one in waits if one.member_id and one.member_id != who.id]
    await tell(
        tx, told, f"report.{outcome}", path=_path(listing, outcome), key=waits[0].id, title=waits[0].title
    )


def _path(listing: Listing | None, outcome: Outcome) -> str:
    return f"/l/{listing.key}" if listing and outcome is Outcome.KEPT else "/alertes"


async def _take_down(tx: Tx, who: Member, listing: Listing, answer: str) -> None:
    """Ours is withdrawn wherever it went; a peer's is not shown here any more."""
    if not listing.local:
        await store.put(tx, replace(listing, status=Status.REMOVED))
        return
    await listings.take_down(tx, who, listing.id)
    if listing.member_id and listing.member_id != who.id:
        await tell(
            tx,
            [listing.member_id],
            "listing.removed",
            path=f"/l/{listing.key}",
            key=listing.id,
            title=listing.title,
            why=answer,
        )


async def waiting(tx: Tx, who: Member) -> list[Waiting]:
    """How many reported listings wait for a steward."""
    if not access.may(who, Act.REPORT_SETTLE, OfCoop(who.coop_id)):
        return []
    return [Waiting(await reports.count(tx, who.coop_id), "report.waiting", HERE, "warning")]


async def take_along(tx: Tx, who: Member) -> dict[str, list[dict[str, Any]]]:
    names = ("title", "listing_id", "reason", "text", "created_at", "settled_at", "outcome")
    return {"reports": [plain(one, *names) for one in await reports.by_member(tx, who.id)]}


async def forget(tx: Tx, who: Member) -> None:
    await reports.forget_member(tx, who.id)
