"""Listings in other dialects, put into the words of FEP-0837 before they are read.

Each dialect is one function from JSON to JSON; what it does not know it leaves as it stands, and
`reading_notes` judges the result like any other listing.  Shapes were read in the peers' sources:
flohmarkt `routes/activitypub.py` item_to_note, Bonfire `lib/util/federation.ex` and its federation
tests, mutual-aid.app `frontend/src/crud/Form.js` and `config/constants.js`.
"""

import html
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from fedicoop.vocabulary import imports_events as events
from fedicoop.vocabulary.cursor import many

Json = dict[str, Any]

CURRENCIES = {
    "EUR": "https://www.wikidata.org/wiki/Q4916",
    "USD": "https://www.wikidata.org/wiki/Q4917",
    "GBP": "https://www.wikidata.org/wiki/Q25224",
    "CHF": "https://www.wikidata.org/wiki/Q25344",
    "CAD": "https://www.wikidata.org/wiki/Q1104069",
}
"""How FEP-0837 names money: what is given in return conforms to a currency's Wikidata item."""

_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
_PRICE = re.compile(r"(\d{1,3}(?:[.' \u00a0]\d{3}){1,3}|\d{1,9})(?:[.,](\d{1,2}))?(?!\d)")
_MAID = re.compile(
    r"(?:maid:|https://mutual-aid\.app/ns/core#)(Sale|Purchase|Barter|Loan|Gift|Rent)?(Offer|Request)"
)
_MODES = {
    "Sale": "sale",
    "Purchase": "sale",
    "Barter": "exchange",
    "Loan": "loan",
    "Rent": "loan",
    "Gift": "gift",
}


class Dialect(NamedTuple):
    """One way to write such things: how it is known, how it is translated, and which `software` writes it."""

    knows: Callable[[Json], bool]
    translate: Callable[[Json], Json]
    software: str = ""
    event: bool = False


def dialect_of(raw: Json) -> Dialect:
    """The dialect of a listing or an event; for anything else, one that leaves it as it stands."""
    return next((one for one in DIALECTS if one.knows(raw)), PLAIN)


def _is_flohmarkt(raw: Json) -> bool:
    return isinstance(raw.get("flohmarkt:data"), dict)


def _flohmarkt(raw: Json) -> Json:
    """A plain Note with a price beside it, in free text: "1 €", "VB", "zu verschenken"."""
    item = raw["flohmarkt:data"]
    price = read_price(item.get("price"))
    where = item.get("coordinates")
    place = (
        {"type": "Place", "latitude": where.get("lat"), "longitude": where.get("lng")} if _is(where) else {}
    )
    return {
        **raw,
        "content": _as_html(item.get("description")) or raw.get("content"),
        "purpose": "offer",
        "exchangeMode": "gift" if price is not None and price[0] == 0 else "sale",
        "publishes": {**_one("transfer"), "name": _plain(item.get("name"))},
        "reciprocal": _money(price, item.get("currency")),
        "location": raw.get("location") or place,
    }


def _has_attached_proposal(raw: Json) -> bool:
    return raw.get("publishes") is None and _attached_proposal(raw) is not None


def _attached_proposal(raw: Json) -> Json | None:
    items = (item for item in many(raw.get("attachment"))[:64] if _is(item))
    found = (item for item in items if _is_proposal(item) and _is(item.get("publishes")))
    return next(found, None)


def _is_proposal(item: Json) -> bool:
    return any(
        kind in ("Proposal", "vf:Proposal") for kind in many(item.get("type")) if isinstance(kind, str)
    )


def _attached(raw: Json) -> Json:
    """A Note with the Proposal as an attachment: the Note's identity, the Proposal's terms."""
    proposal = _attached_proposal(raw) or {}
    terms = ("purpose", "publishes", "reciprocal", "unitBased", "exchangeMode", "location", "endTime", "name")
    return {**{name: proposal[name] for name in terms if name in proposal}, **raw}


def _is_maid(raw: Json) -> bool:
    return _maid_type(raw) is not None


def _maid_type(raw: Json) -> tuple[str, str] | None:
    """The kind of exchange ("" if not said) and Offer or Request, the more exact type first."""
    named = [
        kind for kind in [*many(raw.get("type")), *many(raw.get("pair:hasType"))] if isinstance(kind, str)
    ]
    found = [(match[1] or "", match[2]) for kind in named[:16] if (match := _MAID.fullmatch(kind))]
    return max(found, default=None)


