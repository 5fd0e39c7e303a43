"""`keys`: new keys where the old ones may have been seen."""

import click

from fedicoop.cli import opening
from fedicoop.cli.command import Group, as_json, option
from fedicoop.cli.terminal import marked, show, show_json, tell
from fedicoop.cli.words import t
from fedicoop.errors import NotFound


@click.group(cls=Group, examples=("fedicoop keys rotate", "fedicoop keys rotate --actor velo --json"))
def keys() -> None:
    pass


@keys.command(
    examples=("fedicoop keys rotate --data-dir /var/lib/fedicoop", "fedicoop keys rotate --actor camille")
)
@option("--actor", metavar="HANDLE")
@as_json
def rotate(actor: str | None, as_json: bool) -> None:
    name, key_ids = opening.perform(_rotate(actor))
    if as_json:
        return show_json({"actor": name, "keys": key_ids})
    show(marked("✓", t("cli.keys.rotated", name=name)))
    return tell(f"  {t('cli.keys.told')}")


async def _rotate(handle: str | None) -> tuple[str, list[str]]:
    """New keys and the news of them in one commit; the Update is already signed with the new key.

    Peers that verify it ask for our document once more, as all of them do for a key that fails.
    """
    from fedicoop import access
    from fedicoop.access import Act, OfCoop, operator
    from fedicoop.actors import keyring, store
    from fedicoop.outbox import profile, proving

    pair = await keyring.make()
    async with opening.opened() as node:
        async with node.db.write() as tx:
            if handle is None:
                found = await opening.our_coop(tx)
            elif (named := await store.find_local(tx, handle.removeprefix("@").partition("@")[0])) is None:
                raise NotFound("cli.no_such_actor", handle, handle=handle)
            else:
                found = named
            access.require(operator(found.id), Act.KEYS_ROTATE, OfCoop(found.id))
            await keyring.put(tx, found.id, pair)
            await proving.prove_again(tx, found.id)
            fresh = await profile.tell(tx, found.id)
        if not opening.runs(node.settings):
            await opening.carry(node)
    return opening.name_of(fresh), [key.id for key in fresh.keys]
