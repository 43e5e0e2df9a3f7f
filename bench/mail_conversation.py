"""A conversation of ten messages by mail alone, between real mail servers: the customer never opens the page.

    .venv/bin/python -m bench.mail_conversation

The customer's five mails are laid into a mailbox of Dovecot by LMTP, from where the portal fetches them by
IMAP; the five of support come to the portal's own door by LMTP. What the portal sends goes to a mail server on
this machine. Each answers as a mail program does: to the Reply-To, naming the Message-ID, with the mail that it
answers quoted below. Without Dovecot the customer's mails come to the portal's door as well, and that is said.
"""

import smtplib
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from email.utils import make_msgid, parseaddr
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from bench.mailboxes import Mailbox, dovecot, is_installed
from bench.stage import HOST, Stage, free_port, stage
from portal import create_app
from portal.config import load_settings
from portal.db import db
from tests.mail_server import MailServer

ADDRESS = "support@conf.example"
CUSTOMER, AGENT = "contact@people.example", "agent@people.example"
PATIENCE_SECONDS = 30
LOOK_EVERY_SECONDS = 0.05
SAID = (
    "Our badges print in one column. How do we get two?",
    "Which paper do you use?",
    "A4, with two labels side by side.",
    "Choose the layout with two columns under Print.",
    "I do not find it.",
    "It appears once the paper is set to labels.",
    "Found it! Now the names are cut off.",
    "Set the type two points smaller in the same place.",
    "That did it. Does it stay for the next print?",
    "It does, for this event.",
)


def main() -> None:
    """Hold the conversation and print a table of it."""
    with ExitStack() as held:
        mail_server = MailServer()
        folder = Path(held.enter_context(TemporaryDirectory(prefix="portal-mailbox-")))
        box = held.enter_context(dovecot(folder)) if is_installed() else None
        door = free_port()
        at = held.enter_context(stage(**_settings(mail_server.port, door, box)))
        _people(at)
        held.enter_context(at.working(_door, "mail door"))
        held.enter_context(at.working(_worker, "worker"))
        held.enter_context(mail_server)
        rows = _talk(at, mail_server, door, box)
        _report(at, rows, box)


def _settings(smtp: int, door: int, box: Mailbox | None) -> dict[str, object]:
    told: dict[str, object] = {
        "PORTAL_MAIL_HOST": HOST, "PORTAL_MAIL_PORT": smtp, "PORTAL_INBOUND_ADDRESS": ADDRESS,
        "PORTAL_INBOUND_PORT": door, "PORTAL_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    if box is not None:
        told |= {"PORTAL_IMAP_HOST": HOST, "PORTAL_IMAP_PORT": box.imap, "PORTAL_IMAP_TLS": "false"}
        told |= {"PORTAL_IMAP_USERNAME": "support", "PORTAL_IMAP_PASSWORD": box.password}
    return told


def _people(at: Stage) -> None:
    from tests.people import settle

    with _portal(at):
        settle()


@contextmanager
def _portal(at: Stage) -> Iterator[None]:
    with create_app(load_settings(at.environment)).app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def _talk(at: Stage, mails: MailServer, door: int, box: Mailbox | None) -> list[tuple[str, str, float]]:
    rows, answered = [], None
    for number, said in enumerate(SAID):
        by_customer = number % 2 == 0
        sender, reader = (CUSTOMER, AGENT) if by_customer else (AGENT, CUSTOMER)
        letter, to = _letter(sender, said, answered)
        started, seen = time.monotonic(), len(mails.received)
        if by_customer and box is not None:
            _send(box.lmtp, sender, "support@conf.example", letter)
            _fetch(at)
        else:
            _send(door, sender, to, letter)
        answered = _arrived(mails, reader, said, seen)
        rows.append((said, "IMAP" if by_customer and box else "LMTP", time.monotonic() - started))
    return rows


def _letter(sender: str, said: str, answered: EmailMessage | None) -> tuple[bytes, str]:
    letter = EmailMessage()
    to = parseaddr(str(answered["Reply-To"]))[1] if answered else ADDRESS
    letter["From"], letter["To"], letter["Message-ID"] = sender, to, make_msgid(domain="home.example")
    letter["Subject"] = f"Re: {answered['Subject']}" if answered else "Badges in two columns"
    below = ""
    if answered is not None:
        letter["In-Reply-To"] = letter["References"] = str(answered["Message-ID"])
        part = answered.get_body(("plain",))
        quoted = str(part.get_content() if part else "").splitlines()
        when = "On Mon, 1 Jun 2026 at 16:05, Conference Tracker Support <support@conf.example> wrote:"
        below = f"\n\n{when}\n\n" + "\n".join(f"> {line}" for line in quoted)
    letter.set_content(said + below)
    return letter.as_bytes(), to


def _send(port: int, sender: str, to: str, letter: bytes) -> None:
    with smtplib.LMTP(HOST, port) as client:
        client.sendmail(sender, [to], letter)


def _fetch(at: Stage) -> None:
    """Ask for what the worker does by itself each minute."""
    from portal.jobs.queue import enqueue

    with _portal(at):
        enqueue("fetch_mail", queue="mail")
        db.session.commit()


def _arrived(mails: MailServer, reader: str, said: str, seen: int) -> EmailMessage:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for mail in list(mails.received)[seen:]:
            part = mail.get_body(("plain",))
            if str(mail["To"]) == reader and part and f"> {said}" in str(part.get_content()):
                return mail
        time.sleep(LOOK_EVERY_SECONDS)
    raise SystemExit(f"{reader} did not get {said!r} in {PATIENCE_SECONDS} s.")


def _report(at: Stage, rows: list[tuple[str, str, float]], box: Mailbox | None) -> None:
    with psycopg.connect(at.database_url) as connection:
        turns = connection.execute(
            "SELECT body, from_staff, ticket_id FROM ticket_message ORDER BY id"
        ).fetchall()
        sessions = _one(connection, "SELECT count(*) FROM session")
        waiting = _one(connection, "SELECT count(*) FROM inbound_mail WHERE state != 'filed'")
    if [(body, staff) for body, staff, _ in turns] != [(said, n % 2 == 1) for n, said in enumerate(SAID)]:
        raise SystemExit(f"The ticket does not say what was said: {turns}")
    if len({ticket for *_, ticket in turns}) != 1 or sessions or waiting:
        raise SystemExit(f"{sessions} sign-ins, {waiting} mails not filed, tickets {turns}")
    print("| said | by | seconds until the other side had it |\n|---|---|---|")
    for said, door, seconds in rows:
        print(f"| {said} | {door} | {seconds:.1f} |")
    print("One ticket, ten turns, word for word and each once; nobody signed in.")
    if box is None:
        print("Dovecot is not installed here: the customer's mails came to the portal's own door.")


def _one(connection: psycopg.Connection[Any], question: str) -> int:
    row = connection.execute(question.encode()).fetchone()
    return int(row[0]) if row else 0


def _worker() -> None:
    from portal.cli import worker

    worker.run()


def _door() -> None:
    from portal.cli import mail_in

    mail_in.run()


if __name__ == "__main__":
    main()
