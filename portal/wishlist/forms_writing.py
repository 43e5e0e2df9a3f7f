"""Forms in which a wish is written, and in which somebody tells their case on one that is there already (WISH-1)."""

from collections.abc import Mapping, Sequence

from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length

from portal.forms import CreatingForm
from portal.policy.wishes import Frequency, WishModule, wish_word
from portal.wishlist.forms import LONGEST_TEXT, LONGEST_TITLE, TOO_LONG, CustomerField

LONGEST_WHO = 300
LONGEST_CASE = 2000
TEXTS = (
    "title",
    "problem",
    "affected",
    "frequency",
    "workaround",
    "idea",
    "module",
    "organisation_id",
    "ticket_id",
)
FREQUENCIES = [
    SelectChoice("", "Choose how often"),
    *(SelectChoice(each.value, wish_word(each).capitalize()) for each in Frequency),
]
MODULES = [
    SelectChoice("", "All of it, or I do not know"),
    *(SelectChoice(each.value, f"The {wish_word(each)}") for each in WishModule),
]


def _at_most(most: int) -> Length:
    return Length(max=most, message=f"Use at most {most:,} characters.")


class WishForm(CreatingForm):
    """Adds a wish: the problem first, then the idea (WISH-1).

    `similar_seen` says that the page has shown wishes that say the same; `kept` are the seals of pictures chosen
    before, and `alt-<name>` what each shows.
    """

    title = StringField(
        "Your wish in one line", [DataRequired("Say in one line what you wish for."), _at_most(LONGEST_TITLE)]
    )
    problem = TextAreaField(
        "What is the problem?",
        [DataRequired("Describe the problem."), Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )
    affected = StringField("Who is affected?", [_at_most(LONGEST_WHO)])
    frequency = SelectField("How often?", choices=FREQUENCIES, default="")
    workaround = TextAreaField("How do you manage today?", [Length(max=LONGEST_TEXT, message=TOO_LONG)])
    idea = TextAreaField("Your idea", [Length(max=LONGEST_TEXT, message=TOO_LONG)])
    module = SelectField("Which part of Conference Tracker is it about?", choices=MODULES, default="")
    organisation_id = CustomerField("Customer")
    files = MultipleFileField("Pictures")
    kept = SelectMultipleField("Pictures kept", validate_choice=False)
    similar_seen = HiddenField()
    ticket_id = HiddenField()

    @property
    def ticket_key(self) -> int | None:
        """The ticket that the wish came up in; None for none."""
        typed = self.ticket_id.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None

    @property
    def described(self) -> str:
        """All that was typed beside the title, for finding wishes that say the same."""
        return " ".join(
            filter(None, (self.problem.data, self.affected.data, self.workaround.data, self.idea.data))
        )

    @property
    def typed(self) -> dict[str, str]:
        """What was typed, by the names of its fields, as a draft keeps it."""
        return {name: str(self[name].data or "") for name in TEXTS}

    @property
    def is_begun(self) -> bool:
        """Whether anything was typed, rather than only chosen."""
        return any(self[name].data for name in ("title", "problem", "affected", "workaround", "idea"))

    def take_up(self, texts: Mapping[str, str]) -> None:
        """Fill in what a draft kept."""
        for name in TEXTS:
            typed = texts.get(name, "")
            key = int(typed) if name == "organisation_id" and typed.isdigit() else None
            self[name].data = key if name == "organisation_id" else typed


class CaseForm(CreatingForm):
    """Tells one's own case on a wish that is there already. `begun` says that it was carried over from a wish's form."""

    body = TextAreaField(
        "Your case",
        [DataRequired("Say what happens at your events."), _at_most(LONGEST_CASE)],
    )
    affected = StringField("Who is affected?", [_at_most(LONGEST_WHO)])
    frequency = SelectField("How often?", choices=FREQUENCIES, default="")
    organisation_id = CustomerField("Customer", id="case-customer")
    begun = HiddenField()

    @property
    def told(self) -> str:
        """The case as it stands among the comments: with who is affected, in one text."""
        who = f"Affected: {self.affected.data}" if self.affected.data else ""
        return "\n\n".join(filter(None, (self.body.data, who)))


def case_from(texts: Sequence[str | None]) -> str:
    """What was typed as a wish, as the beginning of a case."""
    return "\n\n".join(text for text in texts if text)[:LONGEST_CASE]
