"""The process that decodes pictures, so that a hostile one can hurt nobody else.

It is run by its path, in Python's isolated mode, and imports nothing of ours: a picture on standard
input, `photo` or `icon` as its argument, and on standard output one line of JSON, followed by the new
pictures' bytes.  It has half a gigabyte, ten seconds of processor, no file to write and no secret in
its environment (security.md, T13: a 12 KB PNG of 100 megapixels costs 450 MB when Pillow opens it).
"""

import io
import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image as Images

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 25_000_000
MEMORY = 512 * 1024 * 1024  # bytes of address space
CPU_SECONDS = 10
PHOTO_SIDE, CARD_SIDE, ICON_SIDE, BLURHASH_SIDE = 1600, 640, 256, 32
TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""EXIF orientation (EXIF 2.32, 4.6.4 A) → Pillow's Transpose: 0, 1 mirror, 2 to 4 turn, 5, 6 do both."""


class Bad(Exception):
    """The picture is refused; the argument is the last part of the problem's key."""


def bound() -> None:
    """Give up what decoding does not need, where the platform lets us (macOS ignores RLIMIT_AS)."""
    if hasattr(os, "nice"):
        os.nice(5)
    try:
        import resource
    except ImportError:
        return
    limits = {"RLIMIT_AS": MEMORY, "RLIMIT_CPU": CPU_SECONDS, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0}
    for name, most in limits.items():
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (AttributeError, ValueError, OSError):
            continue


def opened(data: bytes) -> "Images.Image":
    """The picture with its header read and judged, its pixels not yet decoded."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and stands below
    if _webp_pixels(data) > MOST_PIXELS:
        raise Bad("too_many_pixels")
    image = Image.open(io.BytesIO(data), formats=FORMATS)
    if image.width * image.height > MOST_PIXELS:
        raise Bad("too_many_pixels")
    return image


def _webp_pixels(data: bytes) -> int:
    """The size that a WebP claims (RFC 9649, section 2); its reader makes room for it before telling us."""
    kind, number = data[12:16], int.from_bytes
    if data[:4] != b"RIFF":
        return 0
    if kind == b"VP8X":
        return (number(data[24:27], "little") + 1) * (number(data[27:30], "little") + 1)
    if kind == b"VP8L":
        packed = number(data[21:25], "little")
        return ((packed & 0x3FFF) + 1) * ((packed >> 14 & 0x3FFF) + 1)
    return (number(data[26:28], "little") & 0x3FFF) * (number(data[28:30], "little") & 0x3FFF)


def shrunk(image: "Images.Image", side: int) -> "Images.Image":
    """The first frame, no larger than `side` both ways, upright, in RGB or RGBA."""
    from PIL import Image

    orientation, profile = _orientation(image), image.info.get("icc_profile")
    image.draft(None, (side, side))  # a JPEG can be decoded at an eighth of its size
    image.load()
    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.convert("I").point(lambda level: level / 256).convert("L")
    elif image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    image.thumbnail((side, side), reducing_gap=2.0)
    if orientation in TURNS:
        image = image.transpose(Image.Transpose(TURNS[orientation]))
    return _srgb(image, profile)


def _orientation(image: "Images.Image") -> Any:
    """The EXIF orientation; a garbled EXIF block is no reason to refuse a photo."""
    try:
        return image.getexif().get(0x0112)
    except Exception:  # Pillow's readers raise a dozen kinds for garbled blocks
        return None


def _srgb(image: "Images.Image", profile: bytes | None) -> "Images.Image":
    """Colours as the browser will take them: phones write Display P3, scanners and printers CMYK."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        from PIL import ImageCms

        try:
            source, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode=mode)
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a profile that does not fit the picture is ignored, as browsers do
    return image.convert(mode)


def bare(image: "Images.Image", paper: tuple[int, int, int] = (255, 255, 255)) -> "Images.Image":
    """A new opaque picture of the same pixels: whatever was attached to the old one stays with it."""
    from PIL import Image

    if image.mode == "RGBA":
        sheet = Image.new("RGBA", image.size, (*paper, 255))
        sheet.alpha_composite(image)
        image = sheet.convert("RGB")
    return Image.frombytes("RGB", image.size, image.tobytes())


def photo(data: bytes) -> tuple[dict[str, Any], tuple[bytes, bytes]]:
    """A progressive JPEG for the page, a small WebP for cards, and a blurhash until they have come."""
    large = bare(shrunk(opened(data), PHOTO_SIDE))
    card = large.copy()
    card.thumbnail((CARD_SIDE, CARD_SIDE), reducing_gap=2.0)
    facts = {"width": large.width, "height": large.height, "blurhash": _blurhash(card)}
    return facts, (
        _bytes(large, "JPEG", quality=82, progressive=True, optimize=True),
        _bytes(card, "WEBP", quality=78, method=4),
    )


def icon(data: bytes) -> tuple[dict[str, Any], tuple[bytes, bytes]]:
    """A square PNG: the whole logo, on nothing if it is see-through, else on the colour of its corner."""
    from PIL import Image

    logo = shrunk(opened(data), ICON_SIDE)
    logo = logo.convert("RGBA")
    corner = logo.getpixel((0, 0))
    assert isinstance(corner, tuple)
    square = Image.new("RGBA", (ICON_SIDE, ICON_SIDE), corner if corner[3] == 255 else (0, 0, 0, 0))
    square.alpha_composite(logo, ((ICON_SIDE - logo.width) // 2, (ICON_SIDE - logo.height) // 2))
    square = Image.frombytes("RGBA", square.size, square.tobytes())
    facts = {"width": ICON_SIDE, "height": ICON_SIDE, "blurhash": _blurhash(bare(square))}
    return facts, (_bytes(square, "PNG", optimize=True), b"")


def _bytes(image: "Images.Image", kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _blurhash(image: "Images.Image") -> str:
    """https://blurha.sh: the common colours in some 28 characters, four columns by three rows."""
    import blurhash

    small = image.copy()
    small.thumbnail((BLURHASH_SIDE, BLURHASH_SIDE))
    pixels, stride = small.tobytes(), 3 * small.width
    lines = (pixels[start : start + stride] for start in range(0, len(pixels), stride))
    rows = [[line[at : at + 3] for at in range(0, stride, 3)] for line in lines]
    return str(blurhash.encode(rows, components_x=4, components_y=3))


def main() -> None:
    bound()
    make = {"photo": photo, "icon": icon}[sys.argv[1]]
    try:
        facts, pictures = make(sys.stdin.buffer.read())
    except Bad as bad:
        facts, pictures = {"problem": str(bad)}, (b"", b"")
    except Exception as error:  # whatever a decoder raises for garbage: the picture cannot be read
        facts = {"problem": "broken", "detail": f"{type(error).__name__}: {error}"[:200]}
        pictures = (b"", b"")
    line = json.dumps(facts | {"large": len(pictures[0])})
    sys.stdout.buffer.write(b"".join((line.encode(), b"\n", *pictures)))


if __name__ == "__main__":
    main()
