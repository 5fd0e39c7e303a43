"""python server.py: fediverse-pasture's actors on the loopback, with control paths that begin with /__.

Its actors, their keys, WebFinger, signed requests and checks of our signatures are fediverse-pasture's and
bovine's own; here stand only the doors through which a test asks.  `actor` lives alone as in `one_actor`;
alice … frank are those of `verify_actor`.  It prints one JSON line when it is ready, and ends when its
standard input does.
"""

import asyncio
import contextlib
import json
import logging
import os
import socket
import sys
import traceback

import aiohttp
from bovine.activitystreams import factories_for_actor_object
from bovine.clients import lookup_uri_with_webfinger
from fediverse_pasture.data_provider import DataProvider, bovine_actor_for_actor_data
from fediverse_pasture.data_provider.models import ActorData
from fediverse_pasture.runner import ActivitySender
from fediverse_pasture.server import BlueprintForActors
from fediverse_pasture.server.nodeinfo_blueprint import nodeinfo_blueprint
from fediverse_pasture.server.verify_actor import ActorVerifier
from fediverse_pasture.types import Message
from fediverse_pasture_inputs import available
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, request

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
AS_PUBLISHED = "http://pasture-one-actor"
"""Where the odd objects say that their actor lives: the name it has among pasture's own containers."""


class Pasture:
    def __init__(self, port: int) -> None:
        self.origin = f"http://localhost:{port}"
        self.domain = f"localhost:{port}"
        self.data = DataProvider.generate()
        self.data.one_actor.requires_signed_post_for_inbox = True
        self.inbox: list[dict] = []
        self.documents: dict[str, dict] = {}
        self.actor, self.document = bovine_actor_for_actor_data(f"{self.origin}/actor", self.data.one_actor)
        self.moved: dict = {}
        self.successor = ActorData(
            actor_name="anew", user_part="anew", key_pairs=self.data.one_actor.key_pairs
        )
        self.anew, self.anew_document = bovine_actor_for_actor_data(f"{self.origin}/anew", self.successor)

    async def begin(self) -> None:
        """Bovine reads its own actor over the network, as any client of it would."""
        self.session = aiohttp.ClientSession()
        await self.actor.init(session=self.session)
        await self.anew.init(session=self.session)
        self.activities, self.objects = factories_for_actor_object(self.document.build())

    def new(self, kind: str) -> str:
        return f"{self.origin}/kept/{kind}-{len(self.documents) + 1}"

    def keep(self, document: dict) -> dict:
        """Serve it at its id from now on."""
        self.documents[document["id"]] = document
        return document

    async def post(self, inbox: str, activity: dict) -> dict:
        """Signed by bovine; what became of it, also where it was refused."""
        answer = await self.actor.client.post(inbox, json.dumps(activity))
        return {"status": answer.status, "answer": (await answer.text())[:500], "id": activity.get("id")}

    async def inbox_of(self, actor_id: str) -> str:
        return (await self.actor.get(actor_id))["inbox"]


def app_of(pasture: Pasture) -> Quart:
    app = Quart(__name__)
    actors = [pasture.data.one_actor, pasture.successor, *pasture.data.possible_actors]

    async def on_inbox(activity: dict) -> None:
        pasture.inbox.append(activity)

    @app.get("/actor")
    async def one_actor():
        document = pasture.document.build() | pasture.moved
        return document, 200, {"content-type": "application/activity+json"}

    @app.get("/anew")
    async def successor():
        document = pasture.anew_document.build() | {"alsoKnownAs": [pasture.actor.actor_id]}
        return document, 200, {"content-type": "application/activity+json"}

    @app.get("/kept/<name>")
    async def kept(name: str):
        document = pasture.documents.get(f"{pasture.origin}/kept/{name}")
        status = 404 if document is None else 410 if document.get("type") == "Tombstone" else 200
        return document or {}, status, {"content-type": "application/activity+json"}

    @app.post("/__<control>")
    async def control(control: str):
        try:
            return {"said": await CONTROLS[control](pasture, **await request.get_json())}
        except Exception:
            return {"error": traceback.format_exc()}, 500

    app.register_blueprint(nodeinfo_blueprint)
    app.register_blueprint(BlueprintForActors(actors, on_inbox=on_inbox).blueprint)
    return app


async def seen(pasture: Pasture) -> list[dict]:
    return pasture.inbox


async def find(pasture: Pasture, name: str) -> str | None:
    """The actor that an acct: URI leads to, as bovine asks WebFinger."""
    domain = name.rpartition("@")[2]
    found, _ = await lookup_uri_with_webfinger(pasture.session, name, f"http://{domain}")
    return found


async def get(pasture: Pasture, url: str) -> dict:
    return await pasture.actor.get(url)


async def file(pasture: Pasture, url: str) -> dict:
    """A picture, say: what it is and how long, asked for without a signature."""
    async with pasture.session.get(url) as answer:
        body = await answer.read()
        return {"status": answer.status, "type": answer.headers.get("content-type"), "bytes": len(body)}


async def say(pasture: Pasture, verb: str, about: object, inbox: str, **more: object) -> dict:
    """One activity of bovine's factory (`follow`, `like`, `announce`, `undo`, `block`, `delete`, …)."""
    activity = getattr(pasture.activities, verb)(about, id=pasture.new(verb), **more)
    if verb == "announce":
        activity = activity.as_public()
    built = pasture.keep(activity.build())
    return await pasture.post(inbox, built) | {"said": built}


