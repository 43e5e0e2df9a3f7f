"""Forms that change a session, wait for one, or book one for a customer."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.accounts.models import Person
from portal.accounts.time_zones import is_time_zone
from portal.bookings.days import instant_on
from portal.bookings.forms import NOTE_LENGTH, REASON_LENGTH
from portal.errors import Invalid
from portal.forms import CreatingForm, PortalForm
from portal.policy.terms import SessionKind, in_words

REASON_KEPT = Length(max=REASON_LENGTH, message=f"Keep the reason within {REASON_LENGTH} characters.")


def _words(kind: SessionKind) -> str:
    words = in_words(kind)
    return words[0].upper() + words[1:]


class MoveForm(PortalForm):
    """Choosing another time for a session."""

    starts_at = HiddenField("New time")


class HandOverForm(PortalForm):
    """Giving a session to another host."""

    host = RadioField("New host", coerce=int, validators=[InputRequired("Choose the new host.")])
    reason = StringField("Reason", [DataRequired("Say why the session changes hands."), REASON_KEPT])

    def offer(self, hosts: Iterable[Person]) -> None:
        """Offer those who are free."""
        self.host.choices = [SelectChoice(host.id, host.name) for host in hosts]


class WaitingForm(CreatingForm):
    """Joining the waiting list of a kind."""

    kind = HiddenField()
    before = DateField("On this day at the latest", [Optional()])

    @property
    def day_after(self) -> date | None:
        """The day before whose beginning a time must start; None for any time."""
        day = self.before.data
        return day + timedelta(days=1) if day is not None and day < date.max else None


class PlacingForm(CreatingForm):
    """Booking a session for a customer. `zone` is the one in which the time was typed."""

    kind = SelectField(
        "Kind of session",
        [InputRequired("Choose a kind.")],
        choices=[SelectChoice(kind.value, _words(kind)) for kind in SessionKind],
    )
    person = SelectField("For whom?", [InputRequired("Choose somebody.")], coerce=int)
    zone = HiddenField()
    day = DateField("Day", [InputRequired("Choose a day.")])
    at = TimeField("Time", [InputRequired("Choose a time.")])
    host = SelectField("With whom?", [InputRequired("Choose a host.")], coerce=int)
    note = TextAreaField(
        "What should the session cover?",
        [Length(max=NOTE_LENGTH, message=f"Keep the note within {NOTE_LENGTH:,} characters.")],
    )
    recording_wanted = BooleanField("Record the session for those who cannot attend")
    reason = StringField("Reason to go beyond a limit", [REASON_KEPT])

    def offer(self, people: Iterable[Person], hosts: Iterable[Person]) -> None:
        """Offer the event's people, and those of support who take live sessions."""
        self.person.choices = [SelectChoice(each.id, f"{each.name} ({each.email})") for each in people]
        named = [SelectChoice(host.id, host.name) for host in hosts]
        self.host.choices = [SelectChoice(0, "Whoever is free and has fewest sessions"), *named]

    def starts_at(self) -> datetime:
        """The instant that was typed. Raises Invalid for a time that the clocks leave out that day."""
        assert self.day.data is not None
        assert self.at.data is not None
        zone = self.zone.data or ""
        if not is_time_zone(zone):
            raise Invalid(at="This time zone is not known. Set yours in your account.")
        found = instant_on(self.day.data, self.at.data, zone)
        if found is None:
            raise Invalid(at="The clocks go forward past that time on that day. Choose another one.")
        return found
