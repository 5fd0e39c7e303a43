"""What somebody fills in who joins, made a Newcomer; keys and hash are made beside the loop."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from fedicoop import i18n
from fedicoop.access import Member
from fedicoop.actors import keyring
from fedicoop.actors.addresses import checked_handle
from fedicoop.db import Tx
from fedicoop.errors import Misused, Problem
from fedicoop.members import actions, consents, links, passwords
from fedicoop.members.doorstep import Doorstep, draw
from fedicoop.members.entering import go_on, let_in
from fedicoop.members.joining import Newcomer
from fedicoop.members.me_pages import LONGEST_NAME
from fedicoop.node import Node
from fedicoop.web import limits, origin, typed
from fedicoop.web.forms import Form
from fedicoop.web.limits import Limit, address_of
from fedicoop.web.render import language_of

JOIN_FROM = Limit("join from", 60, timedelta(hours=1))
"""An evening at the workshop is one address: everybody joins by the same wall."""
JOIN_OPENLY_FROM = Limit("join openly from", 10, timedelta(hours=1))
_BESIDE_A_FIELD = {"actor.handle_taken": "handle", "page.too_many": ""}

Join = Callable[[Tx, str, Newcomer], Awaitable[Member]]


async def join(
    request: Request, template: str, at: Doorstep, form: Form, how: Join, *, limit: Limit = JOIN_FROM
) -> Response:
    """Become a member in one commit, signed in on this device; or the form again, with what is wrong."""
    node: Node = request.app.state.node
    status, wait = 422, 0
    try:
        await limits.take(node.db, (limit, address_of(request)))
        if new := await _newcomer(request, at, form):
            async with node.db.write() as tx:
                member = await how(tx, node.settings.origin, new)
                session = await let_in(tx, request, member.id)
            return go_on(request, "/moi?fait=bienvenue", session)
    except Problem as problem:
        if problem.key not in _BESIDE_A_FIELD:
            raise
        form.refuse(_BESIDE_A_FIELD[problem.key], problem)
        status, wait = problem.status, getattr(problem, "seconds", 0)
    return draw(request, template, at, form, status, wait)


async def _newcomer(request: Request, at: Doorstep, form: Form) -> Newcomer | None:
    """Who wants to join, or None where something is wrong with the form."""
    name, email, handle = "", None, None
    with form.checking("name"):
        name = typed.person(form, "name", LONGEST_NAME)
    with form.checking("email"):
        email = actions.checked_email(form["email"]) if form["email"] else None
    with form.checking("handle"):
        handle = checked_handle(form["handle"].removeprefix("@").lower()) if form["handle"] else None
    with form.checking("password"):
        if form["password"]:
            passwords.checked(form["password"], known=(name, email, handle))
    agreed = _agreed(at, form)
    if form.wrong:
        return None
    return Newcomer(
        name=name,
        pair=await keyring.make(),
        language=language_of(request),
        proof=links.derived(origin.browser_key(request), f"joined {form['once']}"),
        handle=handle,
        email=email,
        password=await passwords.hash(form["password"]) if form["password"] else None,
        agreed=agreed,
    )


def _agreed(at: Doorstep, form: Form) -> dict[str, str]:
    """What was ticked, in the words beside the tick; what must be and was not is noted as wrong."""
    agreed = {}
    with form.checking("age"):
        agreed[consents.AGE] = require_age(form)
    if at.rules.joining_text:
        with form.checking("charter"):
            if not form["charter"]:
                raise Misused("member.charter")
            words = i18n.t("join.charter", form.language)
            agreed[consents.CHARTER] = f"{words}\n\n{at.rules.joining_text}"
    return agreed


def require_age(form: Form) -> str:
    """The words in which they say that they are of age.  Raises Misused where they do not."""
    if not form["age"]:
        raise Misused("member.age")
    return i18n.t("join.age", form.language)
