"""What the house knows of itself, and who may know it: the checks, `/readyz`, `/metrics`."""

import socket
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from fedicoop import metrics
from fedicoop.desk import checks, checks_network, clock
from fedicoop.desk.checks_network import Place
from fedicoop.desk.findings import fine_in_words, from_kept, kept, wrong
from fedicoop.metrics import Counter, Timer
from fedicoop.outward.clocks import Clocks
from fedicoop.settings import Settings
from fedicoop.web.headers import request_id
from tests.test_outward import OK, Peer, living
from tests.test_outward_tls import authority as authority  # a fixture

TOKEN = "a-long-random-word-of-ours"


async def inside(house, path: str, **headers: str) -> httpx.Response:
    """Asked on the machine itself."""
    return await house.http.get(
        f"https://nord.test{path}", headers={"host": "127.0.0.1:8080", "accept-language": "en"} | headers
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "nord.test"},  # by our public name: a proxy without manners may be in between
        {"host": "127.0.0.1", "x-forwarded-for": "203.0.113.9"},
        {"host": "127.0.0.1", "forwarded": "for=203.0.113.9"},
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "nord.test", "authorization": "Bearer "},
    ],
)
async def test_strangers_see_no_numbers_and_learn_only_that_the_house_is_ready(network, headers):
    nord = await network.add("nord.test")

    measures = await nord.http.get("https://nord.test/metrics", headers=headers)
    ready = await nord.http.get("https://nord.test/readyz", headers=headers)

    assert (measures.status_code, measures.text) == (404, "")
    assert ready.json() == {"status": "ready"}


async def test_a_client_of_another_machine_is_a_stranger_whatever_host_it_names(network):
    nord = await network.add("nord.test")
    elsewhere = httpx.ASGITransport(nord.app, client=("203.0.113.9", 4711))

    async with httpx.AsyncClient(transport=elsewhere) as http:
        answer = await http.get("https://nord.test/metrics", headers={"host": "127.0.0.1"})

    assert answer.status_code == 404


async def test_the_token_opens_and_a_wrong_one_is_told_so(network):
    nord = await network.add("nord.test", metrics_token=TOKEN)

    async def ask(authorization: str) -> httpx.Response:
        return await nord.http.get("https://nord.test/metrics", headers={"authorization": authorization})

    assert (await ask(f"Bearer {TOKEN}")).status_code == 200
    refused = await ask(f"Bearer {TOKEN}x")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert (await nord.http.get("https://nord.test/metrics")).status_code == 404


async def test_insiders_read_every_check_with_its_remedy_and_what_waits(network):
    nord = await network.add("nord.test")
    await nord.publish()

    told = (await inside(nord, "/readyz")).json()

    assert told["status"] == "ready"
    assert told["jobs"] == {"waiting": 2, "dead": 0}
    names = {one["name"] for one in told["checks"]}
    assert names >= {"folder", "disk", "database", "keys", "clock", "backup", "mail", "media", "https"}
    for one in told["checks"]:
        assert one["state"] == "ok" or (one["code"] and one["what"] and one["why"] and one["do"])


