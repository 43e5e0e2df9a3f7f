"""What goes along with a wish: a picture of what is meant, and the cases that other customers told."""

import io
from datetime import timedelta

from PIL import Image, ImageDraw, ImageFont

from portal.demo.customers import Customer
from portal.demo.dice import dice
from portal.demo.frame import Frame, Place, note
from portal.demo.pictures import FONTS, INK, PAPER, STRIP, TABLE
from portal.demo.wish_life import Life
from portal.tickets.previews import drawn
from portal.tickets.storage import store
from portal.wishlist.models_images import WishImage
from portal.wishlist.models_moderation import WishComment

SIZE = (900, 420)
APART = timedelta(days=9)
READ_AFTER = timedelta(hours=5)


def write_picture(frame: Frame, wish: int, life: Life) -> None:
    """The picture of a wish that has one: the screen beside the print."""
    preview = drawn(_screen_and_print(), "image/png") if life.plan.picture else None
    if preview is not None:
        frame.rows.add(
            WishImage, wish_id=wish, alt=life.plan.picture, storage_name=store().put(preview.content),
            width=preview.width, height=preview.height, added_at=life.submitted_at,
        )  # fmt: skip


def write_cases(frame: Frame, wish: int, life: Life, first: list[Customer]) -> None:
    """Cases of customers other than the wish's own, read by a moderator."""
    others = [customer for customer in first if customer is not life.customer]
    for number, body in enumerate(life.plan.cases):
        customer = others[number % len(others)]
        who = dice("case", life.plan.title, number).choice(customer.people or customer.everybody)
        begins = max(life.published_at or life.submitted_at, who.since)
        at = min(begins + APART * (number + 1), frame.now - 2 * READ_AFTER)
        told = frame.rows.add(
            WishComment, wish_id=wish, kind="case", state="published", body=body, frequency="every_event",
            author_id=who.id, organisation_id=customer.id, from_staff=False, written_at=at,
            decided_by_id=frame.team.moderators[0].id, decided_at=at + READ_AFTER, reason="",
        )  # fmt: skip
        place, facts = Place(customer.id), {"wish": wish, "kind": "case", "state": "submitted", "body": body}
        note(frame, at, who, "wish_comment.written", WishComment, told, place, after=facts)
        before, after = {"state": "submitted"}, {"state": "published"}
        moderator = frame.team.moderators[0]
        note(
            frame,
            at + READ_AFTER,
            moderator,
            "wish_comment.published",
            WishComment,
            told,
            place,
            before,
            after,
        )


def _screen_and_print() -> bytes:
    """The same badge twice, as PNG: with its accents, and with squares in their place."""
    picture = Image.new("RGB", SIZE, TABLE)
    draw = ImageDraw.Draw(picture)
    for left, name in ((40, "Št\u011bpán"), (470, "\u25a1t\u25a1pán")):
        draw.rounded_rectangle((left, 60, left + 390, 360), 14, fill=PAPER, outline="#8d7c66", width=3)
        draw.rectangle((left, 60, left + 390, 120), fill=STRIP)
        draw.text((left + 24, 190), name, font=_font(54), fill=INK)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / "DejaVuSans-Bold.ttf", size)
