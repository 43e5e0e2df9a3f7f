"""What a mail says, as a turn of a ticket says it."""

import hashlib
import re
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from portal.inbound.parsed import MailFile, ParsedMail

SUBJECT_MOST = 150
# Each round of an exchange adds one of these, by the language of the mail program.
FIRST_WORDS = re.compile(r"^(?:(?:re|aw|fwd?|wg|sv|vs|antw|tr|rv)\s*(?:\[\d+\])?\s*:\s*|\[#\d+\]\s*)+", re.I)


@dataclass
class SentFile:
    """A file of a mail, as a form would bring it."""

    filename: str | None
    stream: IO[bytes]


def files_of(parsed: ParsedMail) -> list[SentFile]:
    """The files that came with a mail, pictures shown inside it among them."""
    return [SentFile(file.name, BytesIO(file.content)) for file in parsed.attachments]


def body_of(parsed: ParsedMail) -> str:
    """What the sender wrote; where all of it stands below the line for answers, that."""
    written = parsed.text.strip() or parsed.quoted.strip()
    return written or ("(Files only.)" if parsed.attachments else "")


def quoted_of(parsed: ParsedMail) -> str:
    """What the mail repeats of earlier ones, where it is not the whole mail."""
    return parsed.quoted.strip() if parsed.text.strip() else ""


def subject_of(parsed: ParsedMail) -> str:
    """The subject of a new ticket."""
    return FIRST_WORDS.sub("", " ".join(parsed.subject.split()))[:SUBJECT_MOST].strip() or "(No subject)"


def content_of(parsed: ParsedMail) -> str:
    """One fingerprint of what two copies of the same mail have in common, whichever ways they came."""
    files = (_digest(file) for file in parsed.attachments)
    return hashlib.sha256(
        "\0".join((parsed.subject, parsed.text, parsed.quoted, *files)).encode()
    ).hexdigest()


def _digest(file: MailFile) -> str:
    return hashlib.sha256(file.content).hexdigest()
