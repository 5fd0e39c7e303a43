"""The social verbs of the wire, beside those that carry listings (types.py)."""

from dataclasses import dataclass

from fedicoop.vocabulary.types import Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class Like(Activity):
    """`emoji`: what Misskey and Pleroma put beside it, as plain text of at most 64 characters."""

    emoji: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmojiReact(Like):
    """Pleroma's word for a Like with an emoji."""
