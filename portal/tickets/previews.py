"""Pictures drawn anew, small and without anything but their pixels, so that a page may show them."""

import io
import struct
import zlib
from dataclasses import dataclass

import structlog
from PIL import Image, ImageOps
from sqlalchemy import select, update

from portal.db import db, in_transaction
from portal.tickets.models import Attachment
from portal.tickets.storage import store

log = structlog.get_logger(__name__)

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
LONGEST_SIDE = 1600
PIXELS_MOST = 24_000_000
# A JPEG is read at a fraction of its size, so that a large photograph costs no more than a small one.
JPEG_PIXELS_MOST = 80_000_000
QUALITY = 80
SHOWN_AS = "image/webp"
# Decoders raise almost anything on files made to break them.
BROKEN = (
    OSError, ValueError, SyntaxError, TypeError, LookupError, EOFError, ArithmeticError, MemoryError, Warning,
    struct.error, zlib.error, Image.DecompressionBombError,
)  # fmt: skip


@dataclass(frozen=True)
class Preview:
    """A picture as WebP, and its size in pixels."""

    content: bytes
    width: int
    height: int


def drawn(content: bytes, media_type: str) -> Preview | None:
    """A picture's preview, at most 1,600 pixels a side; None for what is no picture, broken, or too large to draw.

    Only pixels pass: comments, places, profiles, further frames and whatever else the file held do not.
    """
    if media_type not in FORMATS:
        return None
    try:
        return _drawn(content, FORMATS[media_type])
    except BROKEN as error:
        log.info("no_preview", media_type=media_type, error=type(error).__name__)
        return None


def make_previews(message_id: int) -> None:
    """Draw the pictures of a message that have no preview yet. Twice does no harm."""
    without = select(Attachment).where(
        Attachment.message_id == message_id,
        Attachment.preview_name.is_(None),
        Attachment.media_type.in_(FORMATS),
    )
    for picture in in_transaction(lambda: db.session.scalars(without).all()):
        preview = _preview_of(picture)
        if preview is not None:
            _keep(picture.id, preview)


def _preview_of(picture: Attachment) -> Preview | None:
    try:
        with store().open(picture.storage_name) as file:
            return drawn(file.read(), picture.media_type)
    except FileNotFoundError:
        # Tried again, it would hold up every picture after it.
        log.error("attachment_missing", attachment_id=picture.id)
        return None


def _drawn(content: bytes, kind: str) -> Preview | None:
    with Image.open(io.BytesIO(content), formats=(kind,)) as picture:
        most = JPEG_PIXELS_MOST if kind == "JPEG" else PIXELS_MOST
        if picture.width * picture.height > most:
            return None
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        mode = "RGBA" if picture.has_transparency_data else "RGB"
        pixels = picture if picture.mode == mode else picture.convert(mode)
        pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        pixels = ImageOps.exif_transpose(pixels)
    # A new picture, into which nothing but the pixels is put.
    clean = Image.new(pixels.mode, pixels.size)
    clean.paste(pixels)
    written = io.BytesIO()
    clean.save(written, "WEBP", quality=QUALITY)
    return Preview(written.getvalue(), clean.width, clean.height)


def _keep(attachment_id: int, preview: Preview) -> None:
    name = store().put(preview.content)
    first = update(Attachment).where(Attachment.id == attachment_id, Attachment.preview_name.is_(None))
    values = {"preview_name": name, "preview_width": preview.width, "preview_height": preview.height}
    kept = first.values(**values).returning(Attachment.id)
    if in_transaction(lambda: db.session.scalar(kept)) is None:
        store().delete(name)
