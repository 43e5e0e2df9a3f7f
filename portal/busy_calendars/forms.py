"""The form that connects a calendar."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from portal.busy_calendars.addresses import LONGEST
from portal.forms import CreatingForm

NAME_MOST = 80


class CalendarForm(CreatingForm):
    """Connecting a calendar by its secret address."""

    name = StringField(
        "Name of the calendar",
        [
            DataRequired("Give it a name, such as Work."),
            Length(max=NAME_MOST, message=f"Keep the name within {NAME_MOST} characters."),
        ],
    )
    address = StringField(
        "Secret address (iCal)",
        [
            DataRequired("Paste the calendar's secret address."),
            Length(max=LONGEST, message=f"An address has at most {LONGEST:,} characters."),
        ],
    )
