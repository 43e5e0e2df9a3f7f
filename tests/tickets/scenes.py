"""Tickets and files to test with."""

import io
import struct
import zipfile
import zlib
from typing import Any
from uuid import uuid4

from portal.db import db
from portal.tickets import service
from portal.tickets.models import Message, Ticket
from portal.tickets.queries import last_message_id
from tests.people import World


def asked(world: World, who: str = "contact", **changes: Any) -> Ticket:
    """A ticket opened by a contact of the congress."""
    values: dict[str, Any] = {
        "topic": "how_to", "subject": "Badges in two columns", "body": "How do I print them?",
        "form_key": str(uuid4()),
    }  # fmt: skip
    event = changes.pop("event", world.congress)
    return service.open_ticket(world.actor(who), event.id, **values | changes)


def replied(world: World, ticket: Ticket, who: str, body: str = "Another thing.", **changes: Any) -> Message:
    """A turn by `who`, written in view of everything before it."""
    values: dict[str, Any] = {"form_key": str(uuid4()), "seen": last_message_id(world.actor(who), ticket)}
    return service.reply_to_ticket(world.actor(who), ticket.id, body=body, **values | changes)


def closed(world: World, ticket: Ticket, who: str = "agent") -> Ticket:
    """The ticket, closed by `who`."""
    return service.close_ticket(world.actor(who), ticket.id, seen=last_message_id(world.actor(who), ticket))


def as_stored(ticket: Ticket) -> Ticket:
    """The ticket as the database has it now."""
    db.session.rollback()
    db.session.remove()
    return db.session.get_one(Ticket, ticket.id)


def png(extra: bytes = b"") -> bytes:
    """A picture of one pixel; `extra` stands in a comment inside it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    comment = chunk(b"tEXt", b"Comment\x00" + extra) if extra else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + comment
        + chunk(b"IDAT", zlib.compress(b"\x00\x00"))
        + chunk(b"IEND", b"")
    )


def pdf(inside: bytes = b"") -> bytes:
    """A small PDF."""
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
        + inside
        + b"\ntrailer << /Root 1 0 R >>\n%%EOF\n"
    )


def archive(*parts: str, content: bytes = b"<x/>", stored: str = "") -> bytes:
    """A zip of `parts`; `stored` is the content of a first, uncompressed entry named mimetype."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        if stored:
            made.writestr(zipfile.ZipInfo("mimetype"), stored)
        for part in parts:
            made.writestr(zipfile.ZipInfo(part), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def docx(*more: str, content: bytes = b"<x/>") -> bytes:
    """A Word document, as far as its archive tells."""
    return archive("[Content_Types].xml", "word/document.xml", *more, content=content)
