"""Passkeys in the browser: make one, sign in with one, remove one.  Offered where they work (webauthn.py)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedicoop.errors import Misused, NotFound, Problem, TooMany
from fedicoop.members import devices, passkeys, store, webauthn
from fedicoop.members.entering import device, go_on, let_in, own_path, require_open
from fedicoop.members.pages import PASSWORD_FROM, refuse
from fedicoop.members.passkeys import Passkey
from fedicoop.members.store import Account
from fedicoop.node import Node
from fedicoop.notices.tell import tell
from fedicoop.web import forms, limits
from fedicoop.web.face import face_of
from fedicoop.web.forms import Form
from fedicoop.web.limits import address_of
from fedicoop.web.viewer import require_member

MOST = 10
"""Passkeys of one member."""


def _origin(request: Request) -> str:
    """Our own; raises NotFound where passkeys do not work."""
    node: Node = request.app.state.node
    if not webauthn.offered(node.settings.origin):
        raise NotFound("page.not_found")
    return node.settings.origin


async def ask_for_new(request: Request) -> Response:
    """For the script: what to make a passkey of."""
    node: Node = request.app.state.node
    origin, who = _origin(request), require_member(request)
    await forms.read(request)
    async with node.db.write() as tx:
        known = [one.credential for one in await passkeys.of_member(tx, who.id)]
        options, state = webauthn.ask_for_new(
            origin, face_of(request).name, member_id=who.id, handle=who.handle, known=known
        )
        name = await passkeys.ask(tx, state, who.id)
    return JSONResponse({"challenge": name, "options": options}, headers={"cache-control": "no-store"})


async def add(request: Request) -> Response:
    """The passkey that the browser made is this member's from now on; they are told."""
    node: Node = request.app.state.node
    origin, who = _origin(request), require_member(request)
    form = await forms.read(request)
    async with node.db.write() as tx:
        state = await passkeys.answered(tx, form["challenge"], who.id)
        if state is None or len(await passkeys.of_member(tx, who.id)) >= MOST:
            raise Misused("passkey.not_made", "no such question, or too many")
        made = webauthn.made(origin, state, form["answer"])
        name = devices.name(device(request)) or "·"
        passkey = Passkey(made.id, who.id, made.credential, name, made.sign_count, tx.now, None)
        if await passkeys.put(tx, passkey):
            await tell(tx, [who.id], "account.passkey", path="/moi/appareils", key=made.id, device=name)
    return forms.see_other(request, "/moi/appareils?fait=cle")


async def remove(request: Request) -> Response:
    node: Node = request.app.state.node
    who = require_member(request)
    form = await forms.read(request)
    async with node.db.write() as tx:
        await passkeys.remove(tx, form["passkey"], who.id)
    return forms.see_other(request, "/moi/appareils?fait=cle")


async def ask_who(request: Request) -> Response:
    """For the script: what to sign with whichever passkey it has of us."""
    node: Node = request.app.state.node
    origin = _origin(request)
    await forms.read(request)
    await limits.take(node.db, (PASSWORD_FROM, address_of(request)))
    options, state = webauthn.ask_who(origin)
    async with node.db.write() as tx:
        name = await passkeys.ask(tx, state, None)
    return JSONResponse({"challenge": name, "options": options}, headers={"cache-control": "no-store"})


async def enter(request: Request) -> Response:
    """Sign in with a passkey; an unknown one and a wrong answer are told alike (security case 90)."""
    node: Node = request.app.state.node
    origin = _origin(request)
    form = await forms.read(request)
    try:
        await limits.take(node.db, (PASSWORD_FROM, address_of(request)))
        account, key, count = await _known(node, origin, form)
    except TooMany as problem:
        return await refuse(request, form, "", problem, 429)
    except Problem as problem:
        if problem.key != "passkey.wrong":
            raise
        return await refuse(request, form, "", problem, 422)
    require_open(account)
    async with node.db.write() as tx:
        await passkeys.used(tx, key.id, count)
        secret = await let_in(tx, request, account.id)
    return go_on(request, own_path(form["next"]), secret)


async def _known(node: Node, origin: str, form: Form) -> tuple[Account, Passkey, int]:
    """Whose passkey signed what we asked, once.  Raises Misused `passkey.wrong`.

    A passkey that counts backwards was copied (WebAuthn, 6.1.1).
    """
    async with node.db.write() as tx:
        state = await passkeys.answered(tx, form["challenge"], None)
        key = await passkeys.find(tx, webauthn.claimed(form["answer"]))
        account = await store.account(tx, key.member_id) if key else None
    if state is None or key is None or account is None:
        raise Misused("passkey.wrong", "no such question, or no such passkey")
    count = webauthn.sign_count(origin, state, form["answer"], key.credential)
    if (count or key.sign_count) and count <= key.sign_count:
        raise Misused("passkey.wrong", f"counted {count} after {key.sign_count}")
    return account, key, count


routes = [
    Route("/moi/cles/demande", ask_for_new, methods=["POST"]),
    Route("/moi/cles", add, methods=["POST"]),
    Route("/moi/cles/retirer", remove, methods=["POST"]),
    Route("/entrer/cle/demande", ask_who, methods=["POST"]),
    Route("/entrer/cle", enter, methods=["POST"]),
]
