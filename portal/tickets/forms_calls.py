"""Forms for phone calls."""

from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from portal.accounts.models import Person
from portal.forms import CreatingForm
from portal.policy.coverage import topic_choices
from portal.tickets.calls import DIRECTIONS, Call
from portal.tickets.forms import BODY_MOST, SUBJECT_MOST
from portal.tickets.spent import MINUTES_MOST

TOO_LONG = f"Keep the text within {BODY_MOST:,} characters."


class CallForm(CreatingForm):
    """What was said by phone."""

    direction = RadioField(
        "Who called?", choices=[SelectChoice(*each) for each in DIRECTIONS.items()], default="in"
    )
    minutes = IntegerField(
        "Minutes",
        [
            InputRequired("Say how many minutes."),
            NumberRange(1, MINUTES_MOST, f"Note between 1 and {MINUTES_MOST:,} minutes."),
        ],
    )
    summary = TextAreaField(
        "What was it about?",
        [DataRequired("Write down what was said."), Length(max=BODY_MOST, message=TOO_LONG)],
    )
    answer = TextAreaField("What did you answer?", [Length(max=BODY_MOST, message=TOO_LONG)])

    @property
    def call(self) -> Call:
        """The call as typed; the form must have been validated."""
        return Call(
            self.direction.data or "", self.minutes.data or 0, self.summary.data or "", self.answer.data or ""
        )


class NewCallForm(CallForm):
    """A call that becomes a ticket of its own."""

    contact = HiddenField()
    topic = SelectField(
        "Topic",
        choices=[SelectChoice("", "Choose a topic"), *(SelectChoice(*choice) for choice in topic_choices())],
        validators=[DataRequired("Choose what it is about.")],
    )
    subject = StringField(
        "Subject",
        [
            DataRequired("Give it a subject."),
            Length(max=SUBJECT_MOST, message=f"Keep the subject within {SUBJECT_MOST} characters."),
        ],
    )


class CallOnTicketForm(CallForm):
    """A call on a ticket that exists."""

    person = SelectField("With", coerce=int, validate_choice=True)

    def offer(self, people: list[Person]) -> None:
        """Set the contacts to choose from."""
        self.person.choices = [SelectChoice(str(person.id), person.name) for person in people]
