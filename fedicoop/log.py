"""What the operator reads when something is odd: one event a line, on stderr.

`log.info("inbox.received", sender=id, type="Follow")`: the event is a name of ours, whatever came
from outside is a value.  A value can neither end its line nor colour the terminal, and what looks
like a secret is masked whoever logs it.  Bodies, cookies and private texts are not logged at all.

structlog is imported with the first event, so that `fedicoop --help` does not wait for it.
"""

import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import AbstractContextManager, suppress
from contextvars import ContextVar
from functools import cache
from threading import Lock
from time import monotonic
from typing import Any, TextIO

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_SECRET = re.compile(
    r"passw|token|secret|private[_-]?key|cookie|authori[sz]ation|signature|api[_-]?key", re.IGNORECASE
)
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_USERINFO = re.compile(r"(?<=://)[^\s/@]*:[^\s/@]*@")
_LONGEST = {"exception": 8_000}  # characters; a peer shall not fill the disk with one event
_LONGEST_VALUE = 1_000
_MOST_ITEMS = 50
_COLOURS = {"warning": "\x1b[33m", "error": "\x1b[31m"}
_NOISY = ("httpx", "httpcore", "asyncio", "aiosqlite", "PIL")  # values and requests are ours to tell

SELDOM = 60.0  # seconds

of_request: ContextVar[str] = ContextVar("the name of the request that is answered", default="")
Event = MutableMapping[str, Any]
heeded: list[Callable[[Mapping[str, Any]], None]] = []
"""Who else is told of each error, its secrets masked: in the thread where it happened, and quickly."""
_told: dict[tuple[str, str], tuple[float, int]] = {}


class Log:
    """The one log.  An event is `room.what`; its values are named."""

    def debug(self, event: str, **values: object) -> None:
        _logger().debug(event, **values)

    def info(self, event: str, **values: object) -> None:
        _logger().info(event, **values)

    def warning(self, event: str, **values: object) -> None:
        _logger().warning(event, **values)

    def error(self, event: str, **values: object) -> None:
        _logger().error(event, **values)

    def seldom(self, event: str, *, about: str = "", **values: object) -> None:
        """A warning that many would give at once: one a minute, with how many were left out before it."""
        now, (told, left_out) = monotonic(), _told.get((event, about), (-SELDOM, 0))
        if now - told < SELDOM:
            _told[event, about] = told, left_out + 1
            return
        if len(_told) > _MOST_ITEMS:
            _told.clear()
        _told[event, about] = now, 0
        _logger().warning(event, **values, **({"left_out": left_out} if left_out else {}))

    def exception(self, event: str, **values: object) -> None:
        """An error of our own, with its traceback.  Only inside an `except`."""
        _logger().error(event, exc_info=True, **values)


log = Log()


def during(**values: object) -> AbstractContextManager[None]:
    """Add values, a request's id say, to every event of this task until the end of the `with`."""
    from structlog.contextvars import bound_contextvars

    return bound_contextvars(**values)


SECRET_PATHS = (
    *("/bienvenue/", "/welcome/", "/entrer/lien/", "/enter/link/", "/invitation/"),
    *("/alertes/courriels/", "/alertes/flux/"),
    *("/rejoindre/demande/", "/join/request/", "/moi/adresse/", "/me/address/"),
)
"""Where the address itself opens a door: what follows is never told."""


def wants_colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Colour is for terminals, and for those who did not say NO_COLOR (no-color.org)."""
    return stream.isatty() and not environ.get("NO_COLOR")


def configure(level: str = "info", format: str = "text", *, colour: bool = False) -> None:
    """Log from `level` up, as `text` or `json`, to what is stderr now; libraries' loggers join in.

    Give uvicorn `log_config=None`, else it puts its own handlers back.
    """
    _configure_ours(LEVELS[level], _json if format == "json" else _text(colour))
    _take_over_stdlib(LEVELS[level])


def shown_path(path: str) -> str:
    """A request's path as it may be told: one-time links are secrets, whatever became of them."""
    secret = next((prefix for prefix in SECRET_PATHS if path.startswith(prefix)), None)
    return f"{secret}***" if secret else path


