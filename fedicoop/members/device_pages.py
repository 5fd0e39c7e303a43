"""How I sign in, and where: devices, password, address."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedicoop.errors import NotFound, TooMany, Unauthenticated
from fedicoop.jobs import queue
from fedicoop.members import (
    actions,
    applications,
    devices,
    links,
    own,
    passkeys,
    passwords,
    sessions,
    store,
    tasks,
    webauthn,
)
from fedicoop.members.entering import go_on, has_mail, let_in
from fedicoop.members.pages import LETTER_TO, PASSWORD_OF
from fedicoop.members.sessions import Session
from fedicoop.members.store import Account
from fedicoop.node import Node
from fedicoop.web import forms, limits, origin
from fedicoop.web.forms import Form
from fedicoop.web.limits import Limit
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import Viewer, require_member, viewer_of

FRESH = timedelta(minutes=15)
"""So soon after signing in, the proof that it is them is still good: a lost password is not asked for."""
ADDRESS_OF = Limit("address of", 5, timedelta(hours=1))


def _viewer(request: Request) -> Viewer:
    require_member(request)
    viewer = viewer_of(request)
    assert viewer is not None
    return viewer


async def show_devices(request: Request) -> Response:
    """`/moi/appareils`: where I am signed in."""
    node: Node = request.app.state.node
    viewer = _viewer(request)
    async with node.db.read() as tx:
        found = await sessions.of_member(tx, viewer.member.id)
        account = await store.account(tx, viewer.member.id)
        keys = await passkeys.of_member(tx, viewer.member.id)
        granted = await applications.of_member(tx, viewer.member.id)
    return render(
        request,
        "members/devices.html",
        here="/moi/appareils",
        sessions=found,
        devices=devices,
        account=account,
        mail=has_mail(node),
        keys=keys,
        applications=granted,
        offered=webauthn.offered(node.settings.origin),
        done=request.query_params.get("fait", ""),
    )


async def end_device(request: Request) -> Response:
    """Sign one device out, or all but this one."""
    node: Node = request.app.state.node
    viewer = _viewer(request)
    form = await forms.read(request)
    async with node.db.write() as tx:
        if form["all"]:
            await sessions.end_all(tx, viewer.member.id, but=viewer.session_id)
        else:
            await sessions.end(tx, form["device"], viewer.member.id)
    response = forms.see_other(request, "/moi/appareils?fait=appareil")
    if form["device"] == viewer.session_id:
        origin.drop_cookie(response, node.settings.origin)
    return response


async def end_application(request: Request) -> Response:
    """An application acts for me no more, from its next request on."""
    node: Node = request.app.state.node
    viewer = _viewer(request)
    form = await forms.read(request)
    async with node.db.write() as tx:
        await applications.end(tx, form["application"], viewer.member.id)
    return forms.see_other(request, "/moi/appareils?fait=application")


def _fresh(found: Session | None, node: Node) -> bool:
    return found is not None and node.db.clock() - found.created_at < FRESH


async def _state(request: Request) -> tuple[Account, bool]:
    """Who it is, and whether their present password must be asked for."""
    node: Node = request.app.state.node
    viewer = _viewer(request)
    async with node.db.read() as tx:
        account = await store.account(tx, viewer.member.id)
        here = [one for one in await sessions.of_member(tx, account.id) if one.id == viewer.session_id]
    return account, account.password is not None and not _fresh(next(iter(here), None), node)


def _password(request: Request, form: Form, account: Account, asks: bool, status: int = 200) -> Response:
    return render(
        request,
        "members/password.html",
        status,
        here="/moi/mot-de-passe",
        form=form,
        account=account,
        asks=asks,
        least=passwords.SHORTEST,
    )


async def show_password(request: Request) -> Response:
    """`/moi/mot-de-passe`: choose one, or another one."""
    account, asks = await _state(request)
    return _password(request, Form({}, {}, language_of(request)), account, asks)


async def save_password(request: Request) -> Response:
    """Another password: all devices are signed out, this one begins a new session (cases 86 and 87)."""
    node: Node = request.app.state.node
    account, asks = await _state(request)
    form = await forms.read(request)
    with form.checking("password"):
        known = (account.email, account.handle, account.name, node.settings.host)
        passwords.checked(forms.required(form, "password"), known=known)
    if asks:
        await _check_present(node, form, account)
    if form.wrong:
        status = 429 if any(one.code == "FC-6100" for one in form.wrong.values()) else 422
        return _password(request, form, account, asks, status)
    phc = await passwords.hash(form["password"])
    async with node.db.write() as tx:
        await own.replace_password(tx, account.id, phc, key=tx.new_id())
        secret = await let_in(tx, request, account.id)
    return go_on(request, "/moi/appareils?fait=mot-de-passe", secret)


async def _check_present(node: Node, form: Form, account: Account) -> None:
    """Note beside its field that the present password is not the one."""
    try:
        await limits.take(node.db, (PASSWORD_OF, account.id))
    except TooMany as problem:
        return form.refuse("present", problem)
    if not await passwords.verify(form["present"], account.password):
        return form.refuse("present", Unauthenticated("password.not_present"))
    async with node.db.write() as tx:
        await limits.give_back(tx, PASSWORD_OF, account.id)
    return None


async def change_password(_: Request) -> Response:
    """Where password keepers look (W3C, A Well-Known URL for Changing Passwords)."""
    return RedirectResponse("/moi/mot-de-passe", 303)


async def show_address(request: Request) -> Response:
    """`/moi/adresse`: where letters go."""
    account, _ = await _state(request)
    form = Form.of({"email": account.email or ""}, language_of(request))
    return _address(request, form, account)


def _address(request: Request, form: Form, account: Account, status: int = 200) -> Response:
    node: Node = request.app.state.node
    if not has_mail(node):
        raise NotFound("page.not_found")
    sent = request.query_params.get("fait") == "lettre"
    return render(
        request,
        "members/address.html",
        status,
        here="/moi/adresse",
        form=form,
        account=account,
        sent=sent,
    )


async def ask_address(request: Request) -> Response:
    """Promise a letter to a new address; the old one stays until the link in it is used."""
    node: Node = request.app.state.node
    account, _ = await _state(request)
    form = await forms.read(request)
    status = 422
    try:
        with form.checking("email"):
            email = actions.checked_email(forms.required(form, "email"))
        if not form.wrong:
            await limits.take(node.db, (ADDRESS_OF, account.id), (LETTER_TO, email))
    except TooMany as problem:
        form.refuse("email", problem)
        status = 429
    if form.wrong or not has_mail(node):
        return _address(request, form, account, status)
    async with node.db.write() as tx:
        task = tasks.SendConfirmation(account.id, email, language_of(request))
        await queue.enqueue(tx, task, lane=tasks.LANE, thread=account.id)
    return forms.see_other(request, "/moi/adresse?fait=lettre")


async def show_confirmation(request: Request) -> Response:
    """The page that the link in that letter opens, on whatever device; it changes nothing."""
    node: Node = request.app.state.node
    async with node.db.read() as tx:
        link = await links.open(tx, request.path_params["secret"], links.EMAIL)
    headers = {"cache-control": "private, no-store"}
    return render(request, "members/confirm.html", headers=headers, here="/moi/adresse", link=link)


async def confirm_address(request: Request) -> Response:
    node: Node = request.app.state.node
    await forms.read(request)
    async with node.db.write() as tx:
        await own.confirm_address(tx, request.path_params["secret"])
    return forms.see_other(request, "/moi?fait=adresse")


routes = [
    Route("/moi/appareils", show_devices, methods=["GET"]),
    Route("/moi/appareils", end_device, methods=["POST"]),
    Route("/me/devices", show_devices),
    Route("/moi/applications/retirer", end_application, methods=["POST"]),
    Route("/moi/mot-de-passe", show_password, methods=["GET"]),
    Route("/moi/mot-de-passe", save_password, methods=["POST"]),
    Route("/.well-known/change-password", change_password),
    Route("/moi/adresse", show_address, methods=["GET"]),
    Route("/moi/adresse", ask_address, methods=["POST"]),
    Route("/moi/adresse/{secret}", show_confirmation, methods=["GET"]),
    Route("/moi/adresse/{secret}", confirm_address, methods=["POST"]),
]
