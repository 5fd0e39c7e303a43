"""What members are told: on the page of notices, by mail as they chose, in a feed of their own."""

import gettext
from datetime import datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from fedicoop import app as house
from fedicoop import i18n
from fedicoop.listings import actions as listings
from fedicoop.members import store as members
from fedicoop.notices import kinds, readers, store
from fedicoop.notices.kinds import Family, Pace
from fedicoop.notices.news import write_morning_news
from fedicoop.notices.tell import tell
from fedicoop.watches import actions as watches
from fedicoop.watches.watch import Channel
from tests.browsing import Visitor, signed_in
from tests.post_office import post_office, with_mail

PARIS = ZoneInfo("Europe/Paris")
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
async def office():
    async with post_office() as open_office:
        yield open_office


@pytest.fixture
async def nord(network, office):
    found = await network.add("nord.test")
    with_mail(found, f"smtp://127.0.0.1:{office.port}")
    return found


@pytest.fixture
async def lea(nord):
    return await nord.join("lea", email="lea@mail.test")


async def told(nord, *members, kind="exchange.x", key="k", path="/l/x", **values):
    async with nord.node.db.write() as tx:
        await tell(tx, [one.id for one in members], kind, path=path, key=key, **values)


async def choose(nord, who, **wanted):
    async with nord.node.db.write() as tx:
        await readers.choose(tx, who.id, {Family(name): Pace(pace) for name, pace in wanted.items()})


async def notices(nord, who):
    async with nord.node.db.read() as tx:
        return await store.of_member(tx, who.id)


async def after(network, nord, **time):
    network.clock.advance(**time)
    await nord.settle()


async def at(network, nord, *when):
    """It is that hour in Paris, and the house keeps itself."""
    network.clock.now = datetime(*when, tzinfo=PARIS).astimezone(network.clock.now.tzinfo)
    await house.house_keeping(nord.node)
    await nord.settle()


@pytest.fixture
def texts(monkeypatch):
    """Words for the kinds of these tests, beside those of the catalogue."""
    ours = {
        "notice.exchange.x": "{who} vous demande « {title} »",
        "notice.exchange.x.why": "C’est votre annonce « {title} ».",
        "notice.match.x": "Une annonce correspond : {title}",
        "notice.match.x.why": "Vous suivez cela.",
        "notice.coop.x": "Réunion : {title}",
        "notice.coop.x.why": "Vous êtes de la coopérative.",
    }
    real = i18n.t

    def t(key, language, /, **values):
        if text := ours.get(key):
            return f"{language} {text}".format_map(i18n._Values(values))
        return real(key, language, **values)

    monkeypatch.setattr(i18n, "t", t)


@pytest.fixture(autouse=True)
def _words(texts):
    pass


# --- the page -------------------------------------------------------------------------------------


async def test_the_page_shows_notices_by_day_with_their_reasons_and_links(network, nord, lea):
    network.clock.now = datetime(2030, 5, 1, 23, 30, tzinfo=PARIS).astimezone(network.clock.now.tzinfo)
    await told(nord, lea, key="old", who="Karim", title="Perceuse")
    network.clock.advance(minutes=45)
    await told(nord, lea, key="new", who="Nadia", title="<b>Vélo</b>", path="/echanges/7")
    visitor = await signed_in(nord, lea)

    page = await visitor.open("/alertes")

    assert [head.to_text() for head in page.all("h2")] == ["Aujourd’hui", "Hier"]
    first, second = page.all(".notice")
    assert "Nadia vous demande « <b>Vélo</b> »" in first.to_text()
    assert first.query(".notice__what a")[0].attrs["href"] == "/echanges/7"
    assert "C’est votre annonce « Perceuse »." in second.to_text(separator=" ")
    assert "23:30" in second.to_text()
    assert page.all(".nav__count")[0].to_text(separator=" ").split()[0] == "2"
    assert not page.all("main b")


