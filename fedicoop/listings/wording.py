"""A listing in words: the text that stands alone in a timeline that knows nothing of listings.

Mastodon, GoToSocial, Misskey and the others show `content` and nothing else, so kind, title,
description, terms, place and availability are all in it (protocol, section 6.3, rule 3).
"""

from html import escape

from fedicoop.i18n import t
from fedicoop.listings import terms
from fedicoop.listings.listing import Listing, Status
from fedicoop.web.clean import clean, markdown

_ENDED = {Status.CLOSED: "wire.closed", Status.PAUSED: "wire.paused", Status.EXPIRED: "wire.expired"}


def headline(listing: Listing) -> str:
    """`Offre · Vélo cargo`, prefixed with what has ended it: the first line everywhere."""
    kind = t(f"kind.{listing.kind}", listing.language)
    ended = f"wire.outcome.{listing.outcome}" if listing.outcome else _ENDED.get(listing.status, "")
    mark = f"[{t(ended, listing.language)}] " if listing.status in _ENDED else ""
    return f"{mark}{kind} · {listing.title}"


def content(listing: Listing, tags: list[tuple[str, str]]) -> str:
    """The HTML of a listing, with only the elements that every peer keeps; `tags` are (name, href).

    Ours as they are on the wire; of a peer's, what was taken from it to be shown apart is put back.
    """
    parts = [f"<p><strong>{escape(headline(listing))}</strong></p>"]
    if body := markdown(listing.text) if listing.text.strip() else str(clean(listing.html)):
        parts.append(body)
    parts.append("<p>" + "<br>".join(escape(line) for line in details(listing)) + "</p>")
    if tags:
        links = (
            f'<a href="{escape(href)}" class="mention hashtag" rel="tag">#<span>{escape(name)}</span></a>'
            for name, href in tags
        )
        parts.append(f"<p>{' '.join(links)}</p>")
    return "".join(parts)


def details(listing: Listing) -> list[str]:
    """Terms, deposit, condition, place and availability, one line each, in the listing's language."""
    language = listing.language
    lines = [terms.terms(listing, language)]
    if listing.deposit and listing.deposit.amount and (listing.price or listing.counterpart):
        lines.append(t("wire.deposit", language, amount=terms.amount(listing.deposit, language)))
    if listing.condition:
        lines.append(t("wire.condition", language, condition=listing.condition))
    if listing.where:
        lines.append(t("wire.place", language, place=listing.where.name))
    when = [terms.quantity(listing, language), terms.availability(listing, language)]
    if any(when):
        lines.append(t("wire.available", language, when=", ".join(part for part in when if part)))
    return lines
