"""How somebody becomes a member: invited, accepted, or simply by wishing, as the coop has it.

One function is one transaction's worth of change.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from fedicoop import access
from fedicoop.access import Act, Door, Member, OfCoop, Role
from fedicoop.actors import coops
from fedicoop.actors.coops import Coop, Joining
from fedicoop.actors.keyring import Pair
from fedicoop.db import Tx
from fedicoop.errors import Forbidden
from fedicoop.jobs import queue
from fedicoop.mail import letters
from fedicoop.members import candidates, consents, handles, links, store, tasks
from fedicoop.members.actions import admit
from fedicoop.members.candidates import Candidate
from fedicoop.members.links import About, Link
from fedicoop.notices.tell import tell

INVITED_FOR = timedelta(days=14)
"""How long an invitation that goes with an acceptance is good for."""
MOST_USES = 100
_JUST_NOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """What somebody says who joins.  `proof`: a secret that only their browser can make of this form."""

    name: str
    pair: Pair
    language: str
    proof: str
    handle: str | None = None
    email: str | None = None  # as typed: theirs once they answered a letter there
    password: str | None = None  # PHC string
    agreed: dict[str, str] = field(default_factory=dict)  # kind of consent → the words they read


def door(coop: Coop) -> Door:
    return Door(coop.actor_id, coop.members_invite)


async def by_invitation(tx: Tx, origin: str, secret: str, new: Newcomer) -> Member:
    """Spend an invitation.  Raises NotFound `link.invitation_void`, and what `actions.add` raises."""
    if again := await _just_joined(tx, new):
        return again
    link = await links.spend(tx, secret, links.INVITATION)
    member = await _join(tx, origin, link.coop_id, new, address=link.address)
    if link.candidate_id:
        await candidates.join(tx, link.candidate_id)
    await _tell_inviter(tx, link, member)
    return member


async def by_request(tx: Tx, origin: str, secret: str, new: Newcomer) -> Member:
    """Who asked and was accepted joins on the page where the answer stands."""
    if again := await _just_joined(tx, new):
        return again
    link = await links.open(tx, secret, links.CANDIDATE)
    candidate = await candidates.get(tx, link.candidate_id or "")
    await candidates.join(tx, candidate.id)
    return await _join(tx, origin, candidate.coop_id, new, address=None)


async def openly(tx: Tx, origin: str, coop_id: str, new: Newcomer) -> Member:
    """Whoever wishes.  Raises Forbidden where the coop has it otherwise."""
    if again := await _just_joined(tx, new):
        return again
    if (await coops.get(tx, coop_id)).joining is not Joining.OPEN:
        raise Forbidden("member.not_open", coop_id)
    return await _join(tx, origin, coop_id, new, address=None)


async def _just_joined(tx: Tx, new: Newcomer) -> Member | None:
    """Who this browser became by sending this very form before: a double click makes one member (136)."""
    link = await links.find(tx, links.hashed(new.proof))
    return await store.get(tx, link.member_id) if link and link.member_id else None


async def _join(tx: Tx, origin: str, coop_id: str, new: Newcomer, *, address: str | None) -> Member:
    """An address counts at once where a letter that went there was answered; else a letter asks."""
    known = address if address and not await store.email_taken(tx, address) else None
    handle = new.handle or await handles.free(tx, new.name)
    member = await admit(
        tx, origin, coop_id, handle=handle, name=new.name, pair=new.pair, email=known, role=Role.MEMBER
    )
    await store.set_language(tx, member.id, new.language)
    if new.password:
        await store.set_password(tx, member.id, new.password)
    for kind, words in new.agreed.items():
        await consents.give(tx, member.id, kind, words)
    if new.email and new.email != known:
        task = tasks.SendConfirmation(member.id, new.email, new.language)
        await queue.enqueue(tx, task, lane=tasks.LANE, thread=member.id)
    about = About(member_id=member.id)
    await links.make(tx, coop_id, links.JOINED, about, secret=new.proof, lasts=_JUST_NOW)
    others = [one.id for one in await store.stewards(tx, coop_id)]
    await tell(tx, others, "member.joined", path="/admin/membres", key=member.id, name=member.name)
    return member


async def _tell_inviter(tx: Tx, link: Link, member: Member) -> None:
    if link.maker_id and await store.exists(tx, link.maker_id):
        await tell(tx, [link.maker_id], "member.accepted", path="/inviter", key=member.id, name=member.name)


async def ask(tx: Tx, candidate: Candidate, secret: str) -> None:
    """Ask to be let in; `secret` opens the page where the answer will stand.  Once for each form."""
    if not await candidates.put(tx, candidate):
        return
    about = About(candidate_id=candidate.id)
    await links.make(tx, candidate.coop_id, links.CANDIDATE, about, secret=secret, lasts=candidates.KEPT)
    others = [one.id for one in await store.stewards(tx, candidate.coop_id)]
    await tell(tx, others, "member.asks", path="/admin/membres", key=candidate.id, name=candidate.name)


async def answer(tx: Tx, who: Member, origin: str, id: str, *, yes: bool) -> Candidate:
    """Accept or decline somebody who asks, and write to them if they gave an address.

    Raises Conflict where somebody answered before.
    """
    candidate = await candidates.get(tx, id)
    access.require(who, Act.MEMBER_APPROVE, OfCoop(candidate.coop_id))
    await candidates.answer(tx, id, "accepted" if yes else "declined")
    if candidate.email and await store.email_taken(tx, candidate.email):
        return candidate  # a member already, who was told so when they asked
    if candidate.email:
        await letters.promise(
            tx,
            key=f"answer {id}",
            to=candidate.email,
            language=candidate.language,
            template="accepted" if yes else "declined",
            until=tx.now + INVITED_FOR,
            name=candidate.name,
            **({"link": await _way_in(tx, origin, candidate)} if yes else {}),
        )
    return candidate


async def _way_in(tx: Tx, origin: str, candidate: Candidate) -> str:
    about = About(address=candidate.email, candidate_id=candidate.id, note=candidate.name)
    secret = await links.make(tx, candidate.coop_id, links.INVITATION, about, lasts=INVITED_FOR)
    return f"{origin}/invitation/{secret}"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an inviter wishes."""

    note: str
    days: int
    uses: int
    email: str | None = None


