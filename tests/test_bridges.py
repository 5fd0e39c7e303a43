"""Relatives of ours: their listings and events are kept, and shown as what they are, with their source."""

import json
from datetime import UTC, datetime

import pytest

from fedicoop.app import house_keeping
from fedicoop.listings.listing import Status
from fedicoop.vocabulary import types as t
from fedicoop.vocabulary.reading import read_object
from tests.browsing import Visitor, signed_in
from tests.seen import BROWSER, page
from tests.wire.documents import document, received
from tests.wire.recorded import Recorded

EVENT = "https://mobilizon.example/events/8d1f8c4e-31a5-4e1e-9f06-0a3f65d8b8b1"
GROUP = "https://mobilizon.example/@atelier"
NADIA = "https://mobilizon.example/@nadia"
PETRA = "https://flohmarkt.example/users/petra"


@pytest.fixture
async def nord(network):
    nord = await network.add("nord.test")
    yield nord
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM jobs WHERE crashes > 0 OR dead") == 0


@pytest.fixture
async def mobilizon(network, nord):
    """A Mobilizon with a group that our coop follows, and a person who writes for it."""
    mobilizon = Recorded(network, "mobilizon.example")
    mobilizon.show("mobilizon_group")
    person = {"id": NADIA, "type": "Person", "preferredUsername": "nadia", "inbox": f"{NADIA}/inbox"}
    person["publicKey"] = {"id": f"{NADIA}#main-key", "owner": NADIA}
    mobilizon.show("mobilizon_group", **person)
    mobilizon.serve(EVENT, json.loads(document("mobilizon_create_event"))["object"])
    await mobilizon.heard_by(nord, GROUP)
    return mobilizon


# --- what an event is -------------------------------------------------------------------------------


def test_an_event_of_mobilizon_is_read_with_its_day_its_place_and_whose_it_is():
    event = received("mobilizon_create_event").object

    assert isinstance(event, t.Proposal)
    assert (event.event, event.software, event.by) == (True, "Mobilizon", GROUP)
    assert event.publishes.name == "Apéro réparation de vélos"
    assert event.publishes.begins == datetime(2030, 6, 14, 16, tzinfo=UTC)
    assert event.publishes.ends == event.ends == datetime(2030, 6, 14, 19, 30, tzinfo=UTC)
    assert event.location == t.Place(
        name="La Condition Publique, Roubaix", latitude=50.6868, longitude=3.1703
    )
    assert [image.url for image in event.images] == ["https://mobilizon.example/media/banner.jpg"]


def test_events_of_others_are_read_by_what_all_have_in_common():
    """FEP-8a8e: a name and a beginning; the place among several where one can go."""
    wordpress, gancio = received("wordpress_event"), received("gancio_event")

    assert (wordpress.event, wordpress.software) == (True, "")
    assert wordpress.location == t.Place(name="Ferme du Héron, Villeneuve-d’Ascq")
    assert wordpress.ends == datetime(2030, 5, 19, 14, tzinfo=UTC)
    assert gancio.location.name == "Maison de quartier, 12 rue Neuve, Lille"
    assert gancio.publishes.ends is None
    assert gancio.ends == datetime(2030, 6, 2, 12, 30, tzinfo=UTC), "over a day after it began"


@pytest.mark.parametrize(
    "changes",
    [{"startTime": None}, {"startTime": "demain"}, {"startTime": 7}, {"name": None}, {"name": "  "}],
)
def test_an_event_that_says_neither_what_nor_when_is_a_note(changes):
    event = read_object(json.loads(document("gancio_event")) | changes)

    assert isinstance(event, t.Note)
    assert not isinstance(event, t.Proposal)


@pytest.mark.parametrize("word", ["ical:status", "status", "eventStatus"])
def test_a_cancelled_event_is_over(word):
    event = received("gancio_event", **{word: "CANCELLED"})

    assert event.publishes.finished


