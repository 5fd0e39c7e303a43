"""One running instance: everything that a request or a job may reach for."""

from dataclasses import dataclass

from fedicoop.db import Database
from fedicoop.outward import Outward
from fedicoop.settings import Settings


@dataclass(frozen=True, slots=True)
class Node:
    settings: Settings
    db: Database
    out: Outward
