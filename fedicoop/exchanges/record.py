"""What others may know of how somebody's exchanges went: no stars, one sentence that can be checked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from fedicoop.db import Tx
from fedicoop.exchanges import store
from fedicoop.exchanges.exchange import Exchange
from fedicoop.exchanges.steps import Side, Status
from fedicoop.i18n import n, t


@dataclass(frozen=True, slots=True)
class Record:
    """`returned` and `on_time` as who borrowed, `lent` as who lent, `done` all that went well."""

    done: int = 0
    lent: int = 0
    returned: int = 0
    on_time: int = 0


def of_exchanges(actor_id: str, past: Iterable[Exchange], zone: tzinfo) -> Record:
    done = lent = returned = on_time = 0
    for exchange in past:
        if exchange.status is not Status.DONE:
            continue
        done += 1
        side = Side.PROPOSER if exchange.proposer.actor_id == actor_id else Side.RESPONDER
        if not exchange.lent:
            continue
        if side is exchange.giver:
            lent += 1
            continue
        returned += 1
        on_time += came_in_time(exchange, zone)
    return Record(done, lent, returned, on_time)


def came_in_time(exchange: Exchange, zone: tzinfo) -> bool:
    """Back on the last day that was agreed, by the clock of the place."""
    back, last = exchange.returned_at, exchange.plan.ends_on
    return back is not None and (last is None or back.astimezone(zone).date() <= last)


async def of(tx: Tx, actor_id: str) -> Record:
    """A party's record, of their last two hundred exchanges."""
    return of_exchanges(actor_id, await store.past_of(tx, actor_id), tx.zone) if actor_id else Record()


def sentence(record: Record, language: str) -> str:
    """`A rendu 4 fois, toujours à l’heure. A prêté 3 fois.`"""
    parts = []
    if record.returned:
        always = record.on_time == record.returned
        key = "exchange.record.returned" if always else "exchange.record.returned_late"
        parts.append(n(key, record.returned, language, on_time=str(record.on_time)))
    if record.lent:
        parts.append(n("exchange.record.lent", record.lent, language))
    others = record.done - record.returned - record.lent
    if others:
        parts.append(n("exchange.record.others", others, language))
    return " ".join(parts) or t("exchange.record.none", language)
