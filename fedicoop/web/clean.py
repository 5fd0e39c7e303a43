"""Foreign and members' text made harmless: an allowlist, at the border and again when it is shown.

Security cases 64 and 65.  nh3 parses as browsers do (html5ever), so what it lets through is what a
browser will see; links keep only the schemes below and tell search engines not to follow them.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TAGS = frozenset("p br span a del s pre blockquote code b strong u i em ul ol li".split())
SCHEMES = frozenset({"http", "https", "mailto"})
_ABSOLUTE = ("http://", "https://", "mailto:")
_BLOCKS = re.compile(
    r"<(/?)(?:h[1-6]|div|section|article|header|footer|figure|table|tr|dt|dd)\b", re.IGNORECASE
)
"""Blocks that we do not keep become paragraphs first, lest their words run together."""
_LINES = re.compile(r"<(?:/?(?:p|li|ul|ol|pre|blockquote|div|h[1-6])|br)\b", re.IGNORECASE)
"""Where one line of a text ends and another begins: words on both sides are not one."""

_GONE_WITH_CONTENT = {"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "title"}


def clean_html(html: str) -> str:
    """HTML reduced to plain text marks and safe links.  Never raises, whatever comes in."""
    import nh3

    return nh3.clean(
        _BLOCKS.sub(r"<\1p", html),
        tags=set(TAGS),
        clean_content_tags=_GONE_WITH_CONTENT,
        attributes={"a": {"href"}, "*": set()},  # without the star, nh3 lets `title` and `lang` through
        attribute_filter=_absolute,
        url_schemes=set(SCHEMES),
        link_rel="nofollow noopener ugc",
        strip_comments=True,
    )


def _absolute(tag: str, name: str, value: str) -> str | None:  # noqa: ARG001 - nh3 calls it with three
    """A link that leads nowhere by itself would lead into our own house: it is dropped."""
    return value if name != "href" or value.strip().lower().startswith(_ABSOLUTE) else None


def clean(html: str) -> Markup:
    """The same, ready for a template: the only text of others that a page shows as it is."""
    return Markup(clean_html(html))  # noqa: S704 - sanitised in this very line


def markdown(text: str) -> str:
    """A member's Markdown as sanitised HTML: CommonMark without raw HTML and without pictures."""
    return clean_html(_commonmark().render(text))


def plain(html: str, limit: int = 200) -> str:
    """The bare words of an HTML text on one line, cut at a word's end: for previews."""
    import nh3

    spaced = _LINES.sub(r" \g<0>", html)
    words = Markup(nh3.clean(spaced, tags=set(), clean_content_tags=_GONE_WITH_CONTENT)).unescape()  # noqa: S704
    line = " ".join(words.split())
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


@cache
def _commonmark() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")
    # A listing's text is a part of a page that has its own headings.
    reader.add_render_rule("heading_open", lambda *_: "<p><strong>")
    reader.add_render_rule("heading_close", lambda *_: "</strong></p>")
    return reader
