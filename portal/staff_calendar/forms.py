"""Forms of the staff's calendar."""

from datetime import datetime

from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import DateInput, TimeInput

from portal.errors import Invalid
from portal.forms import CreatingForm
from portal.local_times import TURNS, Typed, instant, zone_of
from portal.staff_calendar.service import TITLE_MOST, Span

CHOICES = [SelectChoice(*turn) for turn in TURNS]


class EntryForm(CreatingForm):
    """An entry of one's own: some hours of one day, in the zone of one's account."""

    title = StringField(
        "What it is",
        [
            DataRequired("Say what it is."),
            Length(max=TITLE_MOST, message=f"Keep it within {TITLE_MOST} characters."),
        ],
    )
    starts_on = StringField("Day", widget=DateInput())
    starts_at = StringField("From", widget=TimeInput())
    starts_turn = RadioField("From which of the two?", [Optional()], choices=CHOICES, validate_choice=False)
    ends_at = StringField("Until", widget=TimeInput())
    ends_turn = RadioField("Until which of the two?", [Optional()], choices=CHOICES, validate_choice=False)

    def span(self, zone: str) -> Span:
        """From when until when, in UTC. Raises Invalid with every problem, each beside its field."""
        problems: dict[str, str] = {}
        found = [self._instant(end, zone, problems) for end in ("starts", "ends")]
        if problems:
            raise Invalid(**problems)
        start, end = found
        assert start is not None
        assert end is not None
        return Span(start, end)

    def _instant(self, end: str, zone: str, problems: dict[str, str]) -> datetime | None:
        typed = Typed(self.starts_on.data or "", self[f"{end}_at"].data or "", self[f"{end}_turn"].data or "")
        try:
            return instant(end, typed, zone_of(zone))
        except Invalid as problem:
            # There is one field for the day of both.
            problems.update(
                {name.replace("ends_on", "starts_on"): words for name, words in problem.fields.items()}
            )
            return None
