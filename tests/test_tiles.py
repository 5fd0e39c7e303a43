"""The map's tiles come through this house, within bounds, or from nowhere at all."""

import os
import time
from dataclasses import replace

import httpx
import pytest

from fedicoop.media import tiles
from fedicoop.node import Node

PNG = b"\x89PNG\r\n\x1a\n tile"


class MapServer(httpx.AsyncBaseTransport):
    """Somebody's map server, and what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: tuple[int, bytes] | None = (200, PNG)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.url.path} {request.headers['user-agent']}")
        if self.answers is None:
            raise httpx.ConnectError("asleep", request=request)
        return httpx.Response(self.answers[0], content=self.answers[1], headers={"content-type": "image/png"})


@pytest.fixture
async def server(network):
    made = MapServer()
    network.switchboard.plugged["map.test"] = made
    return made


@pytest.fixture
async def sud(network):
    instance = await network.add("sud.test")
    settings = replace(instance.node.settings, tiles_url="https://map.test/{z}/{x}/{y}.png")
    node = Node(settings, instance.node.db, instance.node.out)
    instance.app.state.node = node
    instance.node = node
    return instance


async def test_a_tile_is_fetched_once_by_the_house_and_kept(sud, server):
    first = await sud.get("/tiles/10/523/345", "image/*")
    again = await sud.get("/tiles/10/523/345", "image/*")

    assert (first.status_code, first.content, first.headers["content-type"]) == (200, PNG, "image/png")
    assert again.content == PNG
    assert [one.split()[0] for one in server.asked] == ["/10/523/345.png"]
    assert "sandbox" in first.headers["content-security-policy"]


async def test_a_house_without_a_map_server_asks_nobody(network, server):
    nord = await network.add("nord.test")

    assert (await nord.get("/tiles/10/523/345", "image/*")).status_code == 404
    assert server.asked == []


@pytest.mark.parametrize("path", ["18/0/0", "3/8/0", "3/0/8", "0/1/0", "a/0/0", "3/../0"])
async def test_what_is_no_tile_is_asked_of_nobody(sud, server, path):
    assert (await sud.get(f"/tiles/{path}", "image/*")).status_code == 404
    assert server.asked == []


@pytest.mark.parametrize("answers", [(200, b"<html><script>"), (404, PNG), (500, PNG), (302, b""), None])
async def test_what_is_no_picture_is_not_passed_on(sud, server, answers):
    server.answers = answers

    answer = await sud.get("/tiles/1/0/0", "image/*")

    assert answer.status_code == 404
    assert b"script" not in answer.content or b"page" in answer.content
    assert not (sud.node.settings.data_dir / "tiles" / "1-0-0").exists()


async def test_an_old_tile_serves_on_while_the_map_server_sleeps(sud, server):
    await sud.get("/tiles/1/0/0", "image/*")
    kept = sud.node.settings.data_dir / "tiles" / "1-0-0"
    long_ago = time.time() - tiles.FRESH - 60
    os.utime(kept, (long_ago, long_ago))
    server.answers = None

    assert (await sud.get("/tiles/1/0/0", "image/*")).content == PNG
    server.answers = (200, PNG + b" new")
    assert (await sud.get("/tiles/1/0/0", "image/*")).content == PNG + b" new"


async def test_nobody_can_make_the_house_fetch_without_end(sud, server, monkeypatch):
    monkeypatch.setattr(tiles, "A_MINUTE", 3)

    found = [(await sud.get(f"/tiles/5/{x}/0", "image/*")).status_code for x in range(6)]

    assert found == [200, 200, 200, 404, 404, 404]
    assert len(server.asked) == 3


def test_tiles_that_weigh_too_much_together_go_the_oldest_first(tmp_path, monkeypatch):
    monkeypatch.setattr(tiles, "MOST_KEPT", 25)
    for number in range(4):
        (tmp_path / f"1-0-{number}").write_bytes(b"x" * 10)
        os.utime(tmp_path / f"1-0-{number}", (number, number))

    assert tiles.sweep(tmp_path) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1-0-2", "1-0-3"]
    assert tiles.sweep(tmp_path / "absent") == 0
