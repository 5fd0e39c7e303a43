"""What a closed house said is hidden everywhere here, and shown again once it is opened."""

from collections.abc import Iterable, Sequence

from fedicoop.db import Tx
from fedicoop.enquiries.enquiry import Message
from fedicoop.peers import policies
from fedicoop.peers.peer import Policy
from fedicoop.vocabulary.hosts import normal_host


async def closed(tx: Tx, actor_ids: Iterable[str]) -> set[str]:
    """Those of these actors whose house is closed here."""
    hosts = {id: normal_host(id) for id in set(actor_ids) if id}
    found = await policies.policies(tx, set(hosts.values())) if hosts else {}
    return {id for id, host in hosts.items() if found[host] is Policy.CLOSED}


async def heard(tx: Tx, said: Sequence[Message]) -> list[Message]:
    """These without what closed houses said."""
    hidden = await closed(tx, [one.actor_id for one in said if not one.local])
    return [one for one in said if one.local or one.actor_id not in hidden]
