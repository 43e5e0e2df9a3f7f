"""Forms of the rota."""

from datetime import date

from wtforms import DateField, SelectMultipleField, StringField, TimeField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.errors import Invalid
from portal.forms import PortalForm
from portal.policy.coverage import topic_choices
from portal.policy.duty import Span
from portal.policy.wording import WEEKDAYS

NOTE_MOST = 200
BOTH = "Fill in both times, or neither."


class TopicsForm(PortalForm):
    """Which topics somebody takes."""

    topics = SelectMultipleField(
        "Which topics?",
        choices=[SelectChoice(*choice) for choice in topic_choices()],
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class HoursForm(PortalForm):
    """From when until when somebody is on duty on each weekday; a day left empty is a day off duty."""

    def week(self) -> dict[int, Span]:
        """What was typed, by weekday (0 is Monday). Raises Invalid for a day with one time only."""
        week, problems = {}, {}
        for weekday in range(7):
            opens, closes = self[f"opens_{weekday}"].data, self[f"closes_{weekday}"].data
            if (opens is None) != (closes is None):
                problems[f"{'opens' if opens is None else 'closes'}_{weekday}"] = (
                    f"{WEEKDAYS[weekday]}: {BOTH}"
                )
            elif opens is not None:
                week[weekday] = (opens, closes)
        if problems:
            raise Invalid(**problems)
        return week


for _weekday, _name in enumerate(WEEKDAYS):
    setattr(HoursForm, f"opens_{_weekday}", TimeField(f"{_name} from", [Optional()]))
    setattr(HoursForm, f"closes_{_weekday}", TimeField(f"{_name} to", [Optional()]))


class DayForm(PortalForm):
    """Other hours on one day; without times it is a day off duty."""

    day = DateField("Day", [InputRequired("Choose a day.")])
    opens = TimeField("From", [Optional()])
    closes = TimeField("To", [Optional()])

    def span(self) -> Span | None:
        """What was typed. Raises Invalid for one time only."""
        if (self.opens.data is None) != (self.closes.data is None):
            raise Invalid(**{"opens" if self.opens.data is None else "closes": BOTH})
        return (self.opens.data, self.closes.data) if self.opens.data and self.closes.data else None


class AbsenceForm(PortalForm):
    """Being away for whole days."""

    first = DateField("First day away", [InputRequired("Choose the first day.")])
    last = DateField("Last day away", [InputRequired("Choose the last day.")])
    note = StringField(
        "Note", [Length(max=NOTE_MOST, message=f"Keep the note within {NOTE_MOST} characters.")]
    )

    def days(self) -> tuple[date, date]:
        """What was typed; the form must have been validated."""
        if self.first.data is None or self.last.data is None:
            raise Invalid(first="Fill in both days.")
        return self.first.data, self.last.data
