"""Things as statuses, in the shape that Mastodon's clients insist on; a whole page in a few questions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from fedicoop.access import Member
from fedicoop.clients import accounts, marks, things
from fedicoop.clients.accounts import moment
from fedicoop.clients.refs import Ref, Sort
from fedicoop.clients.things import Said, Thing
from fedicoop.db import Tx
from fedicoop.enquiries import streaming
from fedicoop.listings import store as listings
from fedicoop.listings.federation import hashtags
from fedicoop.listings.listing import Listing, Photo, Visibility
from fedicoop.listings.wording import content
from fedicoop.log import log
from fedicoop.media import store as pictures
from fedicoop.media.store import Kept
from fedicoop.notices.notice import Notice
from fedicoop.reactions import overview
from fedicoop.reactions.reaction import Counts, Kind
from fedicoop.web.clean import clean

Json = dict[str, Any]
MOST_PHOTOS = 4


@dataclass(frozen=True, slots=True)
class Known:
    """What was asked once for a whole page: by actor, by picture, by listing, by what is answered."""

    origin: str
    language: str = "fr"
    coop_id: str = ""
    accounts: dict[str, Json] = field(default_factory=dict)
    pictures: dict[str, Kept] = field(default_factory=dict)
    replies: dict[str, int] = field(default_factory=dict)
    parents: dict[str, tuple[str, str]] = field(default_factory=dict)  # status id, actor
    bookmarked: frozenset[str] = frozenset()
    counts: dict[str, Counts] = field(default_factory=dict)
    done: frozenset[tuple[Kind, str]] = frozenset()  # by whoever asks


async def known(
    tx: Tx,
    origin: str,
    who: Member | None,
    some: Sequence[Thing],
    *,
    others: Iterable[str] = (),
    language: str = "fr",
) -> Known:
    """Everything that drawing these things, and what these other actors say, needs."""
    shown = [one for one in some if isinstance(one, Listing)]
    said = [one.message for one in some if isinstance(one, Said)]
    parents = await _parents(tx, [one.reply_to for one in said if one.reply_to])
    actors = {one.actor_id for one in shown} | {one.actor_id for one in said} | {*others}
    actors |= {id for _, id in parents.values()}
    actors |= {id for one in said for id in one.mentions} | ({who.coop_id} if who else set())
    names = [photo.name for one in shown for photo in one.photos[:MOST_PHOTOS] if photo.name]
    return Known(
        origin,
        language,
        who.coop_id if who else "",
        await accounts.of(tx, origin, actors),
        await pictures.of_names(tx, names),
        await streaming.counts_under(tx, [one.id for one in shown]),
        parents,
        await marks.bookmarked(tx, who.id) if who else frozenset(),
        await overview.counts_of(tx, [one.id for one in shown]),
        await overview.done_by(tx, who.actor_id or who.coop_id, [one.id for one in shown])
        if who
        else frozenset(),
    )


async def _parents(tx: Tx, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """What is answered, by its id on the wire: the id of its status, and whose it is."""
    answered = await listings.several(tx, sorted(set(ids)))
    found = {id: (str(things.ref_of(one)), one.actor_id) for id, one in answered.items() if one.published_at}
    for id, message in (await streaming.called(tx, ids)).items():
        found[id] = (str(Ref(message.kept_at, Sort.MESSAGE, message.key)), message.actor_id)
    return found


def drawn(some: Iterable[Thing], by: Known) -> list[Json]:
    """Each as a status; one that cannot be drawn is left out, and breaks nothing (security case 63)."""
    found = list[Json]()
    for one in some:
        try:
            found.append(status(one, by))
        except Exception:
            log.exception("client.status_undrawn", id=str(getattr(one, "id", "")))
    return found


async def draw(
    tx: Tx, origin: str, who: Member | None, some: Sequence[Thing], language: str = "fr"
) -> list[Json]:
    return drawn(some, await known(tx, origin, who, some, language=language))


def status(thing: Thing, by: Known) -> Json:
    """One thing; it was asked before whether it may be seen."""
    match thing:
        case Listing():
            return _of_listing(thing, by)
        case Said():
            return _of_message(thing, by)
        case Notice():
            return _of_notice(thing, by)


def _of_listing(listing: Listing, by: Known) -> Json:
    ref, tags = things.ref_of(listing), hashtags(listing, by.origin)
    shown = [(photo, by.pictures.get(photo.name)) for photo in listing.photos[:MOST_PHOTOS]]
    return _blank(str(ref), by) | {
        "uri": listing.id,
        "url": f"{by.origin}/l/{listing.key}",
        "created_at": moment(ref.at),
        "edited_at": moment(listing.updated_at) if listing.updated_at else None,
        "visibility": "public" if listing.visibility is Visibility.PUBLIC else "private",
        "language": listing.language,
        "content": content(listing, tags),
        "account": by.accounts[listing.actor_id],
        "media_attachments": [attachment(photo, kept, by.origin) for photo, kept in shown if kept],
        "tags": [{"name": name.lower(), "url": href} for name, href in tags],
        "replies_count": by.replies.get(listing.id, 0),
        **_reactions(listing, by),
    }


def _reactions(listing: Listing, by: Known) -> Json:
    counts = by.counts.get(listing.id, Counts())
    return {
        "favourites_count": counts.likes,
        "reblogs_count": counts.shares,
        "quotes_count": counts.quotes,
        "favourited": (Kind.LIKE, listing.id) in by.done,
        "reblogged": (Kind.SHARE, listing.id) in by.done,
    }


def _of_message(said: Said, by: Known) -> Json:
    message = said.message
    parent, whose = by.parents.get(message.reply_to, ("", ""))
    return _blank(str(things.ref_of(said)), by) | {
        "uri": message.id,
        "url": f"{by.origin}{said.conversation.path}#{message.anchor}",
        "created_at": moment(message.said_at),
        "edited_at": moment(message.updated_at) if message.updated_at else None,
        "visibility": "public" if message.public else "direct",
        "language": message.language,
        "content": str(clean(message.html)).strip(),
        "spoiler_text": message.warning,
        "sensitive": bool(message.warning),
        "account": by.accounts.get(message.actor_id) or accounts.somebody(by.origin),
        "in_reply_to_id": parent or None,
        "in_reply_to_account_id": accounts.id_of(whose) if whose else None,
        "mentions": [_mention(by.accounts[id]) for id in message.mentions if id in by.accounts],
    }


def _mention(account: Json) -> Json:
    return {name: account[name] for name in ("id", "username", "url", "acct")}


def _of_notice(notice: Notice, by: Known) -> Json:
    """What a member is told, where it is about no status: its words, and the way to where it is done."""
    address = by.origin + notice.path
    link = Markup('<p>{}</p><p><a href="{}" rel="nofollow noopener">{}</a></p>')
    words = link.format(notice.words(by.language), address, address.partition("://")[2])
    return _blank(str(things.ref_of(notice)), by) | {
        "uri": f"{by.origin}/alertes#{notice.id}",
        "url": address,
        "created_at": moment(notice.created_at),
        "visibility": "direct",
        "language": by.language,
        "content": str(words),
        "account": by.accounts.get(by.coop_id) or accounts.somebody(by.origin),
    }


def _blank(id: str, by: Known) -> Json:
    """Every field of Mastodon 4's Status, as far as it is the same for all."""
    nothing: Json = dict.fromkeys(
        ("in_reply_to_id", "in_reply_to_account_id", "reblog", "quote", "application", "card", "poll")
    )
    return nothing | {
        "id": id,
        "sensitive": False,
        "spoiler_text": "",
        **dict.fromkeys(("replies_count", "reblogs_count", "favourites_count", "quotes_count"), 0),
        **dict.fromkeys(("favourited", "reblogged", "muted", "pinned"), False),
        "bookmarked": id in by.bookmarked,
        **{name: [] for name in ("mentions", "emojis", "filtered", "media_attachments", "tags")},
        "edited_at": None,
        "language": None,
    }


def relayed(drawn: Json, account: Json) -> Json:
    """A status as somebody else shows it: one of a member, on the coop's own page."""
    id = str(drawn["id"])
    return drawn | {"id": id[:16] + Sort.RELAYED + id[17:], "account": account, "reblog": drawn}


def attachment(photo: Photo, kept: Kept, origin: str) -> Json:
    """A photo that is here; its small form is our own, too."""
    size = {"width": kept.width, "height": kept.height, "size": f"{kept.width}x{kept.height}"}
    size |= {"aspect": round(kept.width / max(kept.height, 1), 4)}
    return {
        "id": kept.name.partition(".")[0],
        "type": "image",
        "url": f"{origin}/media/{kept.name}",
        "preview_url": f"{origin}/media/{kept.card}",
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": {"original": size, "small": size, "focus": {"x": 0.0, "y": 0.0}},
        "description": photo.alt or None,
        "blurhash": kept.blurhash or None,
    }
