"""Which listings might answer another one: a rough choice by category and words, made by the database.

What really fits is decided by matching.py, in Python, of these few.
"""

from collections.abc import Iterable
from typing import Any

from fedicoop.db import Tx
from fedicoop.listings.listing import Kind, Listing
from fedicoop.listings.rows import COLUMNS, Row, listing_of

MOST = 200
MOST_WORDS = 6


async def of(tx: Tx, listing: Listing, words: Iterable[str], coop_id: str | None) -> list[Listing]:
    """Published listings of the other kind that share its category or a word, the newest first.

    Those for one coop alone are among them only where that coop is `coop_id`.
    """
    values: dict[str, Any] = {
        "kind": Kind.NEED if listing.kind is Kind.OFFER else Kind.OFFER,
        "coop": coop_id or "",
        "now": tx.now,
        "most": MOST,
    }
    alike = list[str]()
    if listing.category:
        alike.append("category = :category")
        values["category"] = listing.category
    for number, word in enumerate(list(words)[:MOST_WORDS]):
        alike.append(f"words LIKE :word{'abcdef'[number]}")  # folded words have no % and no _
        values[f"word{'abcdef'[number]}"] = f"% {word}%"
    if not alike:
        return []
    rows = await tx.all(
        Row,
        f"""SELECT {COLUMNS} FROM listings
            WHERE status = 'published' AND kind = :kind AND (visibility = 'public' OR coop_id = :coop)
              AND (expires_at IS NULL OR expires_at > :now) AND ({" OR ".join(alike)})
            ORDER BY published_at DESC, id DESC LIMIT :most""",
        **values,
    )
    return [listing_of(row) for row in rows]
