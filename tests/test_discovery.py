"""How peers find us and what they read: names, documents, collections, activities."""

import json
from dataclasses import dataclass

import pytest

from fedicoop.vocabulary.reading import read
from fedicoop.vocabulary.types import Collection


@pytest.mark.parametrize(
    "resource",
    [
        "acct:nord@nord.test",
        "acct:NORD@NORD.TEST",
        "https://nord.test/actors/nord",
        "https://nord.test/@nord",
    ],
)
async def test_a_name_leads_to_the_actor_and_back(network, resource):
    nord = await network.add("nord.test")

    answer = await nord.get(f"/.well-known/webfinger?resource={resource}", "application/jrd+json")

    assert answer.headers["content-type"] == "application/jrd+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    found = answer.json()
    assert found["subject"] == "acct:nord@nord.test"
    [self_link] = [link["href"] for link in found["links"] if link["rel"] == "self"]
    document = (await nord.get(self_link)).json()
    assert (document["id"], document["preferredUsername"]) == (self_link, "nord")
    assert document["webfinger"] == "nord@nord.test"


@pytest.mark.parametrize("resource", ["https://nord.test", "https://nord.test/", "acct:nord.test@nord.test"])
async def test_the_server_itself_has_a_name(network, resource):
    nord = await network.add("nord.test")

    found = (await nord.get(f"/.well-known/webfinger?resource={resource}")).json()

    assert {link["href"] for link in found["links"] if link["rel"] == "self"} == {"https://nord.test/actor"}


@pytest.mark.parametrize(
    "resource",
    [
        "acct:nord@evil.example",
        "acct:nord",
        "acct:@nord.test",
        "acct:x@nord.test",
        "https://evil.example/@nord",
        "é",
    ],
)
async def test_names_that_are_not_ours_are_not_answered(network, resource):
    """Case 42."""
    nord = await network.add("nord.test")

    answer = await nord.get(f"/.well-known/webfinger?resource={resource}")

    assert answer.status_code == 404


async def test_a_question_without_a_name_is_refused(network):
    nord = await network.add("nord.test")

    assert (await nord.get("/.well-known/webfinger")).status_code == 400


async def test_nodeinfo_speaks_both_versions_and_names_no_member(network):
    nord = await network.add("nord.test")

    links = (await nord.get("/.well-known/nodeinfo", "application/json")).json()["links"]

    versions = [link["href"] for link in links if "schema/2." in link["rel"]]
    assert len(versions) == 2
    for href in versions:
        found = (await nord.get(href, "application/json")).json()
        assert found["software"]["name"] == "fedicoop"
        assert found["protocols"] == ["activitypub"]
        assert found["usage"]["users"]["total"] == 0
        assert found["metadata"]["fedicoop"]["coops"] == [nord.coop.id]
    assert (await nord.get("/nodeinfo/3.0")).status_code == 404


async def test_host_meta_tells_where_webfinger_is(network):
    nord = await network.add("nord.test")

    answer = await nord.get("/.well-known/host-meta", "application/xrd+xml")

    assert "https://nord.test/.well-known/webfinger?resource={uri}" in answer.text


async def test_an_actor_says_all_that_peers_ask_of_one(network):
    nord = await network.add("nord.test")

    document = (await nord.get(nord.coop.id)).json()

    assert document["type"] == "Organization"
    for name in ("inbox", "outbox", "followers", "following", "featured", "featuredTags", "url"):
        assert document[name].startswith("https://nord.test/"), name
    assert document["endpoints"]["sharedInbox"] == "https://nord.test/inbox"
    assert document["publicKey"]["owner"] == document["id"]
    assert document["publicKey"]["id"] == f"{document['id']}#main-key"
    assert document["assertionMethod"][0]["type"] == "Multikey"
    assert document["manuallyApprovesFollowers"] is False
    assert "PRIVATE" not in json.dumps(document)


async def test_the_server_is_an_application_readable_by_anybody(network):
    nord = await network.add("nord.test")

    document = (await nord.get("/actor")).json()

    assert document["type"] == "Application"
    assert any("0837" in one["href"] for one in document["implements"])


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/activity+json", "application/activity+json"),
        ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"', "application/activity+json"),
        ("application/ld+json", "application/activity+json"),
        ("application/json", "application/activity+json"),
        (
            'application/ld+json; profile="https://www.w3.org/ns/activitystreams", '
            "application/activity+json, text/html;q=0.1",
            "application/activity+json",
        ),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
    ],
)
async def test_one_address_answers_programs_and_people(network, accept, kind):
    nord = await network.add("nord.test")
    offer = await nord.publish()

    answer = await nord.get(offer.id, accept)

    assert answer.headers["content-type"] == kind
    assert "accept" in answer.headers["vary"].lower()
    assert (
        f'<{offer.id}>; rel="alternate"' in answer.headers.get("link", "")
        or kind == "application/activity+json"
    )


