"""In which order hits are shown, and where a page of them begins.

Each order gives a hit a key of whole numbers; hits are shown by rising keys, and a page begins after the
key of the last hit before it.  So pages follow each other although listings come and go meanwhile.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from zlib import crc32

from fedicoop.listings.index_sqlite import Hit
from fedicoop.places.geometry import Point, distance_km

Key = tuple[int, ...]
_NOWHERE = 10**9  # metres: what has no place comes last


def newest(hits: Sequence[Hit]) -> list[tuple[Key, Hit]]:
    return [((-hit.number,), hit) for hit in hits]


def nearest(hits: Sequence[Hit], seen_from: Point) -> list[tuple[Key, Hit]]:
    """By metres, the newest first among those of one place."""
    return sorted(((_metres(hit, seen_from), -hit.number), hit) for hit in hits)


def fair(hits: Sequence[Hit], now: datetime) -> list[tuple[Key, Hit]]:
    """Mixed anew each day: every owner's first, in an order drawn by lot, then every owner's second …"""
    day = f"{now:%Y-%m-%d}"
    of_owner = defaultdict[str, list[tuple[int, Hit]]](list)
    for hit in hits:
        of_owner[hit.owner_id].append((crc32(f"{day} {hit.number}".encode()), hit))
    keyed = list[tuple[Key, Hit]]()
    for owner, theirs in of_owner.items():
        lot = crc32(f"{day} {owner}".encode())
        ordered = sorted(theirs, key=lambda drawn: (drawn[0], drawn[1].number))
        keyed += [((turn, lot, hit.number), hit) for turn, (_, hit) in enumerate(ordered)]
    return sorted(keyed, key=lambda one: one[0])


def _metres(hit: Hit, seen_from: Point) -> int:
    apart = km(hit, seen_from)
    return _NOWHERE if apart is None else round(apart * 1000)


def km(hit: Hit, seen_from: Point) -> float | None:
    if hit.latitude is None or hit.longitude is None:
        return None
    return distance_km(seen_from, (hit.latitude, hit.longitude))


def write_key(key: Key) -> str:
    """`12.345`; a leading `-` of a number as `_`, so that it may stand in an address."""
    return ".".join(str(number).replace("-", "_") for number in key)


def read_key(text: str) -> Key | None:
    """The key, or None for what none of ours is."""
    try:
        key = tuple(int(part.replace("_", "-")) for part in text.split("."))
    except ValueError:
        return None
    return key if all(abs(number) < 2**63 for number in key) else None
