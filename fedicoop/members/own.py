"""What members do with what is theirs.  One function is one transaction's worth of change."""

from dataclasses import replace

from fedicoop.access import Member
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import Conflict
from fedicoop.mail import letters
from fedicoop.members import consents, links, sessions, store
from fedicoop.members.links import Link
from fedicoop.members.store import Profile
from fedicoop.notices import readers
from fedicoop.notices.tell import tell
from fedicoop.outbox import profile as outward
from fedicoop.web.clean import markdown


async def describe(tx: Tx, who: Member, wish: Profile, *, found: str | None) -> None:
    """Change one's profile.  `found`: the words in which they agree to be found by other coops, or None.

    What others may find is told to those who follow the member's actor; the rest stays in the house.
    """
    await store.put_profile(tx, who.id, wish)
    actor = await actors.get(tx, who.actor_id) if who.actor_id else None
    if actor is None:
        return
    if found and not actor.discoverable:
        await consents.give(tx, who.id, consents.FOUND, found)
    if not found and actor.discoverable:
        await consents.withdraw(tx, who.id, consents.FOUND)
    summary = markdown(wish.about).strip() if found else ""
    now = replace(actor, name=wish.name, summary=summary, discoverable=bool(found), indexable=bool(found))
    if now != actor:
        await actors.put(tx, now, local=True)
        await outward.tell(tx, actor.id)


async def found_by_others(tx: Tx, who: Member) -> bool:
    """Whether other coops may find this member."""
    actor = await actors.find(tx, who.actor_id) if who.actor_id else None
    return actor is not None and actor.discoverable


async def confirm_address(tx: Tx, secret: str) -> Link:
    """Spend the link that went to a new address: it is the member's from now on; the old one is told.

    Links that let in through the old address are void (security case 92).  Raises Conflict where
    somebody else confirmed the same address meanwhile.
    """
    link = await links.spend(tx, secret, links.EMAIL)
    account = await store.account(tx, link.member_id or "")
    address = link.address or ""
    if await store.email_taken(tx, address) and account.email != address:
        raise Conflict("member.email_elsewhere", address)
    await store.set_email(tx, account.id, address)
    await links.void_of(tx, account.id)
    if account.email and account.email != address:
        await letters.promise(
            tx,
            key=f"address changed {link.id}",
            to=account.email,
            language=account.language or "fr",
            template="address_changed",
            name=account.name,
        )
    await tell(tx, [account.id], "account.address", path="/moi/adresse", key=link.id)
    return link


async def replace_password(tx: Tx, member_id: str, phc: str, *, key: str) -> None:
    """Choose another password: every device is signed out, and no old link lets anybody in (case 87)."""
    await store.set_password(tx, member_id, phc)
    await sessions.end_all(tx, member_id)
    await links.void_of(tx, member_id)
    await readers.set_feed(tx, member_id, False)  # its secret address is a way in, too
    await tell(tx, [member_id], "account.password", path="/moi/appareils", key=key)
