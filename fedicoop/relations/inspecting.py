"""`inspect`: what stands at a name or an address, step by step, each with what is wrong and what to do."""

import re
from dataclasses import dataclass, field
from typing import Any

from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.actors.fetching import read_json
from fedicoop.actors.fingers import JRD, finger_url, self_link
from fedicoop.actors.names import coops_of, house_of, note_unconfirmed
from fedicoop.db import Tx
from fedicoop.desk.findings import Finding, fine, fine_in_words
from fedicoop.desk.findings import told as finding_told
from fedicoop.errors import Misused, NotFound, Problem
from fedicoop.node import Node
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.peers.verdicts import of_problem, verdict
from fedicoop.relations import judging
from fedicoop.relations.asking import UNSIGNED, Look, failed, judge_clock, look, skew_of
from fedicoop.vocabulary.hosts import check_id, normal_host, same_origin
from fedicoop.vocabulary.types import Actor

LONGEST = 300
_ALTERNATE = re.compile(
    r'<([^<>]{1,2048})>\s*;(?=[^,]*rel="?alternate"?)(?=[^,]*activity\+json)', re.IGNORECASE
)


@dataclass
class Inspection:
    """The steps in their order; `told` are the facts for machines, whose keys stay."""

    name: str
    host: str = ""
    steps: list[Finding] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)
    clocked: bool = False
    asked: str = ""  # the user@host that led here

    @property
    def fault(self) -> Problem | None:
        """What stands in the way: the first ✗, else the first !; None where all is well."""
        worst = [one for mark in "✗!" for one in self.steps if one.mark == mark]
        return worst[0].problem if worst else None

    @property
    def went_through(self) -> bool:
        return all(one.mark != "✗" for one in self.steps)


async def inspect(node: Node, name: str, us: Actor | None = None) -> Inspection:
    """Look at a handle, a domain or an address; `us` is the coop that asks, else the first one.

    Raises Misused for what is neither of them; whatever goes wrong outside is a step.
    """
    seen = Inspection(name.strip()[:LONGEST])
    url = await _address(node, seen)
    async with node.db.read() as tx:
        us = us or await first_coop(tx)
    seen.told |= {"url": url, "fetched": False, "status": None, "media_type": None, "signature": None}
    if url is None:
        seen.told |= {"id": None, "type": None, "owner": None, "becomes": "ignored"}
    elif same_origin(url, node.settings.origin):
        steps, told = await judging.of_ours(node, url)
        seen.steps += steps
        seen.told |= {"signature": "ours"} | told
    else:
        await _document(node, seen, url, us)
    return seen


async def first_coop(tx: Tx) -> Actor | None:
    """The coop of this house that asks; None before its set-up is over."""
    try:
        return await actors.get(tx, (await coops.first(tx)).actor_id)
    except NotFound:
        return None


async def _address(node: Node, seen: Inspection) -> str | None:
    """Where a name leads; None where it leads nowhere, and the steps say why."""
    text = seen.name
    if "://" in text:
        url: str = check_id(text.partition("#")[0], plain_http_hosts=node.settings.allowed_peers)
        if url.partition("://")[2].rstrip("/").partition("/")[2]:
            return url
        text = url.partition("://")[2].rstrip("/")
    user, _, host = text.removeprefix("@").rpartition("@")
    if not host or (not user and "@" in text):
        raise Misused("actor.name_unreadable", text, name=text)
    base = house_of(node, host)
    if same_origin(base, node.settings.origin):
        return f"{base}/actors/{user.lower()}" if user else base
    if not await _open(node, seen, base):
        return None
    if not user and (named := await _named_by_its_house(node, base)):
        seen.steps.append(fine_in_words("name", "relation.step.node_info", url=named))
        return named
    return await _finger(node, seen, base, f"acct:{user}@{host}" if user else base)


async def _named_by_its_house(node: Node, base: str) -> str | None:
    try:
        return next((id for id in await coops_of(node, base) if same_origin(id, base)), None)
    except Problem:
        return None  # WebFinger says what is wrong


async def _open(node: Node, seen: Inspection, base: str) -> bool:
    """Whether we talk with that house at all."""
    seen.host = normal_host(base)
    async with node.db.read() as tx:
        policy = await peers.policy(tx, seen.host)
    if policy is Policy.CLOSED:
        seen.steps.append(failed("policy", verdict("closed_here", host=seen.host)))
    return policy is not Policy.CLOSED


