"""Carrying letters to the mail server: each one arrives there, and arrives once.

Never lost: the promise stands in the commit of what caused it, and ends in the commit that notes the
server's 250.  Never twice: a key is promised once, and a letter that was sent is not sent again.  The
one gap that mail itself leaves is a crash between the 250 and that commit; `writing.written` makes
the second copy the same message, under the same Message-ID.

Where the server does not answer, or says no to us (its name, TLS, our account, the sender), the lane
rests, ever longer, and nothing is lost for seven days.  Where it takes a letter later (4xx), that one is
tried again and the others go on.  Where it never will (5xx), that is noted with its words, and an
address that was refused three times in a row gets no more news.  The web does not notice any of it.
"""

from urllib.parse import urlsplit

from fedicoop.actors import coops
from fedicoop.db import Tx
from fedicoop.errors import Refused, Unreachable
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.log import log
from fedicoop.mail import store
from fedicoop.mail.letters import Mail
from fedicoop.mail.writing import written
from fedicoop.node import Node
from fedicoop.outward.post import hand_in
from fedicoop.settings import ADDRESS


async def carry(node: Node, job: Job, task: Mail) -> None:
    """Keep the promise of one letter.  Raises Unreachable and Unavailable, for the queue to try again."""
    async with node.db.read() as tx:
        letter = await store.find(tx, task.key)
        late = letter is not None and letter.too_late(tx.now)
        coop = await signature(tx, node)
    if letter is None or letter.settled:
        return
    if late:
        async with node.db.write() as tx:
            await store.mark_ended(tx, letter, "")
            await queue.done(tx, job)
        return
    try:
        if len(letter.address) > 254 or not ADDRESS.fullmatch(letter.address):
            raise Refused("mail.address", email=letter.address)
        message = written(letter, origin=node.settings.origin, sender=node.settings.letters_from, coop=coop)
        await bring(node, letter.address, message)
    except Refused as refused:
        log.warning("mail.refused", template=letter.template, error=str(refused), **refused.values)
        async with node.db.write() as tx:
            answer = refused.values.get("answer", refused.key)
            await store.mark_ended(tx, letter, answer, bounced=refused.key == "mail.recipient_refused")
            await queue.done(tx, job)
        return
    async with node.db.write() as tx:
        await store.mark_sent(tx, letter)
        await queue.done(tx, job)
    log.info("mail.sent", template=letter.template)


async def bring(node: Node, to: str, message: bytes) -> str:
    """Hand a message in, and answer the server's words.  Raises as `hand_in` does, and `mail.none`."""
    server = node.settings.mail_server
    if server is None:
        raise Unreachable("mail.none")
    return await hand_in(
        server,
        node.settings.letters_from[1],
        to,
        message,
        ourselves=urlsplit(node.settings.origin).hostname or "localhost",
        ca_file=node.out.ca_file,
    )


async def signature(tx: Tx, node: Node) -> str:
    """Who signs: the coop; where several live in the house, the house itself."""
    return (await coops.face(tx, node.settings.host)).name
