"""`member`: the people of a coop."""

from typing import TYPE_CHECKING

import click

from fedicoop.cli import member_doors, opening
from fedicoop.cli.command import Group, as_json, coop_option, option
from fedicoop.cli.terminal import marked, one_line, show, show_json, show_table
from fedicoop.cli.words import t

if TYPE_CHECKING:
    from fedicoop.access import Member


@click.group(
    cls=Group,
    examples=(
        "fedicoop member add --handle camille --name Camille --role admin",
        "fedicoop member list --json",
    ),
)
def member() -> None:
    pass


@member.command(
    examples=(
        "fedicoop member add --handle camille --name Camille --email camille@mail.example --role steward",
        "fedicoop member add --handle karim --name Karim --json",
    )
)
@option("--handle", required=True)
@option("--name", required=True)
@option("--email")
@option("--role", type=click.Choice(("member", "steward", "admin")), default="member")
@coop_option
@as_json
def add(handle: str, name: str, email: str | None, role: str, coop: str | None, as_json: bool) -> None:
    from fedicoop.desk.answers import checked_name

    found = opening.perform(_add(handle, checked_name(name), email, role, coop))
    if as_json:
        return show_json(_told(found))
    role_said = t(f"cli.member.role.{found.role}")
    return show(
        marked("✓", t("cli.member.added", name=one_line(found.name), handle=found.handle, role=role_said))
    )


async def _add(handle: str, name: str, email: str | None, role: str, coop: str | None) -> "Member":
    from fedicoop.access import Role
    from fedicoop.actors import keyring
    from fedicoop.actors.addresses import checked_handle
    from fedicoop.members import actions

    checked_handle(handle)
    pair = await keyring.make()
    async with opening.opened() as node, node.db.write() as tx:
        who = await opening.acting(tx, await opening.our_coop(tx, coop))
        return await actions.add(
            tx, who, node.settings.origin, handle=handle, name=name, pair=pair, email=email, role=Role(role)
        )


def _told(one: "Member") -> dict[str, str | None]:
    told = {"id": one.id, "handle": one.handle, "name": one.name, "role": str(one.role)}
    return told | {"actor": one.actor_id, "coop": one.coop_id}


@member.command("list", examples=("fedicoop member list", "fedicoop member list --coop velo --json"))
@coop_option
@as_json
def list_(coop: str | None, as_json: bool) -> None:
    found = opening.perform(_list(coop))
    if as_json:
        return show_json([_told(one) for one in found])
    if not found:
        return show(t("cli.member.none", command="fedicoop member add --handle camille --name Camille"))
    heads = [t(f"cli.member.head.{head}") for head in ("handle", "role", "name")]
    return show_table([(one.handle, t(f"cli.member.role.{one.role}"), one.name) for one in found], heads)


async def _list(coop: str | None) -> "list[Member]":
    from fedicoop.members import store

    async with opening.opened() as node, node.db.read() as tx:
        return await store.of_coop(tx, (await opening.our_coop(tx, coop)).id)


for _command in (
    member_doors.invite,
    member_doors.suspend,
    member_doors.restore,
    member_doors.password,
    member_doors.link,
):
    member.add_command(_command)
