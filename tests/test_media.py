"""Where photos are kept and copied to; what is served can be looked at, and nothing else."""

import asyncio
import os
import time
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from fedicoop.db import Database
from fedicoop.db.ids import new_ulid_source
from fedicoop.db.migrate import migrate
from fedicoop.errors import Problem, Unavailable
from fedicoop.media import files, pages, store
from fedicoop.media.copying import MOST_ATTEMPTS, CopyPicture, copy_picture
from fedicoop.node import Node
from fedicoop.outward import Outward
from fedicoop.settings import Settings
from tests.databases import house_engine, url_of
from tests.photos import a_phone_photo, encoded, opened, scene

AS2 = "application/activity+json"


class Attempt:
    def __init__(self, attempts: int = 1) -> None:
        self.attempts = attempts


@pytest.fixture
def peer() -> Starlette:
    """Somebody else's house, with photos at odd places."""

    async def hop(request: Request) -> Response:
        left = int(request.path_params["left"])
        return RedirectResponse(f"/hop/{left - 1}" if left else "/bike.jpg")

    photo = a_phone_photo()
    app = Starlette(
        routes=[
            Route("/bike.jpg", lambda _: Response(photo, media_type="text/html")),
            Route("/hop/{left}", hop),
            Route("/plain", lambda _: RedirectResponse("http://peer.test/bike.jpg")),
            Route("/inside", lambda _: RedirectResponse("https://127.0.0.1/bike.jpg")),
            Route("/page", lambda _: PlainTextResponse("<html>not a photo")),
            Route("/gone", lambda _: Response(status_code=410)),
            Route("/busy", lambda _: Response(status_code=503)),
            Route("/large", lambda _: Response(bytes(10_000_001))),
        ]
    )
    app.state.asked = []
    return app


@pytest.fixture
async def node(tmp_path, peer):
    class Counting(httpx.ASGITransport):
        async def handle_async_request(self, request):
            peer.state.asked.append(str(request.url))
            return await super().handle_async_request(request)

    engine = await house_engine(tmp_path)
    db = Database(engine, lambda: datetime(2030, 5, 1, tzinfo=UTC), new_ulid_source())
    await migrate(db, backup=None)
    out = Outward(allowed_peers=frozenset(), user_agent="test", transport=Counting(peer))
    settings = Settings(data_dir=tmp_path, origin="https://coop.test", database_url=url_of(engine))
    yield Node(settings, db, out)
    await engine.close()
    await out.close()


@pytest.fixture
async def site(node):
    async def refused(_: Request, problem: Exception) -> Response:
        return PlainTextResponse(problem.key, problem.status)

    app = Starlette(routes=pages.routes, exception_handlers={Problem: refused})
    app.state.node = node
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://coop.test") as http:
        yield http


async def test_a_kept_photo_is_served_as_a_photo_whatever_is_asked_for(node, site):
    kept = await store.keep(node, a_phone_photo())

    for name, media_type in ((kept.name, "image/jpeg"), (kept.card, "image/webp")):
        for accept in ("*/*", AS2, "text/html"):
            answer = await site.get(f"/media/{name}", headers={"accept": accept})

            assert answer.status_code == 200
            assert answer.headers["content-type"] == media_type
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
            assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
            assert answer.content == (node.settings.media_dir / name).read_bytes()


async def test_a_kept_logo_is_one_small_picture(node, site):
    kept = await store.keep_icon(node, encoded(scene(), "PNG"))

    assert kept.card == kept.name
    assert (await site.get(f"/media/{kept.name}")).headers["content-type"] == "image/png"
    assert len(list(node.settings.media_dir.iterdir())) == 1


@pytest.mark.parametrize(
    "path",
    [
        "..%2f..%2fetc%2fpasswd%00.png",
        "%2e%2e/fedicoop.db",
        "..%5c..%5cfedicoop.db",
        "fedicoop.db",
        "a.jpg",
        "aaaaaaaaaaaaaaaaaaaaaaaaaa.jpg.exe",
        "aaaaaaaaaaaaaaaaaaaaaaaaaa.jpg%00",
        "aaaaaaaaaaaaaaaaaaaaaaaaaa.jpg%0a",
        "aaaaaaaaaaaaaaaaaaaaaaaaaa.svg",
        "AAAAAAAAAAAAAAAAAAAAAAAAAA.jpg",
        "aaaaaaaaaaaaaaaaaaaaaaaaaa.jpg.part",
        "",
    ],
)
async def test_only_our_own_names_reach_the_folder(node, site, path):
    node.settings.media_dir.mkdir()
    for name in ("a.jpg", "aaaaaaaaaaaaaaaaaaaaaaaaaa.jpg.exe", "aaaaaaaaaaaaaaaaaaaaaaaaaa.jpg.part"):
        (node.settings.media_dir / name).write_text("secret")

    answer = await site.get(f"/media/{path}")

    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_a_picture_that_is_not_here_is_an_empty_frame(site):
    answer = await site.get("/media/aaaaaaaaaaaaaaaaaaaaaaaaaa.jpg", headers={"accept": AS2})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "image/webp")
    assert answer.headers["cache-control"] == "no-store"
    assert opened(answer.content).format == "WEBP"


