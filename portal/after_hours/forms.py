"""Forms of windows after hours."""

from typing import Any

from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, DateInput, ListWidget, TimeInput

from portal.accounts.models import Person
from portal.after_hours.holding import REACH_MOST
from portal.after_hours.models import ReadyHours
from portal.after_hours.quoting import NOTE_MOST, Wanted
from portal.after_hours.readiness import Ready
from portal.errors import Invalid
from portal.forms import CreatingForm, PortalForm
from portal.local_times import TURNS, Typed, instant, zone_of
from portal.payments.provider import Description
from portal.policy.readiness import DAY_KIND_LABELS, DayKind
from portal.policy.terms import Channel, in_words

CHANNELS = {
    Channel.PHONE: "By phone: a member of support answers your calls, tickets and e-mail",
    Channel.EMAIL: "By e-mail: tickets and e-mail are answered",
    Channel.LIVE_SESSION: "By live remote session: a member of support is with you on line",
}
TURN_CHOICES = [SelectChoice(*turn) for turn in TURNS]
BOTH = "Fill in both times, or neither."


class WindowForm(CreatingForm):
    """Asks for a window: by which channel, from when until when, in which zone. Everything typed is kept."""

    channel = RadioField(
        "How",
        choices=[SelectChoice(each.value, words) for each, words in CHANNELS.items()],
        validate_choice=False,
    )
    starts_on = StringField("First day", widget=DateInput())
    starts_at = StringField("From", widget=TimeInput())
    starts_turn = RadioField("Which of the two?", [Optional()], choices=TURN_CHOICES, validate_choice=False)
    ends_on = StringField("Last day", widget=DateInput())
    ends_at = StringField("Until", widget=TimeInput())
    ends_turn = RadioField("Which of the two?", [Optional()], choices=TURN_CHOICES, validate_choice=False)
    zone = SelectField("Time zone", validate_choice=False)
    note = TextAreaField(
        "What it is for", [Length(max=NOTE_MOST, message=f"Keep it within {NOTE_MOST:,} characters.")]
    )

    def offer_zones(self, zones: dict[str, list[tuple[str, str]]], own: str) -> None:
        """Let the reader choose among `zones`; their own where none is chosen. One that is none stays as typed."""
        self.zone.data = self.zone.data or own
        known = {name for names in zones.values() for name, _ in names}
        odd = {} if self.zone.data in known else {"As it is": [(self.zone.data, self.zone.data)]}
        self.zone.choices = {
            part: [SelectChoice(*name) for name in names] for part, names in {**odd, **zones}.items()
        }

    def wanted(self) -> Wanted:
        """The window that was typed. Raises Invalid with every problem, each beside its field."""
        problems: dict[str, str] = {}
        channel = _try(problems, lambda: _channel(self.channel.data))
        zone = _try(problems, lambda: zone_of(self.zone.data or ""))
        start = ends = None
        if zone is not None:
            start = _try(problems, lambda: instant("starts", self._typed("starts"), zone))
            ends = _try(problems, lambda: instant("ends", self._typed("ends"), zone))
        if start is not None and ends is not None and ends <= start:
            problems["ends_at"] = "The window must end after it starts."
        if problems or channel is None or start is None or ends is None:
            raise Invalid(**problems)
        return Wanted(channel, start, ends, self.note.data or "")

    def _typed(self, field: str) -> Typed:
        return Typed(*(self[f"{field}_{part}"].data or "" for part in ("on", "at", "turn")))


class OrderForm(WindowForm):
    """Confirms the order of a window. No amount is taken from it, only what was reviewed."""

    method = RadioField("How you pay", default="invoice")
    purchase_order = StringField(
        "Your purchase order number", [Length(max=80, message="Use at most 80 characters.")]
    )
    reviewed = HiddenField()

    def offer(self, providers: list[Description]) -> None:
        """Let the customer choose among `providers`; without a choice the form asks nothing."""
        self.method.choices = [(each.name, f"{each.label}. {each.explanation}") for each in providers]
        if self.method.data is None:
            self.method.data = providers[0].name


class CancelForm(PortalForm):
    """Cancels a window on the terms that were shown."""

    expected = HiddenField()
    reason = StringField("Reason", [Length(max=300, message="Use at most 300 characters.")])

    @property
    def expected_cents(self) -> int:
        """What was said to come back, in cents; -1 when it is missing or forged."""
        typed = self.expected.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else -1


class WithdrawForm(PortalForm):
    """Takes a prepared window back, or declines it."""

    reason = StringField("Reason", [Length(max=300, message="Use at most 300 characters.")])


class HoldForm(PortalForm):
    """Accepts a window."""

    reach = StringField(
        "How you are reached", [Length(max=REACH_MOST, message=f"Use at most {REACH_MOST} characters.")]
    )


class HandForm(PortalForm):
    """Asks a colleague to take a window over."""

    to = SelectField("Colleague", [DataRequired("Choose a colleague.")], coerce=int, validate_choice=False)

    def offer(self, people: list[Person]) -> None:
        """Let the holder choose among `people`."""
        self.to.choices = [SelectChoice(person.id, person.name) for person in people]


class ReadyForm(PortalForm):
    """From when until when somebody takes windows on each kind of day, and by which channels."""

    def days(self) -> dict[DayKind, Ready]:
        """What was typed. Raises Invalid for a kind of day with one time only."""
        found, problems = {}, {}
        for kind in DayKind:
            opens, closes = self[f"opens_{kind}"].data, self[f"closes_{kind}"].data
            if (opens is None) != (closes is None):
                problems[f"{'opens' if opens is None else 'closes'}_{kind}"] = BOTH
            elif opens is not None:
                found[kind] = Ready(opens, closes, _channels(self[f"channels_{kind}"].data))
        if problems:
            raise Invalid(**problems)
        return found

    @classmethod
    def of(cls, stated: list[ReadyHours]) -> "ReadyForm":
        """The form as it stands before anything is sent."""
        values: dict[str, Any] = {}
        for each in stated:
            values |= {
                f"opens_{each.day_kind}": each.opens, f"closes_{each.day_kind}": each.closes,
                f"channels_{each.day_kind}": each.channels,
            }  # fmt: skip
        return cls(formdata=None, **values)


for _kind, _label in DAY_KIND_LABELS.items():
    setattr(ReadyForm, f"opens_{_kind}", TimeField("From", [Optional()]))
    setattr(ReadyForm, f"closes_{_kind}", TimeField("To", [Optional()]))
    _field = SelectMultipleField(
        "Channels",
        choices=[SelectChoice(each.value, in_words(each)) for each in Channel],
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    setattr(ReadyForm, f"channels_{_kind}", _field)


def _channels(chosen: list[str] | None) -> tuple[Channel, ...]:
    return tuple(each for each in Channel if each.value in (chosen or []))


def _channel(chosen: str | None) -> Channel:
    if chosen not in set(Channel):
        raise Invalid(channel="Choose how support is given.")
    return Channel(chosen)


def _try(problems: dict[str, str], read: Any) -> Any:
    try:
        return read()
    except Invalid as problem:
        problems.update(problem.fields)
        return None
