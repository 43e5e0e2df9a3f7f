"""Forms with which support works on tickets."""

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length

from portal.forms import CreatingForm
from portal.policy.coverage import topic_choices
from portal.tickets.forms import BODY_MOST

TITLE_MOST = 100


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
