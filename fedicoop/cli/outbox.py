"""`outbox`: what still waits to be said, to whom, since when and why."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from fedicoop.cli import opening
from fedicoop.cli.command import Group, as_json, option, yes
from fedicoop.cli.terminal import marked, one_line, show, show_json, tell
from fedicoop.cli.words import language, n, t
from fedicoop.errors import Misused, NotFound
from fedicoop.jobs.told import way_and_host

if TYPE_CHECKING:
    from fedicoop.jobs.desk import GivenUp
    from fedicoop.jobs.queue import Lane

HOST = click.argument("host", metavar="[HOST]", required=False)


@click.group(cls=Group, examples=("fedicoop outbox status", "fedicoop outbox retry objets.example"))
def outbox() -> None:
    pass


@outbox.command(examples=("fedicoop outbox status", "fedicoop outbox status objets.example --json"))
@HOST
@as_json
def status(host: str | None, as_json: bool) -> None:
    lanes, given_up, now = opening.perform(_status(host))
    if as_json:
        return show_json([_told(lane, given_up) for lane in lanes])
    for lane in lanes:
        for line in in_words(lane, now):
            show(line)
    for job in given_up:
        show(f"  {job.id}  {job.kind}  {one_line(_reason(job.last_error, job.lane))}")
    if not lanes:
        show(marked("✓", t("cli.outbox.nothing")))
    elif not opening.runs(opening.settings()):
        tell(f"  {t('cli.nobody_serves', command='fedicoop serve')}")
    return None


async def _status(host: str | None) -> "tuple[list[Lane], list[GivenUp], datetime]":
    from fedicoop.jobs import queue

    async with opening.opened() as node, node.db.read() as tx:
        lanes = [lane for lane in await queue.lanes(tx) if _meant(lane.lane, host)]
        given_up = [job for job in await queue.given_up(tx) if _meant(job.lane, host)]
        return lanes, given_up, tx.now


def _reason(error: str, lane: str) -> str:
    from fedicoop.jobs.told import reason

    return reason(error, lane, language())


def _meant(lane: str, host: str | None) -> bool:
    return host is None or lane == host or way_and_host(lane)[1] == host.lower().strip().rstrip("/")


def _told(lane: "Lane", given_up: "list[GivenUp]") -> dict[str, Any]:
    way, host = way_and_host(lane.lane)
    moments = {"oldest": lane.oldest, "failing_since": lane.since, "next_try": lane.closed_until}
    told: dict[str, Any] = {
        "lane": lane.lane,
        "way": way,
        "host": host,
        "waiting": lane.waiting,
        "dead": lane.dead,
    }
    told |= {name: at.isoformat(timespec="seconds") if at else None for name, at in moments.items()}
    told |= {"failures": lane.failures, "last_error": lane.last_error}
    told["why"] = _reason(lane.last_error, lane.lane) if lane.last_error else None
    return told | {"given_up": [job.id for job in given_up if job.lane == lane.lane]}


def in_words(lane: "Lane", now: datetime) -> Iterator[str]:
    """What waits in a lane, since when, why, and when it will be tried again."""
    from fedicoop.i18n import ago, moment

    way, host = way_and_host(lane.lane)
    parts = []
    if lane.waiting and lane.oldest:
        since = ago(lane.oldest, now, language())
        parts.append(n(f"cli.outbox.waiting.{way}", lane.waiting, since=since))
    if lane.dead:
        parts.append(n("cli.outbox.dead", lane.dead))
    mark = "✗" if lane.dead else "!" if lane.failures or lane.last_error else "✓"
    yield marked(mark, t("cli.outbox.line", host=host, what=", ".join(parts)))
    if lane.last_error:
        yield f"    {t('cli.why', why=one_line(_reason(lane.last_error, lane.lane)))}"
    if lane.since:
        yield f"    {t('cli.outbox.failing', since=moment(lane.since, language()), times=lane.failures)}"
    if lane.closed_until and lane.waiting:
        at = ago(lane.closed_until, now, language()) if lane.closed_until > now else t("cli.outbox.now")
        yield f"    {t('cli.outbox.next', at=at, command=f'fedicoop outbox retry {host}')}"


@outbox.command(examples=("fedicoop outbox retry", "fedicoop outbox retry objets.example --json"))
@HOST
@as_json
def retry(host: str | None, as_json: bool) -> None:
    tried = opening.perform(_retry(host))
    if as_json:
        return show_json({"host": host, "jobs": tried})
    return show(marked("✓", n("cli.outbox.retried", tried) if tried else t("cli.outbox.none_to_retry")))


async def _retry(host: str | None) -> int:
    from fedicoop.jobs import queue

    async with opening.opened() as node:
        async with node.db.write() as tx:
            lanes = [lane.lane for lane in await queue.lanes(tx) if host and _meant(lane.lane, host)]
            if host and not lanes:
                raise NotFound("cli.nothing_waits", host, host=host)
            wanted: list[str | None] = [*lanes] or [None]
            tried = sum([await queue.retry_now(tx, lane) for lane in wanted])
        if not opening.runs(node.settings):
            await opening.carry(node)
        return tried


@outbox.command(
    examples=(
        "fedicoop outbox drop objets.example",
        "fedicoop outbox drop --job 01KB3X6Q0V8Y5R2ZJ9T4M7N1WC --json",
    )
)
@HOST
@option("--job", metavar="ID")
@option("--all", "everything", is_flag=True)
@yes
@as_json
def drop(host: str | None, job: str | None, everything: bool, yes: bool, as_json: bool) -> None:
    if not (host or job or everything):
        raise Misused("cli.drop_what")
    if everything and not yes:
        raise Misused("cli.drop_all")
    dropped = opening.perform(_drop(host, job))
    if as_json:
        return show_json({"host": host, "job": job, "jobs": dropped})
    return show(marked("✓", n("cli.outbox.dropped", dropped)))


async def _drop(host: str | None, job: str | None) -> int:
    """Only what we wanted to say is let go; what others told us is not lost by it."""
    from fedicoop.jobs import queue

    async with opening.opened() as node, node.db.write() as tx:
        if job:
            dropped = await queue.drop(tx, job_id=job)
        else:
            lanes = [
                one.lane for one in await queue.lanes(tx) if one.lane == host or one.lane.startswith("to ")
            ]
            dropped = sum([await queue.drop(tx, lane) for lane in lanes if _meant(lane, host)])
        if not dropped:
            raise NotFound("cli.nothing_waits", host or job or "", host=host or job or "*")
        return dropped
