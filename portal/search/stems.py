"""What was typed as stems, for finding what shares some of them. The same for tickets and for articles."""

from sqlalchemy import ColumnElement, literal_column, text
from sqlalchemy.dialects.postgresql import TSQUERY

# Without the small words of the language; only such as need no quoting. `typed` is to be bound.
ASKED = (
    text(
        "SELECT string_agg(stem, ' | ')::tsquery AS query, array_agg(stem) AS stems"
        " FROM unnest(tsvector_to_array(to_tsvector('english', :typed))) AS stem WHERE stem ~ '^\\w+$'"
    )
    .columns(literal_column("query", TSQUERY), literal_column("stems"))
    .cte("asked")
)


def shared_with(words: str, weight: str = "") -> ColumnElement[int]:
    """How many of the stems stand in the column `words`, or in what of it has a `weight`."""
    stem = f"(stem || ':{weight}')" if weight else "stem"
    counted = f"(SELECT count(*) FROM unnest(asked.stems) AS stem WHERE {words} @@ {stem}::tsquery)"  # noqa: S608
    return literal_column(counted)
