"""The form of a statement's period."""

from datetime import date

from wtforms import DateField
from wtforms.validators import DataRequired, ValidationError

from portal.documents.statement import Period
from portal.forms import PortalForm

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


class PeriodForm(PortalForm):
    """The first and the last day of a statement. It only asks, so it carries no token."""

    class Meta(PortalForm.Meta):
        """Without a token, since nothing is written."""

        csrf = False

    since = DateField("From", [DataRequired("Enter the first day, such as 2026-01-31.")])
    until = DateField("To", [DataRequired("Enter the last day, such as 2026-12-31.")])

    def validate_since(self, field: DateField) -> None:
        """Days that are years away from anything sold are slips of the hand."""
        _within_reason(field)

    def validate_until(self, field: DateField) -> None:
        """The last day is the first or a later one."""
        _within_reason(field)
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError("The last day must not be before the first.")

    @property
    def period(self) -> Period | None:
        """What was asked for; None where it is not valid."""
        if not self.validate() or self.since.data is None or self.until.data is None:
            return None
        return Period(self.since.data, self.until.data)


def _within_reason(field: DateField) -> None:
    if field.data and not EARLIEST <= field.data <= LATEST:
        raise ValidationError(f"Enter a day from {EARLIEST.year} to {LATEST.year}.")