def _configure_ours(level: int, renderer: Callable[[object, str, Event], str]) -> None:
    import structlog

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _harmless,
            _heed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _Lines(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _logger.cache_clear()


@cache
def _logger() -> Any:
    import structlog

    if not structlog.is_configured():
        _configure_ours(LEVELS["info"], _text(colour=False))
    return structlog.get_logger().bind()


class _Lines:
    """The stream.  That it is gone or full must not stop what was to be told."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.lock, self.torn = stream, Lock(), False

    def write(self, line: str) -> None:
        try:
            with self.lock:
                self.stream.write(f"\n{line}\n" if self.torn else f"{line}\n")
                self.stream.flush()
                self.torn = False
        except (OSError, ValueError):  # a full disk may have taken half of it: the next line begins anew
            self.torn = True

    debug = info = warning = error = critical = write


def _harmless(_logger: object, _name: str, event: Event) -> Event:
    """Mask secrets by their names and by their looks, and shorten what is too long."""
    if name := of_request.get():
        event.setdefault("request", name)
    return {key: _masked(key, value, _LONGEST.get(key, _LONGEST_VALUE)) for key, value in event.items()}


def _heed(_logger: object, _name: str, event: Event) -> Event:
    if event.get("level") == "error":
        for listener in heeded:
            with suppress(Exception):  # what it does with it must not stop what was to be told
                listener(event)
    return event


def _masked(key: str, value: object, longest: int) -> Any:
    if _SECRET.search(key):
        return "***"
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(name): _masked(str(name), one, longest) for name, one in [*value.items()][:_MOST_ITEMS]}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked(key, one, longest) for one in [*value][:_MOST_ITEMS]]
    text = _USERINFO.sub("***@", _PEM.sub("***", str(value)))
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)})"


def _json(_logger: object, _name: str, event: Event) -> str:
    import json

    ordered = {key: event.pop(key, "") for key in ("timestamp", "level", "event")} | dict(event)
    return json.dumps(ordered, default=str).replace("\x7f", "\\u007f")


def _text(colour: bool) -> Callable[[object, str, Event], str]:
    def line(_logger: object, _name: str, event: Event) -> str:
        level = event.pop("level", "info")
        lit, plain = (_COLOURS.get(level, ""), "\x1b[0m") if colour and level in _COLOURS else ("", "")
        head = f"{event.pop('timestamp')[:19]}Z {lit}{level:7}{plain} {_escaped(str(event.pop('event')))}"
        return " ".join([head, *(f"{_escaped(key)}={_quoted(value)}" for key, value in event.items())])

    return line


def _quoted(value: object) -> str:
    """As it is if it is one plain word, else between quotes, so that it cannot look like another field."""
    text = _escaped(str(value))
    return text if re.fullmatch(r"[^\s\"'=]+", text) else '"' + text.replace('"', '\\"') + '"'


def _escaped(text: str) -> str:
    r"""No control, no line end of Unicode, no bidi mark, no lone surrogate: each as \x, \u or \U."""
    if text.isprintable() and "\\" not in text:
        return text
    return "".join(c if c.isprintable() and c != "\\" else ascii(c)[1:-1] for c in text)


class _Bridge(logging.Handler):
    """Takes what libraries tell the standard logging, uvicorn above all, to our own lines."""

    def emit(self, record: logging.LogRecord) -> None:
        level = next((name for name, at in reversed(LEVELS.items()) if record.levelno >= at), "debug")
        try:
            if record.name == "uvicorn.access" and isinstance(record.args, tuple) and len(record.args) == 5:
                _logger().debug("http.answered", **self._request(record.args))
            else:
                told = {"message": record.getMessage().strip(), "exc_info": record.exc_info}
                getattr(_logger(), level)(record.name, **{k: v for k, v in told.items() if v})
        except (
            Exception
        ) as error:  # a record whose arguments do not fit: the standard would print a traceback
            _logger().warning("log.garbled", logger=record.name, error=repr(error))

    def _request(self, args: tuple[Any, ...]) -> dict[str, object]:
        """Who asked is left out, and so is the query: both are the visitor's own business."""
        _client, method, target, _version, status = args
        return {"method": method, "path": shown_path(str(target).partition("?")[0]), "status": status}


def _take_over_stdlib(level: int) -> None:
    root = logging.getLogger()
    root.handlers = [h for h in root.handlers if not isinstance(h, _Bridge)] + [_Bridge()]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
