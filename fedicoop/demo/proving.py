"""`demo --check`: each exchange done on one side and seen on the other, over HTTP, as a visitor sees it."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fedicoop.assemble import assemble
from fedicoop.demo.houses import House, photo
from fedicoop.demo.looking import ACTIVITY, Sight, look
from fedicoop.demo.stage import Stage
from fedicoop.errors import Problem
from fedicoop.jobs import queue
from fedicoop.listings import actions
from fedicoop.listings.listing import Listing, Photo
from fedicoop.node import Node

PATIENCE = 10.0  # seconds for one exchange to be seen
_CARD = re.compile(r'href="(/l/[0-9A-Za-z]+)(?:\?[^"]*)?"')
_IMAGE = re.compile(r'(?:src|srcset)="(/media/[^"\s]+)')


class NotSeen(Exception):
    """What should have come did not; the text says what was there instead."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One exchange: its name (that of its step), whether it was seen, and how long it took."""

    name: str
    seen: bool
    seconds: float
    reason: str = ""


@dataclass(slots=True)
class Story:
    """What has happened so far: the listing that is followed through its life, and where it is seen."""

    stage: Stage
    offer: Listing | None = None
    page: str = ""  # the address of the offer's page in the other house

    @property
    def velo(self) -> House:
        return self.stage.velo.house

    @property
    def objets(self) -> House:
        return self.stage.objets.house


async def prove(there: Stage) -> AsyncIterator[Proof]:
    """Each exchange in turn; after the first that fails the rest has nothing to stand on, and is left out."""
    story = Story(there)
    for step in STEPS:
        started, name = time.monotonic(), step.__name__
        try:
            await step(story)
        except (NotSeen, Problem, OSError) as error:
            yield Proof(name, False, time.monotonic() - started, str(error))
            return
        yield Proof(name, True, time.monotonic() - started)


async def they_follow_each_other(story: Story) -> None:
    """Each names the other in its public `following` collection."""
    for us, them in ((story.velo, story.objets), (story.objets, story.velo)):
        collection = (await look(f"{us.actor_id}/following", ACTIVITY)).json
        first = collection.get("first")
        page = (await look(first, ACTIVITY)).json if isinstance(first, str) else first or collection
        if them.actor_id not in (page.get("orderedItems") or page.get("items") or []):
            raise NotSeen(f"{us.actor_id}/following")


async def what_was_there_came(story: Story) -> None:
    """Every listing that one side had before is found on the other's pages."""
    for us, them in ((story.velo, story.objets), (story.objets, story.velo)):
        for seed in them.coop.seeds:
            await _find(us, seed.fields["title"])


async def an_offer_with_its_photo_arrives(story: Story) -> None:
    """It is on the other side's list; its page there shows the photo from there, with its description."""
    title = "Compresseur pour gonfler trente roues"
    raw: dict[str, Any] = {"kind": "offer", "mode": "loan", "title": title, "tags": ["pneus"]}
    raw |= {"text": "Silencieux, **monté sur roulettes**.", "deposit": {"amount": "45", "currency": "EUR"}}
    async with assemble(story.velo.settings) as node:
        drawn = await photo(node, "repair-stand")
        story.offer = await _publish(node, story.velo, raw, (drawn,))
    story.page = await _until(lambda: _find(story.objets, title))
    await _until(lambda: _photo_shown(story, drawn.alt))
    note = (await look(story.offer.id, ACTIVITY)).json
    if note.get("purpose") != "offer" or note.get("type") != "Note":
        raise NotSeen(f"{story.offer.id}: {note.get('type')}")


async def a_need_arrives(story: Story) -> None:
    """The other way round."""
    raw = {"kind": "need", "mode": "loan", "title": "Cherche sono portable pour la fête des voisins"}
    async with assemble(story.objets.settings) as node:
        await _publish(node, story.objets, raw)
    page = await _until(lambda: _find(story.velo, raw["title"]))
    await _shows(page, "kind--need")


async def an_edit_arrives(story: Story) -> None:
    """The other side's page has the new title and no trace of the old one."""
    async with assemble(story.velo.settings) as node, node.db.write() as tx:
        raw = {"title": "Compresseur d’atelier, embouts Presta et Schrader"}
        await actions.update(tx, story.velo.operator, _id(story), raw, None)
    await _until(lambda: _shows(story.page, "Compresseur d’atelier", but="trente roues"))


