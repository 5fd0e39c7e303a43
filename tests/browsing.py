"""Somebody at a browser without script: opens pages, fills in the forms that stand in them, sends them."""

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx
from justhtml import JustHTML

from fedicoop.access import Member
from fedicoop.members import sessions
from fedicoop.web.origin import cookie_name
from tests.conftest import Instance
from tests.seen import BROWSER


@dataclass
class Page:
    """A page that was opened: its answer, and its document to look through."""

    answer: httpx.Response
    path: str
    document: JustHTML = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.document = JustHTML(self.answer.text, sanitize=False)

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def words(self) -> str:
        """What one reads on it, spaces made single."""
        return " ".join(self.document.to_text(separator=" ").split())

    def all(self, selector: str):
        return self.document.query(selector)

    def form(self, action: str = ""):
        """The form that posts to a path (its beginning is enough, the whole is better), or the first."""
        found = [
            one
            for one in self.all("form")
            if (one.attrs.get("method") or "get").lower() == "post"
            and urlsplit(one.attrs.get("action") or self.path).path.startswith(action)
        ]
        assert found, f"no form for {action!r} on {self.path}"
        return next((one for one in found if one.attrs.get("action") == action), found[0])


@dataclass
class Visitor:
    """A browser with its cookies, at one instance.  `origin` of None sends no Origin header."""

    instance: Instance
    cookies: dict[str, str] = field(default_factory=dict)
    page: Page | None = None

    async def open(self, path: str, *, follow: bool = True, **headers: str) -> Page:
        """Go to a page, and on to where it leads."""
        return await self._go("GET", path, follow=follow, headers=headers)

    async def submit(
        self,
        action: str = "",
        *,
        files: dict[str, object] | None = None,
        follow: bool = True,
        button: tuple[str, str] | None = None,
        headers: dict[str, str] | None = None,
        aim: str = "",
        **fields: object,
    ) -> Page:
        """Fill in a form of the open page, and send it.  A list is several values, None leaves out.

        `aim` sends it to another address than the page says, as somebody does who plays with it.
        """
        assert self.page is not None
        form = self.page.form(action)
        values = filled_in(form)
        for name, value in fields.items():
            values = [pair for pair in values if pair[0] != name]
            given = value if isinstance(value, list) else [value]
            values += [(name, str(one)) for one in given if one is not None]
        if button:
            values.append(button)
        target = aim or form.attrs.get("action") or self.page.path
        multipart = (form.attrs.get("enctype") or "") == "multipart/form-data"
        data: dict[str, list[str]] = {}
        for name, value in values:
            data.setdefault(name, []).append(value)
        return await self._go(
            "POST",
            urljoin(self.page.path, target),
            follow=follow,
            headers={"origin": self.instance.origin, "sec-fetch-site": "same-origin", **(headers or {})},
            data=data,
            files=files if multipart and files else ({"": ("", b"")} if multipart else None),
        )

    async def _go(
        self, method: str, path: str, *, follow: bool, headers: dict[str, str], **body: object
    ) -> Page:
        for _ in range(6):
            answer = await self.instance.http.request(
                method,
                urljoin(self.instance.origin + "/", path),
                headers={"accept": BROWSER, "accept-language": "fr"} | headers | self._cookie_header(),
                follow_redirects=False,
                **body,
            )
            self._keep_cookies(answer)
            self.instance.http.cookies.clear()  # each visitor has a jar of their own
            if not (follow and answer.is_redirect):
                self.page = Page(answer, path)
                return self.page
            path = urljoin(path, answer.headers["location"])
            if answer.status_code != 307:
                method, body, headers = "GET", {}, {}
        raise AssertionError(f"a circle of redirects at {path}")

    def _cookie_header(self) -> dict[str, str]:
        return (
            {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            if self.cookies
            else {}
        )

    def _keep_cookies(self, answer: httpx.Response) -> None:
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0].strip('"')
            if value and "Max-Age=0" not in line:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)


def filled_in(form) -> list[tuple[str, str]]:
    """What a browser would send of a form as it stands."""
    values: list[tuple[str, str]] = []
    for one in form.query("input, textarea, select"):
        name, kind = one.attrs.get("name"), (one.attrs.get("type") or "text").lower()
        if not name or kind in ("file", "submit", "button", "image"):
            continue
        if one.name == "textarea":
            values.append((name, one.to_text().removeprefix("\n")))
        elif one.name == "select":
            chosen = [option for option in one.query("option") if "selected" in option.attrs] or one.query(
                "option"
            )[:1]
            values += [(name, option.attrs.get("value", option.to_text())) for option in chosen]
        elif kind not in ("checkbox", "radio") or "checked" in one.attrs:
            unnamed = "on" if kind in ("checkbox", "radio") and "value" not in one.attrs else ""
            values.append((name, one.attrs.get("value") or unnamed))
    return values


async def signed_in(instance: Instance, member: Member) -> Visitor:
    """A browser on which this member is signed in."""
    async with instance.node.db.write() as tx:
        secret = await sessions.begin(tx, member.id, "Firefox")
    return Visitor(instance, {cookie_name(instance.origin): secret})
