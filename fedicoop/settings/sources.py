"""Where settings come from besides flags: the environment, and the file that `init` writes."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from fedicoop.errors import Misconfigured
from fedicoop.settings.values import EXAMPLES, Given

FILE = "fedicoop.toml"
PREFIX = "FEDICOOP_"
_MOST_BYTES = 65_536  # of a file of settings or of one secret; ours are a few lines


def from_environ(environ: Mapping[str, str]) -> dict[str, Given]:
    """What the environment says; X_FILE names a file whose content is the value of X (a secret's place).

    A name that is nearly one of ours is a slip, and refused; any other is somebody else's, see `foreign`.
    """
    given: dict[str, Given] = {}
    for variable in sorted(name for name in environ if name.startswith(PREFIX) and environ[name].strip()):
        name, value = variable.removeprefix(PREFIX).lower(), environ[variable].strip()
        if name.endswith("_file"):
            name = name.removesuffix("_file")
            value = _text(Path(value)).strip() if name in EXAMPLES else ""
        if name not in EXAMPLES:
            if get_close_matches(name, EXAMPLES, 1, 0.8):
                known = ", ".join(PREFIX + known.upper() for known in EXAMPLES)
                raise Misconfigured("settings.unknown", name=variable, place=variable, known=known)
            continue
        if name in given:
            raise Misconfigured("settings.twice", name=given[name].source, twin=variable)
        given[name] = Given(value, variable, variable)
    return given


def foreign(environ: Mapping[str, str]) -> list[str]:
    """The variables that begin like ours and are not: of a later release, or of the scripts around us."""
    ours = {PREFIX + name.upper() + end for name in EXAMPLES for end in ("", "_FILE")}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in ours)


def from_file(path: Path) -> dict[str, Given]:
    try:
        table = tomllib.loads(text := _text(path, missing=""))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        place = f"{path}:{line[1] if line else len(text.splitlines())}"
        raise Misconfigured("settings.file_syntax", str(error), place=place) from error
    known = [name for name in EXAMPLES if name != "data_dir"]
    given = {}
    for name, value in table.items():
        written = re.search(rf"""^[ \t\["']*{re.escape(name)}\b""", text, re.MULTILINE)
        place = f"{path}:{text.count(chr(10), 0, written.start()) + 1 if written else 1}"
        if name not in known:
            raise Misconfigured("settings.unknown", name=name, place=place, known=", ".join(known))
        given[name] = Given(value, str(path), place, typed=True)
    return given


def write_file(path: Path, values: Mapping[str, object]) -> None:
    """Write a commented file of settings that only its owner reads; what is not in `values` stays a comment.

    The file appears whole or not at all.  Raises Misconfigured if it cannot be written.
    """
    assert values.keys() <= EXAMPLES.keys() - {"data_dir"}, f"not for the file: {sorted(values)}"
    text = Path(__file__).with_name("fedicoop.example.toml").read_text(encoding="utf-8")
    for name, value in values.items():
        before, after = re.split(rf"^#{name} = .*$", text, maxsplit=1, flags=re.MULTILINE)
        text = f"{before}{name} = {_toml(value)}{after}"
    _put(path, text)


def note(path: Path, name: str, value: object) -> None:
    """Write one value into the file that is there, in its old place; all else stays as it stands."""
    lines = [line for line in _text(path, missing="").splitlines() if not re.match(rf"\s*{name}\s*=", line)]
    asked = next((at for at, line in enumerate(lines) if re.match(rf"\s*#\s*{name}\s*=", line)), len(lines))
    lines[asked : asked + 1] = [f"{name} = {_toml(value)}"]
    _put(path, "\n".join(lines) + "\n")


def _put(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.touch(0o600, exist_ok=False)
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Misconfigured("settings.file_unwritable", str(error), file=str(path)) from error


def _toml(value: object) -> str:
    """JSON's numbers, strings and lists are TOML's as well, but for DEL (TOML 1.0, "String")."""
    value = sorted(value) if isinstance(value, frozenset) else value
    return json.dumps(value, ensure_ascii=False, default=str).replace("\x7f", "\\u007f")


def _text(path: Path, missing: str | None = None) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode()
    except (OSError, UnicodeDecodeError) as error:
        if missing is not None and isinstance(error, FileNotFoundError):
            return missing
        raise Misconfigured("settings.file_unreadable", str(error), file=str(path)) from error
