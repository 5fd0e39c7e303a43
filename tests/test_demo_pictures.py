"""The demonstration's photos are drawn, so that they are there without a download and belong to nobody."""

import pytest

from fedicoop.demo.pictures import NAMES, alt, draw
from tests.photos import opened


@pytest.mark.parametrize("name", NAMES)
def test_every_photo_of_the_demonstration_is_drawn_and_described(name):
    photo = opened(draw(name, width=240))

    assert (photo.format, photo.size) == ("JPEG", (240, 180))
    assert len(photo.convert("P", colors=64).getcolors()) > 12
    for language in ("fr", "en"):
        assert not alt(name, language).startswith("demo.")


def test_the_same_name_gives_the_same_photo():
    assert draw("drill", width=120) == draw("drill", width=120)
    assert len({draw(name, width=60) for name in NAMES}) == len(NAMES)
