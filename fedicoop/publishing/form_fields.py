"""The form of a listing, read field by field into what `fields.change` takes.

The readers of values are those of the file (`values.py`), so that a form and a file are judged
alike; what differs is how people write (`12,50 €`, `Fives, Lille`, 31/12/2027), and the words in
which a refusal is said beside a field that has its label.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fedicoop.errors import Misused
from fedicoop.i18n import t
from fedicoop.listings.fields import READERS, check_end
from fedicoop.listings.listing import Kind, Listing, Mode, Where
from fedicoop.publishing import form_places, guessing, questions
from fedicoop.publishing.form_values import amount, iso, number
from fedicoop.web.forms import Form

NAMES = (
    *("kind", "title", "category", "mode", "price", "unit", "deposit", "counterpart", "quantity"),
    *("condition", "place", "precision", "spot", "when", "from", "to", "hours", "text", "visibility"),
    *("language", "expires", "tags"),
)
"""Every field of the form but the photos: what a draft keeps."""

FITTING: dict[Mode, frozenset[str]] = {
    Mode.GIFT: frozenset({"quantity", "condition"}),
    Mode.LOAN: frozenset({"price", "deposit", "condition"}),
    Mode.EXCHANGE: frozenset({"counterpart", "quantity", "condition"}),
    Mode.SALE: frozenset({"price", "quantity", "condition"}),
    Mode.SERVICE: frozenset({"price", "counterpart"}),
    Mode.SKILL: frozenset({"price", "counterpart"}),
}
"""Which terms each mode asks about.  What was typed for another one is not published unseen."""

OFFERS_ONLY = frozenset({"deposit", "condition"})
"""What is asked of an offer and not of a need."""

_SAID = {
    "listing.field_long": "publish.long",
    "listing.field_text": "publish.unreadable",
    "listing.field_choice": "publish.choose",
    "listing.field_missing": "publish.choose",
    "listing.field_number": "publish.number",
    "listing.field_range": "publish.range",
    "listing.field_date": "publish.date",
    "listing.field_tag": "publish.tag",
    "listing.field_tags": "publish.tags_many",
    "listing.expires_past": "publish.end_past",
    "listing.expires_far": "publish.end_far",
}
"""How a refusal that is written for the author of a file is said beside a field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the reader knows besides the form: when, who looks, and the places near at hand."""

    now: datetime
    coop_kind: str | None = None
    language: str = "fr"
    known: tuple[Where, ...] = ()  # the listing's own place, the member's, the coop's
    editing: Listing | None = None


def read(form: Form, setting: Setting) -> dict[str, Any]:
    """What the form says, each field checked; what is wrong is noted on the form, and left out."""
    raw = dict[str, Any]()
    for name, reader in _READERS.items():
        with form.checking(name), in_words_of_the_form():
            for key, value in reader(form, setting).items():
                READERS[key](key, value)
                raw[key] = value
    if "category" not in raw and "category" not in form.wrong:
        raw["category"] = guessing.category(form["title"], setting.coop_kind)
    return raw


@contextmanager
def in_words_of_the_form() -> Iterator[None]:
    """Say a refusal in words that stand beside a field with its label, naming no key of a file."""
    try:
        yield
    except Misused as problem:
        values = {name: value for name, value in problem.values.items() if name != "field"}
        raise Misused(_SAID.get(problem.key, problem.key), problem.detail, **values) from problem


def _title(form: Form, _: Setting) -> dict[str, Any]:
    if not form["title"]:
        raise Misused("publish.title_missing")
    return {"title": form["title"]}


def _kind(form: Form, _: Setting) -> dict[str, Any]:
    return {"kind": form["kind"]}


def _mode(form: Form, _: Setting) -> dict[str, Any]:
    if not form["mode"]:
        raise Misused("publish.mode_missing")
    return {"mode": form["mode"]}


def _category(form: Form, _: Setting) -> dict[str, Any]:
    return {"category": form["category"]} if form["category"] else {}


def fits(form: Form, name: str, setting: Setting) -> bool:
    """Whether this kind and mode ask for a field; what a listing already has may always be changed."""
    before = setting.editing
    if before is not None and getattr(before, name) is not None:
        return True
    if form["kind"] == Kind.NEED and name in OFFERS_ONLY:
        return False
    return form["mode"] in FITTING and name in FITTING[Mode(form["mode"])]


def _money(name: str) -> Callable[[Form, Setting], dict[str, Any]]:
    def reader(form: Form, setting: Setting) -> dict[str, Any]:
        typed = form[name]
        if not typed or not fits(form, name, setting):
            return {name: None}
        return {name: amount(typed)}

    return reader


def _quantity(form: Form, setting: Setting) -> dict[str, Any]:
    if not form["quantity"] or not fits(form, "quantity", setting):
        return {"quantity": None}
    return {"quantity": number(form["quantity"])}


def _unit(form: Form, _: Setting) -> dict[str, Any]:
    return {"unit": form["unit"] or "one"}


def _line(name: str) -> Callable[[Form, Setting], dict[str, Any]]:
    return lambda form, setting: {name: form[name] if fits(form, name, setting) else None}


def _place(form: Form, setting: Setting) -> dict[str, Any]:
    if not form["place"]:
        if setting.editing and setting.editing.where is None:
            return {"place": None}
        raise Misused("publish.place_missing")
    own = setting.editing.where if setting.editing else None
    where = form_places.find(form["place"], form["spot"], form["precision"], setting.known, own=own)
    return {"place": {"name": where.name, "latitude": where.latitude, "longitude": where.longitude}}


def _from(form: Form, _: Setting) -> dict[str, Any]:
    """The first day; it is kept together with the last, by that one's reader."""
    READERS["available"]("available", {"from": iso(form["from"])} if form["when"] == "dates" else None)
    return {}


