"""How far an answer came: who says nothing within the deadline is silent, who says a little is slow."""

from contextvars import ContextVar


class Progress:
    """The bytes of one answer, as they come."""

    __slots__ = ("came",)

    def __init__(self) -> None:
        self.came = 0


progress: ContextVar[Progress | None] = ContextVar("the answer that is waited for", default=None)
