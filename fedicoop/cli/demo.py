"""`demo`: two coops on this machine, and what passes between them."""

import asyncio
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedicoop import __version__, log
from fedicoop.cli.command import Command, option
from fedicoop.cli.terminal import marked, padded, show, tell
from fedicoop.cli.words import t

if TYPE_CHECKING:
    from fedicoop.demo.servers import Server
    from fedicoop.demo.stage import Stage


INTERRUPTED = 130


@click.command(cls=Command, examples=("fedicoop demo", "fedicoop demo --check"))
@option("--check", is_flag=True)
@option("--port", type=click.IntRange(1024, 65_534))
@option("--keep", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def demo(check: bool, port: int | None, keep: Path | None) -> int:
    log.configure("error")
    told = list[int]()
    try:
        return asyncio.run(_demo(check, port, keep, told))
    except asyncio.CancelledError:  # everything is put away by now
        return INTERRUPTED if signal.SIGINT in told else 0


async def _demo(check: bool, port: int | None, keep: Path | None, told: list[int]) -> int:
    from fedicoop.demo.stage import befriend, stage

    started = time.monotonic()
    _hear(told)
    show(t("cli.demo.title", version=__version__))
    tell(f"  {t('cli.demo.building')}")
    try:
        async with stage(keep, port) as there:
            for server in there.servers:
                _show_house(server)
            took = await befriend(there)
            offers = sum(server.house.coop.count("offer") for server in there.servers)
            needs = sum(server.house.coop.count("need") for server in there.servers)
            show(_line("✓", t("cli.demo.exchanged", offers=offers, needs=needs), took))
            if check:
                return await _check(there, started)
            show("\n  " + t("cli.demo.enter", address=f"{there.velo.house.origin}/entrer"))
            show(f"  {t('cli.demo.stop', keep=keep) if keep else t('cli.demo.stop_and_forget')}")
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        tell(f"\n  {t('cli.demo.kept', folder=keep) if keep else t('cli.demo.forgotten')}")
        raise
    return 0


def _hear(told: list[int]) -> None:
    """Ctrl-C, a closed terminal and SIGTERM end it in good order; what was heard is noted in `told`."""
    task = asyncio.current_task()
    assert task is not None

    def hear(number: int) -> None:
        if not told:  # once is enough: putting away takes a moment
            task.cancel()
        told.append(number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, hear, number)


def _show_house(server: "Server") -> None:
    coop = server.house.coop
    said = t("cli.demo.house", offers=coop.count("offer"), needs=coop.count("need"))
    show("  " + marked("✓", f"{padded(coop.name, 20)} {server.house.origin}   {said}"))


async def _check(there: "Stage", started: float) -> int:
    from fedicoop.demo.proving import STEPS, prove

    seen = 0
    async for proof in prove(there):
        text = t(f"cli.demo.proof.{proof.name}")
        show(_line("✓" if proof.seen else "✗", text, proof.seconds))
        if not proof.seen:
            tell(f"    {t('cli.why', why=proof.reason)}")
        seen += proof.seen
    total = f"{time.monotonic() - started:.0f}"
    show(f"\n  {t('cli.demo.sum', seen=seen, all=len(STEPS), seconds=total)}")
    return 0 if seen == len(STEPS) else 1


def _line(mark: str, text: str, seconds: float) -> str:
    return f"  {marked(mark, padded(text, 64))} {seconds:5.1f} s"
