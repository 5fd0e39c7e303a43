"""What the page of the form needs to know: who writes, for which coop, of what draft, about which listing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from fedicoop.access import Member
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.actors.coops import Coop
from fedicoop.db import Tx
from fedicoop.listings import drafts, own
from fedicoop.listings.categories import CATEGORIES, FIRST_BRANCH
from fedicoop.listings.drafts import Draft
from fedicoop.listings.listing import LIFETIME, Listing, Money, Where
from fedicoop.members import store as members
from fedicoop.publishing import form_places
from fedicoop.publishing.form_fields import Setting
from fedicoop.vocabulary.types import Actor
from fedicoop.web.forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`draft` is the one of the form, kept or new; `begun` are the others that wait to be finished."""

    setting: Setting
    coop: Actor
    draft: Draft
    begun: tuple[Draft, ...] = ()
    like: Listing | None = None  # a new one that begins with the words and photos of this one

    @property
    def editing(self) -> Listing | None:
        return self.setting.editing

    @property
    def path(self) -> str:
        """Where the form is, and where it is sent."""
        return f"/l/{self.editing.key}/modifier" if self.editing else "/publier"

    def holding(self, draft: Draft) -> "Desk":
        """The same desk with the draft as it is kept now."""
        return replace(self, draft=draft)

    @property
    def branches(self) -> list[tuple[str, list[str]]]:
        """The categories by branch, the coop's own branch first."""
        own = FIRST_BRANCH.get(self.setting.coop_kind or "")
        trunk = sorted((key for key in CATEGORIES if "." not in key), key=lambda key: key != own)
        return [(key, [leaf for leaf in CATEGORIES if leaf.startswith(f"{key}.")]) for key in trunk]


async def open_desk(
    tx: Tx,
    who: Member | None,
    draft_id: str | None,
    *,
    editing: Listing | None = None,
    like: Listing | None = None,
    language: str,
) -> Desk:
    """The desk with a draft on it: the one of that id, or an empty one.

    `who` of None is somebody whose session ended while they wrote: they see their words, and keep nothing.
    """
    coop = await coops.get(tx, who.coop_id) if who else await coops.first(tx)
    found = await drafts.find(tx, draft_id, who.id) if draft_id and who else None
    model = editing or like
    fresh = Draft(
        id=draft_id or drafts.new_id(),
        member_id=who.id if who else "",
        editing=editing.id if editing else None,
        photos=model.photos if model else (),
    )
    begun = await drafts.of_member(tx, who.id, editing=fresh.editing) if who else []
    setting = Setting(
        now=tx.now,
        coop_kind=coop.kind,
        language=language,
        known=await _known_places(tx, who, coop, editing),
        editing=editing,
    )
    draft = found or fresh
    others = tuple(other for other in begun if other.id != draft.id)
    speaker = await actors.get(tx, coop.actor_id)
    return Desk(setting=setting, coop=speaker, draft=draft, begun=others, like=like)


async def _known_places(tx: Tx, who: Member | None, coop: Coop, editing: Listing | None) -> tuple[Where, ...]:
    """Places that need not be looked up, the likeliest first."""
    places = [editing.where] if editing and editing.where else []
    if who and (home := await members.profile(tx, who.id)).place_name:
        places.append(Where(home.place_name, home.latitude, home.longitude))
    if coop.place_name:
        places.append(Where(coop.place_name, coop.latitude, coop.longitude))
    if who:
        places += await own.last_places(tx, who.id, who.coop_id)
    return tuple(places)


def new_form(desk: Desk, asked: Mapping[str, str], language: str) -> Form:
    """A new listing, as far as we can fill it in; an address may say more (`?kind=need&title=…`)."""
    where = next(iter(desk.setting.known), None)
    values = {
        "kind": asked["kind"] if asked.get("kind") in ("offer", "need") else "offer",
        "title": asked.get("title", "")[:200],
        "text": asked.get("text", "")[:2_000],
        "mode": asked.get("mode", ""),
        "category": asked["category"] if asked.get("category") in CATEGORIES else "",
        **form_places.fields_of(where),
        "when": "always",
        "visibility": "public",
        "language": language,
        "expires": (desk.setting.now + LIFETIME).date().isoformat(),
    }
    return Form.of(values, language)


def form_of(listing: Listing, language: str) -> Form:
    """The form that shows a listing as it stands."""
    dates = listing.available_from or listing.available_to
    values = {
        "kind": listing.kind,
        "title": listing.title,
        "category": listing.category or "",
        "mode": listing.mode,
        "price": _money(listing.price, language),
        "unit": listing.unit,
        "deposit": _money(listing.deposit, language),
        "counterpart": listing.counterpart or "",
        "quantity": _number(listing.quantity, language) if listing.quantity is not None else "",
        "condition": listing.condition or "",
        **form_places.fields_of(listing.where),
        "when": "dates" if dates else "always",
        "from": listing.available_from.date().isoformat() if listing.available_from else "",
        "to": listing.available_to.date().isoformat() if listing.available_to else "",
        "text": listing.text,
        "visibility": listing.visibility,
        "language": listing.language,
        "expires": listing.expires_at.date().isoformat() if listing.expires_at else "",
        "tags": " ".join(listing.tags),
        "as_of": listing.mark,
    }
    return Form.of(values, language)


def like(listing: Listing, now_form: Form) -> Form:
    """The form of another listing like that one: its words, and a new time to run."""
    shown = form_of(listing, now_form.language)
    fresh = {"expires": [now_form["expires"]], "from": [""], "to": [""], "when": ["always"], "as_of": [""]}
    return Form({**shown.values, **fresh}, {}, now_form.language)


def _money(money: Money | None, language: str) -> str:
    if money is None:
        return ""
    sign = "" if money.currency == "EUR" else f" {money.currency}"
    return f"{_number(money.amount, language)}{sign}"


def _number(number: Decimal, language: str) -> str:
    return f"{number:f}".replace(".", "," if language == "fr" else ".")
