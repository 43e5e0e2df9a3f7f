"""Finding or inviting a person, as the roster and the people pages do it."""

import pytest
from sqlalchemy import func, select

from portal.accounts.actor import SYSTEM
from portal.accounts.invitations import find_or_invite, invite
from portal.accounts.models import OneTimeLink, Person
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.errors import Invalid
from tests.outbox import Outbox
from tests.people import World


def test_a_new_person_is_made_and_invited(world: World, outbox: Outbox) -> None:
    actor = world.actor("organiser")
    person, new = find_or_invite(
        actor, email=" Ada@New.Example ", name=" Ada  Byron ", phone="+1 202 555 0100"
    )
    assert new
    assert (person.email, person.name, person.phone) == ("ada@new.example", "Ada Byron", "+1 202 555 0100")
    assert invite(actor, person)
    db.session.commit()
    (mail,) = outbox.all()
    assert mail.address == "ada@new.example"
    assert "Organiser" in mail.body_text
    assert "/invitations/" in mail.body_text
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == person.id)).all()
    assert actions == ["person.created", "person.invited"]


def test_a_known_person_keeps_their_name(world: World, outbox: Outbox) -> None:
    typed = f"  {world.contact.email.upper()} "
    person, new = find_or_invite(world.actor("organiser"), email=typed, name="Somebody Else")
    assert (person.id, person.name, new) == (world.contact.id, "Contact", False)
    assert outbox.all() == []


def test_who_has_a_password_is_not_invited(world: World, outbox: Outbox) -> None:
    world.contact.password_hash = "$argon2id$x"
    assert not invite(world.actor("organiser"), world.contact)
    db.session.commit()
    assert outbox.all() == []
    assert db.session.scalar(select(func.count()).select_from(OneTimeLink)) == 0


def test_a_closed_account_is_not_invited_again(world: World) -> None:
    world.nobody.disabled_at = now()
    db.session.commit()
    with pytest.raises(Invalid) as refused:
        find_or_invite(world.actor("organiser"), email=world.nobody.email, name="Nobody")
    assert "email" in refused.value.fields


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("email", {"email": "not an address"}),
        ("email", {"email": ""}),
        ("name", {"name": "   "}),
        ("name", {"name": "x" * 121}),
        ("name", {"name": "[free prize](http://evil.example)"}),
        ("phone", {"phone": "call me"}),
        ("phone", {"phone": "1" * 41}),
    ],
)
def test_what_cannot_be_taken_names_its_field(world: World, field: str, typed: dict[str, str]) -> None:
    values = {"email": "ada@new.example", "name": "Ada", "phone": ""} | typed
    with pytest.raises(Invalid) as refused:
        find_or_invite(SYSTEM, **values)
    assert list(refused.value.fields) == [field]
    assert db.session.scalar(select(Person.id).where(Person.email == "ada@new.example")) is None
