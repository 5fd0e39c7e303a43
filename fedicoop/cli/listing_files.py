"""The file that `listing publish` and `listing update` take, and the photos beside it."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fedicoop.errors import Malformed, Misused, NotFound, Problem

if TYPE_CHECKING:
    from fedicoop.listings.listing import Photo
    from fedicoop.node import Node

MOST_BYTES = 1024 * 1024


def read(file: str) -> tuple[Mapping[str, Any], Path]:
    """What the file says, and the folder that its photos are sought in; `-` is standard input.

    Raises NotFound, Misused and Malformed, each naming the file and, where it can, line and column.
    """
    name, folder = ("stdin", Path()) if file == "-" else (file, Path(file).parent)
    try:
        data = sys.stdin.buffer.read(MOST_BYTES + 1) if file == "-" else _some(Path(file), MOST_BYTES)
    except FileNotFoundError as error:
        raise NotFound("cli.no_such_file", file, file=file) from error
    except OSError as error:
        raise Misused("cli.file_unreadable", repr(error), file=name, reason=error.strerror or "") from error
    if len(data) > MOST_BYTES:
        raise Misused("cli.file_too_large", name, file=name, most="1 MiB")
    return _parsed(data, name), folder


def _some(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most + 1)


def _parsed(data: bytes, name: str) -> Mapping[str, Any]:
    try:
        found = json.loads(data.decode("utf-8-sig"), parse_constant=_no_number, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        shown = {"file": name, "line": str(error.lineno), "column": str(error.colno), "reason": error.msg}
        raise Misused("cli.file_not_json", str(error), **shown) from error
    except UnicodeDecodeError as error:
        raise Misused("cli.file_not_text", str(error), file=name) from error
    except (_Odd, RecursionError, ValueError) as error:
        raise Misused("cli.file_odd_json", str(error), file=name, reason=str(error)[:200]) from error
    if not isinstance(found, dict):
        raise Misused("cli.file_no_object", name, file=name)
    return found


class _Odd(ValueError):
    """JSON that programs read differently."""


def _no_number(text: str) -> None:
    raise _Odd(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise _Odd(f"{name} × {names.count(name)}")
    return dict(pairs)


def check(raw: Mapping[str, Any], *, fresh: bool) -> None:
    """Refuse a wrong field before any photo is taken in.  Raises Misused."""
    from datetime import UTC, datetime

    from fedicoop.listings import fields
    from fedicoop.listings.listing import Kind, Listing, Mode, Status

    if fresh:
        fields.require(raw)
    blank = Listing(
        id="",
        key="",
        actor_id="",
        kind=Kind.OFFER,
        mode=Mode.GIFT,
        title="",
        status=Status.DRAFT,
        created_at=datetime.now(UTC),
    )
    fields.change(blank, raw)


async def take_in(
    node: "Node", raw: Mapping[str, Any], folder: Path, *, dry_run: bool = False
) -> "tuple[Photo, ...] | None":
    """The photos that the file names, re-encoded and kept; None where it says nothing about photos.

    Each is read beside the file.  With `dry_run` they are judged and not kept.  Raises NotFound and
    Malformed, naming the photo.
    """
    from fedicoop.listings.fields import PhotoFile

    if "photos" not in raw:
        return None
    wanted = [PhotoFile(photo["file"], photo.get("alt") or "") for photo in raw["photos"] or ()]
    data = [await asyncio.to_thread(_photo, folder / one.file, one.file) for one in wanted]
    return tuple(
        await asyncio.gather(
            *(_kept(node, one, each, dry_run) for one, each in zip(wanted, data, strict=True))
        )
    )


def _photo(path: Path, name: str) -> bytes:
    from fedicoop.media.pictures import MOST_BYTES as MOST

    try:
        return _some(path, MOST)
    except FileNotFoundError as error:
        raise NotFound("cli.no_such_photo", str(path), file=name, path=str(path)) from error
    except OSError as error:
        raise Misused("cli.file_unreadable", repr(error), file=name, reason=error.strerror or "") from error


async def _kept(node: "Node", wanted: Any, data: bytes, dry_run: bool) -> "Photo":
    from fedicoop.listings.listing import Photo
    from fedicoop.listings.values import line
    from fedicoop.media import store
    from fedicoop.media.pictures import re_encode

    try:
        if dry_run:
            seen = await re_encode(data)
            return Photo("rehearsed.jpg", line(wanted.alt), seen.width, seen.height, seen.blurhash)
        kept = await store.keep(node, data)
    except Malformed as problem:
        raise _of_file(problem, wanted.file) from problem
    return Photo(kept.name, line(wanted.alt), kept.width, kept.height, kept.blurhash)


def _of_file(problem: Problem, name: str) -> Misused:
    """A picture that cannot be taken, said with the name of its file."""
    from fedicoop.cli.words import language
    from fedicoop.i18n import explain

    said = explain(problem, language())
    return Misused("cli.bad_photo", problem.key, file=name, reason=said.what, do=said.remedy)