async def test_a_peers_photo_is_copied_once_and_then_ours(node, site, peer):
    source = "https://peer.test/bike.jpg"
    async with node.db.write() as tx:
        name = await store.want(tx, source)
        assert await store.want(tx, source) == name
        assert await store.find(tx, name) is None
    assert (await site.get(f"/media/{name}")).status_code == 404

    for _ in range(2):
        await copy_picture(node, Attempt(), CopyPicture(source))

    async with node.db.read() as tx:
        assert (await store.of_names(tx, [name, name, "other.jpg"])).keys() == {name}
        kept = await store.find(tx, name)
    assert (kept.width, kept.height, len(kept.blurhash)) == (1600, 1200, 28)
    assert b"SECRET" not in (await site.get(f"/media/{name}")).content
    assert peer.state.asked == [source]


async def test_redirects_are_followed_three_times_and_never_to_a_forbidden_place(node):
    async def outcome(path: str) -> bool:
        source = f"https://peer.test{path}"
        async with node.db.write() as tx:
            name = await store.want(tx, source)
        await copy_picture(node, Attempt(), CopyPicture(source))
        async with node.db.read() as tx:
            assert not await store.is_wanted(tx, source)
            return await store.find(tx, name) is not None

    assert await outcome("/hop/2")
    assert not await outcome("/hop/3")
    assert not await outcome("/plain")
    assert not await outcome("/inside")


@pytest.mark.parametrize("path", ["/page", "/gone", "/nowhere", "/large"])
async def test_a_photo_that_cannot_be_had_is_given_up_until_it_is_wanted_again(node, path):
    source = f"https://peer.test{path}"
    async with node.db.write() as tx:
        name = await store.want(tx, source)

    await copy_picture(node, Attempt(), CopyPicture(source))

    async with node.db.write() as tx:
        assert not await store.is_wanted(tx, source)
        assert await store.want(tx, source) == name
        assert await store.is_wanted(tx, source)


async def test_a_peer_in_trouble_is_asked_again_but_not_for_ever(node):
    source = "https://peer.test/busy"
    async with node.db.write() as tx:
        await store.want(tx, source)

    with pytest.raises(Unavailable):
        await copy_picture(node, Attempt(MOST_ATTEMPTS - 1), CopyPicture(source))
    async with node.db.read() as tx:
        assert await store.is_wanted(tx, source)

    await copy_picture(node, Attempt(MOST_ATTEMPTS), CopyPicture(source))
    async with node.db.read() as tx:
        assert not await store.is_wanted(tx, source)


async def test_a_photo_forgotten_while_it_was_fetched_stays_forgotten(node, peer):
    source = "https://peer.test/bike.jpg"

    await copy_picture(node, Attempt(), CopyPicture(source))

    assert peer.state.asked == []
    async with node.db.read() as tx:
        assert not await store.is_wanted(tx, source)


async def test_the_broom_takes_what_nobody_names_and_leaves_the_rest(node):
    kept, dropped = await asyncio.gather(*(store.keep(node, encoded(scene())) for _ in range(2)))
    folder = node.settings.media_dir
    orphan, part, young = files.new_name("jpg"), f"{files.new_name('jpg')}.part", files.new_name("jpg")
    for name in (orphan, part, young, "README"):
        (folder / name).write_bytes(b"x")
    for path in folder.iterdir():
        os.utime(path, (time.time() - 7200,) * 2)
    os.utime(folder / young)
    async with node.db.write() as tx:
        await store.forget(tx, [dropped.name])
        await store.forget(tx, [])

    assert await store.sweep(node) == 4

    assert {path.name for path in folder.iterdir()} == {kept.name, kept.card, young, "README"}
    assert await store.sweep(node) == 0


async def test_a_folder_that_cannot_be_written_leaves_no_row(node):
    node.settings.media_dir.write_text("a file stands in the way")

    with pytest.raises(Unavailable, match="storage"):
        await store.keep(node, encoded(scene()))

    async with node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM pictures") == 0
    assert await store.sweep(node) == 0


def test_nobody_guesses_a_name():
    names = {files.new_name("jpg") for _ in range(1000)}

    assert len(names) == 1000
    assert all(files.NAME.fullmatch(name) and files.NAME.fullmatch(files.card_of(name)) for name in names)
