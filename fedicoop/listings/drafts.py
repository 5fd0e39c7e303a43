"""Forms that somebody fills in, kept while they are: the only file that names their table.

A draft's id is made with the page of the form and travels in it.  The first sending makes the row,
the publication marks it, and the same form sent again finds the mark instead of publishing twice
(security case 136).  Nothing of it is shown to anybody but the member whose it is.
"""

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.listings.listing import Photo

LASTS = timedelta(days=7)
"""How long a draft is kept after it was last touched, its photos with it."""

MARKED = timedelta(days=90)
"""How long a form that was published is known again."""

MOST = 30
"""Drafts of one member; beyond that the ones touched longest ago go first."""

_ID = re.compile(r"[a-z0-9]{26,32}")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands in a form; `became` is the key of the listing that was made of it."""

    id: str
    member_id: str
    editing: str | None = None
    content: Mapping[str, Sequence[str]] = field(default_factory=dict)
    photos: tuple[Photo, ...] = ()
    updated_at: datetime | None = None  # None: not kept yet
    became: str | None = None

    @property
    def title(self) -> str:
        return next(iter(self.content.get("title", ())), "").strip()

    @property
    def begun(self) -> bool:
        """Whether there is anything to keep: a form that was only looked at makes no draft."""
        return bool(self.title or self.photos or next(iter(self.content.get("text", ())), "").strip())

    @property
    def kind(self) -> str:
        return next(iter(self.content.get("kind", ())), "")

    @property
    def ends_at(self) -> datetime | None:
        return self.updated_at + LASTS if self.updated_at else None


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    member_id: str
    editing: str | None
    content: str
    photos: str
    updated_at: datetime
    became: str | None


_COLUMNS = "id, member_id, editing, content, photos, updated_at, became"


def new_id() -> str:
    """An id for a form, that nobody guesses: 130 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(26))


def is_id(text: str) -> bool:
    return bool(_ID.fullmatch(text))


async def find(tx: Tx, id: str, member_id: str) -> Draft | None:
    """The draft of that id, or None; somebody else's is NotFound, like one that never was (case 78)."""
    row = await tx.maybe(_Row, f"SELECT {_COLUMNS} FROM drafts WHERE id = :id", id=id)
    if row and row.member_id != member_id:
        raise NotFound("publish.no_draft", id)
    return _draft(row) if row else None


async def get(tx: Tx, id: str, member_id: str) -> Draft:
    """Raises NotFound where there is none, or none any more."""
    found = await find(tx, id, member_id)
    if found is None or found.became:
        raise NotFound("publish.no_draft", id)
    return found


async def of_member(tx: Tx, member_id: str, *, editing: str | None = None) -> list[Draft]:
    """What a member has begun and not published, the latest touched first: new listings, or one's edits."""
    rows = await tx.all(
        _Row,
        f"""SELECT {_COLUMNS} FROM drafts
            WHERE member_id = :member AND became IS NULL AND coalesce(editing, '') = :editing
            ORDER BY updated_at DESC, id LIMIT :most""",
        member=member_id,
        editing=editing or "",
        most=MOST,
    )
    return [_draft(row) for row in rows]


async def all_of(tx: Tx, member_id: str) -> list[Draft]:
    """Every draft of a member, published or not: for whoever takes it all away."""
    sql = f"SELECT {_COLUMNS} FROM drafts WHERE member_id = :member ORDER BY id"
    return [_draft(row) for row in await tx.all(_Row, sql, member=member_id)]


async def put(tx: Tx, draft: Draft) -> Draft:
    """Keep what stands in a form now."""
    await tx.run(
        """INSERT INTO drafts (id, member_id, editing, content, photos, created_at, updated_at)
           VALUES (:id, :member, :editing, :content, :photos, :now, :now)
           ON CONFLICT (id) DO UPDATE SET content = excluded.content, photos = excluded.photos,
               updated_at = excluded.updated_at
           WHERE drafts.member_id = excluded.member_id AND drafts.became IS NULL""",
        id=draft.id,
        member=draft.member_id,
        editing=draft.editing,
        content={name: list(values) for name, values in draft.content.items()},
        photos=[asdict(photo) for photo in draft.photos],
        now=tx.now,
    )
    return replace(draft, updated_at=tx.now)


async def mark(tx: Tx, draft: Draft, became: str) -> None:
    """This form was published: keep no more of it than that it was, and as what."""
    await put(tx, replace(draft, content={}, photos=()))
    sql = "UPDATE drafts SET became = :key WHERE id = :id AND member_id = :member"
    await tx.run(sql, id=draft.id, member=draft.member_id, key=became)


async def remove(tx: Tx, id: str) -> None:
    await tx.run("DELETE FROM drafts WHERE id = :id", id=id)


async def shows(tx: Tx, photo: str, *, but: str = "") -> bool:
    """Whether any other draft than `but` shows the picture of that name."""
    sql = "SELECT count(*) FROM drafts WHERE photos LIKE :name AND id <> :but"
    return bool(await tx.count(sql, name=f'%"{photo}"%', but=but))


async def too_many(tx: Tx, member_id: str) -> list[Draft]:
    """The drafts of a member beyond the number that is kept."""
    rows = await tx.all(
        _Row,
        f"""SELECT {_COLUMNS} FROM drafts WHERE member_id = :member AND became IS NULL
            ORDER BY updated_at DESC, id LIMIT 100 OFFSET :most""",
        member=member_id,
        most=MOST,
    )
    return [_draft(row) for row in rows]


async def over(tx: Tx, *, limit: int = 100) -> list[Draft]:
    """The drafts that nobody touched for so long that they go, and the old marks."""
    rows = await tx.all(
        _Row,
        f"""SELECT {_COLUMNS} FROM drafts
            WHERE updated_at <= :old AND (became IS NULL OR updated_at <= :older)
            ORDER BY updated_at LIMIT :limit""",
        old=tx.now - LASTS,
        older=tx.now - MARKED,
        limit=limit,
    )
    return [_draft(row) for row in rows]


def _draft(row: _Row) -> Draft:
    content: dict[str, Any] = json.loads(row.content)
    return Draft(
        id=row.id,
        member_id=row.member_id,
        editing=row.editing,
        content=content,
        photos=tuple(Photo(**photo) for photo in json.loads(row.photos)),
        updated_at=row.updated_at,
        became=row.became,
    )
