"""The one question after a ticket was closed."""

from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import InputRequired, Length

from portal.forms import PortalForm
from portal.tickets.satisfaction import ANSWERS, COMMENT_MOST


class SatisfactionForm(PortalForm):
    """Whether support helped, and in the customer's words why."""

    answer = RadioField(
        "Did support help you?",
        choices=[SelectChoice(*answer) for answer in ANSWERS.items()],
        validators=[InputRequired("Choose one of the two answers.")],
    )
    comment = TextAreaField(
        "What should we know?",
        validators=[Length(max=COMMENT_MOST, message=f"Keep it within {COMMENT_MOST:,} characters.")],
    )
