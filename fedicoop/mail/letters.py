"""Promising a letter.  Whatever causes it and the letter itself are one commit."""

from dataclasses import dataclass

from fedicoop.db import Tx
from fedicoop.jobs import queue

LANE = "mail"


@dataclass(frozen=True, slots=True)
class Mail:
    """A promise: carry the letter of this key to the mail server."""

    key: str


async def promise(tx: Tx, *, key: str, to: str, language: str, template: str, **details: object) -> bool:
    """Promise the letter `templates/mail/<template>.txt` to an address, once for each `key`, ever.

    `details` are plain values (text, numbers) that the template is given, with `origin` and `host`.
    False where a letter of that key was promised before.
    """
    fresh = await tx.run(
        """INSERT INTO mails (key, address, language, template, details, created_at)
           VALUES (:key, :to, :language, :template, :details, :now) ON CONFLICT (key) DO NOTHING""",
        key=key,
        to=to,
        language=language,
        template=template,
        details=details,
        now=tx.now,
    )
    if fresh:
        await queue.enqueue(tx, Mail(key), lane=LANE, thread=key)
    return bool(fresh)
