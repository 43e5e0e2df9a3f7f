"""Forms of the help articles."""

from collections.abc import Iterable

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.articles.models import Category
from portal.forms import CreatingForm, PortalForm

LONGEST_TITLE = 120
LONGEST_TEXT = 30_000
LONGEST_WORDS = 1_000
LONGEST_NAME = 60
AUDIENCE_LABELS = {
    "everyone": "Everyone, without signing in",
    "contacts": "Technical Contacts and staff",
    "organisers": "Organisers and staff",
    "staff": "Staff only",
}


class ArticleForm(CreatingForm):
    """Writes an article, or its next version."""

    title = StringField(
        "Title",
        [
            DataRequired("Give it a title."),
            Length(max=LONGEST_TITLE, message=f"Use at most {LONGEST_TITLE} characters."),
        ],
    )
    body = TextAreaField(
        "Text",
        [
            DataRequired("Write the article."),
            Length(max=LONGEST_TEXT, message=f"Use at most {LONGEST_TEXT:,} characters."),
        ],
    )
    category_id = SelectField("Category", [InputRequired("Choose a category.")], coerce=lambda key: _key(key))
    audience = RadioField(
        "For whom",
        [DataRequired("Choose for whom it is.")],
        choices=[SelectChoice(key, label) for key, label in AUDIENCE_LABELS.items()],
        default="everyone",
    )
    reason = StringField(
        "What changed, and why",
        [
            DataRequired("Say in a few words what this version changes."),
            Length(max=200, message="Use at most 200 characters."),
        ],
    )
    publish = BooleanField("Publish it now")
    seen = HiddenField()
    ticket_id = HiddenField()

    def offer(self, categories: Iterable[Category]) -> None:
        """Set the categories to choose from."""
        named = [SelectChoice(str(each.id), each.name) for each in categories]
        self.category_id.choices = [SelectChoice("", "Choose one"), *named]


class VerdictForm(PortalForm):
    """Says whether an article helped."""

    helped = HiddenField(validators=[DataRequired("Say whether it helped.")])
    words = TextAreaField(
        "What was missing, or good?",
        [Optional(), Length(max=LONGEST_WORDS, message=f"Use at most {LONGEST_WORDS:,} characters.")],
    )


class CategoryForm(PortalForm):
    """Names a category."""

    name = StringField(
        "Name",
        [
            DataRequired("Give it a name."),
            Length(max=LONGEST_NAME, message=f"Use at most {LONGEST_NAME} characters."),
        ],
    )


def _key(value: object) -> int | None:
    written = str(value or "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else None
