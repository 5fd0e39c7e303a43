"""What a member takes along from their exchanges, and what becomes of them when they leave.

Whoever keeps the export and the end of an account calls these; this room knows neither.
"""

from dataclasses import replace
from typing import Any

from fedicoop.access import Member
from fedicoop.db import Tx
from fedicoop.exchanges import actions, asking, due, mediating, photos, store, words
from fedicoop.exchanges.exchange import Exchange, Party, Trouble
from fedicoop.exchanges.rows import json_of
from fedicoop.exchanges.steps import OPEN, OUT, Side, Step


async def take_along(tx: Tx, who: Member) -> dict[str, Any]:
    """A member's exchanges as plain values: what they asked and agreed, wrote and photographed themselves.

    What the other side wrote is the other's, and is not in it.
    """
    voice = asking.asker(who).actor_id
    found = await store.of_parties(tx, [voice], limit=MOST)
    said = await words.of_actor(tx, voice)
    taken = await photos.of_actor(tx, voice)
    return {
        "exchanges": [_told(exchange, voice) for exchange in found],
        "exchange_words": [
            {
                "exchange": word.exchange_id,
                "said_at": word.said_at.isoformat(),
                "sort": word.sort.value,
                "step": word.step,
                "text": word.text,
            }
            for word in said
        ],
        "exchange_photos": [
            {"exchange": photo.exchange_id, "file": photo.name, "taken_at": photo.taken_at.isoformat()}
            for photo in taken
        ],
    }


async def names_of_photos(tx: Tx, who: Member) -> list[str]:
    """The pictures that a member took of things handed over."""
    return [photo.name for photo in await photos.of_actor(tx, asking.asker(who).actor_id)]


MOST = 10_000
"""Exchanges in one archive: more than anybody ever has."""


def _told(exchange: Exchange, voice: str) -> dict[str, Any]:
    side = Side.PROPOSER if exchange.proposer.actor_id == voice else Side.RESPONDER
    moments = {name: getattr(exchange, name) for name in ("asked_at", "changed_at", "ended_at")}
    return {
        "id": exchange.id,
        "listing": exchange.listing_id,
        "title": exchange.title,
        "kind": exchange.kind.value,
        "mode": exchange.mode.value,
        "as": side.value,
        "status": exchange.status.value,
        "plan": json_of(exchange.plan),
        "contact": exchange.party(side).contact,
        **{name: at.isoformat() if at else None for name, at in moments.items()},
    }


async def leave(tx: Tx, who: Member) -> None:
    """End what can be ended, call a mediator for what is still out, and take the name off all the rest.

    The other side keeps the thread, and reads “former member” in the place of a name.
    """
    voice = asking.asker(who).actor_id
    for exchange in await store.of_parties(tx, [voice], limit=MOST):
        side = exchange.side_of(who)
        if side not in (Side.PROPOSER, Side.RESPONDER):
            continue
        now = await _let_go(tx, who, exchange, side) if exchange.status in OPEN else exchange
        await store.keep_step(tx, now, due.wound(_nameless(now, side), tx.zone))
    await words.disown(tx, voice)
    await photos.disown(tx, voice)


async def _let_go(tx: Tx, who: Member, exchange: Exchange, side: Side) -> Exchange:
    """Say no, withdraw or cancel; what is lent out cannot be ended so, and stewards are called."""
    for step in (Step.DECLINE, Step.WITHDRAW, Step.CANCEL):
        if exchange.may(step, side, tx.today):
            return await actions.take_step(tx, who, exchange.id, step, seen=exchange.version)
    if exchange.status in OUT and not exchange.in_trouble:
        return await mediating.report(tx, who, exchange.id, Trouble.OTHER, "", once="left")
    return exchange


def _nameless(exchange: Exchange, side: Side) -> Exchange:
    """The fact that it took place, without the person."""
    nobody = Party(actor_id="")
    after = replace(exchange, plan=replace(exchange.plan, place=""), version=exchange.version + 1)
    return replace(after, proposer=nobody) if side is Side.PROPOSER else replace(after, responder=nobody)
