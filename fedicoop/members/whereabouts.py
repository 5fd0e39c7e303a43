"""From where a member looks: their town, and how far they go."""

from dataclasses import dataclass

from fedicoop.db import Tx


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """All None where they said nothing."""

    place_name: str | None
    latitude: float | None
    longitude: float | None
    radius_km: int | None


async def of(tx: Tx, member_id: str) -> Whereabouts:
    return await tx.one(
        Whereabouts,
        "SELECT place_name, latitude, longitude, radius_km FROM members WHERE id = :id",
        id=member_id,
    )
