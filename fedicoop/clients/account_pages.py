"""Accounts: oneself, others, and what is between both."""

from starlette.responses import Response

from fedicoop.clients import accounts
from fedicoop.clients.answering import told
from fedicoop.clients.doors import Call, Door, at


async def oneself(call: Call) -> Response:
    """For whom the token speaks: the first thing that every client asks."""
    async with call.node.db.read() as tx:
        return told(await accounts.own(tx, call.origin, call.member))


routes = [
    at("/api/v1/accounts/verify_credentials", GET=Door(oneself, "read:me")),
]
