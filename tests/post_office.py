"""A mail server on this machine, which takes letters, or says what a test wants it to say."""

import asyncio
import logging
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from ssl import SSLContext

from aiosmtpd.smtp import SMTP, AuthResult

from tests.conftest import Instance


@dataclass
class PostOffice:
    """What it was given, and how it answers: `says["RCPT lea@mail.test"]`, "RCPT", "MAIL", "DATA", "AUTH"."""

    port: int = 0
    envelopes: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    accounts: list[tuple[str, str]] = field(default_factory=list)
    taken: Callable[[], object] = lambda: None

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(body, policy=policy.default) for _, _, body in self.envelopes]

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if letter["To"] == address]

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.says.get(f"RCPT {address}") or self.says.get("RCPT", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        answer = self.says.get("DATA", "250 taken")
        if answer.startswith("250"):
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
            self.taken()
        return answer

    def enter(self, server, session, envelope, mechanism, found) -> AuthResult:
        self.accounts.append((found.login.decode(), found.password.decode()))
        if "AUTH" in self.says:
            return AuthResult(success=False, handled=False, message=self.says["AUTH"])
        return AuthResult(success=True)


@asynccontextmanager
async def post_office(
    port: int = 0, *, tls: SSLContext | None = None, starttls: SSLContext | None = None, account: bool = False
) -> AsyncIterator[PostOffice]:
    """Open one; `tls` from the first byte, `starttls` where it is offered, `account` where it is wanted."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # its own, which names everybody
    office = PostOffice()

    def counter() -> SMTP:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # accounts without TLS
            return SMTP(
                office,
                hostname="localhost",
                tls_context=starttls,
                auth_required=account,
                auth_require_tls=starttls is not None,
                authenticator=office.enter if account else None,
            )

    server = await asyncio.get_running_loop().create_server(counter, "127.0.0.1", port, ssl=tls)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
        await asyncio.sleep(0)


def with_mail(instance: Instance, url: str, **more: object) -> None:
    """The operator sets mail up, and starts the house anew."""
    settings = replace(instance.node.settings, smtp_url=url, **more)
    instance.node = replace(instance.node, settings=settings)
    instance.app.state.node = instance.node
