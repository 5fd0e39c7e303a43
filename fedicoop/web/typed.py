"""What was typed into one field, made a value; each raises Misused for what is wrong (security case 138)."""

import re
import unicodedata
from datetime import date

from fedicoop.errors import Misused
from fedicoop.web.forms import Form

_KEPT_BREAKS = "\n"
_LINK = re.compile(r"[/@\\]|\bwww\.|\w[\w-]+\.[^\W\d_]{2,}", re.IGNORECASE)


def line(form: Form, name: str, longest: int, *, required: bool = True) -> str:
    """One line: no control or invisible characters, single spaces, NFC."""
    return _checked(" ".join(_visible(form[name], "").split()), name, longest, required)


def person(form: Form, name: str, longest: int) -> str:
    """How somebody is called.  Nothing that a mail program would make a link of: names stand in letters.

    Raises Misused `form.name_link`.
    """
    called = line(form, name, longest)
    if _LINK.search(called):
        raise Misused("form.name_link", called[:60])
    return called


def text(form: Form, name: str, longest: int, *, required: bool = True) -> str:
    """Several lines, with nothing invisible in them."""
    return _checked(_visible(form[name], _KEPT_BREAKS).strip(), name, longest, required)


def day(form: Form, name: str) -> date:
    """A day as a date field sends it, `2030-05-01`; years from 2000 to 2100 only."""
    if not form[name]:
        raise Misused("form.missing", name)
    try:
        found = date.fromisoformat(form[name])
    except ValueError as error:
        raise Misused("form.day", form[name][:40]) from error
    if not 2000 <= found.year <= 2100:
        raise Misused("form.day", form[name][:40])
    return found


def choice(form: Form, name: str, choices: tuple[str, ...]) -> str:
    """One of those that were offered."""
    if form[name] not in choices:
        raise Misused("form.choice", form[name][:40])
    return form[name]


def _visible(text: str, kept: str) -> str:
    shown = "".join(c if c in kept or unicodedata.category(c)[0] != "C" else " " for c in text)
    return unicodedata.normalize("NFC", shown)


def _checked(value: str, name: str, longest: int, required: bool) -> str:
    if required and not value:
        raise Misused("form.missing", name)
    if len(value) > longest:
        raise Misused("form.too_long", name, longest=str(longest), length=str(len(value)))
    return value
