"""The form of the price list."""

from datetime import date, timedelta
from decimal import Decimal

from wtforms import DateField, DecimalField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from portal.clock import now
from portal.forms import PortalForm
from portal.policy.edition import Edition, HourlyRate
from portal.policy.hours import eastern_day
from portal.policy.terms import Channel, RateTime

HIGHEST = Decimal(100_000)


def _price(label: str) -> DecimalField:
    checks = [
        InputRequired("Enter a price, such as 500.00."),
        NumberRange(0, HIGHEST, "Enter a price from 0 to 100,000."),
    ]
    return DecimalField(
        label, checks, places=2, render_kw={"inputmode": "decimal", "min": "0", "step": "0.01"}
    )


class PricesForm(PortalForm):
    """Prices in the currency's main unit, from a day on. A field for each rate of AFT-1 is added below."""

    valid_from = DateField("In force from", [InputRequired("Enter a day, such as 2027-01-15.")])
    summary = StringField(
        "What changes, in one sentence",
        [
            DataRequired("Say in a sentence what changes: it stands on the policy page."),
            Length(max=300, message="Use at most 300 characters."),
        ],
    )
    extra_contact = _price("Additional contact")

    def fill(self, edition: Edition) -> None:
        """Begin with the prices of an edition, from tomorrow on."""
        self.valid_from.data = eastern_day(now()) + timedelta(days=1)
        self.extra_contact.data = _amount(edition.prices.extra_contact_cents)
        for rate in edition.prices.after_hours:
            self[rate_name(rate.channel, rate.when)].data = _amount(rate.cents_per_hour)

    @property
    def first_day(self) -> date:
        """The day from which the prices hold."""
        return self.valid_from.data or date.min

    @property
    def extra_contact_cents(self) -> int:
        """The price of an additional contact, in cents."""
        return _cents(self.extra_contact.data)

    @property
    def after_hours(self) -> tuple[HourlyRate, ...]:
        """The price of an hour by channel and time, in cents."""
        return tuple(
            HourlyRate(channel, when, _cents(self[rate_name(channel, when)].data))
            for channel in Channel
            for when in RateTime
        )


def rate_name(channel: Channel, when: RateTime) -> str:
    """The name of a rate's field."""
    return f"{channel.value}_{when.value}"


def _amount(cents: int) -> Decimal:
    return Decimal(cents) / 100


def _cents(amount: Decimal | None) -> int:
    return int(((amount or Decimal(0)) * 100).to_integral_value())


CHANNELS = {
    Channel.PHONE: "By phone",
    Channel.EMAIL: "By e-mail",
    Channel.LIVE_SESSION: "Live remote session",
}
TIMES = {
    RateTime.WEEKDAY_EVENING: "weekday evening", RateTime.WEEKEND: "weekend", RateTime.HOLIDAY: "holiday",
}  # fmt: skip

for _channel, _by in CHANNELS.items():
    for _when, _at in TIMES.items():
        setattr(PricesForm, rate_name(_channel, _when), _price(f"{_by}, {_at}, an hour"))