def test_a_listing_that_calls_itself_an_event_is_a_listing():
    asked = {"type": "Intent", "action": "transfer", "name": "Vélo"}

    assert not received("gancio_event", purpose="offer", publishes=asked).event


@pytest.mark.parametrize(
    "odd",
    [
        *({"location": odd} for odd in ("Lille", [], [7, {}], {"address": []}, {"type": 7})),
        *({"endTime": odd} for odd in ("x", 7, "2029-01-01T00:00:00Z")),
        *({"attachment": {}}, {"summary": []}, {"nameMap": []}, {"status": 7}),
    ],
)
def test_an_odd_event_is_still_an_event(odd):
    event = received("gancio_event", **odd)

    assert event.event
    assert event.ends >= event.publishes.begins


# --- how it comes, and how it goes ------------------------------------------------------------------


async def test_what_a_person_says_for_their_group_is_kept_as_the_groups(nord, mobilizon):
    """Mobilizon: the person signs, the event belongs to the group that we follow; their house vouches."""
    assert (await mobilizon.replays(nord, "mobilizon_create_event")).status_code == 202

    event = await nord.find(EVENT)
    assert (event.title, event.actor_id, event.sort) == ("Apéro réparation de vélos", GROUP, "event")
    assert event.status is Status.PUBLISHED


async def test_who_invents_an_event_for_a_group_of_their_house_is_not_believed(nord, mobilizon):
    """Security case 26: the house itself does not know of it, or tells it otherwise."""
    said = json.loads(document("mobilizon_create_event"))
    invented = said["object"] | {"id": "https://mobilizon.example/events/invented", "name": "Vente forcée"}

    await mobilizon.tells(nord, said | {"id": f"{EVENT}/2", "object": invented})
    await mobilizon.tells(nord, said | {"id": f"{EVENT}/3", "object": said["object"] | {"name": "Changé"}})

    assert await nord.find("https://mobilizon.example/events/invented") is None
    assert (await nord.find(EVENT)).title == "Apéro réparation de vélos", "as its own house tells it"


async def test_an_event_for_a_group_that_nobody_follows_makes_us_ask_nobody(nord, mobilizon):
    said = json.loads(document("mobilizon_create_event"))
    other = said["object"] | {"attributedTo": "https://mobilizon.example/@others"}
    mobilizon.asked.clear()

    await mobilizon.tells(nord, said | {"object": other})

    assert await nord.find(EVENT) is None
    assert EVENT.removeprefix(mobilizon.origin) not in " ".join(mobilizon.asked)


async def test_a_group_relays_an_event_and_it_is_kept(nord, mobilizon):
    announce = mobilizon.says("Announce", EVENT) | {"actor": GROUP}

    await mobilizon.tells(nord, announce)

    assert (await nord.find(EVENT)).event


async def test_an_event_is_moved_called_off_and_deleted(nord, mobilizon):
    await mobilizon.replays(nord, "mobilizon_create_event")
    later = json.loads(document("mobilizon_create_event"))["object"]
    later |= {"updated": "2026-11-25T09:00:00Z", "startTime": "2030-06-15T18:00:00+02:00"}
    mobilizon.serve(EVENT, later)
    await mobilizon.tells(nord, mobilizon.says("Update", later) | {"actor": NADIA})
    assert (await nord.find(EVENT)).available_from == datetime(2030, 6, 15, 16, tzinfo=UTC)

    later |= {"updated": "2026-11-26T09:00:00Z", "status": "CANCELLED", "ical:status": "CANCELLED"}
    mobilizon.serve(EVENT, later)
    await mobilizon.tells(nord, mobilizon.says("Update", later) | {"actor": NADIA})
    assert (await nord.find(EVENT)).status is Status.CLOSED

    delete = mobilizon.says("Delete", EVENT) | {"actor": NADIA}
    await mobilizon.tells(nord, delete)
    assert await nord.find(EVENT), "as long as its house still has it, nobody else ends it"
    mobilizon.serve(EVENT, {"id": EVENT, "type": "Tombstone"}, status=410)
    await mobilizon.tells(nord, delete | {"id": f"{NADIA}/delete/2"})
    assert await nord.find(EVENT) is None


