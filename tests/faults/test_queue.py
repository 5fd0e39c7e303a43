"""F22, F23, F25, F28 and F29: what waits for long, in great numbers, with another key, in another version."""

import asyncio
import json
import re
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime

from fedicoop.db.ids import new_ulid_source
from fedicoop.signatures.claims import SignedRequest, claim, verifies
from fedicoop.web.origin import TOKEN
from tests.faults.audit import audit
from tests.faults.conftest import SLOW
from tests.faults.house import House, free_port
from tests.faults.member import Browser
from tests.faults.peer import Letter, Reply
from tests.post_office import post_office


async def until(seen, patience: float = 20.0) -> float:
    begun = time.monotonic()
    while not seen():
        assert time.monotonic() - begun < patience, "it did not come"
        await asyncio.sleep(0.05)
    return time.monotonic() - begun


@SLOW
async def test_f22_a_promise_that_breaks_whoever_keeps_it_is_set_aside_and_the_others_go_on(make, meet):
    """A row that an older version wrote, say: nobody understands it any more."""
    peer = await meet()
    house = await make(peer)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    row = {"id": "00000000000000000000000000", "lane": f"to {peer.host}", "kind": "Deliver", "now": now}
    house.change(
        """INSERT INTO jobs (id, lane, thread, kind, payload, created_at, run_at)
           VALUES (:id, :lane, 'x', :kind, '{"nonsense": true}', :now, :now)""",
        [row, row | {"id": "00000000000000000000000001", "kind": "Unknown"}],
    )
    await house.start()
    browser = Browser(house)
    await browser.insist("Perceuse")
    await until(lambda: peer.got("Create"))

    def hurry() -> bool:
        """Nobody waits for the back-off of what broke."""
        house.change("UPDATE jobs SET run_at = '2000-01-01T00:00:00.000000' WHERE crashes > 0 AND NOT dead")
        return len(house.log("jobs.buried")) == 2

    await until(hurry, 40)
    assert house.rows("SELECT count(*) FROM jobs WHERE dead") == [(2,)]
    status = await house.type_in("outbox", "status", "--json")
    assert sum(len(lane["given_up"]) for lane in json.loads(status)) == 2
    page = await browser.open("/admin/sante")
    assert "abandonné" in page.text
    assert browser.done.keys() == {title for (title,) in house.rows("SELECT title FROM listings")}
    broke = house.log("jobs.broke")
    assert all("exception" in line for line in broke), "a bug of ours is told with its trace"
    assert len(broke) <= 2 * 3


async def test_f22_a_letter_that_crashed_its_workers_three_times_is_set_aside(make, meet):
    """The process died with it three times: attempts are counted before the try."""
    peer = await meet()
    house = await make(peer)
    house.change(
        """INSERT INTO jobs (id, lane, kind, payload, created_at, run_at, attempts, crashes)
           VALUES ('00000000000000000000000000', 'own', 'FanOut', '{}', '2020-01-01T00:00:00.000000',
                   '2020-01-01T00:00:00.000000', 3, 3)"""
    )
    await house.start()
    browser = Browser(house)
    await browser.insist("Perceuse")

    [buried] = house.log("jobs.buried")
    assert buried["error"] == "crashes"
    await audit(house, listings=browser.done, peers=[peer], drains=20)


@SLOW
async def test_f25_a_key_that_is_changed_while_a_hundred_letters_wait_signs_them_all(make, meet):
    """Signatures are made when a letter leaves; the peer asks for the key again when the old one fails."""
    known = dict[str, str]()
    refused = 0

    async def checks(letter: Letter, _writer: asyncio.StreamWriter) -> Reply:
        nonlocal refused
        headers = [(name, value) for name, value in letter.headers.items()]
        seen = SignedRequest("POST", letter.path, "", headers, letter.body, peer.origin)
        found = claim(seen, datetime.now(UTC))
        for _ in range(2):
            if found.key_id in known and verifies(found, "rsa", known[found.key_id]):
                return Reply()
            document = await house.http.get(
                found.key_id.partition("#")[0], headers={"accept": "application/activity+json"}
            )
            told = document.json()["publicKey"]
            known.update(
                {key["id"]: key["publicKeyPem"] for key in (told if isinstance(told, list) else [told])}
            )
        refused += 1
        return Reply(401)

    peer = await meet(script=checks)
    house = await make(peer)
    await house.start()
    browser = Browser(house)
    await browser.insist("Avant")
    await house.drained()
    before = dict(known)
    await peer.shut()
    for number in range(100):
        await browser.insist(f"Perceuse {number}")
    assert house.rows("SELECT count(*) >= 100 FROM jobs WHERE NOT dead") == [(1,)]
    await house.type_in("keys", "rotate", "--actor", "velo")
    await peer.open()
    await house.type_in("outbox", "retry")

    await audit(house, listings=browser.done, peers=[peer], drains=60, lines=30)
    assert refused == 0
    assert known != before


@SLOW
async def test_f28_what_waited_under_the_version_before_leaves_under_this_one(make, meet, tmp_path):
    """A house of before these migrations, with a thousand letters waiting, is started by this program."""
    friends = [await meet() for _ in range(4)]
    house = await make(*friends)
    _back_to(house, "0050_leases")
    _letters(house, 1000, [peer.host for peer in friends], [peer.inbox for peer in friends])
    await house.start()

    await house.drained(300)
    for peer in friends:
        assert len(peer.letters) == len(peer.taken) == 250
    assert len(list((house.folder / "backups").glob("before-*"))) >= 1
    browser = Browser(house)
    await browser.insist("Après")
    await house.drained(30)