async def test_opening_the_page_changes_nothing_and_the_button_reads_what_was_shown(nord, lea):
    await told(nord, lea, key="a", who="Karim", title="Perceuse")
    visitor = await signed_in(nord, lea)
    for _ in range(2):
        page = await visitor.open("/alertes")
        assert len(page.all(".notice--new")) == 1
    await told(nord, lea, key="b", who="Nadia", title="Vélo")

    page = await visitor.submit("/alertes/vues")

    assert page.path == "/alertes"
    assert [notice.key for notice in await notices(nord, lea) if notice.seen_at] == ["a"]
    assert len(page.all(".notice--new")) == 1


async def test_the_script_reads_no_more_than_was_in_sight_and_needs_no_page(nord, lea):
    for key in range(35):
        await told(nord, lea, key=str(key), who="Karim", title="Perceuse")
    visitor = await signed_in(nord, lea)
    page = await visitor.open("/alertes")
    first = page.form("/alertes/vues").attrs["data-seen"]

    answer = await visitor.submit("/alertes/vues", first=first, quiet="1")

    assert answer.status == 204
    assert len([notice for notice in await notices(nord, lea) if notice.seen_at is None]) == 5


async def test_older_notices_are_on_the_next_page(nord, lea):
    for key in range(31):
        await told(nord, lea, key=str(key), who="Karim", title=f"n{key}")
    visitor = await signed_in(nord, lea)

    page = await visitor.open("/alertes")
    assert len(page.all(".notice")) == 30
    older = await visitor.open(page.all("a[rel=next]")[0].attrs["href"])

    assert [one.query(".notice__what a")[0].to_text() for one in older.all(".notice")] == [
        "fr Karim vous demande « n0 »"
    ]
    assert "Rien de plus ancien" in (await visitor.open("/alertes?before=0")).words


@pytest.mark.parametrize("path", ["/alertes", "/notices", "/alertes/reglages", "/notices/settings"])
async def test_a_visitor_is_led_to_the_entrance_and_back(nord, path):
    page = await Visitor(nord).open(path, follow=False)

    assert page.status == 303
    assert page.answer.headers["location"].startswith("/entrer?next=")


async def test_nobody_reads_or_touches_the_notices_of_another(nord, lea):
    karim = await nord.join("karim")
    await told(nord, lea, who="Karim", title="Perceuse")
    [notice] = await notices(nord, lea)
    visitor = await signed_in(nord, karim)

    page = await visitor.open("/alertes")
    assert "Perceuse" not in page.words
    assert "Rien de nouveau" in page.words
    await told(nord, karim, who="Lea", title="Vélo")
    await visitor.open("/alertes")
    await visitor.submit("/alertes/vues", first="", last="z" * 26)

    [notice] = await notices(nord, lea)
    assert notice.seen_at is None


async def test_a_kind_that_has_no_words_any_more_does_not_break_the_page(nord, lea):
    await told(nord, lea, kind="gone.kind", key="x")
    await told(nord, lea, who="Karim", title="Perceuse")
    visitor = await signed_in(nord, lea)

    page = await visitor.open("/alertes")

    assert page.status == 200
    assert "Il y a du nouveau" in page.words
    assert "Perceuse" in page.words


async def test_notices_are_forgotten_after_ninety_days(network, nord, lea):
    await told(nord, lea, who="Karim", title="Perceuse")
    network.clock.advance(days=89)
    await house.house_keeping(nord.node)
    assert len(await notices(nord, lea)) == 1

    network.clock.advance(days=2)
    await house.house_keeping(nord.node)

    assert await notices(nord, lea) == []


# --- choices --------------------------------------------------------------------------------------


