"""An exchange as a row of its table, both ways."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fedicoop.exchanges.exchange import Exchange, Party, Plan, Trouble
from fedicoop.exchanges.steps import Side, Status
from fedicoop.listings.listing import Kind, Mode

PLAIN = (
    *("id", "listing_id", "listing_key", "title", "kind", "mode", "coop_id", "status", "turn", "version"),
    *("due_at", "reminded", "once", "asked_at", "changed_at", "handed_over_at", "returned_at", "ended_at"),
    *("trouble", "trouble_by", "trouble_at", "solved_at"),
)
PARTIES = tuple(
    f"{side}_{part}" for side in ("proposer", "responder") for part in ("id", "member_id", "contact")
)
COLUMNS = (*PLAIN, *PARTIES, "plan", "wish")


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    listing_id: str
    listing_key: str
    title: str
    kind: Kind
    mode: Mode
    coop_id: str
    status: Status
    turn: Side
    version: int
    due_at: datetime | None
    reminded: int
    once: str
    asked_at: datetime
    changed_at: datetime
    handed_over_at: datetime | None
    returned_at: datetime | None
    ended_at: datetime | None
    trouble: Trouble | None
    trouble_by: Side | None
    trouble_at: datetime | None
    solved_at: datetime | None
    proposer_id: str
    proposer_member_id: str | None
    proposer_contact: str
    responder_id: str
    responder_member_id: str | None
    responder_contact: str
    plan: dict[str, Any]
    wish: dict[str, Any] | None


def exchange_of(row: Row) -> Exchange:
    return Exchange(
        **{name: getattr(row, name) for name in PLAIN},
        proposer=Party(
            actor_id=row.proposer_id, member_id=row.proposer_member_id, contact=row.proposer_contact
        ),
        responder=Party(
            actor_id=row.responder_id, member_id=row.responder_member_id, contact=row.responder_contact
        ),
        plan=plan_of(row.plan),
        wish=None if row.wish is None else plan_of(row.wish),
    )


def values_of(exchange: Exchange) -> dict[str, Any]:
    """What is written of an exchange, column by column."""
    values = {name: getattr(exchange, name) for name in PLAIN}
    for name, party in (("proposer", exchange.proposer), ("responder", exchange.responder)):
        values |= {
            f"{name}_id": party.actor_id,
            f"{name}_member_id": party.member_id,
            f"{name}_contact": party.contact,
        }
    return values | {"plan": json_of(exchange.plan), "wish": exchange.wish and json_of(exchange.wish)}


def plan_of(kept: dict[str, Any]) -> Plan:
    day = {name: date.fromisoformat(kept[name]) for name in ("starts_on", "ends_on") if kept.get(name)}
    quantity = Decimal(kept["quantity"]) if kept.get("quantity") else None
    return Plan(at=kept.get("at"), quantity=quantity, place=kept.get("place", ""), **day)


def json_of(plan: Plan) -> dict[str, str]:
    """Only what is said."""
    said = {
        "starts_on": plan.starts_on and plan.starts_on.isoformat(),
        "ends_on": plan.ends_on and plan.ends_on.isoformat(),
        "at": plan.at,
        "quantity": plan.quantity and f"{plan.quantity:f}",
        "place": plan.place,
    }
    return {name: value for name, value in said.items() if value}
