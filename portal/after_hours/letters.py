"""Which mail a window causes, and who gets it. These take part in the caller's transaction."""

from collections.abc import Iterable
from typing import Any

from flask import current_app

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.accounts.permissions import Role
from portal.accounts.queries import staff_with
from portal.after_hours.calendar import entry_of
from portal.after_hours.models import Window
from portal.after_hours.quoting import WindowPrice
from portal.mail.post import Calendar, address_of, post
from portal.roster.queries import contact_people, organisers_of


def tell_organisers(window: Window, price: WindowPrice) -> None:
    """A window was prepared: to those who can order it, but whoever prepared it."""
    for person in organisers_of(window.organisation_id):
        if person.id != window.asked_by_id:
            _post(person, "after_hours_asked", f"after-hours-asked:{window.id}", window, price=price)


def offer_to(people: Iterable[Person], window: Window) -> None:
    """A window waits for somebody to hold it: to those who could."""
    for person in people:
        _post_staff(person, "after_hours_offered", f"after-hours-offered:{window.id}", window)


def tell_managers_of_nobody(window: Window) -> None:
    """Nobody is left who could hold a window: managers may still find somebody."""
    for manager in staff_with(Role.MANAGER):
        _post_staff(manager, "after_hours_nobody", f"after-hours-nobody:{window.id}", window)


def confirm(window: Window) -> None:
    """Somebody holds it: to its holder, and to the customer, each with an entry for the calendar."""
    cause = f"after-hours-held:{window.id}:{window.calendar_sequence}"
    if window.holder:
        _post_staff(
            window.holder, "after_hours_yours", cause, window, calendar=entry_for(window, window.holder)
        )
    for person in customers(window):
        _post(person, "after_hours_confirmed", cause, window, calendar=entry_for(window, person))


def ask_to_take_over(window: Window, asker: str) -> None:
    """The holder asks a colleague to take the window over."""
    if window.handing_to:
        cause = f"after-hours-handing:{window.id}:{window.calendar_sequence}:{window.handing_to_id}"
        _post_staff(window.handing_to, "after_hours_handing", cause, window, asker=asker)


def tell_of_taking_over(window: Window, before: Person) -> None:
    """Somebody else holds it now: to whoever held it, the new holder and the customer."""
    cause = f"after-hours-taken-over:{window.id}:{window.calendar_sequence}"
    gone = entry_for(window, before, gone=True)
    _post_staff(before, "after_hours_released", cause, window, calendar=gone)
    confirm(window)


def tell_of_keeping(window: Window, holder: Person, decliner: str) -> None:
    """A colleague cannot take it over: the holder keeps it."""
    cause = f"after-hours-kept:{window.id}:{window.calendar_sequence}:{decliner}"
    _post_staff(holder, "after_hours_kept", cause, window, decliner=decliner)


def tell_of_end(window: Window) -> None:
    """It was cancelled or withdrawn: to the customer, and to its holder, out of whose calendars it goes."""
    cause = f"after-hours-ended:{window.id}:{window.calendar_sequence}"
    for person in customers(window):
        was_there = entry_for(window, person, gone=True) if window.holder_id else None
        _post(person, "after_hours_ended", cause, window, calendar=was_there)
    if window.holder:
        gone = entry_for(window, window.holder, gone=True)
        _post_staff(window.holder, "after_hours_released", cause, window, calendar=gone)


def entry_for(window: Window, person: Person | Actor, *, gone: bool = False) -> Calendar:
    """The window as an entry for one person's calendar."""
    support = current_app.extensions["settings"].mail_from
    address = address_of("after_hours.show", window_id=window.id)
    return entry_of(window, name=person.name, email=person.email, support=support, address=address, gone=gone)


def customers(window: Window) -> list[Person]:
    """Whoever asked and ordered, and the contacts of now, who may use it; while it was only prepared, who did."""
    told = {window.asked_by_id: window.asked_by}
    if window.order is not None:
        told[window.order.placed_by_id] = window.order.placed_by
        told |= {person.id: person for person in contact_people(window.event_id)}
    return list(told.values())


def _post(to: Person, template: str, cause: str, window: Window, **context: Any) -> None:
    post(
        to, template, cause=cause, permission="after_hours:read", scope=window.scope, window=window, **context
    )


def _post_staff(to: Person, template: str, cause: str, window: Window, **context: Any) -> None:
    post(
        to, template, cause=f"{cause}:staff", permission="after_hours:hold", scope=window.scope, window=window,
        **context,
    )  # fmt: skip
