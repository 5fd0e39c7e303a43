"""The last errors: gathered by fault, bounded, with a hint, and never in the way of anybody."""

import pytest

from fedicoop.db import Database
from fedicoop.desk import troubles
from fedicoop.desk.troubles import Gathered
from fedicoop.errors import Unavailable
from fedicoop.log import log
from tests.test_desk import at_the_desk


@pytest.fixture(autouse=True)
def nothing_yet():
    troubles.gathered.take()
    yield
    troubles.gathered.take()


async def kept(house):
    async with house.node.db.read() as tx:
        return await troubles.latest(tx)


def broken(what: str = "no such thing") -> None:
    raise ValueError(what)


async def test_errors_of_one_fault_are_one_row_with_a_count_and_a_hint(network):
    nord = await network.add("nord.test")
    for what in ("one", "two", "three"):
        try:
            broken(what)
        except ValueError:
            log.exception("jobs.broke", kind="Mail", request="abc123")
    log.error("jobs.buried", kind="Deliver", error="peer.silent (POST https://sud.test/inbox)")
    log.warning("jobs.retried", kind="Deliver", error="peer.silent")

    await troubles.keep(nord.node)
    await troubles.keep(nord.node)

    rows = {row.event: row for row in await kept(nord)}
    assert rows.keys() == {"jobs.broke", "jobs.buried"}
    assert (rows["jobs.broke"].times, rows["jobs.broke"].about) == (3, "ValueError")
    assert (rows["jobs.broke"].sample, rows["jobs.broke"].request) == ("ValueError: three", "abc123")
    assert (rows["jobs.buried"].about, rows["jobs.buried"].hint) == ("peer.silent", "buried")


async def test_an_error_that_comes_again_counts_on(network):
    nord = await network.add("nord.test")
    for _ in range(2):
        log.error("jobs.buried", error="peer.silent")
        await troubles.keep(nord.node)

    [row] = await kept(nord)
    assert row.times == 2
    assert row.first_at < row.last_at


async def test_faults_are_bounded_in_memory_and_on_the_disk(network):
    nord = await network.add("nord.test")
    for number in range(300):
        log.error(f"event.{number}", error="x")
        if number % 40 == 0:
            await troubles.keep(nord.node)
    await troubles.keep(nord.node)

    rows = await kept(nord)

    assert len(rows) == troubles.MOST
    assert rows[0].event == "event.299"
    alone = Gathered()
    for number in range(200):
        alone.note({"event": f"event.{number}"})
    assert len(alone.take()) == troubles.MOST_WAITING


async def test_what_could_not_be_written_is_kept_for_later(network, monkeypatch):
    nord = await network.add("nord.test")
    log.error("jobs.buried", error="peer.silent")

    def full(self, **_):
        raise Unavailable("storage.full")

    with monkeypatch.context() as disk:
        disk.setattr(Database, "write", full)
        with pytest.raises(Unavailable):
            await troubles.keep(nord.node)
    log.error("jobs.buried", error="peer.silent")
    await troubles.keep(nord.node)

    [row] = await kept(nord)
    assert row.times == 2


async def test_a_secret_in_an_error_is_masked_here_too(network):
    nord = await network.add("nord.test")
    log.error("jobs.buried", error="smtp://coop:hunter2@mail.test refused")

    await troubles.keep(nord.node)

    assert "hunter2" not in str(await kept(nord))


async def test_a_mistake_of_ours_in_a_page_is_shown_to_admins_with_the_name_of_the_request(network):
    nord = await network.add("nord.test")
    visitor = await at_the_desk(nord)
    page = await visitor.open("/admin/sante")
    assert "Aucune erreur" in page.words
    try:
        broken("<script>alert(1)</script>")
    except ValueError:
        log.exception("page.unforeseen", request="f00dcafe1234")
    await troubles.keep(nord.node)

    page = await visitor.open("/admin/sante")

    assert "f00dcafe1234" in page.words
    assert "page.unforeseen" in page.words
    assert not page.all("main script")


async def test_each_line_of_a_request_bears_its_name(network, capsys):
    nord = await network.add("nord.test")

    answer = await nord.get("/nothing-there", "text/html", **{"x-request-id": "evil\x1b[31m"})

    name = answer.headers["x-request-id"]
    await nord.http.post("https://nord.test/inbox", content=b"{}", headers={"content-type": "text/plain"})
    lines = capsys.readouterr().err
    assert "evil" not in lines
    refused = [line for line in lines.splitlines() if "page.refused" in line]
    assert refused
    assert all("request=" in line for line in refused)
    assert len(name) == 12
