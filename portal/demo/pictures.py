"""The picture that a customer of the demo sends along: a badge that came out of the printer wrong."""

import io

from PIL import Image, ImageDraw, ImageFont

from portal.blueprints import ROOT
from portal.demo.words import Words

FONTS = ROOT / "portal" / "documents" / "fonts"
SIZE = (900, 600)
MISPRINTED = "\u25a1t\u25a1pán Ko\u25a1í\u25a1ek"
INK, PAPER, TABLE, STRIP = "#16242b", "#ffffff", "#b9a58a", "#0b5a72"


def printed_badge(words: Words) -> bytes:
    """A badge on a table, as PNG: letters that its font does not hold are squares."""
    picture = Image.new("RGB", SIZE, TABLE)
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((110, 70, 790, 530), 18, fill=PAPER, outline="#8d7c66", width=3)
    draw.rectangle((110, 70, 790, 170), fill=STRIP)
    draw.text((140, 96), words.stage.plan.short[:24], font=_font("DejaVuSans-Bold.ttf", 42), fill=PAPER)
    draw.text((140, 235), MISPRINTED, font=_font("DejaVuSans-Bold.ttf", 58), fill=INK)
    draw.text((140, 345), words.fixed["host"], font=_font("DejaVuSans.ttf", 26), fill=INK)
    draw.text((140, 455), "Member", font=_font("DejaVuSans.ttf", 34), fill=STRIP)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / name, size)
