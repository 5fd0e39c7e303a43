"""What stewards decide about their coop.  One function is one transaction's worth of change."""

from dataclasses import replace

from fedicoop import access
from fedicoop.access import Act, Member, OfCoop
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.actors.coops import Coop
from fedicoop.boards import actions as boards
from fedicoop.db import Tx
from fedicoop.i18n import t
from fedicoop.media import store as media
from fedicoop.outbox import profile
from fedicoop.vocabulary.types import Actor, Field, Image, Iri
from fedicoop.web.clean import markdown
from fedicoop.web.linking import linked

_ICON = 256  # pixels of either side
_FIELDS = ("place_name", "contact", "hours")


async def change(
    tx: Tx,
    who: Member,
    origin: str,
    us: Actor,
    wanted: Coop,
    *,
    name: str | None = None,
    approval: bool | None = None,
) -> Actor:
    """Keep what a coop has decided, and tell its followers what of it is for everybody to see.

    None leaves the name, and whether followers wait for a yes, as they are.
    """
    access.require(who, Act.COOP_EDIT, OfCoop(us.id))
    before = await coops.get(tx, us.id)
    await coops.put(tx, wanted)
    for old, new in ((before.logo, wanted.logo), (before.banner, wanted.banner)):
        if old and old != new:
            await media.forget(tx, [old])
    image = us.image if wanted.banner == before.banner else await _image(tx, origin, wanted.banner)
    shown = replace(
        us,
        name=name or us.name,
        summary=us.summary if wanted.sentence == before.sentence else markdown(wanted.sentence).strip(),
        icon=us.icon if wanted.logo == before.logo else icon(origin, wanted.logo),
        image=image,
        fields=lines(wanted) if lines(wanted) != lines(before) else us.fields,
        manually_approves=us.manually_approves if approval is None else approval,
    )
    if shown == us:
        return us
    await actors.put(tx, shown, local=True)
    await boards.redress(tx, shown)
    return await profile.tell(tx, us.id)


async def _image(tx: Tx, origin: str, banner: str | None) -> Image | None:
    """The wide picture above its page, as others fetch it."""
    kept = await media.find(tx, banner) if banner else None
    if kept is None:
        return None
    url = Iri(f"{origin}/media/{kept.name}")
    return Image(url=url, media_type=kept.media_type, width=kept.width, height=kept.height)


def icon(origin: str, logo: str | None) -> Image | None:
    """A coop's logo, as others fetch it."""
    if logo is None:
        return None
    return Image(url=Iri(f"{origin}/media/{logo}"), media_type="image/png", width=_ICON, height=_ICON)


def lines(coop: Coop) -> tuple[Field, ...]:
    """What stands under a coop's name, here and on Mastodon: where it is, whom one asks, when it is open."""
    said = {name: getattr(coop, name) for name in _FIELDS}
    return tuple(
        Field(name=t(f"coop.field.{name}", coop.locale), value=linked(value))
        for name, value in said.items()
        if value
    )
