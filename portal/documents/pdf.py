"""A document as a PDF file. The same document gives the same bytes each time."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

from fpdf import FPDF
from fpdf.bidi import BidiParagraph

from portal.documents.layout import COLUMNS, Block, Layout, layout_of
from portal.documents.models import Document

FONTS = Path(__file__).parent / "fonts"
MARGIN, LINE = 20.0, 5.5
WIDTH = 210.0 - 2 * MARGIN
WIDTHS = (WIDTH - 85, 20.0, 32.0, 33.0)
TERM = 45.0
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
NOT_IN_FONT = "□"


def pdf_of(document: Document, *, compress: bool = True) -> bytes:
    """The file of a document, A4, in a font that has the euro sign and most alphabets.

    A character that the font lacks is printed as an empty box.
    """
    return printed(layout_of(document), document.issued_at, compress=compress)


def printed(layout: Layout, made_at: datetime, *, compress: bool = True) -> bytes:
    """A PDF file of anything that is laid out like a document; `made_at` is the file's own date."""
    sheet = _Sheet(layout.title, compress)
    sheet.set_creation_date(made_at)
    _draw(sheet, layout)
    return bytes(sheet.output())


class _Sheet(FPDF):
    """Pages with the document's title at the foot of each."""

    def __init__(self, title: str, compress: bool) -> None:
        super().__init__(format="A4")
        self.title_below = title
        self.set_compression(compress)
        # Otherwise "{nb}" in a customer's name would be replaced by the number of pages.
        self.alias_nb_pages(None)  # type: ignore[arg-type]
        for style, file in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            self.add_font("DejaVu", style, FONTS / file)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=MARGIN + LINE)
        self.set_title(title)
        self.set_lang("en")
        self.add_page()

    def footer(self) -> None:
        """Say on every page what it is a page of."""
        self.set_y(-MARGIN)
        self.set_font("DejaVu", "", 8)
        self.cell(WIDTH, LINE, f"{self.title_below}, page {self.page_no()}", align="R")

    def write_row(
        self,
        texts: Sequence[str],
        widths: Sequence[float],
        *,
        bold: bool = False,
        size: float = 9.5,
        right_from: int = 99,
    ) -> None:
        """Draw one row of texts, each wrapped in its own column; columns from `right_from` on end at their right."""
        self.set_font("DejaVu", "B" if bold else "", size)
        columns = [self._lines(text, width) for text, width in zip(texts, widths, strict=True)]
        for line in zip_longest(*columns, fillvalue=""):
            self._break_page_before(LINE)
            for number, (text, width) in enumerate(zip(line, widths, strict=True)):
                self.cell(width, LINE, _in_sight_order(text), align="R" if number >= right_from else "L")
            self.ln(LINE)

    def _lines(self, text: str, width: float) -> list[str]:
        known = getattr(self.current_font, "cmap", {})
        shown = "".join(letter if letter == "\n" or ord(letter) in known else NOT_IN_FONT for letter in text)
        found = self.multi_cell(width, LINE, shown, dry_run=True, output="LINES")
        return [str(line) for line in found] if shown else [""]  # type: ignore[union-attr]

    def _break_page_before(self, height: float) -> None:
        if self.will_page_break(height):
            family, style, size = self.font_family, self.font_style, self.font_size_pt
            self.add_page()
            self.set_font(family, style, size)


def _draw(sheet: _Sheet, layout: Layout) -> None:
    sheet.write_row([layout.title], [WIDTH], bold=True, size=16)
    _gap(sheet)
    _draw_parties(sheet, layout.parties)
    for term, text in layout.facts:
        sheet.write_row([term, text], [TERM, WIDTH - TERM])
    _gap(sheet)
    sheet.write_row(COLUMNS, WIDTHS, bold=True, right_from=1)
    _rule(sheet)
    for row in layout.rows:
        sheet.write_row(row, WIDTHS, right_from=1)
    _rule(sheet)
    for label, amount in layout.sums:
        last = (label, amount) == layout.sums[-1]
        sheet.write_row([label, amount], [WIDTH - WIDTHS[-1], WIDTHS[-1]], bold=last, right_from=0)
    for block in layout.notes:
        _gap(sheet)
        sheet.write_row([block.heading], [WIDTH], bold=True)
        for line in block.lines:
            sheet.write_row([line], [WIDTH])


def _draw_parties(sheet: _Sheet, parties: Sequence[Block]) -> None:
    widths = [WIDTH / len(parties) - 2] * len(parties)
    sheet.write_row([block.heading for block in parties], widths, bold=True)
    sheet.write_row(["\n".join(block.lines) for block in parties], widths)
    _gap(sheet)


def _gap(sheet: _Sheet) -> None:
    sheet.ln(LINE)


def _rule(sheet: _Sheet) -> None:
    sheet.line(MARGIN, sheet.get_y(), MARGIN + WIDTH, sheet.get_y())


def _in_sight_order(text: str) -> str:
    """Letters from left to right as they are seen: the file format knows nothing of Arabic and Hebrew."""
    if not any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in text):
        return text
    return BidiParagraph(text=text).get_reordered_string()
