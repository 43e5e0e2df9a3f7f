"""Forms of the wish list."""

from collections.abc import Iterable
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length

from portal.accounts.models import Organisation
from portal.forms import PortalForm
from portal.policy.wishes import Stand, wish_word

LONGEST_TITLE = 120
LONGEST_TEXT = 4000
TOO_LONG = f"Use at most {LONGEST_TEXT} characters."
TAKEN_BACK = "none"


class CustomerField(SelectField):
    """A choice among customers, by key; the empty choice is None."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, coerce=_key, choices=[SelectChoice("", "")], **options)

    def offer(self, customers: Iterable[Organisation], empty: str) -> None:
        """Set the customers to choose from, under an empty choice."""
        self.choices = [
            SelectChoice("", empty),
            *(SelectChoice(str(each.id), each.name) for each in customers),
        ]


class StandForm(PortalForm):
    """Says how useful a wish is, or takes that back (WISH-2)."""

    stand = RadioField(
        "What they say of it",
        [DataRequired("Choose what to say of the wish.")],
        choices=[
            *(SelectChoice(stand.value, wish_word(stand).capitalize()) for stand in Stand),
            SelectChoice(TAKEN_BACK, "Nothing: take it back"),
        ],
    )

    @property
    def chosen(self) -> Stand | None:
        """The stand; None where it is taken back."""
        return None if self.stand.data == TAKEN_BACK else Stand(self.stand.data)


class CustomerStandForm(StandForm):
    """Names the customer as well: the one that staff speak for, or whose organiser chooses (WISH-2)."""

    organisation_id = CustomerField("Customer", validators=[DataRequired("Choose the customer.")])
    note = StringField("Where they said so", [Length(max=200, message="Use at most 200 characters.")])


class AnswerForm(PortalForm):
    """Gives a published wish its public answer."""

    answer = TextAreaField(
        "Public answer", [DataRequired("Write the answer."), Length(max=LONGEST_TEXT, message=TOO_LONG)]
    )
    seen = HiddenField()


def _key(value: object) -> int | None:
    text = str(value or "")
    if len(text) > 18:
        raise ValueError("no key is as long as this")
    return int(text) if text else None
