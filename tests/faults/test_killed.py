"""F1 to F4, F27 and F30: processes that die, are told to go, come twice, and visitors who leave early."""

import asyncio
import os
import signal
import time
from contextlib import suppress

import httpx
import pytest

from tests.databases import Cluster
from tests.faults.audit import audit
from tests.faults.conftest import SLOW
from tests.faults.house import Process
from tests.faults.kill import rounds
from tests.faults.member import Browser
from tests.faults.peer import Letter, Reply


async def test_f1_what_was_acknowledged_survives_kills_of_server_and_worker(tmp_path):
    found = await rounds(tmp_path, 2, seed=7)

    assert (found["lost"], found["doubled"]) == (0, 0)


@SLOW
async def test_f1_fifty_kills_under_load_lose_and_double_nothing(tmp_path):
    found = await rounds(tmp_path, 50)

    assert (found["rounds"], found["lost"], found["doubled"]) == (50, 0, 0)
    assert found["leases taken over"] >= found["told in lines"] > 0


@SLOW
async def test_f1_fifty_kills_with_two_workers_on_postgresql_lose_and_double_nothing(tmp_path):
    cluster = Cluster(durable=True)
    try:
        found = await rounds(tmp_path, 50, database_url=cluster.url(cluster.empty()))
    finally:
        cluster.destroy()

    assert (found["rounds"], found["lost"], found["doubled"]) == (50, 0, 0)
    assert found["leases taken over"] >= found["told in lines"] > 0


async def test_f2_a_kill_between_the_peers_yes_and_our_mark_sends_one_letter_at_most_once_more(make, meet):
    killed = list[Process]()

    async def takes_and_kills(letter: Letter, writer: asyncio.StreamWriter) -> Reply | None:
        if letter.type == "Create" and not killed:
            writer.write(b"HTTP/1.1 202 Said\r\ncontent-length: 0\r\n\r\n")
            peer.taken[letter.id] += 1
            await writer.drain()
            killed.append(life)
            life.kill()
            return None
        return Reply()

    peer = await meet(script=takes_and_kills)
    house = await make(peer)
    life = await house.start()
    browser = Browser(house)
    await browser.publish("Perceuse")
    while not killed:
        await asyncio.sleep(0.01)
    life = await house.start()

    await audit(house, listings=browser.done, peers=[peer], again=1, drains=10)
    [recovered] = house.log("jobs.recovered")
    assert recovered["leases_taken_over"] >= 1


async def test_f3_a_kill_amid_two_hundred_letters_leaves_each_with_one_effect(make, meet):
    peer = await meet(voices=20)
    house = await make(peer)
    life = await house.start()
    notes = [peer.offer(f"Échelle {number}", number=number % 20) for number in range(180)]
    said = [peer.create(note) for note in notes] + [peer.follow(house, number) for number in range(20)]
    answered = 0

    async def send(activity) -> None:
        nonlocal answered
        with suppress(httpx.HTTPError):
            await peer.say(house, activity)
            answered += 1
            if answered == 60:
                life.kill()

    await asyncio.gather(*(send(activity) for activity in said))
    assert not life.alive
    await house.start()
    await asyncio.gather(*(peer.insist(house, activity) for activity in said))

    await audit(house, heard=[note.id for note in notes], peers=[peer], again=40, drains=30)
    accepted = house.rows("SELECT count(*), count(DISTINCT id) FROM sent WHERE type = 'Accept'")
    assert accepted == [(20, 20)]


async def test_f4_told_to_stop_under_load_it_ends_what_it_began_and_goes(make, meet):
    peer = await meet()
    house = await make(peer)
    life = await house.start()
    browser = Browser(house)
    await browser.publish("Avant")

    async def publish(number: int) -> int:
        return (await browser.publish(f"Perceuse {number}")).status_code

    before = len(os.listdir(f"/proc/{life.pid}/fd"))
    asked = [asyncio.create_task(publish(number)) for number in range(20)]
    while len(os.listdir(f"/proc/{life.pid}/fd")) < before + 15:  # it has let them in
        await asyncio.sleep(0.005)
    code, took = await life.terminate()
    answers = await asyncio.gather(*asked, return_exceptions=True)

    assert (code, took < 10) == (0, True)
    torn = [one for one in answers if isinstance(one, httpx.ReadError | httpx.RemoteProtocolError)]
    assert len(torn) <= 5, "an answer was cut off"  # who still stood before the door hears nothing
    assert answers.count(303) >= 15
    with pytest.raises(httpx.ConnectError):
        await browser.open("/")
    await house.start()
    await audit(house, listings=browser.done, peers=[peer], drains=20)


async def test_f27_a_second_server_on_one_folder_refuses_and_says_who_is_there(make):
    house = await make()
    first = await house.start()

    said = await house.refusal("serve")

    assert said.startswith("exit 75:")
    assert str(first.pid) in said
    assert first.alive
    assert (await Browser(house).open("/readyz")).status_code == 200


async def test_f27_what_a_stopped_process_holds_is_taken_over_by_its_successor_alone(make, meet):
    """The worker is killed with a letter in hand while `serve` lives: the next worker need not wait."""
    held = asyncio.Event()

    async def never_answers(letter: Letter, writer: asyncio.StreamWriter) -> Reply | None:
        held.set()
        if len(peer.letters) == 1:
            await asyncio.sleep(60)
        return Reply()

    peer = await meet(script=never_answers)
    house = await make(peer)
    await house.start("serve", "--workers", "0")
    worker = await house.start("worker")
    browser = Browser(house)
    await browser.publish("Perceuse")
    await held.wait()
    worker.kill()
    await house.start("worker")

    await audit(house, listings=browser.done, peers=[peer], drains=5)


@SLOW
async def test_f30_five_hundred_visitors_who_leave_in_mid_request_leave_nothing_half_done(make, meet):
    peer = await meet()
    house = await make(peer)
    life = await house.start()
    browser = Browser(house)
    await browser.publish("Avant")
    before = len(os.listdir(f"/proc/{life.pid}/fd"))

    for batch in range(20):
        numbers = range(batch * 25, batch * 25 + 25)
        await asyncio.gather(*(browser.leave_amid(f"Perceuse {one}", one % 25 / 100) for one in numbers))
    await asyncio.sleep(1)

    begun = time.monotonic()
    await browser.publish("Après")
    assert time.monotonic() - begun < 1
    await audit(house, listings=browser.done, peers=[peer], drains=60)
    deadline = time.monotonic() + 30
    while len(os.listdir(f"/proc/{life.pid}/fd")) > before + 5 and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
    assert len(os.listdir(f"/proc/{life.pid}/fd")) <= before + 5
    os.kill(life.pid, signal.SIGTERM)
    life.planned = True
    assert await asyncio.to_thread(life.popen.wait, 15) == 0
