"""Forms of rosters."""

from typing import Any

from wtforms import EmailField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from portal.forms import CreatingForm, PortalForm
from portal.roster.models import Contact
from portal.roster.removals import LONGEST_REASON
from portal.roster.service import LONGEST_JOB_TITLE


class ContactForm(CreatingForm):
    """Whom to register as Technical Contact (WHO-5)."""

    name = StringField("Name", [DataRequired("Enter the person's name.")])
    email = EmailField("E-mail address", [DataRequired("Enter the person's e-mail address.")])
    phone = TelField("Phone")
    job_title = StringField("Job title", [Length(max=LONGEST_JOB_TITLE)])


class RemovalForm(PortalForm):
    """Why a contact should go, and which of the `others` takes over what they leave behind (WHO-6)."""

    handover_to = SelectField("Who takes over their tickets and sessions", coerce=int, default=0)
    reason = TextAreaField("Reason", [Length(max=LONGEST_REASON)])

    def __init__(self, others: list[Contact], **options: Any) -> None:
        super().__init__(**options)
        named = [(each.id, each.person.name) for each in others]
        if not named:
            del self.handover_to
        elif len(named) == 1:
            self._offer(named)
        else:
            self._offer([(0, "Choose one"), *named])

    def _offer(self, choices: list[tuple[int, str]]) -> None:
        self.handover_to.choices = choices
        self.handover_to.data = self.handover_to.data or choices[0][0]

    def validate_handover_to(self, field: SelectField) -> None:
        """Refuse the line that asks to choose."""
        if not field.data:
            raise ValidationError("Choose who takes over their open tickets and coming sessions.")

    @property
    def heir_id(self) -> int | None:
        """The contact who was chosen, if any."""
        return self.handover_to.data or None if "handover_to" in self else None


class ReplacementForm(RemovalForm, ContactForm):
    """Who is to come instead of a contact, who takes over, and why (WHO-6)."""

    def __init__(self, others: list[Contact], **options: Any) -> None:
        ContactForm.__init__(self, **options)
        self._offer([(0, "The replacement"), *((each.id, each.person.name) for each in others)])

    def validate_handover_to(self, field: SelectField) -> None:
        """The replacement may be the one."""


class DecisionForm(PortalForm):
    """Why a request for removal is declined; also told when it is approved (WHO-6)."""

    reason = TextAreaField("Reason", [Length(max=LONGEST_REASON)])
