"""Whether single keys do something for a person (WCAG 2.1.4)."""

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.db import db, use_case


@use_case
def set_shortcuts(actor: Actor, *, on: bool) -> None:
    """Turn the single keys of the pages of tickets on or off for oneself."""
    db.session.get_one(Person, actor.id).shortcuts = on
