"""Numbers without gaps."""

from sqlalchemy.dialects.postgresql import insert

from portal.db import db
from portal.documents.models import DocumentSeries


def take_number(series: str) -> int:
    """The next number of a series, in the caller's transaction: a rollback gives it back.

    The series' row stays locked until that transaction closes, so take numbers late in it; who takes
    several takes the invoice's before the receipt's and the credit note's.
    """
    begun = insert(DocumentSeries).values(name=series, next_number=2)
    taken = begun.on_conflict_do_update(
        index_elements=["name"], set_={"next_number": DocumentSeries.next_number + 1}
    )
    following: int = db.session.execute(taken.returning(DocumentSeries.next_number)).scalar_one()
    return following - 1
