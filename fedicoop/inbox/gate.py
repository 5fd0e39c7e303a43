"""What the door asks of the database, for many letters in one trip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

from fedicoop.actors import public_keys
from fedicoop.db import Tx
from fedicoop.db.together import Together
from fedicoop.inbox import store
from fedicoop.inbox.process import Process
from fedicoop.inbox.store import Heard
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Promise
from fedicoop.node import Node
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.peers.policies import standings
from fedicoop.vocabulary.types import Key

BELIEVED = 1.0  # seconds
NOTED = timedelta(seconds=10)
"""How exactly it is known when a house spoke last."""
MOST_KNOWN = 2048
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Voice:
    """Who seems to speak: an actor, and the normal host of its house."""

    actor_id: str
    host: str


@dataclass(frozen=True, slots=True)
class Known:
    """What we know of a voice before anybody is asked."""

    policy: Policy
    keys: tuple[Key, ...]
    unlisted: bool = False  # closed only because nobody here opened it by name


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that was found good: what is kept of it, and how its effect is promised (None: not at all)."""

    heard: Heard
    host: str
    thread: str | None


class _Seen(Exception):
    """A letter among these came before: the commit is taken back and made with more care."""


class Gate:
    """The two trips of a letter that is good: to know its sender, and to keep it.

    What we know of senders is believed for `BELIEVED` seconds, as long as nothing but letters was written
    in this process; so a house that is closed, or a key that is withdrawn, counts at once where it is
    done, and a second later elsewhere.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._knowing = Together[Voice, Known](self._know)
        self._keeping = Together[Letter, bool](self._keep)
        self._known: dict[Voice, Known] = {}
        self._others, self._until = -1, 0.0  # commits that were not ours; on the monotonic clock
        self._own = 0
        self._noted: dict[str, datetime] = {}

    async def know(self, voice: Voice) -> Known:
        others = self._node.db.commits - self._own
        if others != self._others or monotonic() >= self._until or len(self._known) >= MOST_KNOWN:
            self._known.clear()
            self._others, self._until = others, monotonic() + BELIEVED
        if known := self._known.get(voice):
            return known
        found = await self._knowing.ask(voice)
        if others == self._node.db.commits - self._own:
            self._known[voice] = found
        return found

    async def keep(self, letter: Letter) -> bool:
        """Keep a letter, and promise to process it; False where it was kept before.  On the disk, then."""
        return await self._keeping.ask(letter)

    async def _know(self, voices: Sequence[Voice]) -> list[Known]:
        async with self._node.db.read() as tx:
            found = await standings(tx, {voice.host for voice in voices})
            keys = await public_keys.of_several(tx, {voice.actor_id for voice in voices})
        return [
            Known(found[voice.host].policy, keys.get(voice.actor_id, ()), found[voice.host].unlisted)
            for voice in voices
        ]

    async def _keep(self, letters: Sequence[Letter]) -> list[bool]:
        """Receipts and promises of many letters in one commit; an id counts once (security case 11)."""
        before = self._node.db.commits
        try:
            fresh = await self._write(letters, sure=True)
        except _Seen:
            fresh = await self._write(letters, sure=False)
        if self._node.db.commits == before + 1:
            self._own += 1
        return fresh

    async def _write(self, letters: Sequence[Letter], *, sure: bool) -> list[bool]:
        heard = [letter.heard for letter in letters]
        async with self._node.db.write(beside=True) as tx:
            noted = await self._note(tx, {letter.host for letter in letters})
            if sure and not await store.keep_fresh(tx, heard):
                raise _Seen
            fresh = [True] * len(heard) if sure else await store.keep_all(tx, heard)
            kept = [letter for letter, new in zip(letters, fresh, strict=True) if new]
            promised = [_promise(one) for one in kept if one.thread is not None]
            if promised:
                await queue.enqueue_all(tx, promised)
        self._noted.update(noted)
        return fresh

    async def _note(self, tx: Tx, hosts: set[str]) -> dict[str, datetime]:
        """That they spoke; and who speaks is awake, so that what waits for it may go."""
        now = tx.now
        fresh = sorted(host for host in hosts if not now - NOTED < self._noted.get(host, _NEVER) <= now)
        if not fresh:
            return {}
        await peers.all_heard(tx, fresh)
        await queue.wake_lanes(tx, [f"to {host}" for host in fresh])
        if len(self._noted) >= MOST_KNOWN:
            self._noted.clear()
        return dict.fromkeys(fresh, now)


def _promise(letter: Letter) -> Promise:
    heard = letter.heard
    return Promise(Process(heard.id, heard.actor_id), lane=f"from {letter.host}", thread=letter.thread or "")
