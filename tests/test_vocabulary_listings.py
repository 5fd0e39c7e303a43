"""Listings are known in every dialect, and their terms are read exactly."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from fedicoop.vocabulary import types as t
from fedicoop.vocabulary.imports import CURRENCIES, read_price
from fedicoop.vocabulary.parsing import parse_untrusted
from fedicoop.vocabulary.reading import read_object
from fedicoop.vocabulary.reading_notes import first_line
from tests.wire.documents import a_create, a_listing, a_note, document, received, refusal


def test_our_own_offer_is_read_whole():
    create = received("fedicoop_create_offer")

    assert isinstance(create, t.Create)
    offer = create.object
    assert isinstance(offer, t.Proposal)
    assert (offer.purpose, offer.mode, offer.unit_based, offer.name) == ("offer", "sale", False, "")
    assert offer.publishes == t.Intent(
        id=f"{offer.id}#primary",
        name="Vélo cargo d’occasion",
        action="transfer",
        conforms_to="https://www.wikidata.org/wiki/Q11442",
        quantity=t.Measure(unit="one", amount=Decimal(1)),
        available=t.Measure(unit="one", amount=Decimal(1)),
        minimum=t.Measure(unit="one", amount=Decimal(1)),
    )
    assert offer.reciprocal.quantity == t.Measure(unit="one", amount=Decimal(850))
    assert offer.location == t.Place(name="Lyon 7e, France", latitude=45.74, longitude=4.84, radius=1000)
    assert offer.ends == datetime(2026, 9, 30, 21, 59, 59, tzinfo=UTC)
    assert offer.replies == f"{offer.id}/replies"
    assert offer.images[0].focal == (0.0, 0.1)


def test_a_closed_offer_says_that_it_is_finished():
    update = received("fedicoop_update_offer")

    assert isinstance(update, t.Update)
    assert update.object.publishes.finished
    assert update.object.publishes.available.amount == 0
    assert update.object.updated == datetime(2026, 9, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "kind", ["Note", "Page", "Article", "Proposal", "vf:Proposal", ["Note", "Proposal"], "Odd"]
)
def test_a_listing_is_known_by_what_it_publishes_and_not_by_its_type(kind):
    assert isinstance(read_object(a_listing(type=kind)), t.Proposal)


def test_a_listings_title_is_its_name_or_that_of_what_it_publishes_or_its_first_line():
    nameless = {"type": "Intent", "action": "transfer"}

    assert read_object(a_listing(name="Titre")).publishes.name == "Titre"
    assert read_object(a_listing(nameMap={"fr": "Titre"})).publishes.name == "Titre"
    assert read_object(a_listing()).publishes.name == "Vélo"
    assert read_object(a_listing(publishes=nameless)).publishes.name == "Bonjour"
    assert first_line("<p> </p>\n<h1>Prêt &amp; <b>don</b></h1><p>Suite</p>") == "Prêt & don"
    assert first_line("a <br> b") == "a"
    assert first_line("") == ""


@pytest.mark.parametrize(
    ("written", "amount", "unit"),
    [
        ({"hasUnit": "one", "hasNumericalValue": "1"}, "1", "one"),
        ({"om2:hasUnit": "om2:hour", "om2:hasNumericalValue": 1.5}, "1.5", "hour"),
        ({"vf:hasUnit": "hour", "vf:hasNumericalValue": 2}, "2", "hour"),
        (
            {
                "hasUnit": "http://www.ontology-of-units-of-measure.org/resource/om-2/kilogram",
                "hasNumericalValue": "3.25",
            },
            "3.25",
            "kilogram",
        ),
        ({"hasUnit": {"label": "kilo", "symbol": "kg"}, "hasNumericalValue": 0.1}, "0.1", "kilo"),
        ({"hasNumericalValue": 1e-7}, "0.0000001", "one"),
        (5, "5", "one"),
    ],
)
def test_a_quantity_is_read_in_quotes_or_bare_and_under_either_vocabulary(written, amount, unit):
    intent = {"action": "transfer", "resourceQuantity": written}

    assert read_object(a_listing(publishes=intent)).publishes.quantity == t.Measure(
        unit=unit, amount=Decimal(amount)
    )


@pytest.mark.parametrize(
    "value", ["-1", -1, "1e9999999", "NaN", "1_000", "٣", "", " 1", True, [1], 1e300, "9" * 30]
)
def test_a_quantity_that_is_none_is_refused_with_its_place(value):
    raw = a_listing(publishes={"action": "transfer", "availableQuantity": {"hasNumericalValue": value}})

    assert refusal(a_create(raw)).values["place"] == "$.object.publishes.availableQuantity.hasNumericalValue"


@pytest.mark.parametrize("purpose", ["sell", 5, ["offer"], {}])
def test_a_purpose_that_is_neither_offer_nor_request_is_refused(purpose):
    refused = refusal(a_create(a_listing(purpose=purpose)))

    assert refused.key == "federation.malformed"
    assert refused.detail == "$.object.purpose: expected offer or request"


@pytest.mark.parametrize("publishes", ["https://x.example/1", 5, True, []])
def test_what_is_published_must_be_an_object(publishes):
    assert refusal(a_listing(publishes=publishes)).values["place"] == "$.publishes"


def test_a_proposal_in_prefixed_terms_reads_like_a_plain_one():
    listing = received("prefixed_proposal")

    assert (listing.purpose, listing.mode, listing.to) == ("offer", "loan", (t.PUBLIC,))
    assert listing.publishes.action == "transferCustody"
    assert listing.publishes.name == "Prêt de perceuse"
    assert listing.publishes.classified_as == ("https://fedicoop.example/ns#tools",)
    assert listing.publishes.begins == datetime(2026, 8, 1, tzinfo=UTC)


def test_an_epicyon_share_is_a_need_with_its_picture_place_and_price():
    share = received("epicyon_share")

    assert (share.purpose, share.publishes.name, share.location.name) == (
        "request",
        "Remorque à vélo",
        "Villeurbanne",
    )
    assert share.reciprocal.quantity.amount == Decimal("15.50")
    assert share.reciprocal.conforms_to == CURRENCIES["EUR"]
    assert len(share.images) == 1


def test_a_mitra_proposal_keeps_a_price_in_a_currency_that_is_no_web_address():
    proposal = received("mitra_proposal")

    assert proposal.reciprocal.conforms_to.startswith("caip:19:monero:")
    assert (proposal.publishes.quantity.unit, proposal.unit_based) == ("second", True)


def test_a_flohmarkt_item_is_an_offer_with_a_price_in_euros():
    offer = received("flohmarkt_create").object

    assert (offer.purpose, offer.mode, offer.publishes.name) == ("offer", "sale", "Lastenrad")
    assert offer.reciprocal.quantity == t.Measure(unit="one", amount=Decimal("1250.5"))
    assert offer.reciprocal.conforms_to == CURRENCIES["EUR"]
    assert (offer.location.latitude, offer.location.longitude) == (49.8, 9.9)


@pytest.mark.parametrize(
    ("price", "amount"),
    [
        *(("1 €", "1 EUR"), ("12,50", "12.5 EUR"), ("1.200 €", "1200 EUR"), ("3 000,00 €", "3000 EUR")),
        *(("$ 5", "5 USD"), ("VB 20 chf", "20 CHF"), (15, "15 EUR"), (15.5, "15.5 EUR"), ("0 €", "0 EUR")),
        *(("zu verschenken", None), (None, None), (True, None), ([], None), ("", None)),
    ],
)
def test_prices_are_read_as_people_write_them(price, amount):
    read = read_price(price)

    assert (read and f"{read[0]:f} {read[1]}") == amount


def test_a_flohmarkt_item_for_nothing_is_a_gift():
    raw = parse_untrusted(document("flohmarkt_create"))
    raw["object"]["flohmarkt:data"]["price"] = "0 €"
    offer = read_object(raw).object

    assert (offer.mode, offer.reciprocal) == ("gift", None)


def test_a_bonfire_intent_is_a_need_when_its_author_receives():
    need = received("bonfire_intent").object

    assert (need.purpose, need.publishes.action, need.publishes.name) == (
        "request",
        "work",
        "Tri des légumes",
    )
    assert need.publishes.available == t.Measure(unit="kilo", amount=Decimal("0.681945979"))
    assert need.content == "<p>Deux heures samedi</p><p>au marché</p>"
    assert need.publishes.ends == datetime(2026, 7, 25, 10, 44, 0, 637055, tzinfo=UTC)


def test_a_bonfire_proposal_holds_what_is_given_and_what_is_asked_in_return():
    proposal = received("bonfire_proposal")

    assert (proposal.purpose, proposal.publishes.action) == ("offer", "transfer")
    assert (proposal.reciprocal.action, proposal.reciprocal.name) == ("work", "Une heure")
    assert proposal.location.name == "Lyon"
    assert proposal.ends.year == 2026


@pytest.mark.parametrize(
    ("kind", "purpose"),
    [("Offer", "offer"), ("Need", "request"), ("Intent", "request"), ("Proposal", "offer")],
)
def test_bonfires_types_say_which_side_speaks(kind, purpose):
    listing = read_object(a_note(type=f"ValueFlows:{kind}", name="Pain"))

    assert (listing.purpose, listing.publishes.name) == (purpose, "Pain")


def test_a_mutual_aid_offer_keeps_its_price_and_town_and_not_its_street():
    offer = received("mutual_aid_offer")

    assert (offer.purpose, offer.mode, offer.name) == ("offer", "sale", "Établi <solide>")
    assert offer.content == "<p>En hêtre.</p><p>À venir chercher.</p>"
    assert offer.location == t.Place(latitude=45.76, longitude=4.85)
    assert offer.reciprocal.quantity.amount == 80
    assert offer.by == "https://pod.example/camille"
    assert offer.published == datetime(2026, 2, 2, 2, 2, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "purpose", "mode", "action"),
    [
        ("maid:SaleOffer", "offer", "sale", "transfer"),
        ("maid:PurchaseRequest", "request", "sale", "transfer"),
        ("maid:BarterOffer", "offer", "exchange", "transfer"),
        ("maid:LoanRequest", "request", "loan", "transferCustody"),
        ("maid:RentOffer", "offer", "loan", "transferCustody"),
        ("maid:GiftRequest", "request", "gift", "transfer"),
        ("maid:Offer", "offer", None, "transfer"),
        ("https://mutual-aid.app/ns/core#GiftOffer", "offer", "gift", "transfer"),
    ],
)
def test_each_mutual_aid_type_has_its_mode(kind, purpose, mode, action):
    listing = received("mutual_aid_request", **{"type": kind, "pair:hasType": None})

    assert (listing.purpose, listing.mode, listing.publishes.action) == (purpose, mode, action)


def test_a_proposal_attached_to_a_note_gives_the_note_its_terms():
    listing = received("note_with_proposal")

    assert isinstance(listing, t.Proposal)
    assert (listing.id, listing.purpose, listing.unit_based) == (
        "https://other.example/notes/5",
        "offer",
        True,
    )
    assert listing.publishes.quantity == t.Measure(unit="one", amount=Decimal(12))
    assert listing.publishes.name == "Je donne des bocaux"
    assert len(listing.images) == 1
