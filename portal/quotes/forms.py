"""Forms of quotes."""

from datetime import date
from decimal import Decimal

from wtforms import (
    DateField,
    DecimalField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from portal.forms import CreatingForm, PortalForm, tidy
from portal.policy.quotes import SUBJECT_LABELS
from portal.quotes.lines import MOST_LINES, OfferedLine
from portal.quotes.models import QuoteVersion

TITLE_MOST, TEXT_MOST, REASON_MOST = 150, 20_000, 1_000
EMPTY_ROWS = 3
DEAREST = Decimal(1_000_000)


class QuoteForm(CreatingForm):
    """Asks for a price. `ticket` is the ticket that it comes from, if any."""

    subject = SelectField(
        "What is it about?",
        choices=[
            SelectChoice("", "Choose"),
            *(SelectChoice(each.value, words) for each, words in SUBJECT_LABELS.items()),
        ],
        validators=[DataRequired("Choose what it is about.")],
    )
    title = StringField(
        "In a few words",
        [
            DataRequired("Say in a few words what you need."),
            Length(max=TITLE_MOST, message=f"Keep it within {TITLE_MOST} characters."),
        ],
    )
    asked_for = TextAreaField(
        "What you need",
        [
            DataRequired("Describe what you need."),
            Length(max=TEXT_MOST, message=f"Keep the text within {TEXT_MOST:,} characters."),
        ],
    )
    ticket = HiddenField()

    @property
    def ticket_id(self) -> int | None:
        """The key of that ticket; None when there is none or it is forged."""
        typed = self.ticket.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None


class LineForm(Form):
    """One line of a draft; a line left blank is left out."""

    description = StringField(
        "What", [Length(max=300, message="Use at most 300 characters.")], filters=[tidy]
    )
    quantity = IntegerField(
        "Quantity", [Optional(), NumberRange(1, 10_000, "Use a quantity from 1 to 10,000.")]
    )
    price = DecimalField(
        "Price each, US$", [Optional(), NumberRange(Decimal(0), DEAREST, "Use a price from 0 to 1,000,000.")]
    )

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed in it."""
        return not (self.description.data or (self.price.raw_data and self.price.raw_data[0].strip()))

    def check(self) -> bool:
        """Whether a line that is not blank says what it is and what it costs; tells what is missing."""
        if self.is_blank:
            return True
        if not self.description.data:
            self.description.errors = [*self.description.errors, "Say what this line is for."]
        if self.price.data is None and not self.price.errors:
            self.price.errors = [*self.price.errors, "Enter a price, such as 450.00."]
        return not (self.description.errors or self.price.errors or self.quantity.errors)

    def line(self) -> OfferedLine:
        """The line, in integer cents; half a cent counts as one."""
        cents = int(((self.price.data or Decimal(0)) * 100).quantize(Decimal(1), "ROUND_HALF_UP"))
        return OfferedLine(self.description.data or "", self.quantity.data or 1, cents)


class DraftForm(PortalForm):
    """The next version of a quote."""

    lines = FieldList(FormField(LineForm), min_entries=EMPTY_ROWS, max_entries=MOST_LINES)
    words = TextAreaField(
        "A word to the customer",
        [Length(max=TEXT_MOST, message=f"Keep the text within {TEXT_MOST:,} characters.")],
    )
    terms = TextAreaField(
        "Terms", [Length(max=TEXT_MOST, message=f"Keep the text within {TEXT_MOST:,} characters.")]
    )
    last_day = DateField("Stands until", [DataRequired("Choose the last day on which it can be accepted.")])

    def fill(self, version: QuoteVersion) -> None:
        """Show what a version says, to write it on."""
        self.words.data, self.terms.data = version.words, version.terms
        for number, line in enumerate(version.lines):
            row = self.lines[number].form if number < len(self.lines) else self.lines.append_entry().form
            row.description.data, row.quantity.data = line["description"], line["quantity"]
            row.price.data = Decimal(line["unit_cents"]) / 100

    def more_rows(self) -> None:
        """Offer empty lines after those that are filled."""
        filled = sum(not row.form.is_blank for row in self.lines)
        while len(self.lines) < min(filled + EMPTY_ROWS, MOST_LINES):
            self.lines.append_entry()

    def is_sound(self) -> bool:
        """Whether it can be saved; what is missing in a line is told beside it."""
        sound = self.validate()
        checked = [row.form.check() for row in self.lines]
        lines_sound = all(checked)
        if lines_sound and not self.offered():
            self.lines.errors = [*self.lines.errors, "Write at least one line."]
        return sound and lines_sound and bool(self.offered())

    @property
    def day(self) -> date:
        """The last day on which it can be accepted; ask only when the form is sound."""
        assert self.last_day.data is not None
        return self.last_day.data

    def offered(self) -> list[OfferedLine]:
        """The lines that say something."""
        return [row.form.line() for row in self.lines if not row.form.is_blank]


class DecisionForm(PortalForm):
    """What the customer decides, in view of the version that was read."""

    version = HiddenField()

    @property
    def number(self) -> int:
        """The number of that version; 0 when it is missing or forged."""
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0


class AcceptForm(DecisionForm):
    """Accepts a quote, which orders it."""

    purchase_order = StringField(
        "Your purchase order number", [Length(max=80, message="Use at most 80 characters.")]
    )


class ReasonForm(DecisionForm):
    """Says no, with a reason."""

    reason = TextAreaField(
        "Reason",
        [
            DataRequired("Say why; the other side reads it."),
            Length(max=REASON_MOST, message=f"Use at most {REASON_MOST:,} characters."),
        ],
    )


class MessageForm(CreatingForm):
    """A question about a quote, or an answer."""

    body = TextAreaField(
        "Your message",
        [
            DataRequired("Write your message."),
            Length(max=TEXT_MOST, message=f"Keep the text within {TEXT_MOST:,} characters."),
        ],
    )
