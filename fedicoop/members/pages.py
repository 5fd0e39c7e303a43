"""The entrance: by a link in a letter, by password, by the link of `fedicoop init`; and the way out."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import meta
from fedicoop.db import Tx
from fedicoop.errors import NotFound, Problem, TooMany, Unauthenticated
from fedicoop.jobs import queue
from fedicoop.members import actions, links, passwords, sessions, store, tasks, webauthn
from fedicoop.members import store as members
from fedicoop.members.entering import device, go_on, has_mail, let_in, own_path, require_open
from fedicoop.members.store import Account
from fedicoop.node import Node
from fedicoop.web import forms, limits, origin
from fedicoop.web.forms import Form
from fedicoop.web.limits import Limit, address_of
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import viewer_of

_HERE = "/entrer"
DEMONSTRATION = "http://127.0.0.1:"
"""Where a demonstration is: on the computer of who looks at it."""
_UNSEEN = {"cache-control": "private, no-store"}

_QUARTER, _HOUR = timedelta(minutes=15), timedelta(hours=1)
PASSWORD_OF = Limit("password of", 10, _QUARTER)
PASSWORD_FROM = Limit("password from", 30, _QUARTER)
LETTER_TO = Limit("sign-in letter to", 5, _HOUR)
LETTER_FROM = Limit("sign-in letter from", 60, _HOUR)


async def entrance(request: Request) -> Response:
    """`/entrer`: how one signs in."""
    form = Form.of({"next": own_path(request.query_params.get("next", "/"))}, language_of(request))
    return await _entrance(request, form)


async def _entrance(
    request: Request, form: Form, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        shown = await members.every(tx) if await _is_demonstration(node, tx) else []
    return render(
        request,
        "members/enter.html",
        status,
        headers=headers,
        here=_HERE,
        form=form,
        next=own_path(form["next"]),
        mail=has_mail(node),
        passkeys=webauthn.offered(node.settings.origin),
        people=shown,
    )


async def refuse(request: Request, form: Form, field: str, problem: Problem, status: int) -> Response:
    """The entrance again, with what is wrong; what was typed stays, a password aside."""
    form.refuse(field, problem)
    wait = {"retry-after": str(problem.seconds)} if isinstance(problem, TooMany) else None
    return await _entrance(request, form, status, wait)


async def enter(request: Request) -> Response:
    """By address or name, and password.  Whatever is wrong is told alike (security cases 88 to 90)."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    for field in ("login", "password"):
        with form.checking(field):
            forms.required(form, field)
    if form.wrong:
        return await _entrance(request, form, 422)
    async with node.db.read() as tx:
        account = await store.find_by_login(tx, form["login"])
    try:
        await limits.take(node.db, (PASSWORD_OF, _typed(form["login"])), (PASSWORD_FROM, address_of(request)))
    except TooMany as problem:
        return await refuse(request, form, "", problem, 429)
    right = await passwords.verify(form["password"], account.password if account else None)
    if account is None or not right:
        return await refuse(request, form, "login", Unauthenticated("password.wrong"), 422)
    require_open(account)
    return await _enter(request, account, form)


def _typed(login: str) -> str:
    """The one form of a name or address as it was typed, known here or not: limits tell no difference."""
    return "typed " + login.strip().removeprefix("@").lower()


async def _enter(request: Request, account: Account, form: Form) -> Response:
    node: Node = request.app.state.node
    anew = passwords.outdated(account.password or "") and await passwords.hash(form["password"])
    async with node.db.write() as tx:
        await limits.give_back(tx, PASSWORD_OF, _typed(form["login"]))
        if anew:
            await store.set_password(tx, account.id, anew)
        secret = await let_in(tx, request, account.id)
    return go_on(request, own_path(form["next"]), secret)


async def ask_letter(request: Request) -> Response:
    """Promise a letter with a link, if the address is a member's; the answer is the same if it is not."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    if not has_mail(node):
        raise NotFound("page.not_found")
    with form.checking("email"):
        email = actions.checked_email(forms.required(form, "email"))
    if form.wrong:
        return await _entrance(request, form, 422)
    try:
        await limits.take(node.db, (LETTER_TO, email), (LETTER_FROM, address_of(request)))
    except TooMany as problem:
        return await refuse(request, form, "", problem, 429)
    async with node.db.write() as tx:
        task = tasks.SendSignIn(email, language_of(request), own_path(form["next"]))
        await queue.enqueue(tx, task, lane=tasks.LANE, thread=tx.new_id())
    return forms.see_other(request, f"{_HERE}/lettre")


async def letter_asked(request: Request) -> Response:
    """What happens now: a letter comes, or it does not, and what to do then."""
    minutes = int(links.VALID.total_seconds() // 60)
    return render(request, "members/letter.html", here=f"{_HERE}/lettre", minutes=minutes)


async def show_link(request: Request) -> Response:
    """The page that a sign-in link opens.  It changes nothing: machines read letters too (case 133)."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        link = await links.open(tx, request.path_params["secret"], links.SIGN_IN)
        account = await store.account(tx, link.member_id or "")
    require_open(account)
    next = own_path(request.query_params.get("next", "/"))
    return render(
        request, "members/link.html", headers=_UNSEEN, account=account, next=next, here=_HERE, link=link
    )


async def use_link(request: Request) -> Response:
    """Spend a sign-in link: on this device, be it not the one on which it was asked for."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    async with node.db.write() as tx:
        link = await links.spend(tx, request.path_params["secret"], links.SIGN_IN)
        account = await store.account(tx, link.member_id or "")
        require_open(account)
        secret = await let_in(tx, request, account.id)
    return go_on(request, own_path(form["next"]), secret)


async def leave(request: Request) -> Response:
    """Sign out on this device; the session is gone, not only its cookie (security case 87)."""
    node: Node = request.app.state.node
    await forms.read(request)
    if viewer := viewer_of(request):
        async with node.db.write() as tx:
            await sessions.end(tx, viewer.session_id, viewer.member.id)
    response = forms.see_other(request, "/")
    origin.drop_cookie(response, node.settings.origin)
    return response


async def enter_demonstration(request: Request) -> Response:
    """Sign in as one of the made-up people of a demonstration, on this computer, and nowhere else."""
    node: Node = request.app.state.node
    form = await forms.read(request)
    async with node.db.write() as tx:
        if not await _is_demonstration(node, tx):
            raise NotFound("page.not_found")
        member = await members.get_by_handle(tx, form["handle"])
        secret = await let_in(tx, request, member.id)
    return go_on(request, own_path(form["next"]), secret)


async def _is_demonstration(node: Node, tx: Tx) -> bool:
    return node.settings.origin.startswith(DEMONSTRATION) and await meta.find(tx, "demonstration") == "yes"


routes = [
    Route(_HERE, entrance, methods=["GET"]),
    Route(_HERE, enter, methods=["POST"]),
    Route("/enter", entrance),
    Route("/entrer/demonstration", enter_demonstration, methods=["POST"]),
    Route("/entrer/lettre", letter_asked, methods=["GET"]),
    Route("/entrer/lettre", ask_letter, methods=["POST"]),
    Route("/entrer/lien/{secret}", show_link, methods=["GET"]),
    Route("/entrer/lien/{secret}", use_link, methods=["POST"]),
    Route("/enter/link/{secret}", show_link),
    Route("/sortir", leave, methods=["POST"]),
]
__all__ = ["DEMONSTRATION", "device", "own_path", "routes"]