async def write(
    pasture: Pasture, inbox: str, content: str, to: list[str], in_reply_to: str, tell: list[dict]
) -> dict:
    """A Note in answer to something, made and sent as bovine makes one; `tell` are its tags."""
    note = pasture.objects.note(
        id=pasture.new("note"), content=content, to=set(to), in_reply_to=in_reply_to
    ).build()
    note |= {"cc": [], "tag": tell}
    pasture.keep(note)
    create = pasture.keep(pasture.activities.create(note, id=pasture.new("create")).build())
    return await pasture.post(inbox, create) | {"note": note}


async def tell(pasture: Pasture, inbox: str, activity: dict) -> dict:
    """An activity for which bovine has no word (Flag, Move, EmojiReact), as it stands, with an id of ours."""
    plain = {"@context": "https://www.w3.org/ns/activitystreams", "id": pasture.new("other")}
    said = pasture.keep(plain | {"actor": pasture.actor.actor_id} | activity)
    return await pasture.post(inbox, said) | {"said": said}


async def move(pasture: Pasture, to: str) -> str:
    """The actor becomes `anew`, says so in its document and to `to`, and welcomes who follows it there."""
    pasture.moved["movedTo"] = pasture.anew.actor_id
    move = {"type": "Move", "object": pasture.actor.actor_id, "target": pasture.anew.actor_id, "to": [to]}
    said = await tell(pasture, await pasture.inbox_of(to), move)
    assert said["status"] == 202, said
    return pasture.anew.actor_id


async def welcome(pasture: Pasture, follow: dict, inbox: str) -> int:
    """`anew` says yes."""
    accept = {"@context": "https://www.w3.org/ns/activitystreams", "id": pasture.new("accept")}
    accept |= {"type": "Accept", "actor": pasture.anew.actor_id, "object": follow, "to": [follow["actor"]]}
    return (await pasture.anew.client.post(inbox, json.dumps(accept))).status


async def odd(pasture: Pasture, to: str, in_reply_to: str, mention: bool, page: str) -> list[dict]:
    """All odd objects of fediverse-pasture-inputs, sent one by one; what was answered to each.

    With `in_reply_to` each that says nothing of it itself answers that object; with `mention` the one
    written to is named in its tags.  `page` is where mentions and replies of the objects may lead.
    """
    inbox, answers = await pasture.inbox_of(to), []
    for group, data in sorted(available.items()):
        for number, example in enumerate(data.examples):
            local = json.loads(json.dumps(example).replace(AS_PUBLISHED, page))
            if in_reply_to:
                local = {"inReplyTo": in_reply_to} | local
            activity = await _create(pasture, local, to, mention)
            answer = await _posted_in_time(pasture, inbox, activity)
            answers.append({"group": group, "number": number, **answer})
    return answers


async def _posted_in_time(pasture: Pasture, inbox: str, activity: dict) -> dict:
    """Who is told to come again later does: 429 says when."""
    for _ in range(20):
        answer = await pasture.actor.client.post(inbox, json.dumps(activity))
        if answer.status != 429:
            break
        await asyncio.sleep(float(answer.headers["retry-after"]))
    return {"status": answer.status, "answer": (await answer.text())[:300]}


async def _unsent(_inbox: str, _activity: dict) -> None:
    """Pasture's sender stops where it would post, so that the test sees each answer."""


async def _create(pasture: Pasture, example: dict, to: str, mention: bool) -> dict:
    sender = ActivitySender.for_actor(pasture.actor, pasture.document)
    sender._perform_post = _unsent
    sender.sleep_after_getting_inbox = False
    sender._inbox_cache = {to: ""}
    sender.sending_config.include_mention = mention
    sender.init_create_note(lambda note: note | example)
    sender.note["to"] = list(sender.note.get("to") or [])
    await sender.send(to)
    return sender.activity


async def verify(pasture: Pasture, actor: str) -> dict:
    """`verify_actor`: six actors, with and without signatures and WebFinger, knock at a door."""
    message = Message()
    verifier = ActorVerifier(
        actor_list=[*pasture.data.possible_actors, pasture.data.one_actor],
        remote_uri=actor,
        domain=pasture.domain,
        message=message,
        timeout=10,
    )
    return {"result": await verifier.verify(), "messages": [str(line) for line in message.response]}


CONTROLS = {
    one.__name__: one for one in (seen, find, get, file, say, write, tell, move, welcome, odd, verify)
}


async def main() -> None:
    logging.basicConfig(level=os.environ.get("PASTURE_LOG", "WARNING").upper())
    listening = socket.create_server(("127.0.0.1", 0))
    pasture = Pasture(listening.getsockname()[1])
    config = Config()
    config.bind, config.accesslog, config.loglevel = [f"fd://{listening.fileno()}"], None, "WARNING"
    end = asyncio.Event()
    house = asyncio.create_task(serve(app_of(pasture), config, shutdown_trigger=end.wait))
    for _ in range(200):
        with contextlib.suppress(aiohttp.ClientError):
            await pasture.begin()
            break
        await asyncio.sleep(0.05)
    print(json.dumps({"origin": pasture.origin, "actor": pasture.actor.actor_id}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    end.set()
    await pasture.session.close()
    await house


asyncio.run(main())