async def test_a_member_chooses_for_each_family_and_finds_the_choice_again(nord, lea):
    visitor = await signed_in(nord, lea)
    page = await visitor.open("/alertes/reglages")
    chosen = {
        one.attrs["name"]: one.attrs["value"]
        for one in page.all("input[type=radio]")
        if "checked" in one.attrs
    }
    assert chosen == {f"pace_{family}": pace.value for family, pace in kinds.USUAL.items()}

    page = await visitor.submit("/alertes/reglages", pace_exchanges="daily", pace_coop="never")

    assert "C’est enregistré" in page.words
    chosen = {
        one.attrs["name"]: one.attrs["value"]
        for one in page.all("input[type=radio]")
        if "checked" in one.attrs
    }
    assert chosen["pace_exchanges"] == "daily"
    assert chosen["pace_coop"] == "never"
    assert chosen["pace_matches"] == "daily"


async def test_what_is_no_choice_is_told_beside_it_and_changes_nothing(nord, lea):
    visitor = await signed_in(nord, lea)
    await visitor.open("/alertes/reglages")

    page = await visitor.submit("/alertes/reglages", pace_exchanges="hourly", pace_coop="never")

    assert page.status == 422
    assert "quatre possibilités" in page.all("#f-pace_exchanges")[0].to_text()
    async with nord.node.db.read() as tx:
        assert await readers.paces(tx, lea.id) == kinds.USUAL


async def test_whoever_gets_no_mail_is_told_why(network, nord, lea, office):
    karim = await nord.join("karim")
    assert (
        "pas d’adresse de courriel" in (await (await signed_in(nord, karim)).open("/alertes/reglages")).words
    )
    assert "lea@mail.test" in (await (await signed_in(nord, lea)).open("/alertes/reglages")).words
    with_mail(nord, "")
    assert "n’envoie pas encore" in (await (await signed_in(nord, lea)).open("/alertes/reglages")).words


def test_every_family_and_pace_has_its_words():
    for language in i18n.LANGUAGES:
        for family in Family:
            assert i18n.t(f"notice.family.{family}", language) != f"notice.family.{family}"
            assert i18n.t(f"notice.family_hint.{family}", language) != f"notice.family_hint.{family}"
        for pace in Pace:
            assert i18n.t(f"notice.pace.{pace}", language) != f"notice.pace.{pace}"


def test_every_kind_that_has_words_has_a_family():
    """Whoever adds a kind decides how often members hear of it by mail: a line in notices/kinds.py."""
    keys = [
        key
        for key in gettext_keys()
        if key.startswith("notice.") and key.endswith(".why") and key.count(".") > 1
    ]
    kinds_told = {key.split(".")[1] for key in keys} - {"other"}

    assert {"exchange", "match", "watch"} <= kinds_told
    assert kinds_told - kinds.FAMILIES.keys() == set()


def gettext_keys():
    with (i18n.LOCALE / "fr.mo").open("rb") as file:
        return [key for key in gettext.GNUTranslations(file)._catalog if isinstance(key, str)]


async def test_one_whose_news_cannot_be_written_keeps_them_from_nobody_else(network, nord, lea, office):
    karim = await nord.join("karim", email="karim@mail.test")
    await told(nord, lea, karim, kind="match.x", title="Remorque")
    async with nord.node.db.write() as tx:
        await tx.run("UPDATE notices SET details = 'odd' WHERE member_id = :id", id=lea.id)

    await at(network, nord, 2030, 5, 2, 8, 10)

    assert len(office.to("karim@mail.test")) == 1


def test_a_kind_that_nobody_named_belongs_to_the_life_of_the_coop():
    assert kinds.family_of("exchange.asked_offer") is Family.EXCHANGES
    assert kinds.family_of("match.offer_for_your_need") is Family.MATCHES
    assert kinds.family_of("something.new") is Family.COOP
    assert kinds.family_of("something") is Family.COOP


# --- as it comes ----------------------------------------------------------------------------------


