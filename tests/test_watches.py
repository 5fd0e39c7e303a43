"""What members follow here, and how they hear of it: once, with why, and only of what they may see."""

from dataclasses import dataclass
from urllib.parse import urlencode

import pytest

from fedicoop import app as house
from fedicoop.access import Role
from fedicoop.actors import names
from fedicoop.finding import searching, synonyms
from fedicoop.follows import actions as follows
from fedicoop.listings import actions as listings
from fedicoop.listings import question as questions
from fedicoop.members import actions as members
from fedicoop.notices import readers
from fedicoop.notices import store as notices
from fedicoop.notices.kinds import Family, Pace
from fedicoop.watches import actions, hanging, store, waiting
from fedicoop.watches.watch import MOST, About, Channel
from tests.browsing import Visitor, signed_in
from tests.conftest import PAIRS
from tests.post_office import post_office, with_mail


async def told(instance, member) -> list[tuple[str, str]]:
    async with instance.node.db.read() as tx:
        found = await notices.of_member(tx, member.id)
    return [(notice.kind, str(notice.values.get("title", ""))) for notice in reversed(found)]


async def watch(instance, member, query=None, *, coop=None, channel=Channel.APP, **asked):
    async with instance.node.db.write() as tx:
        if coop:
            return await actions.watch_coop(tx, member, coop, channel)
        question = questions.read(query or asked)
        return await actions.watch_question(tx, member, question, channel)


async def watches_of(instance, member):
    async with instance.node.db.read() as tx:
        return await store.of_member(tx, member.id)


async def steward(instance, handle="karim"):
    return await instance.join(handle, role=Role.STEWARD)


@dataclass(frozen=True, slots=True)
class Plan:
    id: int
    parent: int
    notused: int
    detail: str


FITTING = {
    "title": "Perceuse à percussion",
    "category": "tools.power-tools",
    "place": "Lille",
    "available": {"from": "2030-05-10", "to": "2030-05-20"},
}


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({}, True),
        ({"q": "perceuse"}, True),
        ({"q": "perceuses"}, True),
        ({"q": "drill"}, True),
        ({"q": "perceuse percussion"}, True),
        ({"q": "perceuse marteau"}, False),
        ({"q": "ponceuse"}, False),
        ({"type": "offre"}, True),
        ({"type": "besoin"}, False),
        ({"mode": "pret"}, True),
        ({"mode": "don"}, False),
        ({"categorie": "tools"}, True),
        ({"categorie": "tools.power-tools"}, True),
        ({"categorie": "tools.garden"}, False),
        ({"categorie": "bikes"}, False),
        ({"lieu": "Lille", "rayon": "5"}, True),
        ({"lieu": "Roubaix", "rayon": "20"}, True),
        ({"lieu": "Roubaix", "rayon": "5"}, False),
        ({"lieu": "Paris", "rayon": "100"}, False),
        ({"lieu": "Paris", "rayon": "1000"}, True),
        ({"chez": "ici"}, True),
        ({"chez": "partenaires"}, False),
        ({"libre": "semaine"}, False),
        ({"du": "2030-05-18", "au": "2030-05-30"}, True),
        ({"du": "2030-05-21"}, False),
        ({"q": "perceuse", "lieu": "Lille", "rayon": "5", "mode": "pret", "type": "offre"}, True),
        ({"q": "perceuse", "lieu": "Paris", "rayon": "5"}, False),
    ],
    ids=lambda value: urlencode(value) if isinstance(value, dict) else "",
)
async def test_a_watch_tells_of_what_its_search_finds_and_of_nothing_else(network, asked, fits):
    """Of one mind with the search itself, which is asked the same."""
    nord = await network.add("nord.test")
    lea, max = await nord.join("lea"), await nord.join("max")
    await watch(nord, lea, asked)

    await nord.publish(by=max, **FITTING)
    await nord.settle()

    assert bool(await told(nord, lea)) is fits
    async with nord.node.db.read() as tx:
        found = await searching.search(tx, questions.read(asked), seen_by=lea.coop_id)
    assert (found.total == 1 and found.widened is None) is fits


