"""Who acts, and what an act is done to, as far as permissions look."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


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
    def heard_by(self) -> tuple[str, ...]: ...

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


class Talk(Protocol):
    """What some sides say to each other, and the coop whose stewards one of them called, if one did."""

    @property
    def coop_id(self) -> str: ...

    @property
    def sides(self) -> "tuple[Standing, ...]": ...

    @property
    def reported_to(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class OfCoop:
    """A coop as that which an act is done to: its profile, its follows, its members, its keys."""

    coop_id: str
    member_id: str | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """How a coop lets people in, as that which inviting is judged by."""

    coop_id: str
    members_invite: bool
    member_id: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A member as that which an act is done to."""

    coop_id: str
    member_id: str
    role: Role


def operator(coop_id: str) -> Member:
    """Who the command line acts as: whoever has the machine may do for a coop whatever an admin may.

    No row of `members` has this id: those are ULIDs.
    """
    return Member(id="operator", coop_id=coop_id, handle="operator", name="operator", role=Role.ADMIN)
