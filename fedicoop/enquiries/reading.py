"""Who reads what of conversations: the one place that decides, for pages and for programs alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedicoop.access import Act, Member, OfCoop, Role, may
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.enquiries import conversations, houses, messages
from fedicoop.enquiries.enquiry import Conversation, Message, Side, State
from fedicoop.errors import NotFound
from fedicoop.follows import blocks
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Listing
from fedicoop.members import store as members
from fedicoop.vocabulary.types import Actor
from fedicoop.web.filters import host_of


@dataclass(frozen=True, slots=True)
class Line:
    """One message as somebody reads it."""

    message: Message
    speaker: Actor | None  # None for one who left
    whence: str  # @user@host of somebody elsewhere, "" for ours
    by_owner: bool  # whose listing it is says it
    mine: bool  # the reader's own side
    typed_by: str  # who of the coop typed it, told to its own side alone
    deletable: bool  # taken back by its author's side
    hideable: bool  # taken from under the listing by whoever looks after it

    @property
    def name(self) -> str:
        return (self.speaker.name or self.speaker.handle) if self.speaker else ""


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation as somebody reads it, oldest first."""

    conversation: Conversation
    lines: tuple[Line, ...]
    answers: bool  # whether the reader may answer in it
    side: Side | None

    @property
    def waits(self) -> bool:
        """Whether the reader's answer is awaited."""
        return self.conversation.waits and self.side is Side.OWNER and self.answers


@dataclass(frozen=True, slots=True)
class Entry:
    """A conversation in a list."""

    conversation: Conversation
    other: Actor | None
    whence: str
    last: Message | None
    side: Side
    mine: bool  # whether the last word is the reader's side's

    @property
    def name(self) -> str:
        return (self.other.name or self.other.handle) if self.other else ""

    @property
    def waits(self) -> bool:
        return self.conversation.waits and self.side is Side.OWNER

    @property
    def at(self) -> datetime:
        return self.conversation.moved_at


def voice(who: Member) -> str:
    """The actor as which a member asks: their own; one who has none is named within the house alone."""
    return who.actor_id or f"{who.coop_id}#{who.id}"


def side_of(conversation: Conversation, who: Member | None) -> Side | None:
    """Where somebody stands; who both asked and cares for the coop that is asked stands as who asked."""
    if who is None:
        return None
    if conversation.asker_member_id == who.id:
        return Side.ASKER
    return Side.OWNER if may(who, Act.ENQUIRY_ANSWER, conversation) else None


async def thread_of(tx: Tx, listing_id: str, viewer: Member | None) -> list[Thread]:
    """The public questions under a listing with their answers; whoever draws it asked `LISTING_SEE` before.

    Who blocked somebody does not meet them there.
    """
    found = await conversations.of_listing(tx, listing_id)
    said = await messages.of_conversations(tx, [one.id for one in found])
    hidden = {block.blocked_id for block in await blocks.of(tx, voice(viewer))} if viewer else set[str]()
    hidden |= await houses.closed(tx, [one.actor_id for some in said.values() for one in some])
    shown = {id: [one for one in some if one.actor_id not in hidden] for id, some in said.items()}
    drawing = await _Drawing.of(tx, [one for some in shown.values() for one in some])
    return [drawing.thread(one, shown[one.id], viewer) for one in found if shown[one.id]]


async def conversation(tx: Tx, id: str, viewer: Member) -> Thread:
    """One conversation, for those who are in it, and for a steward who was called.

    Raises NotFound for one that is another's exactly as for one that never was.
    """
    found = (await conversations.several(tx, [id])).get(id)
    if found is None or not may(viewer, Act.ENQUIRY_SEE, found):
        raise NotFound("enquiry.none", id)
    states = (State.SHOWN, State.GONE, State.THROWN)
    said = (await messages.of_conversations(tx, [id], states=states))[id]
    own = [one for one in said if one.state is not State.THROWN or one.member_id == viewer.id]
    shown = await houses.heard(tx, own)
    if not any(one.state is State.SHOWN or one.local for one in shown):
        raise NotFound("enquiry.none", id)
    return (await _Drawing.of(tx, shown)).thread(found, shown, viewer)


