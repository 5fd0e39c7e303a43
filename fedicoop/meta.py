"""Facts about this house that its database keeps: its origin above all."""

from dataclasses import dataclass

from fedicoop.db import Tx

FORMER_ORIGINS = "former_origins"
"""What this house was called before it moved, one origin a line."""


@dataclass(frozen=True, slots=True)
class _Fact:
    value: str


async def find(tx: Tx, key: str) -> str | None:
    found = await tx.maybe(_Fact, "SELECT value FROM meta WHERE key = :key", key=key)
    return found.value if found else None


async def put(tx: Tx, key: str, value: str) -> None:
    await tx.run(
        """INSERT INTO meta (key, value) VALUES (:key, :value)
           ON CONFLICT (key) DO UPDATE SET value = excluded.value""",
        key=key,
        value=value,
    )
