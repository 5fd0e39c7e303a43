"""A whole house for the demonstration: settings, keys, people and listings, made in a few seconds."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

from fedicoop import meta
from fedicoop import settings as room
from fedicoop.access import Member, Role, operator
from fedicoop.actors import actions as actors
from fedicoop.actors import addresses, coops, keyring
from fedicoop.actors.coops import AuthorMode, Coop
from fedicoop.actors.keyring import Pair
from fedicoop.app import WORK
from fedicoop.assemble import assemble
from fedicoop.db import Tx
from fedicoop.demo import dealings, pictures, seeds
from fedicoop.demo.seeds import Seed
from fedicoop.desk import actions as desk
from fedicoop.jobs.worker import run_one
from fedicoop.listings import actions as listings
from fedicoop.listings.listing import Photo
from fedicoop.media import store as media
from fedicoop.members import actions as members
from fedicoop.members import store as member_store
from fedicoop.node import Node
from fedicoop.places.gazetteer import get_town
from fedicoop.settings import Settings

HISTORY = timedelta(days=5)
"""Over how long the listings of a new house seem to have been written."""


@dataclass(frozen=True, slots=True)
class House:
    """One of the two: where its data are, where it listens, and whom it may reach by plain http."""

    coop: seeds.Coop
    folder: Path
    port: int
    peers: frozenset[str]

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.place}"

    @property
    def actor_id(self) -> str:
        return addresses.actor_id(self.origin, self.coop.handle)

    @property
    def operator(self) -> Member:
        return operator(self.actor_id)

    @property
    def settings(self) -> Settings:
        return Settings(
            data_dir=self.folder, origin=self.origin, bind=self.place, locale="fr", allowed_peers=self.peers
        )


@dataclass(slots=True)
class Calendar:
    """A clock that somebody moves: five days pass while a house is furnished."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, by: timedelta) -> None:
        self.now += by


async def furnish(house: House) -> None:
    """Make the house, with everything in it that its coop would have written in its first days."""
    house.folder.mkdir(mode=0o700, parents=True)
    kept = {"origin": house.origin, "bind": house.place, "locale": "fr", "allowed_peers": house.peers}
    await asyncio.to_thread(room.write_file, house.folder / room.FILE, kept)
    calendar = Calendar(datetime.now(UTC) - HISTORY)
    async with assemble(house.settings, create=True) as node:
        then = replace(node, db=replace(node.db, clock=calendar))
        people = await _settle(then, house)
        await _write(then, house, people, calendar)
        await dealings.deal(then, people, calendar.go_on)
        while await run_one(then, WORK):  # nobody follows yet: nothing is left to say when it opens
            pass


async def _settle(node: Node, house: House) -> list[Member]:
    """The server, the coop and its people, with their keys; the people."""
    coop = house.coop
    pairs = await asyncio.gather(*(keyring.make() for _ in range(2 + len(coop.people))))
    async with node.db.write() as tx:
        await meta.put(tx, "demonstration", "yes")
        await actors.create_server(tx, house.origin, pairs[0])
        made = await actors.create(tx, house.origin, "Organization", coop.handle, coop.name, pairs[1])
        bare = Coop(made.id, coop.kind, "fr", AuthorMode.COOP)
        await coops.put(tx, bare)
        await desk.change(tx, house.operator, house.origin, made, _said(bare, coop))
        return [
            await _join(tx, house, person, pair) for person, pair in zip(coop.people, pairs[2:], strict=True)
        ]


async def _join(tx: Tx, house: House, person: seeds.Person, pair: Pair) -> Member:
    """One of the people, who looks from the town of the coop."""
    member = await members.add(
        tx,
        house.operator,
        house.origin,
        handle=person.handle,
        name=person.name,
        pair=pair,
        email=None,
        role=Role(person.role),
    )
    town = get_town(house.coop.place.partition("-")[0])
    known = await member_store.profile(tx, member.id)
    said = replace(known, place_name=town.label, latitude=town.latitude, longitude=town.longitude)
    await member_store.put_profile(tx, member.id, said)
    return member


def _said(bare: Coop, coop: seeds.Coop) -> Coop:
    latitude, longitude = seeds.PLACES[coop.place]
    return replace(
        bare,
        hue=coop.hue,
        sentence=coop.about,
        place_name=coop.place,
        latitude=latitude,
        longitude=longitude,
        radius_km=coop.radius,
        contact=coop.contact,
        hours=coop.hours,
        rules=coop.rules,
    )


async def _write(node: Node, house: House, people: Sequence[Member], calendar: Calendar) -> None:
    """The listings, spread over the days until now, each written by one of the people in turn."""
    written = _oldest_first(house.coop.seeds)
    drawn = await asyncio.gather(*(_photos(node, seed) for seed in written))
    for seed, photos, who in zip(written, drawn, cycle(people), strict=False):
        calendar.now += HISTORY / (len(written) + 1)
        async with node.db.write() as tx:
            draft = await listings.draft(tx, who, seed.fields, photos)
            await listings.publish(tx, who, draft.id)


def _oldest_first(written: Sequence[Seed]) -> list[Seed]:
    """What stands first in the file was written last; now and then there is a need among the offers."""
    needs = [seed for seed in written if seed.fields["kind"] == "need"]
    newest_first = [seed for seed in written if seed not in needs]
    for turn, seed in enumerate(needs):
        newest_first.insert(2 + 4 * turn, seed)
    return newest_first[::-1]


async def _photos(node: Node, seed: Seed) -> tuple[Photo, ...]:
    if seed.picture is None:
        return ()
    return (await photo(node, seed.picture),)


async def photo(node: Node, name: str) -> Photo:
    """A drawn photo, taken in as a member's would be."""
    kept = await media.keep(node, await asyncio.to_thread(pictures.draw, name))
    return Photo(kept.name, pictures.alt(name, "fr"), kept.width, kept.height, kept.blurhash)
