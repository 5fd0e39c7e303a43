"""What a disk, a lock or a broken file says, in words that tell the operator what to do.

A failure that is nobody's fault but ours (a misspelt statement, a broken constraint) stays the
exception that it is: it shall be seen as a bug.
"""

import errno
import re
import sqlite3

from fedicoop.errors import Misconfigured, Unavailable

# The primary result codes of https://www.sqlite.org/rescode.html.  With a file size limit a full
# disk says IOERR, not FULL; both leave the transaction already rolled back.
_BY_RESULT_CODE = {
    sqlite3.SQLITE_FULL: "storage.full",
    sqlite3.SQLITE_READONLY: "storage.read_only",
    sqlite3.SQLITE_IOERR: "storage.disk_error",
    sqlite3.SQLITE_BUSY: "storage.busy",
    sqlite3.SQLITE_LOCKED: "storage.busy",
    sqlite3.SQLITE_CORRUPT: "storage.corrupt",
    sqlite3.SQLITE_NOTADB: "storage.corrupt",
    sqlite3.SQLITE_CANTOPEN: "storage.cannot_open",
    sqlite3.SQLITE_PERM: "storage.cannot_open",
    sqlite3.SQLITE_AUTH: "storage.cannot_open",
}
_BY_ERRNO = {
    errno.ENOSPC: "storage.full",
    errno.EDQUOT: "storage.full",
    errno.EFBIG: "storage.full",
    errno.EROFS: "storage.read_only",
    errno.EACCES: "storage.read_only",
    errno.EPERM: "storage.read_only",
    errno.EIO: "storage.disk_error",
}


def of_sqlite(error: sqlite3.Error) -> Exception:
    """The Unavailable that this error means, or the error itself where it is a bug of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    key = _BY_RESULT_CODE.get(code & 0xFF) if isinstance(code, int) else None
    return Unavailable(key, str(error)) if key else error


def of_system(error: OSError) -> Unavailable:
    """The Unavailable that a failed file operation means."""
    return Unavailable(_BY_ERRNO.get(error.errno or 0, "storage.cannot_open"), str(error))


# The conditions and classes of https://www.postgresql.org/docs/15/errcodes-appendix.html
_BY_SQLSTATE = {
    "53100": "storage.full",
    "25006": "storage.read_only",
    "58030": "storage.disk_error",
    "40": "storage.busy",  # a conflict or a deadlock with another writer
    "55P03": "storage.busy",
    "57014": "storage.busy",
    "53300": "storage.busy",
    "XX001": "storage.corrupt",
    "XX002": "storage.corrupt",
    "08": "storage.unreachable",
    "25P03": "storage.unreachable",
    "53": "storage.unreachable",
    "57P": "storage.unreachable",
}
_NO_ENTRY = ("28", "3D", "42501")  # who we are, which database, what we may


def of_postgres(error: Exception) -> Exception:
    """The Unavailable that this error of psycopg's means, or the error itself where it is a bug of ours.

    One without a code comes from the connection: it was closed, or never was.
    """
    state = getattr(error, "sqlstate", None)
    if state is None:
        lost = type(error).__name__ in ("OperationalError", "InterfaceError", "ConnectionTimeout")
        return Unavailable("storage.unreachable", str(error).strip()) if lost else error
    key = next((_BY_SQLSTATE[part] for part in (state, state[:3], state[:2]) if part in _BY_SQLSTATE), None)
    return Unavailable(key, f"{state} {error}".strip()) if key else error


def of_connecting(error: Exception) -> Unavailable | Misconfigured:
    """Why a server does not let us in: it is away, or it does not want us."""
    text = " ".join(str(error).split())
    state = getattr(error, "sqlstate", None) or ""
    if state.startswith(_NO_ENTRY) or re.search(r"FATAL:.*(authentication|does not exist|permission)", text):
        return Misconfigured("storage.no_entry", text, answer=re.sub(r".*FATAL: *", "", text)[:200])
    return Unavailable("storage.unreachable", text)