async def test_what_somebody_waits_for_is_a_letter_within_minutes(network, nord, lea, office):
    await told(nord, lea, who="Karim", title="Perceuse", path="/echanges/7")

    await after(network, nord, minutes=2)
    await after(network, nord, minutes=20)

    [letter] = office.letters
    assert letter["To"] == "lea@mail.test"
    assert letter["Subject"] == "fr Karim vous demande « Perceuse »"
    text = letter.get_content()
    assert "https://nord.test/echanges/7" in text
    assert "C’est votre annonce « Perceuse »." in text
    assert "https://nord.test/alertes/reglages" in text


async def test_letters_have_no_foreign_line_in_them(network, nord, lea, office):
    """Security, cases 94 and 140."""
    await told(nord, lea, who="Karim\r\nBcc: spy@evil.test", title="Vélo\n\nhttps://evil.test/\u202egnp")

    await after(network, nord, minutes=2)

    [letter] = office.letters
    assert letter["Bcc"] is None
    assert office.envelopes[0][1] == ["lea@mail.test"]
    assert letter.get_content_type() == "text/plain"
    assert not [line for line in letter.get_content().splitlines() if line.startswith("https://evil")]
    assert "\u202e" not in letter.get_content()


async def test_a_letter_is_in_the_language_of_the_member(network, nord, lea, office):
    async with nord.node.db.write() as tx:
        await tx.run("UPDATE members SET language = 'en' WHERE id = :id", id=lea.id)
    await told(nord, lea, who="Karim", title="Perceuse")

    await after(network, nord, minutes=2)

    [letter] = office.letters
    assert letter["Subject"].startswith("en ")
    assert "Stop these mails" in letter.get_content()
    assert "https://nord.test/notices/settings" in letter.get_content()


async def test_much_at_once_is_one_letter_and_letters_keep_apart(network, nord, lea, office):
    """Security case 93."""
    for key in range(40):
        await told(nord, lea, key=f"a{key}", who="Karim", title=f"n{key}")
    await after(network, nord, minutes=2)
    for key in range(3):
        await told(nord, lea, key=f"b{key}", who="Nadia", title=f"m{key}")
        await after(network, nord, minutes=2)

    assert len(office.letters) == 1
    assert office.letters[0]["Subject"] == "40 nouvelles de Coop Nord"
    assert "Et 15 autres" in office.letters[0].get_content()

    await after(network, nord, minutes=10)
    assert len(office.letters) == 2
    assert office.letters[1]["Subject"] == "3 nouvelles de Coop Nord"


async def test_what_was_seen_meanwhile_is_not_mailed(network, nord, lea, office):
    await told(nord, lea, who="Karim", title="Perceuse")
    visitor = await signed_in(nord, lea)
    await visitor.open("/alertes")
    await visitor.submit("/alertes/vues")

    await after(network, nord, minutes=2)

    assert office.letters == []


async def test_nothing_is_mailed_of_what_did_not_happen(network, nord, lea, office):
    class Undone(Exception):
        pass

    try:
        async with nord.node.db.write() as tx:
            await tell(tx, [lea.id], "exchange.x", path="/", key="k", who="Karim", title="x")
            raise Undone
    except Undone:
        pass
    await after(network, nord, minutes=2)

    assert office.letters == []
    assert await notices(nord, lea) == []


@pytest.mark.parametrize("reason", ["never", "no address", "shut out", "stopped", "comes back"])
async def test_who_gets_no_mail_gets_none(network, nord, lea, office, reason):
    who = await nord.join("karim") if reason == "no address" else lea
    async with nord.node.db.write() as tx:
        if reason == "never":
            await readers.choose(tx, lea.id, {Family.EXCHANGES: Pace.NEVER, Family.COOP: Pace.NEVER})
        if reason == "shut out":
            await tx.run("UPDATE members SET suspended_at = :now WHERE id = :id", now=tx.now, id=lea.id)
        if reason == "stopped":
            await readers.set_by_mail(tx, lea.id, False)
        if reason == "comes back":
            await tx.run("INSERT INTO bounces VALUES ('lea@mail.test', 3, :now)", now=tx.now)
    await told(nord, who, who="Karim", title="Perceuse")
    await told(nord, who, kind="coop.x", title="Assemblée")

    await after(network, nord, minutes=2)
    await at(network, nord, 2030, 5, 6, 8, 5)

    assert office.letters == []


