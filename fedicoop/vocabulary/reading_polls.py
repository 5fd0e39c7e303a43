"""Polls of others (`Question`): read as a message with its options in its text.  Nobody here votes.

Whatever is wrong with an option only leaves it out: a poll never breaks the note that carries it.
"""

from html import escape
from typing import Any

from fedicoop.vocabulary.cursor import MAX_NAME, Cursor

MOST_OPTIONS = 20


def options(at: Cursor) -> str:
    """The options of a poll as an HTML list, as their author named them; "" where there is none."""
    if "Question" not in at.types():
        return ""
    names = [_name(one) for kind in ("oneOf", "anyOf") for one in at.many(kind)[:MOST_OPTIONS]]
    return _list([name for name in names if name][:MOST_OPTIONS])


def _name(option: Any) -> str:
    name = option.get("name") if isinstance(option, dict) else None
    return " ".join(name.split())[:MAX_NAME] if isinstance(name, str) else ""


def _list(names: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(name)}</li>' for name in names)}</ul>" if names else ""
