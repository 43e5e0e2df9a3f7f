"""Forms of live sessions and availability."""

from wtforms import BooleanField, DateField, HiddenField, IntegerField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange

from portal.bookings.availability import WEEKS_AT_ONCE, Hours
from portal.errors import Invalid
from portal.forms import CreatingForm, PortalForm

NOTE_LENGTH = 2000
REASON_LENGTH = 500


class BookingForm(CreatingForm):
    """Booking one of the open times."""

    kind = HiddenField()
    starts_at = HiddenField()
    hold = HiddenField()
    ticket = HiddenField()
    note = TextAreaField(
        "What should the session cover?",
        [Length(max=NOTE_LENGTH, message=f"Keep the note within {NOTE_LENGTH:,} characters.")],
    )
    recording_wanted = BooleanField("Record the session for those who cannot attend")


class CancellationForm(PortalForm):
    """Cancelling a session."""

    reason = StringField(
        "Reason", [Length(max=REASON_LENGTH, message=f"Keep the reason within {REASON_LENGTH} characters.")]
    )


class RestorationForm(PortalForm):
    """Giving back what a missed session used up."""

    reason = StringField(
        "Reason",
        [
            InputRequired("Say why the session is given back."),
            Length(max=REASON_LENGTH, message=f"Keep the reason within {REASON_LENGTH} characters."),
        ],
    )


class AvailabilityForm(PortalForm):
    """Publishing hours in which to take sessions. `zone` is the one in which they were shown and typed."""

    zone = HiddenField()
    day = DateField("Day", [InputRequired("Choose a day.")])
    opens = TimeField("From", [InputRequired("Say from when.")])
    closes = TimeField("To", [InputRequired("Say until when.")])
    weeks = IntegerField(
        "Weeks",
        [
            InputRequired("Say for how many weeks."),
            NumberRange(1, WEEKS_AT_ONCE, f"Publish between 1 and {WEEKS_AT_ONCE} weeks at once."),
        ],
        default=1,
    )

    @property
    def hours(self) -> Hours:
        """What was typed; the form must have been validated."""
        day, opens, closes, weeks = self.day.data, self.opens.data, self.closes.data, self.weeks.data
        if day is None or opens is None or closes is None or weeks is None:
            raise Invalid(day="Fill in every field.")
        return Hours(day, opens, closes, self.zone.data or "", weeks)
