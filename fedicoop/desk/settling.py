"""The work behind a decision about a house, in small commits; who dies in between begins again."""

from dataclasses import dataclass, replace

from fedicoop.db import Tx
from fedicoop.desk.houses import SettleHouse
from fedicoop.enquiries import messages
from fedicoop.follows import severing
from fedicoop.follows import store_between as between
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.listings import hearing, photos, store, veil
from fedicoop.listings.listing import Listing
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.notices import store as notices
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy, is_covered
from fedicoop.peers.policies import covered
from fedicoop.vocabulary.hosts import normal_host

_CHUNK = 100
_LANES = ("to ", "read ", "pictures ")
"""What waits to be said to a house or asked of it.  What it said itself waits too, and is refused in turn."""


async def settle_house(node: Node, job: Job, task: SettleHouse) -> None:
    """Bring what is here of a house in line with its policy: doing it twice changes nothing.

    Closed: what waits for it is dropped, follows end both ways, its listings are shown to nobody and the
    copies of their photos go.  Open or limited: whom we heard is asked again, its listings are shown as
    that policy has it, and their photos fetched again.
    """
    async with node.db.write() as tx:
        dropped = await _drop_what_waits(tx, task.host)
        for host in await _hosts(tx, task.host):
            open = await _is_open(tx, host)
            await (messages.unveil if open else messages.veil)(tx, host)
    severed = 0
    while ended := await _sever_some(node, task.host):
        severed += ended
    after: str | None = ""
    shown = 0
    while after is not None:
        async with node.db.write() as tx:
            after, some = await _draw_some(tx, task.host, after)
            shown += some
    asked = 1
    while asked:
        async with node.db.write() as tx:
            asked = await severing.mend(tx, task.host)
    async with node.db.write() as tx:
        await queue.done(tx, job)
    log.info("house_settled", host=task.host, dropped=dropped, severed=severed, listings=shown)


@dataclass(frozen=True, slots=True)
class _Host:
    host: str


async def _hosts(tx: Tx, host: str) -> list[str]:
    """The hosts of actors that we know there, or beneath it: each may have a decision of its own."""
    condition, values = covered("host", host)
    sql = f"SELECT DISTINCT host FROM actors WHERE NOT local AND NOT former AND {condition} ORDER BY host"
    return [row.host for row in await tx.all(_Host, sql, **values)]


async def _is_open(tx: Tx, host: str) -> bool:
    return await peers.policy(tx, host) is not Policy.CLOSED


async def _drop_what_waits(tx: Tx, host: str) -> int:
    dropped = 0
    for prefix in _LANES:
        for lane in await queue.lanes_in_use(tx, prefix):
            whom = lane.removeprefix(prefix)
            if is_covered(whom, host) and not await _is_open(tx, whom):
                dropped += await queue.drop(tx, lane)
    return dropped


async def _sever_some(node: Node, host: str) -> int:
    """End some of the follows with houses that are closed by now; how many."""
    async with node.db.write() as tx:
        some = await between.with_house(tx, host, limit=10_000)
        hosts = {one.id: _their_host(node, one.follower_id, one.followed_id) for one in some}
        closed = await peers.policies(tx, set(hosts.values())) if some else {}
        ended = [one for one in some if closed[hosts[one.id]] is Policy.CLOSED][: severing.MOST]
        await severing.sever(tx, ended)
    return len(ended)


def _their_host(node: Node, follower_id: str, followed_id: str) -> str:
    follower = normal_host(follower_id)
    return normal_host(followed_id) if follower == normal_host(node.settings.origin) else follower


async def _draw_some(tx: Tx, host: str, after: str) -> tuple[str | None, int]:
    """Put the next listings under the policy of their house; where to go on, and how many changed."""
    changed = 0
    some = await veil.of_house(tx, host, after=after, limit=_CHUNK)
    for listing in some:
        changed += await _draw(tx, listing)
    return (some[-1].id if len(some) == _CHUNK else None), changed


async def _draw(tx: Tx, listing: Listing) -> bool:
    drawn = await veil.settled(tx, listing)
    closed = await peers.policy(tx, normal_host(listing.actor_id)) is Policy.CLOSED
    if closed:
        await photos.let_go(tx, listing.photos, of=listing.id)
        await notices.withdraw(tx, f"/l/{listing.key}")
        drawn = replace(drawn, photos=tuple(replace(photo, name="") for photo in listing.photos))
    elif any(not photo.name for photo in listing.photos):
        drawn = replace(drawn, photos=await hearing.wanted(tx, drawn))
    if drawn == listing:
        return False
    await store.put(tx, drawn)
    return True
