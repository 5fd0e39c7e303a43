"""What we parse: letters rightly signed by somebody whom we hear, and full of nonsense.

Each is taken or refused, never a fault of ours; and whatever was kept, every page can still be read.
"""

import json
from itertools import product

import pytest

from tests import hostile

village, nord, friend, evil = hostile.fixtures()


async def pages_can_be_read(nord) -> None:
    """Every page and document that shows what was kept: there, and well formed."""
    shelf = await nord.shelf(limit=500)
    paths = ["/", "/?source=peers", "/coops", "/about", "/@nord", "/@alice@friend.test", "/tags/velo"]
    paths += [f"/l/{listing.key}" for listing in shelf]
    for path in paths:
        answer = await nord.get(path, "text/html")
        assert answer.status_code == 200, path
        answer.content.decode("utf-8")
    for path in ("", "/outbox?page=1", "/followers", "/following", "/offers?page=1", "/featured"):
        answer = await nord.get(f"{nord.coop.id}{path}")
        assert answer.status_code == 200, path
        json.loads(answer.content, parse_constant=pytest.fail)


async def refused(nord, friend, *bodies: bytes) -> None:
    """Each letter is a 400, and nothing of it is left."""
    for body in bodies:
        answer = await friend.send(body, nord)
        assert answer.status_code == 400, (body[:200], answer.text)
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM received WHERE type <> 'Accept'") == 0
    await pages_can_be_read(nord)


def written(friend, **fields) -> bytes:
    """A Create of an offer, as bytes."""
    return json.dumps(friend.says("Create", friend.offer(**fields))).encode()


@pytest.mark.parametrize("in_parts", [False, True])
async def test_a_letter_of_two_megabytes_is_too_large(nord, friend, in_parts):
    """Case 54: by its announced length, and by its bytes where none was announced."""
    body = written(friend, content="x" * 2_000_000)
    letter = friend.letter(body, nord)

    answer = await letter.to(nord, in_parts=in_parts)

    assert (answer.status_code, "content-length" in answer.request.headers) == (413, not in_parts)


async def test_a_false_length_does_not_help(nord, friend):
    """Case 54: told that it is small, it is counted all the same."""
    letter = friend.letter(written(friend, content="x" * 2_000_000), nord).put("content-length", "100")

    assert (await letter.to(nord, in_parts=True)).status_code == 413


async def test_ninety_thousand_levels_are_too_deep(nord, friend):
    """Case 55: as the whole letter, and forty within one that is otherwise in order."""
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}"), (b'{"object":[', b"]}"), (b'[{"type":', b"}]")):
        forty = written(friend).replace(b'"Remorque"', opening * 40 + b"1" + closing * 40)
        await refused(nord, friend, opening * 90_000, forty)


async def test_a_number_that_fits_nowhere_is_refused(nord, friend):
    """Case 56: wherever it stands."""
    numbers = [
        "9223372036854775808",
        "-9223372036854775809",
        "1" * 5000,
        "1e400",
        "-1e999",
        "0." + "1" * 5000,
    ]

    for name in ("published", "publishes", "unknown"):
        body = written(friend, **{name: "§"})
        await refused(nord, friend, *(body.replace(b'"\\u00a7"', number.encode()) for number in numbers))


async def test_a_large_number_that_fits_is_no_fault(nord, friend):
    """Case 56: in each place where we read one."""
    places = [
        '"location": {"type": "Place", "name": "Lille", "latitude": §, "longitude": §, "radius": §}',
        '"resourceQuantity": {"hasNumericalValue": §}',
        '"resourceQuantity": §',
        '"attachment": [{"type": "Image", "url": "https://friend.test/", "width": §, "focalPoint": [§, §]}]',
    ]
    numbers = ("9223372036854775807", "1e308", "-0.0", "1E-300", "0e0")
    for key, (number, place) in enumerate(product(numbers, places)):
        extra = place.replace("§", number).encode()
        for before in (b'"purpose"', b'"name": "N"'):
            body = written(friend, key=str(key), title="N").replace(before, extra + b", " + before)
            assert (await friend.send(body, nord)).status_code in (202, 400)

    await pages_can_be_read(nord)


async def test_what_is_no_number_in_json_is_refused(nord, friend):
    """Case 57: and our outbox stays JSON."""
    body = written(friend, latitude="§")

    await refused(
        nord, friend, *(body.replace(b'"\\u00a7"', word) for word in (b"NaN", b"Infinity", b"-Infinity"))
    )


async def test_a_name_that_comes_twice_is_refused(nord, friend, evil):
    """Case 58: one reader would take the first, the next one the last."""
    body = written(friend)
    twice = [body[:-1] + b', "\\u0061ctor": "x"}']
    for name in ("actor", "id", "object", "type", "attributedTo"):
        start = body.index(f'"{name}"'.encode())
        twice.append(body[:start] + f'"{name}": "{evil.id("mallory")}", '.encode() + body[start:])

    await refused(nord, friend, *twice)


ODD_TEXTS = [
    *("\ud800", "\udfff x", "a\x00b", "\x1b[31m", "\u202egro", "\u2066\u2069", "\x85"),
    *("\ufffe", "\ufffd", "\ufdd0"),
]


