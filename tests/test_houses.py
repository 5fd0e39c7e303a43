"""A house is closed, limited and opened again; what is here of it follows, and nothing is lost for good."""

import pytest

from fedicoop.access import Role
from fedicoop.actors import fetching
from fedicoop.desk import houses
from fedicoop.enquiries import strangers
from fedicoop.enquiries.strangers import Quarantine
from fedicoop.errors import Forbidden, Refused
from fedicoop.follows import store as follows
from fedicoop.peers import decisions
from fedicoop.peers.peer import Policy
from tests.browsing import Visitor, signed_in
from tests.conftest import Instance
from tests.enquiring import write
from tests.hostile import Stranger
from tests.photos import a_phone_photo


async def admin(instance: Instance, handle: str = "zoe", role: Role = Role.ADMIN):
    return await instance.join(handle, email=f"{handle}@mail.test", role=role)


async def decide(instance: Instance, host: str, policy: Policy, reason: str = "spam") -> None:
    async with instance.node.db.write() as tx:
        await houses.decide(tx, instance.operator, host, policy, reason)


async def sees(instance: Instance, title: str, member=None) -> set[str]:
    """Where a listing of another house is seen here."""
    found = set()
    visitor = await signed_in(instance, member) if member else Visitor(instance)
    for path in ("/annonces", f"/annonces?q={title.lower()}", "/annonces.json", "/annonces.atom", "/"):
        answer = await visitor.open(path)
        if title in answer.answer.text:
            found.add(path)
    return found


async def counts(instance: Instance) -> tuple[int, int]:
    async with instance.node.db.read() as tx:
        return (
            await follows.followers_count(tx, instance.coop.id),
            await follows.following_count(tx, instance.coop.id),
        )


async def test_what_is_here_of_a_closed_house_is_hidden_and_comes_back(network, pair):
    """Case 101: block, look, unblock, look."""
    nord, sud = pair
    lea = await sud.join("lea")
    listing = await nord.publish("Tandem")
    await network.settle()
    page = (await sud.shelf())[0]
    before = await sees(sud, "Tandem"), await sees(sud, "Tandem", lea)
    assert len(before[0]) >= 4

    await decide(sud, "nord.test", Policy.CLOSED)
    await network.settle()

    assert await sees(sud, "Tandem") == await sees(sud, "Tandem", lea) == set()
    assert (await Visitor(sud).open(f"/l/{page.key}")).status == 404
    assert (await Visitor(sud).open("/@nord@nord.test")).status == 404
    await decide(sud, "nord.test", Policy.OPEN, "")
    await network.settle()

    assert (await sees(sud, "Tandem"), await sees(sud, "Tandem", lea)) == before
    assert (await Visitor(sud).open(f"/l/{page.key}")).status == 200
    assert [one.id for one in await sud.shelf()] == [listing.id]


async def test_follows_end_both_ways_and_ours_are_asked_again(network, pair):
    nord, sud = pair
    await network.befriend(nord, sud)
    assert await counts(sud) == await counts(nord) == (1, 1)

    await decide(sud, "nord.test", Policy.CLOSED)
    await network.settle()

    assert await counts(sud) == (0, 0)
    assert await counts(nord) == (0, 0), "nord was told, and does not think that it is heard"
    await decide(sud, "nord.test", Policy.OPEN)
    await network.settle()

    assert await counts(sud) == (0, 1), "whom we heard was asked again; who heard us has to ask"
    await nord.publish("Après")
    await network.settle()
    assert [one.title for one in await sud.shelf()] == ["Après"]


async def test_a_closed_house_is_neither_heard_nor_served_nor_asked(network, pair):
    """Case 130, and nothing leaves that waited."""
    nord, sud = pair
    await network.befriend(nord, sud)
    network.unplug(nord)
    await sud.publish("Remorque")
    await network.settle()
    network.plug(nord)
    await decide(sud, "nord.test", Policy.CLOSED)
    network.clock.advance(hours=1)
    await network.settle()

    assert await nord.shelf() == [], "what waited for nord was dropped"
    await nord.publish("Encore")
    network.switchboard.asked.clear()
    await network.settle()
    assert await sud.shelf() == []
    assert [url for _, url in network.switchboard.asked if "nord.test" in url] == []
    for url in ("https://nord.test/actors/nord", "https://NORD.test./actors/nord"):
        with pytest.raises(Refused):
            await fetching.get_signed(sud.node, url)
    with pytest.raises(Refused):
        await fetching.fetch_json(sud.node, "https://nord.test/.well-known/nodeinfo", accept="*/*")