def _back_to(house: House, first: str) -> None:
    """Take back what the migrations from `first` on did to the queue: the columns that they added."""
    columns = {
        "0050_leases": [("jobs", "leased_by")],
        "0051_days": [("jobs", "days"), ("jobs", "failed_at"), ("lanes", "days")],
    }
    with closing(sqlite3.connect(house.database)) as raw, raw:
        for name in (name for name in columns if name >= first):
            for table, column in columns[name]:
                raw.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
            raw.execute("DELETE FROM migrations WHERE name = ?", (f"{name}.sql",))


def _letters(house: House, number: int, hosts: list[str], inboxes: list[str]) -> None:
    """So many letters that wait, spread over some inboxes."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    new_id = new_ulid_source()
    by = house.coop.id
    sent, jobs = [], []
    for one in range(number):
        id = f"{house.origin}/activities/{new_id()}"
        body = json.dumps(
            {"id": id, "type": "Create", "actor": by, "object": f"{house.origin}/listings/{one}"}
        )
        sent.append(
            {"id": id, "by": by, "object": f"{house.origin}/listings/{one}", "body": body, "now": now}
        )
        at = one % len(hosts)
        payload = {"activity_id": id, "object_id": f"{house.origin}/listings/{one}", "thread": f"t{one}"}
        jobs.append(
            {
                "id": new_id(),
                "lane": f"to {hosts[at]}",
                "thread": f"t{one}",
                "payload": json.dumps(payload | {"inbox": inboxes[at]}),
                "now": now,
            }
        )
    house.change(
        """INSERT INTO sent (id, actor_id, type, object_id, public, body, created_at)
           VALUES (:id, :by, 'Create', :object, TRUE, :body, :now)""",
        sent,
    )
    house.change(
        """INSERT INTO jobs (id, lane, thread, kind, payload, created_at, run_at)
           VALUES (:id, :lane, :thread, 'Deliver', :payload, :now, :now)""",
        jobs,
    )


@SLOW
async def test_f29_a_hundred_thousand_letters_for_a_dead_house_slow_down_nobody(make, meet):
    live = [await meet(key=2) for _ in range(10)]
    dead = await meet()
    await dead.shut()
    house = await make(*live, allowed=(dead.host,))
    _letters(house, 100_000, [dead.host], [dead.inbox])
    life = house.launch()
    start = await house.ready(life)
    browser = Browser(house)
    await browser.open("/")
    before = life.memory()
    begun = time.monotonic()
    for number in range(20):
        await browser.insist(f"Perceuse {number}")
    published = time.monotonic() - begun
    for peer in live:
        await until(lambda peer=peer: len(peer.got("Create")) == 20, 60)
    took = time.monotonic() - begun

    assert start < 10
    assert published < 20, "publishing waited for the queue"
    assert took < 60, f"living houses waited {took:.0f} s"
    assert life.memory() - before < 64_000_000
    assert len(house.log("jobs.retried")) < 20
    assert house.rows("SELECT count(*) FROM jobs WHERE NOT dead") == [(100_000,)]
    assert (await browser.open("/admin/sante")).status_code == 200


@SLOW
async def test_f23_a_mail_server_that_is_down_slow_or_says_no_troubles_no_page_and_doubles_no_letter(
    make, meet
):
    port = free_port()
    house = await make(smtp_url=f"smtp://127.0.0.1:{port}")
    await house.start()
    browser = Browser(house)
    house.change("UPDATE members SET email = 'lea@mail.test'")
    await house.type_in("mail", "test", "lea@mail.test", code=5)
    begun = time.monotonic()
    await _ask_for_a_link(house)
    assert time.monotonic() - begun < 5, "a page waited for the mail server"
    async with post_office(port) as office:
        office.says["RCPT"] = "451 4.7.1 Greylisted, come back later"
        await house.type_in("outbox", "retry")
        await until(lambda: house.log("jobs.retried"))
        del office.says["RCPT"]
        await house.type_in("outbox", "retry")
        await house.drained(30)
        letters = len(office.letters)
        assert letters == len({letter["Message-ID"] for letter in office.letters}) >= 1
        office.says["RCPT"] = "550 5.1.1 No such mailbox"
        await _ask_for_a_link(house)
        await until(lambda: house.log("mail.refused"))
        await house.drained(30)
        assert len(office.letters) == letters
    assert (await browser.open("/")).status_code == 200
    await audit(house, drains=20)


async def _ask_for_a_link(house: House) -> None:
    """Léa, at another browser, asks for a letter that lets her in."""
    async with house.client() as http:
        page = await http.get(f"{house.origin}/entrer", headers={"accept": "text/html"})
        token = re.search(rf'name="{TOKEN}" value="([^"]+)"', page.text)[1]
        answer = await http.post(
            f"{house.origin}/entrer/lettre",
            data={TOKEN: token, "email": "lea@mail.test"},
            headers={"accept": "text/html", "origin": house.origin},
        )
        assert answer.status_code in (200, 303), answer.text[:500]
