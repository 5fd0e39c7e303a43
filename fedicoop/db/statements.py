"""Our one SQL as psycopg reads it: `:name` becomes `%(name)s`, and a percent sign stays one."""

import re
from functools import lru_cache

PLANNED_ANEW = "/* planned anew */"
"""In a statement whose best plan depends on its values: PostgreSQL plans it with them each time."""

_TOKEN = re.compile(
    r"""(?P<apart>'(?:[^']|'')*' | "(?:[^"]|"")*"   # a string, a name
      | --[^\n]* | /\*.*?\*/                        # comments
      | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$             # a dollar-quoted string
      | ::\w+)                                      # a cast
      | (?<!:):(?P<name>[a-z_]\w*)""",
    re.DOTALL | re.VERBOSE,
)
_TEXT = re.compile(r"('(?:[^']|'')*'|--[^\n]*|/\*.*?\*/)|\bTEXT\b(?!\s*(?:COLLATE|\[))", re.DOTALL)


@lru_cache(2048)
def for_psycopg(sql: str) -> str:
    """A statement with its named values as psycopg writes them."""
    return _TOKEN.sub(_as_placeholder, sql.replace("%", "%%"))


def _as_placeholder(token: re.Match[str]) -> str:
    return f"%({token['name']})s" if token["name"] else token[0]


def by_bytes(sql: str) -> str:
    """A migration whose columns of text compare by bytes, as SQLite's do, whatever the database's locale.

    Ids then sort as they were made, and no newer library of the operating system breaks an index
    (https://wiki.postgresql.org/wiki/Locale_data_changes).
    """
    return _TEXT.sub(lambda found: found[1] or 'TEXT COLLATE "C"', sql)
