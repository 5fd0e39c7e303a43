"""One question to another house, and all that its answer tells."""

from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from fedicoop.actors.fetching import ACCEPT, ask_signed
from fedicoop.db import Tx
from fedicoop.desk import clock
from fedicoop.desk.findings import Finding, fine_in_words
from fedicoop.errors import Problem
from fedicoop.node import Node
from fedicoop.outward import Answer
from fedicoop.peers.verdicts import mark_of, of_answer, of_problem, verdict
from fedicoop.vocabulary.hosts import normal_host

UNSIGNED, REFUSED = "not needed", "refused"


@dataclass(frozen=True, slots=True)
class Look:
    """`answer` is None where none came; `problem` is the verdict where there is no good one.

    `signature` is what it took: `not needed`, the form that was taken, or `refused`.
    """

    url: str
    answer: Answer | None
    problem: Problem | None
    signature: str = UNSIGNED


async def look(node: Node, url: str, *, accept: str = ACCEPT, signs: bool = True) -> Look:
    """Ask unsigned first, then signed by our server where that is wanted.  Never raises a Problem."""
    signature = UNSIGNED
    try:
        answer = await node.out.get(url, {"accept": accept})
        if signs and answer.status in (400, 401, 403):
            answer, form = await ask_signed(node, url, accept=accept)
            signature = form if answer.status == 200 else REFUSED
    except Problem as problem:
        return Look(url, None, of_problem(problem, _host(url)))
    return Look(url, answer, _fault(answer), signature)


def _fault(answer: Answer) -> Problem | None:
    if answer.status == 200:
        return None
    leads = answer.headers.get("location", "")[:300] if 300 <= answer.status < 400 else ""
    return of_answer(answer.status, leads or answer.said, _host(answer.url))


def _host(url: str) -> str:
    try:
        return normal_host(url)
    except Problem:
        return url.partition("://")[2].partition("/")[0][:100]


def failed(label: str, problem: Problem) -> Finding:
    """A step that did not go well, with the mark that its verdict has."""
    return Finding(label, mark_of(problem), problem=problem)


def skew_of(answer: Answer, node: Node) -> float | None:
    """By how many seconds the clock of who answered is ahead of ours; None where it does not say."""
    try:
        said = parsedate_to_datetime(answer.headers.get("date", "")[:64])
        return (said.astimezone() - node.db.clock()).total_seconds()
    except (ValueError, IndexError, OverflowError, TypeError):
        return None


async def judge_clock(tx: Tx, seconds: float, host: str) -> Finding:
    """Is it their clock or ours?  Ours, where the other houses differ from it in the same direction."""
    if abs(seconds) <= clock.ODD:
        return fine_in_words("clock", "relation.step.clock_fine")
    others = await clock.noted(tx)
    ours = others is not None and abs(others.seconds) > clock.ODD and (others.seconds > 0) == (seconds > 0)
    apart = str(round(abs(seconds)))
    problem = verdict("clock_here" if ours else "clock_there", host=host, seconds=apart)
    return Finding("clock", "✗" if abs(seconds) > clock.FATAL else "!", problem=problem)
