"""Asking another house for a document: signed by our server, believed only from its own address."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from fedicoop.actors import addresses, keyring
from fedicoop.db import Tx
from fedicoop.errors import Forbidden, Gone, Malformed, NotFound, Refused, Unreachable
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.outward import Answer
from fedicoop.pace import Pace
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Form, Policy
from fedicoop.signatures import cavage, rfc9421
from fedicoop.vocabulary.hosts import normal_host, same_origin
from fedicoop.vocabulary.parsing import parse_untrusted
from fedicoop.vocabulary.reading import read
from fedicoop.vocabulary.types import Collection, Thing

ACCEPT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
MOST_PAGES = 25
MOST_FOR_A_LETTER = 10
"""Documents that one letter may make us ask for, whatever it names (security case 105)."""
_PROFILE = "https://www.w3.org/ns/activitystreams"


@dataclass
class _Allowance:
    """What one letter may still make us ask for, and how fast all of its kind may."""

    left: int
    pace: Pace


_allowed: ContextVar[_Allowance | None] = ContextVar("what a letter may still ask for", default=None)


@contextmanager
def for_a_letter(pace: Pace) -> Iterator[None]:
    """What is asked for inside is asked because somebody wrote to us: there is only so much of it."""
    before = _allowed.set(_Allowance(MOST_FOR_A_LETTER, pace))
    try:
        yield
    finally:
        _allowed.reset(before)


def _require_allowed(host: str, url: str) -> None:
    """Raises Refused where a letter makes us ask too much, Unreachable where too many letters do."""
    allowance = _allowed.get()
    if allowance is None:
        return
    if not allowance.left:
        raise Refused("fetch.too_many", url, most=str(MOST_FOR_A_LETTER), url=url)
    allowance.left -= 1
    if wait := allowance.pace.take(host):
        raise Unreachable("fetch.too_often", url, retry_after=wait, host=host)


async def get_signed(node: Node, url: str, *, accept: str = ACCEPT) -> Answer:
    """GET `url` in the server's name, as `ask_signed` does; only a 200 is an answer.

    Raises Gone, NotFound, Refused and Unreachable according to the answer; a redirect is not followed
    (security case 14).
    """
    answer, _ = await ask_signed(node, url, accept=accept)
    _judge(answer)
    return answer


async def ask_signed(node: Node, url: str, *, accept: str = ACCEPT) -> tuple[Answer, Form]:
    """Whatever the house answers, and to which form of signature: a 401 is asked again in the other, once.

    The form that a host took is remembered (FEP-844e's "double knock").  Raises Refused for a house that
    is closed here, and what the way out raises.
    """
    host = normal_host(url)
    async with node.db.read() as tx:
        signer = await keyring.signer(tx, addresses.server_id(node.settings.origin))
        remembered = await peers.signature_form(tx, host)
        await _require_not_closed(tx, url)
        now = tx.now
    forms: list[Form] = ["rfc9421", "cavage"] if remembered == "rfc9421" else ["cavage", "rfc9421"]
    for form in forms:
        sign = cavage.sign if form == "cavage" else rfc9421.sign
        headers = sign("GET", url, b"", signer.key_id, signer.private_key, now, accept=accept)
        _require_allowed(host, url)
        answer = await node.out.get(url, headers)
        if answer.status not in (400, 401):
            break
    if answer.status < 300 and form != (remembered or "cavage"):
        async with node.db.write() as tx:
            await peers.remember_signature(tx, host, form)
    return answer, form


async def _require_not_closed(tx: Tx, url: str) -> None:
    """Raises Refused: of a house that is closed here nothing is asked."""
    host = normal_host(url)
    if await peers.policy(tx, host) is Policy.CLOSED:
        raise Refused("fetch.closed_house", url, host=host)


def _judge(answer: Answer) -> None:
    url, detail = answer.url, f"{answer.url}: {answer.status}"
    if answer.status == 410:
        raise Gone("fetch.gone", detail, url=url)
    if answer.status == 404:
        raise NotFound("fetch.not_found", detail, url=url)
    if answer.status == 429 or answer.status >= 500:
        raise Unreachable("fetch.later", detail, url=url)
    if answer.status != 200:
        raise Refused("fetch.refused", detail, status=str(answer.status), url=url)


async def fetch(node: Node, id: str) -> Thing:
    """What `id` names, asked of the house that owns it.

    It counts only if it came, with an ActivityStreams media type, from the location equal to its
    id; a document that names another id of the same origin is asked for once more under that id
    (security cases 13, 34 and 35).  Raises what `get_signed` raises, and Malformed.
    """
    url = id.partition("#")[0]
    for _ in range(2):
        answer = await get_signed(node, url)
        thing = read_answer(node, answer)
        named = thing if isinstance(thing, str) else thing.id
        if named == url:
            return thing
        if not same_origin(named, url):
            break
        url = named
    raise Malformed("fetch.other_id", f"{id} answered with the id {named}", url=id)


def read_answer(node: Node, answer: Answer) -> Thing:
    check_media_type(answer)
    return read(answer.body, plain_http=node.settings.allowed_peers)


def check_media_type(answer: Answer) -> None:
    """Only what says that it is ActivityStreams is read as such (FEP-96ff, CVE-2024-25623).

    Raises Malformed.  An upload that a host serves as JSON must never speak for it; of actors that come
    as plain JSON, see unlabelled.py.
    """
    essence, *parameters = (part.strip() for part in answer.headers.get("content-type", "").split(";"))
    if essence.lower() == "application/activity+json":
        return
    for name, _, value in (parameter.partition("=") for parameter in parameters):
        is_profile = essence.lower() == "application/ld+json" and name.strip().lower() == "profile"
        if is_profile and _PROFILE in value.strip(' "').split():
            return
    raise Malformed("fetch.media_type", f"{answer.url}: {essence}", url=answer.url)


async def fetch_json(node: Node, url: str, *, accept: str) -> dict[str, object]:
    """A document of discovery (WebFinger, NodeInfo): JSON, unsigned, at the address as given."""
    async with node.db.read() as tx:
        await _require_not_closed(tx, url)
    return read_json(await node.out.get(url, {"accept": accept}))


def read_json(answer: Answer) -> dict[str, object]:
    """The JSON of a good answer.  Raises as `get_signed` does for any other, and Malformed."""
    _judge(answer)
    return parse_untrusted(answer.body)


async def pages(node: Node, url: str, *, most: int) -> AsyncIterator[Thing]:
    """The items of a collection, page by page: at most `most`, from at most `MOST_PAGES` (case 106).

    A page that cannot be read ends the collection there: what came before it is not lost.
    Raises Unreachable while the house sleeps.
    """
    following: str | None = url
    seen, given = set[str](), 0
    while following and following not in seen and len(seen) < MOST_PAGES and same_origin(following, url):
        seen.add(following)
        try:
            page = await fetch(node, following)
        except (Forbidden, Gone, Malformed, NotFound, Refused) as problem:
            log.info("collection_ends", url=following, reason=str(problem))
            return
        if not isinstance(page, Collection):
            return
        for item in page.items[: most - given]:
            yield item
        given += len(page.items)
        following = page.next or (page.first if not page.items else None)
        if given >= most:
            return
