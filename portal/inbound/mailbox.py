"""Fetching mail from a mailbox by IMAP.

A mail is marked as read, or moved away, only once it is kept. Should that fail it is fetched again, and known
by its place in the mailbox.
"""

import ssl
from contextlib import suppress

import structlog
from flask import current_app
from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags

from portal.config import Settings
from portal.db import in_transaction
from portal.inbound import reasons
from portal.inbound.outcome import mark_settled
from portal.inbound.parsed import ParsedMail
from portal.inbound.receiving import receive
from portal.inbound.recognising import Recognised
from portal.inbound.sandbox import read_mail

log = structlog.get_logger(__name__)

AT_A_TIME = 50


def fetch() -> int:
    """Take in what is new in the mailbox that the settings name, at most 50 at a time; how many that was.

    Nothing happens where no mailbox is set. Raises OSError or imap-tools' errors where it cannot be reached.
    """
    settings: Settings = current_app.extensions["settings"]
    if not settings.imap_host:
        return 0
    box = _connection(settings, settings.imap_host)
    try:
        return _take_new(box, settings)
    finally:
        # A server that hung up leaves its connection to us, and leaving politely would fail.
        with suppress(OSError):
            box.client.shutdown()


def _take_new(box: BaseMailBox, settings: Settings) -> int:
    password = settings.imap_password.get_secret_value() if settings.imap_password else ""
    with box.login(settings.imap_username or "", password, settings.imap_folder):
        place = f"{settings.imap_host}/{settings.imap_folder}/{_validity(box, settings.imap_folder)}"
        uids = box.uids(AND(seen=False))[:AT_A_TIME]
        for uid in uids:
            _take(box, uid, f"{place}/{uid}", settings)
    return len(uids)


def _connection(settings: Settings, host: str) -> BaseMailBox:
    patience = settings.mail_timeout_seconds
    if settings.imap_tls:
        # Without a context of ours the standard library would not check whose certificate it is.
        context = ssl.create_default_context()
        return MailBox(host, settings.imap_port, timeout=patience, ssl_context=context)
    return MailBoxUnencrypted(host, settings.imap_port, timeout=patience)


def _validity(box: BaseMailBox, folder: str) -> int:
    # When the mailbox is made anew its numbers begin again, and mean other mails.
    return box.folder.status(folder, ["UIDVALIDITY"])["UIDVALIDITY"]


def _take(box: BaseMailBox, uid: str, place: str, settings: Settings) -> None:
    if _size(box, uid) > settings.inbound_max_bytes:
        _note_too_large(_part(box, uid, "BODY.PEEK[HEADER]"), place)
    else:
        receive(_part(box, uid, "BODY.PEEK[]"), door="imap", source_key=place)
    if settings.imap_done_folder:
        box.move(uid, settings.imap_done_folder)
    else:
        box.flag(uid, MailMessageFlags.SEEN, value=True)


def _size(box: BaseMailBox, uid: str) -> int:
    told = box.client.uid("FETCH", uid, "(RFC822.SIZE)")[1]
    first = told[0] if told and isinstance(told[0], bytes) else b""
    return int(first.partition(b"RFC822.SIZE ")[2].split(b")")[0].split()[0] or 0) if b"SIZE " in first else 0


def _part(box: BaseMailBox, uid: str, what: str) -> bytes:
    for piece in box.client.uid("FETCH", uid, f"({what})")[1]:
        if isinstance(piece, tuple):
            return bytes(piece[1])
    raise OSError(f"the mailbox told of mail {uid} and did not give it")


def _note_too_large(head: bytes, place: str) -> None:
    """Tell staff of a mail that stays where it is."""
    mail_id = receive(head, door="imap", source_key=place, is_whole=False)
    told = read_mail(head)
    parsed = told if isinstance(told, ParsedMail) else ParsedMail()
    in_transaction(lambda: mark_settled(mail_id, parsed, Recognised(), reasons.TOO_LARGE))
