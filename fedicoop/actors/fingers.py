"""What WebFinger says, read: where it is asked, and which actor it leads to (RFC 7033)."""

from typing import Any
from urllib.parse import quote

from fedicoop.vocabulary.types import Iri

JRD = "application/jrd+json, application/json"


def finger_url(base: str, resource: str) -> str:
    return f"{base}/.well-known/webfinger?resource={quote(resource, safe='')}"


def self_link(answer: dict[str, Any]) -> Iri | None:
    """The `self` link of a WebFinger answer that is an ActivityStreams document."""
    links = answer.get("links")
    for link in links if isinstance(links, list) else []:
        if not isinstance(link, dict) or link.get("rel") != "self":
            continue
        kind, href = str(link.get("type", "")), link.get("href")
        if isinstance(href, str) and kind.startswith(("application/activity+json", "application/ld+json")):
            return Iri(href)
    return None
