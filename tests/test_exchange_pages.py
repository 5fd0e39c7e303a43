"""Exchanges in two browsers without script: each does what the page offers, and sees what the other did."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from fedicoop.access import Member
from fedicoop.exchanges import store
from fedicoop.exchanges.exchange import Plan
from fedicoop.exchanges.steps import Status, Step
from fedicoop.listings.listing import Listing
from fedicoop.members import sessions
from fedicoop.web.limits import Limit
from tests.browsing import Page, Visitor, signed_in
from tests.exchanging import Village, a_village, day, days
from tests.photos import encoded, scene


@pytest.fixture
async def village(network) -> Village:
    return await a_village(network)


async def browsers(village: Village) -> tuple[Visitor, Visitor]:
    return await signed_in(village.nord, village.lea), await signed_in(village.nord, village.zoe)


def main_button(page: Page) -> str:
    """The words of the one button that stands out in the state of the exchange."""
    found = page.all(".doing .button:not(.button--quiet)")
    return " ".join(found[0].to_text().split()) if found else ""


async def ask_for(visitor: Visitor, listing: Listing, **fields: object) -> Page:
    await visitor.open(f"/echanges/nouveau?listing={listing.key}")
    return await visitor.submit("/echanges/nouveau", **fields)


async def press(visitor: Visitor, words: str) -> Page:
    """Send the form whose button says so."""
    assert visitor.page is not None
    for form in visitor.page.all("form"):
        if any(words in " ".join(one.to_text().split()) for one in form.query("button")):
            step = [one.attrs["value"] for one in form.query("input") if one.attrs.get("name") == "step"]
            seen = [one.attrs["value"] for one in form.query("input") if one.attrs.get("name") == "seen"]
            extra = {"step": step[0], "seen": seen[0]} if step else {}
            return await visitor.submit(form.attrs["action"], **extra)
    raise AssertionError(f"no button {words!r} on {visitor.page.path}")


LOAN = {"starts_on": day(3).isoformat(), "ends_on": day(5).isoformat()}


async def test_a_loan_is_asked_countered_agreed_lent_and_given_back_by_two_browsers(village):
    """Ask → something else → yes → handed over → longer → yes → given back → thanks."""
    cargo = await village.publish(deposit={"amount": "150"}, available=None)
    lea, zoe = await browsers(village)

    page = await ask_for(
        zoe, cargo, **LOAN, text="Pour un déménagement", phrases="hello", contact="06 12 34 56 78"
    )
    assert page.path.startswith("/echanges/")
    where = page.path
    assert "Demande envoyée à Lea du samedi 4 mai au lundi 6 mai" in page.words
    assert "Bonjour ! Est-ce encore disponible ? Pour un déménagement" in page.words

    page = await lea.open("/echanges")
    assert "À vous" in page.words
    page = await lea.open(where)
    assert "Zoe vous le demande du samedi 4 mai au lundi 6 mai" in page.words
    assert "06 12 34 56 78" not in page.answer.text
    assert main_button(page) == "Accepter"
    await lea.open(f"{where}/autre")
    page = await lea.submit(
        f"{where}/autre", starts_on=day(4).isoformat(), ends_on=day(6).isoformat(), text="Plutôt dimanche ?"
    )
    assert "Vous avez proposé autre chose à Zoe" in page.words
    assert "Plutôt dimanche ?" in page.words

    page = await zoe.open(where)
    assert "Lea propose autre chose du dimanche 5 mai au mardi 7 mai" in page.words
    page = await press(zoe, "Accepter")
    assert "C’est d’accord avec Lea" in page.words
    assert main_button(page) == "Ajouter à mon agenda"

    page = await lea.open(where)
    assert "06 12 34 56 78" in page.words
    page = await press(lea, "C’est remis")
    assert "Chez Zoe, de retour le mardi 7 mai" in page.words

    page = await zoe.open(where)
    assert main_button(page) == "C’est rendu"
    await zoe.open(f"{where}/autre")
    page = await zoe.submit(f"{where}/autre", ends_on=day(8).isoformat())
    assert "Vous avez demandé à Lea de le garder plus longtemps" in page.words
    page = await lea.open(where)
    page = await press(lea, "D’accord")
    assert "de retour le jeudi 9 mai" in page.words

    page = await zoe.open(where)
    page = await press(zoe, "C’est rendu")
    assert "Lea doit le confirmer" in page.words
    page = await lea.open(where)
    assert main_button(page) == "Tout est revenu"
    page = await press(lea, "Tout est revenu")
    assert "C’est terminé." in page.words
    page = await zoe.open(where)
    page = await zoe.submit(f"{where}/merci", thanks="Merci, quel vélo !")
    assert "Merci, quel vélo !" in page.words
    page = await lea.open(where)
    assert "Merci, quel vélo !" in page.words
    assert "A rendu 1 fois, à l’heure." in page.words
    assert "06 12 34 56 78" not in page.words


async def test_a_need_is_helped_with_in_the_same_way(village):
    need = await village.publish("Je cherche une remorque", kind="need", mode="gift")
    lea, zoe = await browsers(village)

    page = await ask_for(zoe, need, text="J’en ai une vieille")
    assert "Aide proposée à Lea" in page.words
    page = await lea.open(page.path)
    assert "Zoe propose de vous aider" in page.words
    page = await press(lea, "Accepter")
    page = await press(lea, "C’est fait")

    assert "C’est terminé." in page.words
    assert (await village.nord.find(need.id)).status == "closed"


async def test_a_visitor_signs_in_first_and_comes_back_to_the_form(village):
    cargo = await village.publish()
    visitor = Visitor(village.nord)

    page = await visitor.open(f"/echanges/nouveau?listing={cargo.key}", follow=False)

    assert page.status == 303
    assert page.answer.headers["location"] == f"/entrer?next=%2Fechanges%2Fnouveau%3Flisting%3D{cargo.key}"


async def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(village):
    cargo = await village.publish()
    _, zoe = await browsers(village)

    page = await ask_for(
        zoe, cargo, starts_on=day(5).isoformat(), ends_on=day(3).isoformat(), text="Bonjour", contact="06"
    )

    assert page.status == 422
    assert page.all("#w-ends_on")
    assert "La fin vient avant le début." in page.words
    assert page.all("#f-text")[0].to_text().strip() == "Bonjour"
    assert page.all("#f-contact")[0].attrs["value"] == "06"
    page = await zoe.submit("/echanges/nouveau", ends_on=day(6).isoformat())
    assert page.path.startswith("/echanges/")


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_on": "hier"},
        {"starts_on": "9999-12-31", "ends_on": "9999-12-31"},
        {"starts_on": "2030-05-04", "ends_on": "2030-02-31"},
        {"at": "99:99"},
        {"text": "x" * 2001},
        {"contact": "x" * 121},
        {"phrases": ["hello", "unknown"], "starts_on": ""},
        {"once": ""},
        {"once": "x" * 500},
    ],
)
async def test_bad_input_is_refused_on_the_form_and_nothing_is_asked(village, fields):
    cargo = await village.publish()
    _, zoe = await browsers(village)

    page = await ask_for(zoe, cargo, **(LOAN | fields))

    assert page.status == 422
    assert page.all(".faults")
    assert await village.told(village.lea) == []


async def test_the_request_form_sent_twice_leads_to_one_exchange(village):
    """Security case 136: a double click, and the back button."""
    cargo = await village.publish()
    _, zoe = await browsers(village)
    await zoe.open(f"/echanges/nouveau?listing={cargo.key}")
    form = zoe.page

    first = await zoe.submit("/echanges/nouveau", **LOAN)
    zoe.page = form
    second = await zoe.submit("/echanges/nouveau", **LOAN)

    assert first.path == second.path
    assert await village.told(village.lea) == ["asked_offer"]
    page = await zoe.open(f"/echanges/nouveau?listing={cargo.key}")
    assert page.path == first.path


async def test_a_button_pressed_twice_takes_its_step_once(village):
    asked = await village.ask(await village.publish())
    lea, _ = await browsers(village)
    await lea.open(f"/echanges/{asked.id}")
    opened = lea.page

    first = await press(lea, "Accepter")
    lea.page = opened
    second = await press(lea, "Accepter")

    assert (first.status, second.status) == (200, 200)
    assert await village.told(village.zoe) == ["accept"]


async def test_who_comes_too_late_is_told_and_shown_how_it_stands(village):
    asked = await village.ask(await village.publish())
    lea, _ = await browsers(village)
    await lea.open(f"/echanges/{asked.id}")
    await village.step(asked, Step.COUNTER, village.zoe, plan=days(6, 7))

    page = await press(lea, "Accepter")

    assert page.status == 409
    assert "L’échange a avancé entre-temps." in page.words
    assert "du mardi 7 mai au mercredi 8 mai" in page.words
    assert (await village.now(asked)).status is Status.COUNTERED


async def test_who_wants_what_another_has_got_is_told_and_shown_how_it_stands(village):
    cargo = await village.publish()
    first, second = await village.ask(cargo), await village.ask(cargo, by=village.sacha)
    lea, _ = await browsers(village)
    await lea.open(f"/echanges/{second.id}")
    await village.step(first, Step.ACCEPT)

    page = await press(lea, "Accepter")

    assert page.status == 409
    assert "C’est déjà pris." in page.words


# Who sees it


ROUTES = ["", "/autre", "/agenda.ics", "/fiche"]
POSTS = ["/pas", "/autre", "/message", "/merci", "/contact", "/photo", "/probleme", "/regle"]


def stripped(page: Page) -> str:
    """The body without what differs by chance: tokens, the number of the request."""
    return re.sub(r'value="[\w=-]{20,}"|[0-9a-f]{8,}|[0-9a-z]{26}', "", page.answer.text)


@pytest.mark.parametrize("rest", ROUTES)
async def test_an_exchange_of_others_looks_exactly_like_none(village, rest):
    """Security cases 75, 76 and 78: the same answer, whether there is one or not, also to a steward."""
    agreed = await village.agreed(await village.publish())
    stranger = await village.nord.join("tom")

    for who in (stranger, village.sacha):
        browser = await signed_in(village.nord, who)
        real = await browser.open(f"/echanges/{agreed.id}{rest}")
        none = await browser.open(f"/echanges/{agreed.id[:-2]}99{rest}")
        assert (real.status, none.status) == (404, 404)
        assert stripped(real) == stripped(none)
        assert "Vélo cargo" not in real.answer.text
    assert (await Visitor(village.nord).open(f"/echanges/{agreed.id}{rest}", follow=False)).status == 303


@pytest.mark.parametrize("rest", POSTS)
async def test_a_stranger_posts_into_nothing(village, rest):
    agreed = await village.agreed(await village.publish())
    stranger = await signed_in(village.nord, await village.nord.join("tom"))
    await stranger.open("/echanges")
    token = await a_token(stranger, village)

    answer = await village.nord.http.post(
        f"{village.nord.origin}/echanges/{agreed.id}{rest}",
        data={
            "form_token": token,
            "step": "cancel",
            "seen": "1",
            "text": "x",
            "thanks": "x",
            "contact": "x",
            "trouble": "other",
            "trouble_text": "x",
            "once": "123456",
        },
        headers={"accept": "text/html", "origin": village.nord.origin} | stranger._cookie_header(),
    )

    assert answer.status_code == 404
    assert await village.now(agreed) == agreed


async def a_token(visitor: Visitor, village: Village) -> str:
    listing = await village.publish("Pompe", mode="gift")
    page = await visitor.open(f"/echanges/nouveau?listing={listing.key}")
    return page.form("/echanges/nouveau").query("input")[0].attrs["value"]


async def test_the_place_and_the_contact_are_told_once_agreed_and_to_the_two_alone(village):
    cargo = await village.publish(place={"name": "Lille-Fives", "latitude": 50.63312, "longitude": 3.09187})
    asked = await village.ask(cargo, days(3, 5, place="12 rue du Long-Pot"), contact="06 12 34 56 78")
    lea, zoe = await browsers(village)
    secrets = ("12 rue du Long-Pot", "06 12 34 56 78", "50.63312")

    page = await lea.open(f"/echanges/{asked.id}")
    assert not any(secret in page.answer.text for secret in secrets)
    page = await lea.open(f"/echanges/{asked.id}/autre")
    assert not any(secret in page.answer.text for secret in secrets)
    page = await lea.submit(f"/echanges/{asked.id}/autre", ends_on=day(6).isoformat())
    assert (await village.now(asked)).plan.place == "12 rue du Long-Pot"
    await village.step(asked, Step.COUNTER, village.zoe, plan=days(3, 5, place="12 rue du Long-Pot"))
    page = await zoe.open(f"/echanges/{asked.id}")
    assert "50.63312" not in page.answer.text
    await village.step(asked, Step.ACCEPT)
    page = await lea.open(f"/echanges/{asked.id}")
    assert all(secret in page.answer.text for secret in secrets)
    await zoe.open(f"/echanges/{asked.id}")
    await zoe.submit(f"/echanges/{asked.id}/probleme", trouble="other", trouble_text="Pas de réponse")

    sacha = await signed_in(village.nord, village.sacha)
    page = await sacha.open(f"/echanges/{asked.id}")
    assert "Un problème entre Lea et Zoe" in page.words
    assert "Pas de réponse" in page.words
    assert not any(secret in page.answer.text for secret in secrets)
    await village.step(asked, Step.CANCEL)
    page = await lea.open(f"/echanges/{asked.id}")
    assert not any(secret in page.answer.text for secret in secrets)


async def test_nothing_of_an_exchange_is_on_any_public_page(village):
    cargo = await village.publish()
    await village.ask(
        cargo, days(3, 5, place="12 rue du Long-Pot"), message="Bonjour de Zoé", contact="06 12 34 56 78"
    )
    visitor = Visitor(village.nord)

    for path in ("/", f"/l/{cargo.key}", "/@nord", "/coops"):
        page = await visitor.open(path)
        assert page.status == 200
        for secret in ("Long-Pot", "Bonjour de Zoé", "06 12 34 56 78", "Zoe", "/echanges/0"):
            assert secret not in page.answer.text, (path, secret)


async def test_a_hidden_listing_cannot_be_asked_for_and_looks_like_none(village, network):
    """Security case 77."""
    hidden = await village.publish("Réservé", visibility="coop")
    stranger = await a_member_of_another_coop(village)
    browser = await signed_in(village.nord, stranger)

    real = await browser.open(f"/echanges/nouveau?listing={hidden.key}")
    none = await browser.open("/echanges/nouveau?listing=01hzzzzzzzzzzzzzzzzzzzzzzz")

    assert (real.status, none.status) == (404, 404)
    assert stripped(real) == stripped(none)


async def a_member_of_another_coop(village: Village) -> Member:
    from fedicoop.access import Role
    from fedicoop.actors import actions as actors
    from fedicoop.actors import coops
    from fedicoop.actors.coops import AuthorMode, Coop
    from fedicoop.members import actions as members
    from tests.conftest import PAIRS

    async with village.nord.node.db.write() as tx:
        other = await actors.create(tx, village.nord.origin, "Organization", "objets", "Objets", PAIRS[1])
        await coops.put(tx, Coop(other.id, "lending", "fr", AuthorMode.COOP))
        from fedicoop.access import operator

        return await members.add(
            tx,
            operator(other.id),
            village.nord.origin,
            handle="ines",
            name="Inès",
            pair=PAIRS[2],
            email=None,
            role=Role.MEMBER,
        )


async def test_members_of_two_coops_of_one_house_exchange(village):
    cargo = await village.publish()
    ines = await signed_in(village.nord, await a_member_of_another_coop(village))
    lea, _ = await browsers(village)

    page = await ask_for(ines, cargo, **LOAN)
    await lea.open(page.path)
    await press(lea, "Accepter")

    assert "C’est d’accord avec Lea" in (await ines.open(page.path)).words


# Words, photos, the calendar


async def test_messages_are_plain_words_whose_links_are_safe(village):
    asked = await village.ask(await village.publish())
    lea, zoe = await browsers(village)
    await zoe.open(f"/echanges/{asked.id}")

    await zoe.submit(
        f"/echanges/{asked.id}/message",
        text="<script>alert(1)</script> **gras**\nvoir https://example.org/a?b=1, et javascript:alert(1)",
    )

    page = await lea.open(f"/echanges/{asked.id}")
    assert "<script>alert(1)</script>" in page.words
    links = [one.attrs for one in page.all(".said__text a")]
    assert links == [{"href": "https://example.org/a?b=1", "rel": "nofollow noopener noreferrer ugc"}]
    assert not [one for one in page.all("script") if "alert" in one.to_text()]


async def test_a_ready_phrase_is_sent_with_one_touch(village):
    asked = await village.ask(await village.publish())
    lea, _ = await browsers(village)
    page = await lea.open(f"/echanges/{asked.id}")
    [phrases] = [form for form in page.all("form") if "phrases" in (form.attrs.get("class") or "")]
    assert "Quel jour vous arrangerait ?" in " ".join(phrases.to_text().split())

    page = await lea.submit(f"/echanges/{asked.id}/message", text=None, phrase="day")

    [said] = page.all(".said--mine")
    assert "Quel jour vous arrangerait ?" in " ".join(said.to_text().split())


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
async def test_an_empty_or_endless_message_is_refused_and_kept(village, text):
    asked = await village.ask(await village.publish())
    _, zoe = await browsers(village)
    await zoe.open(f"/echanges/{asked.id}")

    page = await zoe.submit(f"/echanges/{asked.id}/message", text=text)

    assert page.status == 422
    assert page.all("#w-text")
    assert len(await village.thread(asked)) == 1


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("Envoyez 50 € par PayPal avant", True),
        ("Achetez une carte cadeau Amazon", True),
        ("On continue sur WhatsApp ?", True),
        ("Donnez-moi le code de vérification reçu par SMS", True),
        ("Je passe samedi à 10 h avec la caution en chèque", False),
    ],
)
async def test_newcomers_are_warned_of_what_looks_like_a_swindle(village, text, warned):
    asked = await village.ask(await village.publish(), message=text)
    lea, zoe = await browsers(village)

    assert bool((await lea.open(f"/echanges/{asked.id}")).all(".beware")) is warned
    assert not (await zoe.open(f"/echanges/{asked.id}")).all(".beware")


async def test_photos_of_the_condition_are_for_the_two_and_carry_nothing_else(village):
    agreed = await village.agreed(await village.publish())
    lea, zoe = await browsers(village)
    page = await lea.open(f"/echanges/{agreed.id}")
    assert page.all("#etat")

    page = await lea.submit(
        f"/echanges/{agreed.id}/photo", files={"photo": ("moi.jpg", encoded(scene()), "image/jpeg")}
    )

    [shot] = (await zoe.open(f"/echanges/{agreed.id}")).all(".shots img")
    assert re.fullmatch(r"/media/[a-z0-9]{26}\.card\.webp", shot.attrs["src"])
    assert (await village.nord.get(shot.attrs["src"])).status_code == 200
    page = await lea.open(f"/echanges/{agreed.id}")
    page = await lea.submit(
        f"/echanges/{agreed.id}/photo", files={"photo": ("a.jpg", b"not a photo", "image/jpeg")}
    )
    assert page.status == 422
    assert page.all("#w-photo")
    page = await lea.submit(f"/echanges/{agreed.id}/photo", files={})
    assert page.status == 422


async def test_an_agreement_goes_into_the_calendar_of_the_two(village):
    agreed = await village.agreed(await village.publish(), days(3, 5, at="10:30", place="12 rue du Long-Pot"))
    lea, _ = await browsers(village)

    page = await lea.open(f"/echanges/{agreed.id}/agenda.ics")

    assert page.answer.headers["content-type"].startswith("text/calendar")
    assert page.answer.headers["cache-control"] == "private, no-store"
    loan, meeting = Calendar.from_ical(page.answer.content).walk("VEVENT")
    assert (loan.decoded("dtstart"), loan.decoded("dtend")) == (day(3), day(6))
    assert meeting.decoded("dtstart").isoformat() == f"{day(3).isoformat()}T10:30:00"
    assert str(loan["location"]) == "12 rue du Long-Pot"
    assert "Vélo cargo, avec Zoe" in str(loan["summary"])
    assert loan["uid"] != meeting["uid"]


async def test_there_is_no_calendar_entry_before_the_agreement(village):
    asked = await village.ask(await village.publish())
    lea, _ = await browsers(village)

    assert (await lea.open(f"/echanges/{asked.id}/agenda.ics")).status == 404


async def test_a_problem_calls_a_mediator_who_sees_writes_and_settles(village):
    agreed = await village.agreed(await village.publish())
    _, zoe = await browsers(village)
    await zoe.open(f"/echanges/{agreed.id}")
    page = await zoe.submit(f"/echanges/{agreed.id}/probleme", trouble=None, trouble_text="Il ne répond plus")
    assert page.status == 422
    assert page.all("#f-trouble_text")[0].to_text().strip() == "Il ne répond plus"
    page = await zoe.submit(f"/echanges/{agreed.id}/probleme", trouble="other")
    assert "Les référent·es de Coop Nord sont prévenu·es" in page.words

    sacha = await signed_in(village.nord, village.sacha)
    page = await sacha.open("/echanges")
    assert "On vous appelle à l’aide" in page.words
    await sacha.open(f"/echanges/{agreed.id}")
    page = await sacha.submit(f"/echanges/{agreed.id}/message", text="J’appelle tout le monde.")
    page = await press(sacha, "C’est réglé")

    assert "J’appelle tout le monde." in page.words
    assert (await village.now(agreed)).solved_at is not None
    assert "C’est réglé" not in [" ".join(one.to_text().split()) for one in page.all("button")]


# The list


async def test_the_list_shows_what_waits_for_me_first_and_says_what_to_do_where_there_is_nothing(village):
    lea, zoe = await browsers(village)
    page = await lea.open("/echanges")
    assert "Aucun échange pour le moment" in page.words
    assert {"/", "/publier"} <= {one.attrs["href"] for one in page.all(".empty a")}

    mine = await village.ask(await village.publish("Tandem"))
    done = await village.agreed(await village.publish("Pompe", mode="gift"), days(3, 3), once="b")
    await village.step(done, Step.FINISH)
    heads = [one.to_text().strip() for one in (await lea.open("/echanges")).all("h2")]
    assert heads == ["À vous", "Passés"]
    heads = [one.to_text().strip() for one in (await zoe.open("/exchanges")).all("h2")]
    assert heads == ["En cours", "Passés"]
    async with village.nord.node.db.read() as tx:
        assert await store.find(tx, mine.id)


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_every_state_has_its_page_in_both_languages(village, lang):
    """No key shows through, whatever the status, for either side and for a mediator."""
    from dataclasses import replace

    from fedicoop.exchanges import mediating
    from fedicoop.exchanges.exchange import Trouble

    agreed = await village.agreed(await village.publish())
    async with village.nord.node.db.write() as tx:
        await mediating.report(tx, village.zoe, agreed.id, Trouble.OTHER, "Hm", once="1")
    people = [await signed_in(village.nord, who) for who in (village.lea, village.zoe, village.sacha)]

    for status in Status:
        for kind in ("offer", "need"):
            async with village.nord.node.db.write() as tx:
                now = await store.find(tx, agreed.id)
                wish = days(6, 8) if status in ("rearranging", "extending") else None
                await store.keep_step(
                    tx, now, replace(now, status=status, kind=kind, wish=wish, version=now.version + 1)
                )
            for browser in people:
                page = await browser.open(f"/echanges/{agreed.id}?lang={lang}")
                assert page.status == 200
                assert not page.all(".unreadable"), (status, kind)
                ids = [one.attrs["id"] for one in page.all("[id]")]
                assert len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1]
                assert not re.search(r"\bexchange\.[a-z]", page.words), re.findall(
                    r"\bexchange\.\S+", page.words
                )
                if browser is not people[2]:
                    assert page.all(".doing .button"), status


async def test_a_members_own_page_counts_what_waits(village):
    await village.ask(await village.publish())
    lea, zoe = await browsers(village)

    assert "1 échange vous attend" in (await lea.open("/moi")).words
    assert "échange vous attend" not in (await zoe.open("/moi")).words


async def test_the_listing_shows_which_days_are_taken_and_that_it_is_reserved(village):
    cargo, gift = await village.publish(), await village.publish("Pompe", mode="gift")
    await village.agreed(cargo, days(3, 5))
    await village.agreed(gift, days(3, 3), once="b")
    visitor = Visitor(village.nord)

    page = await visitor.open(f"/l/{cargo.key}")
    free = {cell.to_text().split()[0] for cell in page.all(".month td.free")}
    assert {"1", "3", "7", "31"} <= free
    [may, _] = page.all(".month")
    assert not {"4", "5", "6"} & {cell.to_text().split()[0] for cell in may.query("td.free")}
    page = await visitor.open(f"/l/{gift.key}")
    assert "Réservée." in page.words
    assert not page.all(".action")


async def test_who_looks_at_an_exchange_has_seen_what_led_there(village):
    asked = await village.ask(await village.publish())
    lea, _ = await browsers(village)
    page = await lea.open("/echanges")
    assert page.all(".nav__count")

    await lea.open(f"/echanges/{asked.id}")

    assert not (await lea.open("/echanges")).all(".nav__count")


async def test_nobody_pesters_a_whole_coop_and_what_was_typed_stays(village, monkeypatch):
    monkeypatch.setattr("fedicoop.exchanges.asking_pages.ASKS", Limit("asks", 2, timedelta(days=1)))
    monkeypatch.setattr("fedicoop.exchanges.pages.MESSAGES", Limit("messages", 2, timedelta(hours=1)))
    _, zoe = await browsers(village)
    pages = [await ask_for(zoe, await village.publish(f"Vélo {n}"), **LOAN, text="Bonjour") for n in range(3)]

    assert [page.status for page in pages] == [200, 200, 429]
    assert pages[-1].all("#f-text")[0].to_text().strip() == "Bonjour"
    path = pages[0].path
    answers = []
    for _ in range(3):
        await zoe.open(path)
        answers.append((await zoe.submit(f"{path}/message", text="Allô ?")).status)
    assert answers == [200, 200, 429]


async def test_the_past_is_shown_page_by_page_and_what_is_open_all_at_once(village, monkeypatch):
    monkeypatch.setattr("fedicoop.exchanges.overview.PAST", 2)
    for number in range(5):
        gift = await village.publish(f"Don {number}", mode="gift")
        await village.step(await village.agreed(gift, Plan(), once=f"a{number}"), Step.FINISH)
        village.network.clock.advance(minutes=1)
    waiting = await village.ask(await village.publish("Tandem"), once="w")
    lea, _ = await browsers(village)

    titles = []
    page = await lea.open("/echanges")
    assert f"/echanges/{waiting.id}" in page.answer.text
    while True:
        titles += [one.to_text().strip() for one in page.all(".deal h3") if "Don" in one.to_text()]
        if not (further := page.all("a[rel=next]")):
            break
        page = await lea.open(further[0].attrs["href"])
        assert "Tandem" not in page.words

    assert titles == ["Don 4", "Don 3", "Don 2", "Don 1", "Don 0"]


async def test_a_loan_has_a_slip_to_sign_for_the_two_and_nothing_else_has_one(village):
    lent, given = (
        await village.agreed(await village.publish(condition="bon état"), once="a"),
        await village.agreed(await village.publish("Pompe", mode="gift"), Plan(), once="b"),
    )
    lea, _ = await browsers(village)

    page = await lea.open(f"/echanges/{lent.id}/fiche")

    for words in ("Lea Martin", "Zoe Martin", "Vélo cargo", "bon état", "du samedi 4 mai au lundi 6 mai"):
        assert words in page.words
    assert (await lea.open(f"/echanges/{given.id}/fiche")).status == 404


async def test_who_accepts_adds_where_to_meet_and_how_to_be_reached(village):
    asked = await village.ask(await village.publish())
    lea, zoe = await browsers(village)
    await lea.open(f"/echanges/{asked.id}")

    page = await lea.submit(
        f"/echanges/{asked.id}/pas",
        step="accept",
        place="12 rue du Long-Pot",
        phone="06 98 76 54 32",
        word="À samedi !",
    )

    assert page.status == 200
    page = await zoe.open(f"/echanges/{asked.id}")
    for told in ("12 rue du Long-Pot", "06 98 76 54 32", "À samedi !"):
        assert told in page.words
    await lea.open(f"/echanges/{asked.id}")
    await lea.submit(f"/echanges/{asked.id}/contact", contact="06 11 11 11 11")
    assert "06 11 11 11 11" in (await zoe.open(f"/echanges/{asked.id}")).words


@pytest.mark.parametrize(
    ("fields", "beside"),
    [
        ({"word": "x" * 2001}, "#w-word"),
        ({"phone": "x" * 121}, "#w-phone"),
        ({"place": "x" * 201}, "#w-place"),
    ],
)
async def test_too_long_a_word_with_a_step_is_told_beside_it_and_no_step_is_taken(village, fields, beside):
    asked = await village.ask(await village.publish())
    lea, _ = await browsers(village)
    await lea.open(f"/echanges/{asked.id}")

    page = await lea.submit(f"/echanges/{asked.id}/pas", step="accept", **fields)

    assert page.status == 422
    assert page.all(beside)
    assert page.all(".doing details[open]")
    assert await village.now(asked) == asked


@pytest.mark.parametrize("step", ["", "unknown", "counter", "lapse", "settle", "ask_longer"])
async def test_a_step_that_is_no_button_changes_nothing(village, step):
    asked = await village.ask(await village.publish())
    lea, _ = await browsers(village)
    await lea.open(f"/echanges/{asked.id}")

    page = await lea.submit(f"/echanges/{asked.id}/pas", step=step)

    assert page.status in (403, 409)
    assert await village.now(asked) == asked


async def test_a_session_that_ends_while_one_writes_loses_nothing_and_asks_nothing(village):
    cargo = await village.publish()
    _, zoe = await browsers(village)
    await zoe.open(f"/echanges/nouveau?listing={cargo.key}")
    async with village.nord.node.db.write() as tx:
        await sessions.end_all(tx, village.zoe.id)

    page = await zoe.submit("/echanges/nouveau", **LOAN, text="Pour un déménagement")

    assert page.path == "/entrer?next=%2Freprendre"
    assert await village.told(village.lea) == []
