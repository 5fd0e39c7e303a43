"""Photos: nothing of the sender's file survives but the picture, and what is served can only be looked at."""

import asyncio
import io
import os
import subprocess
import sys
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from PIL import ExifTags, Image, ImageCms, ImageOps, PngImagePlugin
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from fedicoop.db import Database
from fedicoop.db.ids import new_ulid_source
from fedicoop.db.migrate import migrate
from fedicoop.db.sqlite import SqliteEngine
from fedicoop.errors import Malformed, Problem, Unavailable, Unreachable
from fedicoop.media import child, files, pages, pictures, store
from fedicoop.media.copying import MOST_ATTEMPTS, CopyPicture, copy_picture
from fedicoop.media.pictures import re_encode, re_encode_icon
from fedicoop.node import Node
from fedicoop.outward import Outward
from fedicoop.settings import Settings

AS2 = "application/activity+json"


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def scene(width: int = 300, height: int = 200) -> Image.Image:
    """Four corners of four colours: one sees which way is up."""
    image = Image.new("RGB", (2, 2))
    for at, colour in zip(((0, 0), (1, 0), (0, 1), (1, 1)), ("red", "lime", "blue", "white"), strict=True):
        image.putpixel(at, Image.new("RGB", (1, 1), colour).getpixel((0, 0)))
    return image.resize((width, height), Image.Resampling.NEAREST)


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    """The colours near the corners, each channel rounded to dark or bright."""
    width, height = image.size
    spots = [(x, y) for y in (height // 6, height - height // 6) for x in (width // 6, width - width // 6)]
    return [tuple(round(level / 255) for level in image.convert("RGB").getpixel(spot)) for spot in spots]


def a_phone_photo() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Secretphone"
    exif[ExifTags.Base.BodySerialNumber] = "SERIAL-4711"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (50.0, 38.0, 13.0), 3: "E", 4: (3.0, 3.0, 48.0)})
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRETXMP</x:xmpmeta>"
    photo = encoded(scene(1800, 1350), exif=exif, comment=b"SECRETCOMMENT", icc_profile=srgb, xmp=xmp)
    return photo + b"<script>SECRETTAIL</script>"


