"""Everybody's way through the whole house: a world with something to hide, and every address there is.

The addresses come from the application's own list of routes, so that a new page is looked at without
anybody's doing; one whose path cannot be filled in fails the tests that crawl, by name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import quote

from starlette.routing import Route

from fedicoop.access import Member, Role
from fedicoop.actors import actions as actors
from fedicoop.actors import coops
from fedicoop.actors.coops import AuthorMode, Coop
from fedicoop.clients.accounts import id_of
from fedicoop.clients.refs import Ref, Sort
from fedicoop.desk import reporting
from fedicoop.desk.report import Reason
from fedicoop.exchanges import asking
from fedicoop.exchanges.exchange import Plan
from fedicoop.listings import actions as listings
from fedicoop.listings import store
from fedicoop.listings.listing import Listing, Status, Visibility
from fedicoop.listings.question import Question
from fedicoop.members import actions as members
from fedicoop.members import links
from fedicoop.pace import Pace
from fedicoop.watches import actions as watches
from fedicoop.watches.watch import Channel
from tests.browsing import Visitor, signed_in
from tests.conftest import PAIRS, Instance, Network
from tests.seen import keep_as

HIDDEN = (Visibility.COOP, Visibility.FOLLOWERS)
TOWN = {"name": "Lille", "latitude": 50.6328, "longitude": 3.0897}


@dataclass
class World:
    """Two coops in one house and one next door; `listings` by visibility and status, all of léa's."""

    house: Instance
    people: dict[str, Member] = field(default_factory=dict)
    listings: dict[tuple[str, str], Listing] = field(default_factory=dict)
    activities: list[str] = field(default_factory=list)  # keys of all that our coops ever said
    secrets: dict[str, str] = field(default_factory=dict)  # good links, by the beginning of their path
    exchange: str = "0" * 26
    talks: list[str] = field(default_factory=list)  # conversations
    notes: list[str] = field(default_factory=list)  # keys of all that was said in them

    async def browser(self, who: str) -> Visitor:
        return await signed_in(self.house, self.people[who]) if who in self.people else Visitor(self.house)

    @property
    def samples(self) -> list[str]:
        """The keys of a few listings, of each sort that is treated in its own way."""
        wanted = [
            *((one, Status.PUBLISHED) for one in (*HIDDEN, Visibility.PUBLIC)),
            *((Visibility.PUBLIC, status) for status in (Status.DRAFT, Status.REMOVED, Status.PAUSED)),
        ]
        return [self.listings[one].key for one in wanted if one in self.listings] or ["nothing"]


def mark(visibility: str, status: str, where: str = "here") -> str:
    """A word that stands in one listing and nowhere else."""
    return f"mark{where}{visibility}{status}kram"


MARK = re.compile(r"mark[a-z]+kram")
SAID = mark("between", "two")
REPORTED = mark("reported", "to")


async def world(network: Network, sorts: Sequence[tuple[Visibility, Status]]) -> World:
    """A house with people and, of each of these sorts, one listing whose every text has its mark."""
    house = await network.add("nord.test")
    house.app.state.client_paces.addresses = Pace(a_minute=0, at_once=0)  # who crawls asks for everything
    made = World(house)
    other = await _second_coop(house)
    for handle, coop_id, role in (
        ("lea", house.coop.id, Role.MEMBER),
        ("bob", house.coop.id, Role.MEMBER),
        ("zoe", house.coop.id, Role.ADMIN),
        ("chloe", other, Role.MEMBER),
        ("max", other, Role.ADMIN),
    ):
        made.people[handle] = await _join(house, handle, coop_id, role)
    async with house.node.db.write() as tx:
        for handle in (
            "bob",
            "chloe",
            "max",
        ):  # told of such things if they are for them
            await watches.watch_question(tx, made.people[handle], Question(words="perceuse"), Channel.INSTANT)
    for visibility, status in sorts:
        made.listings[visibility, status] = await _listing(house, made.people["lea"], visibility, status)
    made.secrets = await _links(made)
    async with house.node.db.read() as tx:
        made.activities = [row.id.rpartition("/")[2] for row in await tx.all(_Id, "SELECT id FROM sent")]
    return made


async def lend(here: World) -> None:
    """Bob asks léa for what she keeps to their coop, in words of their own, and reports it."""
    listing = here.listings[Visibility.COOP, Status.PUBLISHED]
    today = here.house.node.db.clock().date()
    plan = Plan(starts_on=today + timedelta(days=2), ends_on=today + timedelta(days=3), place=SAID)
    async with here.house.node.db.write() as tx:
        asked = await asking.ask(tx, here.people["bob"], listing.key, plan, message=SAID, once="1")
        await reporting.report(
            tx, listing, here.people["bob"], "", reason=Reason.OTHER, text=REPORTED, contact=""
        )
    here.exchange = asked.id