async def test_what_was_chosen_for_one_thing_goes_before_what_holds_for_its_family(
    network, nord, lea, office
):
    await told(nord, lea, kind="match.x", key="a", title="Remorque", pace=Pace.INSTANT)
    await told(nord, lea, kind="match.x", key="b", title="Échelle", pace=Pace.NEVER)
    await told(nord, lea, kind="match.x", key="c", title="Perceuse")
    await after(network, nord, minutes=2)
    [letter] = office.letters
    assert "Remorque" in letter["Subject"]

    await at(network, nord, 2030, 5, 2, 8, 10)

    assert "Perceuse" in office.letters[1]["Subject"]
    assert len(await notices(nord, lea)) == 3


@pytest.mark.parametrize("whose", ["ours", "a neighbour's"])
async def test_of_a_listing_that_is_gone_nothing_is_told_any_more(network, nord, lea, office, whose):
    sud = await network.add("sud.test")
    await network.befriend(nord, sud)
    house_of = nord if whose == "ours" else sud
    listing = await house_of.publish("Une annonce de trop")
    await network.settle()
    key = (await nord.find(listing.id)).key
    await told(nord, lea, title=listing.title, path=f"/l/{key}")
    await told(nord, lea, key="2", title="Autre chose", path="/l/other")

    async with house_of.node.db.write() as tx:
        await listings.delete(tx, house_of.operator, listing.id)
    await network.settle()
    await after(network, nord, minutes=2)

    assert [notice.path for notice in await notices(nord, lea)] == ["/l/other"]
    assert "Une annonce de trop" not in office.letters[0].get_content()


# --- the morning ----------------------------------------------------------------------------------


async def test_the_morning_brings_one_letter_with_what_is_new(network, nord, lea, office):
    karim = await nord.join("karim", email="karim@mail.test")
    await at(network, nord, 2030, 4, 30, 9, 0)  # this Tuesday's morning is over
    await told(nord, lea, karim, kind="match.x", key="a", title="Remorque")
    await told(nord, lea, kind="match.x", key="b", title="Échelle")
    await told(nord, lea, kind="coop.x", key="c", title="Assemblée")
    await at(network, nord, 2030, 5, 1, 7, 30)
    assert office.letters == []

    await at(network, nord, 2030, 5, 1, 8, 10)
    await at(network, nord, 2030, 5, 1, 9, 15)

    [to_lea], [to_karim] = office.to("lea@mail.test"), office.to("karim@mail.test")
    assert to_lea["Subject"] == "2 nouvelles de Coop Nord"
    assert "Remorque" in to_lea.get_content()
    assert "Assemblée" not in to_lea.get_content()
    assert "Échelle" not in to_karim.get_content()

    await at(network, nord, 2030, 5, 6, 8, 10)  # Monday
    [_, monday] = office.to("lea@mail.test")
    assert "Assemblée" in monday.get_content()
    assert "Remorque" not in monday.get_content()


async def test_a_morning_without_news_brings_no_letter_and_no_later_one_that_day(network, nord, lea, office):
    await at(network, nord, 2030, 5, 1, 8, 10)
    await told(nord, lea, kind="match.x", title="Remorque")
    await at(network, nord, 2030, 5, 1, 10, 30)
    assert office.letters == []

    await at(network, nord, 2030, 5, 2, 8, 10)
    assert len(office.letters) == 1


async def test_a_house_that_wakes_in_the_evening_writes_in_the_next_morning(network, nord, lea, office):
    await told(nord, lea, kind="match.x", title="Remorque")
    await at(network, nord, 2030, 5, 2, 21, 0)
    assert office.letters == []

    await at(network, nord, 2030, 5, 3, 8, 30)
    assert len(office.letters) == 1


