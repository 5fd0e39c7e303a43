"""A copy of a PostgreSQL database, made by its own `pg_dump`: the way back from a migration."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from fedicoop.db.backup import arriving
from fedicoop.errors import Unavailable


async def dump(url: str, target: Path) -> Path:
    """Copy the database at `url` to the new file `target`, as it stands at one moment; `target`.

    Others go on meanwhile.  It is pg_dump's own format (compressed; `pg_restore` reads it), readable for
    its owner alone, and has another name until it is whole and on the disk.  Raises
    Conflict("storage.backup_exists") and Unavailable: "storage.no_pg_dump", "storage.not_dumped".
    """
    with arriving(target) as partial:
        await _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={partial}")
    return target


async def _run(program: str, url: str, *words: str) -> None:
    """The password goes by a file of ours: anybody on the machine may read a command line."""
    found = shutil.which(program)
    if found is None:
        raise Unavailable("storage.no_pg_dump", program, program=program)
    with tempfile.TemporaryDirectory(prefix="fedicoop-") as private:
        address = _without_password(url, Path(private) / "password")
        process = await asyncio.create_subprocess_exec(
            found, f"--dbname={address}", *words, stderr=asyncio.subprocess.PIPE
        )
        try:
            _, said = await process.communicate()
        except BaseException:
            process.kill()
            await process.wait()
            raise
    if process.returncode:
        last = said.decode(errors="replace").strip().splitlines()
        answer = last[0][:300] if last else str(process.returncode)
        raise Unavailable("storage.not_dumped", " ".join(last)[:500], program=program, answer=answer)


def _without_password(url: str, file: Path) -> str:
    """The address without its password, which stands in a file for libpq instead
    (https://www.postgresql.org/docs/15/libpq-pgpass.html)."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    said = conninfo_to_dict(url)
    if secret := said.pop("password", None):
        escaped = str(secret).replace("\\", "\\\\").replace(":", "\\:")
        file.touch(0o600)
        file.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
        said["passfile"] = str(file)
    return make_conninfo("", **said)
