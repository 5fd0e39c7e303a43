"""What a house's policy does to its listings: one rule of visibility, and a way back.

Closed: they are for nobody.  Limited: what was for everybody is for the members of the coops of ours that
follow its author.  Whom a listing was for before stays written beside it, so that opening its house shows
it again as it was.
"""

import json
from dataclasses import replace

from fedicoop.db import Tx
from fedicoop.follows import store as follows
from fedicoop.listings import boosts
from fedicoop.listings.listing import Listing, Visibility
from fedicoop.listings.rows import COLUMNS, Row, listing_of
from fedicoop.members import store as members
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.peers.policies import covered
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor


def over(listing: Listing, policy: Policy, hearing: tuple[str, ...]) -> Listing:
    """The listing as it is shown under a policy; `hearing` are the coops of ours that follow its author."""
    bare = off(listing)
    if policy is Policy.OPEN or (policy is Policy.LIMITED and bare.visibility is not Visibility.PUBLIC):
        return bare
    before = json.dumps({"visibility": bare.visibility, "heard_by": bare.heard_by})
    shown_to = hearing if policy is Policy.LIMITED else ()
    return replace(bare, visibility=Visibility.FOLLOWERS, heard_by=shown_to, before_veil=before)


def off(listing: Listing) -> Listing:
    """The listing for whom its author meant it."""
    if listing.before_veil is None:
        return listing
    said = json.loads(listing.before_veil)
    visibility = Visibility(said["visibility"])
    return replace(listing, visibility=visibility, heard_by=tuple(said["heard_by"]), before_veil=None)


async def settled(tx: Tx, listing: Listing) -> Listing:
    """A peer's listing under the policy that its house has now."""
    policy = await peers.policy(tx, normal_host(listing.actor_id))
    ours = await follows.followers(tx, listing.actor_id)
    if policy is Policy.OPEN:
        theirs = await _of_members_alone(tx, listing, ours)
        return over(listing, Policy.LIMITED, theirs) if theirs else off(listing)
    return over(listing, policy, tuple(one.id for one in ours if one.type == "Organization"))


async def _of_members_alone(tx: Tx, listing: Listing, ours: list[Actor]) -> tuple[str, ...]:
    """The coops of members here who follow an author that no coop of ours hears: what they brought in is
    for their coop's members to read, not for the house to show to everybody.  Empty for all else."""
    if any(one.type == "Organization" for one in ours) or await boosts.relayers(tx, listing.id):
        return ()
    people = [await members.speaking_as(tx, one.id) for one in ours]
    return tuple(dict.fromkeys(one.coop_id for one in people if one is not None))


async def of_house(tx: Tx, host: str, *, after: str = "", limit: int = 100) -> list[Listing]:
    """Listings whose authors live in a house, or beneath it, by their ids."""
    condition, values = covered("a.host", host)
    columns = ", ".join(f"l.{name.strip()}" for name in COLUMNS.split(","))
    rows = await tx.all(
        Row,
        f"""SELECT {columns} FROM listings l JOIN actors a ON a.id = l.actor_id
            WHERE NOT l.local AND l.id > :after AND {condition} ORDER BY l.id LIMIT :limit""",
        after=after,
        limit=limit,
        **values,
    )
    return [listing_of(row) for row in rows]
