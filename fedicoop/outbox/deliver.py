"""Carrying one activity to one inbox, signed at the moment of sending."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import MappingProxyType

from fedicoop.actors import keyring
from fedicoop.errors import Malformed, NotFound, Problem, Unavailable, Unreachable
from fedicoop.jobs.queue import Job
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.outbox import answers
from fedicoop.outbox.answers import Told
from fedicoop.outbox.say import Deliver
from fedicoop.outbox.trips import Before, Brought, Unsigned, trips_of
from fedicoop.outward import Answer
from fedicoop.peers.peer import Form
from fedicoop.vocabulary.dates import http_date
from fedicoop.vocabulary.hosts import normal_host

FAREWELLS = frozenset({"Delete", "Reject", "Undo"})
"""What a closed house is still told: that it is heard no more, and that a member took something back."""
_ASLEEP = frozenset({429, 502, 503, 504})
_LATER = frozenset({401, 408, 425})
"""401 is key trouble on their side more often than a verdict: it waits (protocol, section 4)."""


async def deliver(
    node: Node, job: Job, task: Deliver, before: Before, beside: Mapping[str, str] = MappingProxyType({})
) -> int | None:
    """Sign now (dates go stale), post, and close the promise according to the answer: its status.

    2xx: done.  404, 410 and other 4xx: final, logged as refused.  Anything else is tried again,
    more and more slowly: 429, 502, 503, 504 and silence raise Unreachable, which closes the lane of
    the whole host; 401, 408, 425, 3xx and 500 raise Unavailable and hold back this activity alone.
    `beside` are headers that go along unsigned.
    """
    sent = before.sent
    if sent is None or not sent.body:  # erased since
        return None
    if before.closed and sent.type not in FAREWELLS:  # nobody is written to there
        return None
    if before.signer is None:
        raise NotFound("storage.not_found", f"the key of {sent.actor_id}")
    told = Told(task.activity_id, task.inbox, normal_host(task.inbox), sent.type, task.object_id, None)
    try:
        answer, form = await _knock(node, task.inbox, sent.body.encode(), before, beside)
        told = replace(told, status=answer.status, said=_reason(answer))
        _try_again(node, task.inbox, answer)
    except Problem as problem:
        failed = replace(told, problem=problem.key, said=told.said or problem.detail)
        job.beside = partial(answers.note, some=[failed])
        raise
    accepted = answer.status < 300
    fresh = None if form == (before.form or "cavage") else form
    told = replace(told, problem="" if accepted else "delivery.refused")
    await trips_of(node).note(Brought(job, task, told, fresh))
    event = "delivered" if accepted else "delivery_refused"
    log.info(event, activity=task.activity_id, inbox=task.inbox, status=answer.status, form=form)
    return answer.status


def _reason(answer: Answer) -> str:
    """Why it is no, in their words; of a redirect, where it leads."""
    if answer.status < 300:
        return ""
    return answer.headers.get("location", "")[:200] if answer.status < 400 else answer.said


def _try_again(node: Node, inbox: str, answer: Answer) -> None:
    status, host = str(answer.status), normal_host(inbox)
    if answer.status in _ASLEEP:
        later = _retry_after(answer, node.db.clock())
        raise Unreachable(
            "delivery.later", f"{inbox}: {answer.status}", retry_after=later, status=status, host=host
        )
    final = 200 <= answer.status < 300 or 400 <= answer.status < 500
    if answer.status in _LATER or not final:
        raise Unavailable("delivery.not_taken", f"{inbox}: {answer.status}", status=status, host=host)


async def _knock(
    node: Node, inbox: str, body: bytes, before: Before, beside: Mapping[str, str]
) -> tuple[Answer, Form]:
    """Draft-cavage first, RFC 9421 on a 400 or 401, or the other way round where that worked before."""
    assert before.signer is not None, "asked for before anybody knocks"
    forms: list[Form] = ["rfc9421", "cavage"] if before.form == "rfc9421" else ["cavage", "rfc9421"]
    first = await _post(node, forms[0], inbox, body, before.signer, beside)
    if first.status not in (400, 401):
        return first, forms[0]
    try:
        second = await _post(node, forms[1], inbox, body, before.signer, beside)
    except Problem:
        return first, forms[0]
    return (second, forms[1]) if second.status < 300 else (first, forms[0])


async def _post(
    node: Node, form: Form, inbox: str, body: bytes, signer: keyring.Signer, beside: Mapping[str, str]
) -> Answer:
    headers = await trips_of(node).sign(Unsigned(form, inbox, body, signer))
    return await node.out.post(inbox, body, {**headers, **beside})


def _retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds to wait, from either form of `Retry-After` (RFC 9110, section 10.2.3)."""
    value = answer.headers.get("retry-after", "").strip()[:64]
    if value.isdigit():
        return float(value[:9])
    try:
        return (http_date(value) - now).total_seconds()
    except Malformed:
        return None