async def test_each_listing_is_told_once_whatever_leads_to_it(network):
    nord = await network.add("nord.test")
    lea, max = await nord.join("lea"), await nord.join("max")
    await watch(nord, lea, coop=nord.coop)
    await watch(nord, lea, q="perceuse")
    await watch(nord, lea, categorie="tools")

    listing = await nord.publish(by=max, **FITTING)
    await nord.settle()
    network.clock.advance(hours=1)
    await nord.update(listing, text="Avec ses forets")
    await nord.settle()

    assert await told(nord, lea) == [("watch.search", "Perceuse à percussion")]
    assert await told(nord, max) == []


async def test_a_match_counts_more_than_a_watch(network):
    nord = await network.add("nord.test")
    lea, max = await nord.join("lea"), await nord.join("max")
    await watch(nord, lea, q="perceuse")
    await nord.publish(by=lea, kind="need", title="Cherche perceuse", place="Lille")

    await nord.publish(by=max, **FITTING)
    await nord.settle()

    assert await told(nord, lea) == [("match.offer_for_your_need", "Perceuse à percussion")]


async def test_an_edit_may_answer_a_search_that_it_did_not_answer_before(network):
    nord = await network.add("nord.test")
    lea, max = await nord.join("lea"), await nord.join("max")
    listing = await nord.publish(by=max, title="Outil électrique")
    await nord.settle()
    network.clock.advance(days=1)
    await watch(nord, lea, q="perceuse")
    network.clock.advance(days=1)

    async with nord.node.db.write() as tx:
        await listings.update(tx, max, listing.id, {"title": "Perceuse"}, None)
    await nord.settle()

    assert await told(nord, lea) == [("watch.search", "Perceuse")]


