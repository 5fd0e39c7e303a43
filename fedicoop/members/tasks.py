"""Promises about members: letters that are written where nobody waits for them.

Whether an address is a member's is looked up here and not on the way of the request, so that its
answer takes as long for an address that nobody has (security case 90).
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.mail import letters
from fedicoop.members import links, store
from fedicoop.node import Node

LANE = "members"
WELCOME = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SendSignIn:
    """Somebody asked for a link to sign in with: write to this address, if it is a member's."""

    email: str
    language: str
    next: str


async def send_sign_in(node: Node, job: Job, task: SendSignIn) -> None:
    """A link for an hour, by mail; the ones before are void."""
    async with node.db.write() as tx:
        if account := await store.find_by_email(tx, task.email):
            secret = await links.make(tx, account.coop_id, links.SIGN_IN, links.About(member_id=account.id))
            way = f"?next={quote(task.next)}" if task.next != "/" else ""
            await letters.promise(
                tx,
                key=f"sign-in {links.hashed(secret)}",
                to=task.email,
                language=account.language or task.language,
                template="sign_in",
                until=tx.now + links.VALID,
                name=account.name,
                link=f"{node.settings.origin}/entrer/lien/{secret}{way}",
            )
        await queue.done(tx, job)


@dataclass(frozen=True, slots=True)
class SendConfirmation:
    """A member wants letters at another address: ask there whether it is theirs."""

    member_id: str
    email: str
    language: str


async def send_confirmation(node: Node, job: Job, task: SendConfirmation) -> None:
    """A link to the new address; if it is another member's, a word to them instead (security case 90)."""
    async with node.db.write() as tx:
        account = await store.account(tx, task.member_id)
        other = await store.find_by_email(tx, task.email)
        if other and other.id != account.id:
            await letters.promise(
                tx,
                key=f"address taken {job.id}",
                to=task.email,
                language=other.language or task.language,
                template="address_taken",
                name=other.name,
            )
        else:
            about = links.About(member_id=account.id, address=task.email)
            secret = await links.make(tx, account.coop_id, links.EMAIL, about)
            await letters.promise(
                tx,
                key=f"address {links.hashed(secret)}",
                to=task.email,
                language=account.language or task.language,
                template="address",
                until=tx.now + links.VALID,
                name=account.name,
                link=f"{node.settings.origin}/moi/adresse/{secret}",
            )
        await queue.done(tx, job)


@dataclass(frozen=True, slots=True)
class SendWelcome:
    """Somebody wants to join a coop whose door is open: the way in goes to the address that they gave."""

    coop_id: str
    email: str
    language: str


async def send_welcome(node: Node, job: Job, task: SendWelcome) -> None:
    """An invitation by mail; to a member, a word that they are one already (security case 90)."""
    async with node.db.write() as tx:
        if account := await store.find_by_email(tx, task.email):
            await letters.promise(
                tx,
                key=f"member already {job.id}",
                to=task.email,
                language=account.language or task.language,
                template="member_already",
                name=account.name,
                link=f"{node.settings.origin}/entrer",
            )
        else:
            about = links.About(address=task.email)
            secret = await links.make(tx, task.coop_id, links.INVITATION, about, lasts=WELCOME)
            await letters.promise(
                tx,
                key=f"welcome {links.hashed(secret)}",
                to=task.email,
                language=task.language,
                template="welcome",
                until=tx.now + WELCOME,
                link=f"{node.settings.origin}/invitation/{secret}",
            )
        await queue.done(tx, job)
