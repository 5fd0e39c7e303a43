"""The way out for letters: to the one mail server of the settings, and to no other.

Addresses of recipients choose no host here: where the letter goes from there is that server's matter.
Like every way out, this one is shut inside a transaction.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from socket import gaierror
from typing import TYPE_CHECKING, Any

from fedicoop.db import inside
from fedicoop.errors import Problem, Refused, Unavailable, Unreachable
from fedicoop.outward.trust import trusted_certificates
from fedicoop.settings import MailServer, Safety

if TYPE_CHECKING:  # imported with the first letter
    from aiosmtplib import SMTP

DEADLINE = 120.0  # seconds for a whole letter
_STEP = 30.0  # seconds for one answer
_LONGEST_ANSWER = 200


async def hand_in(
    server: MailServer, sender: str, to: str, letter: bytes, *, ourselves: str, ca_file: str | None
) -> str:
    """Hand a letter to the mail server, and answer its words when it has taken it (250).

    `ourselves` is the name that we greet with.  Raises Unreachable where the server or our account is
    the matter (`mail.name_unknown`, `.silent`, `.tls`, `.no_starttls`, `.account`, `.sender_refused`,
    `.busy`, `.odd`): another letter would fare the same.  Unavailable `mail.later` where this letter
    may be taken another time; Refused `mail.recipient_refused` or `.letter_refused` where it never will.
    """
    if inside.get():
        raise RuntimeError(f"no network inside a transaction: mail to {server.host}")
    try:
        async with asyncio.timeout(DEADLINE), _connected(server, ourselves, ca_file) as smtp:
            _, answer = await smtp.sendmail(sender, [to], letter)
    except Problem:
        raise
    except Exception as error:
        if problem := _as_problem(error, server, sender, to):
            raise problem from None  # what the library says may name the member's address
        raise
    return _plain(answer, to)


async def knock(server: MailServer, *, ourselves: str, ca_file: str | None) -> None:
    """Only say who we are, and leave again.  Raises Unreachable as `hand_in` does."""
    if inside.get():
        raise RuntimeError(f"no network inside a transaction: mail to {server.host}")
    try:
        async with asyncio.timeout(_STEP), _connected(server, ourselves, ca_file):
            pass
    except Problem:
        raise
    except Exception as error:
        if problem := _as_problem(error, server, "", ""):
            raise problem from None
        raise


@asynccontextmanager
async def _connected(server: MailServer, ourselves: str, ca_file: str | None) -> AsyncIterator["SMTP"]:
    """A connection as safe as the settings say, on which we have said who we are."""
    from aiosmtplib import SMTP

    smtp = SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.safety is Safety.TLS,
        start_tls=False,  # asked for below, where we see whether it is offered
        local_hostname=ourselves,
        tls_context=None if server.safety is Safety.PLAIN else trusted_certificates(ca_file),
        timeout=_STEP,
    )
    try:
        await smtp.connect()
        await smtp.ehlo()
        await _close_the_way(smtp, server)
        if server.user:
            if not smtp.supports_extension("auth"):
                raise Unreachable("mail.account", answer="no AUTH", **_named(server))
            await smtp.login(server.user.encode(), server.password.encode())
        yield smtp
        with suppress(Exception):  # it has the letter: how it says good-bye is all one
            await smtp.quit(timeout=2)
    finally:
        smtp.close()


async def _close_the_way(smtp: "SMTP", server: MailServer) -> None:
    if server.safety not in (Safety.STARTTLS, Safety.OFFERED):
        return
    if smtp.supports_extension("starttls"):
        await smtp.starttls()
        await smtp.ehlo()
    elif server.safety is Safety.STARTTLS:
        raise Unreachable("mail.no_starttls", **_named(server))


def _as_problem(error: Exception, server: MailServer, sender: str, to: str) -> Problem | None:
    """What went wrong, said in our words; None if it is a mistake of ours."""
    import aiosmtplib as smtp

    named = _named(server)
    match error:
        case smtp.SMTPRecipientsRefused():
            first = error.recipients[0]
            said = {"answer": _plain(f"{first.code} {first.message}", to), **named}
            return _about_the_letter(first.code, "mail.recipient_refused", said)
        case smtp.SMTPDataError():
            said = {"answer": _plain(f"{error.code} {error.message}", to), **named}
            return _about_the_letter(error.code, "mail.letter_refused", said)
        case smtp.SMTPResponseException():
            said = {"answer": _plain(f"{error.code} {error.message}", to), **named}
            if 400 <= error.code < 500:
                return Unreachable("mail.busy", **said)
            if isinstance(error, smtp.SMTPAuthenticationError):
                return Unreachable("mail.account", **said)
            if isinstance(error, smtp.SMTPSenderRefused):
                return Unreachable("mail.sender_refused", sender=sender, **said)
            return Unreachable("mail.odd", **said)
    return _on_the_way(error, server)


def _about_the_letter(code: int, final: str, said: dict[str, Any]) -> Problem:
    if code == 421:  # "Service not available, closing transmission channel" (RFC 5321, section 4.2.2)
        return Unreachable("mail.busy", **said)
    return Refused(final, **said) if code >= 500 else Unavailable("mail.later", **said)


def _on_the_way(error: Exception, server: MailServer) -> Problem | None:
    import aiosmtplib as smtp

    named, causes = _named(server), list(_chain(error))
    if any(isinstance(cause, gaierror) for cause in causes):
        return Unreachable("mail.name_unknown", **named)
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or str(cause)
            return Unreachable("mail.tls", reason=_plain(reason), **named)
    if isinstance(error, TimeoutError | smtp.SMTPTimeoutError | smtp.SMTPConnectError | OSError):
        return Unreachable("mail.silent", type(error).__name__, **named)
    if isinstance(error, smtp.SMTPException):
        return Unreachable("mail.odd", answer=_plain(str(error)), **named)
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _named(server: MailServer) -> dict[str, Any]:
    return {"server": f"{server.host}:{server.port}"}


def _plain(answer: str, to: str = "") -> str:
    """A server's words on one line, without the member's address: they are logged, and shown to operators."""
    words = re.sub(r"[^\x20-\x7e\xa0-\uffff]+", " ", answer)
    return (words.replace(to, "…") if to else words).strip()[:_LONGEST_ANSWER]
