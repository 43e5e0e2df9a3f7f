"""The door for mail servers: SMTP and LMTP on one port.

A mail is acknowledged once it is kept. Until then whoever brings it keeps it, and is told to come again.
"""

import asyncio
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax
from flask import Flask

from portal.db import db
from portal.inbound.receiving import receive
from portal.mail.addresses import told_by

log = structlog.get_logger(__name__)

RECIPIENTS_MOST = 20
COME_AGAIN = "451 4.3.0 Not kept at the moment, please try again later"
NOBODY = "550 5.1.1 No such address here"
ONE_AT_A_TIME = "452 4.5.3 One address at a time, please"


class Door(SMTP):
    """Speaks SMTP and LMTP: whoever greets with LHLO gets LMTP."""

    # Beyond it a mail is refused. The standard's 1,000 characters are kept by few.
    line_length_limit = 2**20
    speaks_lmtp = False

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, hostname: str) -> None:
        """LMTP's greeting."""
        await self.smtp_EHLO(hostname)
        self.speaks_lmtp = True


class Taking:
    """Decides who is written to here, and keeps what comes."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    async def handle_RCPT(
        self, server: Door, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take one of our own addresses, whatever it tells; refuse any other."""
        with self.app.app_context():
            if told_by(address) is None:
                return NOBODY
        # LMTP wants an answer for each address after the mail; with one address there is one answer.
        most = 1 if server.speaks_lmtp else RECIPIENTS_MOST
        if len(envelope.rcpt_tos) >= most:
            return ONE_AT_A_TIME
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep a mail, and say so only then."""
        try:
            mail_id = await asyncio.to_thread(self._keep, envelope)
        except Exception as error:
            # Whatever it was: the mail is still with whoever brought it, and must not be sent back.
            log.exception("mail_not_kept", error=repr(error))
            return COME_AGAIN
        return f"250 2.6.0 Kept as {mail_id}"

    def _keep(self, envelope: Envelope) -> int:
        content: Any = envelope.content
        with self.app.app_context():
            try:
                return receive(
                    content,
                    door="smtp",
                    envelope_from=envelope.mail_from or "",
                    envelope_to=envelope.rcpt_tos,
                )
            finally:
                db.session.remove()


async def serve(app: Flask, host: str, port: int) -> None:
    """Take mail until cancelled. Raises OSError where nobody can listen there."""
    settings = app.extensions["settings"]
    taking = Taking(app)

    def session() -> Door:
        return Door(
            taking, data_size_limit=settings.inbound_max_bytes, enable_SMTPUTF8=True, ident="Support portal",
            hostname=settings.mail_from.rpartition("@")[2],
        )  # fmt: skip

    server = await asyncio.get_running_loop().create_server(session, host, port)
    async with server:
        await server.serve_forever()
