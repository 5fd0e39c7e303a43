"""What stewards do with boards.  One function is one transaction's worth of change."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import actions as actors_made
from fedicoop.actors import addresses, boards, coops
from fedicoop.actors import store as actors
from fedicoop.actors.boards import Board, Sort
from fedicoop.actors.keyring import Pair
from fedicoop.boards import announcing, store
from fedicoop.db import Tx
from fedicoop.errors import Conflict, Misused
from fedicoop.i18n import t
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.listings import boarding
from fedicoop.listings import store as listings
from fedicoop.listings.categories import CATEGORIES
from fedicoop.members.leaving import GRACE, Bury
from fedicoop.node import Node
from fedicoop.outbox import profile
from fedicoop.outbox import store as outbox
from fedicoop.outbox.say import Audience, activity_id, say
from fedicoop.vocabulary.hosts import origin_of
from fedicoop.vocabulary.types import PUBLIC, Actor, Delete, Iri
from fedicoop.words.folding import fold

MOST = {Sort.CATEGORY: 30, Sort.SEARCH: 10}
"""How many of each a coop may have open."""
FILLED = 50
"""How many listings stand on a board from its first day: as many as Lemmy reads of an outbox."""
LIFETIME = timedelta(days=365)
"""How long a search passes on what it finds, unless it is kept on."""
_TYPES = {Sort.CATEGORY: "Group", Sort.SEARCH: "Service"}


@dataclass(frozen=True, slots=True)
class Fill:
    """Put what was published before on a board that has just been opened."""

    board_id: str


async def open_category(tx: Tx, who: Member, category: str, pair: Pair) -> Board:
    """A board for one category of a coop.  Opened twice, it is opened once.

    Raises Misused where there is no such category, Conflict where as many as there may be are open.
    """
    if category not in CATEGORIES:
        raise Misused("board.no_category", category[:100])
    coop = await coops.get(tx, who.coop_id)
    board = await open_board(tx, who, Sort.CATEGORY, category, t(f"category.{category}", coop.locale), pair)
    await queue.enqueue(tx, Fill(board.actor_id), lane=boarding.LANE, thread=board.actor_id)
    return board


async def open_board(tx: Tx, who: Member, kind: Sort, target: str, title: str, pair: Pair) -> Board:
    """Give something an actor of its own; `title` is what it is about, in the coop's language."""
    access.require(who, Act.COOP_EDIT, OfCoop(who.coop_id))
    if known := await boards.about(tx, who.coop_id, kind, target):
        return known
    if len(await boards.of_coop(tx, who.coop_id, kind)) >= MOST[kind]:
        raise Conflict("board.too_many", who.coop_id, most=str(MOST[kind]))
    us, coop = await actors.get(tx, who.coop_id), await coops.get(tx, who.coop_id)
    origin, name = origin_of(us.id), t("board.name", coop.locale, title=title, coop=us.name)[:100]
    handle = await _handle(tx, title, us.handle)
    actor = await actors_made.create(tx, origin, _TYPES[kind], handle, name, pair)
    summary = _summary(us, coop.locale, kind, title)
    shown = replace(
        actor,
        summary=summary,
        icon=us.icon,
        image=us.image,
        outbox=Iri(f"{actor.id}/announced"),
        featured=None,
        featured_tags=None,
    )
    await actors.put(tx, shown, local=True)
    ends_at = tx.now + LIFETIME if kind is Sort.SEARCH else None
    board = Board(
        actor_id=actor.id, coop_id=us.id, kind=kind, target=target, opened_at=tx.now, ends_at=ends_at
    )
    await boards.put(tx, board)
    return board


def _summary(us: Actor, locale: str, kind: Sort, title: str) -> str:
    """What it is, and to whom one writes: a private mention of a Group goes to its followers, too
    (M app/lib/activitypub/tag_manager.rb)."""
    said = t(f"board.summary.{kind}", locale, title=escape(title), coop=escape(us.name))
    link = f'<a href="{escape(us.url or us.id)}" class="u-url mention">@{escape(us.handle)}</a>'
    return f"<p>{said}</p><p>{t('board.summary.write', locale, link=link)}</p>"


async def _handle(tx: Tx, title: str, coop: str) -> str:
    """`reparation_de_velo`; where that is taken, with the coop's before it, then with a number."""
    plain = re.sub(r"[^a-z0-9]+", "_", fold(title)).strip("_") or "board"
    names = [plain, f"{coop}_{plain}", *(f"{plain[:26]}_{number}" for number in range(2, 100))]
    for name in (name[:30].strip("_") for name in names):
        if name not in addresses.RESERVED and not await actors.handle_taken(tx, name):
            return name
    raise Conflict("actor.handle_taken", plain, handle=plain)


async def fill(node: Node, job: Job, task: Fill) -> None:
    """Keep the promise `Fill`: the oldest first, so that the newest stand above."""
    async with node.db.write() as tx:
        board, about = await actors.own(tx, task.board_id), await boards.find(tx, task.board_id)
        if board and about and about.kind is Sort.CATEGORY:
            wanted = listings.Filter(actor_id=about.coop_id, branch=about.target, source="local")
            for listing in reversed(await listings.latest(tx, wanted, limit=FILLED)):
                await announcing.place(tx, board, listing)
        await queue.done(tx, job)


async def keep_on(tx: Tx, who: Member, board: Board) -> None:
    """A search goes on for another year."""
    access.require(who, Act.COOP_EDIT, OfCoop(board.coop_id))
    if board.ends_at:
        await boards.put(tx, replace(board, ends_at=tx.now + LIFETIME))


async def close(tx: Tx, who: Member, board: Board) -> None:
    """Take a board away: whoever follows it is told, and its address answers 410 from now on."""
    access.require(who, Act.COOP_EDIT, OfCoop(board.coop_id))
    await end(tx, board)


async def end(tx: Tx, board: Board) -> None:
    actor = await actors.own(tx, board.actor_id)
    for listing in await boarding.standing_on(tx, board.actor_id):
        await listings.put(tx, replace(listing, board=None))
    await store.clear(tx, board.actor_id)
    await boards.remove(tx, board.actor_id)
    if actor is None:
        return
    gone = Delete(
        id=activity_id(tx, actor.id), actor=actor.id, object=Iri(actor.id), to=(PUBLIC,), published=tx.now
    )
    await say(tx, gone, Audience(followers_of=(actor.id,), everyone_reached=True))
    await outbox.erase(tx, actor.id, but=gone.id)
    await actors.retire(tx, actor.id)
    await queue.enqueue(tx, Bury(actor.id), lane=boarding.LANE, thread=actor.id, run_at=tx.now + GRACE)


async def redress(tx: Tx, us: Actor) -> None:
    """The coop looks otherwise: its boards do, too, and say so."""
    for kind in Sort:
        for board in await boards.of_coop(tx, us.id, kind):
            actor = await actors.own(tx, board.actor_id)
            if actor and (actor.icon, actor.image) != (us.icon, us.image):
                await actors.put(tx, replace(actor, icon=us.icon, image=us.image), local=True)
                await profile.tell(tx, actor.id)


async def end_what_is_over(tx: Tx) -> None:
    """Searches that nobody kept on."""
    for board in await boards.every(tx, Sort.SEARCH):
        if board.ends_at and board.ends_at <= tx.now:
            await end(tx, board)