async def test_what_has_not_changed_is_not_sent_again(network):
    nord = await network.add("nord.test")
    offer = await nord.publish()

    first = await nord.get(offer.id)
    second = await nord.get(offer.id, **{"if-none-match": first.headers["etag"]})

    assert first.headers["cache-control"] == "public, max-age=180"
    assert (second.status_code, second.content) == (304, b"")


async def collect(nord, url):
    found, page = [], read((await nord.get(url)).content).first
    while page:
        collection = read((await nord.get(page)).content)
        assert isinstance(collection, Collection)
        found += collection.items
        page = collection.next
    return found


async def test_offers_needs_and_the_outbox_can_be_pulled_page_by_page(network):
    nord = await network.add("nord.test")
    offers = [await nord.publish(f"Offre {n}") for n in range(45)]
    need = await nord.publish("Besoin", kind="need")

    assert [note.id for note in await collect(nord, f"{nord.coop.id}/offers")] == [o.id for o in offers[::-1]]
    assert [note.id for note in await collect(nord, f"{nord.coop.id}/needs")] == [need.id]
    said = await collect(nord, f"{nord.coop.id}/outbox")
    assert [create.object.id for create in said] == [need.id, *(offer.id for offer in offers[::-1])]
    assert (await nord.get(f"{nord.coop.id}/outbox")).json()["totalItems"] == 46


async def test_every_public_activity_is_there_at_its_id(network):
    nord = await network.add("nord.test")
    await nord.publish()

    [create] = await collect(nord, f"{nord.coop.id}/outbox")
    answer = await nord.get(create.id)

    assert answer.json()["id"] == create.id
    assert answer.json()["object"]["purpose"] == "offer"


@dataclass(frozen=True)
class Id:
    id: str


async def test_an_activity_for_one_reader_looks_like_none(pair):
    _, sud = pair
    async with sud.node.db.read() as tx:
        [follow] = await tx.all(Id, "SELECT id FROM sent WHERE type = 'Follow'")

    hidden, absent = await sud.get(follow.id), await sud.get(f"{sud.origin}/activities/nothing")

    assert hidden.status_code == absent.status_code == 404


async def test_a_coop_pins_its_newest_listings_by_their_ids(network):
    nord = await network.add("nord.test")
    offers = [await nord.publish(f"Offre {n}", tags=["velo", f"t{n}"]) for n in range(7)]

    pinned = (await nord.get(f"{nord.coop.id}/featured")).json()
    tags = (await nord.get(f"{nord.coop.id}/featured-tags")).json()

    assert pinned["orderedItems"] == [offer.id for offer in offers[:1:-1]]
    assert tags["items"][0]["name"] == "#velo"


async def test_replies_and_context_of_a_listing_are_there(network):
    nord = await network.add("nord.test")
    offer = await nord.publish()
    note = (await nord.get(offer.id)).json()

    assert (await nord.get(note["replies"]["id"])).json()["totalItems"] == 0
    context = (await nord.get(note["context"])).json()
    assert (await nord.get(context["first"])).json()["orderedItems"] == [offer.id]


async def test_a_request_for_another_host_is_not_answered(network):
    nord = await network.add("nord.test")

    answer = await nord.http.get("https://nord.test/actor", headers={"host": "evil.example"})

    assert answer.status_code == 421


@pytest.mark.parametrize("path", ["/healthz", "/health", "/livez"])
async def test_probes_are_answered_by_any_name(network, path):
    nord = await network.add("nord.test")

    answer = await nord.http.get(f"https://nord.test{path}", headers={"host": "10.0.0.7:8080"})

    assert answer.json() == {"status": "alive"}


async def test_a_one_time_link_does_not_stand_in_the_log(network, capsys):
    nord = await network.add("nord.test")

    await nord.get("/bienvenue/s3cr3t-of-a-volunteer", "text/html")

    assert "s3cr3t" not in capsys.readouterr().err
