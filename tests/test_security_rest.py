"""What the other files on security leave over: odd documents, closed houses, text that is all one letter."""

import json
import time

import pytest

from fedicoop.actors import fetching
from fedicoop.errors import Problem, Refused
from fedicoop.listings import fields
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.signatures import cavage, rfc9421
from fedicoop.vocabulary.reading import read
from fedicoop.web.clean import clean_html, markdown, plain
from tests import hostile
from tests.browsing import signed_in

village, nord, friend, evil = hostile.fixtures()


# Who is speaking


@pytest.mark.parametrize("container", ["@graph", "@included", "@reverse", "signature", "proof"])
async def test_what_is_wrapped_in_json_ld_speaks_for_nobody(nord, friend, evil, container):
    """Case 17: mallory sends what alice might have said, with a signature inside, and a graph around it."""
    inner = friend.says("Create", friend.offer())
    signed = {
        "type": "RsaSignature2017",
        "creator": f"{friend.id('alice')}#main-key",
        "signatureValue": "AAAA",
    }
    wrapped = {"signature": signed, "proof": signed}.get(container, [inner])
    said = evil.says("Like", friend.offer()["id"], by="mallory")

    for document in (inner | {container: wrapped}, said | {container: wrapped}, {container: wrapped}):
        answer = await evil.send(document, nord, by="mallory")
        assert answer.status_code < 500

    assert await nord.shelf() == []


async def test_a_house_that_cannot_tell_a_key_is_asked_later(nord, friend, network):
    """Case 22: 503, so that an honest sender comes back; and then it is heard."""
    friend.actor("dora")
    said = friend.says("Like", "https://x.test/1", by="dora")
    friend.serve("/actors/dora", b"", status=500)
    first = await friend.send(said, nord, by="dora")
    friend.actor("dora")
    network.clock.advance(minutes=1)

    assert (first.status_code, (await friend.send(said, nord, by="dora")).status_code) == (503, 202)


# Who may change what


@pytest.mark.parametrize("kind", ["Move", "Add", "Remove", "Block", "Flag", "Vote", "Question"])
async def test_what_we_do_not_speak_changes_nothing(nord, friend, evil, kind):
    """Cases 37, 38, 123 and 125: in alice's name by mallory, and by alice herself without consent."""
    listing = await friend.publish(nord)
    said = {"target": evil.id("mallory"), "origin": friend.id("alice")}
    await evil.send(evil.says(kind, friend.id("alice"), by="mallory", **said), nord, by="mallory")
    await friend.send(friend.says(kind, friend.id("alice"), **said), nord)

    assert [seen.id for seen in await nord.shelf()] == [listing.id]
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM follows WHERE followed_id LIKE '%mallory%'") == 0
        assert (
            await tx.count("SELECT count(*) FROM received WHERE outcome = 'done' AND type = :k", k=kind) == 0
        )


async def test_who_is_copied_in_silence_is_told_to_nobody(nord, friend, network):
    """Case 79: what comes in is kept without them, and nothing of ours has any."""
    offer = friend.offer(bto=["https://secret.test/a"], bcc=["https://secret.test/b"])
    await friend.send(friend.says("Create", offer, bto=["https://secret.test/c"]), nord)
    listing = await nord.publish()
    own = (await nord.get(listing.id)).text
    theirs = (await nord.get("/", "text/html")).text

    assert [seen.title for seen in await nord.shelf()] == ["Remorque"]
    assert "secret.test" not in own + theirs + json.dumps(friend.heard)
    assert not {"bto", "bcc"} & json.loads(own).keys()


# Closed houses


async def close(nord, host: str, policy: Policy = Policy.CLOSED) -> None:
    async with nord.node.db.write() as tx:
        await peers.set_policy(tx, host, policy)


async def test_nobody_relays_for_a_house_that_is_closed(nord, friend, evil):
    """Case 100: friend relays an offer of mallory's, known here before and not."""
    await evil.is_followed_by(nord, "mallory")
    await evil.send(evil.says("Create", evil.offer("1", by="mallory"), by="mallory"), nord, by="mallory")
    for number in ("1", "2"):
        evil.serve(f"/listings/{number}", evil.offer(number, by="mallory"))
    await close(nord, "evil.test")
    evil.asked.clear()

    for number in ("1", "2"):
        await friend.send(friend.says("Announce", f"{evil.origin}/listings/{number}"), nord)

    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM boosts") == 0
        assert (
            await tx.count("SELECT count(*) FROM received WHERE type = 'Announce' AND outcome = 'ignored'")
            == 2
        )
    assert evil.asked == []