async def test_a_house_without_keys_is_not_ready_and_says_so_to_insiders_alone(network):
    nord = await network.add("nord.test")
    async with nord.node.db.write() as tx:
        await tx.run("DELETE FROM keys WHERE actor_id = :id", id=nord.coop.id)

    answer = await nord.http.get("https://nord.test/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})
    [keys] = [one for one in (await inside(nord, "/readyz")).json()["checks"] if one["name"] == "keys"]
    assert (keys["state"], keys["code"]) == ("error", "FC-1306")


async def test_what_strangers_ask_for_makes_no_series(network):
    nord = await network.add("nord.test")

    for number in range(30):
        await nord.get(f"/nothing-{number}-here", "text/html")
        await nord.http.get("https://nord.test/", headers={"host": f"evil-{number}.example"})
    told = (await inside(nord, "/metrics")).text

    assert "nothing-" not in told
    assert "evil-" not in told
    assert 'fedicoop_requests_total{room="none",status="404"}' in told


async def test_letters_jobs_and_the_way_out_are_counted(pair, network):
    nord, sud = pair
    before = dict(metrics.letters.numbers)

    await nord.publish()
    await network.settle()
    await sud.http.post("https://sud.test/inbox", content=b"{}", headers={"content-type": "text/plain"})
    told = (await inside(nord, "/metrics")).text

    assert metrics.letters.numbers[("accepted",)] == before[("accepted",)] + 1
    assert metrics.letters.numbers[("inbox.media_type",)] == before.get(("inbox.media_type",), 0) + 1
    for series in (
        'fedicoop_jobs_total{kind="Deliver",outcome="done"}',
        'fedicoop_outbound_total{method="POST",outcome="2xx"}',
        'fedicoop_activities_total{outcome="done"}',
        'fedicoop_database_wait_seconds_bucket{sort="write",le="+Inf"}',
        'fedicoop_requests_total{room="inbox.door",status="202"}',
        "fedicoop_commits_total ",
        "process_resident_memory_bytes ",
    ):
        assert series in told


def test_a_name_has_a_bounded_number_of_series():
    counter = Counter("tried_total", "For a test.", "what")

    for number in range(5000):
        counter.add(str(number))

    assert len(counter.numbers) == metrics.MOST + 1
    assert counter.numbers[("other",)] == 5000 - metrics.MOST
    metrics._ALL.remove(counter)


def test_a_histogram_adds_up_and_labels_cannot_break_a_line():
    timer = Timer("tried_seconds", "For a test.", "what")
    for seconds in (0.001, 0.3, 99.0):
        timer.took(seconds, 'a"b\nc')
    lines = [*timer.lines()]
    metrics._ALL.remove(timer)

    assert 'tried_seconds_bucket{what="a\\"b\\nc",le="0.005"} 1' in lines
    assert 'tried_seconds_bucket{what="a\\"b\\nc",le="0.5"} 2' in lines
    assert 'tried_seconds_bucket{what="a\\"b\\nc",le="+Inf"} 3' in lines
    assert all("\n" not in line for line in lines)


# --- the clock ------------------------------------------------------------------------------------


def test_one_lying_house_does_not_put_the_clock_in_doubt(network):
    clocks = Clocks(network.clock)
    clocks.heard("liar.example:443", "Wed, 01 May 2019 09:00:00 GMT")
    assert clocks.skew() is None

    for host in ("a.example", "b.example"):
        clocks.heard(host, "Wed, 01 May 2030 09:00:01 GMT")
    clocks.heard("c.example", "tomorrow, or so")

    assert clocks.skew().seconds == 1
    assert clocks.skew().houses == 3


async def test_a_clock_that_is_two_hours_slow_is_told_by_what_the_others_say(network, capsys):
    nord = await network.add("nord.test")
    later = network.clock.now + timedelta(hours=2)
    for host in ("a.example:443", "b.example:443"):
        nord.node.out.clocks.heard(host, f"{later:%a, %d %b %Y %H:%M:%S} GMT")

    await clock.note(nord.node)

    [found] = [one for one in await checks.examine(nord.node, "en") if one.label == "clock"]
    assert (found.mark, found.problem.key) == ("✗", "doctor.clock_differs")
    assert found.problem.values["by"] == "120 minutes slow"
    assert "clock.differs" in capsys.readouterr().err
    network.clock.advance(days=2)
    [found] = [one for one in await checks.examine(nord.node, "en") if one.label == "clock"]
    assert found.mark == "✓", "what was heard two days ago says nothing of today"


# --- from outside ---------------------------------------------------------------------------------


def test_a_finding_is_kept_and_read_in_another_language():
    bad = from_kept(kept(wrong("dns", "doctor.no_dns", host="nord.test")))
    good = from_kept(kept(fine_in_words("mail", "doctor.mail_fine", server="mail.test:25")))

    assert (bad.mark, bad.problem.key, bad.problem.values) == ("✗", "doctor.no_dns", {"host": "nord.test"})
    assert good.words("fr") != good.words("en")


async def test_the_look_around_happens_once_an_hour_and_shows_on_the_page(network):
    nord = await network.add("nord.test")

    async def unknown(place: Place) -> list:
        return [wrong("dns", "doctor.no_dns", host=place.host)]

    assert await checks.look_around(nord.node, (unknown,))
    assert not await checks.look_around(nord.node, (unknown,))

    assert "dns" in {one.label for one in await checks.examine(nord.node, "fr") if one.problem}
    network.clock.advance(hours=4)
    assert "dns" not in {one.label for one in await checks.examine(nord.node, "fr")}


async def test_a_key_that_is_not_in_our_database_means_that_the_name_leads_elsewhere(pair):
    nord, sud = pair
    server = "https://nord.test/actor"
    ours = (await nord.get("/actor")).content
    theirs = (await sud.get("/actor")).content

    assert await checks_network._is_ours(nord.node, server, ours)
    assert not await checks_network._is_ours(nord.node, server, theirs)
    assert not await checks_network._is_ours(nord.node, server, b'{"publicKey": 3}')


async def test_a_certificate_nobody_shows_is_no_alarm(tmp_path):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    unseen = Settings(data_dir=tmp_path, origin=f"https://127.0.0.1:{port}")

    [found] = await checks_network.certificate(Place(unseen, None))

    assert (found.mark, found.problem.key) == ("!", "doctor.certificate_unseen")


@pytest.mark.parametrize(
    ("days", "mark", "key"),
    [
        (60.5, "✓", ""),
        (8.5, "!", "doctor.certificate_ends"),
        (1.5, "✗", "doctor.certificate_ends"),
        (-1.5, "✗", "doctor.certificate_bad"),
    ],
)
async def test_the_end_of_our_certificate_is_told_in_time(tmp_path, authority, days, mark, key):
    tls = authority.server("localhost", until=datetime.now(UTC) + timedelta(days=days))
    async with living(Peer(OK), tls=tls) as peer:
        settings = Settings(data_dir=tmp_path, origin=f"https://localhost:{peer.port}")

        [found] = await checks_network.certificate(Place(settings, authority.file))

    assert found.mark == mark
    assert (found.problem.key if found.problem else "") == key
    assert found.problem or "60" in found.words("en")


# --- names of requests ----------------------------------------------------------------------------


async def test_nobody_chooses_the_name_of_a_request(network):
    nord = await network.add("nord.test")

    answer = await nord.get("/nothing", "text/html", **{"x-request-id": "chosen-by-me"})

    assert answer.headers["x-request-id"] != "chosen-by-me"
    scope = {"type": "http", "headers": [(b"x-request-id", b"chosen-by-me")]}
    assert request_id(scope) == request_id(scope) != "chosen-by-me"
