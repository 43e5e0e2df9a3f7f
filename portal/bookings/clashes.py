"""What the database's own guards say, in the policy's words. They stand behind the locks."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from portal.db import db

ENTITLEMENT = "uq_booking_entitlement"
HOST_TAKEN = "ex_commitment_host"
WINDOW_OVERLAPS = "ex_availability_host"


class Clash(Exception):
    """A named constraint refused the write; the transaction goes on from before it."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


@contextmanager
def clashes(*constraints: str) -> Iterator[None]:
    """Turn the violation of one of `constraints` into Clash, with what the block wrote undone."""
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except IntegrityError as error:
        name = str(getattr(getattr(error.orig, "diag", None), "constraint_name", ""))
        if name not in constraints:
            raise
        raise Clash(name) from error
