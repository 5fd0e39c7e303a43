"""What a member takes along of their applications, and their end when they leave."""

from fedicoop.access import Member
from fedicoop.clients import marks
from fedicoop.db import Tx
from fedicoop.members import applications
from fedicoop.members.keeping import Rows, plain


async def take_along(tx: Tx, who: Member) -> dict[str, Rows]:
    granted = await applications.of_member(tx, who.id)
    return {
        "applications": [plain(one, "name", "website", "scopes", "created_at", "seen_at") for one in granted],
        "bookmarks": [
            plain(one, "status_id", "created_at") for one in await marks.bookmarks(tx, who.id, limit=10_000)
        ],
    }


async def forget(tx: Tx, who: Member) -> None:
    await applications.end_all(tx, who.id)
    await marks.forget_member(tx, who.id)
