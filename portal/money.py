"""How amounts of money are written on pages, in mail and on documents."""

from decimal import Decimal

from babel.numbers import format_currency


def money(cents: int, currency: str = "USD") -> str:
    """An amount of integer cents: `US$500.00`."""
    pattern = "US¤#,##0.00" if currency == "USD" else "¤¤ #,##0.00"
    return str(format_currency(Decimal(cents) / 100, currency, pattern, locale="en"))
