"""The social verbs of the wire, beside those that carry listings (types.py)."""

from dataclasses import dataclass

from fedicoop.vocabulary.types import Activity, Iri


@dataclass(frozen=True, slots=True, kw_only=True)
class Like(Activity):
    """`emoji`: what Misskey and Pleroma put beside it, as plain text of at most 64 characters."""

    emoji: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmojiReact(Like):
    """Pleroma's word for a Like with an emoji."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequest(Activity):
    """May `instrument`, a note of the actor's, quote the object (FEP-044f)?"""

    instrument: Iri | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteAuthorization:
    """The permission that a quote carries: `quoting` (a note) may quote `quoted`, says its author `by`."""

    id: Iri
    by: Iri
    quoting: Iri
    quoted: Iri
