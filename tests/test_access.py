from dataclasses import dataclass

import pytest

from fedicoop.access import RULES, Act, Door, Member, OfCoop, Person, Role, may, operator, require
from fedicoop.errors import Forbidden

VELO, TOOLS = "https://velo.example/coop", "https://tools.example/coop"
CHANGES = [Act.LISTING_PUBLISH, Act.LISTING_UPDATE, Act.LISTING_PAUSE, Act.LISTING_CLOSE, Act.LISTING_DELETE]
CARE = [
    Act.COOP_EDIT,
    Act.COOP_FOLLOW,
    Act.COOP_SHARE,
    Act.COOP_ANSWER_FOLLOW,
    Act.MEMBER_APPROVE,
    Act.MEMBER_LIST,
]
TRUST = [Act.MEMBER_ADD, Act.MEMBER_SET_ROLE, Act.KEYS_ROTATE]
DOORS = [Act.MEMBER_SUSPEND, Act.MEMBER_LET_IN]


@dataclass(frozen=True)
class ASide:
    actor_id: str
    member_id: str | None = None


@dataclass(frozen=True)
class AnExchange:
    """Camille's listing, which Karim asks for."""

    sides: tuple[ASide, ASide] = (ASide(f"{VELO}/camille", "camille"), ASide(f"{VELO}/karim", "karim"))
    coop_id: str = VELO
    mediated: bool = False


@dataclass(frozen=True)
class AListing:
    coop_id: str | None = VELO
    member_id: str | None = "camille"
    visibility: str = "public"
    heard_by: tuple[str, ...] = ()
    status: str = "published"


def a_member(id="camille", role=Role.MEMBER, coop_id=VELO):
    return Member(id=id, coop_id=coop_id, handle=id, name=id, role=role)


def test_every_act_has_a_rule():
    assert RULES.keys() == {*Act}


@pytest.mark.parametrize("act", CHANGES)
def test_a_listing_is_changed_by_who_wrote_it_or_who_cares_for_the_coop(act):
    listing = AListing()

    assert may(a_member("camille"), act, listing)
    assert may(a_member("sacha", Role.STEWARD), act, listing)
    assert may(a_member("noor", Role.ADMIN), act, listing)
    assert may(operator(VELO), act, listing)
    assert not may(a_member("karim"), act, listing)
    assert not may(None, act, listing)


@pytest.mark.parametrize("act", CHANGES)
def test_stewards_of_another_coop_change_nothing_here(act):
    for role in Role:
        assert not may(a_member("sacha", role, TOOLS), act, AListing())
    assert not may(operator(TOOLS), act, AListing())


@pytest.mark.parametrize("act", CHANGES)
def test_who_has_changed_coop_no_longer_changes_what_they_wrote_there(act):
    assert not may(a_member("camille", coop_id=TOOLS), act, AListing())


@pytest.mark.parametrize("act", [*CHANGES, *CARE, *TRUST, Act.LISTING_WRITE])
def test_nobody_changes_what_came_from_elsewhere(act):
    theirs = AListing(coop_id=None, member_id=None)

    for who in (None, *(a_member(role=role) for role in Role), operator(VELO)):
        assert not may(who, act, theirs)


@pytest.mark.parametrize("act", CHANGES)
def test_what_the_operator_wrote_is_changed_by_stewards_alone(act):
    written_by_the_operator = AListing(member_id=None)

    assert may(a_member(role=Role.STEWARD), act, written_by_the_operator)
    assert not may(a_member(role=Role.MEMBER), act, written_by_the_operator)


def test_every_member_writes_listings_in_their_own_coop():
    assert may(a_member(), Act.LISTING_WRITE, OfCoop(VELO))
    assert not may(a_member(), Act.LISTING_WRITE, OfCoop(TOOLS))
    assert not may(None, Act.LISTING_WRITE, OfCoop(VELO))


@pytest.mark.parametrize("act", [*CARE, *TRUST])
def test_a_coop_is_cared_for_by_its_stewards_and_entrusted_to_its_admins(act):
    velo = OfCoop(VELO)

    assert may(a_member(role=Role.ADMIN), act, velo)
    assert may(operator(VELO), act, velo)
    assert may(a_member(role=Role.STEWARD), act, velo) is (act in CARE)
    assert not may(a_member(role=Role.MEMBER), act, velo)
    assert not may(a_member(role=Role.ADMIN, coop_id=TOOLS), act, velo)
    assert not may(operator(TOOLS), act, velo)
    assert not may(None, act, velo)


@pytest.mark.parametrize("status", ["published", "paused", "closed", "expired"])
def test_a_listing_is_seen_by_its_audience(status):
    neighbour, stranger = a_member("karim"), a_member("lea", Role.ADMIN, TOOLS)

    for visibility in ("public", "followers", "coop"):
        listing = AListing(visibility=visibility, status=status)
        assert may(neighbour, Act.LISTING_SEE, listing)
        assert may(stranger, Act.LISTING_SEE, listing) is (visibility == "public")
        assert may(None, Act.LISTING_SEE, listing) is (visibility == "public")


