"""Letters at rest, and the addresses that came back.  The only file that names these tables."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fedicoop.db import Tx
from fedicoop.mail.letter import Letter

KEEP_ADDRESS = timedelta(days=7)
KEEP_KEY = timedelta(days=366)
MOST_BOUNCES = 3
"""After so many refusals in a row, an address gets no letters of news for a while."""

BOUNCE_LASTS = timedelta(days=30)
_COLUMNS = "key, address, language, template, details, created_at, until, sent_at, ended_at"


@dataclass(frozen=True, slots=True)
class Refused:
    """A letter that the mail server would not take: its template, and the server's words."""

    template: str
    ended_at: datetime
    answer: str


async def put(tx: Tx, letter: Letter) -> bool:
    """Keep a letter; False where one of its key was promised before."""
    return bool(
        await tx.run(
            """INSERT INTO mails (key, address, language, template, details, created_at, until)
               VALUES (:key, :address, :language, :template, :details, :now, :until)
               ON CONFLICT (key) DO NOTHING""",
            key=letter.key,
            address=letter.address,
            language=letter.language,
            template=letter.template,
            details=letter.details,
            now=letter.created_at,
            until=letter.until,
        )
    )


async def find(tx: Tx, key: str) -> Letter | None:
    return await tx.maybe(Letter, f"SELECT {_COLUMNS} FROM mails WHERE key = :key", key=key)


async def mark_sent(tx: Tx, letter: Letter) -> None:
    """The mail server has it: forget what it said.  The address is good."""
    await tx.run(
        "UPDATE mails SET sent_at = :now, details = '{}' WHERE key = :key", key=letter.key, now=tx.now
    )
    await tx.run("DELETE FROM bounces WHERE address = :address", address=letter.address)


async def mark_ended(tx: Tx, letter: Letter, answer: str, *, bounced: bool = False) -> None:
    """It will not be sent; forget what it said.  `bounced`: because of its address."""
    await tx.run(
        "UPDATE mails SET ended_at = :now, details = '{}', answer = :answer WHERE key = :key",
        key=letter.key,
        answer=answer,
        now=tx.now,
    )
    if bounced:
        await tx.run(
            """INSERT INTO bounces (address, refusals, last_at) VALUES (:address, 1, :now)
               ON CONFLICT (address) DO UPDATE SET refusals = bounces.refusals + 1, last_at = :now""",
            address=letter.address,
            now=tx.now,
        )


async def comes_back(tx: Tx, address: str) -> bool:
    """Whether letters of news to this address were refused so often that we stopped; for a month."""
    return bool(
        await tx.count(
            """SELECT count(*) FROM bounces
               WHERE address = :address AND refusals >= :most AND last_at > :long_ago""",
            address=address,
            most=MOST_BOUNCES,
            long_ago=tx.now - BOUNCE_LASTS,
        )
    )


async def try_again(tx: Tx, address: str) -> None:
    """Whoever has the address says that it works."""
    await tx.run("DELETE FROM bounces WHERE address = :address", address=address)


async def waiting(tx: Tx) -> int:
    return await tx.count("SELECT count(*) FROM mails WHERE sent_at IS NULL AND ended_at IS NULL")


async def refused_since(tx: Tx, since: datetime) -> list[Refused]:
    """What the mail server would not take, the latest first."""
    return await tx.all(
        Refused,
        """SELECT template, ended_at, answer FROM mails
           WHERE ended_at > :since AND answer <> '' ORDER BY ended_at DESC, key LIMIT 100""",
        since=since,
    )


async def tidy(tx: Tx) -> None:
    """Let go of letters that come too late, a little later of addresses, and in the end of keys."""
    await tx.run(
        """UPDATE mails SET ended_at = :now, details = '{}', answer = ''
           WHERE until <= :now AND sent_at IS NULL AND ended_at IS NULL""",
        now=tx.now,
    )
    await tx.run(
        """UPDATE mails SET address = '' WHERE address <> '' AND coalesce(sent_at, ended_at) <= :before""",
        before=tx.now - KEEP_ADDRESS,
    )
    await tx.run("DELETE FROM mails WHERE created_at <= :before", before=tx.now - KEEP_KEY)
    await tx.run("DELETE FROM bounces WHERE last_at <= :before", before=tx.now - KEEP_KEY)


async def forget_address(tx: Tx, address: str) -> None:
    """Somebody leaves, or has another address now: nothing more is sent there, nothing of it is kept."""
    await tx.run(
        """UPDATE mails SET address = '', details = '{}', answer = coalesce(answer, ''),
               ended_at = CASE WHEN sent_at IS NULL THEN coalesce(ended_at, :now) END
           WHERE address = :address""",
        address=address,
        now=tx.now,
    )
    await tx.run("DELETE FROM bounces WHERE address = :address", address=address)