async def _links(here: World) -> dict[str, str]:
    """Links that are good, to look at the pages behind them; opening one spends none."""
    bob = links.About(member_id=here.people["bob"].id, address="bob@example.net")
    made = {}
    async with here.house.node.db.write() as tx:
        for purpose, starts in {
            links.ADMIN: ("/bienvenue", "/welcome"),
            links.SIGN_IN: ("/entrer/lien", "/enter/link"),
            links.EMAIL: ("/moi/adresse",),
            links.INVITATION: ("/rejoindre", "/join"),
        }.items():
            about = links.About() if purpose == links.ADMIN else bob
            made |= dict.fromkeys(starts, await links.make(tx, here.house.coop.id, purpose, about))
    return made


async def neighbour(network: Network, here: World) -> None:
    """A coop next door that both follows and is followed, with one listing for all and one for followers."""
    est = await network.add("est.test")
    await network.befriend(est, here.house)
    await network.befriend(here.house, est)
    for visibility in (Visibility.PUBLIC, Visibility.FOLLOWERS):
        await est.publish(
            f"Perceuse {mark(visibility, 'published', 'there')}", visibility=visibility, place=TOWN
        )
    await network.settle()
    async with here.house.node.db.read() as tx:
        found = await tx.all(_Id, "SELECT id FROM listings WHERE NOT local")
    for row in found:
        listing = await here.house.find(row.id)
        here.listings["there", listing.visibility] = listing


@dataclass(frozen=True)
class _Id:
    id: str


async def _second_coop(house: Instance) -> str:
    async with house.node.db.write() as tx:
        made = await actors.create(tx, house.origin, "Organization", "ouest", "Coop Ouest", PAIRS[1])
        await coops.put(tx, Coop(made.id, "tools", "fr", AuthorMode.COOP))
    return made.id


async def _join(house: Instance, handle: str, coop_id: str, role: Role) -> Member:
    who = replace(house.operator, coop_id=coop_id)
    async with house.node.db.write() as tx:
        return await members.add(
            tx,
            who,
            house.origin,
            handle=handle,
            name=f"{handle.title()} Martin",
            pair=PAIRS[3],
            email=f"{handle}@example.org",
            role=role,
        )


async def _listing(house: Instance, by: Member, visibility: Visibility, status: Status) -> Listing:
    word = mark(visibility, status)
    raw = {
        "kind": "offer",
        "mode": "loan",
        "title": f"Perceuse {word}",
        "text": f"Une perceuse {word}.",
        "condition": word,
        "tags": ["outil"],
        "category": "tools.power-tools",
        "place": TOWN,
        "visibility": visibility,
    }
    steps = {Status.PAUSED: listings.pause, Status.CLOSED: listings.close}
    async with house.node.db.write() as tx:
        made = await listings.draft(tx, by, raw, ())
        if status in (Status.DRAFT, Status.REMOVED):
            return await keep_as(tx, made, status=status)
        made = await listings.publish(tx, by, made.id)
        if status in steps:
            made = await steps[status](tx, by, made.id)
        if status is Status.EXPIRED:
            await listings.expire(tx, made)
            made = await store.get(tx, made.id)
    return made


# --- addresses --------------------------------------------------------------------------------------

PLAIN = ("", "?q=perceuse", "?page=1&path=x&lang=en&self=y")
"""What is asked of every page: nothing, a search, and names that mean something to programmers."""

_LILLE = "lieu=Lille&rayon=50"
_LOOKS = (
    "q=perceuse",
    "q=mark",
    "q=perceuze",
    _LILLE,
    f"vue=carte&{_LILLE}",
    "categorie=tools",
    "kind=offer",
)
ASKED: dict[str, Sequence[str]] = {
    "/": ("", *(f"?{look}" for look in _LOOKS)),
    "/carte.json": ("?cadre=40,-5,55,10&zoom=8", "?cadre=40,-5,55,10&zoom=8&q=perceuse"),
    "/places": ("?q=Lil",),
    "/.well-known/webfinger": ("?resource=acct:nord@nord.test", "?resource=acct:lea@nord.test"),
    "/entrer": ("", "?next=/l/{key}"),
    "/ouvrir": ("?uri={origin}/l/{key}", "?uri={origin}/listings/{key}", "?uri={origin}/actors/lea"),
    "/open": ("", "?uri=acct:nord@nord.test", "?uri=https://est.test/actors/est"),
    "/oembed": ("", "?url={origin}/l/{key}", "?url={origin}/listings/{key}"),
    "/publier": ("", "?like={key}"),
    "/echanges/nouveau": ("", "?listing={key}"),
    "/suivre": ("", "?coop={origin}/actors/ouest", "?q=perceuse"),
    "/depuis-mastodon": ("?uri={origin}/listings/{key}", "?uri={origin}/actors/nord"),
    "/from-mastodon": ("?uri={origin}/listings/{key}", "?uri={origin}/actors/lea"),
}
"""What is asked of one page in particular, with `{key}` for a listing's."""

