"""Forms around drafts of the policy. The form of a part's parameters is in `forms_part`."""

from datetime import date, datetime, time
from typing import Any

from wtforms import BooleanField, DateField, HiddenField, RadioField, StringField, TextAreaField, TimeField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length, Optional

from portal.editions.drafts import heading_of, mark
from portal.editions.models import PolicyDraft
from portal.forms import CreatingForm, PortalForm
from portal.policy.instants import EASTERN, eastern

AT_ONCE, LATER = "at_once", "later"
SUMMARY_MOST, REASON_MOST = 2_000, 1_000


class BeginForm(CreatingForm):
    """Begins a draft, and says which part to open first."""

    part = HiddenField()


class HeadingForm(PortalForm):
    """What a draft says of itself: a summary, when it comes into force, whom to tell."""

    seen = HiddenField()
    summary = TextAreaField(
        "What changes, in a sentence or two",
        [
            DataRequired("Say in a sentence what changes: it stands on the policy page."),
            Length(max=SUMMARY_MOST, message=f"Use at most {SUMMARY_MOST:,} characters."),
        ],
    )
    when = RadioField(
        "In force",
        choices=[
            SelectChoice(AT_ONCE, "As soon as it is published"),
            SelectChoice(LATER, "From a day and time on"),
        ],
        validators=[DataRequired("Choose when it comes into force.")],
    )
    day = DateField("Day", [Optional()])
    at = TimeField("Time", [Optional()])
    tell_all = BooleanField("Write to all organisers when it is published")
    tell_over_limit = BooleanField(
        "Write to the organisers of events that go over their limit, once it is in force"
    )

    def fill(self, draft: PolicyDraft) -> None:
        """Show what the draft has."""
        self.seen.data = mark(heading_of(draft))
        self.summary.data, self.when.data = draft.summary, LATER if draft.in_force_from else AT_ONCE
        self.tell_all.data, self.tell_over_limit.data = draft.tell_all, draft.tell_over_limit
        if draft.in_force_from:
            here = draft.in_force_from.astimezone(EASTERN)
            self.day.data, self.at.data = here.date(), here.time()

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether everything can be taken; a day without which there is no moment, and a moment that never is."""
        sound = bool(super().validate(extra_validators))
        if self.when.data == LATER and not self.day.errors and not self._is_moment():
            sound = False
        return sound

    @property
    def in_force_from(self) -> datetime | None:
        """The moment it comes into force, in UTC; None for as soon as it is published."""
        return eastern(self._day, self._clock) if self.when.data == LATER else None

    @property
    def _day(self) -> date:
        return self.day.data or date.min

    @property
    def _clock(self) -> time:
        return self.at.data or time(0)

    def _is_moment(self) -> bool:
        if self.day.data is None:
            self.day.errors = [*self.day.errors, "Choose the day from which it holds."]
        elif not date(2000, 1, 1) <= self._day <= date(2098, 12, 31):
            self.day.errors = [*self.day.errors, "Choose a day within the years that the calendar knows."]
        elif eastern(self._day, self._clock).astimezone(EASTERN).time() != self._clock:
            self.at.errors = [
                *self.at.errors,
                "The clocks go forward over this time on that day. Choose another.",
            ]
        return not (self.day.errors or self.at.errors)


class VersionForm(PortalForm):
    """Decides on a draft in view of the version that was read."""

    version = StringField()

    @property
    def number(self) -> int:
        """The number of that version; 0 when it is missing or forged."""
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0


class WithdrawForm(PortalForm):
    """Withdraws an edition, with a reason."""

    reason = TextAreaField(
        "Reason",
        [
            DataRequired("Say why it is withdrawn: whoever was told of it reads this."),
            Length(max=REASON_MOST, message=f"Use at most {REASON_MOST:,} characters."),
        ],
    )
