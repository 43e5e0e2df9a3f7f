"""Telephone numbers as people type them, kept in the one form that can be called from anywhere."""

import phonenumbers
from babel.core import get_global

from portal.errors import Invalid

LONGEST = 60


def international(typed: str, time_zone: str) -> str:
    """A number with its country code: `+43 1 234567`; empty stays empty.

    A number without one is read as of the country in which `time_zone` lies. Raises Invalid (field
    `phone`) for what cannot be called.
    """
    if not typed:
        return ""
    try:
        number = phonenumbers.parse(typed[:LONGEST], _country(time_zone))
    except phonenumbers.NumberParseException:
        raise _unreadable() from None
    if not phonenumbers.is_possible_number(number):
        raise _unreadable()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _country(time_zone: str) -> str | None:
    territory = str(get_global("zone_territories").get(time_zone, ""))
    return territory if territory in phonenumbers.SUPPORTED_REGIONS else None


def _unreadable() -> Invalid:
    return Invalid(
        phone="Enter a phone number with its country code, such as +43 1 234 5678, or leave it empty."
    )
