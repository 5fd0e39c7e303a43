"""Templates hold no sentence of their own: every word that a reader sees comes from the catalogues."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
SPOKEN = ("title", "placeholder", "aria-label", "alt", "label", "data-done", "content")
NOT_SPOKEN = re.compile(r"width=device-width|light dark|noindex|article|profile|website|^[a-z-]+$|^[{(\"\[]")
BRANDS = {"fedicoop", "Mastodon", "QR", "ALT", "PDF", "CSV", "Atom", "RSS", "JSON", "GeoJSON", "km"}


def without_code(text: str) -> str:
    """The text of a template as it stands there: no comments, no expressions, no statements."""
    text = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}", " ", text)
    for pattern in (r"\{#.*?#\}", r"\{%.*?%\}", r"\{\{.*?\}\}"):
        text = re.sub(pattern, " ", text, flags=re.DOTALL)
    return text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_word_stands_in_a_template(path):
    text = without_code(path.read_text(encoding="utf-8"))
    if path.suffix == ".html":
        text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL)
        spoken = [
            value
            for value in re.findall(rf"""\s(?:{"|".join(SPOKEN)})=["']([^"']*)["']""", text)
            if not NOT_SPOKEN.search(value.strip())
        ]
        text = " ".join([*spoken, re.sub(r"<[^<>]*>", " ", text)])
        text = re.sub(
            r"""(?<=\s)[a-z-]+=["'][^"']*["']""", " ", text
        )  # attributes that a macro puts together
    words = set(re.findall(r"[^\W\d_]{2,}", text)) - BRANDS - {"nbsp", "amp"}

    assert words == set()
