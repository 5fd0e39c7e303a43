"""A stranger's bytes in, a picture of ours out: the same to look at, and nothing else in it.

Whatever goes through here has lost its metadata (place, time, serial number, thumbnail, comment, file
name), its frames but the first, and anything hidden behind the last pixel.  Security.md, T13, 68 to 70.
"""

import asyncio
import functools
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from fedicoop.errors import Malformed, Unavailable
from fedicoop.media import child

MOST_BYTES = 10_000_000
DEADLINE = 10.0  # seconds for one picture, from start to end
AT_ONCE = 2
MOST_WAITING = 8  # of at most ten megabytes each
_LONGEST_ANSWER = 8_000_000  # a JPEG of 1600 × 1600 pixels takes 3 MB at most

_OTHER_FORMATS = (
    (b"GIF8", 0, "GIF"),
    (b"%PDF-", 0, "PDF"),
    (b"BM", 0, "BMP"),
    (b"II*\0", 0, "TIFF"),
    (b"MM\0*", 0, "TIFF"),
    (b"\0\0\1\0", 0, "ICO"),
    (b"8BPS", 0, "PSD"),
    (b"ftypavif", 4, "AVIF"),
    (b"ftypavis", 4, "AVIF"),
    (b"\xff\x0a", 0, "JPEG XL"),
    (b"\0\0\0\x0cJXL ", 0, "JPEG XL"),
)
_HEIC = (
    b"ftypheic",
    b"ftypheix",
    b"ftyphevc",
    b"ftyphevx",
    b"ftypheim",
    b"ftypheis",
    b"ftypmif1",
    b"ftypmsf1",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A re-encoded picture.  `thumbnail` is a WebP of at most 640 pixels, empty for icons."""

    data: bytes
    media_type: str
    extension: str
    width: int
    height: int
    blurhash: str
    thumbnail: bytes


async def re_encode(data: bytes) -> Picture:
    """A photo as a progressive JPEG of at most 1600 pixels, upright, in sRGB, on white where see-through.

    Takes JPEG, PNG and WebP by their content, whatever they are called.  Raises Malformed
    `picture.too_heavy`, `.not_a_picture`, `.format_not_taken`, `.heic`, `.too_many_pixels`, `.broken`
    or `.too_slow`; Unavailable `picture.busy` when too many wait.
    """
    return await _made(data, "photo", media_type="image/jpeg", extension="jpg")


async def re_encode_icon(data: bytes) -> Picture:
    """A logo as a square PNG of 256 pixels, whole, its transparency kept; raises as `re_encode` does."""
    return await _made(data, "icon", media_type="image/png", extension="png")


async def _made(data: bytes, kind: Literal["photo", "icon"], *, media_type: str, extension: str) -> Picture:
    require_taken(data)
    desks, waiting = _workshop()
    if not waiting.acquire(blocking=False):
        raise Unavailable("picture.busy")
    job = desks.submit(_run, data, kind)
    job.add_done_callback(lambda _: waiting.release())
    said, large, small = _read(await asyncio.wrap_future(job))
    return Picture(
        data=large,
        media_type=media_type,
        extension=extension,
        width=int(said["width"]),
        height=int(said["height"]),
        blurhash=str(said["blurhash"]),
        thumbnail=small,
    )


@functools.cache
def _workshop() -> tuple[ThreadPoolExecutor, threading.Semaphore]:
    """Two threads that wait for two children, whatever event loop asks; made when first needed."""
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="picture"), threading.Semaphore(
        AT_ONCE + MOST_WAITING
    )


def require_taken(data: bytes) -> None:
    """Refuse what its first bytes and its length already tell, with the advice that fits."""
    if len(data) > MOST_BYTES:
        raise Malformed(
            "picture.too_heavy", size=f"{len(data) / 1_000_000:.0f}", most=f"{MOST_BYTES // 1_000_000}"
        )
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    ):
        return
    if data[4:12] in _HEIC:
        raise Malformed("picture.heic")
    for magic, offset, name in _OTHER_FORMATS:
        if data.startswith(magic, offset):
            raise Malformed("picture.format_not_taken", format=name)
    if b"<svg" in data[:4096].lower():
        raise Malformed("picture.format_not_taken", format="SVG")
    raise Malformed("picture.not_a_picture")


def _run(data: bytes, kind: str) -> bytes:
    """Hand the bytes to a child and take its answer; whatever happens, the child is gone afterwards.

    Its environment is empty (ours may hold secrets) and its output is read no further than any
    honest answer goes, because a decoder that was taken over could say anything.
    """
    command = (sys.executable, "-I", child.__file__, kind)
    try:
        process = subprocess.Popen(  # noqa: S603 (our own file, no shell, nothing of the picture in the command)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
        )
    except OSError as error:
        raise Unavailable("picture.no_process", str(error)) from error
    late = threading.Event()
    alarm = threading.Timer(DEADLINE, _stop, (process, late))
    alarm.start()
    with process:
        try:
            answer = _exchange(process, data)
        finally:
            alarm.cancel()
            process.kill()
    if late.is_set():
        raise Malformed("picture.too_slow")
    return answer


def _stop(process: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    late.set()
    process.kill()


def _exchange(process: "subprocess.Popen[bytes]", data: bytes) -> bytes:
    """All in, then all out: the child reads to the end before it says a word.  It may die in between."""
    assert process.stdin
    assert process.stdout
    with suppress(BrokenPipeError):
        process.stdin.write(data)
    with suppress(BrokenPipeError):
        process.stdin.close()
    return process.stdout.read(_LONGEST_ANSWER)


def _read(answer: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    """One line of JSON, then the pictures; no line means that the child died of its limits."""
    line, _, body = answer.partition(b"\n")
    try:
        said = json.loads(line)
        large = int(said["large"])
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed("picture.broken", "the child died") from error
    if said.get("problem") == "too_many_pixels":
        raise Malformed("picture.too_many_pixels", most=f"{child.MOST_PIXELS // 1_000_000}")
    if "problem" in said:
        raise Malformed("picture.broken", str(said.get("detail", "")))
    return said, body[:large], body[large:]
