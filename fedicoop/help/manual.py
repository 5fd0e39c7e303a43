"""The pages of the help: Markdown of our own, read and drawn once, found by their words.

They stand in `docs/help/`, one file a page and a language, so that they can be read without a site, too.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from fedicoop.words import folding, stemming

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

AUDIENCES = ("members", "volunteers")
_BEGINNING = re.compile(r"\A# ([^\n]+)\n\n(.+?)\n\n", re.DOTALL)
_GAP = re.compile(r"\{(\w+)\}")
_TAGS = re.compile(r"<[^>]+>")
_LETTERS = re.compile(r"[a-z0-9]+")
_LONGEST_QUESTION = 100


@dataclass(frozen=True, slots=True)
class Page:
    """One page in one language.  `html` is made of a file of ours, and safe as it is."""

    id: str
    audience: str
    icon: str
    slugs: Mapping[str, str]  # language → the last part of its address
    title: str
    lead: str
    html: Markup
    keys: frozenset[str]  # of its words, by which it is found

    def path(self, language: str) -> str:
        return path(self.slugs[language], language)


def path(slug: str, language: str) -> str:
    return f"/{'aide' if language == 'fr' else 'help'}/{slug}"


def folder() -> Path:
    """Inside the package where it is installed, beside it in a work tree."""
    package = Path(__file__).parents[1]
    inside = package / "manual"
    return inside if inside.is_dir() else package.parent / "docs" / "help"


@cache
def pages(language: str) -> tuple[Page, ...]:
    """Every page, in the order of the index."""
    listed = tomllib.loads((folder() / "pages.toml").read_text(encoding="utf-8"))["pages"]
    slugs = {one["id"]: {"fr": one["fr"], "en": one["id"]} for one in listed}
    return tuple(_read(language, one["id"], slugs, one["for"], one["icon"]) for one in listed)


def find(slug: str, language: str) -> Page | None:
    """The page of this address, whatever language the address is in."""
    return next((page for page in pages(language) if slug in page.slugs.values()), None)


def search(question: str, language: str) -> list[Page]:
    """The pages in which every word of the question occurs, in any form; all of them for no question."""
    asked = [_keys(" ".join(word)) for word in folding.words(question[:_LONGEST_QUESTION])]
    return [page for page in pages(language) if all(keys & page.keys for keys in asked)]


@dataclass(frozen=True, slots=True)
class Statement:
    """A text with gaps: `{coop}`, `{contact}`."""

    title: str
    lead: str
    html: str

    def filled(self, values: Mapping[str, object]) -> Markup:
        """With its gaps filled; what is no Markup is escaped."""
        return Markup(_GAP.sub(lambda gap: str(escape(values[gap[1]])), self.html))  # noqa: S704


@cache
def statement(id: str, language: str) -> Statement:
    """What a site says of itself: `privacy`, `accessibility`, `legal`."""
    title, lead, body = _parts(Path(language, "statements", f"{id}.md"))
    return Statement(title, lead, _commonmark().render(body).replace("<p>{peers}</p>", "{peers}"))


def _parts(name: Path) -> tuple[str, str, str]:
    """The title, the sentence beneath it, and the rest of a file."""
    text = (folder() / name).read_text(encoding="utf-8")
    text = _spaced(text) if name.parts[0] == "fr" else text
    found = _BEGINNING.match(text)
    assert found, f"{name} begins with a title and a sentence"
    return found[1], " ".join(found[2].split()), text[found.end() :]


def _spaced(text: str) -> str:
    """French as a printer would set it: no line begins with a colon."""
    text = re.sub(r" (?=[:»])|(?<=«) ", "\u00a0", text)
    return re.sub(r" (?=[;?!])", "\u202f", text)


def _read(language: str, id: str, slugs: Mapping[str, Mapping[str, str]], audience: str, icon: str) -> Page:
    title, lead, body = _parts(Path(language, f"{id}.md"))
    html = _linked(_commonmark().render(body), language, slugs)
    words = f"{title} {lead} {_TAGS.sub(' ', html)}"
    return Page(id, audience, icon, slugs[id], title, lead, Markup(html), _keys(words))  # noqa: S704


def _linked(html: str, language: str, slugs: Mapping[str, Mapping[str, str]]) -> str:
    """`publish.md` leads to the page of that name, in the same language."""

    def there(found: re.Match[str]) -> str:
        return f'href="{path(slugs[found[1]][language], language)}"'

    return re.sub(r'href="([\w-]+)\.md"', there, html)


def _keys(text: str) -> frozenset[str]:
    """The keys of every word: of its family where we know it, else the word itself."""
    parts = [part for word in folding.words(text) for part in word]
    return frozenset(key for part in parts for key in (*stemming.keys(part), part))


@cache
def _commonmark() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False})
    reader.add_render_rule("heading_open", _heading)
    return reader


def _heading(_renderer: object, tokens: "Sequence[Token]", index: int, *_: object) -> str:
    """A heading that can be linked to: `<h2 id="qui-la-voit">`."""
    anchor = "-".join(_LETTERS.findall(folding.fold(tokens[index + 1].content)))
    return f'<{tokens[index].tag} id="{anchor}">'
