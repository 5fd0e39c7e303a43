"""An inbox has moved: the letters that wait for the old one leave for the new one, in their order."""

from dataclasses import replace

from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.jobs.queue import Promise
from fedicoop.outbox.say import Deliver
from fedicoop.vocabulary.hosts import normal_host


async def redirect(tx: Tx, old: str, new: str, refused: tuple[str, str, str] | None = None) -> int:
    """How many letters that was, with the one (its activity, object and thread) that the old inbox refused.

    One that a worker has in hand just now stays; it fails once more, and goes later.
    """
    import msgspec

    found = await queue.untouched(tx, f"to {normal_host(old)}", Deliver.__name__)
    waiting = [(one.id, msgspec.json.decode(one.payload, type=Deliver)) for one in found]
    moved = [(id, task) for id, task in waiting if task.inbox == old]
    letters = [Deliver(*refused, old)] if refused else []
    letters += [task for _, task in moved]
    lane = f"to {normal_host(new)}"
    await queue.enqueue_all(tx, [Promise(replace(one, inbox=new), lane, one.thread) for one in letters])
    for id, _ in moved:
        await queue.drop(tx, job_id=id)
    return len(letters)
