"""Mails as people and machines send them."""

from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

from portal.db import db
from portal.inbound.filing import file_mail
from portal.inbound.models import InboundMail
from portal.inbound.receiving import receive
from tests.inbound.conftest import ADDRESS


def letter(
    sender: str, text: str = "Please help.", *, to: str = ADDRESS, subject: str = "Badges", **headers: Any
) -> bytes:
    """A mail; further headers by name, with underscores for hyphens. None leaves a header out."""
    message = EmailMessage()
    told = {"Subject": subject, "From": sender, "To": to, "Message-ID": make_msgid(domain="home.example")}
    named = {name.replace("_", "-"): value for name, value in headers.items() if name != "files"}
    for name, value in {**told, **named}.items():
        if value is not None:
            message[name] = value
    message.set_content(text)
    for name, content in headers.get("files", {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def brought(raw: bytes, *, to: str = ADDRESS, sender: str | None = None, door: str = "smtp") -> int:
    """Hand a mail to the portal as a mail server does; its key. `sender` is that of the envelope."""
    written = raw.split(b"\nFrom: ", 1)[-1].split(b"\n", 1)[0].decode(errors="replace").strip()
    address = written.rpartition("<")[2].strip("<>") if sender is None else sender
    return receive(raw, door=door, envelope_from=address, envelope_to=[to])


def stored(mail_id: int) -> InboundMail:
    """The mail as the database has it now."""
    db.session.rollback()
    db.session.remove()
    return db.session.get_one(InboundMail, mail_id)


def filed(raw: bytes, **options: Any) -> InboundMail:
    """The mail, brought and worked on."""
    mail_id = brought(raw, **options)
    file_mail(mail_id)
    return stored(mail_id)
