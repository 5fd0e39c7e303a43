"""The hashtags that an actor features, as a collection (toot:featuredTags)."""

import json
from collections.abc import Sequence

from fedicoop.vocabulary.types import Tag


def write_tags(id: str, tags: Sequence[Tag]) -> bytes:
    """A Collection of Hashtag objects (M app/serializers/activitypub/hashtag_serializer.rb)."""
    document = {
        "@context": ["https://www.w3.org/ns/activitystreams", {"Hashtag": "as:Hashtag"}],
        "id": id,
        "type": "Collection",
        "totalItems": len(tags),
        "items": [{"type": tag.type, "name": tag.name, "href": tag.href} for tag in tags],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
