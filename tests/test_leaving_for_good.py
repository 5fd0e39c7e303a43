"""What a member takes along, and what is left of them when they leave: a name that nobody else gets."""

import csv
import io
import json
import os
import re
import zipfile
from datetime import timedelta

import pytest

from fedicoop.access import Role
from fedicoop.actors import store as actors
from fedicoop.actors.coops import AuthorMode
from fedicoop.app.keeps import KEEPS
from fedicoop.listings import actions as writing
from fedicoop.listings import store as listings
from fedicoop.listings.listing import Photo
from fedicoop.media import store as media
from fedicoop.members import leaving
from fedicoop.members.leaving import GRACE
from fedicoop.watches import actions as watching
from fedicoop.watches.watch import Channel
from tests.accounts import MAIL, PASSWORD, enter, invitation, is_in, members_of, settle_in
from tests.browsing import Visitor, signed_in
from tests.databases import written
from tests.photos import encoded, scene


@pytest.fixture
async def nord(network):
    return await network.add("nord.test", author_mode=AuthorMode.MEMBER, **MAIL)


async def full_life(nord, network):
    """A member who did a bit of everything."""
    lea = await settle_in(nord, "lea", email="lea@mail.example", password=PASSWORD)
    visitor = await signed_in(nord, lea)
    await visitor.open("/moi/profil")
    await visitor.submit(about="=Je répare.", place="Lille", found="yes", radius="5")
    kept = await media.keep(nord.node, encoded(scene()))
    async with nord.node.db.write() as tx:
        picture = Photo(kept.name, "Un vélo", kept.width, kept.height)
        raw = {"kind": "offer", "mode": "loan", "title": "Vélo cargo"}
        draft = await writing.draft(tx, lea, raw, (picture,))
        await writing.publish(tx, lea, draft.id)
    await nord.publish("Rien que pour nous", by=lea, visibility="coop")
    await network.settle()
    return lea, visitor, kept.name


# --- taking along ----------------------------------------------------------------------------------


async def archive_of(visitor) -> zipfile.ZipFile:
    await visitor.open("/moi/donnees")
    page = await visitor.submit("/moi/donnees/emporter")
    assert page.answer.headers["content-type"] == "application/zip"
    assert "lea-2030-05-01.zip" in page.answer.headers["content-disposition"]
    assert page.answer.headers["cache-control"] == "private, no-store"
    return zipfile.ZipFile(io.BytesIO(page.answer.content))


async def test_the_archive_has_all_that_was_typed_twice_and_the_photos(nord, network):
    _, visitor, name = await full_life(nord, network)

    archive = await archive_of(visitor)

    document = json.loads(archive.read("data.json"))
    assert document["format"] == "fedicoop-member/1"
    assert [one["title"] for one in document["listings"]] == ["Vélo cargo", "Rien que pour nous"]
    [profile] = document["profile"]
    assert (profile["email"], profile["place_name"]) == ("lea@mail.example", "Lille (59)")
    assert document["consents"][0]["kind"] == "found"
    assert document["sessions"][0]["device"]
    assert archive.read(f"photos/{name}")[:2] == b"\xff\xd8"
    assert "Lea Martin" in archive.read("LISEZ-MOI.txt").decode()
    for table in (key for key, value in document.items() if isinstance(value, list)):
        rows = [*csv.reader(io.StringIO(archive.read(f"{table}.csv").decode("utf-8-sig")), delimiter=";")]
        assert len(rows) == len(document[table]) + 1, table
    [row] = csv.DictReader(io.StringIO(archive.read("profile.csv").decode("utf-8-sig")), delimiter=";")
    assert row["about"] == "'=Je répare.", "no formula"


async def test_the_archive_has_nothing_of_others_and_no_secret(nord, network):
    await settle_in(nord, "karim", email="karim@mail.example")
    _, visitor, _ = await full_life(nord, network)

    archive = await archive_of(visitor)

    whole = b"\n".join(archive.read(name) for name in archive.namelist() if not name.startswith("photos/"))
    assert b"karim" not in whole
    assert b"argon2" not in whole
    for secret in visitor.cookies.values():
        assert secret.encode() not in whole


async def test_a_visitor_and_a_link_alone_get_no_archive(nord, network):
    """Security case 134: it is made for the session that asks, and is nowhere to be fetched."""
    await full_life(nord, network)

    page = await Visitor(nord).open("/moi/donnees/emporter", follow=False)
    assert page.status == 405
    page = await Visitor(nord).open("/moi/donnees")
    assert "/entrer" in page.path


# --- leaving ---------------------------------------------------------------------------------------


async def leave(visitor, handle: str = "lea"):
    await visitor.open("/moi/donnees/supprimer")
    return await visitor.submit("/moi/donnees/supprimer", handle=handle)


async def test_who_leaves_is_out_at_once_on_every_device(nord, network):
    lea, visitor, _ = await full_life(nord, network)
    phone = await signed_in(nord, lea)

    page = await leave(visitor, "somebody else")
    assert page.status == 422
    assert await is_in(phone)
    page = await leave(visitor, "@Lea")

    assert "C’est fait. Au revoir !" in page.words
    assert [await is_in(one) for one in (visitor, phone)] == [False, False]
    assert (await enter(Visitor(nord), "lea", PASSWORD)).status == 422
    assert (await enter(Visitor(nord), "lea@mail.example", PASSWORD)).status == 422