async def test_what_was_there_before_is_no_news(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    lea = await sud.join("lea")
    await nord.publish(title="Ancienne annonce")
    network.clock.advance(days=20)
    await network.settle()
    await watch(sud, lea, chez="partenaires")
    network.clock.advance(days=20)

    await network.befriend(sud, nord)  # reads what nord offers already
    await nord.publish(title="Nouvelle annonce")
    await network.settle()

    assert await told(sud, lea) == [("watch.search", "Nouvelle annonce")]


async def test_why_one_is_told_is_said_in_the_language_of_whoever_reads_it(network):
    nord = await network.add("nord.test")
    lea, max = await nord.join("lea"), await nord.join("max")
    await watch(nord, lea, {"q": "perceuse", "mode": "pret", "du": "2030-05-18", "au": "2030-05-30"})
    await nord.publish(by=max, **FITTING)
    await nord.settle()

    async with nord.node.db.read() as tx:
        [notice] = await notices.of_member(tx, lea.id)

    french, english = (notice.why(one).replace("\u00a0", " ") for one in ("fr", "en"))
    assert french == (
        "Vous suivez la recherche « perceuse » · Prêt · disponible du 18 mai 2030 au 30 mai 2030."
    )
    assert english == ("You follow the search “perceuse” · Loan · available from 18 May 2030 to 30 May 2030.")


async def test_a_peers_coop_is_followed_and_heard(pair, network):
    nord, sud = pair
    lea = await sud.join("lea")
    await watch(sud, lea, coop=nord.coop)

    listing = await nord.publish()
    await network.settle()

    assert await told(sud, lea) == [("watch.coop", "Vélo cargo")]
    async with sud.node.db.read() as tx:
        [notice] = await notices.of_member(tx, lea.id)
    assert notice.values["what"] == "Coop Nord"
    assert (await sud.get(notice.path, "text/html")).status_code == 200
    assert listing.title in (await sud.get(notice.path, "text/html")).text


async def test_what_is_for_one_coop_alone_is_told_within_it_alone(network):
    nord = await network.add("nord.test")
    lea, max = await nord.join("lea"), await nord.join("max")
    other = await second_coop(network, nord)
    await watch(nord, lea, q="perceuse")
    await watch(nord, other, q="perceuse")
    await watch(nord, other, coop=nord.coop)

    await nord.publish(by=max, visibility="coop", **FITTING)
    await nord.settle()

    assert await told(nord, lea) == [("watch.search", "Perceuse à percussion")]
    assert await told(nord, other) == []


async def second_coop(network, instance):
    """A member of another coop of the same house."""
    from fedicoop.access import operator
    from fedicoop.actors import actions as actors
    from fedicoop.actors import coops
    from fedicoop.actors.coops import AuthorMode, Coop

    async with instance.node.db.write() as tx:
        made = await actors.create(tx, instance.origin, "Organization", "autre", "Autre", PAIRS[1])
        await coops.put(tx, Coop(made.id, "tools", "fr", AuthorMode.COOP))
        return await members.add(
            tx,
            operator(made.id),
            instance.origin,
            handle="zoe",
            name="Zoé",
            pair=PAIRS[2],
            email=None,
            role=Role.MEMBER,
        )


async def test_a_paused_watch_is_silent_and_one_that_ended_is_gone(network):
    nord = await network.add("nord.test")
    lea, max = await nord.join("lea"), await nord.join("max")
    kept = await watch(nord, lea, q="perceuse")
    async with nord.node.db.write() as tx:
        await actions.change(tx, lea, kept.id, paused=True)
    await nord.publish(by=max, title="Perceuse un")
    await nord.settle()
    assert await told(nord, lea) == []

    async with nord.node.db.write() as tx:
        await actions.change(tx, lea, kept.id, paused=False)
    await nord.publish(by=max, title="Perceuse deux")
    await nord.settle()
    async with nord.node.db.write() as tx:
        await actions.end(tx, lea, kept.id)
        assert await tx.count("SELECT count(*) FROM watch_hooks") == 0
    await nord.publish(by=max, title="Perceuse trois")
    await nord.settle()

    assert await told(nord, lea) == [("watch.search", "Perceuse deux")]


async def test_a_member_is_followed_only_while_they_allow_it(network):
    nord = await network.add("nord.test")
    lea, max = await nord.join("lea"), await nord.join("max")
    browser = await signed_in(nord, lea)
    assert (await browser.open("/suivre?membre=max")).status == 404
    assert (await Visitor(nord).open("/suivre?membre=max")).status == 404

    his = await signed_in(nord, max)
    await his.open("/moi/suivis")
    await his.submit("/moi/suivis/accord", followable="yes")
    await browser.open("/suivre?membre=max")
    page = await browser.submit("/suivre")
    assert "Max Martin" in page.words
    await nord.publish(by=max, title="Un")
    await nord.settle()

    await his.open("/moi/suivis")
    await his.submit("/moi/suivis/accord", followable=None)
    await nord.publish(by=max, title="Deux")
    await nord.settle()

    assert await told(nord, lea) == [("watch.member", "Un")]
    assert (await Visitor(nord).open("/suivre?membre=max")).status == 404


async def test_following_a_coop_that_the_house_does_not_hear_is_no_wish_in_the_wind(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    lea, karim = await sud.join("lea"), await steward(sud)
    browser = await signed_in(sud, lea)
    await browser.open("/moi/suivis")

    page = await browser.submit("/moi/suivis/coop", name="nord.test")
    assert "transmettons votre souhait" in page.words
    page = await browser.submit("/suivre")
    assert "Les référent·es savent" in page.words

    assert await told(sud, karim) == [("watch.wish", "")]
    async with sud.node.db.read() as tx:
        [notice] = await notices.of_member(tx, karim.id)
    assert notice.path.startswith("/admin/reseau")
    assert notice.values["coop"] == "Coop Nord"

    await sud.follow(nord)
    await network.settle()
    await nord.publish()
    await network.settle()
    assert ("watch.coop", "Vélo cargo") in await told(sud, lea)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "vide"),
        ("nobody.test", "ne répond"),
        ("@nobody@nord.test", "nobody"),
        ("not a name", "not a name"),
        ("https://nord.test/actor", "n’est pas une coopérative"),
        ("x" * 301, "xxx"),
    ],
)
async def test_what_cannot_be_looked_up_is_said_beside_the_field(network, typed, said):
    await network.add("nord.test")
    sud = await network.add("sud.test")
    browser = await signed_in(sud, await sud.join("lea"))
    await browser.open("/moi/suivis")

    page = await browser.submit("/moi/suivis/coop", name=typed)

    assert page.status == 422
    assert page.all("#w-name")
    assert page.all("#f-name")[0].attrs["value"] == typed
    assert said in page.words


