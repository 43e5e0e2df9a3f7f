"""Forms of help pages and of attendees' questions."""

from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length

from portal.accounts.identity import LONGEST_NAME
from portal.forms import CreatingForm, PortalForm
from portal.policy.coverage import coverage, topic_choices
from portal.policy.wishes import Frequency, wish_word
from portal.questions.asking import BODY_MOST
from portal.questions.help_pages import INTRO_MOST
from portal.questions.publishing import ANSWER_MOST, ASKED_MOST
from portal.questions.service import ANSWER_MOST as REPLY_MOST
from portal.questions.wishing import TITLE_MOST, WHO_MOST, Suggestion

LONGEST_EMAIL = 254
NOTE_MOST = 4000
FREQUENCIES = [
    SelectChoice("", "Choose how often"),
    *(SelectChoice(each.value, wish_word(each).capitalize()) for each in Frequency),
]


def _at_most(most: int) -> Length:
    return Length(max=most, message=f"Use at most {most:,} characters.")


def _email() -> EmailField:
    return EmailField(
        "Your e-mail address", [DataRequired("Enter your e-mail address."), _at_most(LONGEST_EMAIL)]
    )


class PublicForm(PortalForm):
    """What anybody can send. `website` is seen by programs only, `seal` tells since when the form was open."""

    email = _email()
    website = StringField("Leave this empty")
    seal = HiddenField()


class SuggestionForm(PublicForm):
    """Suggesting an improvement of the system."""

    title = StringField(
        "Your wish in one line", [DataRequired("Say in one line what you wish for."), _at_most(TITLE_MOST)]
    )
    body = TextAreaField("What is the problem?", [DataRequired("Describe the problem."), _at_most(BODY_MOST)])
    affected = StringField("Who is affected?", [_at_most(WHO_MOST)])
    frequency = SelectField("How often?", choices=FREQUENCIES, default="")
    workaround = TextAreaField("How do you manage today?", [_at_most(BODY_MOST)])
    idea = TextAreaField("Your idea", [_at_most(BODY_MOST)])
    similar_seen = HiddenField()

    @property
    def suggestion(self) -> Suggestion:
        """What was typed."""
        return Suggestion(
            " ".join((self.title.data or "").split()), self.body.data or "", self.affected.data or "",
            self.frequency.data or None, self.workaround.data or "", self.idea.data or "",
        )  # fmt: skip


class AskForm(PublicForm):
    """Asking on a help page; `similar_seen` once answers alike were shown."""

    name = StringField("Your name", [DataRequired("Enter your name."), _at_most(LONGEST_NAME)])
    body = TextAreaField("Your question", [DataRequired("Write your question."), _at_most(BODY_MOST)])
    similar_seen = HiddenField()


class LinksForm(PortalForm):
    """Asking for new links to one's questions."""

    email = _email()


class MessageForm(CreatingForm):
    """What an attendee adds to a question."""

    body = TextAreaField("Your message", [DataRequired("Write your message."), _at_most(BODY_MOST)])


class AnswerForm(CreatingForm):
    """A contact's answer. `seen` is the newest turn they had before them, `passed_on` support's answer, if any."""

    body = TextAreaField("Your answer", [DataRequired("Write your answer."), _at_most(REPLY_MOST)])
    shown_as = StringField("Shown to the attendee as", [_at_most(LONGEST_NAME)])
    seen = HiddenField()
    passed_on = HiddenField()

    @property
    def seen_id(self) -> int:
        """The key of the newest turn shown; 0 when there was none, or it is forged."""
        return key_in(self.seen) or 0

    @property
    def passed_on_id(self) -> int | None:
        """The key of the answer of support that is passed on."""
        return key_in(self.passed_on)


class SeenForm(PortalForm):
    """What is decided in view of a conversation."""

    seen = HiddenField()

    @property
    def seen_id(self) -> int:
        """The key of the newest turn shown; 0 when there was none, or it is forged."""
        return key_in(self.seen) or 0


class EscalationForm(CreatingForm):
    """Passing a question on to support. `told` is the topic whose limits of support the page has explained."""

    told = HiddenField()

    topic = SelectField(
        "What is it about?",
        choices=[SelectChoice("", "Choose a topic"), *(SelectChoice(*choice) for choice in topic_choices())],
        validators=[DataRequired("Choose what it is about.")],
    )
    note = TextAreaField("What support should know besides", [_at_most(NOTE_MOST)])
    share_address = BooleanField("Share the attendee's name and address with support")

    def has_to_be_told(self) -> bool:
        """Whether the topic is not covered and the page has not said so yet (OUT-1 to OUT-6)."""
        return not coverage(self.topic.data).covered and self.told.data != self.topic.data


class HelpPageForm(PortalForm):
    """What an event's help page says, and whether questions can be asked there."""

    is_open = BooleanField("Attendees can ask questions on the help page")
    team_name = StringField("Name of your team", [_at_most(LONGEST_NAME)])
    intro = TextAreaField("What you can help with", [_at_most(INTRO_MOST)])


class PublishForm(CreatingForm):
    """A question with its answer for everybody."""

    asked = StringField("Question", [DataRequired("Enter the question."), _at_most(ASKED_MOST)])
    answer = TextAreaField("Answer", [DataRequired("Write the answer."), _at_most(ANSWER_MOST)])


def key_in(field: HiddenField) -> int | None:
    """The key that a hidden field holds; None when it is missing or forged."""
    text = field.data or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
