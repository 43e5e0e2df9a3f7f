"""Writing mail that came in and belongs to no ticket, in each of the states that staff meet."""

import hashlib
import tomllib
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from importlib.resources import files
from typing import Any

from portal.demo.frame import Frame, note
from portal.inbound.models import InboundMail
from portal.tickets.storage import store

INBOX = "support@conference-tracker.example"
READ_AFTER = timedelta(seconds=2)
DECIDED_AFTER = timedelta(hours=1)


def write_mails(frame: Frame) -> None:
    """Keep each mail in the portal's store, and write its row."""
    file = files("portal.demo") / "mail.toml"
    mails = tomllib.loads(file.read_text(encoding="utf-8"))["mail"]
    for number, row in enumerate(sorted(mails, key=lambda row: -row["hours_ago"]), start=1):
        _write(frame, number, row)


def _write(frame: Frame, number: int, row: dict[str, Any]) -> None:
    at, text = frame.now - timedelta(hours=row["hours_ago"]), row["text"].strip()
    message_id = f"<demo-{number}@mail-program.example>"
    raw = _original(row, text, message_id, format_datetime(at))
    person, agent = frame.people.get(row["sender"]), frame.team.agents[0]
    decided = at + DECIDED_AFTER if "put_away" in row else None
    key = frame.rows.add(
        InboundMail, door="smtp", envelope_from=row["sender"], envelope_to=[INBOX], storage_name=store().put(raw),
        size=len(raw), sha256=hashlib.sha256(raw).hexdigest(), received_at=at, received_on=at.date(),
        state=row["state"], reason=row["reason"], message_id=message_id, sender=row["sender"],
        sender_name=row.get("name", ""), subject=row["subject"], body=text, notes=row.get("notes", []),
        files=row.get("files", []), person_id=person and person.id, settled_at=decided or at + READ_AFTER,
        decided_at=decided, decided_by_id=agent.id if decided else None, decision_reason=row.get("put_away", ""),
    )  # fmt: skip
    first = "quarantined" if decided else row["state"]
    told = {"reason": row["reason"], "sender": row["sender"]}
    note(frame, at + READ_AFTER, None, f"mail.{first}", InboundMail, key, after=told)
    if decided:
        note(frame, decided, agent, "mail.discarded", InboundMail, key, after={"reason": row["put_away"]})


def _original(row: dict[str, Any], text: str, message_id: str, date: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = formataddr((row.get("name", ""), row["sender"])), INBOX
    mail["Subject"], mail["Date"], mail["Message-ID"] = row["subject"], date, message_id
    mail.set_content(text)
    return mail.as_bytes()
