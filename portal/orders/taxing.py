"""The tax on what is sold, as the settings say: one rounding for orders and quotes."""

from dataclasses import dataclass

from flask import current_app

from portal.config import Settings

HUNDREDTHS = 10_000


@dataclass(frozen=True)
class Taxing:
    """A rate in hundredths of a per cent, with the name and number that are printed; none without a rate."""

    rate: int
    name: str
    number: str

    def on(self, cents: int) -> int:
        """The tax on an amount of integer cents; half a cent counts as one."""
        return (cents * self.rate + HUNDREDTHS // 2) // HUNDREDTHS


def configured_tax() -> Taxing:
    """The tax that the settings name."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.tax_rate:
        return Taxing(0, "", "")
    return Taxing(settings.tax_rate, settings.tax_name, settings.seller_tax_id or "")
