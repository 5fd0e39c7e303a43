"""One JSON object of a peer, the way to it, and the habits of the wire.

Every reader looks at the wire through a Cursor: one-or-many, id-or-object, prefixed names, numbers
in quotes are met here.  Names that end a reading are found by `text`, `iri`, `child`, `moment`: they
raise Malformed and say where.  What is merely nice to have is found by `find_…`: it is None if it
does not fit, because one bad date in a profile is no reason to hear nothing from its owner.
"""

import math
import re
from collections.abc import Iterable, Set
from datetime import datetime
from typing import Any

from fedicoop.errors import Malformed
from fedicoop.vocabulary.dates import parse_moment
from fedicoop.vocabulary.hosts import check_id
from fedicoop.vocabulary.types import NAMESPACE, PUBLIC, Iri

MAX_NAME = 256
MAX_SUMMARY = 20_000
MAX_CONTENT = 65_536
MAX_RECIPIENTS = 200
MAX_TAGS = 64
MAX_ATTACHMENTS = 8

_PREFIXES = ("as:", "vf:", "om2:", "ValueFlows:", "coop:")
_NAMESPACES = (
    "https://www.w3.org/ns/activitystreams#",
    "https://w3id.org/valueflows/ont/vf#",
    "https://w3id.org/valueflows#",
    "http://www.ontology-of-units-of-measure.org/resource/om-2/",
    NAMESPACE,
)
_PUBLIC = frozenset({PUBLIC, "as:Public", "Public"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?", re.ASCII)


class Cursor:
    """A JSON object and its path from the top (`$.object.tag[3]`), so that a complaint names the place.

    `plain_http` holds the `host:port` whose ids may be plain http (see `hosts.check_id`).
    """

    __slots__ = ("path", "plain_http", "raw")

    def __init__(self, raw: object, path: str = "$", plain_http: Set[str] = frozenset()) -> None:
        if not isinstance(raw, dict):
            raise malformed(path, "expected an object")
        self.raw, self.path, self.plain_http = _without_prefixes(raw), path, plain_http

    def at(self, raw: object, name: str) -> "Cursor":
        """Look at something inside, or at the same thing in other words."""
        return Cursor(raw, f"{self.path}{name}", self.plain_http)

    def fail(self, name: str, why: str) -> Malformed:
        """The complaint that `name` of this object is wrong, to be raised."""
        return malformed(f"{self.path}.{name}", why)

    def get(self, name: str) -> Any:
        """The plain value of a name, or None.  JSON-LD may wrap a literal in {"@value": …}."""
        value = self.raw.get(name)
        return value["@value"] if isinstance(value, dict) and "@value" in value else value

    def many(self, name: str) -> list[Any]:
        """One, many or none, as a list."""
        return many(self.get(name))

    def types(self) -> tuple[str, ...]:
        """The types of an object, without the prefixes of ActivityStreams and ValueFlows."""
        return tuple(local_name(item) for item in self.many("type") if isinstance(item, str))

    def text(self, name: str, default: str | None = None, *, limit: int = MAX_NAME) -> str:
        """A text, cut at `limit` characters.  Required unless there is a default."""
        value = self.get(name)
        value = default if value is None else value
        if not isinstance(value, str):
            raise self.fail(name, "expected text")
        return value[:limit]

    def translated(self, name: str, limit: int = MAX_NAME) -> tuple[str, str | None]:
        """A text and its language: `content`, else the first of `contentMap` (whose key is the language)."""
        by_language = self.get(f"{name}Map")
        first = next(iter(by_language.items()), ("", "")) if isinstance(by_language, dict) else ("", "")
        language = first[0] if _LANGUAGE.fullmatch(first[0]) else None
        fallback = first[1] if isinstance(first[1], str) else ""
        return self.text(name, fallback, limit=limit), language

    def iri(self, name: str) -> Iri:
        """An id, the id of an embedded object, or the first of many."""
        value = next(iter(self.many(name)), None)
        value = value.get("id") if isinstance(value, dict) else value
        try:
            return check_id(value, plain_http_hosts=self.plain_http)
        except Malformed as error:
            where = f"{self.path}.{name}"
            raise Malformed(error.key, f"{where}: {error.detail}", place=where) from error

    def find_iri(self, name: str) -> Iri | None:
        """An id as `iri` reads it, or None."""
        if self.raw.get(name) is None:
            return None
        try:
            return self.iri(name)
        except Malformed:
            return None

    def iris(self, name: str, limit: int = MAX_RECIPIENTS) -> tuple[Iri, ...]:
        """One or many ids, without those that are none.  The three spellings of Public become one."""
        return tuple(found for item in self.many(name)[:limit] if (found := self._recipient(item)))

    def _recipient(self, item: object) -> Iri | None:
        item = item.get("id") if isinstance(item, dict) else item
        if isinstance(item, str) and item in _PUBLIC:
            return PUBLIC
        try:
            return check_id(item, plain_http_hosts=self.plain_http)
        except Malformed:
            return None

    def child(self, name: str) -> "Cursor":
        """An embedded object, or the first of many."""
        return self.at(next(iter(self.many(name)), None), f".{name}")

    def find_child(self, name: str) -> "Cursor | None":
        """An embedded object, or the first among many, or None."""
        return next(iter(self.children(name, 1)), None)

    def children(self, name: str, limit: int) -> list["Cursor"]:
        """The embedded objects among one or many; the rest is dropped."""
        if isinstance(alone := self.get(name), dict):
            return [self.at(alone, f".{name}")][:limit]
        found = [(i, item) for i, item in enumerate(self.many(name)) if isinstance(item, dict)]
        return [self.at(item, f".{name}[{i}]") for i, item in found[:limit]]

    def moment(self, name: str) -> datetime | None:
        """A time, if there is one.  One that cannot be read is refused: order depends on it."""
        if self.get(name) is None:
            return None
        try:
            return parse_moment(self.text(name, limit=MAX_NAME))
        except Malformed as error:
            where = f"{self.path}.{name}"
            raise Malformed(error.key, f"{where}: {error.detail}", place=where) from error

    def find_moment(self, name: str) -> datetime | None:
        """A time, or None, also if it cannot be read."""
        try:
            return self.moment(name)
        except Malformed:
            return None

    def flag(self, name: str) -> bool:
        """True only for JSON’s own true: consent is never guessed."""
        return self.get(name) is True

    def number(self, name: str, low: float, high: float) -> float | None:
        """A finite number between `low` and `high`, also in quotes; anything else is None."""
        return number(self.get(name), low, high)

    def whole(self, name: str, low: int, high: int) -> int | None:
        """A number as `number` reads it, without its fraction."""
        found = self.number(name, low, high)
        return None if found is None else int(found)


def malformed(path: str, why: str) -> Malformed:
    """The complaint that what stands at `path` is wrong; the path may be shown to anybody."""
    return Malformed("federation.malformed", f"{path}: {why}", place=path)


def many(value: Any) -> list[Any]:
    """One, many or none, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def number(value: object, low: float, high: float) -> float | None:
    """A finite number between two bounds, bare or in quotes, or None."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value if low <= value <= high else None


def local_name(term: str) -> str:
    """A type, action or unit without its prefix.

    Bonfire's `ValueFlows:` stays: its `ValueFlows:Offer` is a thing, ActivityStreams' `Offer` an activity.
    """
    for prefix in ("as:", "vf:", "om2:", *_NAMESPACES):
        if term.startswith(prefix):
            return term[len(prefix) :]
    return term


def _without_prefixes(raw: dict[str, Any]) -> dict[str, Any]:
    """Give `vf:purpose` the name `purpose`, unless there is a plain one."""
    if not any(":" in name for name in raw):
        return raw
    bare = {_bare(name): value for name, value in raw.items()}
    return {**bare, **{name: raw[name] for name in bare.keys() & raw.keys()}}


def _bare(name: str) -> str:
    for prefix in _starts(name, (*_PREFIXES, *_NAMESPACES)):
        return name[len(prefix) :]
    return name


def _starts(name: str, prefixes: Iterable[str]) -> Iterable[str]:
    return (prefix for prefix in prefixes if name.startswith(prefix))
