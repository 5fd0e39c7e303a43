"""One's own pages: what waits for me, who I am, when I am away."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedicoop import access, i18n
from fedicoop.access import Act, OfCoop
from fedicoop.actors import coops
from fedicoop.errors import Misused
from fedicoop.members import holidays, joining, own, store
from fedicoop.members.entering import has_mail
from fedicoop.members.hub import Ask
from fedicoop.members.store import Profile
from fedicoop.node import Node
from fedicoop.places.gazetteer import get_town
from fedicoop.web import forms, typed
from fedicoop.web.forms import Form
from fedicoop.web.render import language_of, render
from fedicoop.web.viewer import require_member

RADII = ("", "2", "5", "10", "20", "50")  # km
THEMES = ("", "light", "dark")
LONGEST_NAME, LONGEST_ABOUT = 60, 300
LONGEST_ABSENCE = timedelta(days=366)


async def hub(request: Request) -> Response:
    """`/moi`: what waits for me, and the ways to all that is mine."""
    node: Node = request.app.state.node
    who = require_member(request)
    asks: Sequence[Ask] = request.app.state.waiting
    async with node.db.read() as tx:
        profile = await store.profile(tx, who.id)
        waiting = [one for ask in asks for one in await ask(tx, who) if one.count]
        invites = access.may(who, Act.MEMBER_INVITE, joining.door(await coops.get(tx, who.coop_id)))
    return render(
        request,
        "members/me.html",
        here="/moi",
        profile=profile,
        waiting=waiting,
        invites=invites,
        cares=access.may(who, Act.MEMBER_LIST, OfCoop(who.coop_id)),
        done=request.query_params.get("fait", ""),
    )


async def show_profile(request: Request) -> Response:
    """`/moi/profil`: the form as it was filled in last."""
    node: Node = request.app.state.node
    who = require_member(request)
    async with node.db.read() as tx:
        profile = await store.profile(tx, who.id)
        found = await own.found_by_others(tx, who)
    values = {
        "name": profile.name,
        "about": profile.about,
        "place": profile.place_name or "",
        "radius": str(profile.radius_km or ""),
        "language": profile.language or "",
        "theme": profile.theme or "",
        "found": "yes" if found else "",
    }
    return _profile(request, Form.of(values, language_of(request)), profile)


def _profile(request: Request, form: Form, profile: Profile, status: int = 200) -> Response:
    node: Node = request.app.state.node
    return render(
        request,
        "members/profile.html",
        status,
        here="/moi/profil",
        form=form,
        profile=profile,
        mail=has_mail(node),
        radii=RADII,
        themes=THEMES,
        longest_name=LONGEST_NAME,
        longest_about=LONGEST_ABOUT,
    )


async def save_profile(request: Request) -> Response:
    """Keep what was typed; fields that are not in the form change nothing (security case 97)."""
    node: Node = request.app.state.node
    who = require_member(request)
    form = await forms.read(request)
    async with node.db.read() as tx:
        profile = await store.profile(tx, who.id)
    wish = _wished(form, profile)
    if form.wrong:
        return _profile(request, form, profile, 422)
    words = i18n.t("me.profile.found", language_of(request)) if form["found"] else None
    async with node.db.write() as tx:
        await own.describe(tx, who, wish, found=words)
    return forms.see_other(request, "/moi?fait=profil")


def _wished(form: Form, before: Profile) -> Profile:
    wish: dict[str, Any] = {}
    with form.checking("name"):
        wish["name"] = typed.person(form, "name", LONGEST_NAME)
    with form.checking("about"):
        wish["about"] = typed.text(form, "about", LONGEST_ABOUT, required=False)
    with form.checking("place"):
        wish |= _place(form["place"], before)
    with form.checking("radius"):
        wish["radius_km"] = int(typed.choice(form, "radius", RADII) or 0) or None
    with form.checking("language"):
        wish["language"] = typed.choice(form, "language", ("", *i18n.LANGUAGES)) or None
    with form.checking("theme"):
        wish["theme"] = typed.choice(form, "theme", THEMES) or None
    return replace(before, **wish)


def _place(name: str, before: Profile) -> dict[str, Any]:
    if not name:
        return {"place_name": None, "latitude": None, "longitude": None}
    if name == before.place_name:
        return {}
    town = get_town(name)
    return {"place_name": town.label, "latitude": town.latitude, "longitude": town.longitude}


async def show_absence(request: Request) -> Response:
    """`/moi/absence`: holiday mode."""
    node: Node = request.app.state.node
    who = require_member(request)
    async with node.db.read() as tx:
        profile = await store.profile(tx, who.id)
    until = profile.last_day_away.astimezone().date() if profile.last_day_away else None
    form = Form.of({"until": until.isoformat() if until else ""}, language_of(request))
    return _absence(request, form, profile)


def _absence(request: Request, form: Form, profile: Profile, status: int = 200) -> Response:
    node: Node = request.app.state.node
    today = node.db.clock().astimezone().date()
    return render(
        request, "members/absence.html", status, here="/moi/absence", form=form, profile=profile, today=today
    )


async def save_absence(request: Request) -> Response:
    """Away until the end of a day: the listings rest. Or back: they are shown again."""
    node: Node = request.app.state.node
    who = require_member(request)
    form = await forms.read(request)
    if form["back"]:
        async with node.db.write() as tx:
            await holidays.come_back(tx, who.id)
        return forms.see_other(request, "/moi?fait=retour")
    now = node.db.clock()
    until = now
    with form.checking("until"):
        last = typed.day(form, "until")
        until = datetime.combine(last + timedelta(days=1), time()).astimezone()
        if not now < until <= now + LONGEST_ABSENCE:
            raise Misused("member.absence", form["until"])
    if form.wrong:
        async with node.db.read() as tx:
            profile = await store.profile(tx, who.id)
        return _absence(request, form, profile, 422)
    async with node.db.write() as tx:
        await holidays.leave(tx, who.id, until)
    return forms.see_other(request, "/moi?fait=absence")


routes = [
    Route("/moi", hub),
    Route("/me", hub),
    Route("/moi/profil", show_profile, methods=["GET"]),
    Route("/moi/profil", save_profile, methods=["POST"]),
    Route("/me/profile", show_profile),
    Route("/moi/absence", show_absence, methods=["GET"]),
    Route("/moi/absence", save_absence, methods=["POST"]),
]