async def closing_arrives(story: Story) -> None:
    """Its page says that it is closed, and the list has it no longer."""
    async with assemble(story.velo.settings) as node, node.db.write() as tx:
        await actions.close(tx, story.velo.operator, _id(story))
    await _until(lambda: _shows(story.page, "banner--closed"))
    await _until(lambda: _gone_from_list(story.objets, "Compresseur d’atelier"))


async def deletion_arrives(story: Story) -> None:
    """Its page is gone there; here its address answers 410 and a tombstone."""
    async with assemble(story.velo.settings) as node, node.db.write() as tx:
        await actions.delete(tx, story.velo.operator, _id(story))
    await _until(lambda: _gone(story.page))
    here = await look(_id(story), ACTIVITY)
    if here.status != 410 or here.json.get("type") != "Tombstone":
        raise NotSeen(f"{_id(story)}: {here.status}")


async def what_was_said_to_a_sleeper_arrives(story: Story) -> None:
    """One house sleeps while the other publishes and tries to tell it; it hears of it when it is back."""
    await story.stage.objets.stop()
    raw = {"kind": "offer", "mode": "gift", "title": "Grelots et sonnettes de récupération"}
    async with assemble(story.velo.settings) as node:
        await _publish(node, story.velo, raw)
        await _until(lambda: _in_vain(node))
        await story.stage.objets.start()
        async with node.db.write() as tx:  # `fedicoop outbox retry`; without it, some seconds later
            await queue.retry_now(tx)
    await _until(lambda: _find(story.objets, raw["title"]))


STEPS: tuple[Callable[[Story], Awaitable[None]], ...] = (
    they_follow_each_other,
    what_was_there_came,
    an_offer_with_its_photo_arrives,
    a_need_arrives,
    an_edit_arrives,
    closing_arrives,
    deletion_arrives,
    what_was_said_to_a_sleeper_arrives,
)


def _id(story: Story) -> str:
    assert story.offer is not None, "an offer arrives before it changes"
    return story.offer.id


async def _publish(node: Node, house: House, raw: dict[str, Any], photos: tuple[Photo, ...] = ()) -> Listing:
    async with node.db.write() as tx:
        draft = await actions.draft(tx, house.operator, raw, photos)
        return await actions.publish(tx, house.operator, draft.id)


async def _until(seen: Callable[[], Awaitable[Any]]) -> Any:
    """What `seen` answers, asked again and again while it raises NotSeen, within our patience."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return await seen()
        except NotSeen:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.1)


async def _find(house: House, title: str) -> str:
    """The page that this house has for a peer's listing of that title."""
    url = f"{house.origin}/?source=peers&q={quote(title)}"
    sight = await look(url)
    for card in sight.text.split("<article ")[1:]:
        if _plain(title) in _plain(card) and (found := _CARD.search(card)):
            return f"{house.origin}{found[1]}"
    raise NotSeen(url)


async def _gone_from_list(house: House, title: str) -> None:
    try:
        page = await _find(house, title)
    except NotSeen:
        return
    raise NotSeen(f"{page} is still listed")


async def _shows(page: str, text: str, but: str = "\0") -> None:
    sight = await look(page)
    if sight.status != 200 or _plain(text) not in _plain(sight.text) or but in sight.text:
        raise NotSeen(f"{page}: {sight.status}")


async def _gone(page: str) -> None:
    sight = await look(page)
    if sight.status not in (404, 410):
        raise NotSeen(f"{page}: {sight.status}")


async def _photo_shown(story: Story, alt: str) -> None:
    """The page shows a picture of its own house, with the words for those who do not see it."""
    text = (await look(story.page)).text
    found = _IMAGE.search(text)
    sight: Sight | None = await look(f"{story.objets.origin}{found[1]}", "image/*") if found else None
    if sight is None or sight.status != 200 or not sight.headers.get("content-type", "").startswith("image/"):
        raise NotSeen(f"{story.page}: no photo")
    if _plain(alt) not in _plain(text):
        raise NotSeen(f"{story.page}: no description of the photo")


def _plain(text: str) -> str:
    """As it is compared: whatever a page escapes, and however it writes its apostrophes."""
    import html

    return html.unescape(text).replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ").casefold()


async def _in_vain(node: Node) -> None:
    """Somebody was knocked at who did not answer."""
    async with node.db.read() as tx:
        if not any(lane.failures for lane in await queue.lanes(tx)):
            raise NotSeen("no try yet")
