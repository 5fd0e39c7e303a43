"""A search that people follow from elsewhere: a board that passes on what newly answers it."""

from datetime import timedelta

from fedicoop import meta
from fedicoop.access import Member
from fedicoop.actors import boards
from fedicoop.actors import store as actors
from fedicoop.actors.boards import Board, Sort
from fedicoop.actors.keyring import Pair
from fedicoop.boards import actions, announcing, store
from fedicoop.db import Tx
from fedicoop.errors import Misused
from fedicoop.finding import synonyms
from fedicoop.listings import boarding, seeing
from fedicoop.listings.listing import Listing
from fedicoop.listings.question import Question
from fedicoop.watches import describing
from fedicoop.watches.waiting import News, question_of, satisfies
from fedicoop.watches.watch import narrowing, target_of

PACE, HOUR = 20, timedelta(hours=1)
"""Listings that one search passes on in an hour; what comes beyond stands on its page here all the same."""
RECENT = timedelta(days=7)
"""What was published longer ago is no news to anybody."""


async def about(tx: Tx, who: Member | None, question: Question) -> Board | None:
    """The board of this search, or of the category that it is about, if the coop has opened one."""
    asked = narrowing(question)
    for coop_id in [who.coop_id] if who else [coop.id for coop in await actors.coops(tx)]:
        if found := await boards.about(tx, coop_id, Sort.SEARCH, target_of(question)):
            return found
        category = asked["categorie"] if asked.keys() == {"categorie"} else ""
        if category and (found := await boards.about(tx, coop_id, Sort.CATEGORY, category)):
            return found
    return None


async def open_search(tx: Tx, who: Member, question: Question, language: str, pair: Pair) -> Board:
    """Let people elsewhere follow this search.  Raises Misused for one that asks for nothing."""
    if not narrowing(question) or question.unknown_place:
        raise Misused("board.no_search")
    title = describing.of_question(question, language)
    board = await actions.open_board(tx, who, Sort.SEARCH, target_of(question), title, pair)
    await meta.put(tx, boarding.CARRIED, "yes")
    return board


async def pass_on(tx: Tx, listing: Listing) -> None:
    """Announce a listing on the boards of the searches that it answers; once on each."""
    if not (listing.shown and seeing.is_public(listing)):
        return
    if (listing.published_at or listing.created_at) < tx.now - RECENT:
        return
    open_now = await boards.every(tx, Sort.SEARCH)
    if not open_now:
        return
    news, house = News.of(listing, tx.now), await synonyms.of_house(tx)
    for board in open_now:
        if not satisfies(news, question_of(board.target), house, seen_by=None):
            continue
        if await store.find(tx, board.actor_id, listing.id):
            continue
        if await store.count(tx, board.actor_id, since=tx.now - HOUR) < PACE:
            await announcing.announce(tx, await actors.get(tx, board.actor_id), listing)
