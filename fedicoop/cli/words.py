"""What the operator reads: in the terminal's language, French or English."""

import os

from fedicoop import i18n


def language() -> str:
    """The language of the first of LC_ALL, LC_MESSAGES and LANG that says something (POSIX, 8.2)."""
    said = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "fr" if next((one for one in said if one), "").lower().startswith("fr") else "en"


def t(key: str, /, **values: object) -> str:
    return i18n.t(key, language(), **values)


def n(key: str, count: int, /, **values: object) -> str:
    return i18n.n(key, count, language(), **values)
