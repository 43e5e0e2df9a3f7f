"""What people wrote, shown as they wrote it."""

import re

from jinja2.utils import urlize
from markupsafe import Markup

BLANK_LINES = re.compile(r"\n\s*\n")


def as_written(text: str) -> Markup:
    """Plain text as HTML: paragraphs and line breaks as typed, http and mail addresses as links, no markup."""
    paragraphs = BLANK_LINES.split(text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return Markup("").join(Markup("<p>{}</p>").format(_lines(paragraph)) for paragraph in paragraphs)


def _lines(paragraph: str) -> Markup:
    # urlize escapes what it is given.
    lines = (urlize(line, rel="nofollow noopener noreferrer") for line in paragraph.split("\n"))
    return Markup("<br>").join(Markup(line) for line in lines)  # noqa: S704
