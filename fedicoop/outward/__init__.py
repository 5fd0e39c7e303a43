"""The one guarded way out: every byte that leaves for another house goes through here.

The rules stand in fedicoop/addresses.py, the dial in dial.py, the connections in pool.py.  This
file holds the law (no network inside a transaction), the total deadline and the caps.
"""

import asyncio
from collections.abc import Callable, Mapping, Set
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING

from fedicoop import metrics
from fedicoop.addresses import Destination, destination, parse
from fedicoop.db import inside
from fedicoop.errors import Problem, Refused, Unreachable
from fedicoop.outward import reading
from fedicoop.outward.clocks import Clocks
from fedicoop.outward.progress import Progress, progress
from fedicoop.outward.trust import check_certificates
from fedicoop.pace import Pace

if TYPE_CHECKING:  # httpx and what it brings take 0.2 s: imported with the first request
    import httpx

    from fedicoop.outward.dial import Resolve

MOST_FOR_STRANGERS, MOST_FOR_LETTERS = 60, 300
"""Documents a minute that letters make us ask of one house: before we know who wrote them, and after."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer said.  `headers` in lower case, repeated ones joined by ", "; `url` as it was asked."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def said(self) -> str:
        """The beginning of what it says, on one line: a stranger's words, often the reason of a no."""
        text = self.body[:1000].decode("utf-8", "replace")
        return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:200]


class Outward:
    """Asks other houses, and only houses: public addresses over https, and the operator's listed peers.

    `allowed_peers` are exact `host:port` reached by plain http too and on any address; `deadline`
    is the seconds for one request from the name look-up to the last byte; `ca_file` are the
    certificates to believe instead of the system's; `own_origin` is never dialled; `transport`
    replaces the sockets (the rules on addresses stay); `resolve` replaces the system's resolver; with
    `clock`, what peers say of the time is compared with ours (`clocks`).
    Raises Misconfigured `outward.certificates`.
    """

    def __init__(
        self,
        *,
        allowed_peers: Set[str],
        user_agent: str,
        transport: "httpx.AsyncBaseTransport | None" = None,
        deadline: float = 10.0,
        ca_file: str | None = None,
        own_origin: str | None = None,
        resolve: "Resolve | None" = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        check_certificates(ca_file)
        self._allowed_peers = frozenset(peer.lower() for peer in allowed_peers)
        self._user_agent, self._deadline = user_agent, deadline
        self._transport, self._resolve, self.ca_file = transport, resolve, ca_file
        self._ourselves = parse(own_origin).peer if own_origin else ""
        self.clocks = Clocks(clock)
        self.for_strangers = Pace(a_minute=MOST_FOR_STRANGERS, at_once=MOST_FOR_STRANGERS)
        self.for_letters = Pace(a_minute=MOST_FOR_LETTERS, at_once=MOST_FOR_LETTERS)

    async def get(self, url: str, headers: Mapping[str, str], *, limit: int = 1_000_000) -> Answer:
        """Fetch a document of at most `limit` bytes.  A redirect is an answer like any other: not followed.

        Raises Refused `outward.url`, `.scheme`, `.port`, `.address` or `.ourselves` for where we do
        not go (retrying is vain), Unreachable `peer.silent`, `.timeout`, `.slow`, `.too_large`, `.garbled`,
        `.tls` or `.name_unknown` where no usable answer came.
        """
        return await self._ask("GET", url, None, headers, limit)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, limit: int = 65_536) -> Answer:
        """Bring a body to a peer's inbox.  Raises as `get` does.

        The status is the answer; its body is small talk, cut at `limit` bytes, left out if it is
        compressed, and waited for a quarter of the deadline: a peer that took a letter shall not get
        it again because it talks too long.
        """
        return await self._ask("POST", url, body, headers, limit)

    async def close(self) -> None:
        """Hang up on everybody."""
        if self._transport is not None:
            await self._transport.aclose()

    def to_ourselves(self) -> "Outward":
        """The same way out, for one question: whether our own front door leads to us."""
        self._way()
        alike = copy(self)
        alike._ourselves = ""
        return alike

    async def _ask(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], limit: int
    ) -> Answer:
        if inside.get():
            raise RuntimeError(f"no network inside a transaction: {method} {url}")
        goal = destination(url, self._allowed_peers)
        if goal.peer == self._ourselves:
            raise Refused("outward.ourselves", url, host=goal.netloc)
        began, so_far = perf_counter(), Progress()
        before = progress.set(so_far)
        try:
            async with asyncio.timeout(self._deadline):
                status, told, received = await self._exchange(method, goal, body, headers, limit)
        except Problem as problem:
            metrics.outbound.add(method, problem.key)
            raise
        except Exception as error:
            if said := _as_problem(error, method, goal, so_far):
                metrics.outbound.add(method, said.key)
                raise said from error
            raise
        finally:
            progress.reset(before)
        metrics.outbound.add(method, f"{status // 100}xx")
        metrics.outbound_seconds.took(perf_counter() - began, method)
        self.clocks.heard(goal.peer, told.get("date"))
        return Answer(status, told, received, url.partition("#")[0])

    async def _exchange(
        self, method: str, goal: Destination, body: bytes | None, headers: Mapping[str, str], limit: int
    ) -> tuple[int, Mapping[str, str], bytes]:
        import httpx

        request = httpx.Request(
            method,
            goal.url,
            headers={"user-agent": self._user_agent} | _lower(headers) | {"accept-encoding": "identity"},
            content=body,
            extensions={"target": goal.target.encode()},  # as it was signed: httpx would tidy it up
        )
        response = await self._way().handle_async_request(request)
        try:
            reading.check_head(response, goal)
            body_of = (
                reading.whole(response, limit, goal)
                if method == "GET"
                else reading.small_talk(response, limit, self._deadline / 4)
            )
            return response.status_code, reading.told(response), await body_of
        finally:
            await response.aclose()

    def _way(self) -> "httpx.AsyncBaseTransport":
        if self._transport is None:
            from fedicoop.outward.dial import GuardedBackend, system_resolver
            from fedicoop.outward.pool import Pool
            from fedicoop.outward.trust import trusted_certificates

            backend = GuardedBackend(self._allowed_peers, self._resolve or system_resolver)
            self._transport = Pool(backend, trusted_certificates(self.ca_file))
        return self._transport


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _as_problem(error: Exception, method: str, goal: Destination, so_far: Progress) -> Problem | None:
    """What went wrong on the way, said in our words; None if it was not the way (then it is our fault)."""
    import httpx

    detail = f"{method} {goal.url}: {error or type(error).__name__}"
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return Unreachable("peer.slow" if so_far.came else "peer.timeout", detail, host=goal.netloc)
    if isinstance(error, httpx.RemoteProtocolError):
        silent = "disconnected without" in str(error)
        return Unreachable("peer.silent" if silent else "peer.garbled", detail, host=goal.netloc)
    if isinstance(error, httpx.InvalidURL):
        return Refused("outward.url", detail, address=goal.url)
    if isinstance(error, httpx.TransportError | OSError):
        return Unreachable("peer.silent", detail, host=goal.netloc)
    return None
