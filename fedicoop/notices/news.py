"""News by mail: as it comes, each morning, or each Monday, as the member chose for each family.

One notice goes into one letter at most, and into none once it was seen on the page.  What comes within
a minute is one letter, and letters of news as it comes keep ten minutes apart, so that nobody is
flooded (security, case 93).
"""

from dataclasses import dataclass
from datetime import timedelta

from fedicoop import i18n, meta
from fedicoop.actors import coops
from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Job
from fedicoop.log import log
from fedicoop.mail import letters
from fedicoop.mail import store as mails
from fedicoop.node import Node
from fedicoop.notices import readers, store
from fedicoop.notices.kinds import Pace
from fedicoop.notices.notice import Notice
from fedicoop.notices.readers import Reader

LANE = "notices"
GATHERED = timedelta(minutes=1)
APART = timedelta(minutes=10)
OLDEST = timedelta(days=8)
"""What is older than a week's news was of no use to somebody who gets mail."""

MORNING, EVENING, MONDAY = 8, 20, 0
"""News is sent from eight o'clock; where the house woke up after eight in the evening, the next day."""

MOST_LINES = 25
_TURN = "morning news"


@dataclass(frozen=True, slots=True)
class WriteNews:
    """Somebody who wants news as it comes has some."""

    member_id: str


async def write_news(node: Node, job: Job, task: WriteNews) -> None:
    """Promise one letter of all that is new to a member, unless they saw it meanwhile."""
    async with node.db.write() as tx:
        reader = await readers.find(tx, task.member_id)
        if reader and await _can_be_written(tx, node, reader):
            fresh = await _unsaid(tx, reader, {Pace.INSTANT})
            if fresh and reader.written_at and tx.now - reader.written_at < APART:
                later = reader.written_at + APART
                await queue.enqueue(tx, task, lane=LANE, thread=task.member_id, run_at=later)
            elif fresh:
                await _promise(tx, node, reader, fresh, key=f"news {reader.id} {fresh[-1].id}")
                await readers.written_to(tx, reader.id)
        await queue.done(tx, job)


async def write_morning_news(node: Node) -> int:
    """Promise everybody's letter of the day, once a day; how many.  May be called as often as one likes.

    Each is a commit of its own, under a key of member and date: whoever dies on the way is followed by
    one who goes on, and nobody gets two.
    """
    local = node.db.clock().astimezone(node.settings.zone)
    if node.settings.mail_server is None or not MORNING <= local.hour < EVENING:
        return 0
    today, after, written = local.date().isoformat(), "", 0
    async with node.db.read() as tx:
        if await meta.find(tx, _TURN) == today:
            return 0
    due = {Pace.INSTANT, Pace.DAILY} | ({Pace.WEEKLY} if local.weekday() == MONDAY else set())
    while True:
        async with node.db.read() as tx:
            found = await readers.with_news(tx, tx.now - OLDEST, after=after, limit=100)
        if not found:
            break
        for reader in found:
            try:
                written += await _morning_letter(node, reader.id, due, today)
            except Exception:  # one who cannot be written to keeps the news from nobody else
                log.exception("notices.not_written", member=reader.id)
        after = found[-1].id
    async with node.db.write() as tx:
        await meta.put(tx, _TURN, today)
    log.info("notices.morning", letters=written)
    return written


async def _morning_letter(node: Node, member_id: str, due: set[Pace], today: str) -> bool:
    async with node.db.write() as tx:
        reader = await readers.find(tx, member_id)
        if reader is None or not await _can_be_written(tx, node, reader):
            return False
        fresh = await _unsaid(tx, reader, due)
        return bool(fresh) and await _promise(tx, node, reader, fresh, key=f"morning {reader.id} {today}")


async def _can_be_written(tx: Tx, node: Node, reader: Reader) -> bool:
    if node.settings.mail_server is None or reader.email is None or not reader.by_mail:
        return False
    return not await mails.comes_back(tx, reader.email)


async def _unsaid(tx: Tx, reader: Reader, due: set[Pace]) -> list[Notice]:
    """What they have not seen, of the families whose time it is."""
    wanted = await readers.paces(tx, reader.id)
    found = await store.unmailed(tx, reader.id, tx.now - OLDEST)
    return [notice for notice in found if (notice.pace or wanted[notice.family]) in due]


async def _promise(tx: Tx, node: Node, reader: Reader, notices: list[Notice], *, key: str) -> bool:
    """One letter of these notices, which count as told with it.  False where it was promised before."""
    keys, coop = await readers.keys(tx, reader.id), await coops.face(tx, node.settings.host)
    lines = [_line(notice, node.settings.origin, reader.language) for notice in notices[:MOST_LINES]]
    subject = i18n.n("letter.news.subject", len(notices), reader.language, coop=coop.name)
    promised = await letters.promise(
        tx,
        key=key,
        to=reader.email or "",
        language=reader.language,
        template="news",
        name=reader.name,
        subject=lines[0]["text"] if len(notices) == 1 else subject,
        lines=lines,
        more=len(notices) - len(lines),
        stop=f"/alertes/courriels/{keys.stop_key}",
    )
    if promised:
        await store.mark_mailed(tx, notices)
    return promised


def _line(notice: Notice, origin: str, language: str) -> dict[str, str]:
    return {
        "text": notice.words(language),
        "link": f"{origin}{notice.path}",
        "why": notice.why(language),
    }
