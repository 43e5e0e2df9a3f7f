"""Forms of tickets."""

from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length

from portal.forms import CreatingForm, PortalForm
from portal.policy.coverage import coverage, topic_choices

SUBJECT_MOST = 150
BODY_MOST = 20_000


class FilesForm(CreatingForm):
    """A form that carries files; `kept` are the seals of those kept from an earlier try."""

    files = MultipleFileField("Files")
    kept = SelectMultipleField("Files kept", validate_choice=False)


class TicketForm(FilesForm):
    """Opening a ticket.

    `told` is the topic whose limits of support the page has explained; `known` says that the page has
    shown what may answer the question already.
    """

    topic = SelectField(
        "What is it about?",
        choices=[SelectChoice("", "Choose a topic"), *(SelectChoice(*choice) for choice in topic_choices())],
        validators=[DataRequired("Choose what it is about.")],
    )
    subject = StringField(
        "Subject",
        validators=[
            DataRequired("Give it a subject."),
            Length(max=SUBJECT_MOST, message=f"Keep the subject within {SUBJECT_MOST} characters."),
        ],
    )
    body = TextAreaField(
        "Your question",
        validators=[
            DataRequired("Write your question."),
            Length(max=BODY_MOST, message=f"Keep the text within {BODY_MOST:,} characters."),
        ],
    )
    told = HiddenField()
    known = HiddenField()

    def has_to_be_told(self) -> bool:
        """Whether the topic is not covered and the page has not said so yet (OUT-1 to OUT-6)."""
        return not coverage(self.topic.data).covered and self.told.data != self.topic.data


class SeenForm(PortalForm):
    """What is decided in view of a thread. `seen` is the newest message that its author had before them."""

    seen = HiddenField()

    @property
    def seen_id(self) -> int:
        """The key of that message; 0 when it is missing or forged."""
        shown = self.seen.data or ""
        return int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 19 else 0


class NoteForm(FilesForm):
    """A note among support. Its fields have a prefix, since it stands beside the answer's form."""

    body = TextAreaField(
        "Note",
        validators=[
            DataRequired("Write your note."),
            Length(max=BODY_MOST, message=f"Keep the text within {BODY_MOST:,} characters."),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="note-", **kwargs)


class ReplyForm(SeenForm, FilesForm):
    """A reply on a ticket."""

    body = TextAreaField(
        "Your reply",
        validators=[
            DataRequired("Write your reply."),
            Length(max=BODY_MOST, message=f"Keep the text within {BODY_MOST:,} characters."),
        ],
    )
