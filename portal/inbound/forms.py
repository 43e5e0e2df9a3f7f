"""Forms of sorting mail."""

from typing import Any

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length, Optional, Regexp

from portal.forms import PortalForm
from portal.inbound.service import LONGEST_REASON


class ReleaseForm(PortalForm):
    """Where a mail goes, and in whose name."""

    author = StringField("In the name of", validators=[DataRequired("Enter the address of who wrote it.")])
    ticket = StringField(
        "Ticket number",
        validators=[Optional(), Regexp(r"^#?\d{1,18}$", message="Enter a number such as 104.")],
    )
    event = SelectField("Or a new ticket on", validators=[Optional()], validate_choice=False)

    def __init__(self, *args: Any, events: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event.choices = [SelectChoice("", "Choose an event"), *(SelectChoice(*one) for one in events)]

    @property
    def ticket_id(self) -> int | None:
        """The number of the ticket, where one was entered."""
        return int(self.ticket.data.lstrip("#")) if self.ticket.data else None

    @property
    def event_id(self) -> int | None:
        """The key of the event, where one was chosen."""
        return int(self.event.data) if (self.event.data or "").isdecimal() else None


class DiscardForm(PortalForm):
    """Why a mail is put away."""

    reason = StringField(
        "Reason",
        validators=[
            DataRequired("Say why, for whoever looks for it later."),
            Length(max=LONGEST_REASON, message=f"Keep the reason within {LONGEST_REASON} characters."),
        ],
    )
