"""What this house says of itself to applications, before anybody signs in and after."""

from typing import Any

from starlette.responses import Response

from fedicoop import __version__
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.clients import accounts
from fedicoop.clients.answering import told
from fedicoop.clients.doors import Call, Door, For, at
from fedicoop.db import Tx
from fedicoop.i18n import t
from fedicoop.listings import store as listings
from fedicoop.listings.values import LONGEST
from fedicoop.media.child import MOST_PIXELS
from fedicoop.media.pictures import MOST_BYTES
from fedicoop.members import store as members
from fedicoop.web import emblem
from fedicoop.web.clean import markdown, plain
from fedicoop.web.face import Face
from fedicoop.web.render import language_of

VERSION = f"4.2.0 (compatible; fedicoop {__version__})"
"""Clients choose by this number what they ask for: what came to Mastodon later is not here."""
LONGEST_MESSAGE = LONGEST["text"]
_PICTURES = ["image/jpeg", "image/png", "image/webp"]


def _configuration() -> dict[str, Any]:
    return {
        "accounts": {"max_featured_tags": 0, "max_pinned_statuses": 0},
        "statuses": {
            "max_characters": LONGEST_MESSAGE,
            "max_media_attachments": 0,  # questions and answers are words
            "characters_reserved_per_url": 23,
        },
        "media_attachments": {
            "supported_mime_types": _PICTURES,
            "image_size_limit": MOST_BYTES,
            "image_matrix_limit": MOST_PIXELS,
            "video_size_limit": 0,
            "video_frame_rate_limit": 0,
            "video_matrix_limit": 0,
            "description_limit": LONGEST["alt"],
        },
        "polls": {
            "max_options": 0,
            "max_characters_per_option": 0,
            "min_expiration": 0,
            "max_expiration": 0,
        },
        "translation": {"enabled": False},
    }


async def _contact(tx: Tx, origin: str) -> dict[str, Any] | None:
    """The oldest coop of this house, as an account."""
    ours = await actors.coops(tx)
    return (await accounts.of(tx, origin, [ours[0].id])).get(ours[0].id) if ours else None


def _description(face: Face, language: str) -> str:
    return plain(markdown(face.sentence), 300) or t("page.manifest", language, coop=face.name)


async def first(call: Call) -> Response:
    """`/api/v1/instance`, with every field that strict clients insist on."""
    language = language_of(call.request)
    async with call.node.db.read() as tx:
        face = await coops.face(tx, call.node.settings.host)
        people, said = await members.count(tx), await listings.count(tx, listings.Filter(source="local"))
        contact = await _contact(tx, call.origin)
    description = _description(face, language)
    return told(
        {
            "uri": call.node.settings.host,
            "title": face.name,
            "short_description": description,
            "description": description,
            "email": "",
            "version": VERSION,
            "urls": {"streaming_api": ""},
            "stats": {"user_count": people, "status_count": said, "domain_count": 0},
            "thumbnail": call.origin + emblem.path(face, 512),
            "languages": ["fr", "en"],
            "registrations": False,
            "approval_required": True,
            "invites_enabled": True,
            "configuration": _configuration(),
            "contact_account": contact,
            "rules": [],
        }
    )


async def second(call: Call) -> Response:
    """`/api/v2/instance`."""
    language = language_of(call.request)
    async with call.node.db.read() as tx:
        face = await coops.face(tx, call.node.settings.host)
        people = await members.count(tx)
        contact = await _contact(tx, call.origin)
    thumbnail = call.origin + emblem.path(face, 512)
    return told(
        {
            "domain": call.node.settings.host,
            "title": face.name,
            "version": VERSION,
            "source_url": "",
            "description": _description(face, language),
            "usage": {"users": {"active_month": people}},
            "thumbnail": {"url": thumbnail, "blurhash": None, "versions": {"@1x": thumbnail}},
            "icon": [{"src": call.origin + emblem.path(face, 192), "size": "192x192"}],
            "languages": ["fr", "en"],
            "configuration": _configuration()
            | {"urls": {"streaming": "", "status": None, "about": f"{call.origin}/about"}}
            | {"vapid": {"public_key": ""}, "limited_federation": False},
            "registrations": {
                "enabled": False,
                "approval_required": True,
                "reason_required": None,
                "message": None,
                "min_age": None,
                "url": None,
            },
            "api_versions": {"mastodon": 0},
            "contact": {"email": "", "account": contact},
            "rules": [],
        }
    )


async def _nothing(_: Call) -> Response:
    return told([])


async def preferences(call: Call) -> Response:
    """What a member chose, as far as applications ask for it."""
    async with call.node.db.read() as tx:
        profile = await members.profile(tx, call.member.id)
    return told(
        {
            "posting:default:visibility": "direct",
            "posting:default:sensitive": False,
            "posting:default:language": profile.language,
            "posting:default:quote_policy": "nobody",
            "reading:expand:media": "default",
            "reading:expand:spoilers": False,
            "reading:autoplay:gifs": False,
        }
    )


_EMPTY: dict[str, Door] = {
    "/api/v1/custom_emojis": Door(_nothing, open_to=For.ANYBODY),
    "/api/v1/announcements": Door(_nothing),
    "/api/v1/filters": Door(_nothing, "read:filters"),
    "/api/v2/filters": Door(_nothing, "read:filters"),
    "/api/v1/lists": Door(_nothing, "read:lists"),
    "/api/v1/followed_tags": Door(_nothing, "read:follows"),
    "/api/v1/featured_tags": Door(_nothing, "read:accounts"),
    "/api/v1/follow_requests": Door(_nothing, "read:follows"),
    "/api/v1/domain_blocks": Door(_nothing, "read:blocks"),
    "/api/v1/endorsements": Door(_nothing, "read:accounts"),
    "/api/v1/scheduled_statuses": Door(_nothing, "read:statuses"),
    "/api/v1/suggestions": Door(_nothing, "read"),
    "/api/v2/suggestions": Door(_nothing, "read"),
    "/api/v1/instance/rules": Door(_nothing, open_to=For.ANYBODY),
    "/api/v1/instance/peers": Door(_nothing, open_to=For.ANYBODY),
    "/api/v1/trends": Door(_nothing, open_to=For.ANYBODY),
    "/api/v1/trends/tags": Door(_nothing, open_to=For.ANYBODY),
    "/api/v1/trends/statuses": Door(_nothing, open_to=For.ANYBODY),
    "/api/v1/trends/links": Door(_nothing, open_to=For.ANYBODY),
}
"""What this house has none of; clients ask for it all the same, and take an empty list better than a 404."""

routes = [
    at("/api/v1/instance", GET=Door(first, open_to=For.ANYBODY)),
    at("/api/v2/instance", GET=Door(second, open_to=For.ANYBODY)),
    at("/api/v1/preferences", GET=Door(preferences, "read:accounts")),
    *(at(path, GET=door) for path, door in _EMPTY.items()),
]
