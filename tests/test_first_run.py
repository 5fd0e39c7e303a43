"""The first run: from an empty house to a coop that others hear, in a browser, without script."""

import asyncio
import re
from dataclasses import replace

import pytest

from fedicoop.access import Role
from fedicoop.actors import coops
from fedicoop.actors import store as actors
from fedicoop.actors.coops import Joining
from fedicoop.cli.starting import Wish, open_house
from fedicoop.members import links
from fedicoop.members import store as members
from tests.browsing import Visitor, signed_in
from tests.test_coop_settings import joined, logo

PASSWORD = "un vélo sous la pluie"


async def house_with_link(network, host="velo.test", **settings):
    """What `fedicoop init --origin` leaves: a house without a coop, and the path of its link."""
    velo = await network.add_empty(host, **settings)
    made = await open_house(velo.node, Wish(locale="fr"))
    return velo, made.link.removeprefix(velo.origin)


async def new_link(instance):
    async with instance.node.db.write() as tx:
        return f"/bienvenue/{await links.make(tx, instance.coop.id)}"


async def answer(visitor, path, *, you=True, **changes):
    """Fill in the screens one after the other; `changes` are other answers than the usual ones."""
    screens = [
        {"kind": "bike-repair", "locale": "fr"},
        {"name": "Vélo Fives", "handle": "", "sentence": "On répare ensemble.", "hue": "160"},
        {"place": "Lille", "radius": "10", "joining": "request"},
        {"name": "Camille Duthoit", "email": "camille@fives.test", "password": PASSWORD},
    ]
    page = await visitor.open(path)
    for screen in screens[: 4 if you else 3]:
        asked = {field.attrs.get("name") for field in page.all("main input, main select")}
        given = {name: changes.get(name, value) for name, value in screen.items()}
        assert given.keys() <= asked, (page.path, page.words[:300])
        page = await visitor.submit("/bienvenue/", **given)
    return page


async def coop_of(instance):
    async with instance.node.db.read() as tx:
        [us] = await actors.coops(tx)
        return us, await coops.get(tx, us.id)


async def test_four_screens_open_a_coop_and_end_in_the_publish_form(network):
    velo, path = await house_with_link(network)
    visitor = Visitor(velo)

    page = await answer(visitor, path)

    assert page.path.startswith("/publier?kind=offer&title=R%C3%A9vision")
    us, decided = await coop_of(velo)
    assert (us.handle, us.name, us.summary) == ("velo_fives", "Vélo Fives", "<p>On répare ensemble.</p>")
    assert (decided.kind, decided.hue, decided.place_name) == ("bike-repair", 160, "Lille (59)")
    assert decided.joining is Joining.REQUEST
    async with velo.node.db.read() as tx:
        [camille] = await members.of_coop(tx, us.id)
    assert (camille.name, camille.role, camille.handle) == ("Camille Duthoit", Role.ADMIN, "camille")
    assert (await visitor.open("/admin/coop")).status == 200


async def test_what_is_published_after_the_first_run_is_seen_by_the_coop_that_follows(network):
    sud = await network.add("sud.test")
    velo, path = await house_with_link(network)
    visitor = Visitor(velo)
    await answer(visitor, path)
    us, _ = await coop_of(velo)
    await network.befriend(sud, replace(velo, coop=us))

    await visitor.submit("/publier", button=("do", "publish"))
    await network.settle()

    [seen] = await sud.shelf()
    assert seen.title == "Révision de vélo à prix libre"


async def test_nobody_sees_anything_of_it_before_the_last_screen(network):
    sud = await network.add("sud.test")
    velo, path = await house_with_link(network)
    await answer(Visitor(velo), path, you=False)

    page = await Visitor(velo).open("/")
    found = await sud.node.out.get(
        f"{velo.origin}/.well-known/webfinger?resource=acct:velo_fives@velo.test", {}, limit=9999
    )

    assert "Ce site n’est pas encore ouvert" in page.words
    assert "Vélo Fives" not in page.words
    assert found.status == 404


async def test_a_closed_tab_goes_on_where_it_was_also_with_another_link(network):
    velo, path = await house_with_link(network)
    await answer(Visitor(velo), path, you=False)

    again = await Visitor(velo).open(path)
    fresh = await Visitor(velo).open(await new_link(velo))

    assert "Étape 4 sur 4" in again.words
    assert "Étape 4 sur 4" in fresh.words
    before = await Visitor(velo).open(f"{fresh.path}/2")
    assert before.all("#f-name")[0].attrs["value"] == "Vélo Fives"
    assert before.all("#f-handle")[0].attrs["value"] == "velo_fives"
    assert (await Visitor(velo).open(path)).status == 404


