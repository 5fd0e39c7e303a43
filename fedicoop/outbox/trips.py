"""What deliveries ask of the database, for many of them in one trip.

Whatever is published goes to many inboxes at once: what is known of their hosts is read together, and what
came of the letters is written down in one commit.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedicoop.actors import keyring
from fedicoop.actors.keyring import Signer
from fedicoop.db import Tx
from fedicoop.db.together import Together
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.node import Node
from fedicoop.outbox import answers, refusals, store
from fedicoop.outbox.answers import Told
from fedicoop.outbox.say import Deliver
from fedicoop.outbox.store import Sent
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Form, Policy
from fedicoop.signatures import cavage, rfc9421
from fedicoop.vocabulary.hosts import normal_host

_REMEMBERED = frozenset({"Create", "Update", "Announce"})
"""Whoever got one of these is told when the object goes."""


@dataclass(frozen=True, slots=True)
class Before:
    """What is known before a letter leaves; `sent` is None where its words were erased since."""

    sent: Sent | None
    signer: Signer | None
    form: Form | None  # the form of signature that the host took last
    closed: bool  # nobody writes there any more
    refused: bool  # the inbox was not there some days ago


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A letter on its way out, and who signs it in which form."""

    form: Form
    inbox: str
    body: bytes
    signer: Signer


@dataclass(frozen=True, slots=True)
class Brought:
    """A letter that was answered for good."""

    job: Job
    task: Deliver
    told: Told
    form: Form | None  # None where it is the one that is known already


class Trips:
    """The two trips of a delivery to the database, and one beside the loop.  For each node: `trips_of`."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._looking = Together[Deliver, Before](self._look)
        self._signing = Together[Unsigned, dict[str, str]](self._sign)
        self._noting = Together[Brought, None](self._note)

    async def look(self, task: Deliver) -> Before:
        return await self._looking.ask(task)

    async def sign(self, letter: Unsigned) -> dict[str, str]:
        """The headers that make it ours, as of now."""
        return await self._signing.ask(letter)

    async def note(self, brought: Brought) -> None:
        """Write down that it was brought, and close the promise.  Raises Conflict("jobs.taken_over")."""
        await self._noting.ask(brought)

    async def _look(self, tasks: Sequence[Deliver]) -> list[Before]:
        hosts = {task.inbox: normal_host(task.inbox) for task in tasks}
        async with self._node.db.read() as tx:
            sent = await store.several(tx, {task.activity_id for task in tasks})
            signers = await keyring.signers(tx, {one.actor_id for one in sent.values()})
            policies = await peers.policies(tx, set(hosts.values()))
            forms = await peers.signature_forms(tx, set(hosts.values()))
            refused = await refusals.among(tx, hosts)
        found = []
        for task in tasks:
            said, host = sent.get(task.activity_id), hosts[task.inbox]
            signer = signers.get(said.actor_id) if said else None
            closed = policies[host] is Policy.CLOSED
            found.append(Before(said, signer, forms.get(host), closed, task.inbox in refused))
        return found

    async def _sign(self, letters: Sequence[Unsigned]) -> list[dict[str, str]]:
        """In a thread: a signature takes a millisecond, on a small machine ten (security, T14)."""
        now = self._node.db.clock()
        return await asyncio.to_thread(lambda: [_signed(letter, now) for letter in letters])

    async def _note(self, some: Sequence[Brought]) -> list[None]:
        async def write(tx: Tx) -> None:
            await queue.done_all(tx, [one.job for one in some])
            await peers.all_reached(tx, sorted({normal_host(one.task.inbox) for one in some}))
            await answers.note(tx, [one.told for one in some])
            reached = [
                (one.task.object_id, one.task.inbox)
                for one in some
                if not one.told.problem and one.told.type in _REMEMBERED
            ]
            if reached:
                await store.reach_all(tx, reached)
            for one in some:
                if not one.told.problem and one.form:
                    await peers.remember_signature(tx, normal_host(one.task.inbox), one.form)

        await self._node.db.surely(write, beside=True)
        return [None] * len(some)


def _signed(letter: Unsigned, now: datetime) -> dict[str, str]:
    sign, signer = _SIGN[letter.form], letter.signer
    return sign("POST", letter.inbox, letter.body, signer.key_id, signer.private_key, now)


_SIGN = {"cavage": cavage.sign, "rfc9421": rfc9421.sign}


def trips_of(node: Node) -> Trips:
    found = node.shared.get(Trips)
    if not isinstance(found, Trips):
        found = node.shared[Trips] = Trips(node)
    return found
