"""A member's archive: a ZIP of what they wrote, as JSON for programs, as tables for people, with photos."""

import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

from fedicoop.members.keeping import Rows
from fedicoop.web.cells import write_table

FORMAT = "fedicoop-member/1"
"""Name and version; a version that reads otherwise gets another number."""

_IN_MEMORY = 2_000_000  # bytes; beyond that the archive is written to a file without a name
_PIECE = 65_536


def build(tables: Mapping[str, Rows], photos: Iterable[Path], words: str, said: dict[str, str]) -> IO[bytes]:
    """The archive, to be read from its beginning.  Slow: for a thread.

    `words` is the text to read first; `said` stands at the head of the JSON.
    """
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - whoever reads it closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("LISEZ-MOI.txt", words)
        document = {"format": FORMAT, **said, **tables}
        archive.writestr("data.json", json.dumps(document, ensure_ascii=False, indent=1))
        for name, rows in tables.items():
            heads = [*dict.fromkeys(key for row in rows for key in row)]
            archive.writestr(f"{name}.csv", write_table(heads, rows))
        for photo in sorted({*photos}):
            if photo.is_file():
                archive.write(photo, f"photos/{photo.name}", zipfile.ZIP_STORED)
    file.seek(0)
    return file


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The archive as it goes out."""
    with file:
        while piece := file.read(_PIECE):
            yield piece
