"""Draw `fedicoop/media/placeholder.webp`, the frame that stands where a photo is missing.

python tools/draw_placeholder.py
"""

from pathlib import Path

from PIL import Image, ImageDraw

PAPER, LINE = (236, 229, 218), (205, 193, 174)
TARGET = Path(__file__).parents[1] / "fedicoop" / "media" / "placeholder.webp"


def main() -> None:
    """A sun over two hills in a rounded frame, pale, four times too large and then shrunk."""
    image = Image.new("RGB", (2560, 1920), PAPER)
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((880, 640, 1680, 1280), 80, outline=LINE, width=40)
    pen.ellipse((1040, 780, 1180, 920), fill=LINE)
    pen.polygon([(960, 1200), (1220, 920), (1380, 1090), (1460, 1000), (1600, 1200)], fill=LINE)
    image.resize((640, 480), Image.Resampling.LANCZOS).save(TARGET, quality=80, method=6)


if __name__ == "__main__":
    main()