async def test_a_morning_that_was_broken_off_goes_on_and_writes_nobody_twice(network, nord, lea, office):
    karim = await nord.join("karim", email="karim@mail.test")
    await told(nord, lea, karim, kind="match.x", title="Remorque")
    network.clock.now = datetime(2030, 5, 2, 8, 10, tzinfo=PARIS).astimezone(network.clock.now.tzinfo)
    await write_morning_news(nord.node)
    async with nord.node.db.write() as tx:
        await tx.run("DELETE FROM meta WHERE key = 'morning news'")  # it died before it could note the end
    await told(nord, lea, kind="match.x", key="2", title="Échelle")
    await write_morning_news(nord.node)
    await nord.settle()

    assert len(office.to("lea@mail.test")) == len(office.to("karim@mail.test")) == 1
    await at(network, nord, 2030, 5, 3, 8, 10)
    assert "Échelle" in office.to("lea@mail.test")[1].get_content()


async def test_the_morning_is_the_coops_own(network, nord, lea, office):
    with_mail(nord, nord.node.settings.smtp_url, timezone="America/Montreal")
    await told(nord, lea, kind="match.x", title="Remorque")

    await at(network, nord, 2030, 5, 2, 8, 10)  # two in the night there
    assert office.letters == []
    await at(network, nord, 2030, 5, 2, 14, 10)
    assert len(office.letters) == 1


async def test_without_mail_the_notices_wait_on_the_page_and_no_old_ones_are_sent_later(
    network, nord, lea, office
):
    url = nord.node.settings.smtp_url
    with_mail(nord, "")
    await told(nord, lea, kind="match.x", title="Remorque")
    await at(network, nord, 2030, 5, 2, 8, 10)
    with_mail(nord, url)

    await at(network, nord, 2030, 5, 20, 8, 10)

    assert office.letters == []
    assert len(await notices(nord, lea)) == 1


# --- stopping, and the feed -----------------------------------------------------------------------


async def stop_link(network, nord, lea, office):
    await told(nord, lea, who="Karim", title="Perceuse")
    await after(network, nord, minutes=2)
    [letter] = office.letters
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert b"\r\nList-Unsubscribe: <https://nord.test/alertes/courriels/" in office.envelopes[0][2]
    return letter["List-Unsubscribe"].strip("<>")


