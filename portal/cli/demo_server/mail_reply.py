"""Answers a caught mail as its reader's mail program would: to the Reply-To, with the mail quoted below."""

import smtplib
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr

HOST = "127.0.0.1"
PATIENCE_SECONDS = 10


def can_be_answered(mail: EmailMessage) -> bool:
    """Whether the mail names an address for answers."""
    return bool(parseaddr(str(mail["Reply-To"] or ""))[1])


def reply_to(mail: EmailMessage, said: str, below: str, port: int) -> None:
    """Send `said` from the mail's reader to the door on `port`. Raises OSError or SMTPException."""
    answer = EmailMessage()
    answer["From"], answer["To"] = str(mail["To"]), str(mail["Reply-To"])
    answer["Subject"] = f"Re: {mail['Subject']}"
    answer["Date"], answer["Message-ID"] = formatdate(), make_msgid(domain="mail-program.example")
    if mail["Message-ID"]:
        answer["In-Reply-To"] = answer["References"] = str(mail["Message-ID"])
    quoted = "\n".join(f"> {line}" for line in below.splitlines())
    answer.set_content(f"{said}\n\nOn {mail['Date']}, {mail['From']} wrote:\n\n{quoted}\n")
    with smtplib.SMTP(HOST, port, timeout=PATIENCE_SECONDS) as door:
        door.send_message(answer, parseaddr(str(mail["To"]))[1], [parseaddr(str(mail["Reply-To"]))[1]])
