"""What a coop offers or needs, and what may happen to it.  No database, no wire, no words."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal

from fedicoop.errors import Conflict

LIFETIME = timedelta(days=60)
"""How long a listing is shown unless its writer says otherwise; renewing starts it again."""


class Kind(StrEnum):
    OFFER = "offer"
    NEED = "need"


EVENT: Final = "event"
Sort = Kind | Literal["event"]
"""What one may look for: offers, needs, or what takes place (elsewhere: nobody writes events here)."""


class Mode(StrEnum):
    GIFT = "gift"
    LOAN = "loan"
    EXCHANGE = "exchange"
    SALE = "sale"
    SERVICE = "service"
    SKILL = "skill"


class Status(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    CLOSED = "closed"
    EXPIRED = "expired"
    REMOVED = "removed"


class Visibility(StrEnum):
    PUBLIC = "public"
    FOLLOWERS = "followers"
    COOP = "coop"


class Outcome(StrEnum):
    """With which word a listing was closed by who wrote it."""

    GIVEN = "given"
    LENT = "lent"
    EXCHANGED = "exchanged"
    SOLD = "sold"
    DONE = "done"
    FOUND = "found"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    PUBLISH = "publish"
    UPDATE = "update"
    PAUSE = "pause"
    RENEW = "renew"
    CLOSE = "close"
    EXPIRE = "expire"
    REMOVE = "remove"


_OPEN = (Status.PUBLISHED, Status.PAUSED)
_KEPT = (Status.DRAFT, *_OPEN, Status.CLOSED, Status.EXPIRED)

STEPS: dict[tuple[Status, Step], Status] = {
    **{(status, Step.PUBLISH): Status.PUBLISHED for status in (Status.DRAFT, Status.PAUSED)},
    **{(status, Step.UPDATE): status for status in (Status.DRAFT, *_OPEN)},
    (Status.PUBLISHED, Step.PAUSE): Status.PAUSED,
    **{(status, Step.RENEW): Status.PUBLISHED for status in (*_OPEN, Status.EXPIRED)},
    **{(status, Step.CLOSE): Status.CLOSED for status in (*_OPEN, Status.EXPIRED)},
    **{(status, Step.EXPIRE): Status.EXPIRED for status in _OPEN},
    **{(status, Step.REMOVE): Status.REMOVED for status in _KEPT},
}
"""Every step there is, and where it leads.  A pair that is missing here cannot be taken."""


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class Photo:
    """`name` is the file in our media folder (ours, or our copy of a peer's); `source` the peer's address."""

    name: str
    alt: str = ""
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """A place.  Ours is kept as it was given and blurred whenever it leaves; a peer's came blurred."""

    name: str
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    id: str
    key: str  # the last part of its page's address here, /l/<key>, whoever's it is
    actor_id: str  # who speaks for it outside (attributedTo); never changes
    kind: Kind
    mode: Mode
    title: str
    status: Status
    created_at: datetime
    local: bool = False
    coop_id: str | None = None  # ours only: the coop whose listing it is
    member_id: str | None = None  # ours only: who wrote it
    text: str = ""  # Markdown, ours only
    html: str = ""  # sanitised
    language: str = "fr"
    category: str | None = None
    tags: tuple[str, ...] = ()
    quantity: Decimal | None = None
    unit: str = "one"
    price: Money | None = None
    counterpart: str | None = None
    deposit: Money | None = None
    condition: str | None = None
    available_from: datetime | None = None
    available_to: datetime | None = None
    where: Where | None = None
    photos: tuple[Photo, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    heard_by: tuple[str, ...] = ()  # theirs only, if not public: the coops of ours that it was addressed to
    url: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    expires_at: datetime | None = None
    outcome: Outcome | None = None  # ours only, of a closed one
    former_id: str | None = None  # ours only: its id before the house took another domain
    event: bool = False  # theirs only: no offer, but something that takes place (`available_from` says when)
    software: str = ""  # theirs only: what it was written with, where its shape tells
    board: str | None = None  # ours only: the actor of its category, for groups elsewhere (FEP-1b12)
    before_veil: str | None = None  # theirs only: whom it was for before its house was closed or limited here

    @property
    def sort(self) -> Sort:
        """What it is, as its badge says."""
        return EVENT if self.event else self.kind

    @property
    def shown(self) -> bool:
        return self.status is Status.PUBLISHED

    @property
    def mark(self) -> str:
        """What tells one state of a listing from another, for a form to carry."""
        return f"{self.status}-{(self.updated_at or self.published_at or self.created_at).isoformat()}"

    def take(self, step: Step, now: datetime) -> "Listing":
        """The listing after `step`.  Raises Conflict where the step cannot be taken from here."""
        if (self.status, step) not in STEPS:
            raise Conflict("listing.step", f"{self.id} is {self.status}", step=step, status=self.status)
        after = replace(self, status=STEPS[self.status, step])
        if step is Step.PUBLISH and self.status is Status.DRAFT:
            return replace(after, published_at=now, expires_at=self.expires_at or now + LIFETIME)
        if step is Step.RENEW:
            after = replace(after, expires_at=now + LIFETIME)
        return replace(after, updated_at=self._later(now)) if self.published_at else after

    def _later(self, now: datetime) -> datetime:
        """A peer takes an edit only if its `updated` is newer, to the second, than what it has."""
        last = self.updated_at or self.published_at or now
        return max(now, last + timedelta(seconds=1))