async def test_letters_that_waited_when_the_house_was_closed_have_no_effect(network, pair):
    """Case 128: an edit that came before the decision is refused after it."""
    nord, sud = pair
    listing = await nord.publish("Tandem")
    await network.settle()
    await nord.update(listing, title="Tandem volé")
    while await nord.settle():
        pass

    await decide(sud, "nord.test", Policy.CLOSED)
    await network.settle()
    await decide(sud, "nord.test", Policy.OPEN)
    async with sud.node.db.read() as tx:
        refused = await tx.count("SELECT count(*) FROM received WHERE outcome = 'refused'")
    assert refused == 1


async def test_copies_of_photos_go_and_come_back(network, pair):
    nord, sud = pair
    listing = await nord.publish("Tandem")
    await network.settle()
    kept = await a_photo_here(sud, listing.id)

    await decide(sud, "nord.test", Policy.CLOSED)
    await network.settle()

    async with sud.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM pictures WHERE source = :s", s=kept) == 0
    await decide(sud, "nord.test", Policy.OPEN)
    await sud.settle()
    async with sud.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM pictures WHERE source = :s", s=kept) == 1
    assert (await sud.find(listing.id)).photos[0].name


async def a_photo_here(sud: Instance, id: str) -> str:
    """Give the copy of a listing a photo of its house, as if it had come with it."""
    from dataclasses import replace

    from fedicoop.listings import store
    from fedicoop.listings.listing import Photo
    from fedicoop.media import store as pictures

    source = "https://nord.test/media/tandem.jpg"
    async with sud.node.db.write() as tx:
        name = await pictures.want(tx, source)
        known = await store.get(tx, id)
        await store.put(tx, replace(known, photos=(Photo(name, source=source),)))
    kept = await pictures.keep(sud.node, a_phone_photo(), source=source)
    assert kept.name == name
    return source


async def test_a_limited_house_is_shown_to_those_who_follow_it(network, pair):
    nord, sud = pair
    lea = await sud.join("lea")
    await nord.publish("Tandem")
    await network.settle()

    await decide(sud, "nord.test", Policy.LIMITED)
    await network.settle()

    assert await sees(sud, "Tandem") == set(), "a visitor follows nobody"
    assert "/annonces" in await sees(sud, "Tandem", lea), "lea's coop follows nord"
    await nord.publish("Triporteur")
    await network.settle()
    assert await sees(sud, "Triporteur") == set(), "what comes later is limited too"
    assert "/annonces" in await sees(sud, "Triporteur", lea)
    await decide(sud, "nord.test", Policy.OPEN)
    await network.settle()
    assert "/annonces" in await sees(sud, "Tandem") & await sees(sud, "Triporteur")


