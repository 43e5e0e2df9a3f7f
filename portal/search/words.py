"""Words as PostgreSQL's text search has them, and the marking of those that were found."""

import re

from markupsafe import Markup
from sqlalchemy import cast, func, literal_column
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

ENGLISH: ColumnElement[str] = literal_column("'english'")
SIMPLE: ColumnElement[str] = literal_column("'simple'")
# Of a private range, so that they stand in nobody's text; both are gone before anything is shown.
START, STOP = "\ue000", "\ue001"
FOUND = re.compile(f"{START}(.*?){STOP}", re.S)
_MARKS = f"StartSel={START}, StopSel={STOP}"
WHOLE_TEXT: ColumnElement[str] = literal_column(f"'{_MARKS}, HighlightAll=true'")
BEST_PART: ColumnElement[str] = literal_column(
    f"'{_MARKS}, MaxWords=32, MinWords=16, MaxFragments=1, FragmentDelimiter=...'"
)


def wanted(words: str) -> ColumnElement[str]:
    """What people type, as a query: all words, "phrases", `or`, and `-without`."""
    return func.websearch_to_tsquery(ENGLISH, words)


def any_of(words: str) -> ColumnElement[str]:
    """A query for whatever has any of the words that are asked for, to mark each where it stands."""
    asked_for = func.querytree(wanted(words))
    return cast(func.regexp_replace(asked_for, r"&|<(-|\d+)>", "|", "g"), TSQUERY)


def holds(
    vector: ColumnElement[str] | InstrumentedAttribute[str], query: ColumnElement[str]
) -> ColumnElement[bool]:
    """Whether a text's words match a query."""
    return vector.op("@@", is_comparison=True)(query)


def marked(text: str | None) -> Markup:
    """A text in which what was found is marked; everything else is shown as it is written."""
    parts = FOUND.split(text or "")
    shown = Markup("")
    for number, part in enumerate(parts):
        plain = part.replace(START, "").replace(STOP, "")
        shown += Markup("<mark>{}</mark>").format(plain) if number % 2 else Markup("{}").format(plain)
    return shown
