"""Care for the texts: `python tools/translations.py compile | check | sort`.

compile  makes fr.mo and en.mo of the .po files of fr/ and en/; run it after each change of a text
check    tells what is missing, doubled, empty or different between the languages, and in the code
sort     puts each entry in the file of its room and in order, and sets French spaces and apostrophes as
         a printer would

Babel reads and compiles; the program itself needs nothing but the compiled files.
"""

import gettext
import io
import re
import string
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from asked_texts import KEY, asked_in_code, asked_in_templates
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import normalize, read_po

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "fedicoop" / "locale"
LANGUAGES = ("fr", "en")
PLURALS = {"fr": "n > 1", "en": "n != 1"}  # Babel's own French has a third form for millions since 2.19
Texts = dict[str, tuple[str, ...]]  # key → its text, or its singular and plural


def files(language: str) -> list[Path]:
    return sorted((LOCALE / language).glob("*.po"))


@cache
def catalogue(language: str) -> Catalog:
    """All the texts of a language, whatever file they stand in."""
    whole = Catalog(locale=language)
    for path in files(language):
        with path.open("rb") as file:
            for message in read_po(file, locale=language, abort_invalid=True):
                if message.id:
                    whole[message.id] = message
    return whole


def room(key: str) -> str:
    """The file where a text stands: the first part of its key; of a problem's, the second."""
    first, second = key.split(".")[:2]
    return second if first == "problem" else first


def texts(language: str) -> Texts:
    return {_key(m.id): _forms(m.string) for m in catalogue(language) if m.id}


def codes() -> list[tuple[str, str]]:
    """Code and key, line by line, as they stand in codes.txt."""
    lines = (LOCALE / "codes.txt").read_text(encoding="utf-8").splitlines()
    return [(code, key.strip()) for code, _, key in (line.partition(" ") for line in lines if line.strip())]


def compiled(language: str) -> bytes:
    """The .mo of a language; the same texts give the same bytes, whenever and by whatever Babel."""
    made = Catalog(
        locale=language, project="fedicoop", version="1", creation_date=datetime(2026, 1, 1, tzinfo=UTC)
    )
    made.msgid_bugs_address = made.last_translator = made.language_team = ""
    made.mime_headers = [("Plural-Forms", f"nplurals=2; plural=({PLURALS[language]})")]
    for message in catalogue(language):
        if message.id:
            made.add(message.id, message.string)
    file = io.BytesIO()
    write_mo(file, made)
    return file.getvalue()


def stale() -> list[str]:
    """Languages whose .mo says something else than their .po files."""

    def content(data: bytes) -> dict[object, str]:
        catalogue: dict[object, str] = vars(gettext.GNUTranslations(io.BytesIO(data)))["_catalog"]
        return {key: text for key, text in catalogue.items() if key != ""}

    paths = {language: LOCALE / f"{language}.mo" for language in LANGUAGES}
    return [
        one
        for one, path in paths.items()
        if not path.exists() or content(path.read_bytes()) != content(compiled(one))
    ]


def faults() -> list[str]:
    """All that is wrong with the texts, one sentence each."""
    fr, en = (texts(language) for language in LANGUAGES)
    found = [f"{key}: only in {'fr' if key in fr else 'en'}/" for key in sorted(fr.keys() ^ en.keys())]
    for language, known in zip(LANGUAGES, (fr, en), strict=True):
        found += _doubled(language) + _malformed(language, known)
    for key in sorted(fr.keys() & en.keys()):
        if len(fr[key]) != len(en[key]):
            found.append(f"{key}: plural in one language only")
        elif placeholders(fr[key]) != placeholders(en[key]):
            found.append(f"{key}: placeholders differ: {placeholders(fr[key])} {placeholders(en[key])}")
    return found + _problems_incomplete(fr | en) + _missing(fr | en)


def placeholders(forms: Iterable[str]) -> set[str]:
    """The names between braces; a brace that is alone gives a name that is none."""
    try:
        return {
            name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name is not None
        }
    except ValueError as error:
        return {str(error)}


def typographic(text: str, language: str) -> str:
    """Curly apostrophes; and in French, spaces that do not break before : ; ! ? » and after «.

    What stands between backticks is a command, and stays.
    """
    parts = text.split("`")
    for index in range(0, len(parts), 2):
        part = re.sub(r"(?<=\w)'(?=\w)", "’", parts[index]).replace("...", "…")
        if language == "fr":
            part = re.sub(r"(?<=\S)[ \u00a0\u202f](?=[;!?](\s|$))", "\u202f", part)
            part = re.sub(r"(?<=\S)[ \u00a0\u202f](?=:(\s|$))", "\u00a0", part)
            part = re.sub(r"(?<=«)[ \u202f]|[ \u202f](?=»)", "\u00a0", part)
            part = re.sub(r"(?<=[\d}]) (?=(?:km|kg|g|m|h|%|€)(?!\w))", "\u00a0", part)
        parts[index] = part
    return "`".join(parts)


