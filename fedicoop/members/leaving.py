"""What a member takes along of what this room keeps, and what becomes of it when they leave."""

from dataclasses import dataclass
from datetime import timedelta

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.mail import store as mail
from fedicoop.members import actions, consents, devices, holidays, links, passkeys, sessions, store
from fedicoop.members.keeping import Rows, plain
from fedicoop.outbox import store as outbox
from fedicoop.outbox.say import Audience, activity_id, say
from fedicoop.vocabulary.types import PUBLIC, Delete, Iri

LANE = "farewell"
GRACE = timedelta(days=8)
"""How long the key of who left still signs: a Delete is carried for seven days."""


@dataclass(frozen=True, slots=True)
class Erase:
    """A member left: what every room keeps of them goes."""

    member_id: str


@dataclass(frozen=True, slots=True)
class Bury:
    """An actor of ours is gone and has said so to everybody: its keys and its follows go too."""

    actor_id: str


async def take_along(tx: Tx, who: Member) -> dict[str, Rows]:
    profile = await store.profile(tx, who.id)
    names = ("about", "place_name", "latitude", "longitude", "radius_km", "language", "theme", "email")
    told = {"name": profile.name, "handle": who.handle, "role": str(who.role), "actor": who.actor_id}
    told |= plain(profile, *names, "away_until", "created_at", "has_password")
    made = await links.invitations(tx, who.coop_id, maker_id=who.id)
    return {
        "profile": [told],
        "consents": [
            plain(one, "kind", "words", "given_at", "withdrawn_at")
            for one in await consents.of_member(tx, who.id)
        ],
        "sessions": [
            {"device": devices.name(one.device) or one.device}
            | plain(one, "created_at", "seen_at", "expires_at")
            for one in await sessions.of_member(tx, who.id)
        ],
        "passkeys": [
            plain(one, "name", "created_at", "used_at") for one in await passkeys.of_member(tx, who.id)
        ],
        "invitations": [plain(one, "note", "address", "created_at", "expires_at", "uses") for one in made],
    }


async def leave(tx: Tx, who: Member) -> None:
    """Close an account at once: nobody signs in any more, and all that is kept of it is promised to go.

    Raises Conflict `member.last_admin` where the coop would be left without one.
    """
    access.require(who, Act.MEMBER_LEAVE, OfCoop(who.coop_id, who.id))
    await actions.require_another_admin(tx, who)
    await store.close(tx, who.id)
    await sessions.end_all(tx, who.id)
    await links.void_of(tx, who.id)
    await queue.enqueue(tx, Erase(who.id), lane=LANE, thread=who.id)


async def forget(tx: Tx, who: Member) -> None:
    """The last to be forgotten: what they said of themselves, and the actor that spoke for them."""
    profile = await store.profile(tx, who.id)
    if profile.email:
        await mail.forget_address(tx, profile.email)
    await consents.forget(tx, who.id)
    await passkeys.forget(tx, who.id)
    await links.forget_maker(tx, who.id)
    await holidays.forget(tx, who.id)
    await store.blank(tx, who.id)
    if who.actor_id:
        await _farewell(tx, who.actor_id)


async def _farewell(tx: Tx, actor_id: str) -> None:
    """Tell everybody who ever heard of the actor that it is gone; its name is never given again."""
    actor = await actors.own(tx, actor_id)
    if actor is None:
        return
    gone = Delete(
        id=activity_id(tx, actor.id), actor=actor.id, object=Iri(actor.id), to=(PUBLIC,), published=tx.now
    )
    await say(tx, gone, Audience(followers_of=(actor.id,), everyone_reached=True))
    await outbox.erase(tx, actor.id, but=gone.id)
    await actors.retire(tx, actor.id)
    await queue.enqueue(tx, Bury(actor.id), lane=LANE, thread=actor.id, run_at=tx.now + GRACE)
