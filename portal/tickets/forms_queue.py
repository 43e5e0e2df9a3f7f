"""Forms of the queue."""

from collections.abc import Iterable

from wtforms import BooleanField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, InputRequired, Length

from portal.accounts.models import Person
from portal.forms import PortalForm
from portal.policy.coverage import topic_choices
from portal.tickets import marks
from portal.tickets.queue_filter import ME, NOBODY, TEXT_MOST
from portal.tickets.saved_filters import NAME_MOST

PRIORITIES = [SelectChoice(*choice) for choice in marks.PRIORITIES.items()]
ACTIONS = {
    "assign": "Assign to the colleague", "tag": "Put the tag on", "untag": "Take the tag off",
    "priority": "Set the priority", "close": "Close, after a question",
}  # fmt: skip


class FilterForm(PortalForm):
    """What the queue is narrowed down by. It is sent by GET and read by QueueFilter."""

    class Meta(PortalForm.Meta):
        """A form that only asks carries no token."""

        csrf = False

    topic = SelectField(
        "Topic", choices=[SelectChoice("", "Any"), *(SelectChoice(*choice) for choice in topic_choices())]
    )
    priority = SelectField("Priority", choices=[SelectChoice("", "Any"), *PRIORITIES])
    tag = StringField("Tag", [Length(max=marks.TAG_LONGEST)])
    assignee = SelectField("With")
    customer = StringField("Event or organisation", [Length(max=TEXT_MOST)])
    text = StringField("Subject or number", [Length(max=TEXT_MOST)])

    def offer(self, team: Iterable[Person]) -> None:
        """Offer these people to filter by."""
        fixed = [SelectChoice("", "Anybody"), SelectChoice(ME, "You"), SelectChoice(NOBODY, "Nobody")]
        self.assignee.choices = [*fixed, *_people(team)]


class BulkForm(PortalForm):
    """What to do with the chosen tickets. Its ids differ from those of the filter beside it."""

    tickets = SelectMultipleField("Tickets", validate_choice=False)
    action = SelectField(
        "With the chosen tickets",
        choices=[SelectChoice("", "Choose"), *(SelectChoice(*choice) for choice in ACTIONS.items())],
        validators=[InputRequired("Choose what to do.")],
        id="bulk-action",
    )
    to = SelectField("Colleague", validate_choice=False, id="bulk-to")
    tag = StringField(
        "Tag",
        [Length(max=marks.TAG_LONGEST, message=f"Keep the tag within {marks.TAG_LONGEST} characters.")],
        id="bulk-tag",
    )
    priority = SelectField(
        "Priority",
        choices=[SelectChoice("", "Choose"), *PRIORITIES],
        validate_choice=False,
        id="bulk-priority",
    )

    def offer(self, team: Iterable[Person]) -> None:
        """Offer these people to assign to."""
        self.to.choices = [SelectChoice("", "Choose"), *_people(team)]

    @property
    def ticket_ids(self) -> set[int]:
        """The keys of the tickets that were chosen; what is no key is left out."""
        return {int(key) for key in self.tickets.data or [] if _is_key(key)}

    @property
    def to_id(self) -> int:
        """The key of the colleague; 0, whom nobody is, when none was chosen."""
        return int(self.to.data) if _is_key(self.to.data or "") else 0


class SaveFilterForm(PortalForm):
    """A name for the view that is shown."""

    name = StringField(
        "Save this view as",
        [
            DataRequired("Give it a name."),
            Length(max=NAME_MOST, message=f"Keep the name within {NAME_MOST} characters."),
        ],
    )
    shared = BooleanField("Share it with the team")


def _people(team: Iterable[Person]) -> list[SelectChoice]:
    return [SelectChoice(str(person.id), person.name) for person in sorted(team, key=lambda each: each.name)]


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
