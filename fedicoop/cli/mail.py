"""`mail`: whether letters leave."""

import click

from fedicoop.cli import opening
from fedicoop.cli.command import Group, as_json
from fedicoop.cli.terminal import marked, one_line, show, show_json, show_step
from fedicoop.cli.words import language, n, t
from fedicoop.errors import Misconfigured, Misused


@click.group(cls=Group, examples=("fedicoop mail test lea@mail.example", "fedicoop mail test --help"))
def mail() -> None:
    pass


@mail.command(examples=("fedicoop mail test lea@mail.example", "fedicoop mail test lea@mail.example --json"))
@click.argument("address")
@as_json
def test(address: str, as_json: bool) -> None:
    told = opening.perform(_test(address))
    if as_json:
        return show_json(told)
    way = t(f"cli.mail.safety.{told['safety']}")
    show_step("✓", t("cli.mail.server"), f"{told['server']} ({way})")
    show_step("✓", t("cli.mail.from"), one_line(str(told["from"])))
    show_step("✓", t("cli.mail.answer"), one_line(str(told["answer"])))
    show(marked("✓", t("cli.mail.sent", address=address)))
    if told["waiting"]:
        show(marked("✓", n("cli.mail.waiting", int(str(told["waiting"])))))
    return None


async def _test(address: str) -> dict[str, object]:
    """Send a letter now, past the queue; if that works, what waited in the queue is tried now too."""
    from fedicoop.jobs import queue
    from fedicoop.mail import carrying
    from fedicoop.mail.letter import Letter
    from fedicoop.mail.letters import LANE
    from fedicoop.mail.writing import written
    from fedicoop.settings import ADDRESS

    if len(address) > 254 or not ADDRESS.fullmatch(address):
        raise Misused("mail.address", address, email=address)
    async with opening.opened() as node:
        server, sender = node.settings.mail_server, node.settings.letters_from
        if server is None:
            raise Misconfigured("mail.none")
        async with node.db.read() as tx:
            key, now, coop = f"test {tx.new_id()}", tx.now, await carrying.signature(tx, node)
        letter = Letter(key, address, language(), "test", {}, now, None, None, None)
        message = written(letter, origin=node.settings.origin, sender=sender, coop=coop)
        answer = await carrying.bring(node, address, message)
        async with node.db.write() as tx:
            waiting = await queue.retry_now(tx, LANE)
    return {
        "server": f"{server.host}:{server.port}",
        "safety": server.safety.value,
        "from": f"{sender[0] or coop} <{sender[1]}>",
        "to": address,
        "answer": answer,
        "waiting": waiting,
    }
