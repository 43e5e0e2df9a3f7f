"""Writing the files that customers send along."""

import hashlib

from portal.demo.frame import Frame
from portal.demo.words import Words, programme_file
from portal.tickets.models import Attachment
from portal.tickets.storage import store


def write_attachment(frame: Frame, words: Words, message_id: int, name: str) -> None:
    """Keep the event's programme as a file in the portal's store, and write its row."""
    content = programme_file(words)
    frame.rows.add(
        Attachment,
        message_id=message_id,
        name=name,
        media_type="text/csv",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        storage_name=store().put(content),
    )
