"""The pictures of an actor as they stand in its row."""

import json
from dataclasses import asdict

from fedicoop.vocabulary.types import Image


def written(image: Image | None) -> str | None:
    return json.dumps(asdict(image)) if image else None


def read(text: str | None) -> Image | None:
    return Image(**(json.loads(text) | {"focal": None})) if text else None
