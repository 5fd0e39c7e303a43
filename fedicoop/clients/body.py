"""What an application sends, as names with values: a form, a form with files, JSON or the query alike."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from fedicoop.errors import Malformed, TooLarge
from fedicoop.vocabulary.parsing import clean, parse_untrusted
from fedicoop.web import forms

MOST_JSON = 256 * 1024
WITHIN = 20.0  # seconds for a whole body
_MOST_NAMES = 300


@dataclass(frozen=True, slots=True)
class Sent:
    """Names as Mastodon's API has them, without the brackets of lists: `id[]` is `id`, all of its values."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """The value of that name; "" where there is none."""
        return next(iter(self.values.get(name, ())), "").strip()

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def all(self, name: str, most: int = 80) -> list[str]:
        return [value.strip() for value in self.values.get(name, ())][:most]

    def yes(self, name: str) -> bool:
        """Mastodon takes anything but these for a yes."""
        return self[name].lower() not in ("", "0", "f", "false", "off", "no")

    def number(self, name: str, *, otherwise: int, most: int) -> int:
        """A number from 1 to `most`; what is none counts as not said."""
        text = self[name]
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
            return otherwise
        return min(int(text), most)


async def read(request: Request, *, files: int = 0) -> Sent:
    """The query and the body together; the body counts where both name a thing.

    Raises Malformed for what cannot be read, TooLarge, Unsupported for a compressed body.
    """
    values: dict[str, list[str]] = {}
    uploads: dict[str, UploadFile] = {}
    _take(values, list(request.query_params.multi_items()))
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in ("GET", "HEAD"):
        return Sent(values)
    if kind == "application/json":
        told: dict[str, list[str]] = {}
        _take(told, list(_flat(parse_untrusted(await _whole(request) or b"{}"))))
        values |= told
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        parsed = await forms.fields_and_files(request, files)
        told = {}
        _take(told, [(name, value) for name, value in parsed.multi_items() if isinstance(value, str)])
        values |= told
        uploads = {name: value for name, value in parsed.multi_items() if isinstance(value, UploadFile)}
    return Sent(values, uploads)


async def _whole(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(WITHIN):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_JSON:
                    raise TooLarge("client.too_large", most=str(MOST_JSON // 1024))
    except TimeoutError as error:
        raise Malformed("form.unreadable", "it came too slowly") from error
    return bytes(body)


def _take(values: dict[str, list[str]], pairs: Sequence[tuple[str, str]]) -> None:
    for name, value in pairs[:_MOST_NAMES]:
        values.setdefault(clean(name).removesuffix("[]"), []).append(clean(value).replace("\r\n", "\n"))


def _flat(raw: Mapping[str, Any], within: str = "") -> list[tuple[str, str]]:
    """JSON as a form would say it: `{"source": {"privacy": "public"}}` is `source[privacy]`."""
    found: list[tuple[str, str]] = []
    for key, value in raw.items():
        name = f"{within}[{key}]" if within else key
        if isinstance(value, dict):
            found += _flat(value, name)
        else:
            found += [
                (name, _text(one))
                for one in (value if isinstance(value, list) else [value])
                if one is not None
            ]
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
