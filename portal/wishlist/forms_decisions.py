"""Forms of what management decides on wishes."""

from wtforms import BooleanField, DateField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length, Optional

from portal.forms import PortalForm
from portal.policy.wishes import WishDecision, wish_word
from portal.wishlist.deciding import Deciding
from portal.wishlist.forms import LONGEST_TEXT, TOO_LONG
from portal.wishlist.models_decisions import DecisionRecord

LONGEST_RELEASE = 60


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
