"""Forms of recordings and materials."""

from flask_wtf.file import FileField
from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, InputRequired, Length

from portal.audiences.forms import keys_in
from portal.forms import CreatingForm, PortalForm
from portal.recordings.asking import REASON_MOST
from portal.recordings.files import FILMS_LISTED
from portal.recordings.links import LONGEST
from portal.recordings.materials import TITLE_MOST

REASON_TOO_LONG = f"Keep the reason within {REASON_MOST} characters."


class AskForm(CreatingForm):
    """Asking for a recording."""


class DecisionForm(PortalForm):
    """Accepting or declining a recording that was asked for."""

    answer = RadioField(
        "Is the session recorded?",
        [InputRequired("Choose whether the session is recorded.")],
        choices=[SelectChoice("accept", "Yes, it will be recorded"), SelectChoice("decline", "No")],
    )
    reason = StringField("Reason", [Length(max=REASON_MOST, message=REASON_TOO_LONG)])


class PublicationForm(PortalForm):
    """A recording as a link or a file."""

    link = StringField(
        "Link", [Length(max=LONGEST, message=f"An address has at most {LONGEST:,} characters.")]
    )
    file = FileField("Or a file", description=f"{FILMS_LISTED}.")


class WithdrawalForm(PortalForm):
    """Withdrawing a recording."""

    reason = TextAreaField(
        "Reason",
        [
            DataRequired("Say why the recording is withdrawn."),
            Length(max=REASON_MOST, message=REASON_TOO_LONG),
        ],
    )


class PassForm(PortalForm):
    """Whom a recording is passed on to."""

    people = SelectMultipleField("Who gets it", coerce=str, validate_choice=False)

    @property
    def keys(self) -> list[int]:
        """The keys of those ticked."""
        return keys_in(self.people.data)


class MaterialForm(CreatingForm):
    """A file or a link put beside a session."""

    title = StringField(
        "What it is",
        [
            DataRequired("Say what it is."),
            Length(max=TITLE_MOST, message=f"Keep the title within {TITLE_MOST} characters."),
        ],
    )
    link = StringField(
        "Link", [Length(max=LONGEST, message=f"An address has at most {LONGEST:,} characters.")]
    )
    file = FileField("Or a file")