async def test_everybody_who_ever_got_a_listing_hears_of_its_end_and_of_its_author(nord, network):
    """GDPR, articles 17 and 19."""
    sud, est = await network.add("sud.test"), await network.add("est.test")
    await network.befriend(sud, nord)
    await network.befriend(est, nord)
    lea, visitor, name = await full_life(nord, network)
    assert [one.title for one in await sud.shelf()] == ["Vélo cargo"]
    [listing] = await sud.shelf()
    async with sud.node.db.read() as tx:
        assert await actors.find(tx, lea.actor_id)

    await leave(visitor)
    await network.settle()

    for house in (sud, est):
        assert await house.shelf() == []
        async with house.node.db.read() as tx:
            assert await actors.find(tx, lea.actor_id) is None
            assert await tx.count("SELECT count(*) FROM actors WHERE name LIKE 'Lea%'") == 0
    for address in (listing.id, lea.actor_id):
        answer = await nord.get(address)
        assert (answer.status_code, answer.json()["type"]) == (410, "Tombstone")
    assert (await nord.get("/.well-known/webfinger?resource=acct:lea@nord.test")).status_code == 404
    for file in nord.node.settings.media_dir.iterdir():
        os.utime(file, (0, 0))
    await media.sweep(nord.node)
    assert (await nord.get(f"/media/{name}", "image/jpeg")).status_code == 404


async def test_where_the_coop_writes_nobody_outside_learns_that_somebody_left(network):
    nord, sud = await network.add("nord.test", **MAIL), await network.add("sud.test")
    await network.befriend(sud, nord)
    lea = await settle_in(nord, "lea")
    await nord.publish("Vélo cargo", by=lea)
    await network.settle()

    await leave(await signed_in(nord, lea))
    await network.settle()

    assert await sud.shelf() == []
    async with sud.node.db.read() as tx:
        rows = await tx.count("SELECT count(*) FROM received WHERE actor_id = :lea", lea=lea.actor_id)
    assert rows == 0


async def test_nothing_of_who_left_stays_in_the_database_but_the_handle(nord, network):
    """Every table, also those that are added tomorrow: who keeps something of members says so in `KEEPS`."""
    lea, visitor, _ = await full_life(nord, network)
    karim = await settle_in(nord, "karim")
    async with nord.node.db.write() as tx:
        await watching.let_follow(tx, lea, True)
        await watching.watch_member(tx, karim, lea, Channel.INSTANT)
    await leave(visitor)
    await network.settle()
    network.clock.advance(days=GRACE.days, hours=1)
    await network.settle()

    dump = await written(nord.node.db)

    assert "lea@mail.example" not in dump
    assert "Lea Martin" not in dump
    assert "Je répare" not in dump
    assert "Lille" not in dump
    rows = [line for line in dump.splitlines() if lea.id in line]
    assert [re.match(r'INSERT INTO "?(\w+)', line)[1] for line in rows] == ["members"]
    assert karim.name in dump


def test_every_table_that_names_a_member_is_forgotten_by_some_room(tmp_path):
    """The schema itself is asked, so that a new table is not forgotten by accident."""
    from importlib.resources import files

    folder = files("fedicoop.db") / "migrations"
    schema = "\n".join(one.read_text() for one in folder.iterdir())
    tables = set()
    for name, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", schema, re.DOTALL):
        if re.search(r"^\s+\w*member_id\b", body, re.MULTILINE):
            tables.add(name)
    forgotten = {
        *("listings", "drafts", "notices", "notice_choices", "notice_readers", "watches", "watch_tellings"),
        *("followable", "exchanges", "sessions", "passkeys", "challenges", "consents", "resting", "reports"),
        "house_log",
        *("application_codes", "application_tokens", "bookmarks", "client_markers", "client_dismissals"),
        *("conversations", "messages"),
    }

    assert tables == forgotten, "a table that names members is added to KEEPS, and here"
    assert len(KEEPS) == 10


async def test_the_last_admin_does_not_leave(nord):
    """Security case 97."""
    camille = await settle_in(nord, "camille", role=Role.ADMIN)
    visitor = await signed_in(nord, camille)

    page = await leave(visitor, "camille")

    assert page.status == 422
    assert "dernière personne qui administre" in page.words
    assert await is_in(visitor)


async def test_a_name_is_never_given_twice(nord, network):
    """Security case 139."""
    lea, visitor, _ = await full_life(nord, network)
    async with nord.node.db.read() as tx:
        before = await tx.count("SELECT count(*) FROM keys WHERE actor_id = :id", id=lea.actor_id)
    await leave(visitor)
    await network.settle()

    path = await invitation(nord, most_uses=9)
    newcomer = Visitor(nord)
    await newcomer.open(path)
    page = await newcomer.submit(path, name="Léa Martin", age="yes", handle="lea")
    assert page.status == 409
    assert page.all("#w-handle")
    await newcomer.submit(path, handle="")
    assert [*await members_of(nord)] == ["lea_m"]

    network.clock.advance(days=GRACE.days, hours=1)
    await network.settle()
    async with nord.node.db.read() as tx:
        after = await tx.count("SELECT count(*) FROM keys WHERE actor_id = :id", id=lea.actor_id)
    assert (before, after) == (2, 0)
    assert (await nord.get(lea.actor_id)).status_code == 410


async def test_a_worker_that_dies_in_the_middle_begins_again(nord, network):
    lea, visitor, _ = await full_life(nord, network)
    await leave(visitor)
    async with nord.node.db.write() as tx:
        await KEEPS[1].forget(tx, lea)
        await KEEPS[-1].forget(tx, lea)

    await network.settle()

    async with nord.node.db.read() as tx:
        assert await listings.find(tx, "x") is None
        assert await tx.count("SELECT count(*) FROM jobs WHERE kind = 'Erase'") == 0
        assert await tx.count("SELECT count(*) FROM jobs WHERE dead") == 0
    assert timedelta(days=7) < GRACE
    assert leaving.LANE
