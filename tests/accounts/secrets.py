"""Passwords and links of the cast, as tests need them."""

from sqlalchemy import update

from portal.accounts.links import Purpose, make_link
from portal.accounts.models import Person
from portal.accounts.passwords import hash_password
from portal.db import db
from tests.signing_in import PortalClient

PASSWORD = "four unusual words do well"
OTHER = "quite another set of words"


def give_password(person: Person, password: str = PASSWORD) -> None:
    """Let a person sign in with `password`."""
    hashed = hash_password(password)
    db.session.rollback()
    db.session.execute(update(Person).where(Person.id == person.id).values(password_hash=hashed))
    db.session.commit()


def link_for(person: Person, purpose: Purpose) -> str:
    """The path of a new link of a person."""
    token, _ = make_link(person, purpose)
    db.session.commit()
    return f"/{'invitations' if purpose is Purpose.INVITATION else 'password-reset'}/{token}"


def sign_in(browser: PortalClient, person: Person, password: str = PASSWORD) -> int:
    """Sign in by the form; the status of the answer."""
    return browser.post("/sign-in", {"email": person.email, "password": password}).status_code
