"""What is true after any fault: nothing lost, nothing twice, no crash, a clear log, and no queue left."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing

from tests.faults.house import House
from tests.faults.peer import Peer

MOST_LINES = 200  # of warnings and errors, for any one fault


async def audit(
    house: House,
    *,
    listings: Iterable[str] = (),
    heard: Iterable[str] = (),
    peers: Iterable[Peer] = (),
    again: int = 0,
    drains: float = 60.0,
    lines: int = MOST_LINES,
    torn: bool = False,
) -> dict[str, float]:
    """The five questions; raises AssertionError with what is wrong, else the figures.

    `listings` are the titles of which Léa was told that they are online, `heard` the ids of listings
    that a peer was told (202) we have; each of `peers` must have got every listing, and at most
    `again` letters a second time.  `torn`: the log itself lay on a full disk, and may have half lines.
    """
    took = await house.drained(drains)
    figures = {"drained in s": round(took, 1)}
    figures |= _nothing_lost_nothing_twice(house, set(listings), set(heard))
    for peer in peers:
        figures["sent twice"] = figures.get("sent twice", 0) + _arrived_once(house, peer, again)
    _no_crash(house)
    figures["warnings"] = _clear_log(house, lines, torn)
    _sound(house)
    return figures


def _nothing_lost_nothing_twice(house: House, listings: set[str], heard: set[str]) -> dict[str, float]:
    ours = Counter(title for (title,) in house.rows("SELECT title FROM listings WHERE local"))
    theirs = Counter(id for (id,) in house.rows("SELECT id FROM listings WHERE NOT local"))
    lost = (listings - ours.keys()) | (heard - theirs.keys())
    assert not lost, f"lost: {sorted(lost)[:5]} of {len(listings) + len(heard)}"
    twice = [one for one, times in (ours + theirs).items() if times > 1]
    assert not twice, f"twice: {twice[:5]}"
    said = house.rows(
        """SELECT l.title, count(s.id) FROM listings l
           LEFT JOIN sent s ON s.object_id = l.id AND s.type = 'Create'
           WHERE l.local GROUP BY l.id, l.title HAVING count(s.id) <> 1"""
    )
    assert not said, f"not said exactly once: {said[:5]}"
    answered = house.rows(
        """SELECT object_id, count(*) FROM sent WHERE type = 'Accept' GROUP BY object_id, body
           HAVING count(*) > 1"""
    )
    assert not answered, f"answered twice: {answered[:5]}"
    waiting = house.rows("SELECT count(*) FROM received WHERE outcome = 'waiting'")[0][0]
    assert not waiting, f"{waiting} received activities had no effect"
    return {"ours": len(ours), "theirs": len(theirs), "lost": 0, "doubled": 0}


def _arrived_once(house: House, peer: Peer, again: int) -> int:
    ids = {id for (id,) in house.rows("SELECT id FROM listings WHERE local")}
    got = Counter(peer.got("Create"))
    missing, twice = ids - got.keys(), [id for id, times in got.items() if times > 1]
    assert not missing, f"{peer.host} never got {sorted(missing)[:5]} of {len(ids)}"
    assert not twice, f"{peer.host} got two activities about {twice[:5]}"
    repeated = sum(times - 1 for times in peer.taken.values())
    assert repeated <= again, f"{peer.host} got {repeated} letters again, at most {again} are understandable"
    return repeated


def _no_crash(house: House) -> None:
    fallen = [life for life in house.lives if not life.alive and not life.planned]
    words = [(life.role, life.popen.returncode, life.journal.read_text()[-2000:]) for life in fallen]
    assert not fallen, words


def _clear_log(house: House, most: int, torn: bool) -> int:
    half = [line["text"] for line in house.log() if "text" in line]
    assert not [text for text in half if not (torn and text.startswith("{"))], half
    odd = [line for line in house.log() if "exception" in line]
    assert not odd, f"a trace: {str(odd[0])[:3000]}"
    spoken = [line for line in house.log() if line.get("level") in ("warning", "error")]
    assert len(spoken) <= most, f"{len(spoken)} warnings: {Counter(line['event'] for line in spoken)}"
    return len(spoken)


def _sound(house: House) -> None:
    if house.database_url:
        return
    with closing(sqlite3.connect(f"{house.database.as_uri()}?mode=ro", uri=True, timeout=10)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
