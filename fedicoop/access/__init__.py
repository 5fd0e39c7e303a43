"""Who may do what.  The page asks before it draws a button; the action asks before it acts."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from fedicoop.access.who import (
    Between,
    Door,
    Member,
    OfCoop,
    Person,
    Role,
    Seen,
    Standing,
    Talk,
    What,
    operator,
)
from fedicoop.errors import Forbidden

__all__ = [
    "RULES",
    "Act",
    "Between",
    "Door",
    "Member",
    "OfCoop",
    "Person",
    "Role",
    "Seen",
    "Standing",
    "Talk",
    "What",
    "may",
    "operator",
    "require",
]


Rule = Callable[[Member | None, Any], bool]


def of_the_same_coop(who: Member | None, what: What) -> bool:
    return who is not None and who.coop_id == what.coop_id


def steward_of_the_coop(who: Member | None, what: What) -> bool:
    return of_the_same_coop(who, what) and who is not None and who.role in (Role.STEWARD, Role.ADMIN)


def admin_of_the_coop(who: Member | None, what: What) -> bool:
    return of_the_same_coop(who, what) and who is not None and who.role is Role.ADMIN


def whom_the_door_lets_invite(who: Member | None, what: Door) -> bool:
    """Stewards; where the coop wants it so, every member."""
    return of_the_same_coop(who, what) if what.members_invite else steward_of_the_coop(who, what)


def in_charge_of(who: Member | None, what: Person) -> bool:
    """A steward of members, an admin of everybody; nobody of themselves.

    Who may let somebody in may enter as them: so a steward holds no door of another steward.
    """
    if who is None or who.id == what.member_id:
        return False
    if what.role is Role.MEMBER:
        return steward_of_the_coop(who, what)
    return admin_of_the_coop(who, what)


def themselves(who: Member | None, what: What) -> bool:
    """Nobody else, whatever their role."""
    return of_the_same_coop(who, what) and who is not None and who.id == what.member_id


def author_or_steward(who: Member | None, what: What) -> bool:
    """Whoever wrote it, as long as they are of the coop; or one who cares for the whole coop."""
    wrote_it = who is not None and what.member_id is not None and who.id == what.member_id
    return (wrote_it and of_the_same_coop(who, what)) or steward_of_the_coop(who, what)


def within_its_audience(who: Member | None, what: Seen) -> bool:
    """Drafts and removed ones: those who may change them.  The rest: anybody if public, else the coop.

    What a peer keeps to those who follow it is for the members of the coops here that it was sent to.
    """
    if what.status in ("draft", "removed"):
        return author_or_steward(who, what)
    heard = who is not None and who.coop_id in what.heard_by
    return what.visibility == "public" or of_the_same_coop(who, what) or heard


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


def one_of_its_sides(who: Member | None, what: Talk) -> bool:
    return any(stands_for(who, side) for side in what.sides)


def one_of_its_sides_or_called(who: Member | None, what: Talk) -> bool:
    """A steward reads what others say to each other only where one of them has asked for it."""
    called = what.reported_to is not None and steward_of_the_coop(who, OfCoop(what.reported_to))
    return one_of_its_sides(who, what) or called


class Act(StrEnum):
    COOP_ANSWER_FOLLOW = "coop.answer_follow"
    COOP_EDIT = "coop.edit"
    COOP_FOLLOW = "coop.follow"
    COOP_SHARE = "coop.share"
    ENQUIRY_ANSWER = "enquiry.answer"
    ENQUIRY_ASK = "enquiry.ask"
    ENQUIRY_SEE = "enquiry.see"
    ENQUIRY_SORT = "enquiry.sort"
    EXCHANGE_ASK = "exchange.ask"
    EXCHANGE_MEDIATE = "exchange.mediate"
    EXCHANGE_SEE = "exchange.see"
    EXCHANGE_TAKE_PART = "exchange.take_part"
    HOUSE_MEND = "house.mend"
    HOUSE_POLICY = "house.policy"
    HOUSE_SEE = "house.see"
    KEYS_ROTATE = "keys.rotate"
    LISTING_CLOSE = "listing.close"
    LISTING_DELETE = "listing.delete"
    LISTING_PAUSE = "listing.pause"
    LISTING_PUBLISH = "listing.publish"
    LISTING_SEE = "listing.see"
    LISTING_TAKE_DOWN = "listing.take_down"
    LISTING_UPDATE = "listing.update"
    LISTING_WRITE = "listing.write"
    MEMBER_ADD = "member.add"
    MEMBER_APPROVE = "member.approve"
    MEMBER_FOLLOW = "member.follow"
    MEMBER_WATCH = "member.watch"
    MEMBER_INVITE = "member.invite"
    MEMBER_LET_IN = "member.let_in"
    MEMBER_LEAVE = "member.leave"
    MEMBER_LIST = "member.list"
    MEMBER_SET_ROLE = "member.set_role"
    MEMBER_SUSPEND = "member.suspend"
    REPORT_SETTLE = "report.settle"


RULES: dict[Act, Rule] = {
    Act.COOP_ANSWER_FOLLOW: steward_of_the_coop,
    Act.COOP_EDIT: steward_of_the_coop,
    Act.COOP_FOLLOW: steward_of_the_coop,
    Act.COOP_SHARE: steward_of_the_coop,
    Act.ENQUIRY_ANSWER: one_of_its_sides,
    Act.ENQUIRY_ASK: asks_from_outside,
    Act.ENQUIRY_SEE: one_of_its_sides_or_called,
    Act.ENQUIRY_SORT: steward_of_the_coop,  # let in whom nobody here knows, hide a question
    Act.EXCHANGE_ASK: asks_from_outside,
    Act.EXCHANGE_MEDIATE: mediator,
    Act.EXCHANGE_SEE: one_of_the_two_or_mediator,
    Act.EXCHANGE_TAKE_PART: one_of_the_two,
    Act.HOUSE_MEND: admin_of_the_coop,  # of the first coop here: deliver again, make a backup
    Act.HOUSE_POLICY: admin_of_the_coop,  # of the first coop here: close and open other houses
    Act.HOUSE_SEE: steward_of_the_coop,  # its health, what waits to be delivered
    Act.KEYS_ROTATE: admin_of_the_coop,
    Act.LISTING_CLOSE: author_or_steward,
    Act.LISTING_DELETE: author_or_steward,
    Act.LISTING_PAUSE: author_or_steward,
    Act.LISTING_PUBLISH: author_or_steward,
    Act.LISTING_SEE: within_its_audience,
    Act.LISTING_TAKE_DOWN: steward_of_the_coop,
    Act.LISTING_UPDATE: author_or_steward,
    Act.LISTING_WRITE: of_the_same_coop,
    Act.MEMBER_FOLLOW: themselves,  # as their own actor, whom it pleases them to hear
    Act.MEMBER_WATCH: of_the_same_coop,
    Act.MEMBER_ADD: admin_of_the_coop,  # who adds a member says what role they have
    Act.MEMBER_APPROVE: steward_of_the_coop,
    Act.MEMBER_INVITE: whom_the_door_lets_invite,
    Act.MEMBER_LET_IN: in_charge_of,
    Act.MEMBER_LEAVE: themselves,
    Act.MEMBER_LIST: steward_of_the_coop,
    Act.MEMBER_SET_ROLE: admin_of_the_coop,
    Act.MEMBER_SUSPEND: in_charge_of,
    Act.REPORT_SETTLE: steward_of_the_coop,
}


def may(who: Member | None, act: Act, what: What | Between | Talk) -> bool:
    """Whether they may; nobody signed in is None.

    LISTING_SEE wants a `Seen`, MEMBER_INVITE a `Door`, MEMBER_LET_IN and MEMBER_SUSPEND a `Person`.
    """
    return RULES[act](who, what)


def require(who: Member | None, act: Act, what: What | Between | Talk) -> None:
    """Raise Forbidden unless they may.

    Not for pages that show a listing: those ask `may` and raise NotFound, because a 403 would tell
    a stranger that there is something (invariant: nothing of it appears outside its audience).
    """
    if not may(who, act, what):
        raise Forbidden("access.denied", f"{who.id if who else 'a visitor'} may not {act} in {what.coop_id}")
