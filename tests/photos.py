"""Photos to test with: a scene in which one sees which way is up, and files that carry secrets."""

import io
import zlib

from PIL import ExifTags, Image, ImageCms


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
