"""Who lives here and next door: what the pages say about the house as a whole."""

from collections.abc import Iterable
from dataclasses import dataclass

from fedicoop.actors import coops as decisions
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.listings.listing import Listing
from fedicoop.vocabulary.types import Actor


@dataclass(frozen=True, slots=True)
class House:
    """The coops of this server and the coops elsewhere that they follow."""

    host: str
    coops: tuple[Actor, ...]
    partners: tuple[Actor, ...]
    kind: str | None = None  # of the first coop: it chooses which categories come first

    @property
    def name(self) -> str:
        """One coop gives its name to the pages; several share the host's."""
        return self.coops[0].name if len(self.coops) == 1 else self.host


async def read(tx: Tx, host: str) -> House:
    ours = await actors.coops(tx)
    kind = (await decisions.get(tx, ours[0].id)).kind if ours else None
    return House(host, tuple(ours), tuple(await actors.known_coops(tx)), kind)


async def speakers(tx: Tx, listings: Iterable[Listing]) -> dict[str, Actor]:
    """Whose listings these are, by listing id: the coop where it is ours, else who published it."""
    wanted = {listing.id: listing.coop_id or listing.actor_id for listing in listings}
    found = await actors.several(tx, set(wanted.values()))
    return {id: found[actor_id] for id, actor_id in wanted.items() if actor_id in found}
