"""Forms of fair use."""

from wtforms import SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.forms import CreatingForm, PortalForm
from portal.policy.fair_use import Measure

MOST = 5_000
MEASURE_LABELS = {
    Measure.REDUCED_LEVEL: "A reduced level of support: a longer goal for replies",
    Measure.RECOMMEND_TRAINING: "Recommend training services",
    Measure.RECOMMEND_SERVICES: "Recommend additional support services",
    Measure.NO_RENEWAL: "Not renew the licence",
}


class NoticeForm(CreatingForm):
    """A notice of excessive usage, in support's own words beside the figures."""

    words = TextAreaField(
        "Your words to the customer",
        [
            DataRequired("Write what you want to say."),
            Length(max=MOST, message=f"Keep it within {MOST:,} characters."),
        ],
    )


class AnswerForm(PortalForm):
    """The customer's answer to a notice."""

    answer = TextAreaField(
        "Your answer",
        [
            DataRequired("Write your answer."),
            Length(max=MOST, message=f"Keep it within {MOST:,} characters."),
        ],
    )


class MeasuresForm(CreatingForm):
    """What a manager decides (USE-3)."""

    measures = SelectMultipleField(
        "Measures",
        choices=[SelectChoice(each.value, words) for each, words in MEASURE_LABELS.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    reason = TextAreaField(
        "Reason",
        [
            DataRequired("Give the reason; the customer reads it."),
            Length(max=MOST, message=f"Keep it within {MOST:,} characters."),
        ],
    )
