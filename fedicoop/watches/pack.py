"""A list of coops to begin with, as it is written and read: docs/packs.md.  Pure.

{"name": "Autour de Lille", "coops": [{"address": "velo.example", "name": "Vélo Fives"}, "objets.example"]}
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fedicoop.errors import Malformed

MOST = 100
"""Coops of one list; what comes after is left out."""
LONGEST_NAME = 100
LONGEST_ABOUT = 300
LONGEST_ADDRESS = 300


@dataclass(frozen=True, slots=True)
class Coop:
    """One line: a domain, an address or `@handle@host`, and what the list's author says of it."""

    address: str
    name: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    name: str
    about: str
    coops: tuple[Coop, ...]


def read(document: Mapping[str, Any]) -> Pack:
    """A list from a parsed document.  A line without an address is left out, and an address counts once.

    Raises Malformed `pack.unreadable` where it is no list of coops, `pack.empty` where none stands in it.
    """
    lines = document.get("coops")
    if not isinstance(lines, list):
        raise Malformed("pack.unreadable", "no list `coops`")
    found = dict[str, Coop]()
    for coop in _coops(lines):
        found.setdefault(coop.address, coop)
    if not found:
        raise Malformed("pack.empty")
    return Pack(
        _line(document.get("name"), LONGEST_NAME),
        _line(document.get("about"), LONGEST_ABOUT),
        tuple(found.values())[:MOST],
    )


def _coops(lines: Iterable[Any]) -> Iterable[Coop]:
    for line in lines:
        entry = {"address": line} if isinstance(line, str) else line
        if not isinstance(entry, dict):
            continue
        address = _line(entry.get("address"), LONGEST_ADDRESS + 1)
        if 0 < len(address) <= LONGEST_ADDRESS:
            name, about = entry.get("name"), entry.get("about")
            yield Coop(address, _line(name, LONGEST_NAME), _line(about, LONGEST_ABOUT))


def _line(value: Any, longest: int) -> str:
    return " ".join(value.split())[:longest].strip() if isinstance(value, str) else ""


def write(pack: Pack) -> dict[str, Any]:
    """The document of a list."""
    coops = []
    for one in pack.coops:
        said = {"address": one.address, "name": one.name, "about": one.about}
        coops.append({name: value for name, value in said.items() if value})
    return {"name": pack.name, "about": pack.about, "coops": coops}
