"""Between a row of either engine and the dataclass that somebody asked for.

The dataclass says what a column holds, so that both engines answer alike: SQLite knows neither
moments nor truth values, and keeps them as text and as 0 and 1.
"""

import json
import math
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from fedicoop.errors import Malformed

Row = TypeVar("Row")
Convert = Callable[[Any], Any]

_LARGEST = 2**63 - 1


def fit(value: Any) -> Any:
    """A value as a column keeps it.

    Refused, because SQLite and PostgreSQL disagree about it or keep something else: U+0000,
    integers beyond 64 bits, NaN and infinities.  (Half a surrogate pair is refused where the text
    becomes bytes.)  A moment without its zone is a mistake of ours, and a ValueError.
    """
    match value:
        case Enum():
            return fit(value.value)
        case str():
            return _refuse_if("\0" in value, value)
        case None | bool():
            return value
        case int():
            return _refuse_if(not -_LARGEST - 1 <= value <= _LARGEST, value)
        case float():
            return _refuse_if(not math.isfinite(value), value)
        case datetime():
            if value.tzinfo is None:
                raise ValueError(f"{value} is a moment without its zone")
            return value
        case Decimal():
            return _refuse_if(not value.is_finite(), value)
        case tuple() | list() | dict():
            return fit(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    raise TypeError(f"no column keeps a {type(value).__name__}")


def _refuse_if(unfit: bool, value: Any) -> Any:
    if unfit:
        raise Malformed("storage.unfit_value", repr(value)[:80])
    return value


def reader(row: type[Row], columns: tuple[str, ...]) -> Callable[[tuple[Any, ...]], Row]:
    """What turns a row with these columns into a `row`."""
    wanted: Any = row
    steps = _steps(wanted, columns)

    def read(values: tuple[Any, ...]) -> Row:
        return row(
            **{
                name: value if value is None or convert is None else convert(value)
                for (name, convert), value in zip(steps, values, strict=True)
            }
        )

    return read


@cache
def _steps(row: Any, columns: tuple[str, ...]) -> tuple[tuple[str, Convert | None], ...]:
    hints = get_type_hints(row)
    if unknown := {*columns} - {one.name for one in fields(row)}:
        raise TypeError(f"{row.__name__} has no {', '.join(sorted(unknown))}")
    return tuple((name, _converter(hints[name])) for name in columns)


def _converter(hint: Any) -> Convert | None:
    """None where the value is what the engine gives."""
    hint = _without_none(hint)
    origin = get_origin(hint)
    if origin is tuple:
        return _tuple_reader(get_args(hint))
    if origin in (list, dict) or hint in (list, dict):
        return _read_json
    if hint is datetime:
        return _read_moment
    if hint is Decimal:
        return lambda value: Decimal(str(value))
    if isinstance(hint, type) and (hint is bool or issubclass(hint, Enum)):
        return hint
    return None


def _without_none(hint: Any) -> Any:
    if get_origin(hint) not in (Union, UnionType):
        return hint
    kinds = [kind for kind in get_args(hint) if kind is not type(None)]
    return kinds[0] if len(kinds) == 1 else None


def _tuple_reader(kinds: tuple[Any, ...]) -> Convert:
    inner = _converter(kinds[0]) if kinds else None
    if inner is None:
        return lambda value: tuple(_read_json(value))
    return lambda value: tuple(inner(one) for one in _read_json(value))


def _read_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _read_moment(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