@pytest.mark.parametrize("status", ["draft", "removed"])
def test_what_is_not_shown_is_seen_by_those_who_may_change_it(status):
    listing = AListing(status=status)

    assert may(a_member("camille"), Act.LISTING_SEE, listing)
    assert may(a_member("sacha", Role.STEWARD), Act.LISTING_SEE, listing)
    assert not may(a_member("karim"), Act.LISTING_SEE, listing)
    assert not may(None, Act.LISTING_SEE, listing)


def test_a_public_listing_from_elsewhere_is_seen_by_anybody_and_the_rest_by_nobody():
    assert may(None, Act.LISTING_SEE, AListing(coop_id=None, member_id=None))
    theirs = AListing(coop_id=None, member_id=None, visibility="followers")
    assert not may(a_member(role=Role.ADMIN), Act.LISTING_SEE, theirs)


def test_insisting_raises_what_the_reader_will_be_told():
    with pytest.raises(Forbidden) as caught:
        require(a_member("karim"), Act.LISTING_DELETE, AListing())

    assert (caught.value.key, caught.value.values) == ("access.denied", {})
    assert "karim may not listing.delete" in caught.value.detail
    require(a_member("camille"), Act.LISTING_DELETE, AListing())
    with pytest.raises(Forbidden):
        require(None, Act.LISTING_WRITE, OfCoop(VELO))


def test_an_exchange_is_of_the_two_alone_until_a_mediator_is_called():
    quiet, called = AnExchange(), AnExchange(mediated=True)
    steward, stranger = a_member("sacha", Role.STEWARD), a_member("lea")

    for who in (a_member("camille"), a_member("karim")):
        assert may(who, Act.EXCHANGE_SEE, quiet)
        assert may(who, Act.EXCHANGE_TAKE_PART, quiet)
    for who in (steward, stranger, operator(VELO), None, a_member("noor", Role.ADMIN, TOOLS)):
        assert not may(who, Act.EXCHANGE_SEE, quiet)
        assert not may(who, Act.EXCHANGE_TAKE_PART, called)
    assert may(steward, Act.EXCHANGE_SEE, called)
    assert may(steward, Act.EXCHANGE_MEDIATE, called)
    assert not may(a_member("camille", Role.ADMIN), Act.EXCHANGE_MEDIATE, called)
    for who in (stranger, a_member("noor", Role.ADMIN, TOOLS), None):
        assert not may(who, Act.EXCHANGE_SEE, called)


def test_a_coop_is_stood_for_by_its_stewards():
    of_the_coop = AnExchange(sides=(ASide(VELO), ASide(f"{VELO}/karim", "karim")))

    assert may(a_member("sacha", Role.STEWARD), Act.EXCHANGE_TAKE_PART, of_the_coop)
    assert not may(a_member("lea"), Act.EXCHANGE_TAKE_PART, of_the_coop)
    assert not may(a_member("noor", Role.STEWARD, TOOLS), Act.EXCHANGE_TAKE_PART, of_the_coop)


def test_members_ask_for_what_they_see_but_not_of_themselves():
    assert may(a_member("karim"), Act.EXCHANGE_ASK, AListing())
    assert may(a_member("lea", coop_id=TOOLS), Act.EXCHANGE_ASK, AListing())
    assert not may(a_member("camille"), Act.EXCHANGE_ASK, AListing())
    assert not may(None, Act.EXCHANGE_ASK, AListing())
    assert not may(a_member("lea", coop_id=TOOLS), Act.EXCHANGE_ASK, AListing(visibility="coop"))


def test_no_member_can_have_the_operators_id():
    assert len(operator(VELO).id) != 26
    assert operator(VELO).actor_id is None


@pytest.mark.parametrize("act", DOORS)
def test_a_steward_holds_the_door_of_members_and_an_admin_everybodys_but_their_own(act):
    def person(role, coop_id=VELO):
        return Person(coop_id, "lea", role)

    for role in Role:
        assert may(a_member(role=Role.ADMIN), act, person(role))
        assert may(operator(VELO), act, person(role))
        assert may(a_member(role=Role.STEWARD), act, person(role)) is (role is Role.MEMBER)
        assert not may(a_member(role=Role.MEMBER), act, person(role))
        assert not may(a_member("lea", Role.ADMIN), act, person(role))
        assert not may(a_member(role=Role.ADMIN), act, person(role, TOOLS))
        assert not may(None, act, person(role))


def test_members_invite_where_the_coop_has_it_so():
    for open_to_members in (True, False):
        door = Door(VELO, open_to_members)
        assert may(a_member(role=Role.STEWARD), Act.MEMBER_INVITE, door)
        assert may(a_member(), Act.MEMBER_INVITE, door) is open_to_members
        assert not may(a_member(role=Role.ADMIN, coop_id=TOOLS), Act.MEMBER_INVITE, door)
        assert not may(None, Act.MEMBER_INVITE, door)
