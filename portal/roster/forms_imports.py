"""Forms of lists."""

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length

from portal.forms import CreatingForm, PortalForm
from portal.roster.imports.service import Choice
from portal.roster.imports.sheet import MOST_TYPED

CHOICES = {
    Choice.ALL.value: "All of them, or nobody if the roster changes meanwhile",
    Choice.FITTING.value: "Those who still can be registered",
}


class ListForm(CreatingForm):
    """A list of people, as a file or pasted."""

    file = FileField("File")
    text = TextAreaField(
        "Or paste the list",
        [Length(max=MOST_TYPED, message=f"Paste at most {MOST_TYPED:,} characters, or choose a file.")],
    )


class ConfirmForm(PortalForm):
    """Whom to register: `shown` are the numbers of the rows that the preview named."""

    choice = RadioField(
        "If somebody else changes the roster before this is done",
        [DataRequired("Choose whom to register.")],
        choices=CHOICES, default=Choice.ALL.value,
    )  # fmt: skip
    shown = HiddenField()

    @property
    def numbers(self) -> list[int]:
        """The numbers of the rows; what is no number is left out."""
        return [
            int(each)
            for each in (self.shown.data or "").split(",")[:500]
            if each.isascii() and each.isdecimal() and len(each) < 9
        ]


class ColleaguesForm(CreatingForm):
    """Whom to take from other events."""

    people = SelectMultipleField("People", coerce=str, validate_choice=False)

    @property
    def person_ids(self) -> list[int]:
        """The keys of those chosen; what is no key is left out."""
        chosen = (each for each in self.people.data or () if each.isascii() and each.isdecimal())
        return [int(each) for each in chosen if len(each) < 19]