async def test_nobody_skips_a_screen(network):
    velo, path = await house_with_link(network)

    page = await Visitor(velo).open(f"{path}/4")

    assert "Étape 1 sur 4" in page.words


async def test_without_script_a_look_shows_the_coop_as_it_will_be(network):
    velo, path = await house_with_link(network)
    visitor = Visitor(velo)
    await visitor.open(path)
    await visitor.submit("/bienvenue/", kind="food", locale="fr")

    page = await visitor.submit(
        "/bienvenue/",
        name="Les Paniers",
        sentence="On partage le potager.",
        hue="140",
        handle="",
        files={"logo": ("a.png", logo())},
        button=("look", "1"),
    )

    [phone] = page.all("[data-phone]")
    assert "hue-140" in phone.attrs["class"]
    assert "On partage le potager." in phone.to_text()
    assert "Courgettes du jardin" in phone.to_text()
    [shown] = [one for one in phone.query("img") if "hidden" not in one.attrs]
    assert (await velo.get(shown.attrs["src"], accept="image/*")).status_code == 200
    assert "Étape 2 sur 4" in (await visitor.open(path)).words


@pytest.mark.parametrize(
    ("typed", "kept"), [("Atelier", "atelier"), ("@atelier@velo.test", "atelier"), ("", "velo_fives")]
)
async def test_the_address_is_what_was_chosen_however_it_was_typed(network, typed, kept):
    velo, path = await house_with_link(network)

    await answer(Visitor(velo), path, handle=typed)

    us, _ = await coop_of(velo)
    assert us.handle == kept
    assert us.webfinger == f"{kept}@velo.test"
    found = await velo.get(f"/.well-known/webfinger?resource=acct:{kept}@velo.test")
    assert found.json()["links"][0]["href"] == us.id


async def test_a_name_in_another_alphabet_gets_the_hosts_address(network):
    velo, path = await house_with_link(network)

    await answer(Visitor(velo), path, name="自転車")

    us, _ = await coop_of(velo)
    assert us.handle == "velo"


async def test_logos_that_were_only_tried_on_are_let_go(network):
    velo, path = await house_with_link(network)
    visitor = Visitor(velo)
    await visitor.open(path)
    await visitor.submit("/bienvenue/", kind="food", locale="fr")
    for _ in range(3):
        await visitor.submit(
            "/bienvenue/", name="Les Paniers", files={"logo": ("a.png", logo())}, button=("look", "1")
        )

    async with velo.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM pictures") == 1


@pytest.mark.parametrize("wrong", ["Vélo!", "admin", "a" * 31])
async def test_an_address_that_peers_do_not_take_is_refused_beside_its_field(network, wrong):
    velo, path = await house_with_link(network)
    visitor = Visitor(velo)
    await visitor.open(path)
    await visitor.submit("/bienvenue/", kind="food", locale="fr")

    page = await visitor.submit("/bienvenue/", name="Les Paniers", handle=wrong)

    assert page.status == 422
    assert page.all("#w-handle")
    assert page.all("#f-handle")[0].attrs["value"] == wrong