async def test_a_mail_program_stops_letters_by_itself(network, nord, lea, office):
    """RFC 8058: a POST without cookie, without origin, from wherever the mailbox is."""
    link = await stop_link(network, nord, lea, office)
    assert link in office.letters[0].get_content()
    for method in ("GET", "HEAD"):
        await nord.http.request(method, link, headers={"accept": "text/html"})
    async with nord.node.db.read() as tx:
        assert (await readers.get(tx, lea.id)).by_mail

    for _ in range(2):
        answer = await nord.http.post(link, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200

    await told(nord, lea, key="2", who="Karim", title="Vélo")
    await after(network, nord, minutes=20)
    assert len(office.letters) == 1
    assert len(await notices(nord, lea)) == 2


async def test_a_person_stops_letters_with_a_button_and_may_think_better_of_it(network, nord, lea, office):
    link = (await stop_link(network, nord, lea, office)).removeprefix(nord.origin)
    visitor = Visitor(nord)
    page = await visitor.open(link)
    assert page.answer.headers["referrer-policy"] == "no-referrer"

    page = await visitor.submit(link)
    assert "C’est arrêté" in page.words
    member = await signed_in(nord, lea)
    assert "arrêté les courriels" in (await member.open("/alertes/reglages")).words

    await visitor.submit(link)
    async with nord.node.db.read() as tx:
        assert (await readers.get(tx, lea.id)).by_mail
    await visitor.submit(link)
    await member.open("/alertes/reglages")
    page = await member.submit("/alertes/courriels")
    assert "arrêté les courriels" not in page.words


async def test_a_wrong_key_stops_nothing_and_says_what_to_do(nord):
    answer = await nord.http.get(
        f"{nord.origin}/alertes/courriels/{'x' * 24}", headers={"accept": "text/html"}
    )
    posted = await nord.http.post(f"{nord.origin}/alertes/courriels/{'x' * 24}")

    assert (answer.status_code, posted.status_code) == (404, 404)


async def test_an_address_that_came_back_can_be_tried_again(nord, lea):
    async with nord.node.db.write() as tx:
        await tx.run("INSERT INTO bounces VALUES ('lea@mail.test', 3, :now)", now=tx.now)
    visitor = await signed_in(nord, lea)
    page = await visitor.open("/alertes/reglages")
    assert "nous reviennent" in page.words

    page = await visitor.submit("/alertes/courriels")

    assert "nous reviennent" not in page.words


async def test_a_feed_is_private_valid_and_ends_when_its_member_says_so(nord, lea):
    await told(nord, lea, who="Karim", title="<b>Vélo</b>\x0b & co", path="/echanges/7")
    visitor = await signed_in(nord, lea)
    await visitor.open("/alertes/reglages")
    page = await visitor.submit("/alertes/flux")
    address = page.all(".copy__text")[0].to_text()

    answer = await nord.http.get(address)
    document = ElementTree.fromstring(answer.content)
    [entry] = document.findall(f"{ATOM}entry")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert entry.findtext(f"{ATOM}title") == "fr Karim vous demande « <b>Vélo</b> & co »"
    assert "&lt;b&gt;" in entry.findtext(f"{ATOM}summary")
    assert entry.find(f"{ATOM}link").attrib["href"] == "https://nord.test/echanges/7"
    again = await nord.http.get(address, headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304

    page = await visitor.submit("/alertes/flux")
    renewed = page.all(".copy__text")[0].to_text()
    assert (await nord.http.get(address)).status_code == 404
    assert (await nord.http.get(renewed)).status_code == 200
    page = await visitor.submit("/alertes/flux", wanted="no")
    assert (await nord.http.get(renewed)).status_code == 404
    assert not page.all(".copy__text")


async def test_the_feed_of_who_is_shut_out_is_shut(nord, lea):
    async with nord.node.db.write() as tx:
        await readers.set_feed(tx, lea.id, True)
        key = (await readers.keys(tx, lea.id)).feed_key
    assert (await nord.http.get(f"{nord.origin}/alertes/flux/{key}.atom")).status_code == 200
    async with nord.node.db.write() as tx:
        await tx.run("UPDATE members SET suspended_at = :now WHERE id = :id", now=tx.now, id=lea.id)

    assert (await nord.http.get(f"{nord.origin}/alertes/flux/{key}.atom")).status_code == 404


async def test_who_leaves_leaves_no_notice_behind(nord, lea):
    await told(nord, lea, who="Karim", title="Perceuse")
    async with nord.node.db.write() as tx:
        await readers.set_feed(tx, lea.id, True)
        await readers.choose(tx, lea.id, {Family.COOP: Pace.NEVER})
        await store.forget_member(tx, lea.id)
        await readers.forget_member(tx, lea.id)
        assert await members.exists(tx, lea.id)
        for table in ("notices", "notice_choices", "notice_readers"):
            assert await tx.count(f"SELECT count(*) FROM {table}") == 0


@pytest.mark.parametrize(("channel", "letters"), [("instant", 1), ("daily", 0), ("app", 0)])
async def test_each_watch_has_the_pace_that_was_chosen_for_it(network, nord, lea, office, channel, letters):
    async with nord.node.db.write() as tx:
        await watches.watch_coop(tx, lea, nord.coop, Channel(channel))
    await nord.publish("Remorque à vélo")
    await nord.settle()

    await after(network, nord, minutes=2)
    assert len(office.letters) == letters

    await at(network, nord, 2030, 5, 2, 8, 10)
    assert len(office.letters) == (0 if channel == "app" else 1)
    assert len(await notices(nord, lea)) == 1
