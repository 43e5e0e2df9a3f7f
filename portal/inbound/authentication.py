"""What our own mail server found out about a mail's sender (RFC 8601). The portal checks no signature itself."""

import re

from flask import current_app

from portal.inbound.models import InboundMail
from portal.tickets.storage import store

HEAD_BYTES = 64 * 1024
HEADER = re.compile(rb"(?im)^authentication-results:((?:.*\r?\n?)(?:[ \t].*\r?\n?)*)")
FAILED = re.compile(r"\bdmarc\s*=\s*fail\b")


def fails(mail: InboundMail) -> bool:
    """Whether the server that the settings name as judge says that the sender is not whom the mail names.

    Only its newest verdict counts, which stands above all that came with the mail: anybody can write such a
    header. False where no judge is set.
    """
    judge = current_app.extensions["settings"].inbound_judge
    if not judge:
        return False
    with store().open(mail.storage_name) as stored:
        head = re.split(rb"\r?\n\r?\n", stored.read(HEAD_BYTES), maxsplit=1)[0]
    for verdict in HEADER.findall(head):
        told = verdict.decode("ascii", "replace").strip().lower()
        if told.split(";")[0].split()[:1] == [judge.lower()]:
            return FAILED.search(told) is not None
    return False
