"""What a page offers to follow: read from an address, with everything that is shown of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from fedicoop.access import Member
from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.finding import searching
from fedicoop.listings import question as questions
from fedicoop.listings import store as listings
from fedicoop.listings.question import Question
from fedicoop.members import store as members
from fedicoop.vocabulary.types import Actor
from fedicoop.watches import actions, describing, store
from fedicoop.watches.waiting import question_of
from fedicoop.watches.watch import About, Channel, Watch, about, narrowing, target_of

SEARCH = "/annonces"
FEED = "/annonces.atom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One thing that may be followed; `query` asks for it again at `/suivre`."""

    kind: About
    target: str
    query: Mapping[str, str]
    title: str
    coop: Actor | None = None
    member: Member | None = None
    question: Question | None = None
    here: int = 0  # listings that fit now
    heard: bool = True  # whether its listings come to this house
    see: str = ""  # the page where one sees it; "" where there is none
    watch: Watch | None = None  # the viewer's own

    @property
    def address(self) -> str:
        """The page that offers to follow it."""
        return f"/suivre?{urlencode(self.query)}"

    @property
    def feed(self) -> str:
        """Where a feed reader finds it; "" where there is none."""
        if self.coop:
            return f"{self.see}.atom"
        return FEED if self.question is not None else ""

    @property
    def asked(self) -> Mapping[str, str]:
        """The question that its page and its feed are asked."""
        return self.query if self.question is not None else {}


async def read(tx: Tx, query: Mapping[str, str], who: Member | None, language: str) -> Subject:
    """What an address asks to follow.  Raises NotFound for a coop or a member that is not there."""
    if query.get("coop"):
        return await of_coop(tx, await _coop(tx, query["coop"]), who)
    if handle := query.get("membre") or query.get("member"):
        return await of_member(tx, await actions.member_to_watch(tx, who, handle.removeprefix("@")), who)
    return await of_question(tx, questions.read(query), who, language)


async def _coop(tx: Tx, name: str) -> Actor:
    """A coop that we know, by its id or as `@handle@host`; ours by its handle alone."""
    handle, _, host = name.removeprefix("@").partition("@")
    if "://" in name:
        found = await actors.find(tx, name)
    elif host and not await _is_ours(tx, host):
        found = await actors.find_by_handle(tx, handle, host)
    else:
        found = await actors.find_local(tx, handle)
    if found is None or found.type == "Application":
        raise NotFound("watch.no_coop_here", name[:200])
    return found


async def _is_ours(tx: Tx, host: str) -> bool:
    return any(urlsplit(coop.id).netloc == host.lower() for coop in await actors.coops(tx))


async def of_coop(tx: Tx, coop: Actor, who: Member | None) -> Subject:
    host = urlsplit(coop.id).netloc
    local = await actors.own(tx, coop.id) is not None
    name = f"@{coop.handle}" if local else f"@{coop.handle}@{host}"
    return Subject(
        kind=About.COOP,
        target=coop.id,
        query={"coop": name},
        title=coop.name or coop.handle,
        coop=coop,
        here=await listings.count(tx, listings.Filter(actor_id=coop.id)),
        heard=local or await actions.is_heard(tx, coop.id),
        see=f"/{name}",
        watch=await _watch(tx, who, About.COOP, coop.id),
    )


async def of_member(tx: Tx, member: Member, who: Member | None) -> Subject:
    return Subject(
        kind=About.MEMBER,
        target=member.id,
        query={"membre": member.handle},
        title=member.name,
        member=member,
        watch=await _watch(tx, who, About.MEMBER, member.id),
    )


async def of_question(
    tx: Tx, question: Question, who: Member | None, language: str, *, counted: bool = True
) -> Subject:
    target, here = target_of(question), 0
    if counted:
        found = await searching.search(tx, question, seen_by=who.coop_id if who else None, limit=1)
        here = 0 if found.widened else found.total
    return Subject(
        kind=about(question),
        target=target,
        query=dict(narrowing(question)),
        title=_capital(describing.of_question(question, language)),
        question=question,
        here=here,
        see=SEARCH,
        watch=await _watch(tx, who, about(question), target),
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


async def of_watch(tx: Tx, watch: Watch, who: Member, language: str) -> Subject | None:
    """What a member's watch is about, for the list of all of them; None where it is gone."""
    try:
        if watch.kind is About.COOP:
            return await of_coop(tx, await _coop(tx, watch.target), who)
        if watch.kind is About.MEMBER:
            return await of_member(tx, await members.get(tx, watch.target), who)
    except NotFound:
        return None
    return await of_question(tx, question_of(watch.target), who, language, counted=False)


async def _watch(tx: Tx, who: Member | None, kind: About, target: str) -> Watch | None:
    return await store.find(tx, who.id, kind, target) if who else None


async def keep(tx: Tx, who: Member, subject: Subject, channel: Channel) -> Watch:
    """Follow it."""
    if subject.coop:
        return await actions.watch_coop(tx, who, subject.coop, channel)
    if subject.member:
        return await actions.watch_member(tx, who, subject.member, channel)
    assert subject.question is not None
    return await actions.watch_question(tx, who, subject.question, channel)