async def test_nobody_knocks_at_other_houses_without_end(network):
    sud = await network.add("sud.test")
    browser = await signed_in(sud, await sud.join("lea"))
    await browser.open("/moi/suivis")
    for _ in range(30):
        await browser.submit("/moi/suivis/coop", name="nobody.test")
    before = len(network.switchboard.asked)

    page = await browser.submit("/moi/suivis/coop", name="nobody.test")

    assert page.status == 429
    assert len(network.switchboard.asked) == before
    assert before >= 30


async def test_a_search_is_followed_by_a_form_and_taken_back(network):
    nord = await network.add("nord.test")
    lea = await nord.join("lea")
    browser = await signed_in(nord, lea)

    page = await browser.open("/suivre?q=perceuse&lieu=Lille&rayon=10&tri=proche&retour=/annonces")
    assert "« perceuse » · à moins de 10 km de Lille" in page.words.replace("\u00a0", " ")
    page = await browser.submit("/suivre")
    assert "vous suivez désormais" in page.words
    await browser.open("/suivre?q=perceuse&lieu=Lille&rayon=10")
    [kept] = await watches_of(nord, lea)
    assert kept.kind is About.SEARCH
    assert kept.target == "q=perceuse&lieu=Lille&rayon=10"

    page = await browser.open("/moi/suivis")
    assert "« perceuse »" in page.words.replace("\u00a0", " ")
    page = await browser.submit(f"/moi/suivis/{kept.id}", do="pause")
    assert "En pause" in page.words
    page = await browser.submit(f"/moi/suivis/{kept.id}", do="end")
    assert "vous ne suivez plus" in page.words
    assert await watches_of(nord, lea) == []


async def test_a_double_click_follows_once(network):
    nord = await network.add("nord.test")
    lea = await nord.join("lea")
    browser = await signed_in(nord, lea)
    await browser.open("/suivre?categorie=bikes")
    form = browser.page
    await browser.submit("/suivre")
    browser.page = form
    await browser.submit("/suivre")

    [kept] = await watches_of(nord, lea)
    assert kept.kind is About.CATEGORY


async def test_a_visitor_signs_in_and_comes_back(network):
    nord = await network.add("nord.test")

    page = await Visitor(nord).open("/suivre?q=perceuse")

    [way] = [a.attrs["href"] for a in page.all("a.button") if "/entrer" in (a.attrs.get("href") or "")]
    assert way == "/entrer?next=%2Fsuivre%3Fq%3Dperceuse"
    assert not [form for form in page.all("form") if form.attrs.get("method") == "post"]
    page = await Visitor(nord).open("/moi/suivis", follow=False)
    assert page.answer.headers["location"] == "/entrer?next=%2Fmoi%2Fsuivis"


async def test_a_place_that_is_not_there_is_told_with_what_may_be_meant(network):
    nord = await network.add("nord.test")
    lea = await nord.join("lea")
    browser = await signed_in(nord, lea)

    page = await browser.open("/suivre?q=perceuse&lieu=Roubaxi")

    assert "Roubaix (59)" in [a.to_text() for a in page.all("a")]
    await browser.open("/suivre?q=perceuse")
    page = await browser.submit("/suivre", subject="q=perceuse&lieu=Roubaxi")
    assert page.status == 422
    assert await watches_of(nord, lea) == []


async def test_nobody_touches_what_somebody_else_follows(network):
    """Security, section G: an id in an address gives no right."""
    nord = await network.add("nord.test")
    lea, max = await nord.join("lea"), await nord.join("max")
    kept = await watch(nord, lea, q="perceuse")
    browser = await signed_in(nord, max)
    await watch(nord, max, q="scie")
    await browser.open("/moi/suivis")
    form = browser.page

    for change in ({"do": "end"}, {"do": "pause"}, {"do": "", "channel": "daily"}):
        browser.page = form
        answer = await post(browser, kept, change)
        assert answer.status == 404

    assert await watches_of(nord, lea) == [kept]


