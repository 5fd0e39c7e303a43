"""An application as members use one: it makes itself known, is allowed, and asks with its token."""

import base64
import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from fedicoop.access import Member
from tests.browsing import Visitor, signed_in
from tests.conftest import Instance

BACK = "https://phanpy.example/"
OOB = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = "read write follow"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass
class App:
    """An application at one house; `token` of None asks as a visitor."""

    instance: Instance
    id: str = ""
    secret: str = ""
    token: str | None = None

    async def ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: object):
        known = {"accept": "application/json"} | (
            {"authorization": f"Bearer {self.token}"} if self.token else {}
        )
        url = path if path.startswith("https://") else self.instance.origin + path
        answer = await self.instance.http.request(method, url, headers=known | (headers or {}), **more)
        self.instance.http.cookies.clear()
        return answer

    async def get(self, path: str, **query: object) -> httpx.Response:
        return await self.ask("GET", path, params=query or None)

    async def post(self, path: str, **values: object) -> httpx.Response:
        return await self.ask("POST", path, data=values)


async def register(instance: Instance, redirect: str = BACK, scopes: str = SCOPES, **more: object) -> App:
    fields = {"client_name": "Phanpy", "redirect_uris": redirect, "scopes": scopes} | more
    answer = await App(instance).post("/api/v1/apps", **fields)
    assert answer.status_code == 200, answer.text
    return App(instance, answer.json()["client_id"], answer.json()["client_secret"])


def way(app: App, redirect: str = BACK, scopes: str = SCOPES, **more: str) -> str:
    """Where an application sends its member."""
    asked = {"response_type": "code", "client_id": app.id, "redirect_uri": redirect, "scope": scopes}
    return f"/oauth/authorize?{urlencode(asked | more)}"


async def allowed(app: App, visitor: Visitor, redirect: str = BACK, scopes: str = SCOPES, **more: str) -> str:
    """The code that a member's yes gives, read where it leads to, or from the page that shows it."""
    await visitor.open(way(app, redirect, scopes, **more))
    page = await visitor.submit("/oauth/authorize", button=("answer", "yes"), follow=False)
    if redirect == OOB:
        return page.all("input#code")[0].attrs["value"]
    assert page.status == 303, page.answer.text
    return parse_qs(urlsplit(page.answer.headers["location"]).query)["code"][0]


async def exchange(app: App, code: str, redirect: str = BACK, **more: object) -> httpx.Response:
    fields = {
        "grant_type": "authorization_code",
        "client_id": app.id,
        "client_secret": app.secret,
        "redirect_uri": redirect,
        "code": code,
    } | more
    return await app.post("/oauth/token", **{name: value for name, value in fields.items() if value})


async def app_of(instance: Instance, member: Member, scopes: str = SCOPES) -> App:
    """An application that this member allowed."""
    app = await register(instance, scopes=scopes)
    code = await allowed(app, await signed_in(instance, member), scopes=scopes)
    answer = await exchange(app, code)
    assert answer.status_code == 200, answer.text
    app.token = answer.json()["access_token"]
    return app