async def test_a_house_that_is_closed_is_asked_for_nothing(nord, evil):
    """Case 100, and 99: however it is spelt, and what is beneath it."""
    await close(nord, "evil.test")
    evil.asked.clear()

    for address in ("https://evil.test/a", "https://EVIL.test./a", "https://sub.evil.test/a"):
        with pytest.raises(Refused) as refused:
            await fetching.get_signed(nord.node, address)
        assert refused.value.key == "fetch.closed_house"
    assert evil.asked == []
    await close(nord, "evil.test", Policy.OPEN)
    evil.serve("/a", {"id": "https://evil.test/a"})
    assert (await fetching.get_signed(nord.node, "https://evil.test/a")).status == 200


# Text that is all one letter, and text that looks like our own code

MANY = 60_000
ODD = (
    "<a",
    "<",
    "@",
    "#",
    "a!",
    "![",
    "[](",
    "&#",
    "<!--",
    "](",
    "*_",
    "`",
    ">",
    "- ",
    "\\",
    "a.",
    "http://",
)


@pytest.mark.parametrize("odd", ODD)
def test_no_text_is_slow_to_read(odd):
    """Case 111: sixty thousand characters of it, in each reader of foreign text."""
    text = (odd * MANY)[:MANY]
    body = json.dumps(
        {"id": "https://a.test/1", "type": "Note", "attributedTo": "https://a.test/u", "content": text}
    )
    readers = {
        "html": lambda: clean_html(text),
        "plain": lambda: plain(text),
        "json": lambda: read(body.encode()),
        "cavage": lambda: cavage.parameters(text),
        "fields": lambda: rfc9421.read_dictionary(text),
        "markdown": lambda: markdown(text[: fields.LONGEST["text"]]),
    }
    for name, reading in readers.items():
        begun = time.process_time()
        try:
            reading()
        except Problem:
            pass
        assert time.process_time() - begun < 0.5, f"{name} of {odd!r}"


@pytest.mark.parametrize(
    "odd", ["{{7*7}}", "{0.__class__}", "{% raise %}", "%(name)s %s", "${7*7}", "{title}"]
)
async def test_what_looks_like_our_own_code_is_shown_as_it_is(network, odd):
    """Case 119: in a title, on each page that shows it."""
    nord = await network.add("nord.test")
    listing = await nord.publish(f"Vélo {odd}")

    for path in ("/", f"/listings/{listing.key}", "/annonces?q=velo"):
        page = (await nord.get(path, "text/html")).text
        assert f"Vélo {odd}" in page
        assert "Vélo 49" not in page


# Forms

FORM = "/publier"


async def test_a_form_of_a_hundred_thousand_parts_is_refused_at_once(network):
    """Case 116: parts, fields, a part without end, names of 100 KB."""
    nord = await network.add("nord.test")
    visitor = await signed_in(nord, await nord.join())
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    part = b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n'
    bodies = {
        "multipart/form-data; boundary=x": (
            part * 100_000 + b"--x--",
            b'--x\r\ncontent-disposition: form-data; name="' + b"a" * 100_000 + b'"\r\n\r\nb\r\n--x--',
            part[:-5] + b"c" * 3_000_000,
            b"--x\r\n" + b"x-header: a\r\n" * 50_000,
            b"nothing of the sort",
        ),
        "multipart/form-data": (part,),
        "application/x-www-form-urlencoded": (b"a=b&" * 100_000, b"a" * 3_000_000, b"&" * 100_000 + b"%"),
    }
    told = {"cookie": cookies, "origin": nord.origin, "accept": "text/html"}
    for kind, sent in bodies.items():
        for body in sent:
            begun = time.process_time()
            answer = await nord.http.post(
                f"{nord.origin}{FORM}",
                content=body,
                headers=told | {"content-type": kind},
            )
            assert answer.status_code in (400, 403, 409, 413), (kind, body[:60], answer.status_code)
            assert time.process_time() - begun < 2
