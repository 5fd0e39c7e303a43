"""What a site must say of itself: privacy, accessibility, who runs it.

The sentences are files of ours; what they leave open is filled in with what the coop decided and with
the numbers that the code goes by, so that they cannot promise anything else.
"""

from datetime import timedelta
from typing import Any

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.actors.coops import Coop
from fedicoop.db import Tx
from fedicoop.enquiries.sorting import LASTS as TALK_LASTS
from fedicoop.exchanges.due import KEPT_FOR
from fedicoop.follows import store as follows
from fedicoop.help import manual
from fedicoop.i18n import t
from fedicoop.listings import drafts
from fedicoop.mail.store import KEEP_ADDRESS
from fedicoop.members.candidates import KEPT
from fedicoop.members.sessions import LASTS
from fedicoop.node import Node
from fedicoop.notices.store import REMEMBERED
from fedicoop.vocabulary.hosts import normal_host
from fedicoop.vocabulary.types import Actor
from fedicoop.web.linking import linked
from fedicoop.web.render import language_of, render

STATEMENTS = {"privacy": "confidentialite", "accessibility": "accessibilite", "legal": "mentions-legales"}
"""Each statement, and its French address."""
MOST_PEERS = 500


async def show(request: Request) -> Response:
    """One of the three, about this very house."""
    node: Node = request.app.state.node
    language = language_of(request)
    asked = request.scope["path"].strip("/")
    id = next(id for id, french in STATEMENTS.items() if asked in (id, french))
    async with node.db.read() as tx:
        found = await actors.coops(tx)
        us, decided = (found[0], await coops.get(tx, found[0].id)) if found else (None, None)
        hosts = await _readers(tx, us) if us else []
    said = manual.statement(id, language)
    values = _values(node.settings.host, language, us, decided) | {"peers": _list(hosts, language)}
    return render(
        request,
        "help/statement.html",
        here=f"/{STATEMENTS[id] if language == 'fr' else id}",
        title=said.title,
        lead=said.lead,
        html=said.filled(values),
    )


async def _readers(tx: Tx, us: Actor) -> list[str]:
    """The servers to which our public listings go."""
    return sorted({normal_host(one.id) for one in await follows.followers(tx, us.id)})[:MOST_PEERS]


def _values(host: str, language: str, us: Actor | None, decided: Coop | None) -> dict[str, Any]:
    contact = decided.contact if decided else ""
    return {
        "coop": us.name if us else host,
        "host": host,
        "place": f", {decided.place_name}" if decided and decided.place_name else "",
        "contact": Markup(linked(contact)) if contact else t("statement.no_contact", language),  # noqa: S704
        "session_days": _days(LASTS),
        "exchange_days": _days(KEPT_FOR),
        "talk_days": _days(TALK_LASTS),
        "notice_days": _days(REMEMBERED),
        "candidate_days": _days(KEPT),
        "letter_days": _days(KEEP_ADDRESS),
        "draft_days": _days(drafts.LASTS),
    }


def _days(period: timedelta) -> str:
    return str(period.days)


def _list(hosts: list[str], language: str) -> Markup:
    if not hosts:
        return escape(t("statement.no_peers", language))
    items = Markup("").join(Markup("<li>{}</li>").format(host) for host in hosts)
    return Markup("<ul>{}</ul>").format(items)


routes = [Route(f"/{name}", show) for pair in STATEMENTS.items() for name in dict.fromkeys(pair)]
