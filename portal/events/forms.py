"""The form of an event."""

from collections import defaultdict
from dataclasses import fields
from datetime import date
from typing import Any, cast

from wtforms import BooleanField, DateField, HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from portal.accounts.models import Organisation
from portal.events.details import ZONES, EventDetails
from portal.events.models import Event
from portal.forms import CreatingForm, PortalForm
from portal.policy.terms import Licence, in_words

LICENCES = {licence.value: in_words(licence) for licence in Licence}
WHERE = {"yes": "In person, or in person and virtual", "no": "Virtual only"}
# Older names of places that have a name of their own, and names that are no places.
LEFT_OUT = frozenset({"Etc", "SystemV", "posix", "right", "US", "Brazil", "Canada", "Chile", "Mexico"})
NO_ORGANISATION = "Choose the organisation that licenses the event."


class DayField(DateField):
    """A calendar day. A day that cannot be read is told how to be written."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a day as browsers send it: 2026-11-24."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Enter a day as year-month-day, such as 2026-11-24.") from error


class WholeNumberField(IntegerField):
    """A whole number, in words where it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a whole number; commas between thousands are fine."""
        try:
            super().process_formdata([value.replace(",", "") for value in valuelist])
        except ValueError as error:
            raise ValueError("Enter a whole number, such as 450.") from error


def time_zones() -> dict[str, str | dict[str, str]]:
    """Every time zone named after a place, by region, for a select with groups; none is chosen beforehand."""
    regions: dict[str, dict[str, str]] = defaultdict(dict)
    for zone in sorted(ZONES):
        region, _, city = zone.partition("/")
        if city and region not in LEFT_OUT:
            regions[region][zone] = city.replace("_", " ").replace("/", ", ")
    return {"": "Choose one", **regions, "Universal": {"UTC": "UTC"}}


class EventForm(PortalForm):
    """Everything staff enter about an event; `version` tells whether somebody else changed it meanwhile.

    `agreed` is the mark of the change of limit that the page has shown, once it is sent a second time.
    """

    version = HiddenField(default="0")
    agreed = HiddenField(default="")
    name = StringField("Name", [DataRequired("Enter the event's name."), Length(max=200)])
    starts_on = DayField("First day", [InputRequired("Enter the first day.")])
    ends_on = DayField("Last day", [InputRequired("Enter the last day.")])
    held = RadioField("How it is held", [InputRequired("Choose how it is held.")], choices=WHERE)
    place = StringField("Place", [Length(max=200)])
    time_zone = SelectField("Time zone", [InputRequired("Choose a time zone.")], choices=time_zones)
    attendees = WholeNumberField(
        "Expected attendees", [InputRequired("Enter how many attendees you expect.")]
    )
    licence = RadioField("Licence", [InputRequired("Choose a licence.")], choices=LICENCES)
    virtual_event_package = BooleanField("Virtual Event package")
    exhibitor_package = BooleanField("Exhibitor package")
    records_attendance = BooleanField("Records session attendance with the app")
    account_opened_on = DayField(
        "Account opened on", [InputRequired("Enter the day the account was opened.")]
    )

    @classmethod
    def of(cls, event: Event) -> "EventForm":
        """The form filled in with an event as it is."""
        values = {field.name: getattr(event, field.name) for field in fields(EventDetails)}
        return cls(data={**values, "held": "yes" if event.in_person else "no", "version": str(event.version)})

    @property
    def shown_version(self) -> int:
        """The event's version when the form was opened; 0, which no event has, for one that was forged."""
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0

    def details(self) -> EventDetails:
        """What was entered. The form must have been checked."""
        return EventDetails(
            name=self.name.data or "",
            starts_on=cast(date, self.starts_on.data),
            ends_on=cast(date, self.ends_on.data),
            place=self.place.data or "",
            in_person=self.held.data == "yes",
            time_zone=self.time_zone.data,
            attendees=cast(int, self.attendees.data),
            licence=Licence(self.licence.data),
            virtual_event_package=self.virtual_event_package.data,
            exhibitor_package=self.exhibitor_package.data,
            records_attendance=self.records_attendance.data,
            account_opened_on=cast(date, self.account_opened_on.data),
        )


class NewEventForm(CreatingForm, EventForm):
    """The form of a new event, which belongs to one of `organisations`."""

    organisation_id = SelectField("Organisation", [InputRequired(NO_ORGANISATION)], coerce=int)

    def __init__(self, organisations: list[Organisation], **options: Any) -> None:
        super().__init__(**options)
        self.organisation_id.choices = {
            "0": "Choose one",
            **{str(each.id): each.name for each in organisations},
        }

    def validate_organisation_id(self, field: SelectField) -> None:
        """Refuse the line that asks to choose."""
        if not field.data:
            raise ValidationError(NO_ORGANISATION)