# --- how it is shown --------------------------------------------------------------------------------


async def test_an_event_is_shown_as_one_with_its_source_and_the_way_there(nord, mobilizon):
    await mobilizon.replays(nord, "mobilizon_create_event")
    event = await nord.find(EVENT)
    lea = await signed_in(nord, await nord.join("lea"))

    for visitor in (Visitor(nord), lea):
        shown = await visitor.open(f"/l/{event.key}")
        assert "Événement · Mobilizon" in shown.words
        assert "14 juin 2030" in shown.words
        assert "18:00 – 21:30" in shown.words, "in the hours of those who read it"
        assert "La Condition Publique, Roubaix" in shown.words
        assert "Mobilizon · mobilizon.example" in shown.words
        assert EVENT in [link.attrs["href"] for link in shown.all("a.button")]
        assert not shown.all('a[href^="/echanges/nouveau"]'), "nobody there could answer"
        assert '"@type": "Event"' in shown.answer.text
    card = await Visitor(nord).open("/")
    assert "Événement · Mobilizon" in card.words


async def test_events_are_looked_for_apart_and_are_no_offers(nord, mobilizon):
    await mobilizon.replays(nord, "mobilizon_create_event")
    await nord.publish("Vélo cargo")

    events, offers = await page(nord, "/annonces?type=evenement"), await page(nord, "/annonces?type=offre")

    assert [events.says(one) for one in ("Apéro réparation", "Vélo cargo")] == [True, False]
    assert [offers.says(one) for one in ("Apéro réparation", "Vélo cargo")] == [False, True]
    assert events.says("Événements")
    group = await page(nord, "/@atelier@mobilizon.example")
    assert group.says("1 événement")
    feed = (await nord.get("/annonces.json?type=evenement")).json()
    assert [one["kind"] for one in feed["items"]] == ["event"]
    assert "Événement : Apéro" in (await nord.get("/annonces.ics", "text/calendar")).text.replace("\r\n ", "")


async def test_a_house_without_events_has_no_chip_for_them(nord):
    await nord.publish("Vélo cargo")

    assert not (await page(nord, "/")).says("Événements")


async def test_an_event_answers_no_need_and_nobody_is_told_that_it_does(nord, mobilizon):
    lea = await nord.join("lea")
    await nord.publish("Réparation de vélos", by=lea, kind="need", mode="service")
    await mobilizon.replays(nord, "mobilizon_create_event")

    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM notices WHERE kind LIKE 'match.%'") == 0


async def test_an_event_that_is_over_leaves_the_lists(nord, mobilizon, network):
    await mobilizon.replays(nord, "mobilizon_create_event")
    network.clock.advance(days=60)

    await house_keeping(nord.node)

    assert (await nord.find(EVENT)).status is Status.EXPIRED


# --- flohmarkt --------------------------------------------------------------------------------------


@pytest.fixture
def flohmarkt(network):
    """A flohmarkt: its actors come as plain JSON, its WebFinger is in order."""
    flohmarkt = Recorded(network, "flohmarkt.example")
    flohmarkt.show("flohmarkt_actor", media_type="application/json")
    flohmarkt.finger("petra", PETRA)
    return flohmarkt


async def test_a_listing_of_flohmarkt_arrives_with_its_price_and_its_source(nord, flohmarkt):
    await flohmarkt.heard_by(nord, PETRA)

    assert (await flohmarkt.replays(nord, "flohmarkt_create")).status_code == 202

    listing = await nord.find(f"{PETRA}/items/7")
    assert (listing.title, str(listing.price.amount)) == ("Lastenrad", "1250.5")
    assert listing.html == "<p>Gut gepflegt</p>", "its title is said once"
    assert listing.where.name == "Würzburg", "a place without a name is called by its town"
    shown = await Visitor(nord).open(f"/l/{listing.key}")
    assert "Offre · flohmarkt" in shown.words
    assert "flohmarkt.example" in shown.words
    assert "https://flohmarkt.example/~petra/7" in [one.attrs["href"] for one in shown.all("a.button")]


