"""Reports that cross the border: what another server says of ours, and what we say of theirs.

A report from elsewhere is for stewards to read and does nothing by itself (security case 125); ours are
signed by the server's actor and name nobody (case 126; M app/lib/activitypub/activity/flag.rb).
"""

from hashlib import sha256

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import store as actors
from fedicoop.actors.addresses import server_id
from fedicoop.db import Tx
from fedicoop.desk import reporting, reports
from fedicoop.desk.report import About, Reason, Report
from fedicoop.enquiries import conversations, messages
from fedicoop.enquiries.enquiry import Message
from fedicoop.errors import Conflict
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.listings import store as listings
from fedicoop.listings.flagging import Flagged
from fedicoop.members import store as members
from fedicoop.node import Node
from fedicoop.outbox.say import Audience, activity_id, say
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor, Flag, Iri
from fedicoop.web.clean import plain

OPEN_AT_ONCE = 50
"""Reports of one server that may wait: more than stewards read of it, far less than would bury them."""
LONGEST = 2000


async def take_in(node: Node, job: Job, task: Flagged) -> None:
    """What a server reports stands among the reports, once for each thing, with how often it was said."""
    async with node.db.write() as tx:
        found = [said for id in task.ids if (said := await _said_of(tx, id, task))]
        of_things = [said for said in found if said.about is not About.ACTOR]
        for said in of_things or found:  # whoever reports a listing names its author too
            if await reports.open_from(tx, task.host) < OPEN_AT_ONCE:
                await reporting.keep(tx, said)
        await queue.done(tx, job)


async def _said_of(tx: Tx, id: str, task: Flagged) -> Report | None:
    """The report about one thing of ours; None where it is not there, or was never said outside."""
    if (listing := await listings.find(tx, id)) and listing.local and listing.coop_id:
        if listing.published_at is None:
            return None
        return _report(tx, task, id, listing.key, listing.title, listing.coop_id, About.LISTING)
    if message := await messages.find(tx, id):
        return await _of_message(tx, message, task)
    if (actor := await actors.own(tx, id)) and (coop_id := await _coop_of(tx, actor)):
        return _report(tx, task, id, actor.handle, actor.name or actor.handle, coop_id, About.ACTOR)
    return None


async def _of_message(tx: Tx, message: Message, task: Flagged) -> Report | None:
    """About something that one of ours said.  What is private may be reported by the server that got it."""
    speaker = await actors.own(tx, message.actor_id)
    talk = await conversations.get(tx, message.conversation_id)
    told = message.public or task.host in {normal_host(talk.asker_id), normal_host(talk.owner_id)}
    if speaker is None or not told or not (coop_id := await _coop_of(tx, speaker)):
        return None
    title = plain(message.html, 80) if message.public else speaker.name or speaker.handle
    return _report(tx, task, message.id, talk.listing_key, title, coop_id, About.MESSAGE)


async def _coop_of(tx: Tx, actor: Actor) -> str:
    """Whose stewards answer for an actor of ours; "" for the server itself."""
    if actor.type == "Organization":
        return actor.id
    member = await members.speaking_as(tx, actor.id)
    return member.coop_id if member else ""


def _report(tx: Tx, task: Flagged, id: str, key: str, title: str, coop_id: str, about: About) -> Report:
    return Report(
        id=tx.new_id(),
        listing_id=id,
        listing_key=key,
        title=title,
        coop_id=coop_id,
        source=sha256(f"report {task.host}".encode()).hexdigest()[:32],
        member_id=None,
        contact="",
        reason=Reason.OTHER,
        text=plain(task.reason, LONGEST),
        created_at=tx.now,
        about=about,
        host=task.host,
    )


async def pass_on(tx: Tx, who: Member, origin: str, listing_id: str, words: str) -> None:
    """Tell the server of whom a reported listing is; `words` are read by its moderators.

    Raises Conflict where nothing waits any more, was passed on already, or concerns us alone.
    """
    access.require(who, Act.REPORT_SETTLE, OfCoop(who.coop_id))
    listing = await listings.find(tx, listing_id)
    if listing is None or listing.local:
        raise Conflict("report.not_theirs", listing_id)
    if not await reports.pass_on(tx, who.coop_id, listing_id):
        raise Conflict("report.settled", listing_id)
    server, author = Iri(server_id(origin)), Iri(listing.actor_id)
    flag = Flag(
        id=activity_id(tx, server),
        actor=server,
        object=author,
        others=(Iri(listing_id),),
        content=words,
        to=(author,),
        published=tx.now,
    )
    await say(tx, flag, Audience(actors=(author,)))
