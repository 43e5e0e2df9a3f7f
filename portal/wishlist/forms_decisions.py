"""Forms of what management decides on wishes."""

from typing import Any

from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length, Optional

from portal.forms import CreatingForm, PortalForm
from portal.policy.wishes import WishDecision, WishModule, wish_word
from portal.wishlist.deciding import Deciding
from portal.wishlist.evaluating import ASKED
from portal.wishlist.forms import LONGEST_TEXT, TOO_LONG
from portal.wishlist.models_decisions import DecisionRecord, WishEvaluation

LONGEST_RELEASE = 60
LONGEST_NOTE = 1000
MARKS = {
    "usefulness": ("Usefulness to all customers", "1 to hardly anybody", "5 to nearly everybody"),
    "effort": ("Effort", "1 hours", "5 many months"),
    "fit": ("Fit with what the product is for", "1 beside the point", "5 right at its heart"),
    "risk": ("Risk", "1 none that we see", "5 may break what works"),
}


def _mark(name: str) -> Any:
    label, low, high = MARKS[name]
    words = {1: low, 5: high}
    return RadioField(
        label,
        [DataRequired("Choose from 1 to 5.")],
        choices=[SelectChoice(str(mark), words.get(mark, str(mark))) for mark in range(1, 6)],
    )


def _why(name: str) -> Any:
    return StringField(
        f"Why ({MARKS[name][0].lower()})", [Length(max=300, message="Use at most 300 characters.")]
    )


class EvaluationForm(PortalForm):
    """What one member of staff thinks of a wish, each from 1 to 5 with a reason (WISH-2, WISH-3)."""

    usefulness = _mark("usefulness")
    usefulness_why = _why("usefulness")
    effort = _mark("effort")
    effort_why = _why("effort")
    fit = _mark("fit")
    fit_why = _why("fit")
    risk = _mark("risk")
    risk_why = _why("risk")

    def start_from(self, own: WishEvaluation | None) -> None:
        """Fill in what the evaluator wrote before."""
        for name in ASKED if own else ():
            self[name].data = str(getattr(own, name))
            self[f"{name}_why"].data = getattr(own, f"{name}_why")

    @property
    def marks(self) -> dict[str, int]:
        """The marks, by what they are about."""
        return {name: int(self[name].data) for name in ASKED}

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons, by what they are about."""
        return {name: self[f"{name}_why"].data or "" for name in ASKED}


class PartForm(PortalForm):
    """Says which customers a wish concerns (WISH-2). `seen` is what was on the page."""

    module = SelectField(
        "It concerns",
        choices=[
            SelectChoice("", "Every customer"),
            *(SelectChoice(each.value, f"Those with: {wish_word(each)}") for each in WishModule),
        ],
    )
    seen = HiddenField()

    @property
    def chosen(self) -> WishModule | None:
        """The licensed part; None for every customer."""
        return WishModule(self.module.data) if self.module.data else None


class RoundForm(CreatingForm):
    """Takes a planning round for a release."""

    release = StringField(
        "Release",
        [
            DataRequired("Name the release that is planned."),
            Length(max=LONGEST_RELEASE, message=f"Use at most {LONGEST_RELEASE} characters."),
        ],
    )
    note = TextAreaField(
        "Note", [Length(max=LONGEST_NOTE, message=f"Use at most {LONGEST_NOTE} characters.")]
    )


class DecisionForm(PortalForm):
    """Records what management decided (WISH-3). `seen` is the number of the decision that was on the page."""

    decision = RadioField(
        "Decision",
        [DataRequired("Choose what was decided.")],
        choices=[SelectChoice(each.value, wish_word(each).capitalize()) for each in WishDecision],
    )
    answer = TextAreaField("Public answer", [Length(max=LONGEST_TEXT, message=TOO_LONG)])
    due_on = DateField("Date", [Optional()])
    release = StringField(
        "Release", [Length(max=LONGEST_RELEASE, message=f"Use at most {LONGEST_RELEASE} characters.")]
    )
    date_published = BooleanField("Show the date and the release to customers")
    seen = HiddenField()

    def start_from(self, latest: DecisionRecord | None) -> None:
        """Fill in what holds now, so that only what changes needs typing."""
        self.seen.data = str(latest.number if latest else 0)
        self.decision.data = latest.decision if latest else WishDecision.OPEN.value
        if latest:
            self.answer.data, self.release.data = latest.answer, latest.release
            self.due_on.data, self.date_published.data = latest.due_on, latest.date_published

    @property
    def chosen(self) -> Deciding:
        """What was decided, as typed."""
        return Deciding(
            WishDecision(self.decision.data), self.answer.data or "", self.due_on.data, self.release.data or "",
            bool(self.date_published.data),
        )  # fmt: skip

    @property
    def seen_number(self) -> int:
        """The number of the decision on the page; one that never was where it cannot be read."""
        typed = self.seen.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1
