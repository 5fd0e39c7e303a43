"""F14: names that cannot be looked up, or slowly, or lead inside."""

import asyncio
import statistics
import time

from tests.faults.audit import audit
from tests.faults.conftest import SLOW
from tests.faults.member import Browser
from tests.faults.test_peers import until

RESOLVER = '''
"""Loaded at the start of a house under test: its machine's resolver answers as a broken one does."""
import socket, time
_real = socket.getaddrinfo
def getaddrinfo(host, *more, **named):
    name = host.decode() if isinstance(host, bytes) else host
    if name == "slow.test":
        time.sleep(8)
        raise socket.gaierror(-3, "Temporary failure in name resolution")
    if name == "unknown.test":
        raise socket.gaierror(-2, "Name or service not known")
    if name == "liar.test":
        return [(2, 1, 6, "", ("127.0.0.1", 443))]
    return _real(host, *more, **named)
socket.getaddrinfo = getaddrinfo
'''


@SLOW
async def test_f14_names_that_fail_crawl_or_lie_hold_up_neither_pages_nor_living_peers(make, meet, tmp_path):
    """Forty letters at once for names that nobody answers for: look-ups wait in threads of their own."""
    (tmp_path / "sitecustomize.py").write_text(RESOLVER)
    peer = await meet()
    house = await make(peer)
    house.environ["PYTHONPATH"] = f"{tmp_path}:{house.paths}"
    for number in range(40):
        name = ("slow", "unknown", "liar")[number % 3]
        house.change(
            f"""INSERT INTO actors (id, type, handle, name, inbox, local, host, fetched_at, summary,
                    manually_approves, discoverable, indexable, fields, implements)
                SELECT 'https://{name}.test/{number}', type, 'a{number}', name,
                    'https://{name}.test/{number}/inbox', FALSE, '{name}.test', fetched_at, '',
                    FALSE, FALSE, FALSE, '[]', '[]' FROM actors WHERE local LIMIT 1;
                INSERT INTO follows (id, follower_id, followed_id, status, asked_at)
                SELECT 'https://{name}.test/f{number}', 'https://{name}.test/{number}', id, 'accepted',
                    fetched_at FROM actors WHERE local AND type = 'Organization';"""
        )
    await house.start()
    browser = Browser(house)
    took = []
    for number in range(10):
        begun = time.monotonic()
        await browser.insist(f"Perceuse {number}")
        await browser.open("/")
        took.append((time.monotonic() - begun) / 2)
        await asyncio.sleep(0.2)

    assert statistics.median(took) < 0.5, took
    await until(lambda: len(peer.got("Create")) == 10, 60)
    await until(
        lambda: {"to slow.test", "to unknown.test"} <= {line["lane"] for line in house.log("jobs.retried")}
    )
    errors = {line["lane"]: line["error"] for line in house.log("jobs.retried")}
    assert errors["to unknown.test"].startswith("peer.name_unknown")
    refused = [line for line in house.log() if line.get("lane") == "to liar.test"]
    assert refused, "an address inside was not told"
    assert all("outward.address" in line["error"] for line in refused)
    for lane in ("to slow.test", "to unknown.test", "to liar.test"):
        house.change(f"DELETE FROM jobs WHERE lane = '{lane}'")
    await audit(house, listings=browser.done, peers=[peer], drains=20, lines=200)