def huge_png(side: int) -> bytes:
    """A PNG of side × side black pixels of one bit, in a few kilobytes."""
    head = b"".join(number.to_bytes(4, "big") for number in (side, side)) + b"\1\0\0\0\0"
    rows = zlib.compress(b"\0" * ((side // 8 + 1) * side), 9)
    chunks = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        for kind, body in chunks
    )


async def refusal(data: bytes) -> str:
    with pytest.raises(Problem) as caught:
        await re_encode(data)
    return caught.value.key


async def test_a_phone_photo_keeps_its_look_and_loses_its_secrets():
    original = a_phone_photo()
    assert b"SERIAL-4711" in original

    picture = await re_encode(original)

    large, small = opened(picture.data), opened(picture.thumbnail)
    assert (large.format, large.size, small.format, small.size) == ("JPEG", (1600, 1200), "WEBP", (640, 480))
    assert (picture.width, picture.height, picture.media_type, picture.extension) == (
        1600,
        1200,
        "image/jpeg",
        "jpg",
    )
    assert large.info.keys() <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "progressive",
        "progression",
    }
    assert large.info["progressive"]
    assert not small.info.keys() & {"exif", "icc_profile", "xmp", "comment"}
    assert not dict(large.getexif())
    for secret in (b"SECRET", b"SERIAL", b"Exif", b"ICC_PROFILE", b"<script"):
        assert secret not in picture.data + picture.thumbnail
    assert corners(large) == corners(small) == corners(scene())
    assert len(picture.blurhash) == 28


async def test_a_png_loses_its_texts():
    note = PngImagePlugin.PngInfo()
    note.add_text("Author", "SECRET-NAME")
    note.add_itxt("Location", "SECRET-PLACE", zip=True)

    picture = await re_encode(encoded(scene(), "PNG", pnginfo=note))

    assert b"SECRET" not in picture.data + picture.thumbnail
    assert opened(picture.data).size == (300, 200)


async def test_a_photo_taken_sideways_stands_upright():
    turned = []
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        turned.append(encoded(scene(), exif=exif))

    upright = await asyncio.gather(*(re_encode(photo) for photo in turned))

    for photo, picture in zip(turned, upright, strict=True):
        meant = ImageOps.exif_transpose(opened(photo))
        assert (picture.width, picture.height) == meant.size
        assert corners(opened(picture.data)) == corners(meant)


@pytest.mark.parametrize(
    "photo",
    [
        encoded(scene().convert("CMYK")),
        encoded(scene().convert("P"), "PNG"),
        encoded(scene(), "WEBP", lossless=True),
        encoded(scene(), icc_profile=b"no profile at all"),
        encoded(scene(), exif=b"Exif\0\0garbled"),
        encoded(scene(), "PNG", save_all=True, append_images=[Image.new("RGB", (300, 200))]),
    ],
    ids=["cmyk", "palette", "webp", "garbled profile", "garbled exif", "animated"],
)
async def test_every_kind_of_photo_keeps_its_colours(photo):
    picture = await re_encode(photo)

    assert corners(opened(picture.data)) == corners(scene())


async def test_what_is_see_through_lies_on_white_and_sixteen_bits_stay_grey():
    glass, scan = await asyncio.gather(
        re_encode(encoded(Image.new("RGBA", (40, 40), (200, 0, 0, 0)), "PNG")),
        re_encode(encoded(Image.new("I;16", (40, 40), 32768), "PNG")),
    )

    assert opened(glass.data).getpixel((20, 20)) == (255, 255, 255)
    assert opened(scan.data).getpixel((20, 20)) == pytest.approx((128, 128, 128), abs=2)


async def test_a_logo_becomes_a_square_and_is_not_cut():
    clear, opaque = await asyncio.gather(
        re_encode_icon(encoded(Image.new("RGBA", (400, 100), (0, 0, 255, 128)), "PNG")),
        re_encode_icon(encoded(Image.new("RGB", (100, 400), "orange"))),
    )

    assert (clear.media_type, opened(clear.data).size, clear.thumbnail) == ("image/png", (256, 256), b"")
    assert opened(clear.data).getpixel((128, 0))[3] == 0
    assert opened(clear.data).getpixel((2, 128)) == (0, 0, 255, 128)
    assert opened(opaque.data).getpixel((2, 2))[3] == 255


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "picture.not_a_picture"),
        (b'{"type": "Note"}', "picture.not_a_picture"),
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "picture.format_not_taken"),
        (encoded(scene().convert("P"), "GIF"), "picture.format_not_taken"),
        (encoded(scene(), "TIFF"), "picture.format_not_taken"),
        (b"%PDF-1.7", "picture.format_not_taken"),
        (b"\0\0\0\x20ftypheic\0\0\0\0heic", "picture.heic"),
        (b"\xff\xd8\xff" + bytes(10_000_000), "picture.too_heavy"),
        (encoded(scene())[:700], "picture.broken"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "picture.broken"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "picture.broken"),
        (b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff" * 6, "picture.too_many_pixels"),
    ],
)
async def test_what_is_no_photo_is_refused_with_its_reason(data, key):
    assert await refusal(data) == key


async def test_a_bomb_is_refused_before_it_goes_off():
    bomb = huge_png(10_000)
    assert len(bomb) < 20_000
    before, start = _resident(), time.monotonic()

    key = await refusal(bomb)

    assert key == "picture.too_many_pixels"
    assert time.monotonic() - start < 3
    assert _resident() - before < 100_000_000


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_the_child_has_half_a_gigabyte_and_no_file_to_write():
    program = f"""
import runpy
child = runpy.run_path({child.__file__!r})
child["bound"]()
try:
    bytearray(600_000_000)
except MemoryError:
    print("bounded")
try:
    open({os.devnull!r} + "x", "w")
except OSError:
    pass
"""

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout

    assert said == "bounded\n"


async def test_a_picture_that_takes_too_long_is_given_up_and_its_child_is_gone(monkeypatch):
    monkeypatch.setattr(pictures, "DEADLINE", 0.01)

    assert await refusal(encoded(scene())) == "picture.too_slow"

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


async def test_a_flood_of_pictures_is_told_to_come_back():
    broken = b"\x89PNG\r\n\x1a\n" + bytes(100)

    answers = await asyncio.gather(*(re_encode(broken) for _ in range(15)), return_exceptions=True)

    kinds = [type(answer) for answer in answers]
    assert kinds.count(Malformed) == pictures.AT_ONCE + pictures.MOST_WAITING
    assert kinds.count(Unavailable) == 15 - kinds.count(Malformed)
    assert await refusal(broken) == "picture.broken"


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

    engine = await SqliteEngine.open(tmp_path / "fedicoop.db", durable=False)
    db = Database(engine, lambda: datetime(2030, 5, 1, tzinfo=UTC), new_ulid_source())
    await migrate(db, backup=None)
    out = Outward(allowed_peers=frozenset(), user_agent="test", transport=Counting(peer))
    yield Node(Settings(data_dir=tmp_path, origin="https://coop.test"), db, out)
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
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
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

    with pytest.raises(Unreachable):
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
