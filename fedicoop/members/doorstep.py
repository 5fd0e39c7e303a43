"""Where somebody stands who wants to join: a coop, what it says about that, and what brought them."""

import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from fedicoop.access import Member
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.actors.coops import Coop
from fedicoop.db import Tx
from fedicoop.members import candidates, links, passwords, store
from fedicoop.members.candidates import Candidate
from fedicoop.members.entering import has_mail
from fedicoop.members.links import Link
from fedicoop.members.me_pages import LONGEST_NAME
from fedicoop.node import Node
from fedicoop.vocabulary.types import Actor
from fedicoop.web.clean import markdown
from fedicoop.web.forms import Form
from fedicoop.web.render import render

HERE = "/rejoindre"
LONGEST_WHY = 300
_UNSEEN = {"cache-control": "private, no-store"}


@dataclass(frozen=True, slots=True)
class Doorstep:
    coop: Actor
    rules: Coop
    inviter: Member | None = None
    link: Link | None = None
    candidate: Candidate | None = None

    @property
    def words(self) -> str:
        """What joining means here, as sanitised HTML; "" where the coop says nothing."""
        return markdown(self.rules.joining_text).strip()


async def at_coop(tx: Tx, handle: str) -> Doorstep:
    """The coop that is meant: the one named, else the oldest of the house."""
    rules = await coops.first(tx)
    if handle and (named := await actors.find_local(tx, handle)) and named.type == "Organization":
        rules = await coops.get(tx, named.id)
    return Doorstep(await actors.get(tx, rules.actor_id), rules)


async def at_invitation(tx: Tx, secret: str) -> Doorstep:
    """Raises NotFound where the invitation is void."""
    link = await links.open(tx, secret, links.INVITATION)
    inviter = await store.get(tx, link.maker_id) if link.maker_id else None
    rules = await coops.get(tx, link.coop_id)
    return Doorstep(await actors.get(tx, link.coop_id), rules, inviter=inviter, link=link)


async def at_answer(tx: Tx, secret: str) -> Doorstep:
    """Where somebody who asked finds the answer.  Raises NotFound."""
    link = await links.open(tx, secret, links.CANDIDATE)
    candidate = await candidates.get(tx, link.candidate_id or "")
    rules = await coops.get(tx, link.coop_id)
    return Doorstep(await actors.get(tx, link.coop_id), rules, link=link, candidate=candidate)


def draw(
    request: Request, template: str, at: Doorstep, form: Form, status: int = 200, wait: int = 0
) -> Response:
    """The page; `wait` are the seconds until a new try makes sense.

    `once` names this very form, so that sending it twice has one effect (security case 136).
    """
    node: Node = request.app.state.node
    return render(
        request,
        f"members/{template}.html",
        status,
        headers=_UNSEEN | ({"retry-after": str(wait)} if wait else {}),
        here=HERE,
        address=f"{node.settings.origin}{request.scope['path']}",
        at=at,
        form=form,
        mail=has_mail(node),
        once=form["once"] or secrets.token_urlsafe(12),
        least=passwords.SHORTEST,
        longest_name=LONGEST_NAME,
        longest_why=LONGEST_WHY,
    )