async def test_an_upload_that_looks_like_an_actor_speaks_for_nobody(nord, flohmarkt):
    """Security cases 13 and 34: whoever may upload JSON to a house does not write its WebFinger."""
    mallory = "https://flohmarkt.example/uploads/mallory.json"
    like = flohmarkt.says("Like", f"{nord.origin}/listings/1")

    for name in ("petra", "mallory"):
        shown = {"id": mallory, "preferredUsername": name, "inbox": f"{mallory}/inbox"}
        shown["publicKey"] = {"id": f"{mallory}#main-key", "owner": mallory}
        flohmarkt.show("flohmarkt_actor", media_type="application/json", **shown)
        answer = await flohmarkt.tells(nord, like | {"id": f"{mallory}/{name}", "actor": mallory})
        assert answer.status_code == 401, "its house does not call it by that name"


@pytest.mark.parametrize("media_type", ["text/plain", "text/html", "application/octet-stream", ""])
async def test_what_has_any_other_label_is_not_believed_whatever_webfinger_says(nord, flohmarkt, media_type):
    flohmarkt.show("flohmarkt_actor", media_type=media_type or None)
    like = flohmarkt.says("Like", f"{nord.origin}/listings/1") | {"actor": PETRA}

    assert (await flohmarkt.tells(nord, like)).status_code == 401


# --- the others -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "id", "software"),
    [
        ("epicyon_share", "https://epicyon.example/users/rosa/statuses/shareditems-remorque", ""),
        ("mitra_proposal", "https://mitra.example/users/alice/proposals/monero:1", ""),
        ("mutual_aid_offer", "https://pod.example/camille/data/8a1", "mutual-aid.app"),
        ("mutual_aid_request", "https://pod.example/camille/data/8a2", "mutual-aid.app"),
        ("note_with_proposal", "https://other.example/notes/5", ""),
        ("bonfire_proposal", None, "Bonfire"),
        ("bonfire_intent", None, "Bonfire"),
    ],
)
async def test_a_relatives_listing_is_kept_and_its_page_names_its_house(network, nord, name, id, software):
    raw = json.loads(document(name))
    thing = raw["object"] if raw["type"] == "Create" else raw
    said = read_object(thing)
    assert (said.id, said.software) == (id or said.id, software)
    house = Recorded(network, said.id.split("/")[2])
    author = {"id": said.by, "type": "Person", "preferredUsername": "eli", "inbox": f"{said.by}/inbox"}
    author["publicKey"] = {"id": f"{said.by}#main-key", "owner": said.by}
    house.show("mastodon_actor", **author, url=said.by, outbox=f"{said.by}/outbox", endpoints={})
    await house.heard_by(nord, said.by)

    create = {"id": f"{house.origin}/creates/1", "type": "Create", "actor": said.by, "object": thing}
    assert (await house.tells(nord, create | {"to": [t.PUBLIC]})).status_code == 202

    listing = await nord.find(said.id)
    assert listing is not None
    shown = await nord.get(f"/l/{listing.key}", BROWSER)
    assert shown.status_code == 200
    assert house.host in shown.text
    assert f"· {software}" in shown.text or not software
    assert "/echanges/nouveau" not in shown.text


@pytest.mark.parametrize("prefix", ["", "om2:", "vf:"])
@pytest.mark.parametrize("amount", ["3", 3, 3.0])
def test_units_stand_under_either_name(prefix, amount):
    """Mitra writes vf:, FEP-0837 and Epicyon om2:, and some write neither."""
    quantity = {f"{prefix}hasUnit": f"{prefix}kilogram", f"{prefix}hasNumericalValue": amount}
    share = json.loads(document("epicyon_share"))
    share["publishes"]["resourceQuantity"] = quantity

    read = read_object(share).publishes.quantity
    assert (read.unit, read.amount) == ("kilogram", 3)
