"""An enquiry: a question on a listing, from anyone, and what is said after it.  No database, no wire.

A public one stands under the listing; a private one is between the two, and whoever wrote the listing or
cares for the coop that is asked.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Of one message."""

    SHOWN = "shown"
    WAITING = "waiting"  # from a server that nobody here knows: a steward lets it in, or throws it away
    THROWN = "thrown"  # by a steward, or taken from under the listing by whoever looks after it
    GONE = "gone"  # deleted by its author: no word of it is left


class Side(StrEnum):
    OWNER = "owner"
    ASKER = "asker"

    @property
    def other(self) -> "Side":
        return Side.ASKER if self is Side.OWNER else Side.OWNER


@dataclass(frozen=True, slots=True)
class Party:
    """One who stands on a side; without a member it is a coop, or somebody elsewhere."""

    actor_id: str
    member_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A field is a column; see the migration for what they mean."""

    id: str
    public: bool
    owner_id: str
    asker_id: str
    context: str
    begun_at: datetime
    moved_at: datetime
    listing_id: str = ""
    listing_key: str = ""
    title: str = ""
    owner_member_id: str | None = None
    asker_member_id: str | None = None
    coop_id: str = ""
    waits: bool = False
    reported_to: str | None = None
    reported_by: str | None = None
    reported_at: datetime | None = None

    @property
    def owners(self) -> tuple[Party, ...]:
        """Who answers: the member it is about, and the stewards where the coop itself is asked."""
        own = (Party(self.owner_id, self.owner_member_id),) if self.owner_member_id else ()
        coop = (Party(self.owner_id),) if self.owner_id and self.owner_id == self.coop_id else ()
        return own + coop

    @property
    def sides(self) -> tuple[Party, ...]:
        asker = (Party(self.asker_id, self.asker_member_id),) if self.asker_member_id else ()
        return asker + self.owners

    def is_of(self, actor_id: str) -> bool:
        """Whether that actor is one of the two."""
        return actor_id != "" and actor_id in (self.owner_id, self.asker_id)

    def actor_of(self, side: Side) -> str:
        return self.owner_id if side is Side.OWNER else self.asker_id

    def across(self, actor_id: str) -> str:
        """The other of the two."""
        return self.asker_id if actor_id == self.owner_id else self.owner_id

    @property
    def path(self) -> str:
        """Where it is read here: a public question under its listing, the rest on a page of its own."""
        return f"/l/{self.listing_key}" if self.public and self.listing_key else f"/moi/messages/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing that was said; a field is a column."""

    id: str
    key: str
    conversation_id: str
    actor_id: str
    local: bool
    public: bool
    html: str
    state: State
    once: str
    said_at: datetime
    kept_at: datetime
    member_id: str | None = None
    reply_to: str = ""
    text: str = ""
    warning: str = ""
    language: str | None = None
    url: str | None = None
    thread: str | None = None
    mentions: tuple[str, ...] = ()
    pictures: int = 0
    updated_at: datetime | None = None
    settled_at: datetime | None = None

    @property
    def anchor(self) -> str:
        return f"q-{self.key}"
