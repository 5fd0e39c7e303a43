"""A listing in words: the text that stands alone in a timeline that knows nothing of listings.

Mastodon, GoToSocial, Misskey and the others show `content` and nothing else, so kind, title,
description, terms, place and availability are all in it (protocol, section 6.3, rule 3).
"""

from html import escape

from fedicoop.i18n import day, money, number, t
from fedicoop.listings.listing import Listing, Mode, Status
from fedicoop.web.clean import markdown

_ENDED = {Status.CLOSED: "wire.closed", Status.PAUSED: "wire.paused", Status.EXPIRED: "wire.expired"}


def headline(listing: Listing) -> str:
    """`Offre · Vélo cargo`, prefixed with what has ended it: the first line everywhere."""
    kind = t(f"kind.{listing.kind}", listing.language)
    mark = f"[{t(_ENDED[listing.status], listing.language)}] " if listing.status in _ENDED else ""
    return f"{mark}{kind} · {listing.title}"


def content(listing: Listing, tags: list[tuple[str, str]]) -> str:
    """The HTML of a listing, with only the elements that every peer keeps; `tags` are (name, href)."""
    parts = [f"<p><strong>{escape(headline(listing))}</strong></p>"]
    if listing.text.strip():
        parts.append(markdown(listing.text))
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
    lines = [terms(listing)]
    if listing.deposit:
        amount = money(listing.deposit.amount, listing.deposit.currency, language)
        lines.append(t("wire.deposit", language, amount=amount))
    if listing.condition:
        lines.append(t("wire.condition", language, condition=listing.condition))
    if listing.where:
        lines.append(t("wire.place", language, place=listing.where.name))
    if available := availability(listing):
        lines.append(t("wire.available", language, when=available))
    return lines


def terms(listing: Listing) -> str:
    """How it changes hands, in a few words: `Prêt gratuit`, `Vente : 850 €`, `Échange contre : du miel`."""
    language = listing.language
    mode = t(f"mode.{listing.mode}", language)
    if listing.price and listing.price.amount:
        amount = money(listing.price.amount, listing.price.currency, language)
        return t("wire.for_money", language, mode=mode, amount=amount)
    if listing.counterpart:
        return t("wire.in_exchange", language, mode=mode, counterpart=listing.counterpart)
    if listing.mode in (Mode.SALE, Mode.EXCHANGE):
        return t("wire.to_discuss", language, mode=mode)
    return t("wire.free", language, mode=mode)


def availability(listing: Listing) -> str:
    """How many and when: `3, du 1 au 30 septembre 2026`; empty where there is nothing to say."""
    language, parts = listing.language, list[str]()
    if listing.quantity is not None and (listing.quantity != 1 or listing.unit != "one"):
        amount = number(listing.quantity, language)
        parts.append(amount if listing.unit == "one" else f"{amount} {t(f'unit.{listing.unit}', language)}")
    start, end = listing.available_from, listing.available_to
    if start and end:
        parts.append(t("wire.between", language, start=day(start, language), end=day(end, language)))
    elif start:
        parts.append(t("wire.from", language, start=day(start, language)))
    elif end:
        parts.append(t("wire.until", language, end=day(end, language)))
    return ", ".join(parts)