WHOLE = {"/l/{key}", "/listings/{key}"}
"""Where every listing is asked for, not a few."""


class Unfilled(AssertionError):
    """A route that nobody told us how to fill."""


def fill(path: str, name: str, here: World) -> Sequence[str]:
    """What may stand for `{name}` in the path of a route; a new name must be told here."""
    if path.startswith("/@{name}"):
        return ("nord", "ouest", "lea", "est@est.test", "nobody")
    if path in WHOLE:
        return [listing.key for listing in here.listings.values()] or ["nothing"]
    if path == "/activities/{key}":
        return here.activities or ["nothing"]
    if path.startswith("/alertes/"):
        return ("x" * 24,)  # keys of letters and feeds, which open nothing but somebody's own
    if path.startswith(("/echanges/", "/exchanges/")):
        return (here.exchange,)
    if path.startswith("/moi/messages/"):
        return here.talks or ("0" * 26,)
    if path.startswith("/notes/"):
        return here.notes or ("nothing",)
    if path.startswith("/api/v1/accounts/{id}"):
        return [id_of(f"{here.house.origin}/actors/{handle}") for handle in ("nord", "ouest", "lea")]
    if path.startswith("/api/v1/statuses/{id}"):
        return [
            str(Ref(one.published_at or one.created_at, Sort.LISTING, one.key))
            for one in here.listings.values()
        ]
    known: dict[str, Sequence[str]] = {
        "key": here.samples,
        "id": ("0" * 26,),
        "once": ("x" * 16,),
        "slug": ("publier", "publish"),
        "handle": ("nord", "ouest", "lea"),
        "path": ("v1/nothing", "v2/instance/"),
        "version": ("2.1",),
        "host": ("est.test", "nowhere.test"),
        "tag": ("outil", "offre"),
        "code": ("FC-5016",),
        "secret": [*(one for start, one in here.secrets.items() if path.startswith(start)), "x" * 24],
        "screen": [str(number) for number in range(1, 6)],
        "name": ("nothing.jpg",) if path.startswith("/media") else ("style.css",),
        "z": ("10",),
        "x": ("519",),
        "y": ("346",),
    }
    if name not in known:
        raise Unfilled(f"{path}: tell `fill` in tests/crawling.py what {{{name}}} may be")
    return known[name]


def routes(app: object, method: str = "GET") -> list[Route]:
    """Every route that answers to the method, in the house's own order."""
    return [route for route in app.routes if isinstance(route, Route) and method in route.methods]


def paths(route: Route, here: World) -> Iterator[str]:
    """The paths of a route, its holes filled in every way that we know."""
    ways = [route.path]
    for name in re.findall(r"\{(\w+)(?::\w+)?\}", route.path):
        hole = re.compile(rf"\{{{name}(:\w+)?\}}")
        ways = [
            hole.sub(quote(value, safe="@."), way) for way in ways for value in fill(route.path, name, here)
        ]
    yield from ways


def addresses(route: Route, here: World) -> Iterator[str]:
    """Paths with what is asked of them."""
    if "{" in route.path:
        for path in paths(route, here):
            yield path
            if "{key}" not in route.path:
                yield path + "?page=1"
        return
    for asked in ASKED.get(route.path, PLAIN):
        if "{key}" in asked:
            yield from (
                route.path + asked.replace("{key}", key).replace("{origin}", here.house.origin)
                for key in here.samples
            )
        else:
            yield route.path + asked.replace("{origin}", here.house.origin)


def plain(text: str) -> str:
    """An answer without what is another each time: salted tokens, ids, names of requests."""
    text = re.sub(r'(name="form_token" value=")[^"]+', r"\1", text)
    return re.sub(r"__Host-visit=[^;]+|\b[0-9a-z]{26}\b|nothing", "…", text)
