"""Léa at her browser: she publishes, and remembers what she was told is done."""

import asyncio
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

from fedicoop.listings import drafts
from fedicoop.web.origin import TOKEN
from tests.faults.house import House
from tests.seen import BROWSER


@dataclass
class Browser:
    """`done` maps the title of what the house said is online to its key."""

    house: House
    token: str = ""
    done: dict[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.house.cookies.items())
        return {"accept": BROWSER, "accept-language": "fr", "origin": self.house.origin, "cookie": cookies}

    async def open(self, path: str) -> httpx.Response:
        return await self.house.http.get(f"{self.house.origin}{path}", headers=self.headers)

    async def form(self, title: str, draft: str = "") -> dict[str, str]:
        """The form of a listing, filled in."""
        if not self.token:
            page = await self.open("/publier")
            if page.status_code == 503:
                raise httpx.HTTPError("not just now")
            assert page.status_code == 200, page.headers.get("location", page.text[:500])
            self.token = re.search(rf'name="{TOKEN}" value="([^"]+)"', page.text)[1]
        return {
            TOKEN: self.token,
            "do": "publish",
            "draft": draft or drafts.new_id(),
            "title": title,
            "mode": "loan",
            "kind": "offer",
            "place": "Lille",
            "visibility": "public",
        }

    async def publish(self, title: str, draft: str = "") -> httpx.Response:
        """Send the form of a listing; the answer, whatever it is.  A form sent again is the same form."""
        fields = await self.form(title, draft)
        answer = await self.house.http.post(f"{self.house.origin}/publier", data=fields, headers=self.headers)
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/publier/fait/"), answer.headers["location"]
            self.done[title] = answer.headers["location"].rpartition("/")[2]
        return answer

    async def leave_amid(self, title: str, after: float) -> None:
        """Send the form, and close the window before the answer is there."""
        body = urlencode(await self.form(title)).encode()
        lines = self.headers | {
            "host": f"127.0.0.1:{self.house.port}",
            "content-type": "application/x-www-form-urlencoded",
            "content-length": str(len(body)),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        _, writer = await asyncio.open_connection("127.0.0.1", self.house.port)
        writer.write(f"POST /publier HTTP/1.1\r\n{head}\r\n".encode() + body)
        await asyncio.sleep(after)
        writer.transport.abort()

    async def insist(self, title: str, *, patience: float = 60.0) -> None:
        """Send one form until the house says that it is done, as people do."""
        draft, until = drafts.new_id(), time.monotonic() + patience
        while title not in self.done:
            with suppress(httpx.HTTPError):
                answer = await self.publish(title, draft)
                assert answer.status_code in (303, 503, 507), (answer.status_code, answer.text[:500])
            assert time.monotonic() < until, f"{title} was never published"
