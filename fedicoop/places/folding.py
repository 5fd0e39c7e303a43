"""How a place name is compared: without accents, capitals, hyphens and apostrophes.

Works on one name as on a whole table of them, one a line: the gazetteer folds its 50 000 names in
one go, which is what makes it quick to load.
"""

import re
import unicodedata

_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
    | dict.fromkeys("’‘ʼ–—‑·", " ")
)
"""What Unicode does not take apart, or takes away where a space should stay."""

_BLANK = bytes(c if c in b"abcdefghijklmnopqrstuvwxyz0123456789\n" else 32 for c in range(256))
_SPACES = re.compile(r" {2,}|^ +| +$", re.MULTILINE)
_SAINT = re.compile(r"\bst(e?)\b")
_ARRONDISSEMENT = re.compile(r"(paris|lyon|marseille) 0?(\d{1,2}) ?(?:er|e|eme|ieme|nd|nde)?(?: arr[a-z]*)?")


def fold(text: str) -> str:
    """`St-Étienne` → `saint etienne`, `Marcq-en-Barœul` → `marcq en baroeul`.  Line breaks stay."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    blank = plain.encode("ascii", "ignore").translate(_BLANK).decode("ascii")
    return _SPACES.sub(lambda run: " " if run[0] and _within(run) else "", _SAINT.sub(_saint, blank))


def fold_query(text: str) -> str:
    """Like `fold`, and `Lyon 7ème arrondissement`, `lyon 07` become `lyon 7e` as the table has it."""
    name = fold(" ".join(text.split()))
    if found := _ARRONDISSEMENT.fullmatch(name):
        return f"{found[1]} {'1er' if found[2] == '1' else found[2] + 'e'}"
    return name


def _saint(found: re.Match[str]) -> str:
    return "sainte" if found[1] else "saint"


def _within(run: re.Match[str]) -> bool:
    """Whether a run of spaces stands between two words of one line."""
    text, start, end = run.string, run.start(), run.end()
    return start > 0 and end < len(text) and text[start - 1] != "\n" and text[end] != "\n"
