"""One running instance: everything that a request or a job may reach for."""

from dataclasses import dataclass, field
from typing import Any

from fedicoop.db import Database
from fedicoop.outward import Outward
from fedicoop.settings import Settings


@dataclass(frozen=True, slots=True)
class Node:
    settings: Settings
    db: Database
    out: Outward
    shared: dict[type, Any] = field(default_factory=dict, compare=False, repr=False)
    """What rooms keep in memory as long as the node lives, by its class."""
