"""Forms that make two tickets one, or one two."""

from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length

from portal.forms import CreatingForm, PortalForm
from portal.policy.coverage import topic_choices
from portal.tickets.forms import SUBJECT_MOST

KEY_DIGITS = 18
IDS_MOST = 500


def key_from(typed: str | None) -> int:
    """The number of a ticket as typed, with or without `#`; 0 for what is none."""
    digits = (typed or "").strip().lstrip("#")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= KEY_DIGITS else 0


class OtherTicketForm(PortalForm):
    """Names another ticket by its number; `target` is one of those offered."""

    other = StringField("Ticket number", [Length(max=KEY_DIGITS + 1, message="That is no ticket's number.")])
    target = StringField("Ticket")

    @property
    def key(self) -> int:
        """The ticket that was chosen, or else typed; 0 for none."""
        return key_from(self.target.data) or key_from(self.other.data)


class SplitForm(CreatingForm):
    """Which messages become a ticket of their own, and what it is about."""

    messages = SelectMultipleField("Messages to take out", validate_choice=False)
    subject = StringField(
        "Subject of the new ticket",
        [
            DataRequired("Give it a subject."),
            Length(max=SUBJECT_MOST, message=f"Keep the subject within {SUBJECT_MOST} characters."),
        ],
    )
    topic = SelectField("Topic", choices=[SelectChoice(*choice) for choice in topic_choices()])

    @property
    def chosen(self) -> list[int]:
        """The keys of the messages that were chosen; 0 stands for what is no key."""
        return [key_from(each) for each in (self.messages.data or [])[:IDS_MOST]]
