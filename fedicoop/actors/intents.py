"""Where somebody's own server lets them act on a thing of ours: follow a coop, open a listing.

Servers say so in the WebFinger answer about an account, by templates: Activity Intents (FEP-3b86;
Mastodon publishes `Object` and `Create`), and the older “subscribe” of OStatus, which nearly all
publish.  We ask that server ourselves, so that the reader's browser calls nobody until they click.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urljoin

from fedicoop.actors.fetching import read_json
from fedicoop.actors.fingers import JRD
from fedicoop.actors.names import house_of
from fedicoop.errors import Gone, Malformed, Misused, NotFound, Refused, Unreachable
from fedicoop.node import Node
from fedicoop.vocabulary.hosts import check_id, normal_host

_FEP = "https://w3id.org/fep/3b86/"
_SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
_PARAMETER = re.compile(r"\{([A-Za-z-]{1,40})\}")
_NAMES_THE_THING = frozenset({"object", "uri"})
_LONGEST = 300
_MOST_HOPS = 3
_REDIRECTS = (301, 302, 303, 307, 308)


class Wish(StrEnum):
    """What somebody wants to do from their own account."""

    FOLLOW = "follow"
    OPEN = "open"


_WAYS = {
    Wish.FOLLOW: (f"{_FEP}Follow", f"{_FEP}Object", _SUBSCRIBE),
    Wish.OPEN: (f"{_FEP}Object", _SUBSCRIBE),
}
"""Which templates serve a wish, the best first.  `Create` (to reply) is none: replies are not read here."""


@dataclass(frozen=True, slots=True)
class Handle:
    """An account somewhere, as people write it: `lea@mastodon.social`; `host` as it was typed, in ASCII."""

    user: str
    host: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host}"


def read_handle(text: str) -> Handle:
    """`@lea@mastodon.social`, `lea@mastodon.social`, or the address of the account's page.

    Raises Misused `away.handle`.
    """
    typed = text.strip().removeprefix("acct:").removeprefix("@")[:_LONGEST]
    if "://" in typed:
        host, _, path = typed.partition("://")[2].partition("/")
        typed = f"{path.rstrip('/').rpartition('/')[2].removeprefix('@')}@{host}"
    user, _, host = typed.rpartition("@")
    if not re.fullmatch(r"[^@\s/?#]{1,100}", user):
        raise Misused("away.handle", typed)
    try:
        return Handle(user, normal_host(host))
    except Malformed as problem:
        raise Misused("away.handle", typed) from problem


async def way_to(node: Node, handle: Handle, wish: Wish, id: str) -> str | None:
    """The address at the account's own server where its owner may do it; None if it publishes none.

    Raises NotFound `away.no_account`, Unreachable `away.silent` where that server does not answer
    as one does.
    """
    return best(await _links(node, handle), wish, id, plain_http=node.settings.allowed_peers)


def best(links: list[Any], wish: Wish, id: str, *, plain_http: frozenset[str] = frozenset()) -> str | None:
    """The first good address among the links of a WebFinger answer, filled with the thing's id.

    The text of the FEP says `href`, its examples and the servers say `template`: both are read.
    Names of relations are compared without regard to case, as some servers write them in theirs.
    """
    found: dict[str, str] = {}
    for link in links:
        template = (link.get("template") or link.get("href")) if isinstance(link, dict) else None
        if isinstance(template, str):
            found.setdefault(str(link.get("rel")).lower(), template)
    for way in _WAYS[wish]:
        address = _filled(found.get(way.lower(), ""), id)
        try:
            if address:
                return check_id(address, plain_http_hosts=plain_http)
        except Malformed:
            continue
    return None


def _filled(template: str, id: str) -> str | None:
    """The template with the thing in its place, anything else left empty; None where it has no place."""
    if not _NAMES_THE_THING & set(_PARAMETER.findall(template)):
        return None
    return _PARAMETER.sub(lambda at: quote(id, safe="") if at[1] in _NAMES_THE_THING else "", template)


async def _links(node: Node, handle: Handle) -> list[Any]:
    """The links that a host gives about an account.

    A host may send us on to where its accounts live (RFC 7033, section 4.2), over https; each step
    is judged by the way out like the first (security case 46).
    """
    url = f"{house_of(node, handle.host)}/.well-known/webfinger?resource={quote(f'acct:{handle}', safe='')}"
    try:
        for _ in range(_MOST_HOPS):
            answer = await node.out.get(url, {"accept": JRD})
            onward = answer.headers.get("location") if answer.status in _REDIRECTS else None
            if onward is None:
                links = read_json(answer).get("links")
                return links if isinstance(links, list) else []
            url = check_id(urljoin(url, onward), plain_http_hosts=node.settings.allowed_peers)
    except (NotFound, Gone) as problem:
        raise NotFound("away.no_account", str(problem), handle=f"@{handle}", host=handle.host) from problem
    except (Unreachable, Refused, Malformed) as problem:
        raise Unreachable("away.silent", str(problem), host=handle.host) from problem
    raise Unreachable("away.silent", f"sent on {_MOST_HOPS} times, to {url}", host=handle.host)
