"""The providers that this portal offers, by its settings."""

from flask import current_app

from portal.config import Settings
from portal.payments.invoice import InvoiceProvider
from portal.payments.provider import Description, Provider
from portal.payments.trial import TrialProvider


def provider_named(name: str) -> Provider:
    """A configured provider. Raises LookupError for any other name."""
    return _configured(current_app.extensions["settings"])[name]


def descriptions() -> list[Description]:
    """How customers may pay, the usual way first."""
    return [each.describe() for each in _configured(current_app.extensions["settings"]).values()]


def is_configured(name: str) -> bool:
    """Whether customers may pay that way here."""
    return name in _configured(current_app.extensions["settings"])


def _configured(settings: Settings) -> dict[str, Provider]:
    offered: dict[str, Provider] = {"invoice": InvoiceProvider()}
    if settings.stripe_secret_key is not None:
        # Its SDK takes a while to import: only where it is used.
        from portal.payments.stripe_checkout import StripeProvider

        offered["stripe"] = StripeProvider.from_settings(settings)
    if settings.offers_trial:
        offered["trial"] = TrialProvider(settings.site_url)
    return offered
