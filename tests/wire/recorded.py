"""A house that says what was recorded of a peer: its documents as they are, with keys made here."""

import json
from typing import Any

import httpx

from fedicoop.actors import names
from fedicoop.follows import actions as follows
from fedicoop.vocabulary.types import Actor
from tests.conftest import Instance
from tests.hostile import ACTIVITY, Stranger
from tests.hostile_letters import key_pair
from tests.wire.documents import document


class Recorded(Stranger):
    """A peer's house; what it serves and sends are files of this folder."""

    def show(self, name: str, *, media_type: str = ACTIVITY, **changes: Any) -> dict[str, Any]:
        """Serve a recorded document at its id; an actor's key becomes one with which we can sign."""
        shown = json.loads(document(name)) | changes
        if isinstance(key := shown.get("publicKey"), dict):
            key["publicKeyPem"] = key_pair(shown["id"])[1]
        self.serve(shown["id"].removeprefix(self.origin), shown, media_type=media_type)
        return shown

    async def heard_by(self, instance: Instance, actor_id: str) -> Actor:
        """Our coop follows that actor, who says yes."""
        them = await names.by_name(instance.node, actor_id)
        async with instance.node.db.write() as tx:
            await follows.follow(tx, instance.operator, instance.coop, them)
        await self.network.settle()
        accept = self.says("Accept", self.heard[-1]) | {"actor": actor_id}
        assert (await self.tells(instance, accept)).status_code == 202
        return them

    async def tells(self, instance: Instance, said: dict[str, Any], **how: Any) -> httpx.Response:
        """Bring a document, signed by its `actor`, and let all that follows from it happen."""
        by = said["actor"]
        how = {"key_id": f"{by}#main-key"} | how
        answer = await self.letter(said, instance, by=by, **how).to(instance)
        await self.network.settle()
        return answer

    async def replays(
        self, instance: Instance, name: str, key_id: str | None = None, **changes: Any
    ) -> httpx.Response:
        """Bring a recorded activity as it was, signed by its actor."""
        said = json.loads(document(name)) | changes
        return await self.tells(instance, said, **({"key_id": key_id} if key_id else {}))