async def test_first_contacts_of_a_limited_house_wait(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    await decide(nord, "sud.test", Policy.LIMITED)

    await network.befriend(sud, nord)

    async with nord.node.db.read() as tx:
        following = await follows.between(tx, sud.coop.id, nord.coop.id)
    assert following.status == "pending"


async def test_what_people_of_a_closed_house_said_is_hidden_and_comes_back(network):
    """Case 101: questions under listings and conversations; a first one of a limited house waits."""
    nord, friend = await network.add("nord.test"), Stranger(network, "friend.test")
    friend.actor("bob")
    listing = await nord.publish("Tandem")
    async with nord.node.db.write() as tx:
        await strangers.choose(tx, nord.coop.id, Quarantine.NONE)
    await write(friend, nord, "1", "est-il bleu ?", inReplyTo=listing.id)

    async def seen() -> bool:
        return "est-il bleu" in (await Visitor(nord).open(f"/l/{listing.key}")).words

    assert await seen()
    await decide(nord, "friend.test", Policy.CLOSED)
    await network.settle()
    assert not await seen()
    assert (await nord.get(f"/listings/{listing.key}/replies")).json()["totalItems"] == 0
    await decide(nord, "friend.test", Policy.OPEN)
    await network.settle()
    assert await seen()

    loud = Stranger(network, "loud.test")
    loud.actor("bob")
    await decide(nord, "loud.test", Policy.LIMITED)
    await write(loud, nord, "2", "et rouge ?", inReplyTo=listing.id)
    assert "et rouge" not in (await Visitor(nord).open(f"/l/{listing.key}")).words


async def test_what_is_beneath_a_closed_domain_is_closed(network):
    nord, sud = await network.add("sub.evil.test"), await network.add("sud.test")
    await network.befriend(sud, nord)
    await nord.publish("Tandem")
    await network.settle()

    await decide(sud, "evil.test", Policy.CLOSED)
    await network.settle()

    assert await sees(sud, "Tandem") == set()
    assert await counts(sud) == (0, 0)


async def test_only_listed_houses_are_let_in(network, pair):
    """Case 146: enforced on POST and fetch; who is not listed is answered 403."""
    nord, sud = pair
    est = await network.add("est.test")
    await network.befriend(sud, est)
    await decide(sud, "nord.test", Policy.OPEN, "partner")
    async with sud.node.db.write() as tx:
        await houses.choose(tx, sud.operator, listed_only=True, signed_only=False)
    await network.settle()

    assert await counts(sud) == (0, 1), "nord stays, est goes"
    await nord.publish("De la liste")
    await est.publish("Hors liste")
    await network.befriend(est, sud)
    assert [one.title for one in await sud.shelf()] == ["De la liste"]
    async with est.node.db.read() as tx:
        answers = await tx.count("SELECT count(*) FROM follows WHERE status = 'accepted'")
    assert answers == 0
    with pytest.raises(Refused):
        await fetching.get_signed(sud.node, est.coop.id)

    await decide(sud, "est.test", Policy.OPEN, "partner too")
    await network.settle()
    assert {one.title for one in await sud.shelf()} == {"De la liste", "Hors liste"}
    async with sud.node.db.write() as tx:
        await houses.choose(tx, sud.operator, listed_only=False, signed_only=False)
    async with sud.node.db.read() as tx:
        assert not await decisions.listed_only(tx)


async def test_an_admin_closes_a_house_on_the_page_and_opens_it_again(network, pair):
    nord, sud = pair
    desk = await signed_in(sud, await admin(sud))
    await nord.publish("Tandem")
    await network.settle()
    await desk.open("/admin/maisons")

    wrong = await desk.submit("/admin/maisons", host="", policy="closed")
    assert wrong.status == 422
    wrong = await desk.submit("/admin/maisons", host="sud.test", policy="closed", reason="x")
    assert wrong.status == 422
    assert "c’est cette instance" in wrong.words
    wrong = await desk.submit("/admin/maisons", host="nord.test", policy="closed", reason="")
    assert wrong.status == 422, "a decision has a reason"
    page = await desk.submit(
        "/admin/maisons", host="https://NORD.test/@nord", policy="closed", reason="publicité"
    )
    assert "C’est fermé" in page.words
    assert "publicité" in page.words
    assert "Zoe" in page.words
    await network.settle()
    assert await sees(sud, "Tandem") == set()

    page = await desk.submit("/admin/maisons", host="nord.test", policy="open", reason="")
    await network.settle()
    assert "C’est ouvert" in page.words
    assert "/annonces" in await sees(sud, "Tandem")
    async with sud.node.db.read() as tx:
        log = await decisions.log(tx)
    assert [(one.was, one.became) for one in log] == [("closed", "open"), ("open", "closed")]


async def test_a_steward_reads_the_page_and_decides_nothing(network, pair):
    _, sud = pair
    karim = await admin(sud, "karim", Role.STEWARD)
    desk = await signed_in(sud, karim)
    page = await desk.open("/admin/maisons")
    assert page.status == 200
    assert not [one for one in page.all("form") if "maisons" in (one.attrs.get("action") or "")]
    async with sud.node.db.write() as tx:
        with pytest.raises(Forbidden):
            await houses.decide(tx, karim, "nord.test", Policy.CLOSED, "x")
    lea = await signed_in(sud, await sud.join("lea"))
    assert (await lea.open("/admin/maisons")).status == 403


async def test_a_list_goes_out_and_comes_in_as_mastodon_has_it(network, pair):
    _, sud = pair
    desk = await signed_in(sud, await admin(sud))
    text = (
        "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"
        'evil.test,suspend,true,true,"spam, and more",false\n'
        "loud.test,silence,false,false,,false\n"
        "quiet.test,noop,false,false,,false\n"
        "sud.test,suspend,false,false,,false\n"
        "strange.test,explode,false,false,,false\n"
    )
    await desk.open("/admin/maisons")
    page = await desk.submit(
        "/admin/maisons/liste", files={"list": ("blocks.csv", text.encode(), "text/csv")}
    )

    assert "2 décisions reprises" in page.words
    assert "Ligne 5 (sud.test)" in page.words
    assert "Ligne 6 (strange.test)" in page.words
    out = await desk.open("/admin/maisons.csv")
    assert out.answer.text.splitlines()[1:] == [
        'evil.test,suspend,true,true,"spam, and more",false',
        "loud.test,silence,false,false,,false",
    ]
    await desk.open("/admin/maisons")
    for junk in (b"\xff\xfe\x00", b"", b"no domain here at all"):
        page = await desk.submit("/admin/maisons/liste", files={"list": ("x.csv", junk, "text/csv")})
        assert page.status == 422


async def signed_get(reader: Instance, url: str) -> int:
    """The status that `reader`'s server gets for a signed request."""
    try:
        return (await fetching.get_signed(reader.node, url)).status
    except Refused as refused:
        return int(refused.values["status"])


async def test_documents_are_for_signed_requests_of_houses_that_are_not_closed(network, pair):
    """Cases 80, 82 and 146: unsigned 401, signed 200 for that reader alone, closed 403; pages stay public."""
    nord, sud = pair
    listing = await nord.publish("Tandem")
    await network.settle()
    paths = (
        nord.coop.id,
        listing.id,
        f"{nord.coop.id}/outbox",
        f"{nord.coop.id}/offers?page=1",
        "/annonces?q=x",
    )
    for path in paths:
        assert (await nord.get(path)).status_code == 200
    async with nord.node.db.write() as tx:
        await houses.choose(tx, nord.operator, listed_only=False, signed_only=True)

    for path in paths:
        answer = await nord.get(path)
        assert answer.status_code == 401, path
        assert "Tandem" not in answer.text
        tag = {"if-none-match": "*"}
        assert (await nord.get(path, **tag)).status_code == 401, "nor whether it has changed"
    for path in (nord.coop.id, listing.id):
        answer = await fetching.get_signed(sud.node, path)
        assert answer.status == 200
        assert answer.headers["cache-control"] == "private, no-store"
        assert "Signature" in answer.headers["vary"]
        assert (await nord.get(path)).status_code == 401, "what sud got is kept for nobody else"
    for path in ("/actor", "/.well-known/webfinger?resource=acct:nord@nord.test", "/nodeinfo/2.1"):
        assert (await nord.get(path)).status_code == 200
    assert (await Visitor(nord).open(f"/l/{listing.key}")).status == 200
    assert (await nord.get(listing.id, signature='keyId="https://sud.test/actor#main-key"')).status_code in (
        400,
        401,
    )

    await decide(nord, "sud.test", Policy.CLOSED)
    assert await signed_get(sud, listing.id) == 403
    await decide(nord, "sud.test", Policy.OPEN)
    assert await signed_get(sud, listing.id) == 200
    async with nord.node.db.write() as tx:
        await houses.choose(tx, nord.operator, listed_only=True, signed_only=True)
    est = await network.add("est.test")
    assert await signed_get(est, listing.id) == 403, "est was not opened by name"


async def test_two_houses_that_both_ask_for_signatures_hear_each_other(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    for one in (nord, sud):
        async with one.node.db.write() as tx:
            await houses.choose(tx, one.operator, listed_only=False, signed_only=True)

    await network.befriend(sud, nord)
    await nord.publish("Tandem")
    await network.settle()

    assert [one.title for one in await sud.shelf()] == ["Tandem"]
