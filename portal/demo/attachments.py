"""Writing the files that customers send along."""

import hashlib
from typing import Any

from portal.demo.frame import Frame
from portal.demo.pictures import printed_badge
from portal.demo.words import Words, programme_file
from portal.tickets.models import Attachment
from portal.tickets.previews import drawn
from portal.tickets.storage import store


def write_attachment(frame: Frame, words: Words, message_id: int, name: str) -> None:
    """Keep the event's programme, or a picture with its preview, in the portal's store, and write its row."""
    is_picture = name.endswith(".png")
    content = printed_badge(words) if is_picture else programme_file(words)
    media_type = "image/png" if is_picture else "text/csv"
    frame.rows.add(
        Attachment,
        message_id=message_id,
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        storage_name=store().put(content),
        **_preview(content, media_type),
    )


def _preview(content: bytes, media_type: str) -> dict[str, Any]:
    made = drawn(content, media_type)
    if made is None:
        return {}
    return {
        "preview_name": store().put(made.content), "preview_width": made.width, "preview_height": made.height,
    }  # fmt: skip