async def _finger(node: Node, seen: Inspection, base: str, resource: str) -> str | None:
    """WebFinger (RFC 7033): the actor to which a name leads."""
    found = await look(node, finger_url(base, resource), accept=JRD, signs=False)
    await _clock(node, seen, found)
    name = resource.removeprefix("acct:")
    problem, link = found.problem, None
    if found.answer and found.answer.status == 404:
        problem = verdict("no_name", host=seen.host, name=name)
    if problem is None and found.answer:
        try:
            link = self_link(read_json(found.answer))
        except Problem as odd:
            problem = of_problem(odd, seen.host)
        if link is None and problem is None:
            problem = verdict("no_name", host=seen.host, name=name)
    if problem or link is None:
        seen.steps.append(failed("webfinger", problem or verdict("no_name", host=seen.host, name=name)))
        return None
    seen.steps.append(fine("webfinger", f"{name} → {link}"))
    seen.asked = name if "@" in name else ""
    try:
        return str(check_id(link, plain_http_hosts=node.settings.allowed_peers))
    except Problem as odd:
        seen.steps.append(failed("webfinger", of_problem(odd, seen.host)))
        return None


async def _clock(node: Node, seen: Inspection, found: Look) -> None:
    """What the `Date` of the first answer says."""
    seconds = skew_of(found.answer, node) if found.answer and not seen.clocked else None
    if seconds is not None:
        seen.clocked = True
        async with node.db.read() as tx:
            seen.steps.append(await judge_clock(tx, seconds, seen.host))


async def _document(node: Node, seen: Inspection, url: str, us: Actor | None) -> None:
    """The document there, whether its house wants our signature to give it, and what it becomes.

    A page leads to its ActivityPub twin; any other redirect is told, never followed.
    """
    if (not seen.host or normal_host(url) != seen.host) and not await _open(node, seen, url):
        return
    found = await look(node, url)
    if (twin := _twin(found)) and twin != url:
        seen.steps.append(fine_in_words("page", "relation.step.page", url=twin))
        found = await look(node, twin)
    await _clock(node, seen, found)
    if found.answer is None or found.problem:
        if seen.asked and found.answer and found.answer.status == 404:
            await _leads_nowhere(node, seen)
        seen.steps.append(failed("answer", found.problem or verdict("silent", host=seen.host)))
        seen.told |= {"status": found.answer.status if found.answer else None, "signature": found.signature}
        seen.told |= {"id": None, "type": None, "owner": None, "becomes": "ignored"}
        return
    answer = found.answer
    media_type = answer.headers.get("content-type", "")
    seen.steps.append(fine("answer", f"{answer.status}, {media_type}"))
    wanted = "none" if found.signature == UNSIGNED else found.signature
    seen.steps.append(fine_in_words("signature", f"relation.signature.{wanted}"))
    seen.told |= {"url": answer.url, "fetched": True, "status": answer.status, "media_type": media_type}
    steps, told = await judging.of_document(node, answer, us, seen.asked)
    seen.steps += steps
    seen.told |= {"signature": found.signature} | told


async def _leads_nowhere(node: Node, seen: Inspection) -> None:
    """WebFinger gives an address where nobody is: whoever had this name here has it no longer."""
    problem = verdict("loop", host=seen.host, name=seen.asked)
    seen.steps.append(Finding("loop", "✗", problem=problem))
    user, _, host = seen.asked.rpartition("@")
    async with node.db.write() as tx:
        if known := await actors.find_by_handle(tx, user, host):
            await note_unconfirmed(tx, known.id)


def _twin(found: Look) -> str | None:
    """The document of a page of the same house: named in its head, or where it says to look (303)."""
    if found.answer is None:
        return None
    url, headers = found.answer.url, found.answer.headers
    named = _ALTERNATE.search(headers.get("link", "")) if "html" in headers.get("content-type", "") else None
    twin = headers.get("location", "") if found.answer.status == 303 else named[1] if named else ""
    return twin if twin and same_origin(twin, url) else None


def told(seen: Inspection, language: str) -> dict[str, Any]:
    """For machines: the facts, each step, and the verdict."""
    steps = [finding_told(one, language) for one in seen.steps]
    fault = next((one for one in steps if one["state"] == "error"), None)
    if fault is None:
        fault = next((one for one in steps if one["state"] == "warning"), None)
    return seen.told | {"steps": steps, "verdict": fault}