async def post(browser, kept, change):
    """The same form, sent to somebody else's watch."""
    [form] = [one for one in browser.page.all("form") if "/moi/suivis/0" in one.attrs.get("action", "")][:1]
    mine = form.attrs["action"]
    form.attrs["action"] = f"/moi/suivis/{kept.id}"
    try:
        return await browser.submit(f"/moi/suivis/{kept.id}", **change)
    finally:
        form.attrs["action"] = mine


async def test_there_is_an_end_to_what_one_may_follow(network):
    nord = await network.add("nord.test")
    lea = await nord.join("lea")
    for number in range(MOST):
        await watch(nord, lea, q=f"mot{number}")
    browser = await signed_in(nord, lea)
    await browser.open("/suivre?q=perceuse")

    page = await browser.submit("/suivre")

    assert page.status == 422
    assert f"{MOST}" in page.words
    assert len(await watches_of(nord, lea)) == MOST


async def test_who_left_or_is_shut_out_hears_nothing(network):
    nord = await network.add("nord.test")
    lea, max = await nord.join("lea"), await nord.join("max")
    await watch(nord, lea, q="perceuse")
    async with nord.node.db.write() as tx:
        await tx.run("UPDATE members SET suspended_at = :now WHERE id = :id", now=tx.now, id=lea.id)

    await nord.publish(by=max, **FITTING)
    await nord.settle()

    assert await told(nord, lea) == []


async def test_thousands_of_watches_cost_a_listing_little(network):
    """Only those that hang on one of its tokens are looked at."""
    nord = await network.add("nord.test")
    lea, max = await nord.join("lea"), await nord.join("max")
    for number in range(MOST - 1):
        await watch(nord, lea, q=f"truc{number}", lieu="Lille", rayon="10")
    await watch(nord, lea, q="perceuse", lieu="Lille", rayon="10")

    listing = await nord.publish(by=max, **FITTING)

    async with nord.node.db.read() as tx:
        hooks = waiting.News.of(listing, tx.now).hooks()
        found = await store.hanging_on(tx, hooks)
        plan = []
        if tx.dialect == "sqlite":  # PostgreSQL reads a small table whole, and rightly
            plan = await tx.all(
                Plan,
                "EXPLAIN QUERY PLAN SELECT watch_id FROM watch_hooks WHERE hook IN ('wa', 'wb')",
            )
    assert [one.target for one in found] == ["q=perceuse&lieu=Lille&rayon=10"]
    assert all("SEARCH" in row.detail for row in plan)


async def test_stewards_who_already_follow_are_not_asked_again(pair):
    nord, sud = pair
    lea, karim = await sud.join("lea"), await steward(sud)
    them = await names.by_name(sud.node, nord.coop.id)

    await watch(sud, lea, coop=them)
    async with sud.node.db.write() as tx:
        await follows.unfollow(tx, sud.operator, sud.coop, them)
    await watch(sud, karim, coop=them)

    assert await told(sud, lea) == []
    assert await told(sud, karim) == [("watch.wish", "")]


@pytest.mark.parametrize(
    ("channel", "at_once", "in_the_morning"),
    [("instant", 1, 1), ("daily", 0, 1), ("weekly", 0, 0), ("app", 0, 0)],
)
async def test_each_watch_comes_by_mail_at_its_own_pace(network, channel, at_once, in_the_morning):
    async with post_office() as office:
        nord = await network.add("nord.test")
        with_mail(nord, f"smtp://127.0.0.1:{office.port}")
        lea, max = await nord.join("lea", email="lea@mail.test"), await nord.join("max")
        browser = await signed_in(nord, lea)
        await browser.open("/suivre?q=perceuse")
        await browser.submit("/suivre", channel=channel)

        await nord.publish(by=max, **FITTING)
        await nord.settle()
        network.clock.advance(minutes=2)
        await nord.settle()
        assert len(office.to("lea@mail.test")) == at_once

        network.clock.advance(hours=23)  # Thursday
        await house.house_keeping(nord.node)
        await nord.settle()
        assert len(office.to("lea@mail.test")) == in_the_morning
        assert await told(nord, lea) == [("watch.search", "Perceuse à percussion")]


