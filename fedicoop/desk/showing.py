"""What the pages about a coop's own look need besides its answers: choices, samples, a logo taken in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile

from fedicoop.actors.coops import Coop, Joining
from fedicoop.desk.answers import RADII, Answers
from fedicoop.listings.categories import FIRST_BRANCH, KINDS
from fedicoop.media import store as media
from fedicoop.node import Node
from fedicoop.vocabulary.types import Actor
from fedicoop.web.colours import HUES, usual_hue
from fedicoop.web.forms import Form

MODES = {"bike-repair": "service", "lending": "loan", "tools": "loan", "food": "gift", "skills": "skill"}
"""How the example of each kind of coop is shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A coop as the small phone shows it."""

    name: str
    handle: str
    sentence: str
    hue: int
    logo: str | None
    kind: str
    icon: str
    mode: str


def sample(said: Answers, host: str) -> Sample:
    kind = said.kind or "lending"
    return Sample(
        name=said.name,
        handle=said.handle,
        sentence=said.sentence,
        hue=usual_hue(host) if said.hue is None else said.hue,
        logo=said.logo,
        kind=kind,
        icon=FIRST_BRANCH.get(kind, "other"),
        mode=MODES.get(kind, "loan"),
    )


def choices(now: int) -> dict[str, Any]:
    """What may be chosen, for the templates; `now` is the hue as it stands, which is always among them."""
    return {
        "kinds": [(kind, FIRST_BRANCH.get(kind, "other")) for kind in KINDS],
        "hues": sorted({*HUES[::2], now}),
        "radii": RADII,
    }


def of_coop(us: Actor, coop: Coop) -> Answers:
    """What a coop of ours says today, as answers that can be given again."""
    return Answers(
        kind=coop.kind,
        locale=coop.locale,
        name=us.name,
        handle=us.handle,
        sentence=coop.sentence,
        hue=coop.hue,
        logo=coop.logo,
        place_name=coop.place_name,
        latitude=coop.latitude,
        longitude=coop.longitude,
        radius_km=coop.radius_km,
        joining=coop.joining,
    )


def form_of(said: Answers, host: str, language: str, **more: str) -> Form:
    """A form that shows these answers."""
    return Form.of(
        {
            "kind": said.kind,
            "locale": said.locale or language,
            "name": said.name,
            "handle": said.handle,
            "sentence": said.sentence,
            "hue": str(usual_hue(host) if said.hue is None else said.hue),
            "place": said.place_name,
            "radius": str(said.radius_km) if said.radius_km else "",
            "joining": said.joining or Joining.INVITATION,
        }
        | more,
        language,
    )


async def logo_of(node: Node, form: Form, now: str | None) -> str | None:
    """The logo after this form: a new one, none, or as it was.  What is wrong is noted beside its field."""
    given: Sequence[UploadFile] = form.files.get("logo", ())
    if not given:
        return None if form["logo_off"] else now
    with form.checking("logo"):
        return (await media.keep_icon(node, await given[0].read())).name
    return now


async def banner_of(node: Node, form: Form, now: str | None) -> str | None:
    """The same for the wide picture above its page."""
    given: Sequence[UploadFile] = form.files.get("banner", ())
    if not given:
        return None if form["banner_off"] else now
    with form.checking("banner"):
        return (await media.keep(node, await given[0].read())).name
    return now
