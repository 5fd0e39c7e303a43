"""What can go wrong, said twice: once for the reader, once for the log.

A class says what to *do* about a failure (refuse it, try later, tell the operator); the key
says which failure it is.  The three sentences that a reader sees (what happened, why, what to
do now) stand in the catalogues under `problem.<key>.what`, `.why` and `.do`, in French and in
English, and each key has a stable code in `fedicoop/locale/codes.txt`.
"""

from typing import ClassVar


class Problem(Exception):
    """A refusal that somebody will read.

    `key` is a key of the catalogue, never a sentence: the reader's language is not known here.
    `values` fill the placeholders of those sentences and may be shown to anybody.
    `detail` is for the log alone and may name hosts and ids.
    """

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, key: str, detail: str = "", **values: str) -> None:
        super().__init__(f"{key} ({detail})" if detail else key)
        self.key, self.detail, self.values = key, detail, values


class Malformed(Problem):
    """Somebody sent something that we cannot read.  It will not get better by retrying."""

    status = 400


class Misused(Problem):
    """The operator's words are off: a wrong option, an unknown key of a file."""

    status = 400
    exit_code = 2


class Unauthenticated(Problem):
    """We do not know who is speaking."""

    status = 401


class Forbidden(Problem):
    """We know who is speaking, and they may not."""

    status = 403


class NotFound(Problem):
    status = 404
    exit_code = 4


class Conflict(Problem):
    """The thing has moved on since the page was shown, or already exists."""

    status = 409


class Gone(Problem):
    """It was here, and will not come back."""

    status = 410
    exit_code = 4


class TooLarge(Problem):
    status = 413


class Unsupported(Problem):
    """A media type or an encoding that we do not take."""

    status = 415


class Misdirected(Problem):
    """The request names another host than ours (RFC 9110, section 15.5.20)."""

    status = 421


class TooMany(Problem):
    """Tried too often of late; may be tried again in so many `seconds`."""

    status = 429
    exit_code = 75

    def __init__(self, key: str, detail: str = "", *, seconds: int, **values: str) -> None:
        super().__init__(key, detail, **values)
        self.seconds = seconds


class Unreachable(Problem):
    """A peer did not answer.  Worth another try, later; `retry_after` is in seconds."""

    status = 502
    exit_code = 5

    def __init__(
        self, key: str, detail: str = "", *, retry_after: float | None = None, **values: str
    ) -> None:
        super().__init__(key, detail, **values)
        self.retry_after = retry_after


class Refused(Problem):
    """A peer answered no, or we do not go where an address leads.  Not worth another try."""

    status = 502
    exit_code = 5


class Unavailable(Problem):
    """We cannot do it now: a full disk, a locked database, a peer needed for the answer asleep."""

    status = 503
    exit_code = 75


class Misconfigured(Problem):
    """The settings do not let us start."""

    status = 500
    exit_code = 1