@pytest.mark.parametrize(
    ("screen", "wrong", "field"),
    [
        (1, {"kind": "casino"}, "kind"),
        (2, {"name": " "}, "name"),
        (2, {"name": "x" * 1_000_000}, "name"),
        (3, {"place": "Xyzzqk"}, "place"),
        (3, {"joining": "nobody"}, "joining"),
        (4, {"password": "court"}, "password"),
        (4, {"email": "no address"}, "email"),
        (4, {"password": "", "email": ""}, "password"),
        (4, {"name": ""}, "name"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(network, screen, wrong, field):
    velo, path = await house_with_link(network)
    visitor = Visitor(velo)
    steps = [{"kind": "food", "locale": "fr"}, {"name": "Les Paniers"}, {"place": "Lille", "joining": "open"}]
    await visitor.open(path)
    for step in steps[: screen - 1]:
        await visitor.submit("/bienvenue/", **step)
    usual = [*steps, {"name": "Léa", "password": PASSWORD, "email": "lea@fives.test"}][screen - 1]

    page = await visitor.submit("/bienvenue/", **usual | wrong)

    assert page.status == 422
    assert page.all(f"#w-{field}")
    for name, value in (usual | wrong).items():
        if name not in ("kind", "locale", "joining", "password"):
            assert page.all(f"#f-{name}")[0].attrs["value"] == value.strip()
    async with velo.node.db.read() as tx:
        assert await actors.coops(tx) == []


async def test_the_link_is_spent_and_without_it_there_is_no_such_page(network):
    """Security case 98."""
    velo, path = await house_with_link(network)
    await answer(Visitor(velo), path)

    for gone in (path, f"{path}/1", f"{path}/4", "/bienvenue/", "/bienvenue/x", "/welcome/x"):
        page = await Visitor(velo).open(gone)
        assert page.status == 404, gone
    assert "admin link" in (await Visitor(velo).open(path)).words


async def test_a_link_is_good_for_an_hour(network):
    velo, path = await house_with_link(network)
    visitor = Visitor(velo)
    await answer(visitor, path, you=False)
    network.clock.advance(minutes=61)

    page = await visitor.submit("/bienvenue/", name="Léa", password=PASSWORD)

    assert page.status == 404
    async with velo.node.db.read() as tx:
        assert await actors.coops(tx) == []


async def test_of_two_who_finish_at_once_one_wins(network):
    velo, path = await house_with_link(network)
    first, second = Visitor(velo), Visitor(velo)
    await answer(first, path, you=False)
    await second.open(path)

    pages = await asyncio.gather(
        first.submit("/bienvenue/", name="Léa", password=PASSWORD),
        second.submit("/bienvenue/", name="Karim", password=PASSWORD),
    )

    assert sorted(page.status for page in pages)[-1] == 404
    us, _ = await coop_of(velo)
    async with velo.node.db.read() as tx:
        assert len(await members.of_coop(tx, us.id)) == 1


async def test_a_coop_made_by_the_command_keeps_its_address_and_gets_the_rest(network):
    nord = await network.add("nord.test")
    visitor = Visitor(nord)
    path = await new_link(nord)

    await visitor.open(path)
    page = await visitor.submit("/bienvenue/", kind="tools", locale="fr")
    assert not page.all("#f-handle")
    await visitor.submit("/bienvenue/", name="Outils du Nord", hue="20")
    await visitor.submit("/bienvenue/", place="Lille", joining="open")
    await visitor.submit("/bienvenue/", name="Léa", password=PASSWORD)

    us, decided = await coop_of(nord)
    assert (us.id, us.name, decided.kind, decided.hue) == (nord.coop.id, "Outils du Nord", "tools", 20)


async def test_an_admin_who_lost_the_way_in_comes_back_by_a_new_link(network):
    nord = await network.add("nord.test")
    camille = await joined(nord, "camille", Role.ADMIN)
    karim = await joined(nord, "karim", Role.STEWARD)
    visitor, path = Visitor(nord), await new_link(nord)

    page = await visitor.open(path)
    assert "Camille" in page.words
    assert "Karim" not in page.words
    page = await visitor.submit("/bienvenue/", handle=karim.handle)
    assert page.status == 404
    await visitor.open(path)
    await visitor.submit(f"{path}/retour", handle=camille.handle)

    assert (await visitor.open("/admin/coop")).status == 200
    assert (await Visitor(nord).open(path)).status == 404


async def test_somebody_else_becomes_an_admin_of_a_coop_that_has_one(network):
    nord = await network.add("nord.test")
    await joined(nord, "camille", Role.ADMIN)
    visitor, path = Visitor(nord), await new_link(nord)

    await visitor.open(path)
    short = await visitor.submit(f"{path}/aussi", name="Léa", password="court")
    await visitor.submit(f"{path}/aussi", name="Léa", password=PASSWORD)

    assert short.status == 422
    assert (await visitor.open("/admin/coop")).status == 200


async def test_the_set_up_does_not_write_its_link_into_other_sites_logs(network):
    velo, path = await house_with_link(network)

    page = await Visitor(velo).open(path)

    assert page.answer.headers["referrer-policy"] == "same-origin"
    assert page.answer.headers["cache-control"] == "private, no-store"
    assert page.all("meta[name=robots]")
    assert not re.search(r'(href|src)="https?://(?!velo\.test)', page.answer.text)


async def test_a_member_signed_in_here_does_not_finish_somebodys_set_up(network):
    nord = await network.add("nord.test")
    lea = await signed_in(nord, await joined(nord, "lea", Role.MEMBER))

    page = await lea.open("/bienvenue/guessed")

    assert page.status == 404
