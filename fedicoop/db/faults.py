"""What a disk, a lock or a broken file says, in words that tell the operator what to do.

A failure that is nobody's fault but ours (a misspelt statement, a broken constraint) stays the
exception that it is: it shall be seen as a bug.
"""

import errno
import sqlite3

from fedicoop.errors import Unavailable

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
