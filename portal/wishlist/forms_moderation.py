"""Forms with which moderators look after wishes, and in which people edit and discuss them."""

import re
from collections.abc import Iterable
from typing import Any

from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length

from portal.accounts.models import Organisation
from portal.forms import CreatingForm, PortalForm
from portal.policy.wishes import Frequency, wish_word
from portal.wishlist.forms import LONGEST_TEXT, LONGEST_TITLE, TOO_LONG, CustomerField
from portal.wishlist.versions import Texts

LONGEST_COMMENT = 2000
LONGEST_REASON = 1000
_NUMBER = re.compile(r"\s*(?:#|.*/wishes/)?([0-9]{1,18})/?\s*")
_FREQUENCIES = [
    SelectChoice("", "Not said"),
    *(SelectChoice(each.value, wish_word(each).capitalize()) for each in Frequency),
]


def _text(label: str, required: str = "", most: int = LONGEST_TEXT, **options: Any) -> TextAreaField:
    length = Length(max=most, message=f"Use at most {most} characters.")
    return TextAreaField(label, [*([DataRequired(required)] if required else []), length], **options)


class TextsForm(PortalForm):
    """The words of a wish, as its author or a moderator would have them. `seen` is the wording that was on the page."""

    title = StringField(
        "The wish in one line",
        [
            DataRequired("Say in one line what is wished for."),
            Length(max=LONGEST_TITLE, message=f"Use at most {LONGEST_TITLE} characters."),
        ],
    )
    problem = TextAreaField(
        "What is the problem?",
        [DataRequired("Describe the problem."), Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )
    affected = _text("Who is affected?")
    frequency = SelectField("How often?", choices=_FREQUENCIES)
    workaround = _text("How is it managed today?")
    idea = _text("The idea")
    seen = HiddenField()

    @property
    def texts(self) -> Texts:
        """The words as typed."""
        return Texts(
            " ".join((self.title.data or "").split()), self.problem.data or "", self.affected.data or "",
            self.frequency.data or None, self.workaround.data or "", self.idea.data or "",
        )  # fmt: skip

    @property
    def seen_mark(self) -> int:
        """The wording that was on the page; one that never was where it cannot be read."""
        return key_of(self.seen.data) or 0

    def start_from(self, texts: Texts, mark: int) -> None:
        """Fill in the words to change."""
        for name in ("title", "problem", "affected", "workaround", "idea"):
            self[name].data = getattr(texts, name)
        self.frequency.data, self.seen.data = texts.frequency or "", str(mark)


class ReasonForm(PortalForm):
    """Does something with a reason that the author is sent."""

    reason = _text("Reason", "Give the reason: the author receives it.", LONGEST_REASON)


class HideForm(PortalForm):
    """Takes a wish from the list with a reason."""

    reason = _text("Reason", "Give the reason: the author receives it.", LONGEST_REASON, id="hide-reason")


class EditReasonForm(PortalForm):
    """Declines an edit with a reason."""

    reason = _text("Reason", "Give the reason: the author receives it.", LONGEST_REASON, id="edit-reason")


class QuestionForm(PortalForm):
    """Asks the author of a wish."""

    question = _text("Question to the author", "Write what you need to know.", LONGEST_REASON)


class MergeForm(PortalForm):
    """Names the wish that another is to be part of."""

    into = StringField("Number or address of the wish that is left", [DataRequired("Name the other wish.")])
    reason = _text("Note for the record", most=LONGEST_REASON, id="merge-reason")

    @property
    def into_id(self) -> int | None:
        """The key of the other wish, from its number or its address; None where it cannot be read."""
        return key_of(self.into.data)


class CommentForm(CreatingForm):
    """Comments on a wish."""

    body = _text("Your comment", "Write your comment.", LONGEST_COMMENT)
    customer_id = CustomerField("Customer", id="comment-customer")

    def offer(self, customers: Iterable[Organisation], empty: str) -> None:
        """Set the customers to choose from, under an empty choice."""
        self.customer_id.offer(customers, empty)


class SettleForm(PortalForm):
    """What to do with what was chosen of the queue."""

    reviews = SelectMultipleField("Chosen", validate_choice=False)
    action = SelectField(
        "With what is chosen",
        choices=[
            SelectChoice("", "Choose"),
            SelectChoice("publish", "Publish"),
            SelectChoice("decline", "Decline"),
        ],
        validators=[DataRequired("Choose what to do.")],
        id="settle-action",
    )
    reason = StringField(
        "Reason, when declining",
        [Length(max=LONGEST_REASON, message=f"Use at most {LONGEST_REASON} characters.")],
        id="settle-reason",
    )

    @property
    def review_ids(self) -> set[int]:
        """The keys of what was chosen; what is no key is left out."""
        return {key for typed in self.reviews.data or [] if (key := key_of(typed)) is not None}


def key_of(typed: str | None) -> int | None:
    """A key from what was typed: its number, with or without a mark, or the address of a wish; else None."""
    found = _NUMBER.fullmatch(typed or "")
    return int(found[1]) if found else None
