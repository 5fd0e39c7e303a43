"""Drawing pages: one environment, one language a page, one render.

A template gets its values and the words below; it asks nothing of anybody.  `| t` and its kin speak
the page's language, `href()` keeps a language that was chosen by hand, `asset()` names a static
file, `icon()` draws, and `guarded()` draws a part that foreign data might break (security case 63).
"""

import gzip
import hashlib
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from fedicoop import i18n
from fedicoop.access import Act, may
from fedicoop.log import log
from fedicoop.node import Node
from fedicoop.vocabulary.types import Image
from fedicoop.web import colours, emblem, filters, origin
from fedicoop.web.clean import clean, plain
from fedicoop.web.face import face_of
from fedicoop.web.headers import PAGE_HEADERS, request_id
from fedicoop.web.icons import icon
from fedicoop.web.static import asset
from fedicoop.web.viewer import member_of, viewer_of

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context

_SMALL = 1000  # bytes that fit into one packet anyway


def render(
    request: Request,
    template: str,
    status: int = 200,
    *,
    headers: dict[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """A whole page, in the reader's language, with the headers that every page carries.

    `here` among the values is the page's own path, for its canonical address and its translations.
    """
    language = language_of(request)
    text = part(request, template, **values)
    later: dict[str, str] = {}
    if wait := getattr(values.get("form"), "wait", 0):
        status, later = 429, {"retry-after": str(wait)}
    visit = origin.new_visit(request)
    base = {
        **PAGE_HEADERS,
        "vary": "Accept, Accept-Language, Accept-Encoding, Cookie",
        "content-language": language,
        "cache-control": "private, no-store" if viewer_of(request) or visit else "no-cache",
    }
    if who := member_of(request):  # the service worker forgets a member's pages when another looks
        base["x-signed-in"] = hashlib.sha256(who.id.encode()).hexdigest()[:16]
    body = text.encode()
    if "gzip" in request.headers.get("accept-encoding", "") and len(body) > _SMALL:
        # The tokens of forms are salted anew each time, so nothing leaks by a page's length (BREACH).
        body, base["content-encoding"] = gzip.compress(body, 4, mtime=0), "gzip"
    response = HTMLResponse(body, status, base | later | (headers or {}))
    if visit:
        origin.set_cookie(response, _node(request).settings.origin, visit, what="visit", days=1)
    return response


def part(request: Request, template: str, **values: Any) -> str:
    """A piece of a page, for a script that puts it into the page that it came from."""
    return _environment().get_template(template).render(_frame(request, language_of(request)) | values)


def language_of(request: Request) -> str:
    """`?lang=` first, then what the member chose, then what the browser says, then the coop's."""
    viewer = viewer_of(request)
    chosen = chosen_language(request) or (viewer.language if viewer else None)
    coops_own = face_of(request).locale or _node(request).settings.locale
    return chosen or i18n.best(request.headers.get("accept-language"), coops_own)


def chosen_language(request: Request) -> str | None:
    asked = request.query_params.get("lang")
    return asked if asked in i18n.LANGUAGES else None


def _node(request: Request) -> Node:
    node: Node = request.app.state.node
    return node


def _frame(request: Request, language: str) -> dict[str, Any]:
    """What the layout needs, whatever the page.  Addresses come from the settings, never from the request."""
    node, face = _node(request), face_of(request)
    return {
        "language": language,
        "languages": i18n.LANGUAGES,
        "chosen": chosen_language(request),
        "origin": node.settings.origin,
        "host": node.settings.host,
        "site": face.name,
        "hue": face.hue,
        "face": face,
        "emblem": partial(emblem.path, face),
        "bars": {shade: colours.bar(face.hue, dark=shade == "dark") for shade in ("light", "dark")},
        "here": request.scope["path"],
        "asked": {},
        "now": node.db.clock(),
        "zone": node.settings.zone,
        "request_id": request_id(request.scope),
        "viewer": viewer_of(request),
        "member": member_of(request),
        "form_token": partial(_form_token, request),
    }


def _form_token(request: Request) -> Markup:
    """The hidden field that each form of ours begins with."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(
        origin.TOKEN, origin.token_for(request)
    )


def templates() -> Path:
    """Inside the package where it is installed, beside it in a work tree."""
    package = Path(__file__).parents[1]
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context

    made = Environment(
        loader=FileSystemLoader(templates()),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        asset=asset,
        icon=icon,
        hue_of=pass_context(_hue_of),
        own_picture=pass_context(_own_picture),
        may=may,
        Act=Act,
        href=pass_context(_href),
        guarded=pass_context(_guarded),
    )
    made.filters.update(
        clean=clean,
        plain=plain,
        host=filters.host_of,
        weblink=filters.weblink,
        coop_path=filters.coop_path,
        initial=filters.initial,
        commands=filters.commands,
        thumbnail=filters.thumbnail,
        t_in=i18n.t,
        **_in_their_language(),
    )
    return made


def _in_their_language() -> dict[str, Any]:
    """What says things in the language of whoever reads the page."""
    from jinja2 import pass_context

    return {
        "t": pass_context(_t),
        "n": pass_context(_n),
        "day": pass_context(lambda page, date: i18n.day(date, page["language"])),
        "month": pass_context(lambda page, date: i18n.month(date, page["language"])),
        "ago": pass_context(lambda page, then: i18n.ago(then, page["now"], page["language"])),
        "moment": pass_context(lambda page, at: i18n.moment(at, page["language"], page.get("zone"))),
        "money": pass_context(lambda page, money: i18n.money(money.amount, money.currency, page["language"])),
        "distance": pass_context(lambda page, km: i18n.distance(km, page["language"])),
    }


def _t(page: "Context", key: str, **values: object) -> str:
    return i18n.t(key, page["language"], **values)


def _n(page: "Context", count: int, key: str, **values: object) -> str:
    """`{{ 3 | n("listing.count") }}`: the number leads, as it does in the sentence."""
    return i18n.n(key, count, page["language"], **values)


def _hue_of(page: "Context", host: str) -> int:
    """Which colour a host wears: ours as the coop chose, any other the same one everywhere."""
    hue: int = page["hue"] if host == page.get("host") else colours.usual_hue(host)
    return hue


def _own_picture(page: "Context", image: Image | None) -> str | None:
    """The path of a picture that is here; None for one elsewhere: no page sends its reader there."""
    if image and image.here:
        return f"/media/{image.here}"
    here = f"{page.get('origin')}/media/"
    return image.url.removeprefix(page["origin"]) if image and image.url.startswith(here) else None


def _href(page: "Context", path: str, /, **query: object) -> str:
    """A link inside the house; empty values are left out, a chosen language is kept."""
    wanted = {name: str(value) for name, value in query.items() if value not in (None, "")}
    if page["chosen"] and "lang" not in wanted:
        wanted["lang"] = page["chosen"]
    return f"{path}?{urlencode(wanted)}" if wanted else path


def _guarded(page: "Context", template: str, **values: object) -> Markup:
    """A part of the page about one foreign thing: if it cannot be drawn, the rest still is."""
    try:
        drawn = page.environment.get_template(template).render(page.get_all() | values)
    except Exception:
        log.exception("page.part_undrawn", template=template)
        drawn = page.environment.get_template("_unreadable.html").render(page.get_all())
    return Markup(drawn)  # noqa: S704 - drawn by a template, which escapes