def _to(form: Form, setting: Setting) -> dict[str, Any]:
    if form["when"] != "dates":
        return {"available": None}
    last = READERS["available"]("available", {"to": iso(form["to"])})["available_to"]
    before = setting.editing.available_to if setting.editing else None
    if last and last < setting.now and last != before:
        raise Misused("publish.to_past")
    if "from" in form.wrong:
        return {}
    period = {"from": iso(form["from"]), "to": iso(form["to"])}
    try:
        READERS["available"]("available", period)
    except Misused as problem:
        raise Misused("publish.period_reversed") from problem
    return {"available": {name: value for name, value in period.items() if value} or None}


def _text(form: Form, setting: Setting) -> dict[str, Any]:
    """The description, and the usual hours as its last line: no peer knows a field for them.

    A question of ours that was put into the text and not answered is left out.
    """
    language = form["language"] or setting.language
    lines = [line for line in form["text"].split("\n") if not questions.is_bare(line)]
    hours = t("publish.hours.line", language, hours=form["hours"]) if form["hours"] else ""
    return {"text": "\n\n".join(part for part in ("\n".join(lines).strip(), hours) if part)}


def _expires(form: Form, setting: Setting) -> dict[str, Any]:
    if not form["expires"]:
        return {}
    value = iso(form["expires"])
    last: datetime = READERS["expires"]("expires", value)["expires_at"]
    before = setting.editing.expires_at if setting.editing else None
    if before and last.date() == before.date():
        return {}
    check_end(last, setting.now)
    return {"expires": value}


def _visibility(form: Form, _: Setting) -> dict[str, Any]:
    return {"visibility": form["visibility"] or "public"}


def _language(form: Form, setting: Setting) -> dict[str, Any]:
    return {"language": form["language"] or setting.language}


def _tags(form: Form, _: Setting) -> dict[str, Any]:
    return {"tags": [tag for tag in re.split(r"[\s,;]+", form["tags"]) if tag.strip("#")]}


_READERS: dict[str, Callable[[Form, Setting], dict[str, Any]]] = {
    "kind": _kind,
    "title": _title,
    "category": _category,
    "mode": _mode,
    "price": _money("price"),
    "unit": _unit,
    "deposit": _money("deposit"),
    "counterpart": _line("counterpart"),
    "quantity": _quantity,
    "condition": _line("condition"),
    "place": _place,
    "from": _from,
    "to": _to,
    "text": _text,
    "visibility": _visibility,
    "language": _language,
    "expires": _expires,
    "tags": _tags,
}
"""In the order of the form, which is the order in which what is wrong is told."""