def _doubled(language: str) -> list[str]:
    written = [
        key
        for path in files(language)
        for key in re.findall(r'^msgid "(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    return [f"{key}: {times} times in {language}/" for key, times in Counter(written).items() if times > 1]


def _malformed(language: str, known: Texts) -> list[str]:
    found = []
    for key, forms in known.items():
        if not re.fullmatch(KEY, key):
            found.append(f"{key}: not a key (room.what) in {language}/")
        if not all(form.strip() for form in forms):
            found.append(f"{key}: empty in {language}/")
        if any(form != typographic(form, language) for form in forms):
            found.append(
                f"{key}: spaces or apostrophes in {language}/; run `python tools/translations.py sort`"
            )
        odd = sorted(name for name in placeholders(forms) if not name.isidentifier())
        found += [f"{key}: placeholder {name!r} in {language}/" for name in odd]
    return found


def _problems_incomplete(known: Texts) -> list[str]:
    """A problem has three sentences and one code, and a code one problem."""
    explained = {key[len("problem.") :].rpartition(".")[0] for key in known if key.startswith("problem.")}
    coded = [key for _, key in codes()]
    found = [f"{key}: no code in codes.txt" for key in sorted(explained - set(coded))]
    for what in (coded, [code for code, _ in codes()]):
        found += [f"{one}: {times} times in codes.txt" for one, times in Counter(what).items() if times > 1]
    found += [
        f"{code}: not FC- and four digits" for code, _ in codes() if not re.fullmatch(r"FC-\d{4}", code)
    ]
    for key in sorted(explained.union(coded)):
        found += [
            f"{name}: missing"
            for part in ("what", "why", "do")
            if (name := f"problem.{key}.{part}") not in known
        ]
    return found


def _missing(known: Texts) -> list[str]:
    """What code or pages ask for and no catalogue has, and placeholders that nobody fills."""
    found: dict[str, str] = {}
    for use in [*asked_in_code(ROOT), *asked_in_templates(ROOT)]:
        pattern = rf"problem\.({use.pattern})\.(?:what|why|do)" if use.problem else f"({use.pattern})"
        keys = {match[1]: key for key in known if (match := re.fullmatch(pattern, key))}
        forms = [form for key in known if re.fullmatch(pattern, key) for form in known[key]]
        if not keys:
            name = ("problem." if use.problem else "") + use.pattern.replace("\\", "")
            found.setdefault(f"{name}: missing", use.where)
        elif use.given is not None and len(keys) == 1 and (empty := placeholders(forms) - use.given):
            found[f"{next(iter(keys))}: nothing fills {', '.join(sorted(empty))}"] = use.where
    return sorted(f"{fault}, asked for at {where}" for fault, where in found.items())


def _key(id: str | list[str] | tuple[str, ...]) -> str:
    return id if isinstance(id, str) else id[0]


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str) or text is None else tuple(text)


def sort() -> None:
    """Rewrite the .po files and codes.txt in order.  Does nothing while a key stands twice."""
    if doubled := [fault for language in LANGUAGES for fault in _doubled(language)]:
        sys.exit("\n".join(doubled))
    for language in LANGUAGES:
        rooms: dict[str, list[str]] = {}
        for message in sorted((m for m in catalogue(language) if m.id), key=lambda m: _key(m.id)):
            rooms.setdefault(room(_key(message.id)), []).append(_written(message, language))
        for path in files(language):
            if path.stem not in rooms:
                path.unlink()
        for name, entries in rooms.items():
            path = LOCALE / language / f"{name}.po"
            path.write_text("\n".join([_HEADS[language], *entries]), encoding="utf-8")
    rows = "".join(f"{code} {key}\n" for code, key in sorted(codes()))
    (LOCALE / "codes.txt").write_text(rows, encoding="utf-8")


def _written(message: Message, language: str) -> str:
    forms = [normalize(typographic(form, language), width=0) for form in _forms(message.string)]
    lines = [*(f"# {comment}" for comment in message.user_comments), f'msgid "{_key(message.id)}"']
    if isinstance(message.id, str):
        lines.append(f"msgstr {forms[0]}")
    else:
        lines += [
            f'msgid_plural "{message.id[1]}"',
            *(f"msgstr[{i}] {form}" for i, form in enumerate(forms)),
        ]
    return "\n".join(lines) + "\n"


_HEADS = {
    language: f"""msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=({plural});\\n"
"""
    for language, plural in PLURALS.items()
}


def main(verb: str) -> None:
    if verb == "compile":
        for language in LANGUAGES:
            (LOCALE / f"{language}.mo").write_bytes(compiled(language))
    elif verb == "sort":
        sort()
    elif verb == "check":
        wrong = faults()
        wrong += [
            f"{one}.mo is older than the texts of {one}/; run `python tools/translations.py compile`"
            for one in stale()
        ]
        sys.exit("\n".join(wrong) if wrong else 0)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