async def invite(tx: Tx, who: Member, origin: str, wish: Invitation, secret: str) -> None:
    """An invitation behind this secret; sent to an address, if one is given.  Once for each secret."""
    coop = await coops.get(tx, who.coop_id)
    access.require(who, Act.MEMBER_INVITE, door(coop))
    if wish.uses > 1:
        access.require(who, Act.MEMBER_APPROVE, OfCoop(coop.actor_id))  # a sheet on a wall is a steward's
    maker = who.id if await store.exists(tx, who.id) else None  # the operator is no member
    about = About(maker_id=maker, address=wish.email, note=wish.note, most_uses=wish.uses)
    lasts = timedelta(days=wish.days)
    await links.make(tx, coop.actor_id, links.INVITATION, about, secret=secret, lasts=lasts)
    if wish.email:
        await letters.promise(
            tx,
            key=f"invitation {links.hashed(secret)}",
            to=wish.email,
            language=coop.locale,
            template="invitation",
            until=tx.now + lasts,
            name=who.name,
            link=f"{origin}/invitation/{secret}",
        )


async def withdraw(tx: Tx, who: Member, id: str) -> None:
    """Take an invitation back: one's own, or as a steward anybody's."""
    link = await links.find(tx, id)
    if link is None or link.purpose != links.INVITATION:
        return
    if link.maker_id != who.id:
        access.require(who, Act.MEMBER_APPROVE, OfCoop(link.coop_id))
    await links.revoke(tx, id)
