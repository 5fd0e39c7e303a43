"""Looking at a house from outside, as a browser or a peer does: plain HTTP on this machine."""

import asyncio
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PAGE = "text/html"
ACTIVITY = "application/activity+json"
PATIENCE = 5.0  # seconds
_MOST = 4_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Sight:
    status: int
    headers: Mapping[str, str]  # lower case
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def look(url: str, accept: str = PAGE) -> Sight:
    """What is at `url` on this machine; a redirect is told, not followed.  Raises OSError."""
    return await asyncio.to_thread(_look, url, accept)


def _look(url: str, accept: str) -> Sight:
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        line.request("GET", target or "/", headers={"Accept": accept, "Accept-Language": "fr"})
        answer = line.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Sight(answer.status, headers, answer.read(_MOST))
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        line.close()
