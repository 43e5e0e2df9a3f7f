"""Forms of a session's people, of what is written down of it, and of how it was."""

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from portal.accounts.time_zones import time_zones
from portal.audiences.attendance import OTHERS_MOST
from portal.audiences.feedback import WORDS_MOST
from portal.audiences.inviting import NOTE_MOST
from portal.audiences.records import NOTE_MOST as STAFF_NOTE_MOST
from portal.audiences.records import SUMMARY_MOST
from portal.forms import CreatingForm, PortalForm
from portal.policy.audiences import SCORES

MOST_TYPED = 200_000


def keys_in(typed: object) -> list[int]:
    """The keys that a form names; what is no key is left out."""
    texts = typed if isinstance(typed, list) else []
    return [int(each) for each in texts[:5_000] if each.isascii() and each.isdecimal() and len(each) < 19]


class PersonForm(PortalForm):
    """One person for a session's list."""

    name = StringField("Name", [DataRequired("Enter a name.")])
    email = StringField("E-mail address", [DataRequired("Enter an e-mail address.")])


class ListForm(PortalForm):
    """Several people, as a file or pasted."""

    file = FileField("File")
    text = TextAreaField(
        "Or paste the list",
        [Length(max=MOST_TYPED, message=f"Paste at most {MOST_TYPED:,} characters, or choose a file.")],
    )


class ConfirmListForm(PortalForm):
    """The list as its preview showed it; it is read anew when it is confirmed."""

    text = TextAreaField("The list", [DataRequired("The list is empty."), Length(max=MOST_TYPED)])


class InvitationForm(CreatingForm):
    """Inviting everybody on the list who was not invited yet."""

    note = TextAreaField(
        "A note of your own",
        [Length(max=NOTE_MOST, message=f"Keep the note within {NOTE_MOST:,} characters.")],
    )
    answers_to_me = BooleanField("Let replies to the mail reach me")
    asks_feedback = BooleanField("Ask them once afterwards how it was", default=True)


class AttendanceForm(PortalForm):
    """Who of the list came, and how many others."""

    came = SelectMultipleField("Who came", coerce=str, validate_choice=False)
    others = IntegerField(
        "People who came and are not on the list",
        [Optional(), NumberRange(0, OTHERS_MOST, f"Enter a number from 0 to {OTHERS_MOST:,}.")],
        default=0,
    )

    @property
    def keys(self) -> list[int]:
        """The keys of those ticked."""
        return keys_in(self.came.data)


class FeedbackForm(PortalForm):
    """How a session was."""

    score = RadioField(
        "How was the session?",
        [InputRequired("Choose one of the five answers.")],
        choices=[SelectChoice(str(score), words) for score, words in SCORES.items()],
    )
    words = TextAreaField(
        "In your own words",
        [Length(max=WORDS_MOST, message=f"Keep your words within {WORDS_MOST:,} characters.")],
    )


class ZoneForm(PortalForm):
    """The time zone in which somebody in an audience reads times."""

    time_zone = SelectField("Your time zone", [DataRequired("Choose a time zone.")])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.time_zone.choices = time_zones()


class StaffNoteForm(CreatingForm):
    """A note among staff about a session."""

    body = TextAreaField(
        "Note",
        [
            DataRequired("Write the note."),
            Length(max=STAFF_NOTE_MOST, message=f"Keep the note within {STAFF_NOTE_MOST:,} characters."),
        ],
    )


class SummaryForm(PortalForm):
    """What the customer reads of a session; `seen` is the text it was written in view of."""

    seen = HiddenField()
    summary = TextAreaField(
        "Summary for the customer",
        [Length(max=SUMMARY_MOST, message=f"Keep the summary within {SUMMARY_MOST:,} characters.")],
    )
