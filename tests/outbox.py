"""The mail that a test caused."""

from sqlalchemy import select

from portal.db import db
from portal.mail.models import OutboundMail


class Outbox:
    """Reads the mail written in the test's database. `all()` marks everything as looked at."""

    def __init__(self) -> None:
        self._seen = 0

    def all(self) -> list[OutboundMail]:
        """Every mail written since the last look, oldest first."""
        found = list(
            db.session.scalars(
                select(OutboundMail).where(OutboundMail.id > self._seen).order_by(OutboundMail.id)
            )
        )
        self._seen = max([self._seen, *(mail.id for mail in found)])
        return found

    def subjects(self) -> list[str]:
        """Subject and address of every mail written since the last look."""
        return [f"{mail.subject} -> {mail.address}" for mail in self.all()]