def _maid(raw: Json) -> Json:
    """mutual-aid.app: its own ontology, with conditions of place, time and reciprocity."""
    kind, side = _maid_type(raw) or ("", "Offer")
    time, wanted = (_child(raw, f"maid:has{name}Condition") for name in ("Time", "Reciprocity"))
    price = read_price(wanted.get("maid:amount") or wanted.get("maid:maxAmount"))
    in_return = wanted.get("maid:inExchangeOf")
    resource = raw.get(f"maid:{side.lower()}OfResourceType")
    action = "transferCustody" if kind in ("Loan", "Rent") else "transfer"
    barter = {**_one("transfer"), "name": in_return} if isinstance(in_return, str) and in_return else None
    return {
        **raw,
        "type": "Proposal",
        "name": _plain(raw.get("pair:label")),
        "content": _as_html(raw.get("pair:description")),
        "attributedTo": raw.get("attributedTo") or raw.get("dc:creator"),
        "published": raw.get("published") or raw.get("dc:created"),
        "updated": raw.get("updated") or raw.get("dc:modified"),
        "endTime": time.get("maid:expirationDate"),
        "image": [{"type": "Image", "url": url} for url in many(raw.get("pair:depictedBy"))[:8]],
        "location": _maid_place(raw),
        "purpose": "offer" if side == "Offer" else "request",
        "exchangeMode": _MODES.get(kind),
        "publishes": _one("deliverService" if resource == "pair:HumanBasedResource" else action),
        "reciprocal": _money(price, wanted.get("maid:currency")) or barter,
    }


def _maid_place(raw: Json) -> Json:
    """The town of a vCard location; the street stays where it is."""
    location = _child(_child(raw, "maid:hasGeoCondition"), "pair:hasLocation")
    geo = _child(_child(location, "vcard:hasAddress"), "vcard:hasGeo")
    latitude, longitude = geo.get("vcard:latitude"), geo.get("vcard:longitude")
    return {"type": "Place", "latitude": latitude, "longitude": longitude}


_BONFIRE = {f"ValueFlows:{kind}" for kind in ("Proposal", "Intent", "Offer", "Need")}


def _is_bonfire(raw: Json) -> bool:
    return any(kind in _BONFIRE for kind in many(raw.get("type")) if isinstance(kind, str))


def _bonfire(raw: Json) -> Json:
    """Bonfire sends Intents bare, or Proposals whose `publishes` is a list of ProposedIntents."""
    types = {kind.removeprefix("ValueFlows:") for kind in many(raw.get("type")) if isinstance(kind, str)}
    proposed = many(raw.get("publishes"))[:16] if "Proposal" in types else [raw]
    intents = [
        (_child(item, "publishes") or item, item.get("reciprocal") is True) for item in proposed if _is(item)
    ]
    intents.sort(key=lambda intent: intent[1])
    main = intents[0][0] if intents else _one("transfer")
    in_return = next((intent for intent, reciprocal in intents[1:] if reciprocal), None)
    text = raw.get("content") or _as_html(raw.get("summary") or main.get("summary"))
    return {
        **raw,
        "type": "Proposal",
        "content": text,
        "summary": None,
        "purpose": raw.get("purpose") or _bonfire_purpose(types, main),
        "publishes": main,
        "reciprocal": in_return,
    }


def _bonfire_purpose(types: set[str], intent: Json) -> str:
    """Who provides offers, who receives needs; an Intent without either is a need in Bonfire's tests."""
    if "Offer" in types or intent.get("provider"):
        return "offer"
    needed = types & {"Need", "Intent"} or intent.get("receiver")
    return "request" if needed else "offer"


def read_price(value: object) -> tuple[Decimal, str] | None:
    """The first amount in a price as people write it (1.200,50 €), and the currency it names, or EUR."""
    text = str(value) if isinstance(value, int | float) else value
    if isinstance(value, bool) or not isinstance(text, str) or not (found := _PRICE.search(text[:64])):
        return None
    whole = re.sub(r"\D", "", found[1])
    named = [code for code in CURRENCIES if code in text.upper()] or [
        _SIGNS[c] for c in text[:64] if c in _SIGNS
    ]
    return Decimal(f"{whole}.{found[2] or 0}").normalize(), named[0] if named else "EUR"


def _money(price: tuple[Decimal, str] | None, currency: object) -> Json | None:
    """What is asked in return, as FEP-0837 says it; a currency without a Wikidata item stays unnamed."""
    if price is None or price[0] == 0:
        return None
    code = currency.upper() if isinstance(currency, str) and currency else price[1]
    asked = {**_one("transfer"), "resourceConformsTo": CURRENCIES.get(code)}
    return {**asked, "resourceQuantity": {"hasUnit": "one", "hasNumericalValue": format(price[0], "f")}}


def _one(action: str) -> Json:
    return {"type": "Intent", "action": action}


def _is(value: object) -> bool:
    return isinstance(value, dict)


def _child(raw: Json, name: str) -> Json:
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def _plain(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _as_html(text: object) -> str | None:
    """Plain text or Markdown as paragraphs; what is HTML already stays."""
    if not isinstance(text, str) or "</" in text:
        return _plain(text)
    return "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n") if part.strip())


DIALECTS = (
    Dialect(_is_flohmarkt, _flohmarkt, "flohmarkt"),
    Dialect(_is_maid, _maid, "mutual-aid.app"),
    Dialect(_is_bonfire, _bonfire, "Bonfire"),
    Dialect(_has_attached_proposal, _attached),
    Dialect(events.is_mobilizons, events.event, "Mobilizon", event=True),
    Dialect(events.is_event, events.event, event=True),
)
PLAIN = Dialect(bool, lambda raw: raw)
