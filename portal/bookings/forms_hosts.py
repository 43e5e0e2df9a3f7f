"""Forms of hosts: weekly hours, other hours on one date, kinds and zone."""

from datetime import time

from wtforms import DateField, SelectField, SelectMultipleField, TimeField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.accounts.time_zones import time_zones
from portal.bookings.host_hours import END_OF_DAY, Span
from portal.errors import Invalid
from portal.forms import PortalForm
from portal.policy.host_hours import Minutes
from portal.policy.terms import SessionKind, in_words
from portal.policy.wording import WEEKDAYS

BOTH = "Fill in both times, or neither."


class SpanForm(PortalForm):
    """Hours of a day, and from which date until which they hold. 00:00 as an end is the end of the day."""

    opens = TimeField("From", [InputRequired("Say from when.")])
    closes = TimeField("To", [InputRequired("Say until when.")])
    first_day = DateField("First day", [InputRequired("Say from which day on.")])
    last_day = DateField("Last day", [Optional()])

    @property
    def span(self) -> Span:
        """What was typed; the form must have been validated."""
        opens, closes, first = self.opens.data, self.closes.data, self.first_day.data
        if opens is None or closes is None or first is None:
            raise Invalid(opens="Fill in every field.")
        return Span(minutes_of(opens, closes), first, self.last_day.data)


class WeeklyForm(SpanForm):
    """Hours of some days of the week."""

    weekdays = SelectMultipleField(
        "Days of the week",
        choices=[SelectChoice(number, name) for number, name in enumerate(WEEKDAYS)],
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class HostDayForm(PortalForm):
    """Other hours on one date; without times, none."""

    day = DateField("Day", [InputRequired("Choose a day.")])
    opens = TimeField("From", [Optional()])
    closes = TimeField("To", [Optional()])

    @property
    def minutes(self) -> Minutes | None:
        """What was typed. Raises Invalid for one time only."""
        opens, closes = self.opens.data, self.closes.data
        if (opens is None) != (closes is None):
            raise Invalid(**{"opens" if opens is None else "closes": BOTH})
        return minutes_of(opens, closes) if opens is not None and closes is not None else None


class ProfileForm(PortalForm):
    """Which kinds of session somebody takes, and the zone on whose clock their hours are told."""

    kinds = SelectMultipleField(
        "Which kinds?",
        choices=[
            SelectChoice(kind.value, in_words(kind)[0].upper() + in_words(kind)[1:]) for kind in SessionKind
        ],
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    zone = SelectField("Time zone of the hours", validate_choice=False)

    def offer(self, zone: str) -> None:
        """Offer the zones, the one that is chosen now among them."""
        offered = {value for places in time_zones().values() for value, _ in places}
        kept = {} if zone in offered else {"As it is": [(zone, zone)]}
        self.zone.choices = {**kept, **time_zones()}


def minutes_of(opens: time, closes: time) -> Minutes:
    """Two clock times as minutes of one day; midnight as an end is the end of that day."""
    end = closes.hour * 60 + closes.minute
    return Minutes(opens.hour * 60 + opens.minute, end or END_OF_DAY)


def clock_of(minutes: int) -> time:
    """Minutes of a day as a clock time; the end of the day as midnight."""
    return time(minutes % END_OF_DAY // 60, minutes % 60)
