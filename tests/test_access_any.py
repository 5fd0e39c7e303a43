"""Who sees a listing, whoever they are and whatever it is: the rule against what it must never do."""

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from fedicoop.access import Act, Member, Role, may

COOPS, PEOPLE = ("velo", "outils", "jardin"), ("lea", "karim", "zoe")
WAYS = ("public", "followers", "coop")


@dataclass(frozen=True)
class Thing:
    coop_id: str | None
    member_id: str | None
    visibility: str
    status: str
    heard_by: tuple[str, ...]


members = st.builds(
    Member,
    id=st.sampled_from(PEOPLE),
    coop_id=st.sampled_from(COOPS),
    handle=st.just("h"),
    name=st.just("n"),
    role=st.sampled_from(Role),
)
things = st.builds(
    Thing,
    coop_id=st.one_of(st.none(), st.sampled_from(COOPS)),
    member_id=st.one_of(st.none(), st.sampled_from(PEOPLE)),
    visibility=st.sampled_from((*WAYS, "something new")),
    status=st.sampled_from(("draft", "published", "paused", "closed", "expired", "removed")),
    heard_by=st.lists(st.sampled_from(COOPS), max_size=2).map(tuple),
)
anybody = st.one_of(st.none(), members)
SECRET = ("draft", "removed")


@given(who=anybody, what=things)
def test_a_visitor_sees_what_is_public_and_nothing_else(who, what):
    public = what.visibility == "public" and what.status not in SECRET

    assert may(None, Act.LISTING_SEE, what) == public
    assert may(who, Act.LISTING_SEE, what) or not public


@given(who=members, what=things)
def test_what_is_not_public_is_seen_by_its_coop_and_those_it_was_sent_to(who, what):
    """What nobody thought of (another visibility, no coop) is seen by nobody: it fails closed."""
    if what.visibility != "public" and may(who, Act.LISTING_SEE, what):
        assert who.coop_id in (what.coop_id, *what.heard_by)


@given(who=anybody, what=things)
def test_what_is_written_still_or_taken_down_is_seen_by_those_who_may_change_it(who, what):
    hidden = replace(what, status="draft")

    assert may(who, Act.LISTING_SEE, hidden) == may(who, Act.LISTING_UPDATE, hidden)


@given(who=anybody, what=things)
def test_showing_a_thing_to_fewer_shows_it_to_nobody_new(who, what):
    fewer = (replace(what, visibility="coop"), replace(what, heard_by=()), replace(what, status="removed"))
    for narrower in fewer:
        assert may(who, Act.LISTING_SEE, what) or not may(who, Act.LISTING_SEE, narrower)


@given(who=anybody, what=things)
def test_nobody_does_anything_to_what_they_do_not_see(who, what):
    """Case 77: each act on a listing first asks whether it may be seen."""
    acts = (Act.LISTING_UPDATE, Act.LISTING_DELETE, Act.LISTING_CLOSE, Act.LISTING_PAUSE, Act.EXCHANGE_ASK)
    for act in acts:
        assert may(who, Act.LISTING_SEE, what) or not may(who, act, what), act


@given(who=members, what=things, other=st.sampled_from(COOPS))
def test_no_role_reaches_into_another_coop(who, what, other):
    foreign = replace(what, coop_id=other, heard_by=(), visibility="coop")
    if who.coop_id != other:
        assert not may(who, Act.LISTING_SEE, foreign)
        assert not may(who, Act.LISTING_TAKE_DOWN, foreign)
