"""What is offered or asked for, how much of it and where: the words of ValueFlows that a listing carries."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NewType

Iri = NewType("Iri", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    unit: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is offered or asked for (`publishes`), or asked in return (`reciprocal`)."""

    action: str  # transfer, transferCustody, deliverService
    id: Iri | None = None
    name: str = ""
    conforms_to: Iri | None = None  # resourceConformsTo
    classified_as: tuple[Iri, ...] = ()  # resourceClassifiedAs
    quantity: Measure | None = None  # resourceQuantity
    available: Measure | None = None  # availableQuantity
    minimum: Measure | None = None  # minimumQuantity
    begins: datetime | None = None  # hasBeginning
    ends: datetime | None = None  # hasEnd
    finished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    name: str = ""
    latitude: float | None = None
    longitude: float | None = None
    radius: int | None = None  # metres
