"""The `pictures` table and the files beside it: members' photos, and our copies of peers'.

A page never sends its reader to a third party: what it shows is here, or not yet, or not at all.
First the files, then the row: a row never names what is not there.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from fedicoop.db import Tx
from fedicoop.media import files
from fedicoop.media.pictures import Picture, re_encode, re_encode_icon
from fedicoop.node import Node

_COLUMNS = "name, media_type, width, height, blurhash"


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture of ours, at `/media/<name>`; sizes in pixels."""

    name: str
    media_type: str
    width: int
    height: int
    blurhash: str

    @property
    def card(self) -> str:
        """The name of the small form; an icon is small already."""
        return files.card_of(self.name) if self.media_type == "image/jpeg" else self.name


@dataclass(frozen=True, slots=True)
class CopyPicture:
    """A promise: fetch the photo at `source`, so that our readers need not.  See copying.py."""

    source: str


async def keep(node: Node, data: bytes, *, source: str | None = None) -> Kept:
    """Re-encode a photo and keep it; what `source` was promised as (`want`) is then here.

    Raises what `re_encode` raises, and Unavailable `storage.…` when it cannot be written.
    """
    return await _keep(node, await re_encode(data), source)


async def keep_icon(node: Node, data: bytes) -> Kept:
    """The same for a logo: a square PNG."""
    return await _keep(node, await re_encode_icon(data), None)


async def want(tx: Tx, source: str) -> str:
    """The name that a peer's photo has here, or will have once the CopyPicture is done.

    The caller enqueues that job in the same transaction.  What failed before is wanted again.
    """
    await tx.run(
        """INSERT INTO pictures (name, source, status, created_at) VALUES (:name, :source, 'wanted', :now)
           ON CONFLICT (source) DO UPDATE SET status = 'wanted' WHERE pictures.status = 'failed'""",
        name=files.new_name("jpg"),
        source=source,
        now=tx.now,
    )
    return (await tx.one(_Name, "SELECT name FROM pictures WHERE source = :source", source=source)).name


async def is_wanted(tx: Tx, source: str) -> bool:
    """Whether this photo is still to be copied: neither here, nor given up, nor forgotten."""
    return bool(
        await tx.count(
            "SELECT count(*) FROM pictures WHERE source = :source AND status = 'wanted'", source=source
        )
    )


async def give_up(tx: Tx, source: str) -> None:
    """This photo cannot be had; its place in the page stays empty until the peer sends an update."""
    await tx.run(
        "UPDATE pictures SET status = 'failed' WHERE source = :source AND status = 'wanted'", source=source
    )


async def find(tx: Tx, name: str) -> Kept | None:
    """The picture of this name if it is here."""
    return await tx.maybe(
        Kept, f"SELECT {_COLUMNS} FROM pictures WHERE name = :name AND status = 'kept'", name=name
    )


async def of_names(tx: Tx, names: Sequence[str]) -> dict[str, Kept]:
    """Those of these pictures that are here, by name: for a page of listings in one question."""
    if not names:
        return {}
    values = {f"name{number}": name for number, name in enumerate(dict.fromkeys(names))}
    places = ", ".join(f":{key}" for key in values)
    found = await tx.all(
        Kept, f"SELECT {_COLUMNS} FROM pictures WHERE status = 'kept' AND name IN ({places})", **values
    )
    return {kept.name: kept for kept in found}


async def forget(tx: Tx, names: Sequence[str]) -> None:
    """Let go of these pictures; the next `sweep` removes their files."""
    await tx.run_many("DELETE FROM pictures WHERE name = :name", [{"name": name} for name in names])


async def sweep(node: Node) -> int:
    """Remove the files that no row names; how many they were.  For the hourly housekeeping."""
    async with node.db.read() as tx:
        rows = await tx.all(_Name, "SELECT name FROM pictures WHERE status = 'kept'")
    return await asyncio.to_thread(files.remove_unlisted, node.settings.media_dir, {row.name for row in rows})


@dataclass(frozen=True, slots=True)
class _Name:
    name: str


async def _keep(node: Node, picture: Picture, source: str | None) -> Kept:
    if source is None:
        name = files.new_name(picture.extension)
    else:
        async with node.db.write() as tx:
            name = await want(tx, source)
            if here := await find(tx, name):
                return here  # a name never gets other bytes: browsers keep them for good
    kept = Kept(name, picture.media_type, picture.width, picture.height, picture.blurhash)
    contents = {name: picture.data} | ({kept.card: picture.thumbnail} if picture.thumbnail else {})
    await asyncio.to_thread(files.write, node.settings.media_dir, contents)
    async with node.db.write() as tx:
        await _put(tx, kept, source)
    return kept


async def _put(tx: Tx, kept: Kept, source: str | None) -> None:
    """Ours gets its row now.  A copy has one since it was wanted, unless it was forgotten meanwhile."""
    values = {
        "name": kept.name,
        "media_type": kept.media_type,
        "width": kept.width,
        "height": kept.height,
        "blurhash": kept.blurhash,
    }
    if source is None:
        await tx.run(
            f"""INSERT INTO pictures ({_COLUMNS}, status, created_at)
                VALUES (:name, :media_type, :width, :height, :blurhash, 'kept', :now)""",
            now=tx.now,
            **values,
        )
    else:
        await tx.run(
            """UPDATE pictures SET status = 'kept', media_type = :media_type, width = :width,
                                   height = :height, blurhash = :blurhash
               WHERE name = :name""",
            **values,
        )
