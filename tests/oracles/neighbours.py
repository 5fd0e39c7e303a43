"""Two neighbours from the outside world, asked in the same words: Fedify's peer and pasture's actor."""

from itertools import count
from typing import Any

from tests.oracles.coop import Coop
from tests.oracles.fedify.judge import FedifyPeer, wait_for
from tests.oracles.pasture.judge import PasturePeer, object_id

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
Json = dict[str, Any]
_numbers = count(1)


def mention(actor: str, name: str) -> Json:
    return {"type": "Mention", "href": actor, "name": name}


def named(coop: Coop) -> Json:
    return mention(coop.actor, f"@velo@localhost:{coop.port}")


class Fedify:
    """Its classes read what we send, and write what it sends."""

    def __init__(self, peer: FedifyPeer) -> None:
        self.peer, self.origin, self.actor = peer, peer.origin, peer.actor

    async def discover(self, coop: Coop) -> Json:
        """The coop's actor as this peer reads it, by its id: Fedify takes no port in a handle."""
        found = await self.peer.lookup(coop.actor, signed=True)
        assert found["found"]
        return dict(found["json"])

    async def follow(self, coop: Coop) -> None:
        assert (await self.peer.follow(coop.actor))["accepted"]

    async def heard(self, coop: Coop, kind: str, about: str = "") -> Json:
        """The first activity of that sort about that thing which the coop said and this peer verified."""

        async def said() -> list[Json]:
            return [one for one in await self.peer.seen(kind, about) if one["actor"] == coop.actor]

        return dict((await wait_for(said, timeout=20))[0]["json"])

    async def notes(self, coop: Coop) -> list[Json]:
        """What the coop wrote to this peer, as its own parser sees it."""
        seen = [one["object"] for one in await self.peer.seen("Create")]
        return [one for one in seen if one["attributed_to"] == coop.actor and one["in_reply_to"]]

    async def reply(self, coop: Coop, about: str, text: str, *, public: bool) -> str:
        sent = await self.peer.create_note(text, to=(coop.actor,), in_reply_to=about, public=public)
        assert sent["accepted"], sent
        return str(sent["note"])

    async def edit(self, coop: Coop, id: str, text: str) -> None:
        note = (await self.peer.lookup(id))["json"] | {"content": text, "updated": "2099-01-01T00:00:00Z"}
        await self._say(coop, {"type": "Update", "object": note, "to": [PUBLIC]})

    async def tell(self, coop: Coop, kind: str, about: Any, **more: Any) -> Json:
        return await self._say(coop, {"type": kind, "object": about, **more})

    async def _say(self, coop: Coop, activity: Json) -> Json:
        id = f"{self.origin}/said/{next(_numbers)}"
        said = {"@context": "https://www.w3.org/ns/activitystreams", "id": id, "actor": self.actor} | activity
        answer = await self.peer.send(coop.inbox, said)
        assert answer["accepted"], answer
        return said

    async def move(self, coop: Coop) -> str:
        return await self.peer.move(coop.actor)

    async def welcome(self, coop: Coop, follow: Json) -> None:
        """It says yes by itself."""


class Pasture:
    """fediverse-pasture's actor; what it has no word for is said with bovine's signature."""

    def __init__(self, peer: PasturePeer) -> None:
        self.peer, self.origin, self.actor = peer, peer.origin, peer.actor

    async def discover(self, coop: Coop) -> Json:
        """The coop's actor by its name: WebFinger, then its document, asked for with a signature."""
        found = await self.peer.ask("find", name=f"acct:velo@localhost:{coop.port}")
        return dict(await self.peer.ask("get", url=found))

    async def follow(self, coop: Coop) -> None:
        sent = await self.peer.ask("say", verb="follow", about=coop.actor, inbox=coop.inbox)
        assert sent["status"] == 202, sent

    async def heard(self, coop: Coop, kind: str, about: str = "") -> Json:
        found = await wait_for(lambda: self.peer.seen(kind, about, by=coop.actor), timeout=20)
        return dict(found[0])

    async def notes(self, coop: Coop) -> list[Json]:
        seen = [one["object"] for one in await self.peer.seen("Create") if one["actor"] == coop.actor]
        return [one | {"in_reply_to": one["inReplyTo"]} for one in seen if one.get("inReplyTo")]

    async def reply(self, coop: Coop, about: str, text: str, *, public: bool) -> str:
        to = [PUBLIC, coop.actor] if public else [coop.actor]
        asked = {"inbox": coop.inbox, "content": text, "to": to, "in_reply_to": about, "tell": [named(coop)]}
        sent = await self.peer.ask("write", **asked)
        assert sent["status"] == 202, sent
        return str(sent["note"]["id"])

    async def edit(self, coop: Coop, id: str, text: str) -> None:
        note = await self.peer.ask("get", url=id)
        note |= {"content": text, "updated": "2099-01-01T00:00:00Z"}
        await self._told(coop, {"type": "Update", "object": note, "to": [PUBLIC]})

    async def tell(self, coop: Coop, kind: str, about: Any, **more: Any) -> Json:
        """In bovine's words where it has them."""
        if kind in ("Like", "Announce", "Block", "Delete") and not more:
            asked = {"verb": kind.lower(), "about": about, "inbox": coop.inbox}
            sent = await self.peer.ask("say", **asked)
            assert sent["status"] == 202, sent
            return dict(sent["said"])
        return await self._told(coop, {"type": kind, "object": about, **more})

    async def _told(self, coop: Coop, activity: Json) -> Json:
        sent = await self.peer.ask("tell", inbox=coop.inbox, activity=activity)
        assert sent["status"] == 202, sent
        return dict(sent["said"])

    async def move(self, coop: Coop) -> str:
        return str(await self.peer.ask("move", to=coop.actor))

    async def welcome(self, coop: Coop, follow: Json) -> None:
        assert await self.peer.ask("welcome", follow=follow, inbox=coop.inbox) == 202


Neighbour = Fedify | Pasture
__all__ = ["PUBLIC", "Fedify", "Neighbour", "Pasture", "object_id"]
