"""Whom this process is connected with: how many at once, and how long it waits for somebody to speak.

Who connects is never turned away because others sit there in silence. Where there are too many, of one
address or of all, the one that has kept us waiting longest is hung up on: a slow-loris makes room for
whoever comes after it (security case 112). Of one address only who had time to speak: else a crowd that
comes back at once would push out its neighbours before their first word.
"""

import asyncio
from ipaddress import ip_address, ip_network
from itertools import islice
from time import monotonic
from typing import Protocol

from fedicoop.log import log

MOST = 2048
"""Connections of one process; fewer where it may not open as many files."""
MOST_SILENT_OF_ONE = 128
"""Connections of one address that wait for the rest of a request; proxies that are trusted have no bound."""
TIME_TO_SPEAK = 2.0  # seconds
SWEEP = 1.0  # seconds


class Guest(Protocol):
    """A connection, and the address at its other end."""

    address: str

    def hang_up(self) -> None: ...


class Hall:
    """Connections, and since when those that owe us something have kept us waiting."""

    def __init__(
        self,
        *,
        most: int = MOST,
        most_of_one: int = MOST_SILENT_OF_ONE,
        trusted: str = "",
        time_to_speak: float = TIME_TO_SPEAK,
    ) -> None:
        self._most, self._most_of_one, self._time_to_speak = most, most_of_one, time_to_speak
        self._trusted = [ip_network(one) for one in trusted.split(",") if one]
        self._here: set[Guest] = set()
        self._silent: dict[Guest, float] = {}  # until when; who began to wait first stands first
        self._of_one: dict[str, dict[Guest, float]] = {}  # since when, in that order

    def __len__(self) -> int:
        return len(self._here)

    def arrives(self, guest: Guest, patience: float) -> None:
        """Somebody connected; whoever has been silent longest goes, if we are too many now."""
        self._here.add(guest)
        self.waits_for(guest, patience)
        if len(self._here) > self._most:
            self._let_go(next(iter(self._silent)), "too many")

    def waits_for(self, guest: Guest, patience: float) -> None:
        """From now on this one owes us bytes, for so many seconds at most, however they trickle in."""
        self.heard(guest)
        now = monotonic()
        self._silent[guest] = now + patience
        of_one = self._of_one.setdefault(guest.address, {})
        of_one[guest] = now
        if len(of_one) > self._most_of_one and not self._is_trusted(guest.address):
            self._thin_out(of_one, now - self._time_to_speak)

    def heard(self, guest: Guest) -> None:
        """It said all that it had to: now it is for us to answer."""
        if self._silent.pop(guest, None) is not None:
            of_one = self._of_one[guest.address]
            del of_one[guest]
            if not of_one:
                del self._of_one[guest.address]

    def leaves(self, guest: Guest) -> None:
        self._here.discard(guest)
        self.heard(guest)

    def sweep(self) -> int:
        """Hang up on those whose time is over; how many they were."""
        now = monotonic()
        late = [guest for guest, until in self._silent.items() if until <= now]
        for guest in late:
            self._let_go(guest, "")
        return len(late)

    async def keep(self) -> None:
        """Sweep, for as long as the process lives."""
        while True:
            await asyncio.sleep(SWEEP)
            self.sweep()

    def _thin_out(self, of_one: dict[Guest, float], before: float) -> None:
        """Hang up on those of one address who said nothing since `before`, as far as they are too many."""
        too_many = list(islice(of_one.items(), len(of_one) - self._most_of_one))
        for guest, since in too_many:
            if since > before:
                return
            self._let_go(guest, "too many of one address")

    def _let_go(self, guest: Guest, why: str) -> None:
        self.leaves(guest)
        guest.hang_up()
        if why:
            log.seldom("connection.hung_up", about=why, why=why, address=guest.address, connected=len(self))

    def _is_trusted(self, address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in self._trusted)
        except ValueError:
            return False


def room_for(trusted: str, wanted: int = MOST, beside: int = 128) -> Hall:
    """A hall as large as the files that this process may open allow (`ulimit -n`), raised where it may be.

    `beside`: what the database, pictures and outgoing connections need.
    """
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unbound = resource.RLIM_INFINITY
    enough = wanted + beside
    if soft != unbound and soft < enough:
        soft = enough if hard == unbound else min(enough, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    most = wanted if soft == unbound else max(min(wanted, soft - beside), soft // 2)
    return Hall(most=most, trusted=trusted)
