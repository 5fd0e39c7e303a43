"""Questions that come while another is under way are asked together.

A trip to the database costs more than what it brings; under load, many requests want the same sort of
thing at once.  The first goes with those that come in the same turn of the loop, so that who is alone waits
for nobody; those that come meanwhile share the next trip.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

Question = TypeVar("Question")
Reply = TypeVar("Reply")


class Together(Generic[Question, Reply]):
    """`answer` is given questions in the order in which they came, at most `most`; one reply for each."""

    def __init__(
        self, answer: Callable[[Sequence[Question]], Awaitable[Sequence[Reply]]], most: int = 64
    ) -> None:
        self._answer, self._most = answer, most
        self._waiting: deque[tuple[Question, asyncio.Future[Reply]]] = deque()
        self._going: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Reply:
        """The reply to one question.  Raises what answering it, and it alone, raises."""
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, reply))
        if self._going is None:
            # A context of its own: it works for all, not in the name of the first.
            self._going = asyncio.create_task(self._go(), context=Context())
        return await reply

    async def _go(self) -> None:
        try:
            await asyncio.sleep(0)
            while self._waiting:
                some = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
                await self._answer_all([one for one in some if not one[1].done()])
        finally:
            self._going = None
            for _, reply in self._waiting:  # only where the loop itself is ending
                reply.cancel()
            self._waiting.clear()

    async def _answer_all(self, some: list[tuple[Question, asyncio.Future[Reply]]]) -> None:
        """What fails together is asked one by one, so that nobody pays for another's question."""
        if not some:
            return
        try:
            replies = await self._answer([question for question, _ in some])
        except Exception as error:
            if len(some) == 1:
                _fail(some[0][1], error)
                return
            for one in some:
                await self._answer_all([one])
            return
        for (_, future), reply in zip(some, replies, strict=True):
            if not future.done():
                future.set_result(reply)


def _fail(future: "asyncio.Future[Reply]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def among(values: Sequence[str], prefix: str = "one") -> tuple[str, dict[str, str]]:
    """`IN (…)`'s inside and its parameters; as many as the next power of two, the last one again and again.

    So there are few texts of one statement, and the engine knows them all.  `values` is not empty.
    """
    size = 1 << (len(values) - 1).bit_length()
    padded = [*values, *[values[-1]] * (size - len(values))]
    named = {f"{prefix}{number}": value for number, value in enumerate(padded)}
    return ", ".join(f":{name}" for name in named), named
