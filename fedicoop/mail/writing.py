"""A promised letter becomes a message: plain text, in the reader's language.

No picture, nothing that tells who opened it, no foreign HTML (security, case 140): what others wrote
stands in it as one line of text.  The template's first line is the subject.
"""

import hashlib
import re
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fedicoop import i18n
from fedicoop.mail.letter import Letter
from fedicoop.web.render import templates

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context

_WHOLE = {"list-unsubscribe", "message-id"}
_BREAKS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_TURNS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # they make text run the other way
LONGEST_SUBJECT = 120


class _Lines(EmailPolicy):
    """The form in which mail servers get a letter; an address that programs read stays on one line."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _WHOLE:
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _Lines(linesep="\r\n")


def written(letter: Letter, *, origin: str, sender: tuple[str, str], coop: str) -> bytes:
    """The message, byte for byte the same however often it is written.

    Its Message-ID is drawn from the letter's key and its Date is when it was promised.  So where a
    worker dies between the server's 250 and our commit, the letter that goes out a second time is the
    same message, and those who keep mail (and the server, if it looks) know it as one.
    """
    host = urlsplit(origin).hostname or ""
    subject, body = _drawn(letter, origin, coop)
    message = EmailMessage()
    name, address = sender
    message["From"] = Address(one_line(name or coop), addr_spec=address)
    message["To"] = Address(addr_spec=letter.address)
    message["Subject"] = subject
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}@{host}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: holiday answers stay away
    if stop := letter.details.get("stop"):
        message["List-Unsubscribe"] = f"<{origin}{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(body, cte="quoted-printable")  # passes through servers that know seven bits only
    message["Content-Language"] = letter.language
    return message.as_bytes(policy=_POLICY)


def one_line(text: object) -> str:
    """A value as it stands in a letter: one line, and nothing that turns the text around."""
    return _TURNS.sub("", _BREAKS.sub(" ", str(text))).strip()


def _drawn(letter: Letter, origin: str, coop: str) -> tuple[str, str]:
    """Subject and body."""
    values: Mapping[str, Any] = {
        **letter.details,
        "origin": origin,
        "host": urlsplit(origin).netloc,
        "coop": coop,
        "language": letter.language,
    }
    text = _environment().get_template(f"{letter.template}.txt").render(values)
    subject, _, body = text.strip().partition("\n")
    subject = one_line(subject)
    if len(subject) > LONGEST_SUBJECT:
        subject = f"{subject[: LONGEST_SUBJECT - 1].rstrip()}…"
    return subject, re.sub(r"\n{3,}", "\n\n", body).strip("\n") + "\n"


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context

    made = Environment(
        loader=FileSystemLoader(templates() / "mail"),
        autoescape=False,  # noqa: S701 - plain text: an escaped letter would show its escapes
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=one_line,
    )
    made.filters.update(t=pass_context(_t), n=pass_context(_n), t_in=i18n.t)
    return made


def _t(page: "Context", key: str, **values: object) -> str:
    return i18n.t(key, page["language"], **{name: one_line(value) for name, value in values.items()})


def _n(page: "Context", count: int, key: str, **values: object) -> str:
    return i18n.n(key, count, page["language"], **{name: one_line(value) for name, value in values.items()})