async def conversations_of(
    tx: Tx, member: Member, *, before: str = "", limit: int = 30, private: bool = False
) -> list[Entry]:
    """What a member asked and is asked, the last moved first."""
    found = await conversations.of_member(tx, member.id, before=before, limit=limit, private=private)
    return await _entries(tx, found, member)


async def conversations_of_coop(tx: Tx, steward: Member, *, before: str = "", limit: int = 30) -> list[Entry]:
    """What their coop is asked; nothing for who is no steward."""
    if not may(steward, Act.ENQUIRY_SORT, OfCoop(steward.coop_id)):
        return []
    found = await conversations.of_coop(tx, steward.coop_id, before=before, limit=limit)
    return await _entries(tx, found, steward)


async def _entries(tx: Tx, every: Sequence[Conversation], who: Member) -> list[Entry]:
    hidden = await houses.closed(tx, [id for one in every for id in (one.owner_id, one.asker_id)])
    found = [one for one in every if hidden.isdisjoint((one.owner_id, one.asker_id))]
    last = await messages.latest(tx, [one.id for one in found])
    sides = {one.id: side_of(one, who) or Side.OWNER for one in found}
    across = {one.id: one.actor_of(sides[one.id].other) for one in found}
    known = await actors.several(tx, across.values())
    return [
        Entry(
            one,
            known.get(across[one.id]),
            whence(known.get(across[one.id]), host_of(who.coop_id)),
            last.get(one.id),
            sides[one.id],
            one.id in last and last[one.id].actor_id == one.actor_of(sides[one.id]),
        )
        for one in found
    ]


def whence(actor: Actor | None, house: str) -> str:
    """`@user@host` of somebody elsewhere, or their host until it has confirmed that; "" for ours."""
    home = host_of(actor.id) if actor else house
    if actor is None or home == house:
        return ""
    return f"@{actor.webfinger}" if actor.webfinger else home


async def listing_of(tx: Tx, conversation: Conversation, viewer: Member) -> Listing | None:
    """What it is about, as far as the reader may see that (or it is gone)."""
    found = await listings.find(tx, conversation.listing_id) if conversation.listing_id else None
    return found if found is not None and may(viewer, Act.LISTING_SEE, found) else None


class _Drawing:
    """Messages as lines; each name is looked up once."""

    def __init__(self, speakers: dict[str, Actor], typists: dict[str, str]) -> None:
        self.speakers, self.typists = speakers, typists

    @classmethod
    async def of(cls, tx: Tx, said: Sequence[Message]) -> "_Drawing":
        speakers = await actors.several(tx, {one.actor_id for one in said})
        typists = dict[str, str]()
        for id in {one.member_id for one in said if one.member_id}:
            member = await members.present(tx, id)
            typists[id] = member.name if member else ""
        return cls(speakers, typists)

    def thread(self, conversation: Conversation, said: Sequence[Message], viewer: Member | None) -> Thread:
        side = side_of(conversation, viewer)
        lines = tuple(self._line(conversation, one, viewer, side) for one in said)
        return Thread(conversation, lines, side is not None, side)

    def _line(
        self, conversation: Conversation, message: Message, viewer: Member | None, side: Side | None
    ) -> Line:
        speaker = self.speakers.get(message.actor_id)
        mine = side is not None and message.actor_id == conversation.actor_of(side)
        own = viewer is not None and viewer.id == message.member_id
        for_coop = viewer is not None and message.actor_id == viewer.coop_id
        cares = for_coop and viewer is not None and viewer.role is not Role.MEMBER
        typed = self.typists.get(message.member_id or "", "") if for_coop or own else ""
        return Line(
            message,
            speaker,
            whence(speaker, host_of(message.id) if message.local else ""),
            message.actor_id == conversation.owner_id,
            mine or own,
            typed if typed and message.actor_id == conversation.coop_id else "",
            message.local and message.state is State.SHOWN and (own or cares),
            message.public and message.state is State.SHOWN and side is Side.OWNER and not mine,
        )
