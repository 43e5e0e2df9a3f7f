"""The demo's half-written question, and the pictures in its conversations."""

import pytest
from sqlalchemy import select

from portal.accounts.models import Person
from portal.accounts.queries import actor_for
from portal.clock import now
from portal.db import db
from portal.events.models import Event
from portal.tickets.drafts import KEPT, draft_for
from portal.tickets.models import Attachment, Message, Ticket
from portal.tickets.storage import store

pytestmark = pytest.mark.usefixtures("demo")


def test_a_draft_waits_for_the_contact_at_an_event_of_theirs() -> None:
    person = db.session.scalars(select(Person.id).where(Person.email == "contact@demo.example")).one()
    contact = actor_for(person)
    assert contact is not None
    found = [draft_for(contact, f"new:{event}") for event in contact.contact_event_ids]
    (draft,) = [each for each in found if each]
    assert draft.texts["subject"]
    assert draft.texts["body"].endswith("(still to add: which columns we have)")
    assert now() - KEPT < draft.updated_at < now()


def test_pictures_have_previews_and_the_contact_sent_one() -> None:
    pictures = db.session.scalars(select(Attachment).where(Attachment.media_type == "image/png")).all()
    for picture in pictures:
        assert picture.preview_name is not None
        assert store().has(picture.preview_name)
        assert (picture.preview_width, picture.preview_height) == (900, 600)
    sent = select(Person.email).join(Message, Message.author_id == Person.id).join(Ticket).join(Event)
    assert "contact@demo.example" in set(
        db.session.scalars(sent.where(Message.id.in_([picture.message_id for picture in pictures])))
    )