async def test_no_text_breaks_a_page(nord, friend):
    """Case 59: in every text of a listing and of its author; what cannot be kept is left out."""
    for key, text in enumerate(ODD_TEXTS):
        name = f"Vélo {text} cargo"
        field = {"type": "PropertyValue", "name": name, "value": name}
        friend.actor("alice", name=name, summary=name, attachment=[field])
        await friend.send(friend.says("Update", friend.id("alice")), nord)
        offer = friend.offer(
            str(key),
            title=name,
            name=name,
            summary=name,
            location={"type": "Place", "name": name},
            tag=[{"type": "Hashtag", "name": f"#velo{text}"}, {"type": "Hashtag", "name": "#velo"}],
            attachment=[{"type": "Image", "url": f"{friend.origin}/x.png", "name": name}],
            contentMap={text: name},
            exchangeMode=name,
            reciprocal={"type": "Intent", "name": name, "action": name},
        )
        said = friend.says("Create", offer | {text: name}, summary=name)
        assert (await friend.send(said, nord)).status_code == 202

        listing = await nord.find(offer["id"])
        assert listing.title.startswith("Vélo")
        assert not {"\x00", "\ud800", "\u202e", "\x1b", "\x85"} & {*listing.title, *listing.html}
        if key % 3 == 0:
            await pages_can_be_read(nord)
    await pages_can_be_read(nord)


async def test_no_character_turns_one_address_into_another(nord, friend):
    """Case 59: a control or direction character in an address is not taken out of it."""
    for text, place in product(ODD_TEXTS[:7], ("id", "activity", "to", "url")):
        odd = f"{friend.origin}/listings/{text}7"
        said = friend.says("Create", friend.offer("8") | ({} if place == "activity" else {place: odd}))
        if place == "activity":
            said["id"] = odd
        assert (await friend.send(said, nord)).status_code == (400 if place in ("id", "activity") else 202)

    assert await nord.find(f"{friend.origin}/listings/7") is None
    await pages_can_be_read(nord)


async def test_what_is_not_utf8_is_refused(nord, friend):
    """Case 60: other encodings, a byte order mark, and bytes that are no characters."""
    text = json.dumps(friend.says("Create", friend.offer(title="é")), ensure_ascii=False)
    encodings = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1")
    bad = (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82")

    await refused(nord, friend, *(text.encode(encoding) for encoding in encodings))
    await refused(nord, friend, *(text.encode().replace("é".encode(), one) for one in bad))


async def test_what_is_no_activity_is_refused(nord, friend):
    """Case 61: whatever stands on top."""
    tops = (b"", b"null", b"[]", b"1", b'"x"', b"true", b"{}", b"[{}]", b"<html>", b"{", b" ")
    whole = written(friend)

    await refused(nord, friend, *tops, b"[" + whole + b"]", whole + whole, whole[:-1])


@pytest.mark.parametrize("name", ["id", "type", "actor", "object"])
async def test_an_activity_needs_its_parts(nord, friend, name):
    """Case 61: each of them with a value of another kind."""
    for value in (None, [], {}, [[]], 1, -1.5, True, "", [None], [{}], {"id": []}, {"@value": {}}):
        said = friend.says("Create", friend.offer()) | {name: value}
        await refused(nord, friend, json.dumps(said).encode())


async def test_what_is_too_much_is_cut_or_refused(nord, friend, network):
    """Case 62: and at most twenty things are asked for, whatever it says."""
    many = [f"{friend.origin}/actors/n{number}" for number in range(10_000)]
    tags = [{"type": "Mention", "name": f"@n{n}", "href": href} for n, href in enumerate(many[:5000])]
    tags += [{"type": "Hashtag", "name": f"#t{number}"} for number in range(5000)]
    images = [{"type": "Image", "url": f"{friend.origin}/p/{number}.png"} for number in range(5000)]
    before = len(network.switchboard.asked)
    letters = [
        friend.says("Create", friend.offer("a" * 100_000)),
        friend.says("Create", friend.offer("a")) | {"id": f"{friend.origin}/{'a' * 100_000}"},
        friend.says("Create", friend.offer("1"), to=many),
        friend.says("Create", friend.offer("2", tag=tags[::-1])),
        friend.says("Create", friend.offer("3", attachment=images, icon=images, url=many)),
        friend.says("Create", friend.offer("4", title="T" * 400_000, name="N" * 300_000)),
        friend.says("Create", friend.offer("5", attributedTo=[friend.id("alice"), *many])),
        friend.says("Create", friend.offer("6", oneOf=[{"type": "Note", "name": "x" * 50}] * 5000)),
        friend.says("Announce", many),
        friend.says("Create", many[0], inReplyTo=many),
        friend.says("Create", friend.offer("7", content="<p>" * 100_000)),
    ]

    answers = [(await friend.send(said, nord)).status_code for said in letters]

    assert set(answers) <= {202, 400, 413}
    assert answers[:3] == [400, 400, 400]
    assert len(network.switchboard.asked) - before <= 20
    for listing in await nord.shelf():
        assert len(listing.title) <= 256
        assert len(listing.html) <= 5 * 65_536  # cut before it was escaped and closed
        assert len(listing.tags) <= 64
        assert len(listing.photos) <= 8
    await pages_can_be_read(nord)
