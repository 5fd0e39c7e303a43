"""What the social verbs say beside who, what and whom; never a reason to refuse the whole."""

from typing import Any

from fedicoop.vocabulary.cursor import Cursor

LONGEST_EMOJI = 64


def read_more(kind: str, at: Cursor) -> dict[str, Any]:
    """The fields that an activity of this type has beside those of all activities."""
    match kind:
        case "Like" | "EmojiReact":
            return {"emoji": _emoji(at)}
        case "QuoteRequest":
            return {"instrument": at.find_iri("instrument")}
    return {}


def _emoji(at: Cursor) -> str:
    """Misskey's `_misskey_reaction`, else `content`; a picture's name (`:name:`) stays its name."""
    for name in ("_misskey_reaction", "content"):
        value = at.get(name)
        if isinstance(value, str) and value.strip():
            return "".join(sign for sign in value.strip() if sign.isprintable() or sign == "\u200d")[
                :LONGEST_EMOJI
            ]
    return ""
