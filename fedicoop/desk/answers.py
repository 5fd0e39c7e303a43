"""What a coop says of itself: read from a form, field by field, with what is wrong said beside it.

The screens of the set-up and the page of settings ask the same questions and read them here.  No I/O.
"""

import re
from dataclasses import dataclass
from typing import Any

from fedicoop.actors.coops import Joining
from fedicoop.errors import Misused
from fedicoop.i18n import LANGUAGES
from fedicoop.listings.categories import KINDS
from fedicoop.listings.values import line, lines
from fedicoop.places import gazetteer
from fedicoop.web.colours import HUES
from fedicoop.web.forms import Form, required

LONGEST = {"name": 100, "sentence": 300, "contact": 200, "hours": 200, "rules": 5_000, "joining_text": 5_000}
RADII = (5, 10, 20, 50, 100)
"""How far around members usually go; kilometres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was said so far; empty is not said yet."""

    kind: str = ""
    locale: str = ""
    name: str = ""
    handle: str = ""
    sentence: str = ""
    hue: int | None = None
    logo: str | None = None
    place_name: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    radius_km: int | None = None
    joining: str = ""


def checked_name(name: str) -> str:
    """A name as it is kept: one line, nothing invisible, not too long.  Raises Misused."""
    if not (plain := line(name)) or len(plain) > LONGEST["name"]:
        raise Misused("coop.name", name[:200], most=str(LONGEST["name"]))
    return plain


def checked_line(field: str, text: str) -> str:
    """One line; empty is fine.  Raises Misused where it is too long."""
    return _within(field, line(text))


def checked_text(field: str, text: str) -> str:
    """Several lines; empty is fine.  Raises Misused where it is too long."""
    return _within(field, lines(text).strip())


def _within(field: str, text: str) -> str:
    if len(text) > LONGEST[field]:
        raise Misused("coop.long", field, most=str(LONGEST[field]), length=str(len(text)))
    return text


def checked_hue(written: str) -> int:
    """One of the hues that the style sheet knows.  Raises Misused."""
    if not re.fullmatch(r"\d{1,3}", written, re.ASCII) or int(written) not in HUES:
        raise Misused("coop.hue", written[:20])
    return int(written)


def one_of(form: Form, name: str, choices: tuple[str, ...]) -> str:
    if form[name] not in choices:
        raise Misused("coop.choice", form[name][:40])
    return form[name]


def sort(form: Form) -> dict[str, Any]:
    """What sort of coop, and which language it speaks."""
    found: dict[str, Any] = {}
    for name, choices in (("kind", KINDS), ("locale", LANGUAGES)):
        with form.checking(name):
            found[name] = one_of(form, name, choices)
    return found


def words(form: Form) -> dict[str, Any]:
    """Its name, its sentence, its colour; the logo is a file, and the page's affair."""
    found: dict[str, Any] = {}
    with form.checking("name"):
        found["name"] = checked_name(required(form, "name"))
    with form.checking("sentence"):
        found["sentence"] = checked_line("sentence", form["sentence"])
    with form.checking("hue"):
        found["hue"] = checked_hue(form["hue"]) if form["hue"] else None
    return found


def place(form: Form, known: Answers, *, needed: bool = False) -> dict[str, Any]:
    """Where it is and how far its members go.  What was `known` before need not be in the gazetteer."""
    found: dict[str, Any] = {"place_name": None, "latitude": None, "longitude": None, "radius_km": None}
    with form.checking("place"):
        if known.place_name and form["place"] == known.place_name:
            found |= {name: getattr(known, name) for name in ("place_name", "latitude", "longitude")}
        elif needed or form["place"]:
            town = gazetteer.get_town(required(form, "place"))
            found |= {"place_name": town.label, "latitude": town.latitude, "longitude": town.longitude}
    with form.checking("radius"):
        if form["radius"]:
            found["radius_km"] = int(one_of(form, "radius", tuple(map(str, RADII))))
    return found


def notes(form: Form) -> dict[str, Any]:
    """Whom one asks, when somebody is there, and the rules."""
    found: dict[str, Any] = {}
    for name in ("contact", "hours"):
        with form.checking(name):
            found[name] = checked_line(name, form[name])
    with form.checking("rules"):
        found["rules"] = checked_text("rules", form["rules"])
    return found


def door(form: Form) -> dict[str, Any]:
    """Who may become a member, what that means, and who may invite."""
    found: dict[str, Any] = {"members_invite": bool(form["members_invite"])}
    with form.checking("joining"):
        found["joining"] = Joining(one_of(form, "joining", tuple(Joining)))
    with form.checking("joining_text"):
        found["joining_text"] = checked_text("joining_text", form["joining_text"])
    return found
