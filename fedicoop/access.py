"""Who may do what.  The page asks before it draws a button; the action asks before it acts."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from fedicoop.errors import Forbidden


class Role(StrEnum):
    MEMBER = "member"
    STEWARD = "steward"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person who signs in here; `actor_id` is the Person who speaks for them outside, if there is one."""

    id: str
    coop_id: str
    actor_id: str | None = None
    handle: str
    name: str
    role: Role


class What(Protocol):
    """What an act is done to: of which coop it is, and of which member, if of one."""

    @property
    def coop_id(self) -> str | None: ...

    @property
    def member_id(self) -> str | None: ...


class Seen(What, Protocol):
    """What can be looked at: a listing, ours or theirs."""

    @property
    def visibility(self) -> str: ...

    @property
    def status(self) -> str: ...


class Standing(Protocol):
    """One of the two sides of an exchange; without a member it is a coop, or somebody elsewhere."""

    @property
    def actor_id(self) -> str: ...

    @property
    def member_id(self) -> str | None: ...


class Between(Protocol):
    """What two sides share, and the coop whose stewards are called when there is trouble."""

    @property
    def coop_id(self) -> str: ...

    @property
    def sides(self) -> "tuple[Standing, Standing]": ...

    @property
    def mediated(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class OfCoop:
    """A coop as that which an act is done to: its profile, its follows, its members, its keys."""

    coop_id: str
    member_id: str | None = None


def operator(coop_id: str) -> Member:
    """Who the command line acts as: whoever has the machine may do for a coop whatever an admin may.

    No row of `members` has this id: those are ULIDs.
    """
    return Member(id="operator", coop_id=coop_id, handle="operator", name="operator", role=Role.ADMIN)


Rule = Callable[[Member | None, Any], bool]


def of_the_same_coop(who: Member | None, what: What) -> bool:
    return who is not None and who.coop_id == what.coop_id


def steward_of_the_coop(who: Member | None, what: What) -> bool:
    return of_the_same_coop(who, what) and who is not None and who.role in (Role.STEWARD, Role.ADMIN)


def admin_of_the_coop(who: Member | None, what: What) -> bool:
    return of_the_same_coop(who, what) and who is not None and who.role is Role.ADMIN


def author_or_steward(who: Member | None, what: What) -> bool:
    """Whoever wrote it, as long as they are of the coop; or one who cares for the whole coop."""
    wrote_it = who is not None and what.member_id is not None and who.id == what.member_id
    return (wrote_it and of_the_same_coop(who, what)) or steward_of_the_coop(who, what)


def within_its_audience(who: Member | None, what: Seen) -> bool:
    """Drafts and removed ones: those who may change them.  The rest: anybody if public, else the coop."""
    if what.status in ("draft", "removed"):
        return author_or_steward(who, what)
    return what.visibility == "public" or of_the_same_coop(who, what)


def asks_from_outside(who: Member | None, what: Seen) -> bool:
    """Members may ask for what they see, of anybody but themselves."""
    return who is not None and who.id != what.member_id and within_its_audience(who, what)


def stands_for(who: Member | None, side: Standing) -> bool:
    """A member stands for themselves, stewards for their coop."""
    if who is None or side.member_id is not None:
        return who is not None and who.id == side.member_id
    return who.coop_id == side.actor_id and who.role in (Role.STEWARD, Role.ADMIN)


def one_of_the_two(who: Member | None, what: Between) -> bool:
    return any(stands_for(who, side) for side in what.sides)


def mediator(who: Member | None, what: Between) -> bool:
    """A steward who was called because of a problem, and is none of the two."""
    called = what.mediated and who is not None and who.coop_id == what.coop_id
    return (
        called
        and who is not None
        and who.role in (Role.STEWARD, Role.ADMIN)
        and not one_of_the_two(who, what)
    )


def one_of_the_two_or_mediator(who: Member | None, what: Between) -> bool:
    return one_of_the_two(who, what) or mediator(who, what)


class Act(StrEnum):
    COOP_ANSWER_FOLLOW = "coop.answer_follow"
    COOP_EDIT = "coop.edit"
    COOP_FOLLOW = "coop.follow"
    EXCHANGE_ASK = "exchange.ask"
    EXCHANGE_MEDIATE = "exchange.mediate"
    EXCHANGE_SEE = "exchange.see"
    EXCHANGE_TAKE_PART = "exchange.take_part"
    HOUSE_MEND = "house.mend"
    HOUSE_SEE = "house.see"
    KEYS_ROTATE = "keys.rotate"
    LISTING_CLOSE = "listing.close"
    LISTING_DELETE = "listing.delete"
    LISTING_PAUSE = "listing.pause"
    LISTING_PUBLISH = "listing.publish"
    LISTING_SEE = "listing.see"
    LISTING_UPDATE = "listing.update"
    LISTING_WRITE = "listing.write"
    MEMBER_ADD = "member.add"
    MEMBER_APPROVE = "member.approve"
    MEMBER_WATCH = "member.watch"


RULES: dict[Act, Rule] = {
    Act.COOP_ANSWER_FOLLOW: steward_of_the_coop,
    Act.COOP_EDIT: steward_of_the_coop,
    Act.COOP_FOLLOW: steward_of_the_coop,
    Act.EXCHANGE_ASK: asks_from_outside,
    Act.EXCHANGE_MEDIATE: mediator,
    Act.EXCHANGE_SEE: one_of_the_two_or_mediator,
    Act.EXCHANGE_TAKE_PART: one_of_the_two,
    Act.HOUSE_MEND: admin_of_the_coop,  # deliver again, make a backup
    Act.HOUSE_SEE: steward_of_the_coop,  # its health, what waits to be delivered
    Act.KEYS_ROTATE: admin_of_the_coop,
    Act.LISTING_CLOSE: author_or_steward,
    Act.LISTING_DELETE: author_or_steward,
    Act.LISTING_PAUSE: author_or_steward,
    Act.LISTING_PUBLISH: author_or_steward,
    Act.LISTING_SEE: within_its_audience,
    Act.LISTING_UPDATE: author_or_steward,
    Act.LISTING_WRITE: of_the_same_coop,
    Act.MEMBER_WATCH: of_the_same_coop,
    Act.MEMBER_ADD: admin_of_the_coop,  # who adds a member says what role they have
    Act.MEMBER_APPROVE: steward_of_the_coop,
}


def may(who: Member | None, act: Act, what: What | Between) -> bool:
    """Whether they may; nobody signed in is None.  LISTING_SEE wants a `Seen`."""
    return RULES[act](who, what)


def require(who: Member | None, act: Act, what: What | Between) -> None:
    """Raise Forbidden unless they may.

    Not for pages that show a listing: those ask `may` and raise NotFound, because a 403 would tell
    a stranger that there is something (invariant: nothing of it appears outside its audience).
    """
    if not may(who, act, what):
        raise Forbidden("access.denied", f"{who.id if who else 'a visitor'} may not {act} in {what.coop_id}")
