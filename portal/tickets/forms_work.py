"""Forms with which support works on tickets."""

from datetime import datetime

from wtforms import (
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from portal.errors import Invalid
from portal.forms import CreatingForm, PortalForm
from portal.policy.after_event import AFTER_HELP_LABELS
from portal.policy.coverage import topic_choices
from portal.tickets.forms import BODY_MOST
from portal.tickets.marks import PRIORITIES, tags_from
from portal.tickets.spent import MINUTES_MOST

TITLE_MOST = 100
NOTE_MOST = 500


class CannedReplyForm(CreatingForm):
    """A reply to keep and use again."""

    title = StringField(
        "Title",
        validators=[
            DataRequired("Give it a title."),
            Length(max=TITLE_MOST, message=f"Keep the title within {TITLE_MOST} characters."),
        ],
    )
    topic = SelectField(
        "Topic",
        choices=[SelectChoice("", "Every topic"), *(SelectChoice(*choice) for choice in topic_choices())],
    )
    body = TextAreaField(
        "Text",
        validators=[
            DataRequired("Write the text."),
            Length(max=BODY_MOST, message=f"Keep the text within {BODY_MOST:,} characters."),
        ],
    )


class MarksForm(PortalForm):
    """A ticket's priority and tags; `often` are those suggested."""

    priority = RadioField("Priority", choices=[SelectChoice(*each) for each in PRIORITIES.items()])
    tags = StringField("Tags", validators=[Length(max=400, message="Keep the tags within 400 characters.")])
    often = SelectMultipleField("Used often", validate_choice=False)

    @property
    def wanted(self) -> list[str]:
        """Every tag that was typed or chosen."""
        return tags_from(",".join([self.tags.data or "", *(self.often.data or [])[:TITLE_MOST]]))


class TimeForm(CreatingForm):
    """Minutes spent on a ticket."""

    minutes = IntegerField(
        "Minutes",
        [
            InputRequired("Say how many minutes."),
            NumberRange(1, MINUTES_MOST, f"Note between 1 and {MINUTES_MOST:,} minutes."),
        ],
    )
    note = StringField("What for", [Length(max=NOTE_MOST, message=f"Keep it within {NOTE_MOST} characters.")])


class CorrectionForm(PortalForm):
    """Counters a time entry."""

    entry = HiddenField()
    note = StringField(
        "Why",
        [DataRequired("Say why."), Length(max=NOTE_MOST, message=f"Keep it within {NOTE_MOST} characters.")],
    )


class FollowUpForm(CreatingForm):
    """A reminder. `zone` is the one in which its time was shown and typed."""

    zone = HiddenField()
    at = DateTimeLocalField("Remind me at", [InputRequired("Say when.")], format="%Y-%m-%dT%H:%M")
    note = StringField(
        "What about", [Length(max=NOTE_MOST, message=f"Keep it within {NOTE_MOST} characters.")]
    )

    @property
    def typed(self) -> datetime:
        """The wall-clock time that was typed; the form must have been validated."""
        if self.at.data is None:
            raise Invalid(at="Say when.")
        return self.at.data


class AfterEventForm(CreatingForm):
    """Asks for one kind of help after the event (COV-8)."""

    kind = RadioField(
        "What do you need?",
        choices=[SelectChoice(kind.value, label) for kind, label in AFTER_HELP_LABELS.items()],
    )
    body = TextAreaField(
        "What should support know?",
        validators=[
            DataRequired("Write what support should know."),
            Length(max=BODY_MOST, message=f"Keep the text within {BODY_MOST:,} characters."),
        ],
    )