async def test_a_new_watch_begins_as_the_member_hears_of_matches_and_may_be_changed(network):
    async with post_office() as office:
        nord = await network.add("nord.test")
        with_mail(nord, f"smtp://127.0.0.1:{office.port}")
        lea, max = await nord.join("lea", email="lea@mail.test"), await nord.join("max")
        async with nord.node.db.write() as tx:
            await readers.choose(tx, lea.id, {Family.MATCHES: Pace.WEEKLY})
        browser = await signed_in(nord, lea)
        page = await browser.open("/suivre?q=perceuse")
        assert [one.attrs["value"] for one in page.all("input[type=radio]") if "checked" in one.attrs] == [
            "weekly"
        ]
        await browser.submit("/suivre")
        [kept] = await watches_of(nord, lea)
        assert kept.channel is Channel.WEEKLY

        await browser.open("/moi/suivis")
        await browser.submit(f"/moi/suivis/{kept.id}", channel="instant")
        [kept] = await watches_of(nord, lea)
        assert kept.channel is Channel.INSTANT

        page = await (await signed_in(nord, max)).open("/suivre?q=perceuse")
        assert not page.all("input[type=radio]"), "who has no address gets no mail"


async def test_a_new_synonym_of_the_house_counts_for_what_is_followed_already(network):
    nord = await network.add("nord.test")
    lea, max = await nord.join("lea"), await nord.join("max")
    await watch(nord, lea, q="zinzin")
    await house.house_keeping(nord.node)
    async with nord.node.db.write() as tx:
        line = synonyms.Line(tx.new_id(), nord.coop.id, "zinzin = perceuse")
        await synonyms.put(tx, line)
    network.clock.advance(hours=1)
    await house.house_keeping(nord.node)

    await nord.publish(by=max, **FITTING)
    await nord.settle()

    assert await told(nord, lea) == [("watch.search", "Perceuse à percussion")]
    assert await hanging.renew(nord.node) == 0, "nothing has changed since"


async def test_who_leaves_takes_what_they_followed_with_them(network):
    nord = await network.add("nord.test")
    lea, max = await nord.join("lea"), await nord.join("max")
    async with nord.node.db.write() as tx:
        await actions.let_follow(tx, lea, True)
        await actions.watch_member(tx, max, lea, Channel.APP)
    await watch(nord, lea, q="perceuse")
    async with nord.node.db.write() as tx:
        await tx.run("UPDATE members SET left_at = :now WHERE id = :id", now=tx.now, id=lea.id)

    await house.house_keeping(nord.node)

    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM watches") == 0
        assert await tx.count("SELECT count(*) FROM watch_hooks") == 0


async def test_the_page_of_a_coop_and_that_of_a_listing_lead_to_following(pair, network):
    _, sud = pair
    lea, max = await sud.join("lea"), await sud.join("max")
    browser = await signed_in(sud, lea)

    page = await browser.open("/@nord@nord.test")
    ways = {a.attrs["href"] for a in page.all("a") if (a.attrs.get("href") or "").startswith("/suivre")}
    page = await browser.open(ways.pop())
    assert not ways
    assert "Coop Nord" in page.words
    feeds = [a.attrs["href"] for a in page.all("a") if (a.attrs.get("href") or "").endswith(".atom")]
    assert feeds
    assert (await sud.get(feeds[0], "application/atom+xml")).status_code == 200

    listing = await sud.publish(by=max)
    assert "/suivre" not in (await browser.open(f"/l/{listing.key}")).answer.text
    async with sud.node.db.write() as tx:
        await actions.let_follow(tx, max, True)
    page = await browser.open(f"/l/{listing.key}")
    [way] = [a.attrs["href"] for a in page.all("a") if (a.attrs.get("href") or "").startswith("/suivre")]
    assert "Max Martin" in (await browser.open(way)).words
    assert "membre=max" not in (await Visitor(sud).open(f"/l/{listing.key}")).answer.text
    assert "membre=max" not in (await (await signed_in(sud, max)).open(f"/l/{listing.key}")).answer.text
