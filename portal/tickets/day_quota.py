"""How much of a person's files the portal takes in a day."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from portal.clock import now
from portal.db import db, in_transaction
from portal.tickets.models_drafts import UploadDay


def count_upload(person_id: int, size: int, most: int) -> bool:
    """Count `size` bytes towards a person's day, in UTC; False, with nothing counted, beyond `most` bytes.

    Counted in a transaction of its own, in one statement: two uploads at once never go over together.
    """
    if size > most:
        return False
    new = insert(UploadDay).values(person_id=person_id, day=now().date(), size=size)
    total = UploadDay.size + new.excluded.size
    counted = new.on_conflict_do_update(
        index_elements=["person_id", "day"], set_={"size": total}, where=total <= most
    )
    with db.engine.begin() as connection:
        return connection.execute(counted.returning(UploadDay.size)).first() is not None


def forget_past_days() -> None:
    """Delete the counts of days that are over."""
    in_transaction(lambda: db.session.execute(delete(UploadDay).where(UploadDay.day < now().date())))
