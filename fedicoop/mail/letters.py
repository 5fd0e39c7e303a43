"""Promising a letter.  Whatever causes it and the letter itself are one commit."""

from dataclasses import dataclass
from datetime import datetime

from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.jobs.times import GIVE_UP
from fedicoop.mail import store
from fedicoop.mail.letter import Letter

LANE = "mail"


@dataclass(frozen=True, slots=True)
class Mail:
    """A promise: carry the letter of this key to the mail server."""

    key: str


async def promise(
    tx: Tx,
    *,
    key: str,
    to: str,
    language: str,
    template: str,
    until: datetime | None = None,
    **details: object,
) -> bool:
    """Promise the letter `templates/mail/<template>.txt` to an address, once for each `key`, ever.

    `details` are plain values (text, numbers, lists of them) that the template is given beside
    `origin`, `host`, `coop` (the name that signs) and `language`.  `stop`, if among them, is the path
    of this house that ends such letters: mail programs get it as their button (RFC 8058).  After
    `until`, seven days where nothing is said, the letter is not sent any more: give the end of a link
    that stands in it.

    In a house without mail (`node.settings.smtp_url` is ""), a letter waits for mail until then, and
    is forgotten; whoever needs it now asks the settings first, and offers another way.

    False where a letter of that key was promised before.
    """
    letter = Letter(key, to, language, template, details, tx.now, until or tx.now + GIVE_UP, None, None)
    fresh = await store.put(tx, letter)
    if fresh:
        await queue.enqueue(tx, Mail(key), lane=LANE, thread=key)
    return fresh
